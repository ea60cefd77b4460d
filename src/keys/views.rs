//! Keys in words.

mod found;
mod held;

use chrono::{DateTime, Utc};

use super::queries::{Held, Key, Stops};
use crate::web::chrome::Chip;
use crate::web::moments::{Moment, counted};

pub use found::{AT_MOST, FoundKeys};
pub use held::HoldingRow;

/// A key as pages list it.
pub struct KeyRow {
    pub id: String,
    pub name: String,
    /// "glk_4fGh…9xYz".
    pub shown: String,
    /// None while it works or would work.
    pub ended: Option<Chip>,
    pub created: Moment,
    /// The last day on which it works; none for ever.
    pub expires: Option<String>,
    /// None while it was never used.
    pub used: Option<Moment>,
    /// When it was revoked.
    pub stopped: Option<Moment>,
}

impl KeyRow {
    pub fn new(key: &Key, now: DateTime<Utc>) -> Self {
        let ended = match (key.revoked_at, key.is_alive(now)) {
            (Some(_), _) => Some(Chip { text: "Revoked", tone: "bad" }),
            (None, false) => Some(Chip { text: "Expired", tone: "warn" }),
            (None, true) => None,
        };
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            shown: key.shown(),
            ended,
            created: Moment::new(key.created_at, now),
            expires: key.last_day(),
            used: key.last_used_at.map(|at| Moment::new(at, now)),
            stopped: key.revoked_at.map(|at| Moment::new(at, now)),
        }
    }
}

/// "2 sessions, 3 applications, 5 keys; last used: “Production”, 5 minutes ago": what stops with a revoke. None where
/// nothing does.
pub fn stops_in_words(stops: &Stops, now: DateTime<Utc>) -> Option<String> {
    let Held { applications, keys, .. } = stops.working;
    let counts = [(stops.sessions, "session"), (applications, "application"), (keys, "key")];
    let counts: Vec<String> = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, unit)| counted(n, unit)).collect();
    (!counts.is_empty()).then(|| format!("{}{}", counts.join(", "), last_used(&stops.working, now)))
}

/// "5 keys; last used: “Production”, 5 minutes ago": what a deletion takes along. None where there are no keys.
pub fn lost_keys(stops: &Stops, now: DateTime<Utc>) -> Option<String> {
    (stops.all.keys > 0).then(|| format!("{}{}", counted(stops.all.keys, "key"), last_used(&stops.all, now)))
}

fn last_used(held: &Held, now: DateTime<Utc>) -> String {
    match (&held.last_used, held.keys) {
        (Some(last), _) => format!("; last used: “{}”, {}", last.name, Moment::new(last.at, now).relative),
        (None, 1..) => "; none was used yet".to_owned(),
        (None, _) => String::new(),
    }
}
