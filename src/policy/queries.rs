//! The rows of settings.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::db::{Conn, QueryResult};
use crate::schema::settings;

#[derive(Queryable, Selectable)]
#[diesel(table_name = settings)]
pub struct Row {
    pub key: String,
    /// None where it says what the default says.
    pub value: Option<String>,
    pub version: i32,
    pub changed_at: DateTime<Utc>,
}

pub fn all(conn: &mut Conn) -> QueryResult<Vec<Row>> {
    settings::table.select(Row::as_select()).load(conn)
}

/// Until the end of the transaction nobody else changes a setting; reading goes on.
pub fn lock(conn: &mut Conn) -> QueryResult<()> {
    // The number names this table's changes among all advisory locks of the database.
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>("pg_advisory_xact_lock(7314001)::text"))
        .execute(conn)
        .map(|_| ())
}

pub fn put(conn: &mut Conn, key: &str, value: Option<&str>, version: i32, now: DateTime<Utc>) -> QueryResult<()> {
    let row = (settings::value.eq(value), settings::version.eq(version), settings::changed_at.eq(now));
    diesel::insert_into(settings::table)
        .values((settings::key.eq(key), row))
        .on_conflict(settings::key)
        .do_update()
        .set(row)
        .execute(conn)
        .map(|_| ())
}
