//! What keeps the memory true: a connection of its own on which PostgreSQL wakes this process when anything changes.
//!
//! A notification only wakes. What has changed is asked for, then and every second: a notification that is lost costs a
//! second. The first poll that succeeds after everything was read lets the gateway answer; when none has succeeded for
//! [`BOUND`](super::pulse::BOUND), it answers nobody.

mod link;
mod reach;
mod said;
#[cfg(feature = "tls")]
mod tls;

use std::time::{Duration, Instant};

use tokio::sync::watch;
use uuid::Uuid;

use self::link::{Known, Link, News, Polled};
use self::reach::Target;
use super::Gateway;
use super::pulse::Clocks;
use crate::policy::Verification;

/// How often it is asked what has changed, where nothing wakes.
const POLL: Duration = Duration::from_secs(1);
/// How often it is tidied up.
const TIDY: Duration = Duration::from_secs(60);
/// How long it is waited before another connection is tried, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// Why a connection is of no use any more.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("{0} took too long")]
    Slow(&'static str),
    #[error("{0}")]
    Strange(&'static str),
    #[error("{}", in_full(.0))]
    Database(#[from] tokio_postgres::Error),
    #[error("{0}")]
    Target(String),
}

/// With what PostgreSQL said of it.
fn in_full(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(said), _) => said.to_string(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

impl Fault {
    /// What was refused in words may be refused again and again: then it helps to begin anew.
    fn spoils_what_is_known(&self) -> bool {
        match self {
            Self::Slow(_) | Self::Target(_) => false,
            Self::Strange(_) => true,
            // These classes tell of the connection, of locks, of a full disk, of time that ran out: they pass.
            Self::Database(error) => error
                .code()
                .is_some_and(|code| !["08", "40", "53", "55", "57"].iter().any(|class| code.code().starts_with(class))),
        }
    }
}

/// See the module.
pub struct Feed {
    gateway: Gateway,
    id: Uuid,
    known: Option<Known>,
    tidied: Instant,
    /// In a row, without a poll between them.
    failures: u32,
}

impl Feed {
    pub fn new(gateway: Gateway) -> Self {
        Self { gateway, id: Uuid::new_v4(), known: None, tidied: Instant::now(), failures: 0 }
    }

    /// Works until it is told to stop.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut pause = PAUSES.0;
        loop {
            let outcome = tokio::select! {
                outcome = self.follow() => outcome,
                _ = stop.changed() => return self.leave().await,
            };
            if self.failures == 0 {
                pause = PAUSES.0;
            }
            self.complain(&outcome);
            if outcome.spoils_what_is_known() {
                self.known = None;
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stop.changed() => return self.leave().await,
            }
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// The first failure of a row, and each sixtieth after it.
    fn complain(&mut self, fault: &Fault) {
        if self.failures.is_multiple_of(60) {
            tracing::warn!("the gateway does not hear from the database: {fault}");
        }
        self.failures = self.failures.saturating_add(1);
    }

    /// One connection, to its end.
    async fn follow(&mut self) -> Fault {
        let connected = async {
            let target = Target::parse(&self.gateway.0.url)?;
            Link::open(&target, self.id).await
        };
        let link = match connected.await {
            Ok(link) => link,
            Err(fault) => return fault,
        };
        loop {
            if let Err(fault) = self.step(&link).await {
                return fault;
            }
            let _ = tokio::time::timeout(POLL, link.woken()).await;
        }
    }

    /// Hears what there is to hear, and tells the others.
    async fn step(&mut self, link: &Link) -> Result<(), Fault> {
        // Before it is asked: whatever happens from now on may be missing in the answer.
        let mut asked_at = Clocks::now();
        let mut polled = match &mut self.known {
            Some(known) => link.poll(known).await?,
            None => Polled::Lost,
        };
        if matches!(polled, Polled::Lost) {
            let known = self.begin_anew(link).await?;
            asked_at = Clocks::now();
            polled = link.poll(known).await?;
        }
        let Polled::News(news) = polled else { return Err(Fault::Strange("what was just read is lost already")) };
        self.apply(&news, asked_at);
        self.tell(link, &news).await?;
        if self.tidied.elapsed() > TIDY {
            // With much to forget, the next step goes on with it.
            if unless_lost(link.tidy().await)?.is_none_or(|is_tidy| is_tidy) {
                self.tidied = Instant::now();
            }
        }
        Ok(())
    }

    async fn begin_anew(&mut self, link: &Link) -> Result<&mut Known, Fault> {
        self.known = None;
        let begun = Instant::now();
        let (known, fingerprints) = link.load(&self.gateway.0.name).await?;
        tracing::info!(keys = fingerprints.len(), ms = begun.elapsed().as_millis(), "the gateway has read all keys");
        self.gateway.0.cache.begin_anew(fingerprints);
        self.gateway.0.numbers.reloads.add(1);
        Ok(self.known.insert(known))
    }

    fn apply(&mut self, news: &News, asked_at: Clocks) {
        let gateway = &self.gateway.0;
        let changes = news.developers.len() + news.new.len();
        if changes > 0 {
            gateway.cache.apply(&news.developers, &news.new);
            gateway.numbers.changes.add(changes as u64);
        }
        let requires_proof = Verification::requires_proof(news.verification.as_deref(), gateway.delivers);
        gateway.pulse.hear(asked_at, requires_proof, news.clock);
        if self.failures > 0 {
            tracing::info!("the gateway hears from the database again");
            self.failures = 0;
        }
    }

    /// That it cannot be written what is known here, as on a full disk, keeps nobody from knowing it.
    async fn tell(&mut self, link: &Link, news: &News) -> Result<(), Fault> {
        let Some(known) = &self.known else { return Ok(()) };
        let told = link.tell(known, news).await;
        if matches!(told, Ok(false)) {
            self.known = None;
        }
        unless_lost(told).map(|_| ())
    }

    async fn leave(&self) {
        let Ok(target) = Target::parse(&self.gateway.0.url) else { return };
        let goodbye = async { Link::open(&target, self.id).await?.leave().await };
        if let Err(fault) = goodbye.await {
            tracing::debug!("the gateway left without a goodbye: {fault}");
        }
    }
}

/// None where the database refused it in words; the connection still works.
fn unless_lost<T>(outcome: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match outcome {
        Err(Fault::Database(error)) if error.as_db_error().is_some() && !error.is_closed() => {
            tracing::debug!("refused: {error}");
            Ok(None)
        }
        outcome => outcome.map(Some),
    }
}
