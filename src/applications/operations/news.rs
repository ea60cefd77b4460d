//! What a developer hears of a decision about an application.

use chrono::{DateTime, Utc};

use crate::applications::queries::Application;
use crate::db::{Conn, QueryResult};
use crate::desk::{self, Status, Transition};
use crate::developers::Developer;
use crate::outbox::{Kind, Letter, Post};
use crate::policy::Policy;

/// Writes the mail, where there is something to tell. Somebody who has no access themselves hears nothing of what their
/// applications may do; they see it once they are in again.
pub fn tell(
    conn: &mut Conn,
    (moved, owner): (&Application, &Developer),
    transition: Transition,
    reason: &str,
    (policy, post): (&Policy, &Post),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let kind = kind(moved.status).filter(|_| owner.status == Status::Approved);
    let letter = |_| kind.map(|kind| letter(kind, (moved, owner), reason));
    match desk::news(conn, (owner.id, Some(moved.id)), transition, letter, now)? {
        Some(letter) => post.enqueue(conn, policy, &letter, now).map(|_| ()),
        None => Ok(()),
    }
}

fn letter(kind: Kind, (moved, owner): (&Application, &Developer), reason: &str) -> Letter {
    let reason = if reason.is_empty() { String::new() } else { format!("Reason: {reason}") };
    let values = vec![
        ("name", owner.shown_name().to_owned()),
        ("email", owner.email.clone()),
        ("application", moved.name.clone()),
        ("reason", reason),
    ];
    let letter = Letter::new(kind, &owner.email, values).about(owner.id).about_application(moved.id);
    if kind.needs_link() { letter.linking(format!("/account/applications/{}", moved.id)) } else { letter }
}

/// What to say of an application that now has this status.
fn kind(now: Status) -> Option<Kind> {
    match now {
        Status::Approved => Some(Kind::ApplicationApproved),
        Status::Rejected => Some(Kind::ApplicationRejected),
        Status::Revoked => Some(Kind::ApplicationRevoked),
        Status::Requested => None,
    }
}
