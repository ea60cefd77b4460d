//! What gateways ask: may whoever shows this key pass?
//!
//! ```text
//!  gateway ──▶ check ──▶ cache ── known ──────────────────────────────▶ 204, 401, 403
//!                          │ └─── no such fingerprint ────────────────▶ 401
//!                          └───── first sight ──▶ queries ──▶ PostgreSQL
//!                                                                │ triggers write gateway_changes, and notify
//!                          cache ◀── apply ◀── feed ◀────────────┘
//! ```
//!
//! A known key is answered from memory. The feed hears of every change and empties what it concerns; when it has heard
//! nothing for five seconds, the answer is 503 to everybody.

mod access;
mod cache;
mod feed;
mod fingerprints;
pub mod handlers;
mod metrics;
mod presented;
mod pulse;
mod queries;
mod usage;
mod views;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::time::timeout;

use self::access::Verdict;
use self::cache::{Cache, MAX_KEYS};
use self::handlers::identity::Identity;
use self::metrics::Numbers;
use self::pulse::Pulse;
use self::usage::Usage;
use crate::config::{Config, GatewayToken};
use crate::db::{Conn, Db, DbError, QueryResult};
use crate::ids::DeveloperId;
use crate::keys::KeyHash;

pub use feed::Feed;
pub use views::Spread;

/// Look-ups of the same key wait for each other; of others only by chance.
const TURNS: usize = 512;
/// How long a look-up waits for another one of the same key.
const TURN: Duration = Duration::from_millis(400);

/// What answers gateways, shared by all threads. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    db: Db,
    /// The feed's own way to the same database.
    url: String,
    /// Host and port, for people.
    name: String,
    /// Whether this process can send mail.
    delivers: bool,
    token: Option<GatewayToken>,
    cache: Cache<Identity>,
    pulse: Pulse,
    usage: Usage,
    numbers: Numbers,
    turns: Vec<tokio::sync::Mutex<()>>,
    /// When the log was last told that somebody was refused who is no gateway.
    complained_at: Mutex<Option<Instant>>,
}

/// What is answered where it can be decided.
enum Reply {
    Good(Identity),
    Unknown,
    Forbidden,
}

/// Why nothing can be decided now.
#[derive(Debug, thiserror::Error)]
enum Undecided {
    #[error("the database was not heard for too long")]
    Silence,
    #[error("others look up the same key")]
    Busy,
    #[error(transparent)]
    Database(#[from] DbError),
    #[error("a header cannot hold whose key it is")]
    Unspeakable,
}

impl Gateway {
    /// One that answers nobody before its [`Feed`] runs. `url` is the database of `db`.
    pub fn new(config: &Config, db: Db, url: &str) -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Self(Arc::new(Inner {
            db,
            url: url.to_owned(),
            name: match host.trim() {
                "" => config.listen.to_string(),
                host => format!("{host}:{}", config.listen.port()),
            },
            delivers: config.mail.is_some(),
            token: config.gateway_token.clone(),
            cache: Cache::new(MAX_KEYS),
            pulse: Pulse::new(),
            usage: Usage::default(),
            numbers: Numbers::default(),
            turns: (0..TURNS).map(|_| tokio::sync::Mutex::default()).collect(),
            complained_at: Mutex::default(),
        }))
    }

    /// Writes when keys were last used.
    ///
    /// # Errors
    /// The database; then it is written another time.
    pub async fn write_usage(&self) -> Result<(), DbError> {
        self.0.usage.write(&self.0.db).await
    }

    /// What is known of the key without asking anybody; none on first sight.
    fn recall(&self, hash: &KeyHash) -> Result<Option<Reply>, Undecided> {
        let moment = self.0.pulse.moment().ok_or(Undecided::Silence)?;
        let known = self.0.cache.read(hash, |entry| match entry.access.verdict(moment) {
            Verdict::Unknown => Reply::Unknown,
            Verdict::Forbidden => Reply::Forbidden,
            Verdict::Good => {
                let minute = minute_of(moment.now);
                if entry.is_first_use(minute) {
                    self.0.usage.note(entry.access.key, minute);
                }
                Reply::Good(entry.answer.clone())
            }
        });
        let is_none = || !self.0.cache.may_exist(hash) || self.0.cache.is_absent(hash, Instant::now());
        Ok(known.or_else(|| is_none().then_some(Reply::Unknown)))
    }

    /// Asks the database, once for all who wait.
    async fn look_up(&self, hash: KeyHash) -> Result<Reply, Undecided> {
        let turn = self.0.turns.get(usize::from(u16::from_be_bytes([hash[30], hash[31]])) % TURNS);
        let _turn = match turn {
            Some(turn) => timeout(TURN, turn.lock()).await.map_err(|_| Undecided::Busy)?,
            None => return Err(Undecided::Busy),
        };
        if let Some(reply) = self.recall(&hash)? {
            return Ok(reply);
        }
        let (cache, numbers) = (&self.0.cache, &self.0.numbers);
        let moment = self.0.pulse.moment().ok_or(Undecided::Silence)?;
        let generation = cache.generation();
        numbers.look_ups.add(1);
        let found = self.0.db.run(move |conn| queries::look_up(conn, &hash)).await;
        let Some((mut access, owner)) = found.inspect_err(|_| numbers.failed_look_ups.add(1))? else {
            cache.keep_absence(generation, hash, Instant::now());
            return Ok(Reply::Unknown);
        };
        let identity = Identity::of(&owner).ok_or(Undecided::Unspeakable)?;
        let reply = match access.verdict(moment) {
            Verdict::Unknown => Reply::Unknown,
            Verdict::Forbidden => Reply::Forbidden,
            Verdict::Good => Reply::Good(identity.clone()),
        };
        let minute = minute_of(moment.now);
        if matches!(reply, Reply::Good(_)) && access.last_used < minute {
            access.last_used = minute;
            self.0.usage.note(access.key, minute);
        }
        cache.keep(generation, hash, access, identity);
        Ok(reply)
    }
}

fn minute_of(seconds: i64) -> u32 {
    u32::try_from(seconds / 60).unwrap_or_default()
}

/// Who has heard of the developer's newest change of the last hour. None where nothing changed, or nobody listens.
///
/// # Errors
/// The database.
pub fn spread(conn: &mut Conn, developer: DeveloperId) -> QueryResult<Option<Spread>> {
    Ok(Spread::new(developer, &queries::heard(conn, developer)?))
}
