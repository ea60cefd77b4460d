//! When an admin hears of new requests.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::queries::{self, Notified};
use crate::audit::{self, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::ids::AdminId;
use crate::outbox::{self, Letter, Post};
use crate::policy::Policy;
use crate::text_enum::text_enum;

/// An admin hears of so many requests of a kind an hour one by one. More than that is a flood, which the list shows
/// better.
const SINGLE_NOTICES: i64 = 20;

text_enum! {
    /// What an admin chose.
    pub enum Notices {
        AtOnce = "at_once",
        Daily = "daily",
        Never = "never",
    }
}

impl Notices {
    /// Each with its meaning, in the order of a list.
    pub const CHOICES: &[(&'static str, &'static str)] = &[
        (Self::AtOnce.as_str(), Self::AtOnce.label()),
        (Self::Daily.as_str(), Self::Daily.label()),
        (Self::Never.as_str(), Self::Never.label()),
    ];

    /// As a choice in a list.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AtOnce => "At once",
            Self::Daily => "Once a day",
            Self::Never => "Not at all",
        }
    }
}

/// Writes to the admins who want to hear of each request; `letter` makes the mail to an address.
pub fn tell_at_once(
    conn: &mut Conn,
    letter: impl Fn(&str) -> Letter,
    (policy, post): (&Policy, &Post),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    for address in queries::told_at_once(conn)? {
        let letter = letter(&address);
        if outbox::recent_notices(conn, letter.kind, &address, now - TimeDelta::hours(1))? < SINGLE_NOTICES {
            post.enqueue(conn, policy, &letter, now)?;
        }
    }
    Ok(())
}

/// Everybody who decides, by name, with their choices.
pub fn all_with_notices(conn: &mut Conn) -> QueryResult<Vec<Notified>> {
    queries::all_notified(conn)
}

/// Writes an admin's choice; false where it is the one they had.
pub fn choose_notices(conn: &mut Conn, id: AdminId, chosen: Notices, occasion: &Occasion) -> QueryResult<bool> {
    let Some(admin) = queries::lock_notified(conn, id)?.filter(|admin| admin.notices != chosen) else {
        return Ok(false);
    };
    queries::set_notices(conn, id, chosen)?;
    let details = json!({ "notices": [admin.notices.label(), chosen.label()] });
    let subject = Subject { kind: SubjectKind::Admin, id: Some(id.0), name: admin.name, email: admin.email };
    audit::record(conn, occasion, &Entry { details, ..Entry::new(Event::SettingChanged, subject) })?;
    Ok(true)
}
