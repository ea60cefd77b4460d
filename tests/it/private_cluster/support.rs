//! The other process, and what the tests of the private PostgreSQL are made with.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query, sql_types};
use guestlist::db::private_cluster::{PrivateCluster, Settings};
use tempfile::TempDir;

/// Within this a client can connect again, whoever was killed.
const PROMISED: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(60);

pub const DATA_DIR: &str = "PRIVATE_CLUSTER_TEST_DATA_DIR";

pub struct Another {
    process: Child,
    stdin: Option<ChildStdin>,
    pub url: String,
}

impl Another {
    pub fn starting(data_dir: &Path) -> Another {
        Another::start(&mut Command::new(std::env::current_exe().unwrap()), data_dir)
    }

    pub fn start(command: &mut Command, data_dir: &Path) -> Another {
        let arguments = ["private_cluster::as_another_process", "--exact", "--nocapture"];
        let mut process = command
            .args(arguments)
            .env(DATA_DIR, data_dir)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Another { stdin: process.stdin.take(), process, url: String::new() }
    }

    pub fn up(mut self) -> Another {
        let line = self.line();
        self.url = line.strip_prefix("up ").unwrap_or_else(|| panic!("{line}")).to_owned();
        self
    }

    pub fn said(mut self) -> String {
        self.line()
    }

    fn line(&mut self) -> String {
        let lines = BufReader::new(self.process.stdout.as_mut().unwrap()).lines().map_while(Result::ok);
        lines
            .into_iter()
            .find(|line| line.starts_with("up ") || line.starts_with("refused "))
            .expect("a word from the other process")
    }

    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn leave(mut self) {
        drop(self.stdin.take());
        self.process.wait().unwrap();
    }
}

impl Drop for Another {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.process.wait();
    }
}

pub fn settings(data_dir: &Path) -> Settings {
    Settings { data_dir: data_dir.to_owned(), durable: false, program_dir: None, say: |_| () }
}

pub fn attach(data_dir: &Path) -> PrivateCluster {
    PrivateCluster::attach_or_start(&settings(data_dir)).unwrap()
}

/// Open to the account that runs root's server.
pub fn empty() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// A data directory with a cluster that is not running, copied from one that is made once.
pub fn with_cluster() -> TempDir {
    static TEMPLATE: LazyLock<PathBuf> = LazyLock::new(|| {
        let data_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("private-cluster");
        attach(&data_dir).folder().to_owned()
    });
    let dir = empty();
    let copied = Command::new("cp").arg("-a").arg(&*TEMPLATE).arg(dir.path().join("postgres")).status().unwrap();
    assert!(copied.success());
    dir
}

pub fn folder_in(data_dir: &Path) -> PathBuf {
    data_dir.canonicalize().unwrap().join("postgres")
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

pub fn server_in(folder: &Path) -> u32 {
    fs::read_to_string(folder.join("pgdata/postmaster.pid")).unwrap().lines().next().unwrap().parse().unwrap()
}

pub fn accepts(cluster: &PrivateCluster) -> bool {
    PgConnection::establish(&cluster.url("guestlist")).is_ok()
}

pub fn assert_back_in_time(cluster: &PrivateCluster, before: u32, since: Instant) {
    until(|| !lives(before));
    until(|| accepts(cluster));
    let took = since.elapsed();
    eprintln!("back after {} ms", took.as_millis());
    assert!(took < PROMISED, "it took {took:?}");
    assert_ne!(server_in(cluster.folder()), before);
}

/// A process that was killed and not yet waited for has no command line any more.
#[cfg(target_os = "linux")]
pub fn lives(process: u32) -> bool {
    fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty())
}

#[cfg(not(target_os = "linux"))]
pub fn lives(process: u32) -> bool {
    let probe = format!("kill -0 {process}");
    Command::new("sh").args(["-c", &probe]).stderr(Stdio::null()).status().unwrap().success()
}

pub fn signal(name: &str, process: i64) {
    assert!(Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status().unwrap().success());
}

pub fn until(mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited for {PATIENCE:?}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

pub fn one(conn: &mut PgConnection, query: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Text)]
        value: String,
    }
    sql_query(format!("select ({query}) as value")).get_result::<Row>(conn).unwrap().value
}

/// Whom the tests run as.
pub fn user() -> u32 {
    fs::metadata(empty().path()).unwrap().uid()
}
