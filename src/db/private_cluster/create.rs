//! A new cluster: `initdb`, then the application's role and database.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::error::{ClusterError, While};
use super::find::Programs;
use super::place::{Place, private_folder};
use super::{ROLE, SUPERUSER};

/// Under plain C, `lower` and trigrams know ASCII only. C.UTF-8 sorts alike on every machine; systems that lack it
/// have the other.
const LOCALES: [&str; 2] = ["C.UTF-8", "en_US.UTF-8"];

/// One statement a line, which is how the server takes them when it runs without clients.
const BOOTSTRAP: &str = "\
DO $$ BEGIN IF (SELECT count(*) FROM pg_available_extensions WHERE name IN ('pg_trgm', 'btree_gin')) < 2 THEN RAISE 'the extensions pg_trgm and btree_gin are missing: install the contrib modules of this PostgreSQL'; END IF; END $$
DO $$ BEGIN IF lower('Ж') <> 'ж' THEN RAISE 'this locale lowers ASCII letters only'; END IF; END $$
CREATE ROLE guestlist LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
CREATE DATABASE guestlist OWNER guestlist
";

/// Makes the cluster in a folder of another name, which a rename completes: a start that was interrupted leaves
/// nothing that looks like a cluster.
pub(super) fn create(place: &Place, programs: &Programs, durable: bool) -> Result<(), ClusterError> {
    let mut failed = String::new();
    for locale in LOCALES {
        let partial = place.unfinished("pgdata")?;
        private_folder(&partial, place.account)?;
        match initdb(place, programs, &partial, locale, durable)? {
            Ok(()) => {
                bootstrap(place, programs, &partial, durable)?;
                fs::rename(&partial, &place.pgdata).while_doing("name", &place.pgdata)?;
                place.clear_unfinished("pgdata");
                return Ok(());
            }
            Err(output) => failed = output,
        }
    }
    Err(ClusterError::Creation { step: "initdb".into(), output: failed })
}

/// The inner error is a locale that this system does not know.
fn initdb(
    place: &Place,
    programs: &Programs,
    pgdata: &Path,
    locale: &str,
    durable: bool,
) -> Result<Result<(), String>, ClusterError> {
    let program = programs.program("initdb");
    let mut initdb = place.account.command(&program);
    initdb.arg("-D").arg(pgdata).args(["--encoding=UTF8", "--username", SUPERUSER]).arg(format!("--locale={locale}"));
    // Whoever can enter the socket's folder is the server's account or root: a password would guard nothing.
    initdb.args(["--auth-local=trust", "--auth-host=reject"]);
    if !durable {
        initdb.arg("--no-sync");
    }
    let done = initdb.output().while_doing("run", &program)?;
    match outcome(&done) {
        Ok(()) => Ok(Ok(())),
        Err(output) if output.contains("locale") => Ok(Err(output)),
        Err(output) => Err(ClusterError::Creation { step: format!("initdb --locale={locale}"), output }),
    }
}

/// Runs the first statements in single-user mode, which needs no socket and no waiting.
fn bootstrap(place: &Place, programs: &Programs, pgdata: &Path, durable: bool) -> Result<(), ClusterError> {
    debug_assert!(BOOTSTRAP.contains(&format!("OWNER {ROLE}")));
    let program = programs.program("postgres");
    let mut single = place.account.command(&program);
    single.arg("--single").arg("-D").arg(pgdata);
    // Without it a statement that fails is passed over.
    single.args(["-c", "exit_on_error=true", "-c", "log_checkpoints=off"]);
    single.args(["-c", if durable { "fsync=on" } else { "fsync=off" }]);
    single.arg("template1").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let done = fed(&mut single, BOOTSTRAP).while_doing("run", &program)?;
    outcome(&done).map_err(|output| ClusterError::Creation { step: "the first statements".into(), output })
}

/// The input is far smaller than a pipe holds, so that writing it all first cannot block.
fn fed(command: &mut Command, input: &str) -> std::io::Result<Output> {
    let mut child = command.spawn()?;
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes()));
    let done = child.wait_with_output()?;
    // A server that refused to start closed the pipe; its own words tell more than that.
    if done.status.success() { written.map(|()| done) } else { Ok(done) }
}

fn outcome(done: &Output) -> Result<(), String> {
    if done.status.success() {
        return Ok(());
    }
    let output = [done.stdout.as_slice(), done.stderr.as_slice()].concat();
    Err(format!("{}\n{}", done.status, String::from_utf8_lossy(&output).trim()))
}

/// The major version that made the cluster, or none where there is no cluster yet.
pub(super) fn made_by(place: &Place) -> Result<Option<String>, ClusterError> {
    let file: PathBuf = place.pgdata.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(version) => Ok(Some(version.trim().to_owned())),
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound && !place.pgdata.exists() => Ok(None),
        Err(other) => Err(other).while_doing("read", &file),
    }
}
