//! Processes that end, kindly or not, and what the others make of it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};

use super::support::*;

#[test]
fn the_server_leaves_with_the_last_process() {
    let dir = with_cluster();
    let cluster = attach(dir.path());
    let server = server_in(cluster.folder());
    drop(cluster);
    assert!(!lives(server));
    assert!(!folder_in(dir.path()).join("pgdata/postmaster.pid").exists(), "it was shut down, not killed");
}

#[test]
fn the_server_does_not_outlive_an_owner_that_is_killed() {
    let dir = with_cluster();
    let mut owner = Another::starting(dir.path()).up();
    let server = server_in(&folder_in(dir.path()));
    owner.kill();
    until(|| !lives(server));
}

#[test]
fn when_the_owner_is_killed_the_other_process_starts_the_server_again() {
    let dir = with_cluster();
    let mut owner = Another::starting(dir.path()).up();
    let cluster = attach(dir.path());
    let before = server_in(cluster.folder());
    assert!(accepts(&cluster));

    let killed = Instant::now();
    owner.kill();
    assert_back_in_time(&cluster, before, killed);
}

#[test]
fn when_the_owner_and_the_server_are_killed_the_other_process_starts_the_server_again() {
    let dir = with_cluster();
    let mut owner = Another::starting(dir.path()).up();
    let cluster = attach(dir.path());
    let before = server_in(cluster.folder());

    let killed = Instant::now();
    signal("KILL", before.into());
    owner.kill();
    assert_back_in_time(&cluster, before, killed);
}

#[test]
fn when_the_owner_leaves_the_other_process_starts_the_server_again() {
    let dir = with_cluster();
    let import = Another::starting(dir.path()).up();
    let server = attach(dir.path());
    let before = server_in(server.folder());

    let left = Instant::now();
    import.leave();
    assert_back_in_time(&server, before, left);
}

#[test]
fn when_the_server_is_killed_its_owner_starts_it_again() {
    let dir = with_cluster();
    let cluster = attach(dir.path());
    let other = Another::starting(dir.path()).up();
    // A session in the middle of a statement keeps the shared memory of the old server in use for a moment.
    let busy = cluster.url("guestlist");
    let busy =
        thread::spawn(move || sql_query("select pg_sleep(60)").execute(&mut PgConnection::establish(&busy).unwrap()));
    let conn = &mut PgConnection::establish(&cluster.superuser_url("postgres")).unwrap();
    until(|| {
        one(conn, "select count(*)::text from pg_stat_activity where query like '%pg_sleep(60)' and state = 'active'")
            == "1"
    });
    let before = server_in(cluster.folder());

    let killed = Instant::now();
    signal("KILL", before.into());
    assert_back_in_time(&cluster, before, killed);
    assert!(busy.join().unwrap().is_err());
    assert!(PgConnection::establish(&other.url).is_ok(), "both go on with the same server");
}

#[test]
fn the_process_number_in_an_old_pid_file_may_be_somebody_elses_by_now() {
    let dir = with_cluster();
    let pgdata = folder_in(dir.path()).join("pgdata");
    let owner = fs::metadata(&pgdata).unwrap();
    // Lives until its standard input is closed; as the server's user, whose processes PostgreSQL would heed.
    let mut somebody = Command::new("sh");
    somebody.args(["-c", "read _"]).stdin(Stdio::piped());
    if owner.uid() != user() {
        somebody.uid(owner.uid()).gid(owner.gid());
    }
    let mut somebody = somebody.spawn().unwrap();
    let file = pgdata.join("postmaster.pid");
    fs::write(&file, format!("{}\n{}\n1\n5432\n/nowhere\n\n  1 1\nready   \n", somebody.id(), pgdata.display()))
        .unwrap();
    std::os::unix::fs::chown(&file, Some(owner.uid()), Some(owner.gid())).unwrap();

    let cluster = attach(dir.path());
    assert!(accepts(&cluster));
    assert!(matches!(somebody.try_wait(), Ok(None)), "nobody else was harmed");
    drop(somebody.stdin.take());
    somebody.wait().unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_reaches_the_application_alone() {
    let dir = with_cluster();
    let cluster = attach(dir.path());
    let server = server_in(cluster.folder());
    // The fields after the name: state, parent, process group, session.
    let stat = fs::read_to_string(format!("/proc/{server}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    assert_eq!([fields[2], fields[3]], [server.to_string(), server.to_string()], "the server has a session of its own");
    assert_eq!(fields[1], std::process::id().to_string());
}
