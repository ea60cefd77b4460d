//! What happens to admins: each function is the body of one transaction.

use uuid::Uuid;

use super::queries::{self, Admin, NewAdmin};
use super::session::SignedIn;
use crate::audit::{self, Actor, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::ids::AdminId;
use crate::throttles::{self, Delay, Wait};
use crate::values::{EmailAddress, PersonName};
use crate::web::tokens::token_hash;

/// How the throttles call this door.
const DOOR: &str = "admin";

/// Why nothing was done, for the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminError {
    #[error("an admin with this email address exists already")]
    Exists,
    #[error("there is no admin with this email address")]
    Unknown,
}

/// Somebody knocks: counted first, looked at afterwards.
pub enum Knock {
    /// Too many from this address.
    AddressWaits(Wait),
    /// Too many at this account: the answer is that of a wrong password.
    AccountWaits,
    Known(Admin),
    Unknown,
}

/// Counts an attempt to sign in and finds the account.
pub fn knock(conn: &mut Conn, email: &EmailAddress, group: &str, occasion: &Occasion) -> QueryResult<Knock> {
    match throttles::knock(conn, DOOR, (email.mailbox(), group), occasion.at)? {
        Ok(()) => Ok(queries::by_mailbox(conn, email.mailbox())?.map_or(Knock::Unknown, Knock::Known)),
        Err(Delay::Address(wait)) => Ok(Knock::AddressWaits(wait)),
        Err(Delay::Account) => {
            sign_in_failed(conn, email, occasion, "too many attempts")?;
            Ok(Knock::AccountWaits)
        }
    }
}

/// Records a wrong password, or an address that nobody has.
pub fn sign_in_failed(conn: &mut Conn, email: &EmailAddress, occasion: &Occasion, reason: &str) -> QueryResult<()> {
    let subject = Subject { kind: SubjectKind::Admin, id: None, name: String::new(), email: email.as_str().to_owned() };
    let entry = Entry { reason: reason.to_owned(), ..Entry::new(Event::AdminSignInFailed, subject) };
    audit::record(conn, occasion, &entry)
}

/// Signs an admin in; `renewed` is their password's new hash where the old one was of another day. None when the
/// account went away meanwhile.
pub fn sign_in(
    conn: &mut Conn,
    email: &EmailAddress,
    renewed: Option<&str>,
    occasion: &Occasion,
) -> QueryResult<Option<SignedIn>> {
    let Some(admin) = queries::by_mailbox(conn, email.mailbox())? else {
        return Ok(None);
    };
    throttles::welcome(conn, DOOR, email.mailbox(), occasion.at)?;
    if let Some(hash) = renewed {
        queries::set_password(conn, admin.id, hash)?;
    }
    let signed_in = SignedIn { id: admin.id, name: admin.full_name, email: admin.email, signed_in_at: occasion.at };
    record_own(conn, &signed_in, Event::AdminSignedIn, occasion)?;
    Ok(Some(signed_in))
}

/// Records that an admin left; their session is ended by its layer.
pub fn signed_out(conn: &mut Conn, signed_in: &SignedIn, occasion: &Occasion) -> QueryResult<()> {
    record_own(conn, signed_in, Event::AdminSignedOut, occasion)
}

/// An admin acts on themselves.
fn record_own(conn: &mut Conn, who: &SignedIn, event: Event, occasion: &Occasion) -> QueryResult<()> {
    let actor = Actor::Admin { id: who.id, name: who.name.clone(), email: who.email.clone() };
    let occasion = Occasion { actor, ..occasion.clone() };
    audit::record(conn, &occasion, &Entry::new(event, subject(who.id, &who.name, &who.email)))
}

fn subject(id: AdminId, name: &str, email: &str) -> Subject {
    Subject { kind: SubjectKind::Admin, id: Some(id.0), name: name.to_owned(), email: email.to_owned() }
}

/// Keeps a link's hash while there is no admin; false when there is one.
pub fn offer_setup(conn: &mut Conn, token: &str, occasion: &Occasion) -> QueryResult<bool> {
    if queries::any_exist(conn)? {
        return Ok(false);
    }
    queries::add_setup_link(conn, &token_hash(token), occasion.at)?;
    Ok(true)
}

/// Makes the first admin by a link; none when the link is none, or was quicker used by somebody else.
pub fn set_up(
    conn: &mut Conn,
    token: &str,
    person: (&PersonName, &EmailAddress),
    password_hash: &str,
    occasion: &Occasion,
) -> QueryResult<Option<SignedIn>> {
    let links = queries::lock_setup_links(conn)?;
    if queries::any_exist(conn)? || !links.contains(&token_hash(token)) {
        return Ok(None);
    }
    let Ok(id) = create(conn, person, password_hash, occasion)? else {
        return Ok(None);
    };
    Ok(Some(SignedIn {
        id,
        name: person.0.as_str().to_owned(),
        email: person.1.as_str().to_owned(),
        signed_in_at: occasion.at,
    }))
}

/// Adds an admin; from then on no set-up link works.
pub fn create(
    conn: &mut Conn,
    (name, email): (&PersonName, &EmailAddress),
    password_hash: &str,
    occasion: &Occasion,
) -> QueryResult<Result<AdminId, AdminError>> {
    let id = AdminId(Uuid::now_v7());
    let new = NewAdmin {
        id,
        email: email.as_str(),
        mailbox: email.mailbox(),
        full_name: name.as_str(),
        password_hash,
        created_at: occasion.at,
    };
    if !queries::insert(conn, &new)? {
        return Ok(Err(AdminError::Exists));
    }
    queries::delete_setup_links(conn)?;
    audit::record(conn, occasion, &Entry::new(Event::AdminCreated, subject(id, name.as_str(), email.as_str())))?;
    Ok(Ok(id))
}

/// Gives an admin a new password and ends their sessions.
pub fn reset_password(
    conn: &mut Conn,
    email: &EmailAddress,
    password_hash: &str,
    occasion: &Occasion,
) -> QueryResult<Result<(), AdminError>> {
    let Some(admin) = queries::by_mailbox(conn, email.mailbox())? else {
        return Ok(Err(AdminError::Unknown));
    };
    queries::set_password(conn, admin.id, password_hash)?;
    queries::end_all_sessions(conn, admin.id)?;
    throttles::welcome(conn, DOOR, email.mailbox(), occasion.at)?;
    let who = subject(admin.id, &admin.full_name, &admin.email);
    audit::record(conn, occasion, &Entry::new(Event::AdminPasswordReset, who))?;
    Ok(Ok(()))
}
