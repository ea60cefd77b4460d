//! Rows of passwords, of developers' sessions, and of the links that mails carry.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::link::Purpose;
use super::session::{ABSOLUTE, SignedIn};
use crate::db::{Conn, QueryResult};
use crate::developers::Status;
use crate::ids::DeveloperId;
use crate::schema::{developer_passwords, developer_sessions, developers, mail_links};
use crate::web::session::IDLE;

/// The hash of a developer's password; none for somebody who never chose one.
pub fn password_hash(conn: &mut Conn, id: DeveloperId) -> QueryResult<Option<String>> {
    developer_passwords::table.find(id).select(developer_passwords::password_hash).first(conn).optional()
}

pub fn set_password(conn: &mut Conn, id: DeveloperId, hash: &str, now: DateTime<Utc>) -> QueryResult<()> {
    let new = (developer_passwords::password_hash.eq(hash), developer_passwords::changed_at.eq(now));
    diesel::insert_into(developer_passwords::table)
        .values((developer_passwords::developer_id.eq(id), new))
        .on_conflict(developer_passwords::developer_id)
        .do_update()
        .set(new)
        .execute(conn)
        .map(|_| ())
}

/// Who is signed in by this key, and when they were last seen.
pub fn session(conn: &mut Conn, key_hash: &[u8], now: DateTime<Utc>) -> QueryResult<Option<(SignedIn, DateTime<Utc>)>> {
    developer_sessions::table
        .inner_join(developers::table)
        .filter(developer_sessions::key_hash.eq(key_hash))
        .filter(developer_sessions::signed_in_at.gt(now - ABSOLUTE))
        .filter(developer_sessions::seen_at.gt(now - IDLE))
        .filter(developers::status.eq(Status::Approved))
        .select(SessionRow::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(SessionRow::split))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = developer_sessions)]
struct SessionRow {
    #[diesel(select_expression = developers::id)]
    id: DeveloperId,
    #[diesel(select_expression = developers::full_name)]
    name: String,
    #[diesel(select_expression = developers::email)]
    email: String,
    signed_in_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
}

impl SessionRow {
    fn split(self) -> (SignedIn, DateTime<Utc>) {
        let Self { id, name, email, signed_in_at, seen_at } = self;
        let name = if name.is_empty() { email.clone() } else { name };
        (SignedIn { id, name, email, signed_in_at }, seen_at)
    }
}

/// Only where the developer is still approved and the password still the one that was given: a revoke or a reset may
/// have come between the password and its session.
pub fn add_session(conn: &mut Conn, key_hash: &[u8], id: DeveloperId, now: DateTime<Utc>) -> QueryResult<()> {
    let approved = developers::table
        .inner_join(developer_passwords::table)
        .filter(developers::id.eq(id))
        .filter(developers::status.eq(Status::Approved))
        .filter(developer_passwords::changed_at.le(now));
    let held: Option<DeveloperId> = approved.select(developers::id).for_share().first(conn).optional()?;
    if held.is_some() {
        diesel::insert_into(developer_sessions::table)
            .values((
                developer_sessions::key_hash.eq(key_hash),
                developer_sessions::developer_id.eq(id),
                developer_sessions::signed_in_at.eq(now),
                developer_sessions::seen_at.eq(now),
            ))
            .execute(conn)?;
    }
    let is_over = developer_sessions::signed_in_at.lt(now - ABSOLUTE).or(developer_sessions::seen_at.lt(now - IDLE));
    diesel::delete(developer_sessions::table.filter(is_over)).execute(conn).map(|_| ())
}

pub fn touch_session(conn: &mut Conn, key_hash: &[u8], now: DateTime<Utc>) -> QueryResult<()> {
    let session = developer_sessions::table.find(key_hash);
    diesel::update(session).set(developer_sessions::seen_at.eq(now)).execute(conn).map(|_| ())
}

pub fn end_session(conn: &mut Conn, key_hash: &[u8]) -> QueryResult<()> {
    diesel::delete(developer_sessions::table.find(key_hash)).execute(conn).map(|_| ())
}

/// A link that somebody holds.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub purpose: Purpose,
    pub developer: DeveloperId,
    /// Neither used nor replaced nor too old.
    pub is_good: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = mail_links)]
struct LinkRow {
    purpose: Purpose,
    developer_id: DeveloperId,
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

impl LinkRow {
    fn judged(self, now: DateTime<Utc>) -> Link {
        // A clock that was set back must not lengthen a link's life.
        let age = (now - self.created_at).abs();
        let is_good = self.ended_at.is_none() && age < self.purpose.lifetime();
        Link { purpose: self.purpose, developer: self.developer_id, is_good }
    }
}

/// What a token is worth; none for one that never was given out for such a purpose, or whose developer is gone.
pub fn find_link(conn: &mut Conn, purposes: &[Purpose], hash: &[u8], now: DateTime<Utc>) -> QueryResult<Option<Link>> {
    let link = mail_links::table.find(hash).filter(mail_links::purpose.eq_any(purposes));
    let found = link.select(LinkRow::as_select()).first(conn).optional()?;
    Ok(found.map(|row| row.judged(now)))
}

/// Ends what is good of a developer's links for these purposes.
pub fn end_links(conn: &mut Conn, purposes: &[Purpose], id: DeveloperId, now: DateTime<Utc>) -> QueryResult<()> {
    let open = mail_links::table
        .filter(mail_links::developer_id.eq(id))
        .filter(mail_links::purpose.eq_any(purposes))
        .filter(mail_links::ended_at.is_null());
    diesel::update(open).set(mail_links::ended_at.eq(Some(now))).execute(conn).map(|_| ())
}

pub fn add_link(
    conn: &mut Conn,
    purpose: Purpose,
    hash: &[u8],
    id: DeveloperId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(mail_links::table)
        .values((
            mail_links::token_hash.eq(hash),
            mail_links::purpose.eq(purpose),
            mail_links::developer_id.eq(id),
            mail_links::created_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Uses a link up; of two who try at once, one gets the developer.
pub fn use_link(
    conn: &mut Conn,
    purposes: &[Purpose],
    hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<DeveloperId>> {
    let link = mail_links::table.find(hash).filter(mail_links::purpose.eq_any(purposes));
    let held = link.select(LinkRow::as_select()).for_update().first(conn).optional()?;
    let Some(Link { developer, is_good: true, .. }) = held.map(|row| row.judged(now)) else { return Ok(None) };
    diesel::update(mail_links::table.find(hash)).set(mail_links::ended_at.eq(Some(now))).execute(conn)?;
    Ok(Some(developer))
}
