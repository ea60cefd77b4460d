//! How records come to be: by a sign-up, or with a history from elsewhere.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::subject;
use crate::audit::{self, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::desk::Status;
use crate::developers::queries::{self, Developer, NewDeveloper};
use crate::ids::DeveloperId;
use crate::values::{EmailAddress, LongText, Organization, PersonName};

/// Somebody who asks for access.
#[derive(Clone, Debug)]
pub struct Registration {
    pub name: PersonName,
    pub email: EmailAddress,
    pub organization: Organization,
    pub purpose: LongText,
    /// The version of the terms that they accepted; empty where there were none.
    pub terms_version: String,
}

/// How a sign-up ended.
pub enum Registered {
    New(Developer),
    /// The mailbox has a record, which stays as it is.
    Known(Developer),
}

/// A new request, unless the mailbox has a record.
pub fn register(conn: &mut Conn, new: &Registration, occasion: &Occasion) -> QueryResult<Registered> {
    let Registration { name, email, organization, purpose, terms_version } = new;
    let row = NewDeveloper {
        purpose: purpose.as_str(),
        terms_version,
        terms_accepted_at: (!terms_version.is_empty()).then_some(occasion.at),
        ..row((name, email, organization), Status::Requested, occasion)
    };
    let registered = enter_one(conn, row, email)?;
    let (event, to, developer) = match &registered {
        Registered::New(developer) => (Event::DeveloperRegistered, Some(Status::Requested.as_str()), developer),
        Registered::Known(developer) => (Event::DeveloperRegisteredAgain, None, developer),
    };
    audit::record(conn, occasion, &Entry { to, ..Entry::new(event, subject(developer)) })?;
    Ok(registered)
}

/// The owner of a mailbox says anew what somebody else may have said in a request that waits.
pub fn claim(conn: &mut Conn, seen: &Developer, new: &Registration, occasion: &Occasion) -> QueryResult<()> {
    super::rewrite(conn, seen.clone(), (&new.name, &new.organization), occasion)?;
    let accepted_at = (!new.terms_version.is_empty()).then_some(occasion.at);
    let claimed = queries::set_request(conn, seen.id, new.purpose.as_str(), (&new.terms_version, accepted_at))?;
    if seen.purpose != claimed.purpose {
        let details = json!({ "purpose": [&seen.purpose, &claimed.purpose] });
        audit::record(conn, occasion, &Entry { details, ..Entry::new(Event::DeveloperEdited, subject(&claimed)) })?;
    }
    Ok(())
}

/// Somebody whom an admin adds.
#[derive(Clone, Debug)]
pub struct Addition {
    pub name: PersonName,
    pub email: EmailAddress,
    pub organization: Organization,
    pub status: Status,
}

/// A record by an admin, unless the mailbox has one.
pub fn add(conn: &mut Conn, new: &Addition, occasion: &Occasion) -> QueryResult<Registered> {
    let Addition { name, email, organization, status } = new;
    let registered = enter_one(conn, row((name, email, organization), *status, occasion), email)?;
    if let Registered::New(developer) = &registered {
        let entry = Entry { to: Some(status.as_str()), ..Entry::new(Event::DeveloperAdded, subject(developer)) };
        audit::record(conn, occasion, &entry)?;
    }
    Ok(registered)
}

/// A record without a history: what is decided about it, the actor decided now.
fn row<'a>(
    (name, email, organization): (&'a PersonName, &'a EmailAddress, &'a Organization),
    status: Status,
    occasion: &'a Occasion,
) -> NewDeveloper<'a> {
    let is_decided = status != Status::Requested;
    NewDeveloper {
        id: DeveloperId::new(),
        email: email.as_str(),
        mailbox: email.mailbox(),
        full_name: name.as_str(),
        organization: organization.as_str(),
        purpose: "",
        status,
        email_verified_at: None,
        requested_at: occasion.at,
        decided_at: is_decided.then_some(occasion.at),
        decided_by: is_decided.then_some(occasion.actor.name()),
        reason: "",
        name_order: queries::name_order(name.as_str(), email.as_str()),
        search_text: queries::search_text(email.as_str(), name.as_str(), organization.as_str()),
        terms_version: "",
        terms_accepted_at: None,
    }
}

fn enter_one(conn: &mut Conn, row: NewDeveloper<'_>, email: &EmailAddress) -> QueryResult<Registered> {
    let rows = [row];
    loop {
        let is_new = !queries::insert_new(conn, &rows)?.is_empty();
        if let Some(developer) = queries::by_mailbox(conn, email.mailbox())? {
            return Ok(if is_new { Registered::New(developer) } else { Registered::Known(developer) });
        }
        // The record that was in the way has just been deleted.
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
            terms_version: "",
            terms_accepted_at: None,
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
