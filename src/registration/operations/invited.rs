//! Whoever comes by a personal invitation.

use super::{accepted_terms, letter};
use crate::accounts;
use crate::audit::Occasion;
use crate::db::{Conn, QueryResult};
use crate::developers::{self, Developer, Registered, Registration, Status};
use crate::invitations::{self, Holder, Standing};
use crate::outbox::{Kind, Post};
use crate::policy::Policy;
use crate::registration::notices;
use crate::values::{EmailAddress, LongText, Organization, PersonName};

/// What somebody who is invited says about themselves. Their address stands in the invitation.
#[derive(Clone, Debug)]
pub struct Invitee {
    pub name: PersonName,
    pub organization: Organization,
    pub purpose: LongText,
}

/// How it ended.
#[derive(Debug)]
pub enum Acceptance {
    /// The record as it is now: approved at once, or waiting.
    Registered(Developer),
    /// The mailbox had a record of its owner, which stays as it is.
    Known(Developer),
    /// The link is no longer good.
    Over(Standing),
    /// Nobody ever had this link.
    Unknown,
}

/// Registers by a personal link, which proves the mailbox and is used up. It holds where registration is closed and for
/// every domain: an admin has decided about this address.
pub fn accept(
    conn: &mut Conn,
    token_hash: &[u8],
    invitee: &Invitee,
    password_hash: &str,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<Acceptance> {
    let Some(Holder { invitation, standing }) = invitations::lock_holder(conn, token_hash, occasion.at)? else {
        return Ok(Acceptance::Unknown);
    };
    let (Standing::Good, Ok(email)) = (standing, EmailAddress::parse(&invitation.email)) else {
        return Ok(Acceptance::Over(standing));
    };
    let policy = Policy::read(conn)?;
    let Invitee { name, organization, purpose } = invitee.clone();
    let terms_version = accepted_terms(&policy);
    let new = Registration { name, email, organization, purpose, terms_version };
    let (is_new, developer) = registered(conn, &new, occasion)?;
    let acting = developers::acting(&developer, occasion);
    invitations::used(conn, &invitation, developer.id, &acting)?;
    let is_claimed = developer.email_verified_at.is_some() || developer.status != Status::Requested;
    match (is_new, is_claimed) {
        (true, _) => {}
        (false, true) => return Ok(Acceptance::Known(developer)),
        // A record that nobody has proven may be somebody else's doing: it becomes what its owner says now.
        (false, false) => developers::claim(conn, &developer, &new, &acting)?,
    }
    accounts::choose_password(conn, developer.id, password_hash, occasion.at)?;
    let proven = developers::verify(conn, developer.id, (&policy, post), &acting)?.unwrap_or(developer);
    settle(conn, proven, (&policy, post), occasion).map(Acceptance::Registered)
}

/// The record of the mailbox, held until the end of the transaction, and whether it is new.
fn registered(conn: &mut Conn, new: &Registration, occasion: &Occasion) -> QueryResult<(bool, Developer)> {
    loop {
        let (is_new, id) = match developers::register(conn, new, occasion)? {
            Registered::New(developer) => (true, developer.id),
            Registered::Known(developer) => (false, developer.id),
        };
        if let Some(developer) = developers::lock(conn, id)? {
            return Ok((is_new, developer));
        }
        // An admin has just deleted it.
    }
}

/// Approves where the policy says so; else tells both sides that the request waits.
fn settle(
    conn: &mut Conn,
    developer: Developer,
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<Developer> {
    if developer.status != Status::Requested {
        return Ok(developer);
    }
    if let Some(approved) = developers::approve_invited(conn, developer.id, (policy, post), occasion)? {
        return Ok(approved);
    }
    post.enqueue(conn, policy, &letter(Kind::RequestReceived, &developer), occasion.at)?;
    notices::tell_admins(conn, &developer, (policy, post), occasion.at)?;
    Ok(developer)
}
