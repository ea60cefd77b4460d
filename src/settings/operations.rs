//! Changes of the settings, each the body of one transaction.

use chrono::{DateTime, Utc};

use super::present::Present;
use crate::audit::{self, ActivityList, Event, Occasion, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::policy::{self, Change, Changed, Policy};
use crate::web::moments::span;
use crate::web::pagination::{PER_PAGE, Place};

/// How saving ended, with the settings as they are afterwards.
pub enum Saved {
    /// So many values are new.
    Done(usize, Policy),
    /// Somebody changed a setting since the form was loaded; says who.
    Stale(Box<Present>, String),
}

/// Saves what differs.
pub fn save(conn: &mut Conn, seen: i32, changes: &[Change], occasion: &Occasion) -> QueryResult<Saved> {
    match policy::change(conn, seen, changes, occasion)? {
        Changed::Saved(count) => Ok(Saved::Done(count, Policy::read(conn)?)),
        Changed::Stale => Ok(Saved::Stale(Box::new(Present::read(conn)?), who_was_quicker(conn, occasion.at)?)),
    }
}

/// "Kim Lee changed a setting 2 minutes ago: Portal name.", for a form that was filled in before.
///
/// # Errors
/// The database.
pub fn who_was_quicker(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<String> {
    // Notices of admins are among them, which are no part of the settings' form.
    let event = Some(Event::SettingChanged);
    let changes = ActivityList { q: String::new(), event, place: Place::Start, per_page: PER_PAGE[0] };
    let mut entries = audit::page(conn, &changes)?.rows.into_iter();
    let newest = entries.find(|entry| entry.subject_kind == SubjectKind::Setting);
    Ok(newest.map_or_else(
        || "The settings have changed since the page was loaded.".to_owned(),
        |entry| {
            let when = span(entry.at, now).map_or_else(|| "just now".to_owned(), |span| format!("{span} ago"));
            format!("{} changed a setting {when}: {}.", entry.actor_name, entry.subject_name)
        },
    ))
}
