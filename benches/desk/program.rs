//! The program itself, as a process of its own.

use std::error::Error;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
#[cfg(target_os = "linux")]
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Connection;
use crate::ground::{self, Ground, PASSWORD};
use crate::{Anyhow, milliseconds};

const SECRET: &str = "a secret of sixty-four bytes or more, and nobody's but this benchmark's own";
/// Memory for passwords is given back ten seconds after the last of them.
const REST: Duration = Duration::from_secs(12);
const STARTS: usize = 5;

pub struct Program {
    child: Child,
    pub address: SocketAddr,
}

impl Program {
    /// Starts it and waits for its first answer.
    pub fn start(ground: &Ground) -> Anyhow<Self> {
        Self::start_with(ground, &[])
    }

    /// With these variables of the environment besides.
    pub fn start_with(ground: &Ground, variables: &[(&str, &str)]) -> Anyhow<Self> {
        let mut program = Self::spawn(ground, variables)?;
        program.first_page("/admin/login", "")?;
        Ok(program)
    }

    fn spawn(ground: &Ground, variables: &[(&str, &str)]) -> Anyhow<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = File::create(ground::folder().join("guestlist.log"))?;
        let mut program = Command::new(env!("CARGO_BIN_EXE_guestlist"));
        #[cfg(target_os = "linux")]
        // SAFETY: the closure runs in the forked child and calls prctl alone, which is async-signal-safe and here takes
        // two numbers. A benchmark that is killed leaves no program behind.
        unsafe {
            program.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong) {
                -1 => Err(std::io::Error::last_os_error()),
                _ => Ok(()),
            });
        }
        let child = program
            .env_clear()
            .env("DATABASE_URL", ground.url())
            .env("GUESTLIST_LISTEN", address.to_string())
            .env("GUESTLIST_DATA_DIR", ground::folder())
            .env("GUESTLIST_SECRET_KEY", SECRET)
            .env("GUESTLIST_TRUSTED_PROXIES", "127.0.0.1")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        Ok(Self { child, address })
    }

    fn first_page(&mut self, path: &str, more: &str) -> Anyhow<()> {
        let begun = Instant::now();
        loop {
            if let Ok(mut connection) = Connection::open(self.address) {
                connection.get(path, more)?.expect(200)?;
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                let log = fs::read_to_string(ground::folder().join("guestlist.log")).unwrap_or_default();
                return Err(format!("the program ended ({status}): {log}").into());
            }
            if begun.elapsed() > Duration::from_secs(20) {
                return Err("the program does not answer".into());
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The header that carries the session of one of the admins.
    pub fn sign_in(&self, admin: usize) -> Anyhow<String> {
        let mut connection = Connection::open(self.address)?;
        let answer = connection.post("/admin/login", "", &sign_in_form(admin))?.expect(303)?;
        let cookie = answer.header("set-cookie").ok_or("a sign-in without a cookie")?;
        Ok(format!("Cookie: {}\r\n", cookie.split(';').next().unwrap_or_default()))
    }

    /// In MiB, what is resident now.
    pub fn memory(&self) -> Anyhow<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1_024.0)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn sign_in_form(admin: usize) -> String {
    format!("email=admin{admin}%40desk.example&password={}", PASSWORD.replace(' ', "+"))
}

/// In MiB, after a sign-in, some pages and a rest.
pub fn idle_memory(ground: &Ground) -> Anyhow<f64> {
    let program = Program::start(ground)?;
    let session = program.sign_in(1)?;
    let mut connection = Connection::open(program.address)?;
    for path in ["/admin/developers", "/admin/developers?status=all&q=martin", "/admin/activity"] {
        connection.get(path, &session)?.expect(200)?;
    }
    drop(connection);
    thread::sleep(REST);
    program.memory()
}

/// In milliseconds, from the start of the process to a whole list page; the middle of several.
pub fn start_to_first_page(ground: &Ground) -> Anyhow<f64> {
    let session = Program::start(ground)?.sign_in(2)?;
    let mut times = (0..STARTS)
        .map(|_| {
            let begun = Instant::now();
            let mut program = Program::spawn(ground, &[])?;
            program.first_page("/admin/developers", &session)?;
            Ok(milliseconds(begun.elapsed()))
        })
        .collect::<Result<Vec<f64>, Box<dyn Error>>>()?;
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
