//! From nothing to this version, however often, from however many sides.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use guestlist::db::{self, migrations};

use crate::support::db::{TestDb, number, run};

fn steps() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut steps: Vec<_> = fs::read_dir(folder).unwrap().map(|step| step.unwrap().path()).collect();
    steps.sort();
    assert!(!steps.is_empty());
    steps
}

fn recorded(db: &TestDb) -> i64 {
    db.number("select count(*) from __diesel_schema_migrations")
}

/// Tables, columns, indexes, triggers and functions, in words.
fn shape(db: &TestDb) -> Vec<String> {
    let mut shape = db.texts(
        "select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) \
         from information_schema.columns where table_schema = 'public' and table_name !~ '^__' order by 1",
    );
    shape.extend(
        db.texts("select indexdef from pg_indexes where schemaname = 'public' and tablename !~ '^__' order by 1"),
    );
    shape.extend(db.texts("select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1"));
    shape.extend(db.texts("select conname || pg_get_constraintdef(oid) from pg_constraint order by 1"));
    shape
}

#[test]
fn eight_that_start_at_once_migrate_once() {
    for round in 0..5 {
        let db = TestDb::empty();
        let together = Barrier::new(8);
        let ran: Vec<String> = thread::scope(|scope| {
            let starting: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let conn = &mut db::connect(&db.url).unwrap();
                        together.wait();
                        migrations::run(conn).unwrap_or_else(|error| panic!("round {round}: {error}"))
                    })
                })
                .collect();
            starting.into_iter().flat_map(|start| start.join().unwrap()).collect()
        });
        assert_eq!(ran.len(), steps().len(), "round {round}: {ran:?}");
        assert_eq!(recorded(&db), i64::try_from(steps().len()).unwrap());
        assert_eq!(db.number("select count(*) from developers"), 0);
    }
}

#[test]
fn a_database_at_this_version_is_left_alone() {
    let db = TestDb::new();
    let before = shape(&db);
    assert_eq!(migrations::run(&mut db.conn()).unwrap(), [""; 0]);
    assert_eq!(shape(&db), before);
}

/// An uncommitted table of the same name stops the migration in its middle, with a part of it done.
#[test]
fn a_migrator_that_is_killed_midway_leaves_nothing_and_the_next_one_succeeds() {
    let db = TestDb::empty();
    let (mut obstacle, mut watch) = (db.as_superuser(), db.as_superuser());
    run(&mut obstacle, "begin; create table audit_entries ()");
    let failed = thread::scope(|scope| {
        let migrator = scope.spawn(|| migrations::run(&mut db::connect(&db.url).unwrap()).map_err(|e| e.to_string()));
        let stuck = "from pg_stat_activity where datname = current_database() and usename = 'guestlist' \
                     and wait_event_type = 'Lock'";
        let begun = Instant::now();
        while number(&mut watch, &format!("select count(*) {stuck}")) == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "the migration does not come to its middle");
            thread::yield_now();
        }
        assert_eq!(number(&mut watch, &format!("select count(pg_terminate_backend(pid)) {stuck}")), 1);
        migrator.join().unwrap()
    });
    assert!(failed.is_err(), "{failed:?}");
    run(&mut obstacle, "rollback");
    assert_eq!(db.texts("select tablename from pg_tables where schemaname = 'public' and tablename !~ '^__'"), [""; 0]);
    assert_eq!(recorded(&db), 0);

    assert_eq!(migrations::run(&mut db.conn()).unwrap().len(), steps().len());
    assert_eq!(shape(&db), shape(&TestDb::new()));
}

#[test]
fn the_lock_is_given_back_after_a_failure_too() {
    let db = TestDb::empty();
    run(&mut db.conn(), "create table throttles ()");
    let conn = &mut db::connect(&db.url).unwrap();
    let error = migrations::run(conn).unwrap_err().to_string();
    assert!(error.contains("could not be migrated") && error.contains("throttles"), "{error}");
    assert_eq!(db.number("select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"), 0);
    run(&mut db.conn(), "drop table throttles");
    assert_eq!(migrations::run(conn).unwrap().len(), steps().len());
}

#[test]
fn every_step_can_be_taken_back() {
    let db = TestDb::new();
    let before = shape(&db);
    let conn = &mut db.conn();
    for step in steps().iter().rev() {
        conn.batch_execute(&fs::read_to_string(step.join("down.sql")).unwrap()).unwrap();
    }
    assert_eq!(db.texts("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S') and relname !~ '^__'"), [""; 0]);
    let own = "select proname from pg_proc where pronamespace = 'public'::regnamespace and proowner = current_user::regrole \
               and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')";
    assert_eq!(db.texts(own), [""; 0]);
    db.run("delete from __diesel_schema_migrations");
    migrations::run(conn).unwrap();
    assert_eq!(shape(&db), before);
}

#[test]
fn the_fingerprint_names_every_step() {
    let fingerprint = migrations::fingerprint().unwrap();
    let names: Vec<_> = steps().iter().map(|step| step.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(fingerprint, names.join(","));
}
