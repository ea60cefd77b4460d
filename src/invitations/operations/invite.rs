//! Inviting, inviting again, and taking an invitation back.

use std::collections::HashSet;

use super::check::{Checked, check};
use super::entry;
use crate::audit::{self, Actor, Entry, Event, Occasion};
use crate::db::{Conn, QueryResult};
use crate::developers::{self, Developer, Status};
use crate::ids::InvitationId;
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
    /// More than the admin may send today; says how many are left.
    DayLimit(Checked, i32),
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
    if let (Via::Server, Err(short)) = (via, count(conn, people.len(), via, occasion)?) {
        return Ok(Outcome::DayLimit(checked, short.left));
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
fn count(conn: &mut Conn, people: usize, via: Via, occasion: &Occasion) -> QueryResult<Result<(), Shortage>> {
    if via == Via::MailApp {
        return Ok(Ok(()));
    }
    let whom = match &occasion.actor {
        Actor::Admin { id, .. } => id.to_string(),
        other => other.name().to_owned(),
    };
    let people = i32::try_from(people).unwrap_or(i32::MAX);
    throttles::admit_many(conn, &Key::new("invitations by", &whom), INVITE_ADMIN, people, occasion.at)
}

fn prepare(conn: &mut Conn, held: &[Listed], occasion: &Occasion) -> QueryResult<()> {
    let ids: Vec<InvitationId> = held.iter().map(|listed| listed.invitation.id).collect();
    queries::prepared_again(conn, &ids, occasion.actor.name(), occasion.at)?;
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
    queries::end_links(conn, &ids, occasion.at)?;
    let (mut letters, mut links) = (Vec::new(), Vec::new());
    for invitation in due {
        if let Some(unsent) = invitation.mail_id {
            outbox::withdraw(conn, unsent, occasion.at)?;
        }
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
    /// Too often.
    Waits(Wait),
    NoMail,
    Gone,
}

/// Mails a new personal link, also to somebody whose invitation was only prepared.
pub fn resend(conn: &mut Conn, id: InvitationId, post: &Post, occasion: &Occasion) -> QueryResult<Repeated> {
    let Some(seen) = queries::lock(conn, id)? else { return Ok(Repeated::Gone) };
    if !seen.state(occasion.at).is_open() {
        return Ok(Repeated::Refused(seen));
    }
    let known = developers::by_mailbox(conn, &seen.invitation.mailbox)?;
    let is_theirs = |known: &Developer| known.email_verified_at.is_some() || known.status != Status::Requested;
    if let Some(developer) = known.filter(is_theirs) {
        // An admin added them meanwhile, or they were imported.
        super::accepted(conn, id, developer.id, occasion.at)?;
        return Ok(queries::lock(conn, id)?.map_or(Repeated::Gone, Repeated::Refused));
    }
    if !post.delivers {
        return Ok(Repeated::NoMail);
    }
    let key = Key::new("repeated invitations to", &seen.invitation.mailbox);
    if let Err(wait) = throttles::admit(conn, &key, INVITE_MAILBOX, occasion.at)? {
        return Ok(Repeated::Waits(wait));
    }
    if let Err(short) = count(conn, 1, Via::Server, occasion)? {
        return Ok(Repeated::Waits(short.wait));
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
    if let Some(unsent) = seen.invitation.mail_id {
        outbox::withdraw(conn, unsent, occasion.at)?;
    }
    audit::record(conn, occasion, &entry(Event::InvitationWithdrawn, &seen.invitation))?;
    Ok(Withdrawal::Done(seen.invitation))
}
