//! The server as a process: what its pid file says, how it is started and stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::error::{ClusterError, While};
use super::find::Programs;
use super::patience::Patience;
use super::place::{PORT, Place};

/// How long a predecessor that was killed may linger in its last statement.
const LINGERS_AT_MOST: Duration = Duration::from_secs(30);
const STOPS_WITHIN: Duration = Duration::from_secs(30);
const LONGEST_LOG: u64 = 4 << 20;

/// What `postmaster.pid` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// The server in the file has ended. Its number may by now be that of another process, or still that of a dead
    /// one that nobody has waited for.
    Ended {
        pid: u32,
    },
    /// A server that is starting, recovering or stopping.
    Busy,
    Ready {
        pid: u32,
    },
}

pub(super) fn look(place: &Place) -> Found {
    let Ok(file) = fs::read_to_string(place.pgdata.join("postmaster.pid")) else {
        return Found::Nothing;
    };
    let mut lines = file.lines();
    let Some(pid) = lines.next().and_then(|pid| pid.trim().parse().ok()) else {
        return Found::Nothing;
    };
    // Line 8 is the state, padded to a fixed width.
    let ready = lines.nth(6).is_some_and(|state| state.trim() == "ready");
    match serves(pid, place) {
        true if ready => Found::Ready { pid },
        true => Found::Busy,
        false => Found::Ended { pid },
    }
}

/// Whether this process is the server of this cluster. It tells by the folder among its arguments, since a process
/// number alone may have been given again.
pub(super) fn serves(pid: u32, place: &Place) -> bool {
    let folder = place.pgdata.as_os_str().as_encoded_bytes();
    command_line(pid).is_some_and(|arguments| arguments.windows(folder.len()).any(|part| part == folder))
}

#[cfg(target_os = "linux")]
fn command_line(pid: u32) -> Option<Vec<u8>> {
    // Empty for a process that has ended and was not yet waited for.
    fs::read(format!("/proc/{pid}/cmdline")).ok()
}

#[cfg(not(target_os = "linux"))]
fn command_line(pid: u32) -> Option<Vec<u8>> {
    let ps = std::process::Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()]).output().ok()?;
    Some(ps.stdout)
}

/// Starts the server and waits until it takes connections. To be called under the set-up lock, by a thread that
/// lives as long as the server shall: Linux ends the server with the thread that started it.
pub(super) fn start(
    place: &Place,
    programs: &Programs,
    durable: bool,
    patience: &Patience,
    say: fn(&str),
) -> Result<Child, ClusterError> {
    let until = Instant::now() + LINGERS_AT_MOST;
    loop {
        match start_once(place, programs, durable, patience, say) {
            // The memory of a predecessor is in use until the last of its processes notices that it was killed.
            Err(ClusterError::Start { tail, .. }) if lingering(&tail) && Instant::now() < until => {
                patience.pause(50)?
            }
            done => return done,
        }
    }
}

fn lingering(log: &str) -> bool {
    log.contains("is still in use") || log.contains("already exists") || log.contains("Address already in use")
}

fn start_once(
    place: &Place,
    programs: &Programs,
    durable: bool,
    patience: &Patience,
    say: fn(&str),
) -> Result<Child, ClusterError> {
    let log_path = place.log();
    let mut log = open_log(place).while_doing("open", &log_path)?;
    let said_before = log.seek(SeekFrom::End(0)).while_doing("read", &log_path)?;
    let mut child = spawn(place, programs, durable, &log).while_doing("run", &programs.program("postgres"))?;
    let mut reminder = patience.reminder();
    loop {
        if let Some(status) = child.try_wait().while_doing("wait for", &programs.program("postgres"))? {
            return Err(ClusterError::Start {
                status: status.to_string(),
                tail: tail(&log_path, said_before),
                log: log_path,
            });
        }
        if look(place) == (Found::Ready { pid: child.id() }) {
            return Ok(child);
        }
        if reminder.is_due() {
            say("PostgreSQL is still starting (after a crash it first repeats what it had not yet written) …");
        }
        if let Err(left) = patience.pause(10) {
            stop(&mut child);
            return Err(left);
        }
    }
}

fn spawn(place: &Place, programs: &Programs, durable: bool, log: &File) -> io::Result<Child> {
    let mut server = place.account.command(&programs.program("postgres"));
    server.arg("-D").arg(&place.pgdata);
    for setting in settings(place, durable) {
        server.arg("-c").arg(setting);
    }
    if let Found::Ended { pid } = look(place) {
        // PostgreSQL refuses to start while the process in its pid file lives, except for one named here. Taking
        // the file away instead would also take away the check that no old process still uses the shared memory.
        server.env("PG_GRANDPARENT_PID", pid.to_string());
    }
    server.stdout(log.try_clone()?).stderr(Stdio::from(log.try_clone()?));
    let parent = std::process::id();
    // SAFETY: the closure runs in the forked child, after the standard library changed the user there; it calls
    // only setsid, prctl and getppid, all async-signal-safe, and allocates nothing.
    unsafe { server.pre_exec(move || leave_the_terminal_and_die_with(parent)) };
    server.spawn()
}

/// A session of its own keeps Ctrl-C from the server, so that Guestlist ends its requests first. The death signal
/// is set here because a change of the user would clear it.
fn leave_the_terminal_and_die_with(parent: u32) -> io::Result<()> {
    // SAFETY: setsid takes no argument and only affects this process.
    if unsafe { libc::setsid() } == -1 {
        return Err(io::Error::last_os_error());
    }
    #[cfg(target_os = "linux")]
    // SAFETY: PR_SET_PDEATHSIG takes one number and touches no memory. SIGINT is PostgreSQL's fast shutdown.
    if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT as libc::c_ulong) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // Killed before the request above, the parent can send no signal any more.
    // SAFETY: getppid takes no argument and cannot fail.
    if unsafe { libc::getppid() } as u32 != parent {
        return Err(io::Error::from_raw_os_error(libc::ECANCELED));
    }
    Ok(())
}

/// Given on the command line, so that a new Guestlist brings its settings to an old cluster.
fn settings(place: &Place, durable: bool) -> Vec<String> {
    let on = |on: bool| if on { "on" } else { "off" };
    vec![
        "listen_addresses=".into(),
        format!("port={PORT}"),
        format!("unix_socket_directories={}", place.socket.display()),
        "unix_socket_permissions=0700".into(),
        "cluster_name=guestlist".into(),
        // Modest beside the application, and enough connections for the tests.
        "shared_buffers=128MB".into(),
        "max_connections=100".into(),
        // Compiling costs more than any of the desk's queries.
        "jit=off".into(),
        "log_checkpoints=off".into(),
        "timezone=UTC".into(),
        "log_timezone=UTC".into(),
        // Errors are looked for in the log by their English words, and their details would repeat personal data.
        "lc_messages=C".into(),
        "log_error_verbosity=terse".into(),
        "log_min_error_statement=panic".into(),
        format!("fsync={}", on(durable)),
        format!("full_page_writes={}", on(durable)),
        format!("synchronous_commit={}", on(durable)),
    ]
}

/// Lets the server end its sessions and write what it holds. Past the time it goes on stopping by itself.
pub(super) fn stop(child: &mut Child) {
    // SAFETY: the child was not yet waited for, so its number cannot have been given to another process.
    unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) };
    let until = Instant::now() + STOPS_WITHIN;
    while matches!(child.try_wait(), Ok(None)) {
        if Instant::now() > until {
            tracing::warn!("the private PostgreSQL takes long to stop and is left to it");
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn open_log(place: &Place) -> io::Result<File> {
    let path = place.log();
    if fs::metadata(&path).is_ok_and(|log| log.len() > LONGEST_LOG) {
        fs::rename(&path, path.with_extension("log.old"))?;
    }
    let log = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&path)?;
    place.account.give(&path)?;
    Ok(log)
}

/// What the server wrote since then, at most its last lines.
fn tail(path: &Path, since: u64) -> String {
    let mut text = Vec::new();
    if let Ok(mut log) = File::open(path) {
        let _ = log.seek(SeekFrom::Start(since)).and_then(|_| log.read_to_end(&mut text));
    }
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// Asks a server to stop whose owner was killed, on systems that do not pass such a death on.
pub(super) fn stop_orphan(pid: u32) {
    // SAFETY: sending a signal touches no memory; the caller has just seen that the process is this cluster's server.
    unsafe { libc::kill(pid as libc::pid_t, libc::SIGINT) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_whose_parent_died_before_it_could_ask_for_the_signal_does_not_start() {
        let mut server = std::process::Command::new("/bin/sh");
        server.args(["-c", ":"]);
        let (parent, another) = (std::process::id(), 1);
        // SAFETY: as in `spawn`.
        unsafe { server.pre_exec(move || leave_the_terminal_and_die_with(another)) };
        assert_eq!(server.status().unwrap_err().raw_os_error(), Some(libc::ECANCELED));

        let mut server = std::process::Command::new("/bin/sh");
        server.args(["-c", ":"]);
        // SAFETY: as in `spawn`.
        unsafe { server.pre_exec(move || leave_the_terminal_and_die_with(parent)) };
        assert!(server.status().unwrap().success());
    }
}
