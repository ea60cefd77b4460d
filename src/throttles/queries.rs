//! The tallies' rows.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::{Key, Rule, Shortage, Tally, Wait};
use crate::db::{Conn, QueryResult};
use crate::schema::throttles;

/// Counts an attempt, or says how long to wait. Part of a transaction: the row is held until its end.
pub fn admit(conn: &mut Conn, key: &Key, rule: Rule, now: DateTime<Utc>) -> QueryResult<Result<(), Wait>> {
    Ok(admit_many(conn, key, rule, 1, now)?.map_err(|short| short.wait))
}

/// The same of several at once: all of them, or none.
pub fn admit_many(
    conn: &mut Conn,
    key: &Key,
    rule: Rule,
    count: i32,
    now: DateTime<Utc>,
) -> QueryResult<Result<(), Shortage>> {
    diesel::insert_into(throttles::table)
        .values((throttles::key.eq(&key.0), throttles::attempts.eq(0), throttles::window_started_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(conn)?;
    let (attempts, since, blocked_until) = throttles::table
        .find(&key.0)
        .select((throttles::attempts, throttles::window_started_at, throttles::blocked_until))
        .for_update()
        .first(conn)?;
    let tally = match rule.admit(Tally { attempts, since, blocked_until }, count, now) {
        Ok(tally) => tally,
        Err(short) => return Ok(Err(short)),
    };
    diesel::update(throttles::table.find(&key.0))
        .set((
            throttles::attempts.eq(tally.attempts),
            throttles::window_started_at.eq(tally.since),
            throttles::blocked_until.eq(tally.blocked_until),
        ))
        .execute(conn)?;
    Ok(Ok(()))
}

/// Forgets the attempts of whoever succeeded, and all that are long over.
pub fn forget(conn: &mut Conn, key: &Key, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::delete(throttles::table.find(&key.0)).execute(conn)?;
    diesel::delete(throttles::table.filter(throttles::window_started_at.lt(now - TimeDelta::days(1)))).execute(conn)?;
    Ok(())
}
