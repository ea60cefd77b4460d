//! A client that costs little: one thread and one kept connection each, and no more of HTTP than the answers need.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What a browser sends besides; whether answers may be compressed is said where it matters.
const HEADERS: &str = "Host: desk.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 \
     Firefox/140.0\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
     Accept-Language: en-US,en;q=0.5\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n\
     Sec-Fetch-Site: same-origin\r\n";

/// A new address of the network each time, so that no throttle but the one that is meant holds anything back.
pub fn from_anywhere() -> String {
    static ADDRESS: AtomicU32 = AtomicU32::new(0);
    let [_, b, c, d] = ADDRESS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    format!("X-Forwarded-For: 10.{b}.{c}.{d}\r\n")
}

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
    request: String,
}

/// An answer, until the next request.
pub struct Answer<'a> {
    pub status: u16,
    head: &'a [u8],
    body: &'a [u8],
}

impl Answer<'_> {
    pub fn header(&self, name: &str) -> Option<String> {
        let head = String::from_utf8_lossy(self.head);
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }

    /// # Errors
    /// The answer has another status.
    pub fn expect(self, status: u16) -> io::Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        Err(io::Error::other(format!("{} instead of {status}: {}", self.status, self.text())))
    }
}

impl Connection {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self { stream, buffer: vec![0; 1 << 18], filled: 0, request: String::new() })
    }

    pub fn get(&mut self, path: &str, more: &str) -> io::Result<Answer<'_>> {
        self.request.clear();
        let _ = write!(self.request, "GET {path} HTTP/1.1\r\n{HEADERS}{more}\r\n");
        self.exchange()
    }

    pub fn post(&mut self, path: &str, more: &str, form: &str) -> io::Result<Answer<'_>> {
        self.request.clear();
        let _ = write!(
            self.request,
            "POST {path} HTTP/1.1\r\n{HEADERS}{more}Content-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            form.len()
        );
        self.exchange()
    }

    fn exchange(&mut self) -> io::Result<Answer<'_>> {
        self.stream.write_all(self.request.as_bytes())?;
        self.filled = 0;
        let head = loop {
            self.more()?;
            if let Some(at) = self.buffer[..self.filled].windows(4).position(|end| end == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let answer = Answer { status: 0, head: &self.buffer[..head], body: &[] };
        let length: Option<usize> = answer.header("content-length").and_then(|n| n.parse().ok());
        let is_chunked = answer.header("transfer-encoding").is_some();
        let status = std::str::from_utf8(&self.buffer[9..12]).ok().and_then(|n| n.parse().ok());
        match length {
            Some(length) => {
                while self.filled < head + length {
                    self.more()?;
                }
            }
            None if is_chunked => self.all_chunks(head)?,
            None => {}
        }
        Ok(Answer {
            status: status.ok_or_else(|| io::Error::other("no answer of HTTP"))?,
            head: &self.buffer[..head],
            body: &self.buffer[head..self.filled],
        })
    }

    fn all_chunks(&mut self, head: usize) -> io::Result<()> {
        let mut next = head;
        loop {
            let line = self.buffer[next..self.filled].windows(2).position(|end| end == b"\r\n");
            let Some(line) = line else {
                self.more()?;
                continue;
            };
            let size = std::str::from_utf8(&self.buffer[next..next + line]).unwrap_or_default();
            let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
            next += line + 2 + size + 2;
            while self.filled < next {
                self.more()?;
            }
            if size == 0 {
                return Ok(());
            }
        }
    }

    fn more(&mut self) -> io::Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.filled * 2, 0);
        }
        match self.stream.read(&mut self.buffer[self.filled..])? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                self.filled += n;
                Ok(())
            }
        }
    }
}

/// How the requests of a storm went.
#[derive(Clone, Default)]
pub struct Timing {
    microseconds: Vec<u32>,
    lasted: Duration,
    /// Answers that said "come back later".
    pub refused: usize,
}

impl Timing {
    pub fn add(&mut self, took: Duration) {
        self.microseconds.push(took.as_micros().try_into().unwrap_or(u32::MAX));
    }

    pub fn len(&self) -> usize {
        self.microseconds.len()
    }

    pub fn per_second(&self) -> f64 {
        self.microseconds.len() as f64 / self.lasted.as_secs_f64()
    }

    /// In milliseconds; the share of requests that were quicker is between 0 and 1.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.microseconds.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        sorted.get((last as f64 * share).round() as usize).map_or(0.0, |n| f64::from(*n) / 1_000.0)
    }

    pub fn merge(&mut self, other: Self) {
        self.microseconds.extend(other.microseconds);
        self.lasted += other.lasted;
        self.refused += other.refused;
    }
}

/// Whether a request was served or asked to come back.
pub enum Served {
    Yes,
    Refused,
}

/// So many connections, each sending its next request when the last is answered.
///
/// `actor` gives each connection what it does over and over.
///
/// # Errors
/// An answer that none of the actors expects.
pub fn storm<A>(
    address: SocketAddr,
    connections: usize,
    length: Duration,
    actor: impl Fn(usize) -> A + Sync,
) -> io::Result<Timing>
where
    A: FnMut(&mut Connection) -> io::Result<Served>,
{
    /// Requests before the clock runs, so that statements are prepared and threads exist.
    const WARM_UP: usize = 8;
    let start = Barrier::new(connections);
    let one = |number: usize| -> io::Result<Timing> {
        let ready = Connection::open(address).and_then(|mut connection| {
            let mut act = actor(number);
            (0..WARM_UP).try_for_each(|_| act(&mut connection).map(|_| ()))?;
            Ok((connection, act))
        });
        start.wait();
        let (mut connection, mut act) = ready?;
        let mut timing = Timing { microseconds: Vec::with_capacity(1 << 14), ..Timing::default() };
        let begun = Instant::now();
        let mut now = begun;
        while now < begun + length {
            let served = act(&mut connection)?;
            let after = Instant::now();
            match served {
                Served::Yes => timing.add(after - now),
                Served::Refused => timing.refused += 1,
            }
            now = after;
        }
        timing.lasted = now - begun;
        Ok(timing)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|number| scope.spawn(move || one(number))).collect();
        let mut all = Timing::default();
        for thread in threads {
            let timing = thread.join().map_err(|_| io::Error::other("a client panicked"))??;
            let lasted = all.lasted.max(timing.lasted);
            all.merge(timing);
            all.lasted = lasted;
        }
        Ok(all)
    })
}
