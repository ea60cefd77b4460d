//! What is alike in everything that is done to a record, whatever it is: each function is a part of one transaction.

use chrono::{DateTime, Utc};

use super::record::Record;
use super::status::{Action, Status, Transition};
use crate::audit::{self, AuditEntry, Entry, Event, Subject};
use crate::db::{Conn, QueryResult};
use crate::ids::{ApplicationId, DeveloperId};
use crate::outbox::{self, HOLD, Letter};
use crate::values::LongText;

/// How far back the log is read for the last change of a record.
const LOOKED_AT: i64 = 50;

/// What an admin wants done, and the version of the record that they saw.
#[derive(Clone, Debug)]
pub struct Move {
    pub action: Action,
    pub version: i32,
    pub reason: LongText,
    /// Whether the mail to the developer quotes the reason.
    pub tell: bool,
}

/// How it ended.
#[derive(Debug)]
pub enum Outcome<R> {
    /// The record as it is now; after a deletion, as it was.
    Done(R),
    /// Somebody was quicker, or the table of moves has no such move: the record as it is, and what happened last.
    Refused(R, Option<Box<AuditEntry>>),
    Gone,
}

/// One move of a record that was locked: carried out where its version is the one that was seen and the table has the
/// move.
///
/// # Errors
/// The database; then nothing was done.
pub fn decide<R: Record>(
    conn: &mut Conn,
    locked: Option<R>,
    wanted: &Move,
    carry_out: impl FnOnce(&mut Conn, &R, Transition) -> QueryResult<R>,
) -> QueryResult<Outcome<R>> {
    let Some(seen) = locked else { return Ok(Outcome::Gone) };
    match seen.status().transition(wanted.action).filter(|_| seen.version() == wanted.version) {
        Some(transition) => carry_out(conn, &seen, transition).map(Outcome::Done),
        None => refused(conn, seen),
    }
}

/// Any other change of a record that was locked, where its version is the one that was seen.
///
/// # Errors
/// The database; then nothing was done.
pub fn unless_changed<R: Record>(
    conn: &mut Conn,
    locked: Option<R>,
    version: i32,
    carry_out: impl FnOnce(&mut Conn, R) -> QueryResult<R>,
) -> QueryResult<Outcome<R>> {
    match locked {
        None => Ok(Outcome::Gone),
        Some(seen) if seen.version() != version => refused(conn, seen),
        Some(seen) => carry_out(conn, seen).map(Outcome::Done),
    }
}

fn refused<R: Record>(conn: &mut Conn, seen: R) -> QueryResult<Outcome<R>> {
    let last = audit::of_subject(conn, seen.id(), LOOKED_AT)?.into_iter().find(made_it_what_it_is);
    Ok(Outcome::Refused(seen, last.map(Box::new)))
}

/// The log tells beneath a record also of sign-ins and of keys, which leave it as it was.
fn made_it_what_it_is(entry: &AuditEntry) -> bool {
    entry.from_status.is_some()
        || entry.to_status.is_some()
        || matches!(entry.event, Event::DeveloperEdited | Event::ApplicationEdited)
}

/// What the developer hears of a move. Mails that wait and tell what is no longer so are withdrawn. A move that leads
/// back to what they last heard of tells nothing: it was taken back in time. `letter` makes the mail, given the status
/// that they last heard of; it waits a little, in case the move is taken back.
///
/// # Errors
/// The database.
pub fn news(
    conn: &mut Conn,
    (developer, application): (DeveloperId, Option<ApplicationId>),
    transition: Transition,
    letter: impl FnOnce(Status) -> Option<Letter>,
    now: DateTime<Utc>,
) -> QueryResult<Option<Letter>> {
    let withdrawn = outbox::decide_again(conn, developer, application, now)?.and_then(|status| status.parse().ok());
    let known: Status = withdrawn.unwrap_or(transition.from());
    let news = (known != transition.to()).then(|| letter(known)).flatten();
    Ok(news.map(|letter| Letter { hold: HOLD, known_status: Some(known.as_str().to_owned()), ..letter }))
}

/// What the log says of a move.
pub fn entry(event: Event, subject: Subject, transition: Transition, reason: &str) -> Entry {
    Entry {
        from: Some(transition.from().as_str()),
        to: Some(transition.to().as_str()),
        reason: reason.to_owned(),
        ..Entry::new(event, subject)
    }
}
