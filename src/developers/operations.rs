//! What happens to developers: each function is the body of one transaction.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::queries::{self, Developer, NewDeveloper};
use super::status::{Action, Status};
use crate::audit::{self, AuditEntry, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::ids::DeveloperId;
use crate::values::{EmailAddress, LongText, Organization, PersonName};

/// What an admin wants done, and the version of the record that they saw.
#[derive(Clone, Debug)]
pub struct Move {
    pub action: Action,
    pub version: i32,
    pub reason: LongText,
}

/// How it ended.
#[derive(Debug)]
pub enum Outcome {
    /// The record as it is now; after a deletion, as it was.
    Done(Developer),
    /// Somebody was quicker, or the table of moves has no such move: the record as it is, and what happened last.
    Refused(Developer, Option<Box<AuditEntry>>),
    Gone,
}

/// One move of one developer.
pub fn transition(conn: &mut Conn, id: DeveloperId, wanted: &Move, occasion: &Occasion) -> QueryResult<Outcome> {
    let Some(seen) = queries::lock(conn, id)? else {
        return Ok(Outcome::Gone);
    };
    let allowed = seen.status.transition(wanted.action).filter(|_| seen.version == wanted.version);
    let Some(transition) = allowed else {
        return refused(conn, seen);
    };
    let decided = (occasion.at, occasion.actor.name());
    let moved = queries::set_status(conn, id, transition, decided, wanted.reason.as_str())?;
    let entry = Entry {
        from: Some(transition.from().as_str()),
        to: Some(transition.to().as_str()),
        reason: wanted.reason.as_str().to_owned(),
        ..Entry::new(event(wanted.action), subject(&seen))
    };
    audit::record(conn, occasion, &entry)?;
    Ok(Outcome::Done(moved))
}

/// Another name or organisation.
pub fn edit(
    conn: &mut Conn,
    id: DeveloperId,
    version: i32,
    (name, organization): (&PersonName, &Organization),
    occasion: &Occasion,
) -> QueryResult<Outcome> {
    let Some(seen) = queries::lock(conn, id)? else {
        return Ok(Outcome::Gone);
    };
    if seen.version != version {
        return refused(conn, seen);
    }
    let mut details = serde_json::Map::new();
    for (field, old, new) in
        [("full_name", &seen.full_name, name.as_str()), ("organization", &seen.organization, organization.as_str())]
    {
        if old != new {
            details.insert(field.to_owned(), json!([old, new]));
        }
    }
    if details.is_empty() {
        return Ok(Outcome::Done(seen));
    }
    let edited = queries::set_person(conn, &seen, name.as_str(), organization.as_str())?;
    let entry = Entry { details: details.into(), ..Entry::new(Event::DeveloperEdited, subject(&edited)) };
    audit::record(conn, occasion, &entry)?;
    Ok(Outcome::Done(edited))
}

/// The end of a record. The audit log keeps who it was.
pub fn delete(conn: &mut Conn, id: DeveloperId, version: i32, occasion: &Occasion) -> QueryResult<Outcome> {
    let Some(seen) = queries::lock(conn, id)? else {
        return Ok(Outcome::Gone);
    };
    if seen.version != version {
        return refused(conn, seen);
    }
    queries::delete(conn, id)?;
    let entry = Entry { from: Some(seen.status.as_str()), ..Entry::new(Event::DeveloperDeleted, subject(&seen)) };
    audit::record(conn, occasion, &entry)?;
    Ok(Outcome::Done(seen))
}

fn refused(conn: &mut Conn, seen: Developer) -> QueryResult<Outcome> {
    let last = audit::of_subject(conn, seen.id.0, 1)?.into_iter().next();
    Ok(Outcome::Refused(seen, last.map(Box::new)))
}

fn event(action: Action) -> Event {
    match action {
        Action::Approve => Event::DeveloperApproved,
        Action::Reject => Event::DeveloperRejected,
        Action::Revoke => Event::DeveloperRevoked,
        Action::Reapprove => Event::DeveloperReapproved,
    }
}

fn subject(developer: &Developer) -> Subject {
    Subject {
        kind: SubjectKind::Developer,
        id: Some(developer.id.0),
        name: developer.full_name.clone(),
        email: developer.email.clone(),
    }
}

/// A developer who comes with a history from elsewhere.
#[derive(Clone, Debug)]
pub struct NewRecord {
    pub id: DeveloperId,
    pub email: EmailAddress,
    /// Whether somebody has shown that the mailbox is theirs.
    pub is_proven: bool,
    /// None for somebody who came without a name.
    pub name: Option<PersonName>,
    pub organization: Organization,
    pub purpose: LongText,
    pub requested_at: DateTime<Utc>,
    pub status: Status,
    /// Who decided when and why; of no meaning while it is requested.
    pub decided: Decided,
}

#[derive(Clone, Debug)]
pub struct Decided {
    pub at: DateTime<Utc>,
    pub by: &'static str,
    pub reason: LongText,
}

impl NewRecord {
    fn name(&self) -> &str {
        self.name.as_ref().map_or("", PersonName::as_str)
    }

    fn row(&self) -> NewDeveloper<'_> {
        let decided = (self.status != Status::Requested).then_some(&self.decided);
        let (email, name) = (self.email.as_str(), self.name());
        NewDeveloper {
            id: self.id,
            email,
            mailbox: self.email.mailbox(),
            full_name: name,
            organization: self.organization.as_str(),
            purpose: self.purpose.as_str(),
            status: self.status,
            email_verified_at: self.is_proven.then_some(decided.map_or(self.requested_at, |decided| decided.at)),
            requested_at: self.requested_at,
            decided_at: decided.map(|decided| decided.at),
            decided_by: decided.map(|decided| decided.by),
            reason: decided.map_or("", |decided| decided.reason.as_str()),
            name_order: queries::name_order(name, email),
            search_text: queries::search_text(email, name, self.organization.as_str()),
        }
    }

    fn entry(&self) -> Entry {
        let subject = Subject {
            kind: SubjectKind::Developer,
            id: Some(self.id.0),
            name: self.name().to_owned(),
            email: self.email.as_str().to_owned(),
        };
        Entry { to: Some(self.status.as_str()), ..Entry::new(Event::DeveloperImported, subject) }
    }
}

/// Enters those whose mailbox and id are free, with an audit entry each; says how many these were.
pub fn enter(conn: &mut Conn, records: &[NewRecord], occasion: &Occasion) -> QueryResult<usize> {
    let rows: Vec<_> = records.iter().map(NewRecord::row).collect();
    let entered = queries::insert_new(conn, &rows)?;
    let entries: Vec<_> = records.iter().filter(|r| entered.contains(&r.id)).map(NewRecord::entry).collect();
    if !entries.is_empty() {
        audit::record_all(conn, occasion, &entries)?;
    }
    Ok(entered.len())
}
