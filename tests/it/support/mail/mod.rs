//! A mail server that keeps what it gets, and can be as unpleasant as real ones are.

mod message;
mod talk;
mod tls;

use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use message::Mail;
pub use tls::trusted_file;

use super::eventually;

/// Who mail is from in the tests.
pub const SENDER: &str = "guests@desk.example";

/// Of a Guestlist that may send: but nobody listens there, and what is written waits.
pub const NO_SERVER: [(&str, &str); 2] =
    [("GUESTLIST_SMTP_URL", "smtp://127.0.0.1:9"), ("GUESTLIST_MAIL_FROM", "guests@acme.example")];

/// How long a test waits for mail.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a server offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    pub encryption: Encryption,
    /// Addresses with letters outside ASCII.
    pub all_letters: bool,
    /// Nobody sends who does not sign in so.
    pub login: Option<(&'static str, &'static str)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    #[default]
    None,
    StartTls,
    Implicit,
}

/// What a server does with mail to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whim {
    /// Answers to the address with this code and these words.
    Refuse(u16, &'static str),
    /// Takes address and text, and then answers so.
    RefuseText(u16, &'static str),
    /// Takes the text and never answers.
    Hang,
    /// Takes the text and closes the connection without an answer.
    Drop,
}

#[derive(Default)]
struct State {
    mails: Vec<Mail>,
    /// How many of them were handed to the test, by address.
    read: HashMap<String, usize>,
    whims: HashMap<String, Whim>,
    /// Addresses that somebody wanted to send to, each time.
    attempts: Vec<String>,
    connections: Vec<TcpStream>,
    /// An answer to every sender instead of the good one.
    to_sender: Option<(u16, &'static str)>,
    is_down: bool,
}

/// A mail server on a port of its own.
pub struct Sink {
    address: SocketAddr,
    offers: Offers,
    state: Arc<Mutex<State>>,
    listening: Option<JoinHandle<()>>,
}

impl Sink {
    pub fn start() -> Self {
        Self::offering(Offers::default())
    }

    pub fn offering(offers: Offers) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let mut sink = Self { address, offers, state: Arc::default(), listening: None };
        sink.listen(listener);
        sink
    }

    /// For `GUESTLIST_SMTP_URL`.
    pub fn url(&self) -> String {
        let scheme = match self.offers.encryption {
            Encryption::None => "smtp",
            Encryption::StartTls => "smtp+starttls",
            Encryption::Implicit => "smtps",
        };
        let login = self.offers.login.map(|(user, password)| format!("{user}:{password}@")).unwrap_or_default();
        format!("{scheme}://{login}localhost:{}", self.address.port())
    }

    /// The environment of a Guestlist that sends here.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        [("GUESTLIST_SMTP_URL", self.url()), ("GUESTLIST_MAIL_FROM", SENDER.to_owned())]
    }

    /// The next mail to this address that the test has not read.
    pub async fn mail_to(&self, address: &str) -> Mail {
        let nth = *self.state().read.get(address).unwrap_or(&0);
        eventually(PATIENCE, &format!("mail to {address}"), async || self.mails_to(address).len() > nth).await;
        *self.state().read.entry(address.to_owned()).or_default() += 1;
        self.mails_to(address).swap_remove(nth)
    }

    /// All mail to this address, in the order in which it came.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to.iter().any(|to| to == address)).collect()
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.state().mails.clone()
    }

    pub fn count(&self) -> usize {
        self.state().mails.len()
    }

    /// How often somebody wanted to send to this address.
    pub fn attempts(&self, address: &str) -> usize {
        self.state().attempts.iter().filter(|to| *to == address).count()
    }

    pub async fn is_tried(&self, address: &str, times: usize) {
        let what = format!("{times} attempts to send to {address}");
        eventually(PATIENCE, &what, async || self.attempts(address) >= times).await;
    }

    /// From now on mail to this address is treated so.
    pub fn does(&self, address: &str, whim: Whim) {
        self.state().whims.insert(address.to_owned(), whim);
    }

    pub fn takes(&self, address: &str) {
        self.state().whims.remove(address);
    }

    /// From now on every sender is answered so, if at all.
    pub fn answers_senders(&self, answer: Option<(u16, &'static str)>) {
        self.state().to_sender = answer;
    }

    /// Nobody listens any more, and whoever talked is cut off.
    pub fn goes_down(&mut self) {
        self.state().is_down = true;
        // Wakes whoever waits for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(listening) = self.listening.take() {
            listening.join().unwrap();
        }
        for connection in self.state().connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Listens on the same port again.
    pub fn comes_up(&mut self) {
        self.state().is_down = false;
        self.listen(TcpListener::bind(self.address).unwrap());
    }

    fn listen(&mut self, listener: TcpListener) {
        let (state, offers) = (Arc::clone(&self.state), self.offers);
        self.listening = Some(thread::spawn(move || {
            for stream in listener.incoming() {
                let mut now = lock(&state);
                if now.is_down {
                    return;
                }
                let Ok(stream) = stream else { continue };
                now.connections.push(stream.try_clone().unwrap());
                let state = Arc::clone(&state);
                thread::spawn(move || talk::serve(stream, offers, &state));
            }
        }));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if self.listening.is_some() {
            self.goes_down();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
