//! A million keys of a quarter of a million applications.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{PgConnection, RunQueryDsl, sql_query};

use crate::Anyhow;
use crate::secrets::secret;
pub use crate::support::ground::*;

/// Developers have three keys each; of a hundred developers 78 are approved.
const KEYS_EACH: i64 = 3;
const APPROVED_OF_100: i64 = 78;
/// Hashes that `pgbench` is told at once.
pub const AT_ONCE: usize = 40;
/// Rows in one statement.
const BATCH: u64 = 50_000;

const KEYS: &str = "insert into keys (id, application_id, secret_hash, shown_start, shown_end, name, created_at)
     select cast('01900000-0000-7000-8002-' || lpad(to_hex(n), 12, '0') as uuid),
         cast('01900000-0000-7000-8001-' || lpad(to_hex(n % $1), 12, '0') as uuid),
         sha256(cast(secret as bytea)), left(secret, 8), right(secret, 4), 'Production', now()
     from (select secret, $2 + place - 1 as n from unnest($3) with ordinality as shown (secret, place)) as numbered";

/// The database, with what an earlier run left behind cleared away.
pub fn prepare(keys: i64) -> Anyhow<Ground> {
    // In whole hundreds.
    let people = (keys / KEYS_EACH / 100).max(10) * 100;
    let plan = Plan { name: "gateway", size: keys, people, version: concat!("2", include_str!("keys.sql")), fill };
    let mut ground = Ground::prepare(&plan)?;
    ground.tidy(&[
        "delete from developers where mailbox like '%.trial.example'",
        "vacuum (analyze) keys, applications, developers",
        "checkpoint",
    ])?;
    Ok(ground)
}

fn fill(conn: &mut PgConnection, plan: &Plan) -> Anyhow<()> {
    let approved = plan.people / 100 * APPROVED_OF_100;
    // No change is told: nobody listens yet.
    conn.batch_execute(
        "set session_replication_role = replica; update developers set email_verified_at = requested_at",
    )?;
    let applications = include_str!("keys.sql").replace("{approved}", &approved.to_string());
    without_indexes(conn, "applications", |conn| Ok(conn.batch_execute(&applications)?))?;
    // What the triggers would have counted.
    conn.batch_execute("insert into application_counts select status, 0, count(*) from applications group by status")?;
    without_indexes(conn, "keys", |conn| {
        let all = u64::try_from(plan.size)?;
        for first in (0..all).step_by(usize::try_from(BATCH)?) {
            let secrets: Vec<String> = (first..all.min(first + BATCH)).map(secret).collect();
            sql_query(KEYS)
                .bind::<BigInt, _>(approved)
                .bind::<BigInt, _>(i64::try_from(first)?)
                .bind::<Array<Text>, _>(secrets)
                .execute(conn)?;
        }
        Ok(())
    })?;
    let columns: Vec<String> = (0..AT_ONCE).map(|n| format!("array[hashes[{}]] as h{n}", n + 1)).collect();
    let columns = columns.join(", ");
    conn.batch_execute(&format!(
        "create table shown as select run, {columns} from ( \
             select n / {AT_ONCE} as run, array_agg(secret_hash) as hashes from ( \
                 select secret_hash, row_number() over (order by md5(cast(id as text))) - 1 as n from keys) as numbered \
             group by run) as runs; \
         create unique index on shown (run); grant select on shown to guestlist; \
         set session_replication_role = origin"
    ))?;
    Ok(())
}
