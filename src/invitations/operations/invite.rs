//! Inviting, inviting again, and taking an invitation back.

use std::collections::HashSet;

use super::check::{Checked, check};
use super::entry;
use super::link::used;
use crate::audit::{self, Actor, Entry, Event, Occasion};
use crate::db::{Conn, QueryResult};
use crate::developers::{self, Developer, Status};
use crate::ids::{InvitationId, MailId};
use crate::invitations::queries::{self, Invitation, Listed};
use crate::invitations::{MAX_AT_ONCE, Via};
use crate::outbox::{self, Kind, Letter, Post};
use crate::policy::Policy;
use crate::throttles::{self, INVITE_ADMIN, INVITE_MAILBOX, Key, Shortage, Wait};
use crate::values::EmailAddress;
use crate::web::tokens::{new_token, token_hash};

/// How inviting ended. Only the first of these wrote anything.
pub enum Outcome {
    Invited(Invited),
    /// None of what was typed can be invited, or all of them hold a link already.
    Nobody(Checked),
    TooMany(Checked),
    /// More than the admin may send within a day.
    DayLimit(Checked, Shortage),
    /// Mail is not configured, so nothing can be sent from here.
    NoMail(Checked),
}

/// Who was invited, and what became of the rest.
pub struct Invited {
    pub checked: Checked,
    /// By the admin's mail program, as they were typed; or by a mail that waits now.
    pub reached: Vec<EmailAddress>,
    pub policy: Policy,
}

/// Invites everybody in a text who can be, and records it for each.
pub fn invite(conn: &mut Conn, typed: &str, via: Via, post: &Post, occasion: &Occasion) -> QueryResult<Outcome> {
    let policy = Policy::read(conn)?;
    if via == Via::Server {
        // Held before anything is looked at: of two equal posts the second one finds that all hold a link.
        count(conn, 0, occasion)?.ok();
    }
    let checked = check(conn, typed, &policy, occasion.at)?;
    if via == Via::Server && !post.delivers {
        return Ok(Outcome::NoMail(checked));
    }
    let people = match via {
        Via::MailApp => checked.all_ready(),
        Via::Server => checked.without_link(),
    };
    if people.is_empty() {
        return Ok(Outcome::Nobody(checked));
    }
    if people.len() > MAX_AT_ONCE {
        return Ok(Outcome::TooMany(checked));
    }
    let sent = if via == Via::Server { people.len() } else { 0 };
    if let Err(short) = count(conn, sent, occasion)? {
        return Ok(Outcome::DayLimit(checked, short));
    }
    // In one order, so that two admins who invite the same people never wait for each other.
    let mut ordered = people.clone();
    ordered.sort_by(|a, b| a.mailbox().cmp(b.mailbox()));
    let by = occasion.actor.name();
    let new: HashSet<_> = queries::insert_missing(conn, &ordered, (via, by), occasion.at)?.into_iter().collect();
    let mailboxes: Vec<&str> = people.iter().map(|email| email.mailbox()).collect();
    let held = queries::lock_open(conn, &mailboxes)?;
    match via {
        Via::MailApp => prepare(conn, &held, occasion)?,
        Via::Server => {
            // Somebody else may have been quicker.
            let due = |listed: &&Listed| new.contains(&listed.invitation.id) || !listed.state(occasion.at).is_live();
            let due: Vec<&Invitation> = held.iter().filter(due).map(|listed| &listed.invitation).collect();
            mail(conn, &due, Event::InvitationQueued, (&policy, post), occasion)?;
        }
    }
    let reached = people.into_iter().cloned().collect();
    Ok(Outcome::Invited(Invited { checked, reached, policy }))
}

/// Counts what an admin sends from here.
fn count(conn: &mut Conn, people: usize, occasion: &Occasion) -> QueryResult<Result<(), Shortage>> {
    let whom = match &occasion.actor {
        Actor::Admin { id, .. } => id.to_string(),
        other => other.name().to_owned(),
    };
    let people = i32::try_from(people).unwrap_or(i32::MAX);
    throttles::admit_many(conn, &Key::new("invitations by", &whom), INVITE_ADMIN, people, occasion.at)
}

fn prepare(conn: &mut Conn, held: &[Listed], occasion: &Occasion) -> QueryResult<()> {
    // Whoever holds a link that works keeps it.
    let due = held.iter().filter(|listed| !listed.state(occasion.at).is_live());
    let due: Vec<&Invitation> = due.map(|listed| &listed.invitation).collect();
    let ids: Vec<InvitationId> = due.iter().map(|invitation| invitation.id).collect();
    let mails: Vec<MailId> = due.iter().filter_map(|invitation| invitation.mail_id).collect();
    queries::end_links(conn, &ids, occasion.at)?;
    outbox::withdraw(conn, &mails, occasion.at)?;
    queries::prepared(conn, &ids, occasion.actor.name(), occasion.at)?;
    let entries: Vec<Entry> = held.iter().map(|listed| entry(Event::InvitationPrepared, &listed.invitation)).collect();
    audit::record_all(conn, occasion, &entries)
}

/// Writes a mail with a new personal link for each; older links and mails that were not sent are void.
fn mail(
    conn: &mut Conn,
    due: &[&Invitation],
    event: Event,
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<()> {
    if due.is_empty() {
        return Ok(());
    }
    let by = occasion.actor.name();
    let ids: Vec<InvitationId> = due.iter().map(|invitation| invitation.id).collect();
    let unsent: Vec<MailId> = due.iter().filter_map(|invitation| invitation.mail_id).collect();
    queries::end_links(conn, &ids, occasion.at)?;
    outbox::withdraw(conn, &unsent, occasion.at)?;
    let (mut letters, mut links) = (Vec::new(), Vec::new());
    for invitation in due {
        let token = new_token().map_err(|e| diesel::result::Error::SerializationError(e.to_string().into()))?;
        links.push((invitation.id, token_hash(&token)));
        let letter = Letter::new(Kind::Invitation, &invitation.email, vec![("admin", by.to_owned())]);
        letters.push(letter.linking(format!("/register/{token}")));
    }
    let mails = post.enqueue_all(conn, policy, &letters, occasion.at)?;
    queries::add_links(conn, &links, occasion.at)?;
    for (invitation, mail) in due.iter().zip(mails) {
        queries::mailed(conn, invitation.id, mail, by, occasion.at)?;
    }
    let entries: Vec<Entry> = due.iter().map(|invitation| entry(event, invitation)).collect();
    audit::record_all(conn, occasion, &entries)
}

/// How sending an invitation again ended.
pub enum Repeated {
    Done(Invitation),
    /// It is registered or withdrawn.
    Refused(Listed),
    /// An admin added or imported them meanwhile: the invitation counts as used.
    Superseded(Invitation),
    /// Too often.
    Waits(Wait),
    NoMail,
    Gone,
}

/// Mails a new personal link, also to somebody whose invitation was only prepared.
pub fn resend(conn: &mut Conn, id: InvitationId, post: &Post, occasion: &Occasion) -> QueryResult<Repeated> {
    // In the order in which inviting holds them.
    count(conn, 0, occasion)?.ok();
    let Some(seen) = queries::lock(conn, id)? else { return Ok(Repeated::Gone) };
    if !seen.state(occasion.at).is_open() {
        return Ok(Repeated::Refused(seen));
    }
    let known = developers::by_mailbox(conn, &seen.invitation.mailbox)?;
    let known = known.map(|known| developers::lock(conn, known.id)).transpose()?.flatten();
    let is_theirs = |known: &Developer| known.email_verified_at.is_some() || known.status != Status::Requested;
    if let Some(developer) = known.filter(is_theirs) {
        used(conn, &seen.invitation, developer.id, occasion)?;
        return Ok(Repeated::Superseded(seen.invitation));
    }
    if !post.delivers {
        return Ok(Repeated::NoMail);
    }
    if let Err(short) = count(conn, 1, occasion)? {
        return Ok(Repeated::Waits(short.wait));
    }
    let key = Key::new("repeated invitations to", &seen.invitation.mailbox);
    if let Err(wait) = throttles::admit(conn, &key, INVITE_MAILBOX, occasion.at)? {
        return Ok(Repeated::Waits(wait));
    }
    let policy = Policy::read(conn)?;
    mail(conn, &[&seen.invitation], Event::InvitationResent, (&policy, post), occasion)?;
    Ok(Repeated::Done(seen.invitation))
}

/// How taking an invitation back ended.
pub enum Withdrawal {
    Done(Invitation),
    /// It is registered or withdrawn.
    Refused(Listed),
    Gone,
}

/// Ends the personal link, and takes the mail back that was not sent.
pub fn withdraw(conn: &mut Conn, id: InvitationId, occasion: &Occasion) -> QueryResult<Withdrawal> {
    let Some(seen) = queries::lock(conn, id)? else { return Ok(Withdrawal::Gone) };
    if !seen.state(occasion.at).is_open() {
        return Ok(Withdrawal::Refused(seen));
    }
    queries::set_withdrawn(conn, id, occasion.at)?;
    queries::end_links(conn, &[id], occasion.at)?;
    outbox::withdraw(conn, seen.invitation.mail_id.as_slice(), occasion.at)?;
    audit::record(conn, occasion, &entry(Event::InvitationWithdrawn, &seen.invitation))?;
    Ok(Withdrawal::Done(seen.invitation))
}
