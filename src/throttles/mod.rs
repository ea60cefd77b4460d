//! How often something may be tried. The counters live in the database, so that they survive a restart and several
//! instances share them. No account is ever locked: waiting always helps, and never longer than fifteen minutes.
//!
//! An attempt is counted before it is judged: of a hundred wrong passwords at once five are looked at.

mod queries;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use self::queries::forget;
use crate::db::{Conn, QueryResult};

pub use queries::admit;

/// What is tried, and how often it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `limit` attempts in each `window`.
    Window { limit: i32, window: TimeDelta },
    /// `free` attempts, then a wait that doubles from `first_wait` to `longest_wait`; forgotten after as long again.
    Growing { free: i32, first_wait: TimeDelta, longest_wait: TimeDelta },
}

/// Attempts at one account, right or wrong: a success forgets them.
pub const SIGN_IN_ACCOUNT: Rule =
    Rule::Growing { free: 5, first_wait: TimeDelta::seconds(30), longest_wait: TimeDelta::minutes(15) };
/// Attempts at all accounts from one address.
pub const SIGN_IN_ADDRESS: Rule = Rule::Window { limit: 20, window: TimeDelta::minutes(1) };

/// Sign-ups from one address.
pub const REGISTER_ADDRESS: Rule = Rule::Window { limit: 10, window: TimeDelta::hours(1) };
/// Mails that sign-ups with one mailbox bring about: of fifty at once, one.
pub const REGISTER_MAIL: Rule = Rule::Window { limit: 1, window: TimeDelta::hours(1) };
/// Links asked for, for one mailbox.
pub const LINK_MAILBOX: Rule = Rule::Window { limit: 3, window: TimeDelta::hours(1) };
/// Links asked for, from one address.
pub const LINK_ADDRESS: Rule = Rule::Window { limit: 10, window: TimeDelta::hours(1) };

/// Whose attempts are counted. Only its hash is stored.
#[derive(Clone, Debug)]
pub struct Key(Vec<u8>);

impl Key {
    /// `what` names the throttle, `whom` the account or the address.
    pub fn new(what: &str, whom: &str) -> Self {
        Self(Sha256::digest(format!("{what}\n{whom}")).to_vec())
    }
}

/// What is known about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tally {
    attempts: i32,
    /// The window's start, or the last attempt where waits grow.
    since: DateTime<Utc>,
    blocked_until: Option<DateTime<Utc>>,
}

/// An attempt that must wait, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub TimeDelta);

/// Why a sign-in is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Too many from this address.
    Address(Wait),
    /// Too many at this account: the answer is that of a wrong password.
    Account,
}

/// Counts an attempt to come in by a door ("admin"), by address and by account.
///
/// # Errors
/// The database.
pub fn knock(
    conn: &mut Conn,
    door: &str,
    (mailbox, group): (&str, &str),
    now: DateTime<Utc>,
) -> QueryResult<Result<(), Delay>> {
    if let Err(wait) = admit(conn, &Key::new(&format!("{door} sign-in from"), group), SIGN_IN_ADDRESS, now)? {
        return Ok(Err(Delay::Address(wait)));
    }
    let counted = admit(conn, &account(door, mailbox), SIGN_IN_ACCOUNT, now)?;
    Ok(counted.map_err(|_| Delay::Account))
}

/// Whoever succeeded starts anew.
///
/// # Errors
/// The database.
pub fn welcome(conn: &mut Conn, door: &str, mailbox: &str, now: DateTime<Utc>) -> QueryResult<()> {
    forget(conn, &account(door, mailbox), now)
}

fn account(door: &str, mailbox: &str) -> Key {
    Key::new(&format!("{door} sign-in to"), mailbox)
}

impl Rule {
    fn admit(self, tally: Tally, now: DateTime<Utc>) -> Result<Tally, Wait> {
        if let Some(until) = tally.blocked_until.filter(|until| *until > now) {
            return Err(Wait(self.longest().min(until - now)));
        }
        // A clock that was set back must not lengthen a window.
        let age = (now - tally.since).abs();
        match self {
            Self::Window { limit, window } => {
                if age >= window {
                    return Ok(Tally { attempts: 1, since: now, blocked_until: None });
                }
                if tally.attempts >= limit {
                    return Err(Wait(window - age));
                }
                Ok(Tally { attempts: tally.attempts + 1, ..tally })
            }
            Self::Growing { free, first_wait, longest_wait } => {
                let rested = age >= longest_wait * 2 || (tally.attempts < free && age >= longest_wait);
                let attempts = if rested { 1 } else { tally.attempts.saturating_add(1) };
                let doublings = u32::try_from(attempts - free).ok().map(|n| n.min(20));
                let wait = doublings.map(|n| (first_wait * 2_i32.pow(n)).min(longest_wait));
                Ok(Tally { attempts, since: now, blocked_until: wait.map(|wait| now + wait) })
            }
        }
    }

    fn longest(self) -> TimeDelta {
        match self {
            Self::Window { window, .. } => window,
            Self::Growing { longest_wait, .. } => longest_wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_attempts_are_free_and_then_the_wait_doubles_to_a_quarter_of_an_hour() {
        let mut now = Utc::now();
        let mut tally = Tally { attempts: 0, since: now, blocked_until: None };
        let mut waits = Vec::new();
        for _ in 0..12 {
            tally = SIGN_IN_ACCOUNT.admit(tally, now).expect("whoever waited may try");
            if let Err(Wait(wait)) = SIGN_IN_ACCOUNT.admit(tally, now) {
                waits.push(wait.num_seconds());
                now += wait;
            }
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
        now += TimeDelta::minutes(30);
        assert_eq!(SIGN_IN_ACCOUNT.admit(tally, now).map(|t| t.attempts), Ok(1));
    }

    #[test]
    fn a_window_admits_its_limit_and_starts_anew() {
        let now = Utc::now();
        let mut tally = Tally { attempts: 0, since: now, blocked_until: None };
        for _ in 0..20 {
            tally = SIGN_IN_ADDRESS.admit(tally, now).expect("within the limit");
        }
        assert_eq!(SIGN_IN_ADDRESS.admit(tally, now + TimeDelta::seconds(45)), Err(Wait(TimeDelta::seconds(15))));
        assert!(SIGN_IN_ADDRESS.admit(tally, now + TimeDelta::seconds(60)).is_ok());
        assert!(SIGN_IN_ADDRESS.admit(tally, now - TimeDelta::hours(1)).is_ok());
    }
}
