//! What a personal link is worth, and what becomes of an invitation whose person registers.

use chrono::{DateTime, Utc};

use super::entry;
use crate::audit::{self, Event, Occasion};
use crate::db::{Conn, QueryResult};
use crate::developers::Developer;
use crate::ids::{DeveloperId, InvitationId};
use crate::invitations::queries::{self, Invitation, Link};
use crate::invitations::{LIFETIME, Via};
use crate::outbox;

/// How a personal link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    /// Somebody registered.
    Used,
    Withdrawn,
    Expired,
    /// A newer one was sent.
    Replaced,
}

/// Somebody with a personal link.
#[derive(Clone, Debug)]
pub struct Holder {
    pub invitation: Invitation,
    pub standing: Standing,
}

/// Whose link it is; none for one that never was given out.
pub fn holder(conn: &mut Conn, token_hash: &[u8], now: DateTime<Utc>) -> QueryResult<Option<Holder>> {
    let Some(link) = queries::link(conn, token_hash)? else { return Ok(None) };
    Ok(queries::find(conn, link.invitation_id)?.map(|invitation| judged(invitation, link, now)))
}

/// The same, held until the end of the transaction: of two who register at once, the other one sees it used.
pub fn lock_holder(conn: &mut Conn, token_hash: &[u8], now: DateTime<Utc>) -> QueryResult<Option<Holder>> {
    let Some(seen) = queries::link(conn, token_hash)? else { return Ok(None) };
    let Some(listed) = queries::lock(conn, seen.invitation_id)? else { return Ok(None) };
    let Some(link) = queries::link(conn, token_hash)? else { return Ok(None) };
    Ok(Some(judged(listed.invitation, link, now)))
}

fn judged(invitation: Invitation, link: Link, now: DateTime<Utc>) -> Holder {
    // A clock that was set back must not lengthen a link's life.
    let age = (now - link.created_at).abs();
    let standing = if invitation.registered_at.is_some() {
        Standing::Used
    } else if invitation.withdrawn_at.is_some() {
        Standing::Withdrawn
    } else if link.ended_at.is_some() {
        Standing::Replaced
    } else if age >= LIFETIME {
        Standing::Expired
    } else {
        Standing::Good
    };
    Holder { invitation, standing }
}

/// Somebody looked at the page of a personal link.
pub fn opened(conn: &mut Conn, id: InvitationId, now: DateTime<Utc>) -> QueryResult<()> {
    queries::set_opened(conn, id, now)
}

/// The open invitations of a mailbox, held until the end of the transaction. Whoever enters or proves a record takes
/// them first, as whoever comes by a personal link does: else two of them could wait for each other.
pub fn hold(conn: &mut Conn, mailbox: &str) -> QueryResult<Vec<Invitation>> {
    Ok(queries::lock_open(conn, &[mailbox])?.into_iter().map(|open| open.invitation).collect())
}

/// An invitation is used: whom it was for is this developer. Its link ends, and its mail is taken back where it waits.
pub fn used(conn: &mut Conn, invitation: &Invitation, developer: DeveloperId, occasion: &Occasion) -> QueryResult<()> {
    queries::set_registered(conn, invitation.id, developer, occasion.at)?;
    queries::end_links(conn, &[invitation.id], occasion.at)?;
    outbox::withdraw(conn, invitation.mail_id.as_slice(), occasion.at)?;
    audit::record(conn, occasion, &entry(Event::InvitationUsed, invitation))
}

/// Somebody registered by the open form, or proved their mailbox. That uses their open invitation, but a personal link
/// only once the mailbox is proven: else anybody who knows the address could take the link away from its owner.
pub fn registered(conn: &mut Conn, held: &[Invitation], developer: &Developer, occasion: &Occasion) -> QueryResult<()> {
    let is_theirs = |open: &&Invitation| open.via == Via::MailApp || developer.email_verified_at.is_some();
    held.iter().filter(is_theirs).try_for_each(|open| used(conn, open, developer.id, occasion))
}
