//! What developers do for themselves: each function is the body of one transaction, or a part of one.

use chrono::{DateTime, Utc};

use super::link::Purpose;
use super::queries;
use super::session::SignedIn;
use crate::audit::{self, Actor, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::developers::{self, Developer, Status};
use crate::ids::DeveloperId;
use crate::invitations;
use crate::outbox::{Kind, Letter, Post};
use crate::policy::Policy;
use crate::throttles::{self, Delay, Key, LINK_ADDRESS, LINK_MAILBOX, Wait};
use crate::values::EmailAddress;
use crate::web::tokens::{new_token, token_hash};

/// How the throttles call this door.
const DOOR: &str = "developer";

/// Somebody knocks: counted first, looked at afterwards.
pub enum Knock {
    /// Too many from this address.
    AddressWaits(Wait),
    /// Too many at this account: the answer is that of a wrong password.
    AccountWaits,
    /// With the hash of the password, where there is one.
    Looked(Option<String>),
}

/// Counts an attempt to sign in and finds the password's hash.
pub fn knock(conn: &mut Conn, email: &EmailAddress, group: &str, occasion: &Occasion) -> QueryResult<Knock> {
    match throttles::knock(conn, DOOR, (email.mailbox(), group), occasion.at)? {
        Ok(()) => {
            let developer = developers::by_mailbox(conn, email.mailbox())?;
            let hash = developer.map(|developer| queries::password_hash(conn, developer.id)).transpose()?;
            Ok(Knock::Looked(hash.flatten()))
        }
        Err(Delay::Address(wait)) => Ok(Knock::AddressWaits(wait)),
        Err(Delay::Account) => {
            sign_in_failed(conn, email, occasion, "too many attempts")?;
            Ok(Knock::AccountWaits)
        }
    }
}

/// Somebody who is signed in gave the right password once more.
pub fn confirmed(conn: &mut Conn, email: &EmailAddress, occasion: &Occasion) -> QueryResult<()> {
    throttles::welcome(conn, DOOR, email.mailbox(), occasion.at)
}

/// Records a wrong password, or an address that nobody has.
pub fn sign_in_failed(conn: &mut Conn, email: &EmailAddress, occasion: &Occasion, reason: &str) -> QueryResult<()> {
    let subject =
        Subject { kind: SubjectKind::Developer, id: None, name: String::new(), email: email.as_str().to_owned() };
    let entry = Entry { reason: reason.to_owned(), ..Entry::new(Event::DeveloperSignInFailed, subject) };
    audit::record(conn, occasion, &entry)
}

/// What the right password opens.
#[derive(Debug)]
pub enum Entrance {
    In(SignedIn),
    /// Not approved; `proves` says whether the address has to be proven as well and is not.
    Waits {
        status: Status,
        proves: bool,
    },
    /// Approved, but the address has to be proven.
    Unproven,
    Gone,
}

/// Signs a developer in who gave the right password; `renewed` is its new hash where the old one was of another day.
pub fn sign_in(
    conn: &mut Conn,
    email: &EmailAddress,
    renewed: Option<&str>,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<Entrance> {
    let Some(developer) = developers::by_mailbox(conn, email.mailbox())? else {
        return Ok(Entrance::Gone);
    };
    throttles::welcome(conn, DOOR, email.mailbox(), occasion.at)?;
    if let Some(hash) = renewed {
        queries::set_password(conn, developer.id, hash, occasion.at)?;
    }
    let lacks_proof = developer.lacks_proof(&Policy::read(conn)?, post.delivers);
    let (entrance, why) = match developer.status {
        Status::Approved if lacks_proof => (Entrance::Unproven, "the address is not proven"),
        Status::Approved => (Entrance::In(signed_in(&developer, occasion.at)), ""),
        status => (Entrance::Waits { status, proves: lacks_proof }, "right password, but not approved"),
    };
    let event = match entrance {
        Entrance::In(_) => Event::DeveloperSignedIn,
        _ => Event::DeveloperSignInFailed,
    };
    let entry = Entry { reason: why.to_owned(), ..Entry::new(event, developers::subject(&developer)) };
    audit::record(conn, &developers::acting(&developer, occasion), &entry)?;
    Ok(entrance)
}

fn signed_in(developer: &Developer, now: DateTime<Utc>) -> SignedIn {
    SignedIn {
        id: developer.id,
        name: developer.shown_name().to_owned(),
        email: developer.email.clone(),
        signed_in_at: now,
    }
}

/// Records that a developer left; their session is ended by its layer.
pub fn signed_out(conn: &mut Conn, signed_in: &SignedIn, occasion: &Occasion) -> QueryResult<()> {
    let SignedIn { id, name, email, .. } = signed_in.clone();
    let subject = Subject { kind: SubjectKind::Developer, id: Some(id.0), name: name.clone(), email: email.clone() };
    let occasion = Occasion { actor: Actor::Developer { id, name, email }, ..occasion.clone() };
    audit::record(conn, &occasion, &Entry::new(Event::DeveloperSignedOut, subject))
}

/// A new link, which voids those before it; answers with its path.
pub fn issue_link(conn: &mut Conn, purpose: Purpose, id: DeveloperId, now: DateTime<Utc>) -> QueryResult<String> {
    let token = new_token().map_err(|e| diesel::result::Error::SerializationError(e.to_string().into()))?;
    queries::end_links(conn, &[purpose], id, now)?;
    queries::add_link(conn, purpose, &token_hash(&token), id, now)?;
    Ok(purpose.path(&token))
}

/// Mails a link to whoever has the mailbox, if anybody has. The answer is the same whether or not.
pub fn ask_for_link(
    conn: &mut Conn,
    purpose: Purpose,
    email: &EmailAddress,
    group: &str,
    post: &Post,
    now: DateTime<Utc>,
) -> QueryResult<Result<(), Wait>> {
    let key = |what: &str, whom: &str| Key::new(&format!("{purpose} link {what}"), whom);
    if let Err(wait) = throttles::admit(conn, &key("from", group), LINK_ADDRESS, now)? {
        return Ok(Err(wait));
    }
    if let Err(wait) = throttles::admit(conn, &key("to", email.mailbox()), LINK_MAILBOX, now)? {
        return Ok(Err(wait));
    }
    let Some(developer) = developers::by_mailbox(conn, email.mailbox())? else { return Ok(Ok(())) };
    let kind = match purpose {
        Purpose::Verify if developer.email_verified_at.is_some() => return Ok(Ok(())),
        Purpose::Verify => Kind::VerifyAddress,
        Purpose::Reset => Kind::PasswordReset,
        // Nobody can ask for it.
        Purpose::Welcome => return Ok(Ok(())),
    };
    let letter = letter(kind, &developer).linking(issue_link(conn, purpose, developer.id, now)?);
    let policy = Policy::read(conn)?;
    post.enqueue(conn, &policy, &letter, now)?;
    Ok(Ok(()))
}

fn letter(kind: Kind, developer: &Developer) -> Letter {
    let values = vec![("name", developer.shown_name().to_owned()), ("email", developer.email.clone())];
    Letter::new(kind, &developer.email, values).about(developer.id)
}

/// Somebody came by a link to their mailbox. Where they still wait for a decision they are told that all is there;
/// none when the record is gone.
pub fn prove(conn: &mut Conn, id: DeveloperId, post: &Post, occasion: &Occasion) -> QueryResult<Option<Developer>> {
    let Some(found) = developers::find(conn, id)? else { return Ok(None) };
    let invited = invitations::hold(conn, &found.mailbox)?;
    let Some(seen) = developers::lock(conn, id)? else { return Ok(None) };
    if seen.email_verified_at.is_some() {
        return Ok(Some(seen));
    }
    let policy = Policy::read(conn)?;
    let proven = developers::verify(conn, id, (&policy, post), &developers::acting(&seen, occasion))?;
    if let Some(developer) = &proven {
        invitations::registered(conn, &invited, developer, &developers::acting(developer, occasion))?;
    }
    // Without the need for a proof they were told at once.
    let tells = |developer: &&Developer| developer.status == Status::Requested && policy.requires_proof(post.delivers);
    if let Some(developer) = proven.as_ref().filter(tells) {
        post.enqueue(conn, &policy, &letter(Kind::RequestReceived, developer), occasion.at)?;
    }
    Ok(proven)
}

/// A new password by a link, which is used up. It proves the mailbox and signs everybody out. None when the link is no
/// longer good.
pub fn reset(
    conn: &mut Conn,
    token: &str,
    hash: &str,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<Option<Developer>> {
    let Some(id) = queries::use_link(conn, Purpose::PASSWORD, &token_hash(token), occasion.at)? else {
        return Ok(None);
    };
    let Some(developer) = prove(conn, id, post, occasion)? else { return Ok(None) };
    throttles::welcome(conn, DOOR, &developer.mailbox, occasion.at)?;
    put_password(conn, &developer, hash, Event::DeveloperPasswordReset, post, occasion)?;
    Ok(Some(developer))
}

/// A new password by somebody who gave the old one. Signs everybody out. None when the record is gone.
pub fn change_password(
    conn: &mut Conn,
    id: DeveloperId,
    hash: &str,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<Option<SignedIn>> {
    let Some(developer) = developers::lock(conn, id)?.filter(|seen| seen.status == Status::Approved) else {
        return Ok(None);
    };
    put_password(conn, &developer, hash, Event::DeveloperPasswordChanged, post, occasion)?;
    Ok(Some(signed_in(&developer, occasion.at)))
}

/// A password from whoever proved the mailbox; links that would set another one end.
pub fn choose_password(conn: &mut Conn, id: DeveloperId, hash: &str, now: DateTime<Utc>) -> QueryResult<()> {
    queries::set_password(conn, id, hash, now)?;
    queries::end_links(conn, Purpose::PASSWORD, id, now)
}

fn put_password(
    conn: &mut Conn,
    developer: &Developer,
    hash: &str,
    event: Event,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<()> {
    choose_password(conn, developer.id, hash, occasion.at)?;
    developers::end_sessions(conn, developer.id)?;
    audit::record(conn, &developers::acting(developer, occasion), &Entry::new(event, developers::subject(developer)))?;
    let policy = Policy::read(conn)?;
    post.enqueue(conn, &policy, &letter(Kind::PasswordChanged, developer), occasion.at).map(|_| ())
}
