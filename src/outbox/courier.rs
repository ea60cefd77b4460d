//! Carries mail from the outbox to the mail server.
//!
//! One mail at a time, so that a process that is killed leaves at most one of which nobody knows whether it was sent.
//! Only one that takes long goes on beside the next. Several couriers share an outbox: whoever takes a mail has it for
//! the length of a lease.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{sleep, timeout};

use super::emails::OutgoingMail;
use super::patience::doubled;
use super::queries::{self, Due};
use super::{Patience, Post, Smtp, SmtpFault};
use crate::config::MailRoute;
use crate::db::{Db, DbError};
use crate::ids::MailId;
use crate::policy::Policy;
use crate::web::portal::Face;

/// Takes what is due, and delivers it.
pub struct Courier {
    db: Db,
    post: Post,
    smtp: Smtp,
    patience: Patience,
    /// What this courier has taken and not settled.
    held: Mutex<HashMap<MailId, Due>>,
}

/// What an attempt said about the mail server.
enum Server {
    Answers,
    Unusable(String),
}

impl Courier {
    /// # Errors
    /// [`SmtpFault::Server`]: encryption cannot be set up.
    pub fn new(db: Db, post: Post, route: &MailRoute, patience: Patience) -> Result<Self, SmtpFault> {
        let smtp = Smtp::new(route, post.base_url.host(), &patience)?;
        Ok(Self { db, post, smtp, patience, held: Mutex::default() })
    }

    /// Delivers until it is told to stop; then what is under way may end, and the rest is given back.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let courier = Arc::new(self);
        let patience = &courier.patience;
        // Tasks of their own, so that a mail over which one panics does not take the courier along.
        let mut under_way = JoinSet::new();
        let mut newest: Option<(Id, Instant)> = None;
        let (mut pause, mut silence) = (Pause::default(), Silence::default());
        loop {
            let now = Instant::now();
            let wait = if let Some((_, slow)) = newest.filter(|(_, slow)| *slow > now) {
                slow - now
            } else if under_way.len() >= patience.aside {
                patience.poll
            } else if let Some(rest) = pause.rest() {
                rest
            } else {
                let claimed = courier.claim().await;
                silence.heed(&claimed);
                match claimed {
                    Ok(Some((due, face))) => {
                        let task = under_way.spawn(Arc::clone(&courier).carry(due, face));
                        newest = Some((task.id(), Instant::now() + patience.slow));
                        patience.slow
                    }
                    Ok(None) => {
                        courier.smtp.hang_up().await;
                        patience.poll
                    }
                    Err(_) => patience.poll,
                }
            };
            tokio::select! {
                () = sleep(wait) => {}
                Some(ended) = under_way.join_next_with_id() => {
                    let (id, server) = ended.map_or_else(|panic| (panic.id(), None), |(id, server)| (id, Some(server)));
                    newest = newest.filter(|(own, _)| *own != id);
                    pause.heed(server, patience);
                }
                () = told(&mut stop) => break,
            }
        }
        // A mail whose end nobody waits for would be sent again by the next process.
        let _ = timeout(patience.farewell, async { while under_way.join_next().await.is_some() {} }).await;
        under_way.shutdown().await;
        courier.release().await;
        courier.smtp.hang_up().await;
    }

    async fn claim(&self) -> Result<Option<(Due, Face)>, DbError> {
        let lease = delta(self.patience.lease);
        let claimed = self.db.transaction(move |conn| {
            let Some(due) = queries::claim(conn, Utc::now(), lease)? else { return Ok(None) };
            Ok(Some((due, Policy::read(conn)?.face())))
        });
        let claimed = claimed.await?;
        if let Some((due, _)) = &claimed {
            self.held().insert(due.id, due.clone());
        }
        Ok(claimed)
    }

    async fn carry(self: Arc<Self>, due: Due, face: Face) -> Server {
        let delivered = self.deliver(&due, face).await;
        // That a mail left must not be forgotten: it would be sent again at the end of the lease.
        while let Err(error) = self.settle(&due, &delivered).await {
            if let DbError::Failed(_) = error {
                tracing::error!(mail = %due.id, "what became of a mail was not written: {error}");
                break;
            }
            sleep(self.patience.poll).await;
        }
        self.held().remove(&due.id);
        let (id, kind) = (due.id, due.kind);
        // What a server says of a mail may name its receiver; the desk shows it, the log does not.
        match delivered {
            Ok(()) => tracing::info!(mail = %id, %kind, "mail sent"),
            Err(SmtpFault::Later(_)) => tracing::warn!(mail = %id, %kind, attempt = due.attempts, "mail put off"),
            Err(SmtpFault::Never(_)) => tracing::warn!(mail = %id, %kind, "mail refused"),
            Err(SmtpFault::Server(why)) => return Server::Unusable(why),
        }
        Server::Answers
    }

    async fn deliver(&self, due: &Due, face: Face) -> Result<(), SmtpFault> {
        if due.attempts > self.patience.tries {
            let tries = self.patience.tries;
            return Err(SmtpFault::Never(format!("it was tried {tries} times, and the program ended each time")));
        }
        let link = match &due.link {
            None => None,
            Some(sealed) => Some(self.post.seal.open(sealed).ok_or_else(|| {
                SmtpFault::Never("its link was sealed with another GUESTLIST_SECRET_KEY and cannot be read".into())
            })?),
        };
        let mail = OutgoingMail::written(
            (due.id, self.post.base_url.host()),
            &due.recipient,
            &due.filled(),
            link.as_deref(),
            face,
        )
        .map_err(|error| SmtpFault::Never(error.to_string()))?;
        self.smtp.deliver(&mail).await
    }

    async fn settle(&self, due: &Due, delivered: &Result<(), SmtpFault>) -> Result<(), DbError> {
        let Patience { tries, backoff, pause, .. } = self.patience;
        let (due, delivered, now) = (due.clone(), delivered.clone(), Utc::now());
        let settled = self.db.transaction(move |conn| match &delivered {
            Ok(()) => queries::sent(conn, &due, now),
            Err(SmtpFault::Never(why)) => queries::failed(conn, &due, why, now),
            Err(SmtpFault::Later(why)) if due.attempts >= tries => {
                queries::failed(conn, &due, &format!("given up after {tries} tries: {why}"), now)
            }
            Err(SmtpFault::Later(why)) => {
                let wait = doubled(backoff, due.attempts.unsigned_abs());
                queries::put_off(conn, &due, why, now + delta(with_jitter(wait)), true)
            }
            // The others go first: should it be this mail's fault after all, it must not hold them up.
            Err(fault @ SmtpFault::Server(_)) => {
                queries::put_off(conn, &due, &fault.to_string(), now + delta(pause[0]), false)
            }
        });
        settled.await
    }

    async fn release(&self) {
        let held: Vec<Due> = self.held().drain().map(|(_, due)| due).collect();
        if held.is_empty() {
            return;
        }
        let released = self.db.transaction(move |conn| queries::release(conn, &held, Utc::now())).await;
        if let Err(error) = released {
            tracing::warn!("mail under way stays taken until its lease ends: {error}");
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<MailId, Due>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever drops the sender leaves as well.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stops| *stops).await;
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// Up to a quarter longer, so that what was put off together does not come back together.
fn with_jitter(wait: Duration) -> Duration {
    let share = f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX);
    wait + wait.mul_f64(share / 4.0)
}

/// Nobody is served by knocking at a closed door all the time.
#[derive(Default)]
struct Pause {
    /// How often in a row the server could not be used.
    faults: u32,
    until: Option<Instant>,
}

impl Pause {
    fn heed(&mut self, server: Option<Server>, patience: &Patience) {
        match server {
            // Mails that were under way together tell of one fault.
            Some(Server::Unusable(_)) if self.rest().is_some() => {}
            Some(Server::Unusable(why)) => {
                if self.faults == 0 {
                    tracing::warn!("mail waits: {why}");
                }
                self.faults = self.faults.saturating_add(1);
                self.until = Some(Instant::now() + doubled(patience.pause, self.faults));
            }
            Some(Server::Answers) => {
                if self.faults > 0 {
                    tracing::info!("the mail server can be used again");
                }
                *self = Self::default();
            }
            // It panicked and said nothing of the server.
            None => {}
        }
    }

    fn rest(&self) -> Option<Duration> {
        self.until?.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero())
    }
}

/// Tells once when the database falls silent, not twice a second.
#[derive(Default)]
struct Silence(bool);

impl Silence {
    fn heed<T>(&mut self, answer: &Result<T, DbError>) {
        match answer {
            Ok(_) => self.0 = false,
            Err(error) if !self.0 => {
                tracing::warn!("mail waits: {error}");
                self.0 = true;
            }
            Err(_) => {}
        }
    }
}
