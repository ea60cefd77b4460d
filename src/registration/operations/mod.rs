//! How records come to be: each function is the body of one transaction, or a part of one.

mod added;
mod invited;

use super::notices;
use crate::accounts::{self, Purpose};
use crate::audit::{self, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::developers::{self, Developer, Registered, Registration, Status};
use crate::invitations;
use crate::outbox::{Kind, Letter, Post};
use crate::policy::Policy;
use crate::throttles::{self, Key, REGISTER_ADDRESS, REGISTER_MAIL, Wait};
use crate::values::{EmailAddress, LongText, Organization, PersonName};

pub use added::add;
pub use invited::{Acceptance, Invitee, accept};

/// Somebody who asks for access, with good values.
#[derive(Clone, Debug)]
pub struct Request {
    pub name: PersonName,
    pub email: EmailAddress,
    pub organization: Organization,
    pub purpose: LongText,
}

/// How it ended, as far as anybody may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken; or refused for its domain, or known: that is told to nobody at the door.
    Taken,
    /// Nobody can register now.
    Closed,
}

/// Counts a sign-up from an address, before anything costs time.
pub fn admit(conn: &mut Conn, group: &str, occasion: &Occasion) -> QueryResult<Result<(), Wait>> {
    throttles::admit(conn, &Key::new("sign-up from", group), REGISTER_ADDRESS, occasion.at)
}

/// Enters a request with its password, or tells the owner of a known mailbox.
pub fn register(
    conn: &mut Conn,
    request: &Request,
    password_hash: &str,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<Outcome> {
    let policy = Policy::read(conn)?;
    if !policy.is_open() {
        return Ok(Outcome::Closed);
    }
    let Request { name, email, organization, purpose } = request.clone();
    if !policy.admits(&email) {
        let subject = Subject {
            kind: SubjectKind::Developer,
            id: None,
            name: name.as_str().to_owned(),
            email: email.as_str().to_owned(),
        };
        let reason = "the domain of the address may not register".to_owned();
        audit::record(conn, occasion, &Entry { reason, ..Entry::new(Event::RegistrationRefused, subject) })?;
        return Ok(Outcome::Taken);
    }
    let terms_version = accepted_terms(&policy);
    // Of fifty at once the first gets a mail; the others are the same person's double click, or no friend of theirs.
    let mail_key = Key::new("sign-up mail to", email.mailbox());
    let may_mail = throttles::admit(conn, &mail_key, REGISTER_MAIL, occasion.at)?.is_ok();
    let registration = Registration { name, email, organization, purpose, terms_version };
    let invited = invitations::hold(conn, registration.email.mailbox())?;
    match developers::register(conn, &registration, occasion)? {
        Registered::New(developer) => {
            accounts::set_password(conn, developer.id, password_hash, occasion.at)?;
            invitations::registered(conn, &invited, &developer, occasion)?;
            welcome(conn, &developer, (&policy, post), occasion)?;
        }
        Registered::Known(developer) if may_mail => remind(conn, &developer, (&policy, post), occasion)?,
        Registered::Known(_) => {}
    }
    Ok(Outcome::Taken)
}

/// Whoever registers has accepted these.
fn accepted_terms(policy: &Policy) -> String {
    if policy.terms().is_empty() { "" } else { policy.terms_version() }.to_owned()
}

fn letter(kind: Kind, developer: &Developer) -> Letter {
    let values = vec![("name", developer.shown_name().to_owned()), ("email", developer.email.clone())];
    Letter::new(kind, &developer.email, values).about(developer.id)
}

/// What follows from a new request: a link to prove the mailbox, else an approval by itself, else word that it came.
fn welcome(
    conn: &mut Conn,
    developer: &Developer,
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<()> {
    if policy.requires_proof(post.delivers) {
        let link = accounts::issue_link(conn, Purpose::Verify, developer.id, occasion.at)?;
        post.enqueue(conn, policy, &letter(Kind::VerifyAddress, developer).linking(link), occasion.at)?;
    } else if developers::approve_by_itself(conn, developer.id, (policy, post), occasion)?.is_some() {
        return Ok(());
    } else {
        post.enqueue(conn, policy, &letter(Kind::RequestReceived, developer), occasion.at)?;
    }
    match policy.approves_by_itself() {
        // Nobody has to decide about it.
        true => Ok(()),
        false => notices::tell_admins(conn, developer, (policy, post), occasion.at),
    }
}

/// Tells the owner of a mailbox that somebody signed up with it, and how their own request stands.
fn remind(
    conn: &mut Conn,
    developer: &Developer,
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<()> {
    let lacks_proof = developer.lacks_proof(policy, post.delivers);
    let (state, link) = match developer.status {
        // The first sign-up may not have been theirs: whoever proves the mailbox chooses the password.
        Status::Requested if lacks_proof => (
            "Your request is waiting until you confirm that this address is yours. Choose your password to do so:",
            accounts::issue_link(conn, Purpose::Reset, developer.id, occasion.at)?,
        ),
        Status::Approved => ("You are approved. Sign in here, or choose a new password there:", "/login".to_owned()),
        status => (status.told(), "/".to_owned()),
    };
    let known = letter(Kind::AddressKnown, developer).linking(link);
    let values = known.values.into_iter().chain([("state", state.to_owned())]).collect();
    post.enqueue(conn, policy, &Letter { values, ..known }, occasion.at).map(|_| ())
}
