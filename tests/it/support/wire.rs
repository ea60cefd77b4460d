//! The wire between a server and its database, which can fall silent, lag, swallow notifications or be cut.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tempfile::TempDir;

use super::db::TestDb;

const WHOLE: u8 = 0;
const SILENT: u8 = 1;
const DEAF: u8 = 2;
const CUT: u8 = 3;
const LAGGING: u8 = 4;

/// How late a row is on a wire that lags.
const LAG: Duration = Duration::from_millis(25);

/// A wire to one database.
pub struct Wire {
    /// How the database is reached through it.
    pub url: String,
    shared: Arc<Shared>,
    _dir: TempDir,
}

struct Shared {
    beyond: PathBuf,
    state: AtomicU8,
    /// What the server asked, on connections that do not listen.
    asked: AtomicUsize,
    /// Notifications that did not come through.
    swallowed: AtomicUsize,
    open: Mutex<Vec<UnixStream>>,
}

impl Wire {
    pub fn to(db: &TestDb) -> Self {
        let (role, rest) = db.url.split_once('@').unwrap();
        let (folder, rest) = rest.split_once(':').unwrap();
        let port = rest.split('/').next().unwrap();
        let socket = |folder: &Path| folder.join(format!(".s.PGSQL.{port}"));
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(socket(dir.path())).unwrap();
        let beyond = socket(Path::new(&*percent_decode_str(folder).decode_utf8().unwrap()));
        let (state, asked, swallowed) = (AtomicU8::new(WHOLE), AtomicUsize::new(0), AtomicUsize::new(0));
        let shared = Arc::new(Shared { beyond, state, asked, swallowed, open: Mutex::default() });
        let own = dir.path().to_string_lossy().replace('/', "%2F");
        let url = format!("{role}@{own}:{rest}");
        let serving = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                serving.connect(client);
            }
        });
        Self { url, shared, _dir: dir }
    }

    /// Nothing comes through any more, and nobody is told.
    pub fn falls_silent(&self) {
        self.shared.state.store(SILENT, Ordering::SeqCst);
    }

    /// Notifications do not come through any more; all else does.
    pub fn swallows_notifications(&self) {
        self.shared.state.store(DEAF, Ordering::SeqCst);
    }

    /// What is read is old when it arrives; whoever listens hears at once.
    pub fn lags(&self) {
        self.shared.state.store(LAGGING, Ordering::SeqCst);
    }

    /// Every connection ends, and no new one is made.
    pub fn is_cut(&self) {
        self.shared.state.store(CUT, Ordering::SeqCst);
        self.shared.hang_up();
    }

    /// New connections work again. The old ones have lost something and end.
    pub fn is_mended(&self) {
        self.shared.hang_up();
        self.shared.state.store(WHOLE, Ordering::SeqCst);
    }

    /// How many statements went through, without those of whoever listens.
    pub fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// How many notifications did not come through.
    pub fn swallowed(&self) -> usize {
        self.shared.swallowed.load(Ordering::SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.is_cut();
    }
}

impl Shared {
    fn connect(self: &Arc<Self>, client: UnixStream) {
        if self.state.load(Ordering::SeqCst) == CUT {
            return;
        }
        let Ok(server) = UnixStream::connect(&self.beyond) else { return };
        let ends = [client.try_clone().unwrap(), server.try_clone().unwrap()];
        self.open.lock().unwrap_or_else(PoisonError::into_inner).extend(ends);
        let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let listens = Arc::new(AtomicBool::new(false));
        let (there, side) = (self.clone(), Side::Client { has_begun: false, listens: listens.clone() });
        thread::spawn(move || there.carry(from, to, side));
        let (back, side) = (self.clone(), Side::Server { listens });
        thread::spawn(move || back.carry(server, client, side));
    }

    fn hang_up(&self) {
        for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Message by message, until one side ends.
    fn carry(&self, mut from: UnixStream, mut to: UnixStream, mut side: Side) {
        while let Some(message) = side.message(&mut from) {
            match self.state.load(Ordering::SeqCst) {
                SILENT => continue,
                LAGGING if side.is_row_read(&message) => thread::sleep(LAG),
                DEAF if side.is_notification(&message) => {
                    self.swallowed.fetch_add(1, Ordering::SeqCst);
                    continue;
                }
                _ => {}
            }
            if side.asks(&message) {
                self.asked.fetch_add(1, Ordering::SeqCst);
            }
            if to.write_all(&message).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}

/// Who speaks, and what is known of them.
enum Side {
    Client { has_begun: bool, listens: Arc<AtomicBool> },
    Server { listens: Arc<AtomicBool> },
}

impl Side {
    /// The next message: its kind, which the first one of a client does not have, its length and the rest.
    fn message(&mut self, from: &mut impl Read) -> Option<Vec<u8>> {
        let kind = match self {
            Self::Client { has_begun, .. } if !*has_begun => {
                *has_begun = true;
                0
            }
            _ => 1,
        };
        let mut message = vec![0; kind + 4];
        from.read_exact(&mut message).ok()?;
        let length = u32::from_be_bytes(message[kind..].try_into().unwrap());
        message.resize(kind + usize::try_from(length).unwrap(), 0);
        from.read_exact(&mut message[kind + 4..]).ok()?;
        Some(message)
    }

    fn is_notification(&self, message: &[u8]) -> bool {
        matches!(self, Self::Server { .. }) && message[0] == b'A'
    }

    /// Whether this is a row for somebody who does not listen.
    fn is_row_read(&self, message: &[u8]) -> bool {
        matches!(self, Self::Server { listens } if !listens.load(Ordering::SeqCst)) && message[0] == b'D'
    }

    /// Whether a statement is carried out, by somebody who does not listen.
    fn asks(&self, message: &[u8]) -> bool {
        let Self::Client { listens, .. } = self else { return false };
        let begins = message.windows(7).any(|word| word.eq_ignore_ascii_case(b"listen "));
        let listens = listens.fetch_or(begins, Ordering::SeqCst) || begins;
        !listens && matches!(message[0], b'B' | b'Q')
    }
}
