//! Keys of a developer's own applications.

use super::own::own;
use crate::applications::queries::{Application, Held};
use crate::audit::Occasion;
use crate::db::{Conn, QueryResult};
use crate::desk::Status;
use crate::ids::{ApplicationId, DeveloperId, KeyId};
use crate::keys::{self, Created, Creation, Holder, Key, NewKey, Revocation};
use crate::outbox::Post;
use crate::policy::Policy;
use crate::throttles::{self, KEYS_DEVELOPER, Wait};

/// How asking for a key ended.
pub enum KeyCreated {
    Done(Application, Created),
    /// The same form made this key before.
    Already(Key),
    /// The application has as many living keys as there may be.
    Full(Application),
    /// The application is not approved.
    NotAllowed(Application),
    /// The developer has created very many within the hour.
    TooMany(Wait),
    /// The developer has no such application, or no access any more.
    Gone,
}

/// A new key of an application.
pub fn create_key(
    conn: &mut Conn,
    (developer, id): (DeveloperId, ApplicationId),
    new: &NewKey,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<KeyCreated> {
    let of_developer = throttles::Key::new("keys of", &developer.to_string());
    if let Err(wait) = throttles::admit(conn, &of_developer, KEYS_DEVELOPER, occasion.at)? {
        return Ok(KeyCreated::TooMany(wait));
    }
    let Some(held) = own(conn, developer, id)? else { return Ok(KeyCreated::Gone) };
    if held.application.status != Status::Approved {
        return Ok(KeyCreated::NotAllowed(held.application));
    }
    let policy = Policy::read(conn)?;
    Ok(match keys::create(conn, &holder(&held), new, (&policy, post), occasion)? {
        Creation::Done(created) => KeyCreated::Done(held.application, created),
        Creation::Already(key) => KeyCreated::Already(key),
        Creation::Full => KeyCreated::Full(held.application),
    })
}

/// The end of a key of one of the developer's applications; tells which application that is. None when they have no such
/// key.
pub fn revoke_key(
    conn: &mut Conn,
    developer: DeveloperId,
    id: KeyId,
    occasion: &Occasion,
) -> QueryResult<Option<(Application, Revocation)>> {
    let Some(application) = keys::application_of(conn, id)? else { return Ok(None) };
    let Some(held) = own(conn, developer, application)? else { return Ok(None) };
    let revocation = keys::revoke(conn, &holder(&held), id, occasion)?;
    Ok(Some((held.application, revocation)))
}

fn holder(Held { application, owner }: &Held) -> Holder {
    Holder {
        application: application.id,
        application_name: application.name.clone(),
        developer: owner.id,
        developer_name: owner.shown_name().to_owned(),
        email: owner.email.clone(),
    }
}
