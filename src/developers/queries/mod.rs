//! All of a developer's rows: here the record and the one statement that writes its status, in `desk` what the desk
//! reads of it.

mod desk;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::db::{Conn, QueryResult};
use crate::desk::{Status, Transition};
use crate::ids::DeveloperId;
use crate::policy::Policy;
use crate::schema::{developer_sessions, developers};
use crate::values::{folded, sort_text};

/// A developer as the database has them.
#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Developer {
    pub id: DeveloperId,
    pub email: String,
    pub mailbox: String,
    pub full_name: String,
    pub organization: String,
    pub purpose: String,
    pub status: Status,
    pub version: i32,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub requested_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
    pub reason: String,
    pub name_order: String,
    /// Empty for somebody who accepted none here.
    pub terms_version: String,
    pub terms_accepted_at: Option<DateTime<Utc>>,
}

impl Developer {
    /// The name, or the address of somebody who came without one.
    pub fn shown_name(&self) -> &str {
        if self.full_name.is_empty() { &self.email } else { &self.full_name }
    }

    /// Whether the mailbox has to be proven and is not; `delivers` says whether this process can send mail.
    pub fn lacks_proof(&self, policy: &Policy, delivers: bool) -> bool {
        self.email_verified_at.is_none() && policy.requires_proof(delivers)
    }
}

/// A developer to be written; the texts for search and order follow from the others.
#[derive(Insertable)]
#[diesel(table_name = developers)]
pub struct NewDeveloper<'a> {
    pub id: DeveloperId,
    pub email: &'a str,
    pub mailbox: &'a str,
    pub full_name: &'a str,
    pub organization: &'a str,
    pub purpose: &'a str,
    pub status: Status,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub requested_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<&'a str>,
    pub reason: &'a str,
    pub name_order: String,
    pub search_text: String,
    pub terms_version: &'a str,
    pub terms_accepted_at: Option<DateTime<Utc>>,
}

/// The text that names are sorted by: the shown name's.
pub fn name_order(full_name: &str, email: &str) -> String {
    sort_text(if full_name.is_empty() { email } else { full_name })
}

/// The text that searches look into.
pub fn search_text(email: &str, full_name: &str, organization: &str) -> String {
    folded(&[email, full_name, organization].join("\n"))
}

pub fn find(conn: &mut Conn, id: DeveloperId) -> QueryResult<Option<Developer>> {
    developers::table.find(id).select(Developer::as_select()).first(conn).optional()
}

pub fn by_mailbox(conn: &mut Conn, mailbox: &str) -> QueryResult<Option<Developer>> {
    developers::table.filter(developers::mailbox.eq(mailbox)).select(Developer::as_select()).first(conn).optional()
}

/// Those whose mailbox is one of these.
pub fn by_mailboxes(conn: &mut Conn, mailboxes: &[&str]) -> QueryResult<Vec<Developer>> {
    developers::table.filter(developers::mailbox.eq_any(mailboxes)).select(Developer::as_select()).load(conn)
}

pub fn by_ids(conn: &mut Conn, ids: &[DeveloperId]) -> QueryResult<Vec<Developer>> {
    developers::table.filter(developers::id.eq_any(ids)).select(Developer::as_select()).load(conn)
}

/// Those of the ids that are approved, by address.
pub fn approved(conn: &mut Conn, ids: &[DeveloperId]) -> QueryResult<Vec<Developer>> {
    developers::table
        .filter(developers::id.eq_any(ids))
        .filter(developers::status.eq(Status::Approved))
        .order(developers::mailbox.asc())
        .select(Developer::as_select())
        .load(conn)
}

/// The row, held until the end of the transaction: decisions about one person happen one after the other.
pub fn lock(conn: &mut Conn, id: DeveloperId) -> QueryResult<Option<Developer>> {
    developers::table.find(id).select(Developer::as_select()).for_update().first(conn).optional()
}

/// Carries out a move; the only statement that changes a status.
pub fn set_status(
    conn: &mut Conn,
    id: DeveloperId,
    transition: Transition,
    decided: (DateTime<Utc>, &str),
    reason: &str,
) -> QueryResult<Developer> {
    diesel::update(developers::table.find(id).filter(developers::status.eq(transition.from())))
        .set((
            developers::status.eq(transition.to()),
            developers::decided_at.eq(Some(decided.0)),
            developers::decided_by.eq(Some(decided.1)),
            developers::reason.eq(reason),
            developers::version.eq(developers::version + 1),
        ))
        .returning(Developer::as_returning())
        .get_result(conn)
}

pub fn set_person(
    conn: &mut Conn,
    developer: &Developer,
    full_name: &str,
    organization: &str,
) -> QueryResult<Developer> {
    diesel::update(developers::table.find(developer.id))
        .set((
            developers::full_name.eq(full_name),
            developers::organization.eq(organization),
            developers::name_order.eq(name_order(full_name, &developer.email)),
            developers::search_text.eq(search_text(&developer.email, full_name, organization)),
            developers::version.eq(developers::version + 1),
        ))
        .returning(Developer::as_returning())
        .get_result(conn)
}

pub fn set_request(
    conn: &mut Conn,
    id: DeveloperId,
    purpose: &str,
    (terms_version, terms_accepted_at): (&str, Option<DateTime<Utc>>),
) -> QueryResult<Developer> {
    diesel::update(developers::table.find(id))
        .set((
            developers::purpose.eq(purpose),
            developers::terms_version.eq(terms_version),
            developers::terms_accepted_at.eq(terms_accepted_at),
            developers::version.eq(developers::version + 1),
        ))
        .returning(Developer::as_returning())
        .get_result(conn)
}

pub fn set_verified(conn: &mut Conn, id: DeveloperId, now: DateTime<Utc>) -> QueryResult<Developer> {
    diesel::update(developers::table.find(id))
        .set(developers::email_verified_at.eq(Some(now)))
        .returning(Developer::as_returning())
        .get_result(conn)
}

/// Signs a developer out of every browser.
pub fn end_sessions(conn: &mut Conn, id: DeveloperId) -> QueryResult<()> {
    diesel::delete(developer_sessions::table.filter(developer_sessions::developer_id.eq(id))).execute(conn).map(|_| ())
}

pub fn delete(conn: &mut Conn, id: DeveloperId) -> QueryResult<usize> {
    diesel::delete(developers::table.find(id)).execute(conn)
}

/// Writes those whose mailbox and id are free, and says which these were.
pub fn insert_new(conn: &mut Conn, new: &[NewDeveloper<'_>]) -> QueryResult<HashSet<DeveloperId>> {
    diesel::insert_into(developers::table)
        .values(new)
        .on_conflict_do_nothing()
        .returning(developers::id)
        .get_results(conn)
        .map(|ids: Vec<DeveloperId>| ids.into_iter().collect())
}

pub fn any_exist(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(developers::table.select(developers::id))).get_result(conn)
}

/// Those of the mailboxes that are taken.
pub fn known_mailboxes(conn: &mut Conn, mailboxes: &[&str]) -> QueryResult<HashSet<String>> {
    let known: Vec<String> =
        developers::table.filter(developers::mailbox.eq_any(mailboxes)).select(developers::mailbox).load(conn)?;
    Ok(known.into_iter().collect())
}

/// Those of the ids that are taken.
pub fn known_ids(conn: &mut Conn, ids: &[DeveloperId]) -> QueryResult<HashSet<DeveloperId>> {
    let known: Vec<DeveloperId> =
        developers::table.filter(developers::id.eq_any(ids)).select(developers::id).load(conn)?;
    Ok(known.into_iter().collect())
}
