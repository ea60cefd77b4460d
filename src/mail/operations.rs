//! What admins do with mail: each function is the body of one transaction.

use chrono::{DateTime, Utc};

use super::is_retriable;
use super::list::{MailList, Page};
use super::text::{self, Text};
use crate::audit::{self, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::ids::MailId;
use crate::outbox::{self, Kind, Letter, Mail, Post, State};
use crate::policy::{self, Change, Changed, Policy};
use crate::settings;
use crate::web::moments::counted;

/// Reads a page of the outbox.
pub fn page(conn: &mut Conn, list: &MailList) -> QueryResult<Page> {
    Ok(Page {
        list: list.clone(),
        slice: outbox::page(conn, list.state, &list.place, list.per_page)?,
        counts: outbox::counts(conn)?,
        trouble: outbox::trouble(conn)?,
    })
}

/// How a retry ended.
pub enum Retried {
    Done(Mail),
    /// It waits, and needs no help.
    Soon,
    /// There is nothing to try again: it was sent or withdrawn.
    Settled(Mail),
    Gone,
}

pub fn retry(conn: &mut Conn, id: MailId, delivers: bool, occasion: &Occasion) -> QueryResult<Retried> {
    let Some(before) = outbox::find(conn, id)? else { return Ok(Retried::Gone) };
    if !is_retriable(&before, delivers, occasion.at) {
        let is_waiting = before.state == State::Waiting;
        return Ok(if is_waiting { Retried::Soon } else { Retried::Settled(before) });
    }
    let Some(mail) = outbox::retry(conn, id, occasion.at)? else {
        return Ok(outbox::find(conn, id)?.map_or(Retried::Gone, Retried::Settled));
    };
    let subject = Subject {
        kind: SubjectKind::Mail,
        id: Some(mail.id.0),
        name: mail.subject.clone(),
        email: mail.recipient.clone(),
    };
    let entry = Entry { reason: before.last_error, ..Entry::new(Event::MailRetried, subject) };
    audit::record(conn, occasion, &entry)?;
    Ok(Retried::Done(mail))
}

/// Tries everything again that failed; says how many mails these are.
pub fn retry_failed(conn: &mut Conn, occasion: &Occasion) -> QueryResult<usize> {
    let count = outbox::retry_failed(conn, occasion.at)?;
    if count > 0 {
        let mails = counted(i64::try_from(count).unwrap_or(i64::MAX), "failed mail");
        let subject = Subject { kind: SubjectKind::Mail, id: None, name: String::new(), email: String::new() };
        audit::record(conn, occasion, &Entry { reason: mails, ..Entry::new(Event::MailRetried, subject) })?;
    }
    Ok(count)
}

/// How saving a text ended.
pub enum Saved {
    /// Whether anything is new.
    Done(bool),
    /// A setting was changed since the form was loaded; says by whom.
    Stale(Box<Policy>, String),
}

/// Saves subject and text of a kind.
pub fn save_text(conn: &mut Conn, kind: Kind, seen: i32, text: &Text, occasion: &Occasion) -> QueryResult<Saved> {
    let change = |key, part, default: &str, value: &str| Change {
        key,
        label: format!("{part} of the mail “{}”", kind.label()),
        default: default.to_owned(),
        value: value.to_owned(),
    };
    let changes = [
        change(kind.subject_key(), "Subject", kind.subject(), &text.subject),
        change(kind.body_key(), "Text", kind.body(), &text.body),
    ];
    match policy::change(conn, seen, &changes, occasion)? {
        Changed::Saved(count) => Ok(Saved::Done(count > 0)),
        Changed::Stale => {
            let who = settings::who_was_quicker(conn, occasion.at)?;
            Ok(Saved::Stale(Box::new(Policy::read(conn)?), who))
        }
    }
}

/// Mails a text, filled with samples and saved nowhere, to whoever works on it. Its link leads to the front page.
pub fn send_sample(
    conn: &mut Conn,
    post: &Post,
    (kind, text): (Kind, &Text),
    to: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let policy = text.as_test(Policy::read(conn)?);
    let letter = Letter::new(Kind::Test, to, text::samples(kind));
    let letter = if kind.needs_link() { letter.linking("/") } else { letter };
    post.enqueue(conn, &policy, &letter, now).map(|_| ())
}
