//! What the templates of every record read. No template and no handler knows what a status allows: all of it comes from
//! the table.

mod list;
mod moved;
mod record;
mod rows;
mod timeline;

pub use list::{Desk, ListPage, title};
pub use moved::Moved;
pub use record::{Around, Delete, Edit, Trail};
pub use rows::RowContext;
pub use timeline::{Happening, History, TIMELINE};

pub(crate) use list::tabs;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::list::List;
use super::noun::Noun;
use super::record::Record;
use super::status::{Status, Transition};
use crate::audit::{AuditEntry, event_label};
use crate::web::chrome::Chip;
use crate::web::mailto::mailto;
use crate::web::moments::{Moment, span};
use crate::web::query::QueryString;

/// A button.
pub struct RowAction {
    pub verb: &'static str,
    pub label: &'static str,
    /// "main" or "danger".
    pub tone: &'static str,
    pub asks_reason: bool,
    /// Something stops working by it.
    pub ends_access: bool,
}

impl From<Transition> for RowAction {
    fn from(transition: Transition) -> Self {
        Self {
            verb: transition.action().as_str(),
            label: transition.action().label(),
            tone: if transition.asks_reason() { "danger" } else { "main" },
            asks_reason: transition.asks_reason(),
            ends_access: transition.ends_access(),
        }
    }
}

/// What may be done with a record now. Rows and the record's own page are alike in it.
pub struct Moves {
    pub noun: Noun,
    pub id: Uuid,
    pub name: String,
    pub version: i32,
    pub return_to: String,
    pub actions: Vec<RowAction>,
    pub mailto: Option<String>,
    /// None on the record's page itself.
    pub details: Option<String>,
    pub delete: String,
    /// What was typed before, where it was refused.
    pub reason: String,
    /// What ends by a move that ends access, in words: "2 sessions, 5 keys". None where nothing does.
    pub stops: Option<String>,
}

impl Moves {
    fn new(record: &impl Record, return_to: String, delete_query: &str, details: Option<String>) -> Self {
        let noun = noun_of(record);
        Self {
            noun,
            id: record.id(),
            name: record.name().to_owned(),
            version: record.version(),
            actions: record.status().transitions().map(RowAction::from).collect(),
            mailto: (record.status() == Status::Approved).then(|| mailto(record.email())),
            details,
            delete: format!("{}/{}/delete?{delete_query}", noun.path(), record.id()),
            return_to,
            reason: String::new(),
            stops: None,
        }
    }

    /// With what ends by a move that ends access.
    #[must_use]
    pub fn stopping(self, stops: Option<String>) -> Self {
        Self { stops, ..self }
    }

    /// On the record's own page, which was reached from that list.
    pub fn on_page(record: &impl Record, list: &List) -> Self {
        Self::new(record, list.record_url(record.id()), &delete_query(&list.url()), None)
    }
}

const fn noun_of<R: Record>(_: &R) -> Noun {
    R::NOUN
}

/// The query of the link to the page before a deletion, which leads back to `here`.
fn delete_query(here: &str) -> String {
    QueryString::new().with("return_to", here).into_string()
}

pub fn status_chip(status: Status) -> Chip {
    let tone = match status {
        Status::Requested => "warn",
        Status::Approved => "good",
        Status::Rejected | Status::Revoked => "bad",
    };
    Chip { text: status.label(), tone }
}

/// A decision in words.
pub struct Decision {
    /// "Rejected by Kim Lee".
    pub words: String,
    pub at: Moment,
    pub reason: Option<String>,
}

impl Decision {
    /// None while nobody has decided.
    pub fn of(record: &impl Record, now: DateTime<Utc>) -> Option<Self> {
        let (at, by) = (record.decided_at()?, record.decided_by()?);
        let words = format!("{} by {by}", record.status().label());
        Some(Self { words, at: Moment::new(at, now), reason: reason(record) })
    }
}

/// The reason of the last decision, where one was given.
pub fn reason(record: &impl Record) -> Option<String> {
    (!record.reason().is_empty()).then(|| record.reason().to_owned())
}

/// "Kim Lee rejected this 2 minutes ago."
pub fn who_was_quicker(noun: Noun, last: Option<&AuditEntry>, now: DateTime<Utc>) -> String {
    let Some(entry) = last else {
        return "This has changed since the page was loaded.".into();
    };
    let when = span(entry.at, now).map_or_else(|| "just now".into(), |span| format!("{span} ago"));
    let what = event_label(entry.event).to_lowercase();
    // The log tells of all nouns and says "Application approved"; here it is plain of which.
    let what = what.strip_prefix(noun.singular()).unwrap_or(&what).trim_start();
    format!("{} {what} this {when}.", entry.actor_name)
}
