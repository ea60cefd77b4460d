//! Entries in words.

use chrono::{DateTime, Utc};

use super::{AuditEntry, Event};
use crate::web::moments::Moment;

/// What happened, in a word or two.
pub const fn event_label(event: Event) -> &'static str {
    match event {
        Event::DeveloperApproved => "Approved",
        Event::DeveloperRejected => "Rejected",
        Event::DeveloperRevoked => "Revoked",
        Event::DeveloperReapproved => "Re-approved",
        Event::DeveloperEdited => "Edited",
        Event::DeveloperDeleted => "Deleted",
        Event::DeveloperImported => "Imported",
        Event::AdminCreated => "Admin created",
        Event::AdminPasswordReset => "Password reset",
        Event::AdminSignedIn => "Signed in",
        Event::AdminSignInFailed => "Sign-in failed",
        Event::AdminSignedOut => "Signed out",
    }
}

/// "Edited name: Ada → Ada Byron", and the plain word for all else.
pub fn what(entry: &AuditEntry) -> String {
    let changes: Vec<String> = [("full_name", "name"), ("organization", "company")]
        .into_iter()
        .filter_map(|(field, word)| {
            let change = entry.details.get(field)?;
            let shown = |at| change.get(at).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
            Some(format!("{word}: {} → {}", shown(0).unwrap_or("none"), shown(1).unwrap_or("none")))
        })
        .collect();
    let label = event_label(entry.event);
    if changes.is_empty() { label.to_owned() } else { format!("{label} {}", changes.join(", ")) }
}

/// A line of a timeline.
pub struct Change {
    pub at: Moment,
    pub actor: String,
    pub what: String,
    pub reason: Option<String>,
}

impl Change {
    pub fn new(entry: &AuditEntry, now: DateTime<Utc>) -> Self {
        Self {
            at: Moment::new(entry.at, now),
            actor: entry.actor_name.clone(),
            what: what(entry),
            reason: (!entry.reason.is_empty()).then(|| entry.reason.clone()),
        }
    }
}
