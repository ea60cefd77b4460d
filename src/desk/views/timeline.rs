//! What happened to one record: what the log says, and the mail that went out about it.

use chrono::{DateTime, Utc};

use crate::audit::{self, AuditEntry};
use crate::outbox::{Mail, State};
use crate::web::moments::Moment;

/// How many lines of each kind are read; a longer timeline goes on in the activity log.
pub const TIMELINE: i64 = 200;

/// Entries and mails of one record.
#[derive(Default)]
pub struct History {
    pub entries: Vec<AuditEntry>,
    pub mails: Vec<Mail>,
}

/// A line of the timeline.
pub struct Happening {
    pub at: Moment,
    pub what: String,
    /// None for what nobody did: a mail.
    pub actor: Option<String>,
    pub reason: Option<String>,
}

impl History {
    /// Newest first.
    pub fn lines(&self, own_address: &str, now: DateTime<Utc>) -> Vec<Happening> {
        let entries = self.entries.iter().map(|entry| (entry.at, Happening::of_entry(entry, now)));
        let mails = self.mails.iter().map(|mail| (mail.created_at, Happening::of_mail(mail, own_address, now)));
        // Stable: of one transaction the entry stands first, and beneath it the mail that tells of it.
        let mut lines: Vec<_> = entries.chain(mails).collect();
        lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

impl Happening {
    fn of_entry(entry: &AuditEntry, now: DateTime<Utc>) -> Self {
        let audit::Change { at, actor, what, reason } = audit::Change::new(entry, now);
        Self { at, what, actor: Some(actor), reason }
    }

    fn of_mail(mail: &Mail, own_address: &str, now: DateTime<Utc>) -> Self {
        let fate = match (mail.state, mail.last_error.is_empty()) {
            (State::Waiting, true) => "waits to be sent".to_owned(),
            (State::Waiting, false) => format!("waits to be sent again: {}", mail.last_error),
            (State::Sent, _) => "sent".to_owned(),
            (State::Failed, _) => format!("could not be sent: {}", mail.last_error),
            (State::Withdrawn, _) => "not sent: another decision came first".to_owned(),
        };
        Self {
            at: Moment::new(mail.created_at, now),
            what: match mail.recipient == own_address {
                true => format!("Mail “{}” {fate}", mail.subject),
                false => format!("Notice to {} {fate}", mail.recipient),
            },
            actor: None,
            reason: None,
        }
    }
}
