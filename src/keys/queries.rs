//! The rows of keys, and what they tell of the applications and developers that have them.

mod found;
mod held;

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::db::{Conn, QueryResult};
use crate::desk::Status;
use crate::ids::{ApplicationId, DeveloperId, KeyId};
use crate::schema::{applications, developer_sessions, developers, keys};
use crate::web::moments::day;
use crate::web::session::IDLE;

pub use found::{Found, found};
pub use held::{Holding, holdings};

/// A key as the database has it, without its secret.
#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Key {
    pub id: KeyId,
    pub application_id: ApplicationId,
    pub shown_start: String,
    pub shown_end: String,
    pub name: String,
    pub created_at: DateTime<Utc>,
    /// Works until then; none for ever.
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// To the minute, some seconds late.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Key {
    /// "glk_4fGh…9xYz".
    pub fn shown(&self) -> String {
        format!("{}…{}", self.shown_start, self.shown_end)
    }

    /// "“Production” (glk_4fGh…9xYz)".
    pub fn words(&self) -> String {
        format!("“{}” ({})", self.name, self.shown())
    }

    /// "30 Nov 2026": the last day on which it works; none where it has no end.
    pub fn last_day(&self) -> Option<String> {
        self.expires_at.map(|at| day((at - TimeDelta::seconds(1)).date_naive()))
    }

    pub fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| at > now)
    }
}

#[derive(Insertable)]
#[diesel(table_name = keys)]
pub struct NewRow<'a> {
    pub id: KeyId,
    pub application_id: ApplicationId,
    pub secret_hash: Vec<u8>,
    pub shown_start: &'a str,
    pub shown_end: &'a str,
    pub name: &'a str,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

pub fn insert(conn: &mut Conn, new: &NewRow<'_>) -> QueryResult<Key> {
    diesel::insert_into(keys::table).values(new).returning(Key::as_returning()).get_result(conn)
}

/// A key with a history, whose owner was told of its end.
pub fn insert_past(
    conn: &mut Conn,
    new: NewRow<'_>,
    (revoked_at, last_used_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    told_at: DateTime<Utc>,
) -> QueryResult<Key> {
    let past = (keys::revoked_at.eq(revoked_at), keys::last_used_at.eq(last_used_at), keys::warned_at.eq(told_at));
    diesel::insert_into(keys::table).values((new, past)).returning(Key::as_returning()).get_result(conn)
}

/// Which application a key belongs to; no page changes that.
pub fn application_of(conn: &mut Conn, id: KeyId) -> QueryResult<Option<ApplicationId>> {
    keys::table.find(id).select(keys::application_id).first(conn).optional()
}

/// How many of an application's keys are alive.
pub fn count_alive(conn: &mut Conn, id: ApplicationId, now: DateTime<Utc>) -> QueryResult<i64> {
    keys::table.filter(keys::application_id.eq(id)).filter(is_alive(now)).count().get_result(conn)
}

/// The keys of these applications: those that are alive, then the others; the newest first, up to `limit`.
pub fn of_applications(
    conn: &mut Conn,
    ids: &[ApplicationId],
    limit: i64,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Key>> {
    keys::table
        .filter(keys::application_id.eq_any(ids))
        .order((is_alive(now).desc(), keys::id.desc()))
        .limit(limit)
        .select(Key::as_select())
        .load(conn)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn is_alive(now: DateTime<Utc>) -> _ {
    keys::revoked_at.is_null().and(keys::expires_at.is_null().or(keys::expires_at.gt(now)))
}

/// The row, held until the end of the transaction.
pub fn lock(conn: &mut Conn, application: ApplicationId, id: KeyId) -> QueryResult<Option<Key>> {
    keys::table
        .find(id)
        .filter(keys::application_id.eq(application))
        .select(Key::as_select())
        .for_update()
        .first(conn)
        .optional()
}

pub fn set_revoked(conn: &mut Conn, id: KeyId, now: DateTime<Utc>) -> QueryResult<Key> {
    diesel::update(keys::table.find(id))
        .set(keys::revoked_at.eq(Some(now)))
        .returning(Key::as_returning())
        .get_result(conn)
}

/// A key that is about to expire, and whose it is.
pub type Expiring = (Key, (String, DeveloperId, String, String));

/// Takes keys that work, expire within this time and whose owners were not told, up to `limit`; they are told in this
/// transaction. Rows that somebody else holds are left for the next time, so that nobody waits for anybody.
pub fn take_expiring(
    conn: &mut Conn,
    (within, limit): (TimeDelta, i64),
    requires_proof: bool,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Expiring>> {
    let found: Vec<Expiring> = keys::table
        .inner_join(applications::table.inner_join(developers::table))
        .filter(keys::expires_at.gt(now))
        .filter(keys::expires_at.le(now + within))
        .filter(keys::revoked_at.is_null())
        .filter(keys::warned_at.is_null())
        .filter(applications::status.eq(Status::Approved))
        .filter(developers::status.eq(Status::Approved))
        .filter(developers::email_verified_at.is_not_null().or((!requires_proof).into_sql::<Bool>()))
        .order(keys::expires_at.asc())
        .limit(limit)
        .select((Key::as_select(), (applications::name, developers::id, developers::full_name, developers::email)))
        // Those who only refer to a developer need not wait.
        .for_no_key_update()
        .skip_locked()
        .load(conn)?;
    let ids = found.iter().map(|(key, _)| key.id);
    diesel::update(keys::table.filter(keys::id.eq_any(ids))).set(keys::warned_at.eq(Some(now))).execute(conn)?;
    Ok(found)
}

/// What leaving *approved* stops, and what a deletion takes along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stops {
    /// Browsers that are signed in.
    pub sessions: i64,
    /// What approval lets work: approved applications of somebody approved, and their living keys.
    pub working: Held,
    /// Applications in whatever status, and their keys that are neither revoked nor expired.
    pub all: Held,
}

/// So many applications and keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub applications: i64,
    pub keys: i64,
    /// Of these keys.
    pub last_used: Option<LastUsed>,
}

impl Held {
    fn add(&mut self, applications: i64, key: Option<&LivingKey>) {
        self.applications += applications;
        let Some((name, used)) = key else { return };
        self.keys += 1;
        if let Some(at) = used.filter(|at| self.last_used.as_ref().is_none_or(|last| last.at < *at)) {
            self.last_used = Some(LastUsed { name: name.clone(), at });
        }
    }
}

/// The key that was used last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUsed {
    pub name: String,
    pub at: DateTime<Utc>,
}

/// Its name, and when it was used last.
type LivingKey = (String, Option<DateTime<Utc>>);
/// Whose application it is, which, whether approval lets it work, and one of its living keys; none where it has none.
type Row = (DeveloperId, ApplicationId, bool, Option<LivingKey>);

/// The same for several developers; those who have nothing are left out.
pub fn stops_of_developers(
    conn: &mut Conn,
    ids: &[DeveloperId],
    now: DateTime<Utc>,
) -> QueryResult<HashMap<DeveloperId, Stops>> {
    let held = held(conn, Owned::By(ids), now)?;
    let mut stops = gathered(held, |(developer, ..)| *developer);
    let sessions: Vec<(DeveloperId, i64)> = developer_sessions::table
        .filter(developer_sessions::developer_id.eq_any(ids))
        .filter(developer_sessions::seen_at.gt(now - IDLE))
        .group_by(developer_sessions::developer_id)
        .select((developer_sessions::developer_id, diesel::dsl::count_star()))
        .load(conn)?;
    for (id, n) in sessions {
        stops.entry(id).or_default().sessions = n;
    }
    Ok(stops)
}

/// The same for several applications.
pub fn stops_of_applications(
    conn: &mut Conn,
    ids: &[ApplicationId],
    now: DateTime<Utc>,
) -> QueryResult<HashMap<ApplicationId, Stops>> {
    let held = held(conn, Owned::Themselves(ids), now)?;
    Ok(gathered(held, |(_, application, ..)| *application))
}

enum Owned<'a> {
    By(&'a [DeveloperId]),
    Themselves(&'a [ApplicationId]),
}

fn held(conn: &mut Conn, which: Owned<'_>, now: DateTime<Utc>) -> QueryResult<Vec<Row>> {
    let living = keys::application_id.eq(applications::id).and(is_alive(now));
    let works = applications::status.eq(Status::Approved).and(developers::status.eq(Status::Approved));
    let all = applications::table
        .inner_join(developers::table)
        .left_join(keys::table.on(living))
        .order(applications::id)
        .select((developers::id, applications::id, works, (keys::name, keys::last_used_at).nullable()));
    match which {
        Owned::By(ids) => all.filter(applications::developer_id.eq_any(ids)).load(conn),
        Owned::Themselves(ids) => all.filter(applications::id.eq_any(ids)).load(conn),
    }
}

/// Rows of one application stand side by side.
fn gathered<Id: Copy + Eq + Hash>(held: Vec<Row>, whose: impl Fn(&Row) -> Id) -> HashMap<Id, Stops> {
    let mut stops: HashMap<Id, Stops> = HashMap::new();
    let mut last = None;
    for row in held {
        let own = stops.entry(whose(&row)).or_default();
        let (_, application, works, key) = row;
        let is_new = i64::from(last.replace(application) != Some(application));
        own.all.add(is_new, key.as_ref());
        if works {
            own.working.add(is_new, key.as_ref());
        }
    }
    stops
}
