//! The database slow, full, frozen and gone. A cluster of its own for each test, durable as in earnest.

use std::fs::{self, File};
use std::future::IntoFuture;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection};
use futures_util::future::{join, join_all};
use guestlist::audit::Occasion;
use guestlist::db::migrations;
use guestlist::db::private_cluster::{PrivateCluster, Settings};
use guestlist::developers;
use guestlist::ids::DeveloperId;
use guestlist::keys::KeySecret;
use guestlist::values::{EmailAddress, PersonName};
use guestlist::{admins, passwords};
use tempfile::TempDir;

use crate::cli::{Serving, guestlist, run as run_command, signal, status};
use crate::support::actors::PASSWORD;
use crate::support::app::{Answer, Browser, Request, Server};
use crate::support::db::{number, run};
use crate::support::eventually;
use crate::support::gateway::BOUND;
use crate::support::somebody;

/// Within this a request is told that the database does not answer.
const AT_MOST: Duration = Duration::from_secs(3);
/// What `/livez` may take here, where other tests keep the machine busy. The promise is 50 ms: see what is printed.
const LIVE: Duration = Duration::from_millis(500);
/// How long is waited for what is promised within two seconds. See what is printed.
const WHOLE_AGAIN: Duration = Duration::from_secs(5);

/// A desk on a cluster of its own.
struct Ground {
    server: Server,
    admin: Browser,
    people: Vec<DeveloperId>,
    cluster: PrivateCluster,
    _dir: TempDir,
}

/// Open to the account that runs root's server.
fn open_folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

fn settings(data_dir: &Path) -> Settings {
    Settings { data_dir: data_dir.to_owned(), durable: true, program_dir: None, say: |_| () }
}

/// A data directory with a stopped cluster, copied from one that is kept. Two runs of the tests at once have one each.
fn data_dir() -> TempDir {
    static KEPT: LazyLock<(PathBuf, File)> = LazyLock::new(|| {
        for n in 0.. {
            let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("faults-{n}"));
            fs::create_dir_all(&dir).unwrap();
            let in_use = File::create(dir.join("in-use")).unwrap();
            if in_use.try_lock().is_ok() {
                return (PrivateCluster::attach_or_start(&settings(&dir)).unwrap().folder().to_owned(), in_use);
            }
        }
        unreachable!("there are more numbers than test runs")
    });
    let dir = open_folder();
    let copied = Command::new("cp").arg("-a").arg(&KEPT.0).arg(dir.path().join("postgres")).status().unwrap();
    assert!(copied.success());
    dir
}

impl Ground {
    async fn with(people: usize) -> Self {
        let dir = data_dir();
        let cluster = PrivateCluster::attach_or_start(&settings(dir.path())).unwrap();
        let conn = &mut guestlist::db::connect(&cluster.url("guestlist")).unwrap();
        migrations::run(conn).unwrap();
        let (name, email) = (PersonName::parse("Kim Lee").unwrap(), EmailAddress::parse("kim@desk.example").unwrap());
        let hash = passwords::hash_now(PASSWORD).unwrap();
        conn.transaction(|conn| admins::create(conn, (&name, &email), &hash, &Occasion::system("test")))
            .unwrap()
            .unwrap();
        let records: Vec<_> = (0..people).map(|n| somebody(&format!("Ada Nr{n}")).record()).collect();
        developers::enter(conn, &records, &Occasion::system("test")).unwrap();
        let server = Server::start(&cluster.url("guestlist"), &[]);
        let admin = server.browser();
        admin.post("/admin/login", &[("email", "kim@desk.example"), ("password", PASSWORD)]).await.is(303);
        Self { server, admin, people: records.iter().map(|record| record.id).collect(), cluster, _dir: dir }
    }

    fn conn(&self) -> PgConnection {
        PgConnection::establish(&self.cluster.superuser_url("guestlist")).unwrap()
    }

    fn postmaster(&self) -> u32 {
        server_in(self.cluster.folder()).expect("a server that runs")
    }

    /// A key of somebody approved.
    fn key(&self) -> String {
        let secret = KeySecret::generate().unwrap();
        run(
            &mut self.conn(),
            &format!(
                "update developers set status = 'approved', decided_at = now(), decided_by = 'x', email_verified_at = now(); \
             insert into applications (id, developer_id, name, description, callback_url, email, mailbox, status, \
             requested_at, decided_at, decided_by, name_order, search_text) \
             select gen_random_uuid(), id, 'App', '', '', email, mailbox, 'approved', now(), now(), 'x', 'app', 'app' \
             from developers limit 1; \
             insert into keys (id, application_id, secret_hash, shown_start, shown_end, name, created_at) \
             select gen_random_uuid(), id, sha256('{}'), '', '', 'Key', now() from applications",
                secret.as_str()
            ),
        );
        secret.as_str().to_owned()
    }

    fn list(&self) -> Request {
        self.admin.get("/admin/developers")
    }

    fn approve(&self, id: DeveloperId) -> Request {
        let path = format!("/admin/developers/{id}/transitions");
        self.admin.post(&path, &[("action", "approve"), ("version", "1")])
    }

    /// How long `/livez` took at the longest, asked again and again until the work is done.
    async fn live_while<T>(&self, work: impl Future<Output = T>) -> (T, Duration) {
        let done = std::cell::Cell::new(false);
        let watch = async {
            let mut longest = Duration::ZERO;
            while !done.get() {
                let (answer, took) = timed(self.server.browser().get("/livez")).await;
                assert_eq!(answer.status, 200, "{}", answer.what);
                longest = longest.max(took);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            longest
        };
        let work = async {
            let outcome = work.await;
            done.set(true);
            outcome
        };
        let (outcome, longest) = join(work, watch).await;
        assert!(longest < LIVE, "/livez took {longest:?}");
        (outcome, longest)
    }

    /// Asks until the desk is whole again: as many good answers in a row as there are connections, and then some.
    async fn whole_again(&self) -> Duration {
        let begun = Instant::now();
        let mut in_a_row = 0;
        let mut since = Duration::ZERO;
        while in_a_row < 20 {
            let answer = self.list().await;
            if answer.status == 200 {
                if in_a_row == 0 {
                    since = begun.elapsed();
                }
                in_a_row += 1;
            } else {
                assert_eq!(answer.status, 503, "{}", answer.what);
                in_a_row = 0;
            }
            assert!(begun.elapsed() < WHOLE_AGAIN, "not whole again after {:?}", begun.elapsed());
        }
        since
    }

    /// Each record and its history agree; whoever was acknowledged is approved. Says how many are.
    fn assert_consistent(&self, acknowledged: &[DeveloperId]) -> i64 {
        let conn = &mut self.conn();
        let torn = "select count(*) from developers as d where (status = 'approved')::int <> \
                    (select count(*) from audit_entries where subject_id = d.id and event = 'developer.approved') \
                    or version <> (case status when 'approved' then 2 else 1 end)";
        assert_eq!(number(conn, torn), 0, "a move without its entry, or twice");
        let lost = acknowledged.iter().filter(|id| {
            number(conn, &format!("select count(*) from developers where id = '{id}' and status = 'approved'")) != 1
        });
        assert_eq!(lost.count(), 0, "an acknowledged move is lost");
        let exact = "select (select counts[2] from developer_totals) - \
                     (select count(*) from developers where status = 'approved')";
        assert_eq!(number(conn, exact), 0, "the counts are wrong");
        number(conn, "select count(*) from developers where status = 'approved'")
    }
}

async fn timed(request: Request) -> (Answer, Duration) {
    let begun = Instant::now();
    let answer = request.into_future().await;
    (answer, begun.elapsed())
}

/// Told to come back, and in time.
#[track_caller]
fn assert_patience(answer: &Answer, took: Duration) {
    assert_eq!(answer.status, 503, "{}: {}", answer.what, answer.text());
    let wait: u32 = answer.header("retry-after").expect("a Retry-After").parse().unwrap();
    assert!((1..=5).contains(&wait), "{}: Retry-After: {wait}", answer.what);
    assert!(took < AT_MOST, "{} took {took:?}", answer.what);
}

/// The same as a page.
#[track_caller]
fn assert_unavailable(answer: &Answer, took: Duration) {
    assert_patience(answer, took);
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{:?}", answer.headers);
    let page = answer.text();
    assert!(page.contains("</html>") && page.contains(&answer.request_id()), "{}: {page}", answer.what);
}

/// The same for htmx: the page stays as it is, and its script says the request id.
#[track_caller]
fn assert_left_alone(answer: &Answer, took: Duration) {
    assert_patience(answer, took);
    assert_eq!((answer.text().as_str(), answer.header("hx-reswap")), ("", Some("none")), "{}", answer.what);
    assert!(!answer.request_id().is_empty());
}

fn longest(answers: &[(Answer, Duration)]) -> Duration {
    answers.iter().map(|(_, took)| *took).max().unwrap_or_default()
}

#[actix_web::test]
async fn a_locked_table_is_503_in_time_and_whole_again_after() {
    let ground = Ground::with(3).await;
    let mut outside = ground.conn();
    run(&mut outside, "begin; lock table developers in access exclusive mode");
    // More than there are connections, of every kind.
    let mut requests: Vec<Request> = (0..16).map(|_| ground.list()).collect();
    requests.push(ground.approve(ground.people[0]));
    requests.push(ground.admin.get(&format!("/admin/developers/{}", ground.people[1])));
    let by_htmx = ground.admin.speaking(true).get("/admin/developers?q=ada");
    let asked = join(join_all(requests.into_iter().map(timed)), timed(by_htmx));
    let ((answers, by_htmx), live) = ground.live_while(asked).await;
    assert_left_alone(&by_htmx.0, by_htmx.1);
    for (answer, took) in &answers {
        assert_unavailable(answer, *took);
    }
    // Afterwards too: nothing has piled up.
    let (again, took) = timed(ground.list()).await;
    assert_unavailable(&again, took);

    run(&mut outside, "rollback");
    let whole = ground.whole_again().await;
    eprintln!("locked: 503 after {:?} at most, /livez {live:?}, whole again after {whole:?}", longest(&answers));
    assert_eq!(ground.assert_consistent(&[]), 0, "a move that was answered by 503 came about by the lock's end");
    ground.approve(ground.people[0]).await.is(303);
    ground.assert_consistent(&ground.people[..1]);
}

#[actix_web::test]
async fn a_server_that_is_killed_loses_nothing_that_was_acknowledged() {
    let ground = Ground::with(400).await;
    let before = ground.postmaster();
    let acknowledged = std::cell::RefCell::new(Vec::new());
    let killed = std::cell::Cell::new(None::<Instant>);
    let returning = std::cell::RefCell::new(None::<JoinHandle<Instant>>);
    let outage = std::cell::Cell::new((None::<Instant>, None::<Instant>));
    let slowest = std::cell::Cell::new(Duration::ZERO);
    // Six admins at once: one of them in the middle of something whenever it happens.
    let admins = (0..6).map(async |nth| {
        for id in ground.people.iter().skip(nth).step_by(6) {
            if acknowledged.borrow().len() >= 60 && killed.get().is_none() {
                signal("KILL", &[before]);
                killed.set(Some(Instant::now()));
                returning.replace(Some(return_of_the_server(&ground, before)));
            }
            let (answer, took) = timed(ground.approve(*id)).await;
            slowest.set(slowest.get().max(took));
            match answer.status {
                303 => {
                    acknowledged.borrow_mut().push(*id);
                    // Sessions that do not know yet that their server is gone may still be answered.
                    if let (Some(_), None) = outage.get() {
                        outage.set((outage.get().0, Some(Instant::now())));
                    }
                }
                // The session could not be looked up, or the move not be made.
                503 => {
                    assert_unavailable(&answer, took);
                    outage.set((outage.get().0.or(Some(Instant::now())), outage.get().1));
                }
                other => panic!("{other}: {}", answer.text()),
            }
        }
    });
    let (_, live) = ground.live_while(join_all(admins)).await;
    let killed = killed.get().expect("it came to the kill");
    let server_back = returning.take().unwrap().join().unwrap();
    let whole = ground.whole_again().await;
    let acknowledged = acknowledged.into_inner();
    let approved = ground.assert_consistent(&acknowledged);
    let (refused, good) = outage.get();
    let late = good.map(|good| good.saturating_duration_since(server_back));
    eprintln!(
        "killed: first 503 {:?}, server back {:?}, good again {:?} after the kill; answers within {:?}, /livez {live:?}, \
         whole {whole:?} after the storm; {} acknowledged, {approved} made",
        refused.map(|refused| refused - killed),
        server_back - killed,
        good.map(|good| good - killed),
        slowest.get(),
        acknowledged.len(),
    );
    assert!(late.is_none_or(|late| late < WHOLE_AGAIN), "good again {late:?} after the server's return");
    assert!(acknowledged.len() >= 60);
    // Whoever was not acknowledged can be decided now.
    for id in ground.people.iter().filter(|id| !acknowledged.contains(id)) {
        let answer = ground.approve(*id).await;
        assert!([303, 409].contains(&answer.status), "{}: {}", answer.what, answer.status);
    }
    assert_eq!(ground.assert_consistent(&ground.people), 400);
}

/// When a server that is not this one takes connections; looked for beside the requests.
fn return_of_the_server(ground: &Ground, before: u32) -> JoinHandle<Instant> {
    let (url, folder) = (ground.cluster.url("guestlist"), ground.cluster.folder().to_owned());
    thread::spawn(move || {
        let begun = Instant::now();
        while server_in(&folder).is_none_or(|now| now == before) || PgConnection::establish(&url).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the cluster does not come back");
            thread::park_timeout(Duration::from_millis(5));
        }
        Instant::now()
    })
}

fn server_in(folder: &Path) -> Option<u32> {
    fs::read_to_string(folder.join("pgdata/postmaster.pid")).ok()?.lines().next()?.parse().ok()
}

#[actix_web::test]
async fn an_idle_desk_comes_back_with_its_server() {
    let ground = Ground::with(1).await;
    ground.whole_again().await;
    let before = ground.postmaster();
    signal("KILL", &[before]);
    let begun = Instant::now();
    let returning = return_of_the_server(&ground, before);
    let mut answers = Vec::new();
    let ((), live) = ground
        .live_while(async {
            loop {
                let (answer, took) = timed(ground.list()).await;
                let is_good = answer.status == 200 && returning.is_finished();
                answers.push((answer, took));
                if is_good {
                    break;
                }
                assert!(begun.elapsed() < Duration::from_secs(20), "the desk does not come back");
            }
        })
        .await;
    let (back, server_back) = (begun.elapsed(), returning.join().unwrap() - begun);
    assert!(back.saturating_sub(server_back) < WHOLE_AGAIN, "good again {back:?}, the server {server_back:?}");
    for (answer, took) in answers.iter().filter(|(answer, _)| answer.status != 200) {
        assert_unavailable(answer, *took);
    }
    let whole = ground.whole_again().await;
    eprintln!(
        "killed while idle: {} answers, {:?} at the longest, /livez {live:?}, server back {server_back:?}, good again \
         {back:?} after the kill, then whole after {whole:?}",
        answers.len(),
        longest(&answers),
    );
}

#[actix_web::test]
async fn a_gateway_decides_again_after_its_server_was_killed_and_misses_nothing() {
    let ground = Ground::with(1).await;
    let secret = ground.key();
    let gateway = ground.server.gateway().await;
    gateway.comes_to(&secret, 204).await;
    let before = ground.postmaster();
    signal("KILL", &[before]);
    let returning = return_of_the_server(&ground, before);
    while !returning.is_finished() {
        let status = gateway.checks(&secret).await.status;
        assert!([204, 503].contains(&status), "{status}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    returning.join().unwrap();
    let begun = Instant::now();
    run(&mut ground.conn(), "update developers set status = 'revoked'");
    gateway.comes_to_within(BOUND, &secret, 403).await;
    eprintln!("killed: what happened after its return was heard after {:?}", begun.elapsed());
    for (status, answer) in [("approved", 204), ("revoked", 403)] {
        run(&mut ground.conn(), &format!("update developers set status = '{status}'"));
        gateway.comes_to(&secret, answer).await;
    }
}

/// Processes that stand still. They go on when this is dropped, so that a failed test leaves nothing frozen.
#[cfg(target_os = "linux")]
struct Frozen(Vec<u32>);

#[cfg(target_os = "linux")]
impl Frozen {
    /// The server first, so that it starts no other.
    fn server(postmaster: u32) -> Self {
        signal("STOP", &[postmaster]);
        let mut all = vec![postmaster];
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
            if parent == Some(postmaster) {
                all.push(pid);
            }
        }
        assert!(all.len() > 8, "a server has backends: {all:?}");
        signal("STOP", &all);
        Self(all)
    }

    fn thaws(self) {}
}

#[cfg(target_os = "linux")]
impl Drop for Frozen {
    fn drop(&mut self) {
        signal("CONT", &self.0);
    }
}

#[cfg(target_os = "linux")]
fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

#[actix_web::test]
#[cfg(target_os = "linux")]
async fn a_frozen_server_is_503_in_time_and_whole_again_after() {
    const FOR: Duration = Duration::from_secs(5);
    let ground = Ground::with(3).await;
    ground.whole_again().await;
    let before = threads();
    let frozen = Frozen::server(ground.postmaster());
    let begun = Instant::now();
    let mut answers = Vec::new();
    let ((), live) = ground
        .live_while(async {
            while begun.elapsed() < FOR {
                let mut requests: Vec<Request> = (0..20).map(|_| ground.list()).collect();
                requests.push(ground.approve(ground.people[0]));
                requests
                    .push(ground.server.browser().post("/admin/login", &[("email", "a@x.example"), ("password", "x")]));
                answers.extend(join_all(requests.into_iter().map(timed)).await);
            }
        })
        .await;
    let grown = threads().saturating_sub(before);
    let ready = timed(ground.server.browser().get("/readyz")).await;
    frozen.thaws();
    for (answer, took) in &answers {
        assert_unavailable(answer, *took);
    }
    assert!(ready.0.status == 503 && ready.1 < Duration::from_secs(2), "/readyz: {} {:?}", ready.0.status, ready.1);
    let whole = ground.whole_again().await;
    eprintln!(
        "frozen: {} answers, {:?} at the longest, /livez {live:?}, {grown} threads more in the whole test process, whole \
         again after {whole:?}",
        answers.len(),
        longest(&answers),
    );
    // What was told 503 may have come about after all, but then whole.
    ground.assert_consistent(&[]);
}

#[actix_web::test]
async fn a_server_without_a_free_connection_is_503_until_there_is_one() {
    let ground = Ground::with(1).await;
    let url = ground.cluster.url("guestlist");
    let mut taken = Vec::new();
    while let Ok(conn) = PgConnection::establish(&url) {
        taken.push(conn);
        assert!(taken.len() < 1000, "connections are not limited");
    }
    // A desk that starts meanwhile finds no connection at all.
    let late = Server::start(&url, &[]);
    let browser = late.browser();
    let (answer, took) = timed(browser.get("/admin/login")).await;
    assert_unavailable(&answer, took);
    let (answer, took) = timed(browser.get("/livez")).await;
    assert!(answer.status == 200 && took < LIVE, "/livez: {took:?}");
    // The one that has its connections goes on.
    ground.list().await.is(200);

    let count = taken.len();
    drop(taken);
    let begun = Instant::now();
    loop {
        let answer = browser.get("/admin/login").await;
        if answer.status == 200 {
            break;
        }
        assert_eq!(answer.status, 503);
        assert!(begun.elapsed() < WHOLE_AGAIN, "not whole again after {:?}", begun.elapsed());
    }
    eprintln!("full with {count} connections: whole again after {:?}", begun.elapsed());
}

#[actix_web::test]
async fn sessions_that_are_ended_by_the_server_go_unnoticed() {
    let ground = Ground::with(40).await;
    let mut outside = ground.conn();
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for id in &ground.people {
        run(&mut outside, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guestlist'");
        match ground.approve(*id).await.status {
            303 => acknowledged.push(*id),
            503 => refused += 1,
            other => panic!("{other}"),
        }
    }
    let approved = ground.assert_consistent(&acknowledged);
    eprintln!("sessions ended: {} acknowledged, {refused} told 503, {approved} made", acknowledged.len());
    assert!(refused <= 1, "{refused} of 40 were told 503");
}

#[actix_web::test]
async fn when_the_first_process_is_killed_the_second_serves_on() {
    let dir = data_dir();
    let program = |arguments: &[&str]| {
        let mut command = guestlist(arguments);
        command.env("GUESTLIST_DATA_DIR", dir.path());
        command
    };
    let first = Serving::start(&mut program(&[]));
    let second = Serving::start(&mut program(&[]));
    eventually(WHOLE_AGAIN, "ready", async || status(second.address, "/readyz") == Some(200)).await;
    // Acknowledged by a third process, which attaches as well.
    run_command(&mut program(&["demo"]), "").ended(0);

    first.signal("KILL");
    let begun = Instant::now();
    let mut answers = Vec::new();
    // Ready may still mean the server that is about to go.
    let gone = || status(first.address, "/livez").is_none();
    while !(gone() && begun.elapsed() > Duration::from_millis(200) && status(second.address, "/readyz") == Some(200)) {
        let asked = Instant::now();
        answers.push((status(second.address, "/admin/login"), asked.elapsed()));
        assert!(begun.elapsed() < WHOLE_AGAIN, "not whole again after {:?}: {answers:?}", begun.elapsed());
    }
    eprintln!("first process killed: the second serves after {:?}", begun.elapsed());
    for (status, took) in answers {
        assert!(matches!(status, Some(200 | 503)) && took < AT_MOST, "{status:?} after {took:?}");
    }
    let cluster = PrivateCluster::attach_or_start(&settings(dir.path())).unwrap();
    let conn = &mut PgConnection::establish(&cluster.superuser_url("guestlist")).unwrap();
    let entries = number(conn, "select count(*) from audit_entries where event = 'developer.imported'");
    assert!(entries >= 200);
    assert_eq!(number(conn, "select count(*) from developers"), entries);
    second.signal("TERM");
    assert_eq!(second.ended().1, Some(0));
}
