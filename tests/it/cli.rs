//! The command line: the built program, its words and its exit codes.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use guestlist::config::VARIABLES;
use tempfile::TempDir;

use crate::support::actors::PASSWORD;
use crate::support::app::App;
use crate::support::db::TestDb;
use crate::support::eventually;

/// The program, without what the environment of the tests says, and away from the repository.
pub fn guestlist(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guestlist"));
    command.args(arguments).current_dir(env!("CARGO_TARGET_TMPDIR"));
    for variable in VARIABLES {
        command.env_remove(variable.name).env_remove(format!("{}_FILE", variable.name));
    }
    command
}

/// How a command ended.
#[derive(Debug)]
pub struct Said {
    code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

pub fn run(command: &mut Command, stdin: &str) -> Said {
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that has refused already does not read.
    let _ = process.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = process.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// An address that nobody listens on.
pub fn free_address() -> SocketAddr {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap().local_addr().unwrap()
}

/// A process that serves.
pub struct Serving {
    process: Child,
    out: BufReader<ChildStdout>,
    pub address: SocketAddr,
}

impl Serving {
    /// Starts and waits until it says where it serves.
    pub fn start(command: &mut Command) -> Self {
        Self::logging(command, Stdio::null())
    }

    /// The same, with its log kept.
    pub fn logging(command: &mut Command, log: Stdio) -> Self {
        let address = free_address();
        let mut process = command
            .env("GUESTLIST_LISTEN", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let mut serving = Self { process, out, address };
        serving.line_with("Guestlist serves at ");
        serving
    }

    /// The next line that says so.
    pub fn line_with(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.out.read_line(&mut line).unwrap(), 0, "it ended without saying {words:?}");
            if line.contains(words) {
                return line.trim().to_owned();
            }
        }
    }

    pub fn signal(&self, name: &str) {
        signal(name, &[self.process.id()]);
    }

    /// What it still said, and its exit code.
    pub fn ended(mut self) -> (String, Option<i32>) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (rest, self.process.wait().unwrap().code())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn signal(name: &str, processes: &[u32]) {
    let all: Vec<String> = processes.iter().map(u32::to_string).collect();
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", all.join(" "))]).status().unwrap();
    assert!(sent.success(), "kill -{name} {all:?}");
}

/// The status that a GET is answered with, if it is.
pub fn status(address: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

fn data_dir() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn every_command_explains_itself_with_an_example() {
    for command in [
        "",
        "serve",
        "migrate",
        "demo",
        "import",
        "admin create",
        "admin reset-password",
        "check-config",
        "healthcheck",
    ] {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let said = run(&mut guestlist(&arguments), "").ended(0);
        assert!(said.out.contains("Usage: guestlist"), "{command}: {}", said.out);
        assert!(said.out.contains("Example"), "{command} --help has no example: {}", said.out);
    }
    let all = run(&mut guestlist(&["--help"]), "").out;
    for word in ["serve", "migrate", "demo", "import", "admin", "check-config", "healthcheck", "78 configuration"] {
        assert!(all.contains(word), "{word} is missing in {all}");
    }
    assert!(run(&mut guestlist(&["--version"]), "").ended(0).out.contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_is_2() {
    for arguments in [
        ["dance"].as_slice(),
        &["--loud"],
        &["import"],
        &["import", "a.csv", "b.csv"],
        &["import", "a.csv", "--refused"],
        &["admin"],
        &["admin", "create", "--email", "kim@x.example"],
        &["admin", "delete"],
    ] {
        let said = run(&mut guestlist(arguments), "").ended(2);
        assert!(!said.err.is_empty() && said.out.is_empty(), "{arguments:?}: {said:?}");
    }
}

#[test]
fn a_wrong_environment_is_78_and_every_wrong_variable_is_named() {
    for command in ["serve", "migrate", "demo", "check-config", "healthcheck"] {
        let said = run(
            guestlist(&[command])
                .env("DATABASE_URL", "mysql://kim:geheimnis@db/x")
                .env("GUESTLIST_LISTEN", "here")
                .env("GUESTLIST_BASE_URL", "ftp://x")
                .env("GUESTLIST_SECRET_KEY", "kurz und geheim")
                .env("GUESTLIST_TRUSTED_PROXIES", "10.0.0.0/33")
                .env("GUESTLIST_LOG", "loud")
                .env("GUESTLIST_DATA_DIR_FILE", "/nowhere/data-dir"),
            "",
        )
        .ended(78);
        for name in [
            "DATABASE_URL ",
            "GUESTLIST_LISTEN ",
            "GUESTLIST_BASE_URL ",
            "GUESTLIST_SECRET_KEY ",
            "GUESTLIST_TRUSTED_PROXIES ",
            "GUESTLIST_LOG ",
            "GUESTLIST_DATA_DIR_FILE ",
        ] {
            assert!(said.err.contains(name), "{command}: {name}is missing in {}", said.err);
        }
        assert!(!said.err.contains("geheim"), "{command}: a secret is repeated: {}", said.err);
    }
}

#[test]
fn what_cannot_work_together_is_78() {
    let wildcard = run(guestlist(&["serve"]).env("GUESTLIST_LISTEN", "0.0.0.0:8080"), "").ended(78);
    assert!(wildcard.err.contains("GUESTLIST_BASE_URL must be given"), "{wildcard:?}");
    let tls = run(guestlist(&["migrate"]).env("DATABASE_URL", "postgres://x@127.0.0.1:1/x?sslmode=require"), "");
    if !cfg!(feature = "tls") {
        let tls = tls.ended(78);
        assert!(tls.err.contains("--features tls"), "{tls:?}");
    }
    let dir = data_dir();
    let file = dir.path().join("listen");
    fs::write(&file, "127.0.0.1:9\n").unwrap();
    let twice = guestlist(&["check-config"])
        .env("GUESTLIST_LISTEN", "127.0.0.1:8")
        .env("GUESTLIST_LISTEN_FILE", &file)
        .output()
        .unwrap();
    assert_eq!(twice.status.code(), Some(78), "{twice:?}");
    let by_file = run(guestlist(&["check-config"]).env("GUESTLIST_LISTEN_FILE", &file), "").ended(0);
    assert!(by_file.out.contains("127.0.0.1:9\n"), "{by_file:?}");
}

#[test]
fn a_good_environment_is_0_and_its_secrets_stay_unsaid() {
    let said = run(
        guestlist(&["check-config"])
            .env("DATABASE_URL", "postgres://kim:geheimnis@db.example/x")
            .env("GUESTLIST_SECRET_KEY", "geheim".repeat(11)),
        "",
    )
    .ended(0);
    assert!(said.out.contains("The configuration is good."), "{said:?}");
    for variable in VARIABLES {
        assert!(said.out.contains(variable.name), "{} is missing in {}", variable.name, said.out);
    }
    assert!(!format!("{said:?}").contains("geheim"), "{said:?}");
}

#[test]
fn whoever_leaves_the_gateway_open_is_told_so() {
    let db = TestDb::empty();
    let dir = data_dir();
    let behind_a_proxy = |arguments: &[&str]| {
        let mut command = guestlist(arguments);
        command.env("DATABASE_URL", &db.url).env("GUESTLIST_DATA_DIR", dir.path());
        command.env("GUESTLIST_BASE_URL", "https://guests.example");
        command
    };
    let open = "open to everybody. Set GUESTLIST_GATEWAY_TOKEN";
    let judged = run(&mut behind_a_proxy(&["check-config"]), "").ended(0);
    assert!(judged.out.contains(open), "{judged:?}");
    Serving::start(&mut behind_a_proxy(&["serve"])).line_with(open);
    let known = run(behind_a_proxy(&["check-config"]).env("GUESTLIST_TRUSTED_PROXIES", "127.0.0.1"), "").ended(0);
    assert!(!known.out.contains(open), "{known:?}");
}

#[test]
fn a_database_that_is_not_there_is_1_soon_and_in_words() {
    let begun = Instant::now();
    let url = "postgres://kim:geheimnis@127.0.0.1:1/x";
    for command in [["migrate"].as_slice(), &["demo"]] {
        let said = run(guestlist(command).env("DATABASE_URL", url), "").ended(1);
        assert!(said.err.contains("the database cannot be reached"), "{said:?}");
        assert!(!said.err.contains("geheim"), "{said:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
}

#[test]
fn migrate_may_be_run_again() {
    let db = TestDb::empty();
    for _ in 0..2 {
        run(guestlist(&["migrate"]).env("DATABASE_URL", &db.url), "").ended(0);
    }
    assert_eq!(db.number("select count(*) from developers"), 0);
}

#[test]
fn demo_fills_an_empty_database_once() {
    let db = TestDb::empty();
    run(guestlist(&["demo"]).env("DATABASE_URL", &db.url), "").ended(0);
    let filled = db.texts("select status || ' ' || count(*) from developers group by status order by 1");
    assert_eq!(filled.len(), 4, "{filled:?}");
    assert!(db.number("select count(*) from developers") >= 200);
    let imported = "select count(*) from audit_entries where event = 'developer.imported'";
    assert_eq!(db.number(imported), db.number("select count(*) from developers"));
    let before = db.texts("select to_jsonb(d) from developers as d order by id");
    for _ in 0..2 {
        let again = run(guestlist(&["demo"]).env("DATABASE_URL", &db.url), "").ended(1);
        assert!(again.err.contains("there are developers already"), "{again:?}");
    }
    assert_eq!(db.texts("select to_jsonb(d) from developers as d order by id"), before);
}

#[actix_web::test]
async fn an_admin_who_is_made_by_standard_input_signs_in() {
    let app = App::start().await;
    let create = |email: &str, stdin: &str| {
        let arguments = ["admin", "create", "--email", email, "--name", "Kim Lee"];
        run(guestlist(&arguments).env("DATABASE_URL", &app.db.url), stdin)
    };
    let made = create("Kim@Desk.example", &format!("{PASSWORD}\r\n")).ended(0);
    assert!(made.out.contains("Kim@Desk.example may sign in at http://127.0.0.1:8080/admin"), "{made:?}");
    assert!(!format!("{made:?}").contains(PASSWORD), "{made:?}");
    let browser = app.browser();
    browser.post("/admin/login", &[("email", "kim@desk.example"), ("password", PASSWORD)]).await.is(303);
    browser.get("/admin/developers").await.is(200);
    let entries = app.entries();
    assert_eq!((entries[0].event.as_str(), entries[0].actor_name.as_str()), ("admin.created", "command line"));

    let before = app.db.texts("select to_jsonb(a) from admins as a");
    let again = create("kim@desk.EXAMPLE", &format!("{PASSWORD} anders\n")).ended(1);
    assert!(again.err.contains("exists already"), "{again:?}");
    for (email, password) in [
        ("kim", PASSWORD),
        ("mo@desk.example", ""),
        ("mo@desk.example", "too short"),
        ("mo@desk.example", "passwordpassword"),
        ("mo@desk.example", "kim lee kim lee kim lee"),
    ] {
        let refused = create(email, &format!("{password}\n")).ended(2);
        assert!(refused.err.lines().count() == 1 && refused.err.len() > 20, "{refused:?}");
    }
    assert_eq!(app.db.texts("select to_jsonb(a) from admins as a"), before);
}

#[actix_web::test]
async fn a_new_password_ends_the_sessions() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let other = app.admin("Mo Decider").await;
    admin.gets("/admin/developers").await.is(200);
    let new = "sieben Saecke voller Laub";
    let reset = |email: &str, password: &str| {
        let arguments = ["admin", "reset-password", "--email", email];
        run(guestlist(&arguments).env("DATABASE_URL", &app.db.url), &format!("{password}\n"))
    };
    reset(&admin.email, new).ended(0);
    admin.gets("/admin/developers").await.is(303);
    other.gets("/admin/developers").await.is(200);
    admin.signs_in(PASSWORD).await.is(401);
    admin.signs_in(new).await.is(303);
    assert!(app.entries().iter().any(|entry| entry.event.as_str() == "admin.password_reset"));

    let unknown = reset("nobody@desk.example", new).ended(1);
    assert!(unknown.err.contains("there is no admin"), "{unknown:?}");
    reset(&admin.email, "short").ended(2);
    admin.gets("/admin/developers").await.is(200);
}

#[test]
fn a_busy_port_is_said_in_words_and_at_once() {
    let busy = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let dir = data_dir();
    let begun = Instant::now();
    // Before anything else: not even the database is looked for.
    let said = run(
        guestlist(&[])
            .env("GUESTLIST_LISTEN", busy.local_addr().unwrap().to_string())
            .env("GUESTLIST_DATA_DIR", dir.path())
            .env("DATABASE_URL", "postgres://x@127.0.0.1:1/x"),
        "",
    )
    .ended(1);
    assert!(said.err.contains("is in use") && said.err.contains("GUESTLIST_LISTEN="), "{said:?}");
    assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
}

#[actix_web::test]
async fn it_serves_offers_the_set_up_link_once_and_ends_kindly() {
    let db = TestDb::empty();
    let dir = data_dir();
    let program = |arguments: &[&str]| {
        let mut command = guestlist(arguments);
        command.env("DATABASE_URL", &db.url).env("GUESTLIST_DATA_DIR", dir.path());
        command
    };
    let mut serving = Serving::start(&mut program(&[]));
    let address = serving.address;
    let link = serving.line_with("/admin/setup/");
    let path = link.strip_prefix(&format!("http://{address}")).expect("the link begins with the base URL");
    assert_eq!(status(address, path), Some(200));
    eventually(Duration::from_secs(5), "ready", async || status(address, "/readyz") == Some(200)).await;
    run(program(&["healthcheck"]).env("GUESTLIST_LISTEN", address.to_string()), "").ended(0);

    let secret = dir.path().join("secret-key");
    assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&secret).unwrap();
    assert!(before.len() >= 64);

    let arguments = ["admin", "create", "--email", "kim@desk.example", "--name", "Kim Lee"];
    run(&mut program(&arguments), &format!("{PASSWORD}\n")).ended(0);
    serving.signal("TERM");
    let (_, code) = serving.ended();
    assert_eq!(code, Some(0));
    let down = run(program(&["healthcheck"]).env("GUESTLIST_LISTEN", address.to_string()), "").ended(1);
    assert!(down.err.contains("is not ready"), "{down:?}");

    let again = Serving::start(&mut program(&["serve"]));
    let address = again.address;
    eventually(Duration::from_secs(5), "ready", async || status(address, "/readyz") == Some(200)).await;
    again.signal("INT");
    let (said, code) = again.ended();
    assert_eq!(code, Some(0));
    assert!(!said.contains("/admin/setup/"), "there is an admin: {said}");
    assert_eq!(fs::read(&secret).unwrap(), before);
}
