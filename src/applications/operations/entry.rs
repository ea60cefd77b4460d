//! How applications come to be with a history from elsewhere.

use crate::applications::queries::{self, NewRecord};
use crate::audit::{self, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};

/// Enters applications of developers who have records, with an audit entry each. Nobody is mailed.
pub fn enter(conn: &mut Conn, records: &[NewRecord], occasion: &Occasion) -> QueryResult<()> {
    queries::insert_all(conn, records)?;
    let entries: Vec<Entry> = records.iter().map(entry).collect();
    audit::record_all(conn, occasion, &entries)
}

fn entry(record: &NewRecord) -> Entry {
    let subject = Subject {
        kind: SubjectKind::Application,
        id: Some(record.id.0),
        name: record.details.name.as_str().to_owned(),
        email: record.email.as_str().to_owned(),
    };
    Entry { to: Some(record.status.as_str()), ..Entry::new(Event::ApplicationCreated, subject) }
}
