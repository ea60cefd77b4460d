//! What a developer hears of a decision.

use chrono::{DateTime, Utc};

use crate::db::{Conn, QueryResult};
use crate::desk::{Status, Transition};
use crate::developers::queries::Developer;
use crate::outbox::{self, HOLD, Kind, Letter, Post};
use crate::policy::Policy;

/// Writes the mail, and withdraws those that wait and tell what is no longer so. A move that leads back to what the
/// developer last heard of tells nothing: it was taken back in time.
pub fn tell(
    conn: &mut Conn,
    moved: &Developer,
    transition: Transition,
    reason: &str,
    (policy, post): (&Policy, &Post),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let withdrawn = outbox::decide_again(conn, moved.id, None, now)?.and_then(|status| status.parse().ok());
    let known = withdrawn.unwrap_or(transition.from());
    let Some(kind) = kind(known, transition.to()) else { return Ok(()) };
    let reason = if reason.is_empty() { String::new() } else { format!("Reason: {reason}") };
    let values = vec![("name", moved.shown_name().to_owned()), ("email", moved.email.clone()), ("reason", reason)];
    let letter = Letter::new(kind, &moved.email, values).about(moved.id);
    let letter = if moved.status == Status::Approved { letter.linking("/login") } else { letter };
    let letter = Letter { hold: HOLD, known_status: Some(known.as_str().to_owned()), ..letter };
    post.enqueue(conn, policy, &letter, now).map(|_| ())
}

/// What to say to somebody who last heard of one status and now has another.
fn kind(known: Status, now: Status) -> Option<Kind> {
    match (known, now) {
        (known, now) if known == now => None,
        (Status::Revoked, Status::Approved) => Some(Kind::Restored),
        (_, Status::Approved) => Some(Kind::Approved),
        (_, Status::Rejected) => Some(Kind::Rejected),
        (_, Status::Revoked) => Some(Kind::Revoked),
        (_, Status::Requested) => None,
    }
}
