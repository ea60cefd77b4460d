//! How long the courier waits for what. Tests wait shorter.

use std::time::Duration;

/// Times and numbers of the delivery.
#[derive(Clone, Debug)]
pub struct Patience {
    /// To reach the mail server, agree on encryption and sign in.
    pub connect: Duration,
    /// To hand over one mail.
    pub send: Duration,
    /// One that takes longer no longer keeps the next one waiting.
    pub slow: Duration,
    /// So many slow ones may be under way beside the next.
    pub aside: usize,
    /// How often the outbox is looked at while nothing is due.
    pub poll: Duration,
    /// How long a mail belongs to the courier that took it; afterwards that courier is taken for dead.
    pub lease: Duration,
    /// After the mail server could not be used: the first wait and the longest; each is twice the one before.
    pub pause: [Duration; 2],
    /// After a mail was put off: the first wait and the longest; each is twice the one before.
    pub backoff: [Duration; 2],
    /// A mail that was put off so often has failed.
    pub tries: i32,
    /// What is under way when the process stops gets this long to end.
    pub farewell: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            send: Duration::from_secs(30),
            slow: Duration::from_secs(2),
            aside: 4,
            poll: Duration::from_millis(500),
            lease: Duration::from_secs(60),
            pause: [Duration::from_secs(1), Duration::from_secs(30)],
            backoff: [Duration::from_secs(30), Duration::from_secs(3600)],
            tries: 10,
            farewell: Duration::from_secs(2),
        }
    }
}

/// The wait after `times` failures, from 1.
pub fn doubled([first, longest]: [Duration; 2], times: u32) -> Duration {
    first.saturating_mul(1 << times.saturating_sub(1).min(20)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let Patience { pause, backoff, .. } = Patience::default();
        let seconds = |waits, times| doubled(waits, times).as_secs();
        assert_eq!([1, 2, 5, 6, 60, u32::MAX].map(|times| seconds(pause, times)), [1, 2, 16, 30, 30, 30]);
        assert_eq!([0, 1, 2, 7, 8, 10].map(|times| seconds(backoff, times)), [30, 30, 60, 1920, 3600, 3600]);
    }

    #[test]
    fn nobody_takes_a_mail_that_is_still_under_way() {
        let usual = Patience::default();
        // Beside the mail server the database may be slow, once to tell of the mail and once to hear what became of it.
        let database = Duration::from_secs(5);
        assert!(usual.connect * 2 + usual.send + database < usual.lease);
    }
}
