//! Rows of admins, of their sessions and of the links that make the first one.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::notices::Notices;
use super::session::{ABSOLUTE, SignedIn};
use crate::db::{Conn, QueryResult};
use crate::ids::AdminId;
use crate::schema::{admin_sessions, admins, setup_links};
use crate::web::session::IDLE;

/// An admin as the database has them.
#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Admin {
    pub id: AdminId,
    pub email: String,
    pub full_name: String,
    pub password_hash: String,
}

#[derive(Insertable)]
#[diesel(table_name = admins)]
pub struct NewAdmin<'a> {
    pub id: AdminId,
    pub email: &'a str,
    pub mailbox: &'a str,
    pub full_name: &'a str,
    pub password_hash: &'a str,
    pub created_at: DateTime<Utc>,
}

pub fn any_exist(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(admins::table.select(admins::id))).get_result(conn)
}

pub fn by_mailbox(conn: &mut Conn, mailbox: &str) -> QueryResult<Option<Admin>> {
    admins::table.filter(admins::mailbox.eq(mailbox)).select(Admin::as_select()).first(conn).optional()
}

/// The addresses of those who want to hear of each request.
pub fn told_at_once(conn: &mut Conn) -> QueryResult<Vec<String>> {
    admins::table.filter(admins::notices.eq(Notices::AtOnce)).order(admins::id).select(admins::email).load(conn)
}

/// The addresses of those who want one mail a day and got none since `due`; from now on they have got it.
pub fn take_digests(conn: &mut Conn, due: DateTime<Utc>, now: DateTime<Utc>) -> QueryResult<Vec<String>> {
    let unserved = admins::digest_at.is_null().or(admins::digest_at.lt(due));
    diesel::update(admins::table.filter(admins::notices.eq(Notices::Daily)).filter(unserved))
        .set(admins::digest_at.eq(Some(now)))
        .returning(admins::email)
        .get_results(conn)
}

/// False when the mailbox is taken.
pub fn insert(conn: &mut Conn, new: &NewAdmin<'_>) -> QueryResult<bool> {
    diesel::insert_into(admins::table).values(new).on_conflict_do_nothing().execute(conn).map(|rows| rows == 1)
}

pub fn set_password(conn: &mut Conn, id: AdminId, hash: &str) -> QueryResult<()> {
    diesel::update(admins::table.find(id)).set(admins::password_hash.eq(hash)).execute(conn).map(|_| ())
}

pub fn add_setup_link(conn: &mut Conn, token_hash: &[u8], now: DateTime<Utc>) -> QueryResult<()> {
    diesel::insert_into(setup_links::table)
        .values((setup_links::token_hash.eq(token_hash), setup_links::created_at.eq(now)))
        .execute(conn)
        .map(|_| ())
}

pub fn is_setup_link(conn: &mut Conn, token_hash: &[u8]) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(setup_links::table.find(token_hash))).get_result(conn)
}

/// All links, held until the end of the transaction: of two people who use one, the second finds none.
pub fn lock_setup_links(conn: &mut Conn) -> QueryResult<Vec<Vec<u8>>> {
    setup_links::table.select(setup_links::token_hash).order(setup_links::token_hash).for_update().load(conn)
}

pub fn delete_setup_links(conn: &mut Conn) -> QueryResult<()> {
    diesel::delete(setup_links::table).execute(conn).map(|_| ())
}

/// Who is signed in by this key, and when they were last seen.
pub fn session(conn: &mut Conn, key_hash: &[u8], now: DateTime<Utc>) -> QueryResult<Option<(SignedIn, DateTime<Utc>)>> {
    admin_sessions::table
        .inner_join(admins::table)
        .filter(admin_sessions::key_hash.eq(key_hash))
        .filter(admin_sessions::signed_in_at.gt(now - ABSOLUTE))
        .filter(admin_sessions::seen_at.gt(now - IDLE))
        .select(SessionRow::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(SessionRow::split))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = admin_sessions)]
struct SessionRow {
    #[diesel(select_expression = admins::id)]
    id: AdminId,
    #[diesel(select_expression = admins::full_name)]
    name: String,
    #[diesel(select_expression = admins::email)]
    email: String,
    signed_in_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
}

impl SessionRow {
    fn split(self) -> (SignedIn, DateTime<Utc>) {
        let Self { id, name, email, signed_in_at, seen_at } = self;
        (SignedIn { id, name, email, signed_in_at }, seen_at)
    }
}

pub fn add_session(conn: &mut Conn, key_hash: &[u8], id: AdminId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::insert_into(admin_sessions::table)
        .values((
            admin_sessions::key_hash.eq(key_hash),
            admin_sessions::admin_id.eq(id),
            admin_sessions::signed_in_at.eq(now),
            admin_sessions::seen_at.eq(now),
        ))
        .execute(conn)?;
    let is_over = admin_sessions::signed_in_at.lt(now - ABSOLUTE).or(admin_sessions::seen_at.lt(now - IDLE));
    diesel::delete(admin_sessions::table.filter(is_over)).execute(conn).map(|_| ())
}

pub fn touch_session(conn: &mut Conn, key_hash: &[u8], now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(admin_sessions::table.find(key_hash)).set(admin_sessions::seen_at.eq(now)).execute(conn).map(|_| ())
}

pub fn end_session(conn: &mut Conn, key_hash: &[u8]) -> QueryResult<()> {
    diesel::delete(admin_sessions::table.find(key_hash)).execute(conn).map(|_| ())
}

pub fn end_all_sessions(conn: &mut Conn, id: AdminId) -> QueryResult<()> {
    diesel::delete(admin_sessions::table.filter(admin_sessions::admin_id.eq(id))).execute(conn).map(|_| ())
}

/// An admin, and when they want to hear of new requests.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = admins)]
pub struct Notified {
    pub id: AdminId,
    #[diesel(column_name = full_name)]
    pub name: String,
    pub email: String,
    pub notices: Notices,
}

/// One of them, held until the end of the transaction, so that the log tells what was really changed.
pub fn lock_notified(conn: &mut Conn, id: AdminId) -> QueryResult<Option<Notified>> {
    admins::table.find(id).select(Notified::as_select()).for_update().first(conn).optional()
}

pub fn all_notified(conn: &mut Conn) -> QueryResult<Vec<Notified>> {
    admins::table.order((admins::full_name, admins::id)).select(Notified::as_select()).load(conn)
}

pub fn set_notices(conn: &mut Conn, id: AdminId, choice: Notices) -> QueryResult<()> {
    diesel::update(admins::table.find(id)).set(admins::notices.eq(choice)).execute(conn).map(|_| ())
}
