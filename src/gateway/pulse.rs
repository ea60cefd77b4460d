//! When the database was last heard, and what holds since.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::access::Moment;

/// After this long without the database nobody knows whether a key is still good.
pub const BOUND: Duration = Duration::from_secs(5);

/// How long it is waited at a start until the database is heard.
const START: Duration = Duration::from_secs(10);

/// Written by the feed, read by every check.
pub struct Pulse {
    begun: Instant,
    /// Milliseconds from `begun`, and one more; 0 for never.
    heard: AtomicU64,
    requires_proof: AtomicBool,
    /// The database's clock when it was last heard, in seconds since 1970.
    clock: AtomicI64,
}

impl Pulse {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            heard: AtomicU64::new(0),
            requires_proof: AtomicBool::new(true),
            clock: AtomicI64::new(0),
        }
    }

    /// Everything that the database had to say when it was asked at `at` is known here.
    pub fn hear(&self, at: Instant, requires_proof: bool, clock: i64) {
        self.requires_proof.store(requires_proof, Ordering::Release);
        self.clock.store(clock, Ordering::Relaxed);
        let since = at.saturating_duration_since(self.begun).as_millis();
        self.heard.store(u64::try_from(since).unwrap_or(u64::MAX - 1).saturating_add(1), Ordering::Release);
    }

    /// None before it was heard at all.
    pub fn silence(&self, now: Instant) -> Option<Duration> {
        let heard = self.heard.load(Ordering::Acquire).checked_sub(1)?;
        Some(now.saturating_duration_since(self.begun).saturating_sub(Duration::from_millis(heard)))
    }

    /// False at a start, until the database was heard. Not for ever: where only the feed fails there are pages to serve.
    pub fn has_begun(&self, now: Instant) -> bool {
        self.silence(now).is_some() || now.saturating_duration_since(self.begun) > START
    }

    /// What holds now; none where it is too long ago that the database was heard.
    pub fn moment(&self) -> Option<Moment> {
        self.silence(Instant::now()).filter(|silence| *silence <= BOUND)?;
        let own = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        // A clock that was put back brings no key back to life.
        let now = i64::try_from(own).unwrap_or(i64::MAX).max(self.clock.load(Ordering::Relaxed));
        Some(Moment { now, requires_proof: self.requires_proof.load(Ordering::Acquire) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_decided_before_the_database_was_heard_or_long_after() {
        let pulse = Pulse::new();
        assert!(pulse.moment().is_none());
        let begun = pulse.begun;
        pulse.hear(begun, false, 0);
        assert!(pulse.moment().is_some_and(|moment| !moment.requires_proof));
        assert_eq!(pulse.silence(begun + BOUND), Some(BOUND));
        assert!(pulse.silence(begun + BOUND * 2).is_some_and(|silence| silence > BOUND));
        assert_eq!(pulse.silence(begun), Some(Duration::ZERO));
    }

    #[test]
    fn it_has_begun_when_the_database_was_heard_or_not_for_long() {
        let pulse = Pulse::new();
        let at = |seconds| pulse.has_begun(pulse.begun + Duration::from_secs(seconds));
        assert_eq!([0, 10, 11].map(at), [false, false, true]);
        pulse.hear(pulse.begun, true, 0);
        assert_eq!([0, 10, 11].map(at), [true; 3]);
    }

    #[test]
    fn a_clock_that_was_put_back_is_not_believed() {
        let pulse = Pulse::new();
        let now = || pulse.moment().map(|moment| moment.now);
        pulse.hear(Instant::now(), true, 0);
        let own = now().unwrap();
        pulse.hear(Instant::now(), true, own + 3_600);
        assert_eq!(now(), Some(own + 3_600));
        pulse.hear(Instant::now(), true, own - 3_600);
        assert!(now().is_some_and(|now| now >= own));
    }
}
