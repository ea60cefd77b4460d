//! What happens to developers: each function is the body of one transaction, or a part of one.

mod entry;
mod news;

use serde_json::json;

use super::queries::{self, Developer};
use crate::audit::{self, Actor, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::desk::{self, Action, Move, Outcome, Status, Transition};
use crate::ids::DeveloperId;
use crate::outbox::{self, Post};
use crate::policy::Policy;
use crate::values::{Organization, PersonName};

pub use entry::{Addition, Decided, NewRecord, Registered, Registration, add, claim, enter, register};

/// One move of one developer.
pub fn transition(
    conn: &mut Conn,
    id: DeveloperId,
    wanted: &Move,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<Outcome<Developer>> {
    let locked = queries::lock(conn, id)?;
    desk::decide(conn, locked, wanted, |conn, seen, transition| {
        let policy = Policy::read(conn)?;
        carry_out(conn, seen, transition, (wanted.reason.as_str(), wanted.tell), (&policy, post), occasion)
    })
}

/// Approves a request in nobody's name, where it waits and the policy says so.
pub fn approve_by_itself(
    conn: &mut Conn,
    id: DeveloperId,
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<Option<Developer>> {
    let is_ready = |seen: &Developer| policy.approves_by_itself() && !seen.lacks_proof(policy, post.delivers);
    approve_where(conn, id, is_ready, "auto-approval", (policy, post), occasion)
}

/// The same of somebody who came by a personal invitation.
pub fn approve_invited(
    conn: &mut Conn,
    id: DeveloperId,
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<Option<Developer>> {
    approve_where(conn, id, |_| policy.approves_invited(), "invitation", (policy, post), occasion)
}

fn approve_where(
    conn: &mut Conn,
    id: DeveloperId,
    is_ready: impl Fn(&Developer) -> bool,
    actor: &'static str,
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<Option<Developer>> {
    let waiting = queries::lock(conn, id)?.filter(|seen| seen.status == Status::Requested);
    let ready = waiting.filter(is_ready);
    let transition = ready.as_ref().and_then(|seen| seen.status.transition(Action::Approve));
    let (Some(seen), Some(transition)) = (ready, transition) else { return Ok(None) };
    let occasion = Occasion { actor: Actor::System(actor), ..occasion.clone() };
    carry_out(conn, &seen, transition, ("", false), (policy, post), &occasion).map(Some)
}

/// The new status, the entry of the log, the end of the sessions and the mail: all of a move or nothing of it.
fn carry_out(
    conn: &mut Conn,
    seen: &Developer,
    transition: Transition,
    (reason, tell): (&str, bool),
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<Developer> {
    let moved = queries::set_status(conn, seen.id, transition, (occasion.at, occasion.actor.name()), reason)?;
    audit::record(conn, occasion, &desk::entry(event(transition.action()), subject(seen), transition, reason))?;
    if transition.ends_access() {
        queries::end_sessions(conn, seen.id)?;
        outbox::withdraw_of_applications(conn, seen.id, occasion.at)?;
    }
    news::tell(conn, &moved, transition, if tell { reason } else { "" }, (policy, post), occasion.at)?;
    Ok(moved)
}

/// Another name or organisation, by an admin.
pub fn edit(
    conn: &mut Conn,
    id: DeveloperId,
    version: i32,
    (name, organization): &(PersonName, Organization),
    occasion: &Occasion,
) -> QueryResult<Outcome<Developer>> {
    let locked = queries::lock(conn, id)?;
    desk::unless_changed(conn, locked, version, |conn, seen| rewrite(conn, seen, (name, organization), occasion))
}

/// The same by the developer, who sees no version; none when the record is gone.
pub fn edit_own(
    conn: &mut Conn,
    id: DeveloperId,
    person: (&PersonName, &Organization),
    occasion: &Occasion,
) -> QueryResult<Option<Developer>> {
    queries::lock(conn, id)?.map(|seen| rewrite(conn, seen, person, occasion)).transpose()
}

fn rewrite(
    conn: &mut Conn,
    seen: Developer,
    (name, organization): (&PersonName, &Organization),
    occasion: &Occasion,
) -> QueryResult<Developer> {
    let mut details = serde_json::Map::new();
    for (field, old, new) in
        [("full_name", &seen.full_name, name.as_str()), ("organization", &seen.organization, organization.as_str())]
    {
        if old != new {
            details.insert(field.to_owned(), json!([old, new]));
        }
    }
    if details.is_empty() {
        return Ok(seen);
    }
    let edited = queries::set_person(conn, &seen, name.as_str(), organization.as_str())?;
    let entry = Entry { details: details.into(), ..Entry::new(Event::DeveloperEdited, subject(&edited)) };
    audit::record(conn, occasion, &entry)?;
    Ok(edited)
}

/// Somebody has shown that the mailbox is theirs; none when the record is gone, the record as it was when they had
/// shown it before.
pub fn verify(
    conn: &mut Conn,
    id: DeveloperId,
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<Option<Developer>> {
    let Some(seen) = queries::lock(conn, id)? else { return Ok(None) };
    if seen.email_verified_at.is_some() {
        return Ok(Some(seen));
    }
    let proven = queries::set_verified(conn, id, occasion.at)?;
    audit::record(conn, occasion, &Entry::new(Event::DeveloperVerified, subject(&proven)))?;
    Ok(Some(approve_by_itself(conn, id, (policy, post), occasion)?.unwrap_or(proven)))
}

/// The end of a record and of all that belongs to it: password, sessions, links, unsent mail. The audit log keeps who
/// it was.
pub fn delete(conn: &mut Conn, id: DeveloperId, version: i32, occasion: &Occasion) -> QueryResult<Outcome<Developer>> {
    let locked = queries::lock(conn, id)?;
    desk::unless_changed(conn, locked, version, |conn, seen| {
        outbox::discard_unsent(conn, id)?;
        queries::delete(conn, id)?;
        let entry = Entry { from: Some(seen.status.as_str()), ..Entry::new(Event::DeveloperDeleted, subject(&seen)) };
        audit::record(conn, occasion, &entry)?;
        Ok(seen)
    })
}

fn event(action: Action) -> Event {
    match action {
        Action::Approve => Event::DeveloperApproved,
        Action::Reject => Event::DeveloperRejected,
        Action::Revoke => Event::DeveloperRevoked,
        Action::Reapprove => Event::DeveloperReapproved,
    }
}

/// A developer acts: they gave their password, or a link that only they can have.
pub fn acting(developer: &Developer, occasion: &Occasion) -> Occasion {
    let actor =
        Actor::Developer { id: developer.id, name: developer.shown_name().to_owned(), email: developer.email.clone() };
    Occasion { actor, ..occasion.clone() }
}

/// A developer as the log names them.
pub fn subject(developer: &Developer) -> Subject {
    Subject {
        kind: SubjectKind::Developer,
        id: Some(developer.id.0),
        name: developer.full_name.clone(),
        email: developer.email.clone(),
    }
}
