//! When the database was last heard, and what holds since.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::access::Moment;

/// After this long without the database nobody knows whether a key is still good.
pub const BOUND: Duration = Duration::from_secs(5);

/// How long it is waited at a start until the database is heard.
const START: Duration = Duration::from_secs(10);

/// A moment by both clocks: the steady one stands still while the machine is suspended, the other may be put.
#[derive(Clone, Copy, Debug)]
pub struct Clocks {
    steady: Instant,
    /// Since 1970.
    wall: Duration,
}

impl Clocks {
    pub fn now() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { steady: Instant::now(), wall }
    }

    /// In seconds since 1970.
    fn seconds(self) -> i64 {
        i64::try_from(self.wall.as_secs()).unwrap_or(i64::MAX)
    }
}

/// Written by the feed, read by every check.
pub struct Pulse {
    begun: Instant,
    /// Milliseconds from `begun`, and one more; 0 for never.
    heard: AtomicU64,
    /// Milliseconds since 1970 at the same moment.
    heard_at: AtomicU64,
    requires_proof: AtomicBool,
    /// The database's clock when it was last heard, in seconds since 1970.
    clock: AtomicI64,
}

impl Pulse {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            heard: AtomicU64::new(0),
            heard_at: AtomicU64::new(0),
            requires_proof: AtomicBool::new(true),
            clock: AtomicI64::new(0),
        }
    }

    /// Everything that the database had to say when it was asked at `at` is known here.
    pub fn hear(&self, at: Clocks, requires_proof: bool, clock: i64) {
        self.requires_proof.store(requires_proof, Ordering::Release);
        self.clock.store(clock, Ordering::Relaxed);
        self.heard_at.store(milliseconds(at.wall), Ordering::Relaxed);
        let since = milliseconds(at.steady.saturating_duration_since(self.begun));
        self.heard.store(since.saturating_add(1), Ordering::Release);
    }

    /// None before it was heard at all. By the clock that says more: a clock that was put forward costs answers until
    /// the database is heard again.
    pub fn silence(&self, now: Clocks) -> Option<Duration> {
        let heard = self.heard.load(Ordering::Acquire).checked_sub(1)?;
        let heard_at = Duration::from_millis(self.heard_at.load(Ordering::Relaxed));
        let steady = now.steady.saturating_duration_since(self.begun).saturating_sub(Duration::from_millis(heard));
        Some(steady.max(now.wall.saturating_sub(heard_at)))
    }

    /// False at a start, until the database was heard. Not for ever: where only the feed fails there are pages to serve.
    pub fn has_begun(&self, now: Clocks) -> bool {
        self.silence(now).is_some() || now.steady.saturating_duration_since(self.begun) > START
    }

    /// What holds now; none where it is too long ago that the database was heard.
    pub fn moment(&self) -> Option<Moment> {
        self.moment_at(Clocks::now())
    }

    fn moment_at(&self, now: Clocks) -> Option<Moment> {
        self.silence(now).filter(|silence| *silence <= BOUND)?;
        // A clock that was put back brings no key back to life.
        let seconds = now.seconds().max(self.clock.load(Ordering::Relaxed));
        Some(Moment { now: seconds, requires_proof: self.requires_proof.load(Ordering::Acquire) })
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn later(than: Clocks, by: Duration) -> Clocks {
        Clocks { steady: than.steady + by, wall: than.wall + by }
    }

    #[test]
    fn nothing_is_decided_before_the_database_was_heard_or_long_after() {
        let (pulse, begun) = (Pulse::new(), Clocks::now());
        assert!(pulse.moment().is_none());
        pulse.hear(begun, false, 0);
        assert!(pulse.moment().is_some_and(|moment| !moment.requires_proof));
        assert!(pulse.moment_at(later(begun, BOUND - Duration::from_millis(10))).is_some());
        assert!(pulse.moment_at(later(begun, BOUND + Duration::from_millis(10))).is_none());
        assert!(pulse.silence(begun).is_some_and(|silence| silence < Duration::from_millis(10)));
    }

    #[test]
    fn after_a_machine_was_suspended_nothing_is_decided_until_the_database_is_heard_again() {
        let (pulse, asleep) = (Pulse::new(), Clocks::now());
        pulse.hear(asleep, false, 0);
        let awake = Clocks { wall: asleep.wall + HOUR, ..later(asleep, Duration::from_millis(20)) };
        assert!(pulse.moment_at(awake).is_none());
        pulse.hear(awake, false, 0);
        assert!(pulse.moment_at(awake).is_some());
        let put_back = Clocks { wall: asleep.wall, ..later(awake, Duration::from_millis(20)) };
        assert!(pulse.moment_at(put_back).is_some());
        assert!(pulse.moment_at(Clocks { wall: asleep.wall, ..later(awake, BOUND * 2) }).is_none());
    }

    #[test]
    fn it_has_begun_when_the_database_was_heard_or_not_for_long() {
        let (pulse, begun) = (Pulse::new(), Clocks::now());
        let at = |seconds| pulse.has_begun(later(begun, Duration::from_secs(seconds)));
        assert_eq!([0, 9, 11].map(at), [false, false, true]);
        pulse.hear(begun, true, 0);
        assert_eq!([0, 9, 11].map(at), [true; 3]);
    }

    #[test]
    fn a_clock_that_was_put_back_is_not_believed() {
        let pulse = Pulse::new();
        let now = || pulse.moment().map(|moment| moment.now);
        pulse.hear(Clocks::now(), true, 0);
        let own = now().unwrap();
        pulse.hear(Clocks::now(), true, own + 3_600);
        assert_eq!(now(), Some(own + 3_600));
        pulse.hear(Clocks::now(), true, own - 3_600);
        assert!(now().is_some_and(|now| now >= own));
    }
}
