//! How often something may be tried. The counters live in the database, so that they survive a restart and several
//! instances share them. No account is ever locked: waiting always helps, at the door never longer than fifteen minutes.
//!
//! An attempt is counted before it is judged: of a hundred wrong passwords at once five are looked at.

mod queries;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use self::queries::forget;
use crate::db::{Conn, QueryResult};

pub use queries::{admit, admit_many};

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

/// Invitations that one admin has sent from here.
pub const INVITE_ADMIN: Rule = Rule::Window { limit: 500, window: TimeDelta::days(1) };
/// Repeated invitations of one mailbox.
pub const INVITE_MAILBOX: Rule = Rule::Window { limit: 3, window: TimeDelta::days(1) };

/// Keys that one developer creates: a row each stays for ever.
pub const KEYS_DEVELOPER: Rule = Rule::Window { limit: 1_000, window: TimeDelta::hours(1) };
/// Mails that tell of them.
pub const KEY_MAILS: Rule = Rule::Window { limit: 20, window: TimeDelta::hours(1) };

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

/// More attempts at once than are left: how many are, and when there are more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    pub left: i32,
    pub wait: Wait,
}

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
    fn admit(self, tally: Tally, count: i32, now: DateTime<Utc>) -> Result<Tally, Shortage> {
        if let Some(until) = tally.blocked_until.filter(|until| *until > now) {
            return Err(Shortage { left: 0, wait: Wait(self.longest().min(until - now)) });
        }
        // A clock that was set back must not lengthen a window.
        let age = (now - tally.since).abs();
        match self {
            Self::Window { limit, window } => {
                let is_over = age >= window;
                let (before, since) = if is_over { (0, now) } else { (tally.attempts, tally.since) };
                let left = (limit - before).max(0);
                match count <= left {
                    true => Ok(Tally { attempts: before + count, since, blocked_until: None }),
                    false => Err(Shortage { left, wait: Wait(if is_over { window } else { window - age }) }),
                }
            }
            Self::Growing { free, first_wait, longest_wait } => {
                let rested = age >= longest_wait * 2 || (tally.attempts < free && age >= longest_wait);
                let attempts = if rested { count } else { tally.attempts.saturating_add(count) };
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
            tally = SIGN_IN_ACCOUNT.admit(tally, 1, now).expect("whoever waited may try");
            if let Err(Shortage { wait: Wait(wait), .. }) = SIGN_IN_ACCOUNT.admit(tally, 1, now) {
                waits.push(wait.num_seconds());
                now += wait;
            }
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
        now += TimeDelta::minutes(30);
        assert_eq!(SIGN_IN_ACCOUNT.admit(tally, 1, now).map(|t| t.attempts), Ok(1));
    }

    #[test]
    fn a_window_admits_its_limit_and_starts_anew() {
        let now = Utc::now();
        let mut tally = Tally { attempts: 0, since: now, blocked_until: None };
        for _ in 0..20 {
            tally = SIGN_IN_ADDRESS.admit(tally, 1, now).expect("within the limit");
        }
        let full = Shortage { left: 0, wait: Wait(TimeDelta::seconds(15)) };
        assert_eq!(SIGN_IN_ADDRESS.admit(tally, 1, now + TimeDelta::seconds(45)), Err(full));
        assert!(SIGN_IN_ADDRESS.admit(tally, 1, now + TimeDelta::seconds(60)).is_ok());
        assert!(SIGN_IN_ADDRESS.admit(tally, 1, now - TimeDelta::hours(1)).is_ok());
    }

    #[test]
    fn several_at_once_are_admitted_whole_or_not_at_all() {
        let now = Utc::now();
        let empty = Tally { attempts: 0, since: now, blocked_until: None };
        let tally = INVITE_ADMIN.admit(empty, 380, now).expect("within the limit");
        let short = Shortage { left: 120, wait: Wait(TimeDelta::days(1)) };
        assert_eq!(INVITE_ADMIN.admit(tally, 121, now), Err(short));
        assert_eq!(INVITE_ADMIN.admit(tally, 120, now).map(|tally| tally.attempts), Ok(500));
        assert!(INVITE_ADMIN.admit(empty, 501, now).is_err());
    }
}
