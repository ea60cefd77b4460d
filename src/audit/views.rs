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
        Event::DeveloperAdded => "Added",
        Event::DeveloperRegistered => "Registered",
        Event::DeveloperRegisteredAgain => "Registered again",
        Event::RegistrationRefused => "Registration refused",
        Event::DeveloperVerified => "Email verified",
        Event::DeveloperSignedIn => "Developer signed in",
        Event::DeveloperSignInFailed => "Developer sign-in failed",
        Event::DeveloperSignedOut => "Developer signed out",
        Event::DeveloperPasswordReset => "Developer reset password",
        Event::DeveloperPasswordChanged => "Developer changed password",
        Event::SettingChanged => "Setting changed",
        Event::MailRetried => "Mail retried",
        Event::InvitationPrepared => "Invitation prepared",
        Event::InvitationQueued => "Invitation queued",
        Event::InvitationResent => "Invitation queued again",
        Event::InvitationWithdrawn => "Invitation withdrawn",
        Event::InvitationUsed => "Invitation used",
        Event::ApplicationCreated => "Application created",
        Event::ApplicationApproved => "Application approved",
        Event::ApplicationRejected => "Application rejected",
        Event::ApplicationRevoked => "Application revoked",
        Event::ApplicationReapproved => "Application re-approved",
        Event::ApplicationEdited => "Application edited",
        Event::ApplicationDeleted => "Application deleted",
        Event::KeyCreated => "Key created",
        Event::KeyRevoked => "Key revoked",
        Event::AdminCreated => "Admin created",
        Event::AdminPasswordReset => "Password reset",
        Event::AdminSignedIn => "Signed in",
        Event::AdminSignInFailed => "Sign-in failed",
        Event::AdminSignedOut => "Signed out",
    }
}

/// "name: Ada → Ada Byron": what an edit or a setting changed; of a key which one it is.
pub fn changes(entry: &AuditEntry) -> Option<String> {
    let words = [
        ("full_name", "name: "),
        ("organization", "company: "),
        ("purpose", "purpose: "),
        ("name", "name: "),
        ("description", "description: "),
        ("callback_url", "callback URL: "),
        ("notices", ""),
        ("value", ""),
    ];
    let key = entry.details.get("key").and_then(serde_json::Value::as_str).map(str::to_owned);
    let changes = words.into_iter().filter_map(|(field, word)| {
        let change = entry.details.get(field)?;
        let shown = |at| change.get(at).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
        let shown = |at| shown(at).map_or_else(|| "none".to_owned(), shortened);
        Some(format!("{word}{} → {}", shown(0), shown(1)))
    });
    let changes: Vec<String> = key.into_iter().chain(changes).collect();
    (!changes.is_empty()).then(|| changes.join(", "))
}

/// Settings may be pages long; the entry itself keeps all of them.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 200 { text.to_owned() } else { text.chars().take(199).chain(['…']).collect() }
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
            what: match changes(entry) {
                Some(changes) => format!("{} {changes}", event_label(entry.event)),
                None => event_label(entry.event).to_owned(),
            },
            reason: (!entry.reason.is_empty()).then(|| entry.reason.clone()),
        }
    }
}
