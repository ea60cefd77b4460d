//! The outbox's rows, and the only statements that write them.

mod queue;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Kind, SmtpFault, State};
use crate::db::{Conn, QueryResult};
use crate::ids::{ApplicationId, DeveloperId, MailId};
use crate::schema::outbox;
use crate::web::pagination::{Place, Slice};

pub use queue::{Due, claim, failed, put_off, release, sent};

/// A mail as the outbox has it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Mail {
    pub id: MailId,
    pub kind: Kind,
    pub developer_id: Option<DeveloperId>,
    pub recipient: String,
    pub subject: String,
    /// With [`super::MARK`] in the link's place.
    pub body: String,
    /// Sealed; none once it was delivered.
    pub link: Option<Vec<u8>>,
    pub state: State,
    pub attempts: i32,
    pub next_attempt_at: DateTime<Utc>,
    pub last_error: String,
    pub created_at: DateTime<Utc>,
    /// When it was sent, failed or was withdrawn.
    pub settled_at: Option<DateTime<Utc>>,
}

#[derive(Insertable)]
#[diesel(table_name = outbox)]
pub struct NewMail<'a> {
    pub id: MailId,
    pub kind: Kind,
    pub developer_id: Option<DeveloperId>,
    pub application_id: Option<ApplicationId>,
    pub recipient: &'a str,
    pub subject: String,
    pub body: String,
    pub link: Option<Vec<u8>>,
    pub next_attempt_at: DateTime<Utc>,
    pub known_status: Option<&'a str>,
    pub created_at: DateTime<Utc>,
}

pub fn insert(conn: &mut Conn, new: &[NewMail<'_>]) -> QueryResult<()> {
    diesel::insert_into(outbox::table).values(new).execute(conn).map(|_| ())
}

/// Another decision about a developer, or about one of their applications: those that were not sent tell what is no
/// longer so and are withdrawn. Answers with the status that the developer last heard of, where a mail was withdrawn
/// that has certainly not arrived.
pub fn decide_again(
    conn: &mut Conn,
    id: DeveloperId,
    application: Option<ApplicationId>,
    now: DateTime<Utc>,
) -> QueryResult<Option<String>> {
    let unsent = outbox::table
        .filter(outbox::developer_id.eq(id))
        .filter(outbox::application_id.is_not_distinct_from(application))
        .filter(outbox::state.eq_any([State::Waiting, State::Failed]))
        .filter(outbox::known_status.is_not_null());
    let withdrawn =
        (outbox::state.eq(State::Withdrawn), outbox::settled_at.eq(Some(now)), outbox::link.eq(None::<Vec<u8>>));
    let mut known: Vec<(MailId, i32, Option<String>)> = diesel::update(unsent)
        .set(withdrawn)
        .returning((outbox::id, outbox::attempts, outbox::known_status))
        .get_results(conn)?;
    known.sort();
    Ok(known.into_iter().find(|(_, attempts, _)| *attempts == 0).and_then(|(_, _, status)| status))
}

/// A developer leaves *approved*: decisions about their applications that were not sent lead nowhere now.
pub fn withdraw_of_applications(conn: &mut Conn, id: DeveloperId, now: DateTime<Utc>) -> QueryResult<()> {
    let unsent = outbox::table
        .filter(outbox::developer_id.eq(id))
        .filter(outbox::application_id.is_not_null())
        .filter(outbox::known_status.is_not_null())
        .filter(outbox::state.eq_any([State::Waiting, State::Failed]));
    diesel::update(unsent)
        .set((outbox::state.eq(State::Withdrawn), outbox::settled_at.eq(Some(now)), outbox::link.eq(None::<Vec<u8>>)))
        .execute(conn)
        .map(|_| ())
}

/// Takes back those of the mails that were not sent.
pub fn withdraw(conn: &mut Conn, ids: &[MailId], now: DateTime<Utc>) -> QueryResult<()> {
    let unsent =
        outbox::table.filter(outbox::id.eq_any(ids)).filter(outbox::state.eq_any([State::Waiting, State::Failed]));
    diesel::update(unsent)
        .set((outbox::state.eq(State::Withdrawn), outbox::settled_at.eq(Some(now)), outbox::link.eq(None::<Vec<u8>>)))
        .execute(conn)
        .map(|_| ())
}

/// What goes with a deleted developer: the mail that was not sent.
pub fn discard_unsent(conn: &mut Conn, id: DeveloperId) -> QueryResult<()> {
    let unsent = outbox::table.filter(outbox::developer_id.eq(id)).filter(outbox::state.ne(State::Sent));
    diesel::delete(unsent).execute(conn).map(|_| ())
}

/// What goes with a deleted application: the same of its own.
pub fn discard_unsent_of_application(conn: &mut Conn, id: ApplicationId) -> QueryResult<()> {
    let unsent = outbox::table.filter(outbox::application_id.eq(id)).filter(outbox::state.ne(State::Sent));
    diesel::delete(unsent).execute(conn).map(|_| ())
}

/// Mail about an application, newest first.
pub fn of_application(conn: &mut Conn, id: ApplicationId, limit: i64) -> QueryResult<Vec<Mail>> {
    outbox::table
        .filter(outbox::application_id.eq(id))
        .order(outbox::id.desc())
        .limit(limit)
        .select(Mail::as_select())
        .load(conn)
}

/// Mail to and about a developer, newest first.
pub fn of_developer(conn: &mut Conn, id: DeveloperId, limit: i64) -> QueryResult<Vec<Mail>> {
    outbox::table
        .filter(outbox::developer_id.eq(id))
        .order(outbox::id.desc())
        .limit(limit)
        .select(Mail::as_select())
        .load(conn)
}

/// How many single notices of this kind an address got since then.
pub fn recent_notices(conn: &mut Conn, kind: Kind, recipient: &str, since: DateTime<Utc>) -> QueryResult<i64> {
    outbox::table
        .filter(outbox::recipient.eq(recipient))
        .filter(outbox::kind.eq(kind))
        .filter(outbox::created_at.gt(since))
        .count()
        .get_result(conn)
}

pub fn find(conn: &mut Conn, id: MailId) -> QueryResult<Option<Mail>> {
    outbox::table.find(id).select(Mail::as_select()).first(conn).optional()
}

/// How many wait and how many failed; those that were sent are not counted, they only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub waiting: i64,
    pub failed: i64,
}

pub fn counts(conn: &mut Conn) -> QueryResult<Counts> {
    let mut of = |state: State| outbox::table.filter(outbox::state.eq(state)).count().get_result(conn);
    Ok(Counts { waiting: of(State::Waiting)?, failed: of(State::Failed)? })
}

/// What keeps the mail server from being used, where that was so when a courier last tried.
pub fn trouble(conn: &mut Conn) -> QueryResult<Option<String>> {
    outbox::table
        .filter(outbox::state.eq(State::Waiting))
        // By its words and not by the number of attempts, which counts one more while the next is under way.
        .filter(outbox::last_error.like(format!("{}%", SmtpFault::SERVER)))
        .order(outbox::next_attempt_at.desc())
        .select(outbox::last_error)
        .first(conn)
        .optional()
}

/// One page of the mails in one state, newest first.
pub fn page(conn: &mut Conn, state: State, place: &Place<MailId>, per_page: i64) -> QueryResult<Slice<Mail>> {
    let query = outbox::table.filter(outbox::state.eq(state)).select(Mail::as_select()).limit(per_page + 1);
    let rows = match place {
        Place::Start => query.order(outbox::id.desc()).load(conn)?,
        Place::After(id) => query.filter(outbox::id.lt(*id)).order(outbox::id.desc()).load(conn)?,
        Place::Before(id) | Place::UpTo(id) => query.filter(outbox::id.gt(*id)).order(outbox::id.asc()).load(conn)?,
    };
    Ok(Slice::new(rows, place, per_page))
}

/// Sends a failed mail again, or a waiting one at once. None when it is neither.
pub fn retry(conn: &mut Conn, id: MailId, now: DateTime<Utc>) -> QueryResult<Option<Mail>> {
    let settled = outbox::table.find(id).filter(outbox::state.eq_any([State::Failed, State::Waiting]));
    diesel::update(settled)
        .set((
            outbox::state.eq(State::Waiting),
            outbox::attempts.eq(0),
            outbox::last_error.eq(""),
            outbox::next_attempt_at.eq(now),
            outbox::settled_at.eq(None::<DateTime<Utc>>),
        ))
        .returning(Mail::as_returning())
        .get_result(conn)
        .optional()
}

/// Sends all failed mails again; says how many these are.
pub fn retry_failed(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::update(outbox::table.filter(outbox::state.eq(State::Failed)))
        .set((
            outbox::state.eq(State::Waiting),
            outbox::attempts.eq(0),
            outbox::last_error.eq(""),
            outbox::next_attempt_at.eq(now),
            outbox::settled_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
}
