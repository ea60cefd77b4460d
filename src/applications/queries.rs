//! The rows of applications, and the one statement that writes their status; in `desk` what the desk reads of them.

mod desk;
mod entry;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::values::Details;
use crate::db::{Conn, QueryResult};
use crate::desk::{Status, Transition};
use crate::developers::Developer;
use crate::ids::{ApplicationId, DeveloperId};
use crate::schema::{applications, developers};
use crate::values::{folded, sort_text};

pub use entry::{NewRecord, insert_all};

/// An application as the database has it.
#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Application {
    pub id: ApplicationId,
    pub developer_id: DeveloperId,
    pub name: String,
    pub description: String,
    /// Empty where there is none.
    pub callback_url: String,
    /// Its owner's, as it was typed.
    pub email: String,
    /// Its owner's.
    pub mailbox: String,
    pub status: Status,
    pub version: i32,
    pub requested_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
    pub reason: String,
    pub name_order: String,
}

/// The text that searches look into: the name and the owner's address.
fn search_text(name: &str, email: &str) -> String {
    folded(&[name, email].join("\n"))
}

/// A request by somebody.
pub fn insert(conn: &mut Conn, owner: &Developer, new: &Details, now: DateTime<Utc>) -> QueryResult<Application> {
    let name = new.name.as_str();
    diesel::insert_into(applications::table)
        .values((
            applications::id.eq(ApplicationId::new()),
            applications::developer_id.eq(owner.id),
            applications::name.eq(name),
            applications::description.eq(new.description.as_str()),
            applications::callback_url.eq(new.callback_url.as_str()),
            applications::email.eq(&owner.email),
            applications::mailbox.eq(&owner.mailbox),
            applications::status.eq(Status::Requested),
            applications::requested_at.eq(now),
            applications::name_order.eq(sort_text(name)),
            applications::search_text.eq(search_text(name, &owner.email)),
        ))
        .returning(Application::as_returning())
        .get_result(conn)
}

pub fn find(conn: &mut Conn, id: ApplicationId) -> QueryResult<Option<Application>> {
    applications::table.find(id).select(Application::as_select()).first(conn).optional()
}

/// Those of the ids that are there.
pub fn known_ids(conn: &mut Conn, ids: &[ApplicationId]) -> QueryResult<HashSet<ApplicationId>> {
    let known: Vec<ApplicationId> =
        applications::table.filter(applications::id.eq_any(ids)).select(applications::id).load(conn)?;
    Ok(known.into_iter().collect())
}

/// What a developer has, the newest first.
pub fn of_developer(conn: &mut Conn, id: DeveloperId) -> QueryResult<Vec<Application>> {
    applications::table
        .filter(applications::developer_id.eq(id))
        .order(applications::id.desc())
        .select(Application::as_select())
        .load(conn)
}

pub fn count_of(conn: &mut Conn, id: DeveloperId) -> QueryResult<i64> {
    applications::table.filter(applications::developer_id.eq(id)).count().get_result(conn)
}

/// An application and its owner.
#[derive(Clone, Debug)]
pub struct Held {
    pub application: Application,
    pub owner: Developer,
}

/// Both rows, until the end of the transaction: the owner's as it is, the application's for this transaction alone.
pub fn lock(conn: &mut Conn, id: ApplicationId) -> QueryResult<Option<Held>> {
    // Whose it is never changes, so that it can be asked before anything is held.
    let owner: Option<DeveloperId> =
        applications::table.find(id).select(applications::developer_id).first(conn).optional()?;
    let Some(owner) = owner else { return Ok(None) };
    let owner = developers::table.find(owner).select(Developer::as_select()).for_share().first(conn).optional()?;
    let Some(owner) = owner else { return Ok(None) };
    let held = applications::table.find(id).select(Application::as_select()).for_update().first(conn).optional()?;
    Ok(held.map(|application| Held { application, owner }))
}

/// Carries out a move; the only statement that changes an application's status.
pub fn set_status(
    conn: &mut Conn,
    id: ApplicationId,
    transition: Transition,
    decided: (DateTime<Utc>, &str),
    reason: &str,
) -> QueryResult<Application> {
    diesel::update(applications::table.find(id).filter(applications::status.eq(transition.from())))
        .set((
            applications::status.eq(transition.to()),
            applications::decided_at.eq(Some(decided.0)),
            applications::decided_by.eq(Some(decided.1)),
            applications::reason.eq(reason),
            applications::version.eq(applications::version + 1),
        ))
        .returning(Application::as_returning())
        .get_result(conn)
}

pub fn set_details(conn: &mut Conn, application: &Application, new: &Details) -> QueryResult<Application> {
    let name = new.name.as_str();
    diesel::update(applications::table.find(application.id))
        .set((
            applications::name.eq(name),
            applications::description.eq(new.description.as_str()),
            applications::callback_url.eq(new.callback_url.as_str()),
            applications::name_order.eq(sort_text(name)),
            applications::search_text.eq(search_text(name, &application.email)),
            applications::version.eq(applications::version + 1),
        ))
        .returning(Application::as_returning())
        .get_result(conn)
}

/// Its keys go along.
pub fn delete(conn: &mut Conn, id: ApplicationId) -> QueryResult<usize> {
    diesel::delete(applications::table.find(id)).execute(conn)
}
