//! A million developers, and what the benchmark asks of them beside the program.

use diesel::sql_types::{BigInt, Integer, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

pub use crate::support::ground::*;
use crate::{Anyhow, PAGE};

#[derive(QueryableByName)]
struct Cursor {
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// An approved developer, to be revoked and reapproved.
#[derive(Clone, QueryableByName)]
pub struct Approved {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Integer)]
    pub version: i32,
}

/// The database, with what an earlier run left behind cleared away.
pub fn prepare(rows: i64) -> Anyhow<Ground> {
    let plan = Plan { name: "desk", size: rows, people: rows, version: "", fill: |_, _| Ok(()) };
    let mut ground = Ground::prepare(&plan)?;
    ground.tidy(&[
        "delete from developers where mailbox like '%.door.example'",
        "vacuum (analyze) developers",
        "vacuum (analyze) developer_counts",
        "checkpoint",
    ])?;
    Ok(ground)
}

impl Ground {
    /// The place after so many rows of the requested, oldest first, as it stands in the URL.
    pub fn cursor(&mut self, page: i64) -> Anyhow<String> {
        let before = (page - 1) * PAGE - 1;
        let rows = sql_query(format!(
            "select (extract(epoch from requested_at) * 1000000)::bigint || '.' || id as text from developers \
             where status = 'requested' order by requested_at, id offset {before} limit 1"
        ));
        Ok(rows.get_result::<Cursor>(&mut self.conn)?.text)
    }

    /// Those of one run of sign-ups.
    pub fn registered(&mut self, domain: &str) -> Anyhow<i64> {
        self.number(&format!("select count(*) as n from developers where mailbox like '%@{domain}'"))
    }

    pub fn requested(&mut self) -> Anyhow<i64> {
        self.number("select count(*) as n from developers where status = 'requested'")
    }

    /// So many of the approved, each as likely as any other.
    pub fn approved(&mut self, how_many: i64) -> Anyhow<Vec<Approved>> {
        let percent = (how_many.max(1_000) as f64 * 160.0 / self.people as f64).min(100.0);
        let rows = sql_query(format!(
            "select id::text, version from developers tablesample bernoulli ({percent}) \
             where status = 'approved' order by random() limit {how_many}"
        ));
        Ok(rows.load(&mut self.conn)?)
    }

    /// By `count(*)`, in the order of the tabs, the whole last.
    pub fn counts(&mut self) -> Anyhow<Vec<(String, i64)>> {
        let rows = sql_query(
            "select coalesce(status, 'all') as status, count(*) as n from developers group by rollup (status) \
             order by array_position(array['requested', 'approved', 'rejected', 'revoked'], status)",
        );
        Ok(rows.load::<Counted>(&mut self.conn)?.into_iter().map(|row| (row.status, row.n)).collect())
    }
}
