//! What the templates read. No template and no handler knows what a status allows: all of it comes from the table.

mod list;
mod moved;
mod record;
mod rows;
mod selected;
mod timeline;

pub use list::{ListPage, title};
pub use moved::Moved;
pub use record::{Conflict, Delete, Record, RecordAlone, RecordPage, Show, Trail};
pub use rows::AnyRowAlone;
pub use selected::Email;
pub use timeline::History;

use chrono::{DateTime, Utc};

use super::list::{List, PATH};
use super::queries::Developer;
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
}

impl From<Transition> for RowAction {
    fn from(transition: Transition) -> Self {
        Self {
            verb: transition.action().as_str(),
            label: transition.action().label(),
            tone: if transition.asks_reason() { "danger" } else { "main" },
            asks_reason: transition.asks_reason(),
        }
    }
}

/// What may be done with a developer now. Rows and the detail page are alike in it.
pub struct Moves {
    pub id: String,
    pub name: String,
    pub version: i32,
    pub return_to: String,
    pub actions: Vec<RowAction>,
    pub mailto: Option<String>,
    /// None on the detail page itself.
    pub details: Option<String>,
    pub delete: String,
    /// What was typed before, where it was refused.
    pub reason: String,
}

impl Moves {
    fn new(developer: &Developer, return_to: String, delete_query: &str, details: Option<String>) -> Self {
        Self {
            id: developer.id.to_string(),
            name: developer.shown_name().to_owned(),
            version: developer.version,
            actions: developer.status.transitions().map(RowAction::from).collect(),
            mailto: (developer.status == Status::Approved).then(|| mailto(&developer.email)),
            details,
            delete: format!("{PATH}/{}/delete?{delete_query}", developer.id),
            return_to,
            reason: String::new(),
        }
    }
}

/// The query of the link to the page before a deletion, which leads back to `here`.
fn delete_query(here: &str) -> String {
    QueryString::new().with("return_to", here).into_string()
}

fn status_chip(status: Status) -> Chip {
    let tone = match status {
        Status::Requested => "warn",
        Status::Approved => "good",
        Status::Rejected | Status::Revoked => "bad",
    };
    Chip { text: status.label(), tone }
}

fn verification_chip(developer: &Developer) -> Chip {
    match developer.email_verified_at {
        Some(_) => Chip { text: "Email verified", tone: "good" },
        None => Chip { text: "Not verified", tone: "warn" },
    }
}

/// The address of a developer's page that knows the list one came from.
fn record_url(developer: &Developer, list: &List) -> String {
    format!("{PATH}/{}?{}", developer.id, list.query())
}

/// A decision in words.
pub struct Decision {
    /// "Rejected by Kim Lee".
    pub words: String,
    pub at: Moment,
    pub reason: Option<String>,
}

fn decision(developer: &Developer, now: DateTime<Utc>) -> Option<Decision> {
    let (at, by) = (developer.decided_at?, developer.decided_by.as_deref()?);
    Some(Decision {
        words: format!("{} by {by}", developer.status.label()),
        at: Moment::new(at, now),
        reason: reason(developer),
    })
}

fn reason(developer: &Developer) -> Option<String> {
    (!developer.reason.is_empty()).then(|| developer.reason.clone())
}

/// "Kim Lee rejected this 2 minutes ago."
pub fn who_was_quicker(last: Option<&AuditEntry>, now: DateTime<Utc>) -> String {
    let Some(entry) = last else {
        return "This has changed since the page was loaded.".into();
    };
    let when = span(entry.at, now).map_or_else(|| "just now".into(), |span| format!("{span} ago"));
    format!("{} {} this {when}.", entry.actor_name, event_label(entry.event).to_lowercase())
}
