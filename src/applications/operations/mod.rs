//! What happens to applications: here what admins decide, in `own` what developers do for themselves. Each function is
//! the body of one transaction, or a part of one.

mod keys;
mod news;
mod notices;
mod own;

use serde_json::json;

use super::queries::{self, Application, Held};
use super::values::Details;
use crate::audit::{self, AuditEntry, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::developers::{Action, Transition};
use crate::ids::ApplicationId;
use crate::outbox::{self, Post};
use crate::policy::Policy;
use crate::values::LongText;

pub use keys::{KeyCreated, create_key, revoke_key};
pub use own::{Created, create, delete_own, edit_own};

/// What an admin wants done, and the version of the record that they saw.
#[derive(Clone, Debug)]
pub struct Move {
    pub action: Action,
    pub version: i32,
    pub reason: LongText,
    /// Whether the mail to the developer quotes the reason.
    pub tell: bool,
}

/// How it ended.
#[derive(Debug)]
pub enum Outcome {
    /// The record as it is now; after a deletion, as it was.
    Done(Application),
    /// Somebody was quicker, or the table of moves has no such move: the record as it is, and what happened last.
    Refused(Application, Option<Box<AuditEntry>>),
    Gone,
}

/// One move of one application.
pub fn transition(
    conn: &mut Conn,
    id: ApplicationId,
    wanted: &Move,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<Outcome> {
    let Some(held) = queries::lock(conn, id)? else {
        return Ok(Outcome::Gone);
    };
    let seen = &held.application;
    let allowed = seen.status.transition(wanted.action).filter(|_| seen.version == wanted.version);
    let Some(transition) = allowed else {
        return refused(conn, held.application);
    };
    let policy = Policy::read(conn)?;
    carry_out(conn, &held, transition, (wanted.reason.as_str(), wanted.tell), (&policy, post), occasion)
        .map(Outcome::Done)
}

/// The new status, the entry of the log and the mail: all of a move or nothing of it. Gateways hear of it by a trigger.
fn carry_out(
    conn: &mut Conn,
    held: &Held,
    transition: Transition,
    (reason, tell): (&str, bool),
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<Application> {
    let seen = &held.application;
    let moved = queries::set_status(conn, seen.id, transition, (occasion.at, occasion.actor.name()), reason)?;
    let entry = Entry {
        from: Some(transition.from().as_str()),
        to: Some(transition.to().as_str()),
        reason: reason.to_owned(),
        ..Entry::new(event(transition.action()), subject(seen))
    };
    audit::record(conn, occasion, &entry)?;
    let reason = if tell { reason } else { "" };
    news::tell(conn, (&moved, &held.owner), transition, reason, (policy, post), occasion.at)?;
    Ok(moved)
}

/// Another name, description or callback URL, by an admin.
pub fn edit(
    conn: &mut Conn,
    id: ApplicationId,
    version: i32,
    details: &Details,
    occasion: &Occasion,
) -> QueryResult<Outcome> {
    match queries::lock(conn, id)?.map(|held| held.application) {
        None => Ok(Outcome::Gone),
        Some(seen) if seen.version != version => refused(conn, seen),
        Some(seen) => rewrite(conn, seen, details, occasion).map(Outcome::Done),
    }
}

fn rewrite(conn: &mut Conn, seen: Application, new: &Details, occasion: &Occasion) -> QueryResult<Application> {
    let mut details = serde_json::Map::new();
    for (field, old, new) in [
        ("name", &seen.name, new.name.as_str()),
        ("description", &seen.description, new.description.as_str()),
        ("callback_url", &seen.callback_url, new.callback_url.as_str()),
    ] {
        if old != new {
            details.insert(field.to_owned(), json!([old, new]));
        }
    }
    if details.is_empty() {
        return Ok(seen);
    }
    let edited = queries::set_details(conn, &seen, new)?;
    let entry = Entry { details: details.into(), ..Entry::new(Event::ApplicationEdited, subject(&edited)) };
    audit::record(conn, occasion, &entry)?;
    Ok(edited)
}

/// The end of an application, of its keys and of its unsent mail. The audit log keeps what it was.
pub fn delete(conn: &mut Conn, id: ApplicationId, version: i32, occasion: &Occasion) -> QueryResult<Outcome> {
    match queries::lock(conn, id)?.map(|held| held.application) {
        None => Ok(Outcome::Gone),
        Some(seen) if seen.version != version => refused(conn, seen),
        Some(seen) => remove(conn, seen, occasion).map(Outcome::Done),
    }
}

fn remove(conn: &mut Conn, seen: Application, occasion: &Occasion) -> QueryResult<Application> {
    outbox::discard_unsent_of_application(conn, seen.id)?;
    queries::delete(conn, seen.id)?;
    let entry = Entry { from: Some(seen.status.as_str()), ..Entry::new(Event::ApplicationDeleted, subject(&seen)) };
    audit::record(conn, occasion, &entry)?;
    Ok(seen)
}

fn refused(conn: &mut Conn, seen: Application) -> QueryResult<Outcome> {
    let last = last_change(conn, &seen)?;
    Ok(Outcome::Refused(seen, last.map(Box::new)))
}

/// What made the record what it is: not what happened to its keys, which stands in the log beneath it as well.
fn last_change(conn: &mut Conn, seen: &Application) -> QueryResult<Option<AuditEntry>> {
    const LOOKED_AT: i64 = 50;
    let is_of_a_key = |entry: &AuditEntry| matches!(entry.event, Event::KeyCreated | Event::KeyRevoked);
    let entries = audit::of_subject(conn, seen.id.0, LOOKED_AT)?;
    Ok(entries.into_iter().find(|entry| !is_of_a_key(entry)))
}

fn event(action: Action) -> Event {
    match action {
        Action::Approve => Event::ApplicationApproved,
        Action::Reject => Event::ApplicationRejected,
        Action::Revoke => Event::ApplicationRevoked,
        Action::Reapprove => Event::ApplicationReapproved,
    }
}

/// An application as the log names it.
pub fn subject(application: &Application) -> Subject {
    Subject {
        kind: SubjectKind::Application,
        id: Some(application.id.0),
        name: application.name.clone(),
        email: application.email.clone(),
    }
}
