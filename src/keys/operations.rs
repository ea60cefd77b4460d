//! What happens to keys: each function is a part of one transaction, whose caller holds the rows of the application and
//! of its owner.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::queries::{self, Key};
use super::{Expiry, KeyName, KeySecret, MAX_ALIVE, Once};
use crate::audit::{self, Entry, Event, Occasion, Subject, SubjectKind};
use crate::db::{Conn, QueryResult};
use crate::ids::{ApplicationId, DeveloperId, KeyId};
use crate::outbox::{Kind, Letter, Post};
use crate::policy::Policy;
use crate::throttles::{self, KEY_MAILS};

/// How long before its end the owner of a key is told.
const NOTICE: TimeDelta = TimeDelta::days(7);
/// How many are told in one transaction; the rest a minute later.
const TOLD_AT_ONCE: i64 = 200;

/// Whose key it is, and of which application.
#[derive(Clone, Debug)]
pub struct Holder {
    pub application: ApplicationId,
    /// The application's name.
    pub application_name: String,
    pub developer: DeveloperId,
    /// The developer's name, as it is shown.
    pub developer_name: String,
    pub email: String,
}

/// A key to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: KeyName,
    pub expiry: Expiry,
    /// Which form asks for it; none where it does not say.
    pub once: Option<Once>,
}

/// A key and its secret, which nobody can read ever again.
pub struct Created {
    pub key: Key,
    pub secret: KeySecret,
}

/// How asking for a key ended.
pub enum Creation {
    Done(Created),
    /// The same form made this one before.
    Already(Key),
    /// As many are alive as may be.
    Full,
}

/// A new key.
pub fn create(
    conn: &mut Conn,
    holder: &Holder,
    new: &NewKey,
    (policy, post): (&Policy, &Post),
    occasion: &Occasion,
) -> QueryResult<Creation> {
    let id = new.once.map_or_else(KeyId::new, |once| once.key_of(holder.application));
    if let Some(made) = queries::lock(conn, holder.application, id)? {
        return Ok(Creation::Already(made));
    }
    if queries::count_alive(conn, holder.application, occasion.at)? >= MAX_ALIVE {
        return Ok(Creation::Full);
    }
    let secret = KeySecret::generate().map_err(no_randomness)?;
    let row = row((id, &secret), holder, &new.name, (occasion.at, new.expiry.at()));
    let key = queries::insert(conn, &row)?;
    audit::record(conn, occasion, &entry(Event::KeyCreated, holder, &key))?;
    // Whoever got this many has been told.
    let told = throttles::Key::new("mails of keys", &holder.developer.to_string());
    if throttles::admit(conn, &told, KEY_MAILS, occasion.at)?.is_ok() {
        post.enqueue(conn, policy, &letter(Kind::KeyCreated, holder, &key), occasion.at)?;
    }
    Ok(Creation::Done(Created { key, secret }))
}

fn row<'a>(
    (id, secret): (KeyId, &'a KeySecret),
    holder: &Holder,
    name: &'a KeyName,
    (created_at, expires_at): (DateTime<Utc>, Option<DateTime<Utc>>),
) -> queries::NewRow<'a> {
    let (shown_start, shown_end) = secret.ends();
    queries::NewRow {
        id,
        application_id: holder.application,
        secret_hash: secret.hash().to_vec(),
        shown_start,
        shown_end,
        name: name.as_str(),
        created_at,
        expires_at,
    }
}

fn no_randomness(error: getrandom::Error) -> diesel::result::Error {
    diesel::result::Error::SerializationError(error.to_string().into())
}

/// A key with a history, of which nobody has the secret.
#[derive(Clone, Debug)]
pub struct Past {
    pub holder: Holder,
    pub name: KeyName,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Enters keys, with an audit entry each. Nobody is mailed, now or before they expire.
pub fn enter(conn: &mut Conn, keys: &[Past], occasion: &Occasion) -> QueryResult<()> {
    let mut entries = Vec::with_capacity(keys.len());
    for past in keys {
        let secret = KeySecret::generate().map_err(no_randomness)?;
        let row = row((KeyId::new(), &secret), &past.holder, &past.name, (past.created_at, past.expires_at));
        let key = queries::insert_past(conn, row, (past.revoked_at, past.last_used_at), occasion.at)?;
        entries.push(entry(Event::KeyCreated, &past.holder, &key));
    }
    audit::record_all(conn, occasion, &entries)
}

/// How a revoke ended.
#[derive(Debug)]
pub enum Revocation {
    Done(Key),
    /// It was revoked before.
    Already(Key),
    /// The application has no such key.
    Gone,
}

/// The end of a key; its row stays, so that people see that there was one.
pub fn revoke(conn: &mut Conn, holder: &Holder, id: KeyId, occasion: &Occasion) -> QueryResult<Revocation> {
    match queries::lock(conn, holder.application, id)? {
        None => Ok(Revocation::Gone),
        Some(seen) if seen.revoked_at.is_some() => Ok(Revocation::Already(seen)),
        Some(seen) => {
            let key = queries::set_revoked(conn, seen.id, occasion.at)?;
            audit::record(conn, occasion, &entry(Event::KeyRevoked, holder, &key))?;
            Ok(Revocation::Done(key))
        }
    }
}

/// Tells owners of keys that are about to expire, each once. Safe to be called at any time and by any number of
/// instances. Says how many were told.
///
/// # Errors
/// The database.
pub fn warn_expiring(conn: &mut Conn, post: &Post, now: DateTime<Utc>) -> QueryResult<usize> {
    let policy = Policy::read(conn)?;
    let requires_proof = policy.requires_proof(post.delivers);
    let expiring = queries::take_expiring(conn, (NOTICE, TOLD_AT_ONCE), requires_proof, now)?;
    if expiring.is_empty() {
        return Ok(0);
    }
    let letters: Vec<Letter> = expiring.into_iter().map(warning).collect();
    post.enqueue_all(conn, &policy, &letters, now).map(|mails| mails.len())
}

fn warning((key, (application_name, developer, full_name, email)): queries::Expiring) -> Letter {
    let developer_name = if full_name.is_empty() { email.clone() } else { full_name };
    let holder = Holder { application: key.application_id, application_name, developer, developer_name, email };
    let mut letter = letter(Kind::KeyExpiring, &holder, &key);
    letter.values.push(("expires", key.last_day().unwrap_or_default()));
    letter
}

fn letter(kind: Kind, holder: &Holder, key: &Key) -> Letter {
    let values = vec![
        ("name", holder.developer_name.clone()),
        ("email", holder.email.clone()),
        ("application", holder.application_name.clone()),
        ("key", key.words()),
    ];
    Letter::new(kind, &holder.email, values)
        .about(holder.developer)
        .about_application(holder.application)
        .linking(format!("/account/applications/{}", holder.application))
}

fn entry(event: Event, holder: &Holder, key: &Key) -> Entry {
    let subject = Subject {
        kind: SubjectKind::Application,
        id: Some(holder.application.0),
        name: holder.application_name.clone(),
        email: holder.email.clone(),
    };
    Entry { details: json!({ "key": key.words() }), ..Entry::new(event, subject) }
}
