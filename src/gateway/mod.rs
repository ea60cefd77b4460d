//! What gateways ask: may whoever shows this key pass?
//!
//! ```text
//!  gateway ──▶ check ──▶ cache ── known ──────────────────────────────▶ 204, 401, 403
//!                          │ └─── no such fingerprint ────────────────▶ 401
//!                          └───── first sight ──▶ sights ───▶ PostgreSQL
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
mod sights;
mod usage;
mod views;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use self::access::Verdict;
use self::cache::{Cache, MAX_KEYS};
use self::handlers::identity::Identity;
use self::metrics::Numbers;
use self::pulse::{Clocks, Pulse};
use self::sights::Sights;
use self::usage::Usage;
use crate::config::{Config, GatewayToken};
use crate::db::{Conn, Db, DbError, QueryResult};
use crate::ids::DeveloperId;
use crate::keys::KeyHash;

pub use feed::Feed;
pub use views::Spread;

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
    sights: Sights,
    /// When the log was last told that somebody was refused who is no gateway.
    complained_at: Mutex<Option<Instant>>,
}

/// What is answered where it can be decided.
#[derive(Clone)]
enum Reply {
    Good(Identity),
    Unknown,
    Forbidden,
}

impl Reply {
    fn new(verdict: Verdict, identity: &Identity) -> Self {
        match verdict {
            Verdict::Good => Self::Good(identity.clone()),
            Verdict::Unknown => Self::Unknown,
            Verdict::Forbidden => Self::Forbidden,
        }
    }
}

/// Why nothing can be decided now.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Undecided {
    #[error("the database was not heard for too long")]
    Silence,
    #[error("too many keys are looked up")]
    Busy,
    #[error("the database did not say what it knows of the key")]
    Database,
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
            sights: Sights::default(),
            complained_at: Mutex::default(),
        }))
    }

    /// Whether requests are welcome: see [`Pulse::has_begun`].
    pub fn has_begun(&self) -> bool {
        self.0.pulse.has_begun(Clocks::now())
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
        let known = self.0.cache.read(hash, |entry| {
            let verdict = entry.access.verdict(moment);
            let minute = minute_of(moment.now);
            if verdict == Verdict::Good && entry.is_first_use(minute) {
                self.0.usage.note(entry.access.key, minute);
            }
            Reply::new(verdict, &entry.answer)
        });
        let is_none = || !self.0.cache.may_exist(hash) || self.0.cache.is_absent(hash, Instant::now());
        Ok(known.or_else(|| is_none().then_some(Reply::Unknown)))
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
