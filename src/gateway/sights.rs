//! Keys that are shown for the first time: all who wait at the same moment are asked for in one statement.
//!
//! One statement follows the other, on one connection at a time: however many new keys come at once, the pages keep the
//! rest of the pool; and whoever shows a key that was just looked up finds it in memory.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::timeout;

use super::cache::ByHash;
use super::handlers::identity::Identity;
use super::queries::Seen;
use super::{Gateway, Reply, Undecided, minute_of, queries};
use crate::keys::KeyHash;

/// Keys in one statement.
const TOGETHER: usize = 64;
/// PostgreSQL plans a statement about an array once and for all only where that seems to cost no more than to plan it
/// each time, which takes longer than to run it. It then reckons with ten; repetitions cost nothing.
const PLANNED_FOR: usize = 10;
/// Who may wait; one more is told to try again.
const WAITING: usize = 4_096;
/// How long somebody waits: gateways wait no longer than a second.
const PATIENCE: Duration = Duration::from_millis(900);

type Answer = Result<Reply, Undecided>;

/// Somebody waits for what is known of a key.
struct Sight {
    hash: KeyHash,
    answer: oneshot::Sender<Answer>,
}

/// Where they wait.
pub struct Sights {
    entrance: mpsc::Sender<Sight>,
    queue: Mutex<mpsc::Receiver<Sight>>,
}

impl Default for Sights {
    fn default() -> Self {
        let (entrance, queue) = mpsc::channel(WAITING);
        Self { entrance, queue: Mutex::new(queue) }
    }
}

impl Gateway {
    /// What the database knows of the key.
    pub(super) async fn look_up(&self, hash: KeyHash) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.0.sights.entrance.try_send(Sight { hash, answer }).map_err(|_| Undecided::Busy)?;
        match timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => answer,
            _ => Err(Undecided::Busy),
        }
    }

    /// Looks up what is waited for, until it is told to stop. The second who does waits for the first.
    pub async fn look_up_all(self, mut stop: watch::Receiver<bool>) {
        let mut queue = self.0.sights.queue.lock().await;
        loop {
            let mut sights = Vec::new();
            tokio::select! {
                _ = stop.changed() => return,
                _ = queue.recv_many(&mut sights, TOGETHER) => self.answer(sights).await,
            }
        }
    }

    async fn answer(&self, sights: Vec<Sight>) {
        let (mut hashes, mut waiting) = (Vec::new(), Vec::new());
        // Whoever has gone by now is not asked for.
        for sight in sights.into_iter().filter(|sight| !sight.answer.is_closed()) {
            // Those before may have asked for the same.
            match self.recall(&sight.hash).transpose() {
                Some(known) => sight.tell(known),
                None => {
                    hashes.push(sight.hash);
                    waiting.push(sight);
                }
            }
        }
        hashes.sort_unstable();
        hashes.dedup();
        if hashes.is_empty() {
            return;
        }
        let found = timeout(PATIENCE, self.find(hashes)).await.unwrap_or(Err(Undecided::Database));
        for sight in waiting {
            let answer = match &found {
                Ok(found) => found.get(&sight.hash).cloned().unwrap_or(Ok(Reply::Unknown)),
                Err(undecided) => Err(*undecided),
            };
            sight.tell(answer);
        }
    }

    /// Asks the database, and keeps what it says.
    async fn find(&self, hashes: Vec<KeyHash>) -> Result<HashMap<KeyHash, Answer, ByHash>, Undecided> {
        let (cache, numbers) = (&self.0.cache, &self.0.numbers);
        let generation = cache.generation();
        numbers.look_ups.add(hashes.len() as u64);
        let mut asked = hashes.clone();
        if let Some(last) = asked.last().copied() {
            asked.resize(hashes.len().max(PLANNED_FOR), last);
        }
        let found = self.0.db.run(move |conn| queries::look_up(conn, &asked)).await.map_err(|error| {
            tracing::debug!("{} keys could not be looked up: {error}", hashes.len());
            numbers.failed_look_ups.add(hashes.len() as u64);
            Undecided::Database
        })?;
        let answers: HashMap<_, _, _> =
            found.into_iter().map(|seen| (seen.hash, self.keep(generation, seen))).collect();
        for hash in hashes.iter().filter(|hash| !answers.contains_key(*hash)) {
            cache.keep_absence(generation, *hash, Instant::now());
        }
        Ok(answers)
    }

    fn keep(&self, generation: u64, seen: Seen) -> Answer {
        let Seen { hash, mut access, owner } = seen;
        let moment = self.0.pulse.moment().ok_or(Undecided::Silence)?;
        let identity = Identity::of(&owner).ok_or(Undecided::Unspeakable)?;
        let reply = Reply::new(access.verdict(moment), &identity);
        let minute = minute_of(moment.now);
        if matches!(reply, Reply::Good(_)) && access.last_used < minute {
            access.last_used = minute;
            self.0.usage.note(access.key, minute);
        }
        self.0.cache.keep(generation, hash, access, identity);
        Ok(reply)
    }
}

impl Sight {
    /// Who does not wait any more need not be told.
    fn tell(self, answer: Answer) {
        let _ = self.answer.send(answer);
    }
}
