//! The private PostgreSQL among real processes. A second process is this test binary again, in the part of
//! [`as_another_process`].

mod accounts;
mod deaths;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use guestlist::db::private_cluster::{ClusterError, PrivateCluster, Settings};

use support::{Another, DATA_DIR, accepts, attach, empty, folder_in, names, one, settings, until, with_cluster};

#[test]
fn the_first_start_creates_a_database_whose_role_is_no_superuser() {
    let dir = empty();
    let cluster = attach(dir.path());
    let conn = &mut PgConnection::establish(&cluster.url("guestlist")).unwrap();

    assert_eq!(
        one(conn, "select current_user || ' ' || rolsuper from pg_roles where rolname = current_user"),
        "guestlist false"
    );
    assert_eq!(
        one(
            conn,
            "select pg_encoding_to_char(encoding) || ' ' || lower('Ж') from pg_database where datname = 'guestlist'"
        ),
        "UTF8 ж"
    );
    for extension in ["pg_trgm", "btree_gin"] {
        sql_query(format!("create extension {extension}")).execute(conn).unwrap();
    }
    assert_ne!(one(conn, "select cardinality(show_trgm('ж'))::text"), "0");
    assert_eq!(one(conn, "select current_setting('listen_addresses') || current_setting('jit')"), "off");
}

#[test]
fn what_must_survive_a_power_cut_is_synced_unless_told_otherwise() {
    let durability = "select concat_ws(' ', current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'))";
    let dir = with_cluster();
    for (durable, expected) in [(true, "on on on"), (false, "off off off")] {
        let cluster = PrivateCluster::attach_or_start(&Settings { durable, ..settings(dir.path()) }).unwrap();
        assert_eq!(one(&mut PgConnection::establish(&cluster.url("guestlist")).unwrap(), durability), expected);
    }
}

#[test]
fn several_first_starts_at_once_make_one_cluster() {
    let dir = empty();
    let starting: Vec<Another> = (0..3).map(|_| Another::starting(dir.path())).collect();
    let running: Vec<Another> = starting.into_iter().map(Another::up).collect();
    let cluster = attach(dir.path());
    assert!(running.iter().all(|another| another.url == cluster.url("guestlist")));
    assert!(accepts(&cluster));
}

#[test]
fn a_first_start_that_was_killed_leaves_nothing_in_the_way() {
    let dir = empty();
    let mut interrupted = Another::starting(dir.path());
    until(|| names(&folder_in(dir.path())).iter().any(|name| name.starts_with("pgdata.unfinished")));
    interrupted.kill();

    let cluster = attach(dir.path());
    assert!(accepts(&cluster));
}

#[test]
fn a_cluster_of_another_version_is_named_and_not_touched() {
    let dir = with_cluster();
    let pgdata = folder_in(dir.path()).join("pgdata");
    fs::write(pgdata.join("PG_VERSION"), "12\n").unwrap();
    let before = names(&pgdata);

    let refusal = PrivateCluster::attach_or_start(&settings(dir.path())).unwrap_err();
    assert!(matches!(&refusal, ClusterError::AnotherMajor { made_by, .. } if made_by == "12"), "{refusal}");
    assert!(refusal.to_string().contains("made by PostgreSQL 12"), "{refusal}");
    assert_eq!(names(&pgdata), before);
}

#[test]
fn a_named_folder_without_programs_is_refused_even_where_others_are_installed() {
    let dir = empty();
    let program_dir = Some(dir.path().join("nothing"));
    let refusal = PrivateCluster::attach_or_start(&Settings { program_dir, ..settings(dir.path()) }).unwrap_err();
    assert!(refusal.to_string().starts_with("GUESTLIST_PG_BIN cannot be used"), "{refusal}");
}

#[test]
fn a_long_data_directory_gets_a_short_socket() {
    let dir = empty();
    let long = dir.path().join("guests, and more/".repeat(8));
    fs::create_dir_all(&long).unwrap();
    let cluster = attach(&long);
    assert!(accepts(&cluster));
    let socket = PathBuf::from(one(
        &mut PgConnection::establish(&cluster.superuser_url("postgres")).unwrap(),
        "select current_setting('unix_socket_directories')",
    ));
    assert!(socket.as_os_str().len() + "/.s.PGSQL.5432".len() < 100, "{}", socket.display());
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o700);
    drop(cluster);
    fs::remove_dir(&socket).unwrap();
}

/// Holds a cluster until its standard input is closed. Does nothing as a test of its own.
#[test]
fn as_another_process() {
    let Some(data_dir) = std::env::var_os(DATA_DIR) else {
        return;
    };
    match PrivateCluster::attach_or_start(&settings(Path::new(&data_dir))) {
        Ok(cluster) => {
            println!("\nup {}", cluster.url("guestlist"));
            let _ = std::io::stdin().lines().count();
        }
        Err(refusal) => println!("\nrefused {}", refusal.to_string().replace('\n', " ")),
    }
}
