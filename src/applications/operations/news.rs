//! What a developer hears of a decision about an application.

use chrono::{DateTime, Utc};

use crate::applications::queries::Application;
use crate::db::{Conn, QueryResult};
use crate::desk::{Status, Transition};
use crate::developers::Developer;
use crate::outbox::{self, HOLD, Kind, Letter, Post};
use crate::policy::Policy;

/// Writes the mail, and withdraws those that wait and tell what is no longer so. A move that leads back to what the
/// developer last heard of tells nothing: it was taken back in time.
pub fn tell(
    conn: &mut Conn,
    (moved, owner): (&Application, &Developer),
    transition: Transition,
    reason: &str,
    (policy, post): (&Policy, &Post),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let withdrawn = outbox::decide_again(conn, owner.id, Some(moved.id), now)?.and_then(|status| status.parse().ok());
    let known = withdrawn.unwrap_or(transition.from());
    let Some(kind) = kind(known, transition.to()) else { return Ok(()) };
    let reason = if reason.is_empty() { String::new() } else { format!("Reason: {reason}") };
    let values = vec![
        ("name", owner.shown_name().to_owned()),
        ("email", owner.email.clone()),
        ("application", moved.name.clone()),
        ("reason", reason),
    ];
    let letter = Letter::new(kind, &owner.email, values).about(owner.id).about_application(moved.id);
    let letter = if kind.needs_link() { letter.linking(format!("/account/applications/{}", moved.id)) } else { letter };
    let letter = Letter { hold: HOLD, known_status: Some(known.as_str().to_owned()), ..letter };
    post.enqueue(conn, policy, &letter, now).map(|_| ())
}

/// What to say to somebody who last heard of one status, of what now has another.
fn kind(known: Status, now: Status) -> Option<Kind> {
    match (known, now) {
        (known, now) if known == now => None,
        (_, Status::Approved) => Some(Kind::ApplicationApproved),
        (_, Status::Rejected) => Some(Kind::ApplicationRejected),
        (_, Status::Revoked) => Some(Kind::ApplicationRevoked),
        (_, Status::Requested) => None,
    }
}
