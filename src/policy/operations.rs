//! Changes of settings.

use serde_json::json;

use super::{Policy, queries};
use crate::audit::{self, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};

/// A new value for one key.
#[derive(Clone, Debug)]
pub struct Change {
    pub key: String,
    /// How the log calls it.
    pub label: String,
    /// What holds without a row.
    pub default: String,
    pub value: String,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// So many values are new.
    Saved(usize),
    /// Somebody changed a setting since the form was loaded: nothing was saved.
    Stale,
}

/// Writes what differs, with an entry of the log each: old value and new.
///
/// # Errors
/// The database.
pub fn change(conn: &mut Conn, seen: i32, changes: &[Change], occasion: &Occasion) -> QueryResult<Changed> {
    queries::lock(conn)?;
    let policy = Policy::read(conn)?;
    if policy.version != seen {
        return Ok(Changed::Stale);
    }
    let mut saved = 0;
    for Change { key, label, default, value } in changes {
        let old = policy.text(key).unwrap_or(default);
        if old == value {
            continue;
        }
        let own = Some(value.as_str()).filter(|value| value != default);
        queries::put(conn, key, own, policy.version + 1, occasion.at)?;
        let subject = Subject { kind: SubjectKind::Setting, id: None, name: label.clone(), email: String::new() };
        let details = json!({ "value": [old, value] });
        audit::record(conn, occasion, &Entry { details, ..Entry::new(Event::SettingChanged, subject) })?;
        saved += 1;
    }
    Ok(Changed::Saved(saved))
}
