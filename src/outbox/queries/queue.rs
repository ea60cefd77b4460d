//! What the courier takes from the outbox, and what it writes back.
//!
//! A mail that a courier takes stays in the state waiting, so that nothing has to be tidied up after one that died:
//! its next attempt lies at the end of the lease. A courier whose lease has ended writes no other time over its
//! successor's, which the number of attempts tells; that a mail was sent, it writes always.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::db::{Conn, QueryResult};
use crate::ids::MailId;
use crate::outbox::{Filled, Kind, State};
use crate::schema::outbox;

/// A mail that its courier has to deliver now.
#[derive(Clone, Debug, Queryable)]
pub struct Due {
    pub id: MailId,
    pub kind: Kind,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    /// Sealed.
    pub link: Option<Vec<u8>>,
    /// With this one.
    pub attempts: i32,
}

impl Due {
    pub fn filled(&self) -> Filled {
        Filled { subject: self.subject.clone(), body: self.body.clone() }
    }
}

/// Takes the mail that is due for longest, for as long as the lease. In a transaction.
pub fn claim(conn: &mut Conn, now: DateTime<Utc>, lease: TimeDelta) -> QueryResult<Option<Due>> {
    let due: Option<MailId> = outbox::table
        // Written out and not bound: only so is it certain that the index of what waits serves.
        .filter(sql::<Bool>("state = 'waiting'"))
        .filter(outbox::next_attempt_at.le(now))
        .order((outbox::next_attempt_at.asc(), outbox::id.asc()))
        .limit(1)
        .select(outbox::id)
        .for_update()
        .skip_locked()
        .get_result(conn)
        .optional()?;
    let Some(id) = due else { return Ok(None) };
    diesel::update(outbox::table.find(id))
        .set((outbox::attempts.eq(outbox::attempts + 1), outbox::next_attempt_at.eq(now + lease)))
        .returning((
            outbox::id,
            outbox::kind,
            outbox::recipient,
            outbox::subject,
            outbox::body,
            outbox::link,
            outbox::attempts,
        ))
        .get_result(conn)
        .optional()
}

/// The mail server has it. Also where it was withdrawn meanwhile: the truth is that it left.
pub fn sent(conn: &mut Conn, due: &Due, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(outbox::table.find(due.id))
        .set((
            outbox::state.eq(State::Sent),
            outbox::link.eq(None::<Vec<u8>>),
            outbox::last_error.eq(""),
            outbox::settled_at.eq(Some(now)),
        ))
        .execute(conn)
        .map(|_| ())
}

/// It never leaves, unless an admin says so.
pub fn failed(conn: &mut Conn, due: &Due, why: &str, now: DateTime<Utc>) -> QueryResult<()> {
    let held =
        outbox::table.find(due.id).filter(outbox::state.eq(State::Waiting)).filter(outbox::attempts.eq(due.attempts));
    diesel::update(held)
        .set((outbox::state.eq(State::Failed), outbox::last_error.eq(why), outbox::settled_at.eq(Some(now))))
        .execute(conn)
        .map(|_| ())
}

/// It is tried again then. `counts` says whether this attempt was one.
pub fn put_off(conn: &mut Conn, due: &Due, why: &str, until: DateTime<Utc>, counts: bool) -> QueryResult<()> {
    let held =
        outbox::table.find(due.id).filter(outbox::state.eq(State::Waiting)).filter(outbox::attempts.eq(due.attempts));
    diesel::update(held)
        .set((
            outbox::attempts.eq(due.attempts - i32::from(!counts)),
            outbox::last_error.eq(why),
            outbox::next_attempt_at.eq(until),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Gives back what a courier holds that leaves; nothing is said to have been tried.
pub fn release(conn: &mut Conn, held: &[Due], now: DateTime<Utc>) -> QueryResult<()> {
    for due in held {
        let own = outbox::table
            .find(due.id)
            .filter(outbox::state.eq(State::Waiting))
            .filter(outbox::attempts.eq(due.attempts));
        diesel::update(own)
            .set((outbox::attempts.eq(due.attempts - 1), outbox::next_attempt_at.eq(now)))
            .execute(conn)?;
    }
    Ok(())
}
