//! What happens to applications: here what admins decide, in `own` what developers do for themselves. Each function is
//! the body of one transaction, or a part of one.

mod entry;
mod keys;
mod news;
mod notices;
mod own;

use serde_json::json;

use super::queries::{self, Application, Held};
use super::values::Details;
use crate::audit::{self, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::desk::{self, Action, Move, Outcome, Transition};
use crate::developers::Developer;
use crate::ids::ApplicationId;
use crate::outbox::{self, Post};
use crate::policy::Policy;

pub use entry::enter;
pub use keys::{KeyCreated, create_key, revoke_key};
pub use own::{Created, create, delete_own, edit_own};

/// One move of one application.
pub fn transition(
    conn: &mut Conn,
    id: ApplicationId,
    wanted: &Move,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<Outcome<Application>> {
    let Some(Held { application, owner }) = queries::lock(conn, id)? else { return Ok(Outcome::Gone) };
    desk::decide(conn, Some(application), wanted, |conn, seen, transition| {
        let policy = Policy::read(conn)?;
        let words = (wanted.reason.as_str(), wanted.tell);
        carry_out(conn, (seen, &owner), transition, words, (&policy, post), occasion)
    })
}

/// The new status, the entry of the log and the mail: all of a move or nothing of it. Gateways hear of it by a trigger.
fn carry_out(
    conn: &mut Conn,
    (seen, owner): (&Application, &Developer),
    transition: Transition,
    (reason, tell): (&str, bool),
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<Application> {
    let moved = queries::set_status(conn, seen.id, transition, (occasion.at, occasion.actor.name()), reason)?;
    audit::record(conn, occasion, &desk::entry(event(transition.action()), subject(seen), transition, reason))?;
    let reason = if tell { reason } else { "" };
    news::tell(conn, (&moved, owner), transition, reason, (policy, post), occasion.at)?;
    Ok(moved)
}

/// Another name, description or callback URL, by an admin.
pub fn edit(
    conn: &mut Conn,
    id: ApplicationId,
    version: i32,
    details: &Details,
    occasion: &Occasion,
) -> QueryResult<Outcome<Application>> {
    let locked = queries::lock(conn, id)?.map(|held| held.application);
    desk::unless_changed(conn, locked, version, |conn, seen| rewrite(conn, seen, details, occasion))
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
pub fn delete(
    conn: &mut Conn,
    id: ApplicationId,
    version: i32,
    occasion: &Occasion,
) -> QueryResult<Outcome<Application>> {
    let locked = queries::lock(conn, id)?.map(|held| held.application);
    desk::unless_changed(conn, locked, version, |conn, seen| remove(conn, seen, occasion))
}

fn remove(conn: &mut Conn, seen: Application, occasion: &Occasion) -> QueryResult<Application> {
    outbox::discard_unsent_of_application(conn, seen.id)?;
    queries::delete(conn, seen.id)?;
    let entry = Entry { from: Some(seen.status.as_str()), ..Entry::new(Event::ApplicationDeleted, subject(&seen)) };
    audit::record(conn, occasion, &entry)?;
    Ok(seen)
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
