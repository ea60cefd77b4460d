//! Mail on its way: from the transaction that writes it to a mail server that may be unpleasant.

mod command;
mod decisions;
mod disk;
mod faults;
mod kills;
mod letters;
mod servers;
mod serving;

use std::cell::RefCell;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::rt::System;
use chrono::Utc;
use diesel::{Connection, PgConnection};
use guestlist::config::Config;
use guestlist::db::Db;
use guestlist::ids::MailId;
use guestlist::outbox::{self, Courier, Kind, Letter, Mail, Patience, Post, State};
use guestlist::policy::Policy;
use guestlist::web::seal::Seal;
use tokio::sync::watch;

use crate::support::app::SECRET;
use crate::support::db::TestDb;
use crate::support::eventually;
use crate::support::mail::{SENDER, Sink};

/// An outbox and a mail server, without a desk.
struct Office {
    db: TestDb,
    /// Kept, because looking again and again would mostly be connecting.
    conn: RefCell<PgConnection>,
    sink: Sink,
}

impl Office {
    fn open() -> Self {
        Self::with(Sink::start())
    }

    fn with(sink: Sink) -> Self {
        let db = TestDb::new();
        Self { conn: RefCell::new(db.conn()), db, sink }
    }

    /// Somebody has a link to open, which holds a token.
    fn asks_for_proof(&self, email: &str, token: &str) -> MailId {
        let letter = Letter::new(Kind::VerifyAddress, email, vec![("name", "Ada".into()), ("email", email.into())]);
        self.writes(&letter.linking(format!("/verify/{token}")))
    }

    /// Somebody is told something.
    fn tells(&self, email: &str) -> MailId {
        self.writes(&Letter::new(Kind::PasswordChanged, email, vec![("name", "Ada".into())]))
    }

    fn writes(&self, letter: &Letter) -> MailId {
        let written = self.conn.borrow_mut().transaction(|conn| {
            let policy = Policy::read(conn)?;
            post().enqueue(conn, &policy, letter, Utc::now())
        });
        written.unwrap()
    }

    fn row(&self, id: MailId) -> Mail {
        outbox::find(&mut self.conn.borrow_mut(), id).unwrap().unwrap()
    }

    async fn becomes(&self, id: MailId, state: State) -> Mail {
        eventually(Duration::from_secs(10), &format!("a mail is {state}"), async || self.row(id).state == state).await;
        self.row(id)
    }

    /// The mail waits, and the outbox knows why.
    async fn waits(&self, id: MailId, why: &str) -> Mail {
        let knows = async || self.row(id).last_error.contains(why);
        eventually(Duration::from_secs(10), &format!("a mail waits because {why}"), knows).await;
        assert_eq!(self.row(id).state, State::Waiting);
        self.row(id)
    }

    /// Somebody who carries the mail, in more of a hurry than usual.
    fn courier(&self) -> Running {
        self.courier_to(&self.sink.url())
    }

    fn courier_to(&self, url: &str) -> Running {
        run_courier(&self.db.url, url)
    }
}

fn run_courier(database: &str, url: &str) -> Running {
    let courier = courier(database, url, hurried());
    let (stop, stopped) = watch::channel(false);
    let thread = thread::spawn(move || System::new().block_on(courier.run(stopped)));
    Running { stop, thread: Some(thread) }
}

/// A courier at work, until it is dropped.
struct Running {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn config(url: &str) -> Config {
    let variable = |name: &str| match name {
        "GUESTLIST_BASE_URL" => Some("https://guests.example"),
        "GUESTLIST_SECRET_KEY" => Some(SECRET),
        "GUESTLIST_SMTP_URL" => Some(url),
        "GUESTLIST_MAIL_FROM" => Some(SENDER),
        _ => None,
    };
    Config::read(|name| variable(name).map(str::to_owned)).unwrap()
}

fn post() -> Post {
    let base_url = "https://guests.example".parse().unwrap();
    Post { base_url, seal: Seal::new(SECRET.as_bytes()), delivers: true }
}

fn courier(database: &str, url: &str, patience: Patience) -> Courier {
    Courier::new(Db::new(database, 2), post(), config(url).mail_route().unwrap(), patience).unwrap()
}

fn hurried() -> Patience {
    Patience {
        connect: Duration::from_secs(1),
        send: Duration::from_secs(1),
        slow: Duration::from_millis(100),
        poll: Duration::from_millis(20),
        lease: Duration::from_secs(4),
        pause: [Duration::from_millis(20), Duration::from_millis(100)],
        backoff: [Duration::from_millis(50), Duration::from_millis(200)],
        farewell: Duration::from_millis(500),
        ..Patience::default()
    }
}
