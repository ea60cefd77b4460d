//! What a developer hears of a decision.

use chrono::{DateTime, Utc};

use crate::db::{Conn, QueryResult};
use crate::desk::{self, Status, Transition};
use crate::developers::queries::Developer;
use crate::outbox::{Kind, Letter, Post};
use crate::policy::Policy;

/// Writes the mail, where there is something to tell.
pub fn tell(
    conn: &mut Conn,
    moved: &Developer,
    transition: Transition,
    reason: &str,
    (policy, post): (&Policy, &Post),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let letter = |known| kind(known, moved.status).map(|kind| letter(kind, moved, reason));
    match desk::news(conn, (moved.id, None), transition, letter, now)? {
        Some(letter) => post.enqueue(conn, policy, &letter, now).map(|_| ()),
        None => Ok(()),
    }
}

fn letter(kind: Kind, moved: &Developer, reason: &str) -> Letter {
    let reason = if reason.is_empty() { String::new() } else { format!("Reason: {reason}") };
    let values = vec![("name", moved.shown_name().to_owned()), ("email", moved.email.clone()), ("reason", reason)];
    let letter = Letter::new(kind, &moved.email, values).about(moved.id);
    if moved.status == Status::Approved { letter.linking("/login") } else { letter }
}

/// What to say to somebody who last heard of one status and now has another.
fn kind(known: Status, now: Status) -> Option<Kind> {
    match (known, now) {
        (Status::Revoked, Status::Approved) => Some(Kind::Restored),
        (_, Status::Approved) => Some(Kind::Approved),
        (_, Status::Rejected) => Some(Kind::Rejected),
        (_, Status::Revoked) => Some(Kind::Revoked),
        (_, Status::Requested) => None,
    }
}
