//! Couriers that are killed.

use std::collections::HashMap;
use std::env;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::rt::System;
use guestlist::outbox::{Patience, State};
use tokio::sync::watch;

use super::{Office, courier, hurried};
use crate::support::eventually;

const DATABASE: &str = "GUESTLIST_TEST_COURIER_DATABASE";
const SERVER: &str = "GUESTLIST_TEST_COURIER_SERVER";
/// Of the usual run. HARDENING.md wants 100 over 500 mails: `GUESTLIST_TEST_KILLS=100`.
const KILLS: usize = 25;

/// Not a test: what a courier's process runs, in this same program.
#[test]
#[ignore = "is started by the test of killed couriers"]
fn courier_process() {
    let (Ok(database), Ok(server)) = (env::var(DATABASE), env::var(SERVER)) else { return };
    let (_stop, stopped) = watch::channel(false);
    System::new().block_on(courier(&database, &server, short_lease()).run(stopped));
}

/// A mail of a dead courier is taken up soon; one of a living courier is settled before.
fn short_lease() -> Patience {
    let send = Duration::from_millis(700);
    Patience { connect: send, send, lease: Duration::from_secs(2), ..hurried() }
}

struct Process(Child);

impl Process {
    fn start(office: &Office) -> Self {
        let mut command = Command::new("/proc/self/exe");
        command
            .args(["outbox::kills::courier_process", "--exact", "--ignored"])
            .env(DATABASE, &office.db.url)
            .env(SERVER, office.sink.url())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL: it can put nothing in order.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[actix_web::test]
async fn killed_couriers_lose_nothing_and_repeat_at_most_one_mail_each() {
    let kills = env::var("GUESTLIST_TEST_KILLS").map_or(KILLS, |number| number.parse().unwrap());
    let mails = 300.max(kills * 5);
    let office = Office::open();
    let ids: Vec<_> =
        (0..mails).map(|n| office.asks_for_proof(&format!("dev{n}@x.example"), &format!("t{n}"))).collect();
    let mut processes = [Process::start(&office), Process::start(&office)];
    for kill in 1..=kills {
        let arrived = async || office.sink.count() >= mails * kill / (kills + 1);
        eventually(Duration::from_secs(20), "more mail arrives", arrived).await;
        // Somewhere in the middle of a mail, each time elsewhere.
        tokio::time::sleep(Duration::from_micros(getrandom::u64().unwrap() % 8_000)).await;
        processes[kill % 2] = Process::start(&office);
    }
    for id in &ids {
        eventually(Duration::from_secs(20), "all are sent", async || office.row(*id).state == State::Sent).await;
    }
    let mut times: HashMap<String, usize> = HashMap::new();
    for mail in office.sink.mails() {
        *times.entry(mail.header("Message-ID").unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(times.len(), ids.len(), "lost, or under another name");
    let repeated: usize = times.values().map(|n| n - 1).sum();
    assert!(repeated <= kills, "{repeated} repeated by {kills} kills");
    eprintln!("{kills} kills over {mails} mails: 0 lost, {repeated} repeated");
}
