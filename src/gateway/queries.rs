//! What the gateway reads and writes through the pool: a key on first sight, when keys were used, who knows of a change.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;

use super::access::Access;
use crate::db::{Conn, QueryResult};
use crate::ids::{ApplicationId, DeveloperId, KeyId};
use crate::keys::KeyHash;
use crate::schema::{application_totals, applications, developer_totals, developers, gateway_spread, keys};

/// The status in which somebody may come in, here and for developers and applications alike.
const APPROVED: &str = "approved";

/// A key with its application and its owner.
#[derive(Queryable)]
struct Row {
    secret_hash: Vec<u8>,
    key: KeyId,
    revoked_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    application: ApplicationId,
    application_name: String,
    application_is_approved: bool,
    developer: DeveloperId,
    email: String,
    developer_is_approved: bool,
    is_proven: bool,
}

/// What stands in the headers of a good answer.
#[derive(Clone, Debug)]
pub struct Owner {
    pub developer: DeveloperId,
    pub email: String,
    pub application: ApplicationId,
    pub application_name: String,
    pub key: KeyId,
}

/// A key that there is.
pub struct Seen {
    pub hash: KeyHash,
    pub access: Access,
    pub owner: Owner,
}

impl Row {
    /// None where the hash is none: then nobody can have the key.
    fn seen(self) -> Option<Seen> {
        let hash = self.secret_hash.try_into().ok()?;
        let minute = |at: DateTime<Utc>| u32::try_from(at.timestamp().div_euclid(60)).unwrap_or_default();
        let access = Access {
            key: self.key,
            developer: self.developer,
            is_revoked: self.revoked_at.is_some(),
            expires_at: self.expires_at.map(|at| at.timestamp()),
            is_approved: self.application_is_approved && self.developer_is_approved,
            is_proven: self.is_proven,
            last_used: self.last_used_at.map_or(0, minute),
        };
        let owner = Owner {
            developer: self.developer,
            email: self.email,
            application: self.application,
            application_name: self.application_name,
            key: self.key,
        };
        Some(Seen { hash, access, owner })
    }
}

/// The keys with these hashes, alive or not.
pub fn look_up(conn: &mut Conn, hashes: &[KeyHash]) -> QueryResult<Vec<Seen>> {
    let rows = keys::table
        .inner_join(applications::table.inner_join(developers::table))
        .filter(keys::secret_hash.eq_any(hashes.iter().map(<[u8; 32]>::as_slice)))
        .select((
            keys::secret_hash,
            keys::id,
            keys::revoked_at,
            keys::expires_at,
            keys::last_used_at,
            applications::id,
            applications::name,
            applications::status.eq(APPROVED),
            developers::id,
            developers::email,
            developers::status.eq(APPROVED),
            developers::email_verified_at.is_not_null(),
        ))
        .load::<Row>(conn)?;
    Ok(rows.into_iter().filter_map(Row::seen).collect())
}

/// These keys were used at that time, or later already.
pub fn mark_used(conn: &mut Conn, used: &[KeyId], at: DateTime<Utc>) -> QueryResult<()> {
    let is_earlier = keys::last_used_at.is_null().or(keys::last_used_at.lt(at));
    diesel::update(keys::table.filter(keys::id.eq_any(used)).filter(is_earlier))
        .set(keys::last_used_at.eq(at))
        .execute(conn)
        .map(|_| ())
}

/// What one instance knows of a change.
#[derive(Clone, Debug, Queryable)]
pub struct Heard {
    pub instance: String,
    pub changed_at: DateTime<Utc>,
    pub heard_at: DateTime<Utc>,
    pub knows: bool,
    /// None where it began after the change.
    pub applied_at: Option<DateTime<Utc>>,
    /// How far it has come: it knows of no transaction with this number or a later one.
    pub version: i64,
    /// The database's clock, as of the other times.
    pub now: DateTime<Utc>,
}

/// Who has heard of the developer's newest change of the last hour; nobody where there is none.
pub fn heard(conn: &mut Conn, developer: DeveloperId) -> QueryResult<Vec<Heard>> {
    let newest = gateway_spread::table
        .filter(gateway_spread::developer_id.eq(developer))
        .filter(gateway_spread::changed_at.gt(Utc::now() - TimeDelta::hours(1)))
        .select(max(gateway_spread::change_id))
        .first::<Option<i64>>(conn)?;
    let Some(change) = newest else { return Ok(Vec::new()) };
    gateway_spread::table
        .filter(gateway_spread::change_id.eq(change))
        .order((gateway_spread::instance, gateway_spread::instance_id))
        .select((
            gateway_spread::instance,
            gateway_spread::changed_at,
            gateway_spread::heard_at,
            gateway_spread::knows,
            gateway_spread::applied_at,
            gateway_spread::version,
            sql::<Timestamptz>("clock_timestamp()"),
        ))
        .load(conn)
}

/// How many developers and how many applications have each status, in the order of the table of moves.
pub fn totals(conn: &mut Conn) -> QueryResult<(Vec<i64>, Vec<i64>)> {
    let developers = developer_totals::table.select(developer_totals::counts).first(conn)?;
    Ok((developers, application_totals::table.select(application_totals::counts).first(conn)?))
}
