//! The rows of invitations and of their links.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::list::{InvitationList, Tab};
use super::{LIFETIME, Via};
use crate::db::search::Term;
use crate::db::{Conn, QueryResult};
use crate::ids::{DeveloperId, InvitationId, MailId};
use crate::outbox;
use crate::schema::{invitation_links, invitations, outbox as mails};
use crate::values::{EmailAddress, folded};
use crate::web::pagination::{Place, Slice};

/// An invitation as the database has it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    pub id: InvitationId,
    /// As it was typed.
    pub email: String,
    pub mailbox: String,
    pub via: Via,
    /// The admin's name as it was.
    pub invited_by: String,
    /// When it was prepared or mailed last.
    pub invited_at: DateTime<Utc>,
    /// The newest mail.
    pub mail_id: Option<MailId>,
    pub opened_at: Option<DateTime<Utc>>,
    pub registered_at: Option<DateTime<Utc>>,
    /// Who registered; none where the record was deleted since.
    pub developer_id: Option<DeveloperId>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// An invitation and what became of its mail.
#[derive(Clone, Debug)]
pub struct Listed {
    pub invitation: Invitation,
    pub mail: Option<outbox::State>,
}

type Row = (Invitation, Option<outbox::State>);

fn listed((invitation, mail): Row) -> Listed {
    Listed { invitation, mail }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn with_mail() -> _ {
    invitations::table.left_join(mails::table)
}

/// The open invitations of these mailboxes, whose rows are held until the end of the transaction.
pub fn lock_open(conn: &mut Conn, mailboxes: &[&str]) -> QueryResult<Vec<Listed>> {
    let open = invitations::table
        .filter(invitations::mailbox.eq_any(mailboxes))
        .filter(invitations::registered_at.is_null())
        .filter(invitations::withdrawn_at.is_null());
    // Held in one order, so that two admins who invite the same people never wait for each other.
    let held: Vec<InvitationId> =
        open.order(invitations::mailbox.asc()).select(invitations::id).for_update().load(conn)?;
    with_states(conn, &held)
}

/// The open invitations of these mailboxes.
pub fn open(conn: &mut Conn, mailboxes: &[&str]) -> QueryResult<Vec<Listed>> {
    let rows: Vec<Row> = with_mail()
        .filter(invitations::mailbox.eq_any(mailboxes))
        .filter(invitations::registered_at.is_null())
        .filter(invitations::withdrawn_at.is_null())
        .select((Invitation::as_select(), mails::state.nullable()))
        .load(conn)?;
    Ok(rows.into_iter().map(listed).collect())
}

fn with_states(conn: &mut Conn, ids: &[InvitationId]) -> QueryResult<Vec<Listed>> {
    let rows: Vec<Row> = with_mail()
        .filter(invitations::id.eq_any(ids))
        .order(invitations::mailbox.asc())
        .select((Invitation::as_select(), mails::state.nullable()))
        .load(conn)?;
    Ok(rows.into_iter().map(listed).collect())
}

pub fn lock(conn: &mut Conn, id: InvitationId) -> QueryResult<Option<Listed>> {
    let held: Option<InvitationId> =
        invitations::table.find(id).select(invitations::id).for_update().first(conn).optional()?;
    let Some(id) = held else { return Ok(None) };
    Ok(with_states(conn, &[id])?.pop())
}

/// Enters an invitation for each mailbox that has no open one; says which these are.
pub fn insert_missing(
    conn: &mut Conn,
    people: &[&EmailAddress],
    (via, invited_by): (Via, &str),
    now: DateTime<Utc>,
) -> QueryResult<Vec<InvitationId>> {
    let rows: Vec<_> = people
        .iter()
        .map(|email| {
            (
                invitations::id.eq(InvitationId::new()),
                invitations::email.eq(email.as_str()),
                invitations::mailbox.eq(email.mailbox()),
                invitations::via.eq(via),
                invitations::invited_by.eq(invited_by),
                invitations::created_at.eq(now),
                invitations::invited_at.eq(now),
                invitations::search_text.eq(folded(&format!("{}\n{}", email.as_str(), email.mailbox()))),
            )
        })
        .collect();
    diesel::insert_into(invitations::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(invitations::id)
        .get_results(conn)
}

/// Prepared, for the first time or once more; nobody holds a personal link.
pub fn prepared(conn: &mut Conn, ids: &[InvitationId], invited_by: &str, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(invitations::table.filter(invitations::id.eq_any(ids)))
        .set((
            invitations::via.eq(Via::MailApp),
            invitations::invited_by.eq(invited_by),
            invitations::invited_at.eq(now),
            invitations::mail_id.eq(None::<MailId>),
            invitations::opened_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Mailed, for the first time or once more.
pub fn mailed(
    conn: &mut Conn,
    id: InvitationId,
    mail: MailId,
    invited_by: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(invitations::table.find(id))
        .set((
            invitations::via.eq(Via::Server),
            invitations::invited_by.eq(invited_by),
            invitations::invited_at.eq(now),
            invitations::mail_id.eq(Some(mail)),
            invitations::opened_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Somebody looked; only the first time counts.
pub fn set_opened(conn: &mut Conn, id: InvitationId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(invitations::table.find(id).filter(invitations::opened_at.is_null()))
        .set(invitations::opened_at.eq(Some(now)))
        .execute(conn)
        .map(|_| ())
}

pub fn set_registered(
    conn: &mut Conn,
    id: InvitationId,
    developer: DeveloperId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(invitations::table.find(id))
        .set((invitations::registered_at.eq(Some(now)), invitations::developer_id.eq(Some(developer))))
        .execute(conn)
        .map(|_| ())
}

pub fn set_withdrawn(conn: &mut Conn, id: InvitationId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(invitations::table.find(id)).set(invitations::withdrawn_at.eq(Some(now))).execute(conn).map(|_| ())
}

/// A personal link.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = invitation_links)]
pub struct Link {
    pub invitation_id: InvitationId,
    pub created_at: DateTime<Utc>,
    /// When it was used, withdrawn, or voided by a newer one.
    pub ended_at: Option<DateTime<Utc>>,
}

pub fn add_links(conn: &mut Conn, links: &[(InvitationId, Vec<u8>)], now: DateTime<Utc>) -> QueryResult<()> {
    let rows: Vec<_> = links
        .iter()
        .map(|(id, hash)| {
            (
                invitation_links::token_hash.eq(hash),
                invitation_links::invitation_id.eq(id),
                invitation_links::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(invitation_links::table).values(rows).execute(conn).map(|_| ())
}

pub fn end_links(conn: &mut Conn, ids: &[InvitationId], now: DateTime<Utc>) -> QueryResult<()> {
    let open = invitation_links::table
        .filter(invitation_links::invitation_id.eq_any(ids))
        .filter(invitation_links::ended_at.is_null());
    diesel::update(open).set(invitation_links::ended_at.eq(Some(now))).execute(conn).map(|_| ())
}

pub fn link(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<Link>> {
    invitation_links::table.find(hash).select(Link::as_select()).first(conn).optional()
}

pub fn find(conn: &mut Conn, id: InvitationId) -> QueryResult<Option<Invitation>> {
    invitations::table.find(id).select(Invitation::as_select()).first(conn).optional()
}

/// One page, newest first.
pub fn page(conn: &mut Conn, list: &InvitationList, now: DateTime<Utc>) -> QueryResult<Slice<Listed>> {
    let query = with_mail().select((Invitation::as_select(), mails::state.nullable())).into_boxed::<Pg>();
    let expired = invitations::via.eq(Via::Server).and(invitations::invited_at.le(now - LIFETIME));
    let ended = invitations::registered_at.is_not_null().or(invitations::withdrawn_at.is_not_null());
    let query = match list.tab {
        Tab::Open => query.filter(diesel::dsl::not(ended).and(diesel::dsl::not(expired))),
        Tab::Registered => query.filter(invitations::registered_at.is_not_null()),
        Tab::Over => {
            query.filter(invitations::registered_at.is_null().and(invitations::withdrawn_at.is_not_null().or(expired)))
        }
        Tab::All => query,
    };
    let query = match Term::parse(&list.q) {
        None => query,
        Some(Term::Begins(pattern)) => query.filter(invitations::search_text.like(pattern)),
        Some(Term::Contains(patterns)) => {
            patterns.into_iter().fold(query, |query, pattern| query.filter(invitations::search_text.like(pattern)))
        }
    };
    let query = query.limit(list.per_page + 1);
    let rows: Vec<Row> = match &list.place {
        Place::Start => query.order(invitations::id.desc()).load(conn)?,
        Place::After(id) => query.filter(invitations::id.lt(*id)).order(invitations::id.desc()).load(conn)?,
        Place::Before(id) | Place::UpTo(id) => {
            query.filter(invitations::id.gt(*id)).order(invitations::id.asc()).load(conn)?
        }
    };
    Ok(Slice::new(rows.into_iter().map(listed).collect(), &list.place, list.per_page))
}

/// Whether anybody was ever invited.
pub fn any_exist(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(invitations::table.select(invitations::id))).get_result(conn)
}
