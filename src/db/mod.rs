//! The door to PostgreSQL: one pool, one way in, and every fault of the database named.
//!
//! A request waits at most [`QUEUE`] for a connection and [`DEADLINE`] for its answer; after that it is told 503 while
//! the frozen call keeps its place in the queue, so that a database that hangs cannot pile up threads.

pub mod migrations;
pub mod private_cluster;
pub mod reach;
pub mod search;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::web;
use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{Connection, RunQueryDsl};
use tokio::sync::Semaphore;

pub use diesel::PgConnection as Conn;
pub use diesel::result::QueryResult;

/// How long a request waits for its turn.
const QUEUE: Duration = Duration::from_millis(500);
/// How long a request waits for an answer once it has its turn.
const DEADLINE: Duration = Duration::from_millis(2000);
/// What every connection of the pool is told. The timeouts end a statement before the request gives up on it.
const SESSION: &str = "set statement_timeout = '1800ms'; set lock_timeout = '450ms'; \
     set idle_in_transaction_session_timeout = '10s'; set timezone = 'UTC'; set jit = off; \
     set application_name = 'guestlist'";

/// Why a call to the database brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Nobody's fault here: full, slow, frozen or gone. Trying again helps.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// A fault of this program.
    #[error("the database refused what it was told: {0}")]
    Failed(#[source] DieselError),
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        match &error {
            // Timeouts, a full disk, a shutdown: diesel has no kinds for them, and the words depend on the language.
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::Unknown,
                _,
            )
            | DieselError::BrokenTransactionManager => Self::Unavailable(error.to_string()),
            _ => Self::Failed(error),
        }
    }
}

fn is_lost(error: &DieselError) -> bool {
    matches!(
        error,
        DieselError::BrokenTransactionManager
            | DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _
            )
    )
}

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: r2d2::Pool<Opener>,
    /// As many as connections: whoever holds one finds a connection free.
    turns: Arc<Semaphore>,
    /// Counts losses. A connection from before the last loss is tried before it is used, because the server that went
    /// away took all of them along.
    losses: Arc<AtomicU64>,
}

struct Opener {
    url: String,
    losses: Arc<AtomicU64>,
}

struct Link {
    conn: Conn,
    losses_seen: u64,
    lost: bool,
}

impl r2d2::ManageConnection for Opener {
    type Connection = Link;
    type Error = DieselError;

    fn connect(&self) -> Result<Link, DieselError> {
        let losses_seen = self.losses.load(Ordering::Acquire);
        let conn = connect(&self.url)?;
        Ok(Link { conn, losses_seen, lost: false })
    }

    fn is_valid(&self, link: &mut Link) -> Result<(), DieselError> {
        ping(&mut link.conn)
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        link.lost || std::thread::panicking()
    }
}

fn ping(conn: &mut Conn) -> QueryResult<()> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1")).execute(conn).map(|_| ())
}

/// One connection outside the pool, with the pool's timeouts: for the command line.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn connect(url: &str) -> Result<Conn, DieselError> {
    let to_query = |e: diesel::ConnectionError| {
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(e.to_string()))
    };
    let mut conn = Conn::establish(url).map_err(to_query)?;
    conn.batch_execute(SESSION)?;
    Ok(conn)
}

/// Lifts the timeouts: an import or a migration may take its time.
///
/// # Errors
/// The connection is lost.
pub fn without_hurry(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("set statement_timeout = 0; set lock_timeout = '30s'")
}

/// A word about the server at start-up: false where search would only know ASCII letters.
///
/// # Errors
/// The connection is lost.
pub fn knows_all_letters(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>("cardinality(show_trgm('ж')) > 0")).get_result(conn)
}

/// r2d2 tells of failed attempts to connect.
#[derive(Debug)]
struct IntoTheLog;

impl<E: std::fmt::Display> r2d2::HandleError<E> for IntoTheLog {
    fn handle_error(&self, error: E) {
        tracing::warn!("no connection to the database: {error}");
    }
}

impl Db {
    /// A pool of `size` connections that are opened as soon as the server lets them in.
    pub fn new(url: &str, size: u32) -> Self {
        let losses = Arc::new(AtomicU64::new(0));
        let opener = Opener { url: url.to_owned(), losses: Arc::clone(&losses) };
        let pool = r2d2::Pool::builder()
            .max_size(size)
            .test_on_check_out(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connection_timeout(QUEUE)
            .error_handler(Box::new(IntoTheLog))
            .build_unchecked(opener);
        Self { pool, turns: Arc::new(Semaphore::new(size as usize)), losses }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`DbError::Unavailable`].
    pub async fn ping(&self) -> Result<(), DbError> {
        self.run(ping).await
    }

    /// Reads. The work may run twice when its connection turns out to be dead.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn run<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
    {
        self.blocking(move |db| db.with_link(|conn| work(conn).map_err(Fault::before_commit))).await
    }

    /// Writes: all of the work or nothing of it. It may run twice when the connection died, or two such pieces of work
    /// blocked each other, before the commit was sent; never after.
    ///
    /// # Errors
    /// [`DbError`]; then nothing was written, except that a connection lost during the commit leaves it open.
    pub async fn transaction<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
    {
        self.blocking(move |db| {
            db.with_link(|conn| {
                let mut worked = false;
                conn.transaction(|conn| {
                    let outcome = work(conn);
                    worked = outcome.is_ok();
                    outcome
                })
                .map_err(|error| Fault { error, committing: worked })
            })
        })
        .await
    }

    async fn blocking<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, DbError> + Send + 'static,
    {
        let turn = tokio::time::timeout(QUEUE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| DbError::Unavailable("all connections are busy".into()))?
            .map_err(|_| DbError::Unavailable("shutting down".into()))?;
        let db = self.clone();
        let call = web::block(move || {
            let _turn = turn;
            work(&db)
        });
        match tokio::time::timeout(DEADLINE, call).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(DbError::Unavailable("shutting down".into())),
            Err(_) => Err(DbError::Unavailable("no answer in time".into())),
        }
    }

    fn with_link<T>(&self, mut work: impl FnMut(&mut Conn) -> Result<T, Fault>) -> Result<T, DbError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut link = self.live_link()?;
            match work(&mut link.conn) {
                Ok(answer) => return Ok(answer),
                Err(fault) => {
                    let lost = is_lost(&fault.error);
                    if lost {
                        link.lost = true;
                        self.losses.fetch_add(1, Ordering::AcqRel);
                    }
                    if tries == 2 || fault.committing || !(lost || is_deadlock(&fault.error)) {
                        return Err(fault.error.into());
                    }
                }
            }
        }
    }

    fn live_link(&self) -> Result<r2d2::PooledConnection<Opener>, DbError> {
        loop {
            let mut link = self.pool.get().map_err(|e| DbError::Unavailable(e.to_string()))?;
            let losses = self.losses.load(Ordering::Acquire);
            if link.losses_seen == losses {
                return Ok(link);
            }
            if ping(&mut link.conn).is_ok() {
                link.losses_seen = losses;
                return Ok(link);
            }
            link.lost = true;
        }
    }
}

struct Fault {
    error: DieselError,
    committing: bool,
}

impl Fault {
    fn before_commit(error: DieselError) -> Self {
        Self { error, committing: false }
    }
}

/// PostgreSQL undid one of two transactions that waited for each other. Its code does not reach us; its hint does.
fn is_deadlock(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, info) => info.message().contains("deadlock"),
        _ => false,
    }
}

/// Whether the error is the breach of this unique constraint.
pub fn breaks(error: &DieselError, constraint: &str) -> bool {
    matches!(error, DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
        if info.constraint_name() == Some(constraint))
}
