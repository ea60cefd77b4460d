//! One private cluster for the process, one template made once, one database per test.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use guestlist::db::migrations;
use guestlist::db::private_cluster::{PrivateCluster, Settings};
use sha2::{Digest, Sha256};

/// The cluster of this process, and the lock that keeps another run of the tests out of it.
struct Cluster {
    cluster: PrivateCluster,
    _slot: File,
}

// Statics are never dropped: the server ends with the process, as it does for an owner that is killed.
static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let (data_dir, slot) = free_slot();
    let settings = Settings { data_dir, durable: false, program_dir: None, say: |line| eprintln!("{line}") };
    let cluster = PrivateCluster::attach_or_start(&settings).expect("a private PostgreSQL for the tests");
    Cluster { cluster, _slot: slot }
});

static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let admin = &mut superuser();
    let name = format!("template_{}", migrations_hash());
    for left_over in names(admin, "select datname as value from pg_database where datname ~ '^(test|template)_'") {
        if left_over != name {
            run(admin, &format!("drop database \"{left_over}\" with (force)"));
        }
    }
    if names(admin, &format!("select datname as value from pg_database where datname = '{name}'")).is_empty() {
        // Made under another name first: a run that is killed meanwhile must not leave half a template.
        run(admin, "create database template_in_the_making owner guestlist");
        let mut conn = guestlist::db::connect(&CLUSTER.cluster.url("template_in_the_making")).unwrap();
        migrations::run(&mut conn).unwrap();
        drop(conn);
        run(admin, &format!("alter database template_in_the_making rename to {name}"));
    }
    name
});

/// Two runs of the tests at once have a cluster each: the server ends with the process that started it.
fn free_slot() -> (PathBuf, File) {
    for n in 0.. {
        let data_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("desk-{n}"));
        fs::create_dir_all(&data_dir).unwrap();
        let slot = OpenOptions::new().create(true).truncate(false).write(true).open(data_dir.join("in-use")).unwrap();
        if slot.try_lock().is_ok() && former_server_ends(&data_dir) {
            return (data_dir, slot);
        }
    }
    unreachable!("there are more numbers than test runs")
}

/// Whoever had the slot before is gone, and their server is about to: whoever attached to it now would lose it.
fn former_server_ends(data_dir: &Path) -> bool {
    let cluster = data_dir.join("postgres/pgdata");
    let noted = fs::read_to_string(cluster.join("postmaster.pid")).unwrap_or_default();
    let process = Path::new("/proc").join(noted.lines().next().unwrap_or_default()).join("cmdline");
    let begun = Instant::now();
    let is_there = || fs::read_to_string(&process).is_ok_and(|line| line.contains(&*cluster.to_string_lossy()));
    while is_there() && begun.elapsed() < Duration::from_secs(5) {
        thread::sleep(Duration::from_millis(5));
    }
    !is_there()
}

/// By content, so that a migration that is edited before its release makes a new template.
fn migrations_hash() -> String {
    let mut hash = Sha256::new();
    hash.update(migrations::fingerprint().unwrap());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut steps: Vec<_> = fs::read_dir(folder).unwrap().map(|step| step.unwrap().path()).collect();
    steps.sort();
    for step in steps {
        hash.update(fs::read(step.join("up.sql")).unwrap());
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn superuser() -> PgConnection {
    PgConnection::establish(&CLUSTER.cluster.superuser_url("postgres")).expect("the superuser's connection")
}

/// A database of one test, dropped at its end.
pub struct TestDb {
    name: String,
    pub url: String,
}

impl TestDb {
    /// At the version of the program.
    pub fn new() -> Self {
        Self::created_from(&TEMPLATE)
    }

    /// Without a table.
    pub fn empty() -> Self {
        LazyLock::force(&TEMPLATE);
        Self::created_from("template1")
    }

    fn created_from(template: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // Two copies of one template at a time only wait for each other inside the server.
        static ONE_BY_ONE: Mutex<()> = Mutex::new(());
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let _turn = ONE_BY_ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        run(&mut superuser(), &format!("create database {name} template {template} owner guestlist"));
        Self { url: CLUSTER.cluster.url(&name), name }
    }

    /// A connection as the application's role.
    pub fn conn(&self) -> PgConnection {
        let mut conn = PgConnection::establish(&self.url).unwrap();
        conn.batch_execute("set timezone = 'UTC'").unwrap();
        conn
    }

    /// A connection as the superuser, for what the application must not be able to do.
    pub fn as_superuser(&self) -> PgConnection {
        PgConnection::establish(&CLUSTER.cluster.superuser_url(&self.name)).unwrap()
    }

    pub fn run(&self, sql: &str) {
        run(&mut self.conn(), sql);
    }

    /// One number.
    pub fn number(&self, sql: &str) -> i64 {
        number(&mut self.conn(), sql)
    }

    /// The first column of all rows, as text.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        names(&mut self.conn(), &format!("select value::text from ({sql}) as answer(value)"))
    }

    /// One text.
    pub fn text(&self, sql: &str) -> String {
        self.texts(sql).into_iter().next().unwrap_or_else(|| panic!("no row: {sql}"))
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let dropped = PgConnection::establish(&CLUSTER.cluster.superuser_url("postgres"))
            .map(|mut conn| conn.batch_execute(&format!("drop database if exists {} with (force)", self.name)));
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("{} stays until the next run of the tests", self.name);
        }
    }
}

pub fn run(conn: &mut PgConnection, sql: &str) {
    conn.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

pub fn number(conn: &mut PgConnection, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::BigInt)]
        value: i64,
    }
    let row =
        sql_query(format!("select (value)::bigint as value from ({sql}) as answer(value)")).get_result::<Row>(conn);
    row.unwrap_or_else(|error| panic!("{sql}: {error}")).value
}

/// One text.
pub fn text(conn: &mut PgConnection, sql: &str) -> String {
    names(conn, &format!("select (value)::text as value from ({sql}) as answer(value)")).pop().expect("a row")
}

/// The first column of all rows of several statements.
pub fn all_texts(conn: &mut PgConnection, statements: &[&str]) -> Vec<String> {
    let of_one = |sql: &&str| names(conn, &format!("select value::text from ({sql}) as answer(value)"));
    statements.iter().flat_map(of_one).collect()
}

fn names(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Text)]
        value: String,
    }
    let rows = sql_query(sql).get_results::<Row>(conn).unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|row| row.value).collect()
}
