//! A gateway that asks whether a key may pass.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use actix_web::http::Method;

use super::app::{Answer, App, Browser, Request, Server};
use super::applications::unknown_key;
use super::eventually;

pub const CHECK: &str = "/gateway/check";
/// Within this a change is known everywhere.
pub const SOON: Duration = Duration::from_secs(1);
/// Longer than this nobody goes on without having heard from the database.
pub const BOUND: Duration = Duration::from_secs(5);
/// What an answer of 503 may take here, where other tests keep the machine busy. The promise is 1 s: see what is printed.
pub const UNDECIDED: Duration = Duration::from_millis(1_500);

/// How often it is asked whether an answer stays, and how long it is waited in between.
const AGAIN: usize = 5;
const PAUSE: Duration = Duration::from_millis(12);

/// A gateway in front of one instance.
#[derive(Clone)]
pub struct Gateway {
    browser: Browser,
    address: SocketAddr,
}

impl App {
    /// A gateway of this instance, once it decides and every instance has heard of what happened until now.
    pub async fn gateway(&self) -> Gateway {
        let gateway = self.server.gateway().await;
        self.is_heard().await;
        gateway
    }

    /// Until every instance has heard of what happened until now.
    pub async fn is_heard(&self) {
        let is_heard = async || self.db.number("select count(*) from gateway_spread where not knows") == 0;
        eventually(SOON * 2, "all instances know all changes", is_heard).await;
    }
}

impl Server {
    pub async fn gateway(&self) -> Gateway {
        let gateway = self.unguarded_gateway();
        gateway.is_ready().await;
        gateway
    }

    /// A gateway that may be refused whatever it shows.
    pub fn unguarded_gateway(&self) -> Gateway {
        Gateway::at(self.address)
    }
}

impl Gateway {
    pub fn at(address: SocketAddr) -> Self {
        Self { browser: Browser::at(address, &format!("http://{address}")), address }
    }

    /// Until the instance has loaded what it needs.
    pub async fn is_ready(&self) {
        let stranger = unknown_key();
        let decides = async || self.checks(&stranger).await.status != 503;
        eventually(Duration::from_secs(10), "the gateway decides", decides).await;
    }

    /// A request without a key.
    pub fn asks(&self) -> Request {
        self.asks_at(CHECK)
    }

    pub fn asks_at(&self, path: &str) -> Request {
        self.asks_by("GET", path)
    }

    pub fn asks_by(&self, method: &str, path: &str) -> Request {
        self.browser.plainly(Method::from_bytes(method.as_bytes()).unwrap(), path)
    }

    /// A request with this key.
    pub fn checks(&self, secret: &str) -> Request {
        self.asks().header("X-API-Key", secret)
    }

    /// Asks again and again until it is answered so, which has to be soon; tells when. It stays so.
    pub async fn comes_to(&self, secret: &str, status: u16) -> Duration {
        self.comes_to_within(SOON, secret, status).await
    }

    pub async fn comes_to_within(&self, within: Duration, secret: &str, status: u16) -> Duration {
        let took = self.turns_to(within, secret, status).await;
        self.stays_at(secret, status).await;
        took
    }

    /// Asks until it is answered so once.
    pub async fn turns_to(&self, within: Duration, secret: &str, status: u16) -> Duration {
        let begun = Instant::now();
        loop {
            let answer = self.checks(secret).await;
            let took = begun.elapsed();
            assert!(took < within, "after {took:?} it is {}; awaited was {status}", answer.status);
            if answer.status == status {
                return took;
            }
        }
    }

    /// Is answered so now, and for a while.
    pub async fn stays_at(&self, secret: &str, status: u16) {
        let mut answers = vec![self.checks(secret).await.status];
        for _ in 1..AGAIN {
            tokio::time::sleep(PAUSE).await;
            answers.push(self.checks(secret).await.status);
        }
        assert_eq!(answers, [status; AGAIN], "one after the other");
    }

    /// The numbers of `/metrics`.
    pub async fn metrics(&self) -> Metrics {
        Metrics(self.asks_at("/metrics").await.is(200).text())
    }

    /// Many keys over one connection, one after the other without waiting: the statuses in their order.
    pub fn checks_all(&self, secrets: &[String]) -> Vec<u16> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut answers = BufReader::new(stream.try_clone().unwrap());
        let mut statuses = Vec::with_capacity(secrets.len());
        for batch in secrets.chunks(64) {
            let requests: String = batch
                .iter()
                .map(|secret| format!("GET {CHECK} HTTP/1.1\r\nHost: x\r\nX-API-Key: {secret}\r\n\r\n"))
                .collect();
            stream.write_all(requests.as_bytes()).unwrap();
            statuses.extend(batch.iter().map(|_| next_status(&mut answers)));
        }
        statuses
    }
}

/// The status of the next answer; its headers and its body are passed over.
fn next_status(answers: &mut impl BufRead) -> u16 {
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {line:?}")).parse().unwrap();
    let mut length = 0;
    loop {
        line.clear();
        answers.read_line(&mut line).unwrap();
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    std::io::copy(&mut answers.take(length), &mut std::io::sink()).unwrap();
    status
}

/// What Prometheus is told.
pub struct Metrics(pub String);

impl Metrics {
    /// What stands behind this name with its labels.
    #[track_caller]
    pub fn value(&self, name: &str) -> f64 {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.0)).parse().unwrap()
    }

    /// The sum of all lines of this name.
    #[track_caller]
    pub fn sum(&self, name: &str) -> f64 {
        let lines = self.0.lines().filter(|line| {
            let rest = line.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(['{', ' ']))
        });
        let values: Vec<f64> = lines.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect();
        assert!(!values.is_empty(), "no {name} in {}", self.0);
        values.iter().sum()
    }
}

/// What an answer lets through.
pub fn identity(answer: &Answer) -> [Option<String>; 5] {
    ["X-Developer-Id", "X-Developer-Email", "X-Application-Id", "X-Application-Name", "X-Key-Id"]
        .map(|name| answer.header(name).map(str::to_owned))
}
