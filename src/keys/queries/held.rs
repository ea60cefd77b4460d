//! What one developer has.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Key, of_applications};
use crate::db::{Conn, QueryResult};
use crate::desk::Status;
use crate::ids::{ApplicationId, DeveloperId};
use crate::schema::applications;

/// More than can be alive: of those that are not, the newest.
const AT_MOST: i64 = 300;

/// An application and its keys.
#[derive(Clone, Debug)]
pub struct Holding {
    pub application: ApplicationId,
    /// The application's name.
    pub name: String,
    pub status: Status,
    /// Those that are alive, then the others.
    pub keys: Vec<Key>,
}

/// A developer's applications with their keys, the newest first.
pub fn holdings(conn: &mut Conn, developer: DeveloperId, now: DateTime<Utc>) -> QueryResult<Vec<Holding>> {
    let owned: Vec<(ApplicationId, String, Status)> = applications::table
        .filter(applications::developer_id.eq(developer))
        .order(applications::id.desc())
        .select((applications::id, applications::name, applications::status))
        .load(conn)?;
    let ids: Vec<ApplicationId> = owned.iter().map(|(id, ..)| *id).collect();
    let keys = if ids.is_empty() { Vec::new() } else { of_applications(conn, &ids, AT_MOST, now)? };
    let of = |id: ApplicationId| keys.iter().filter(|key| key.application_id == id).cloned().collect();
    Ok(owned
        .into_iter()
        .map(|(application, name, status)| Holding { application, name, status, keys: of(application) })
        .collect())
}
