//! The outbox as admins see it, and the texts of mails as they change them.

mod forms;
pub mod handlers;
mod list;
mod operations;
mod text;
mod views;

use chrono::{DateTime, TimeDelta, Utc};

use crate::outbox::{Mail, State};

/// A waiting mail that is due within this time is tried by itself; and a courier may be at it right now.
const SOON: TimeDelta = TimeDelta::minutes(1);

/// Whether it makes sense to try a mail again; `delivers` says whether mail is configured.
fn is_retriable(mail: &Mail, delivers: bool, now: DateTime<Utc>) -> bool {
    match mail.state {
        State::Failed => true,
        State::Waiting => delivers && mail.next_attempt_at > now + SOON,
        State::Sent | State::Withdrawn => false,
    }
}
