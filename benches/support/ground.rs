//! The database: a cluster of the benchmark's own that is kept between runs, filled once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Integer, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use guestlist::db::private_cluster::{PrivateCluster, Settings};
use guestlist::db::{connect, migrations};
use guestlist::passwords;
use sha2::{Digest, Sha256};

use crate::{Anyhow, PAGE};

/// To be raised whenever the made-up people change.
const VERSION: u32 = 1;
pub const PASSWORD: &str = "four baskets full of wind";
/// As many as sign in within a run, so that no account is tried twice in a short while.
pub const ADMINS: usize = 2_000;
const FILLING: &str = "desk_filling";

pub struct Ground {
    cluster: PrivateCluster,
    /// Its superuser's connection: what it does is not what is measured.
    conn: PgConnection,
    database: String,
    pub rows: i64,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Words {
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

/// Everything below `target/`, where nobody looks for it.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench")
}

impl Ground {
    pub fn prepare(rows: i64) -> Anyhow<Self> {
        let program_dir = std::env::var_os("GUESTLIST_PG_BIN").map(PathBuf::from);
        let say = |line: &str| println!("{line}");
        let settings = Settings { data_dir: folder(), durable: true, program_dir, say };
        let cluster = PrivateCluster::attach_or_start(&settings)?;
        let database = format!("desk_{}_{rows}", key()?);
        let mut conn = PgConnection::establish(&cluster.superuser_url("postgres"))?;
        let known = format!("select count(*) as n from pg_database where datname = '{database}'");
        if number(&mut conn, &known)? == 0 {
            fill(&cluster, &mut conn, &database, rows)?;
        }
        let conn = PgConnection::establish(&cluster.superuser_url(&database))?;
        let mut ground = Self { cluster, conn, database, rows };
        ground.clear_away()?;
        Ok(ground)
    }

    pub fn url(&self) -> String {
        self.cluster.url(&self.database)
    }

    /// The log of the server.
    pub fn log(&self) -> PathBuf {
        self.cluster.folder().join("server.log")
    }

    /// The folder of the server programs that run.
    pub fn programs(&self) -> Option<PathBuf> {
        let options = fs::read_to_string(self.cluster.folder().join("pgdata/postmaster.opts")).ok()?;
        Path::new(options.split(" \"").next()?).parent().map(Path::to_owned)
    }

    /// Whatever an earlier run left behind.
    fn clear_away(&mut self) -> Anyhow<()> {
        self.log_statements(false)?;
        // The trigger that keeps the audit log from being emptied must look away.
        for statement in [
            "delete from developers where mailbox like '%.door.example'",
            "set session_replication_role = replica; \
             truncate audit_entries, throttles, admin_sessions, outbox; set session_replication_role = origin",
            "vacuum (analyze) developers",
            "vacuum (analyze) developer_counts",
            "checkpoint",
        ] {
            self.conn.batch_execute(statement)?;
        }
        Ok(())
    }

    /// Whether the server writes down every statement of connections that the application opens from now on.
    pub fn log_statements(&mut self, yes: bool) -> Anyhow<()> {
        let role = format!("alter role guestlist in database {}", self.database);
        self.conn.batch_execute(&if yes {
            // Terse messages, as the cluster has them, leave the parameters out.
            format!(
                "{role} set log_min_duration_statement = 0; {role} set log_error_verbosity = 'default'; \
                 {role} set log_parameter_max_length = -1"
            )
        } else {
            format!("{role} reset all")
        })?;
        Ok(())
    }

    /// The place after so many rows of the requested, oldest first, as it stands in the URL.
    pub fn cursor(&mut self, page: i64) -> Anyhow<String> {
        let before = (page - 1) * PAGE - 1;
        let rows = sql_query(format!(
            "select (extract(epoch from requested_at) * 1000000)::bigint || '.' || id as text from developers \
             where status = 'requested' order by requested_at, id offset {before} limit 1"
        ));
        Ok(rows.get_result::<Words>(&mut self.conn)?.text)
    }

    /// Those of one run of sign-ups.
    pub fn registered(&mut self, domain: &str) -> Anyhow<i64> {
        number(&mut self.conn, &format!("select count(*) as n from developers where mailbox like '%@{domain}'"))
    }

    pub fn requested(&mut self) -> Anyhow<i64> {
        number(&mut self.conn, "select count(*) as n from developers where status = 'requested'")
    }

    /// So many of the approved, each as likely as any other.
    pub fn approved(&mut self, how_many: i64) -> Anyhow<Vec<Approved>> {
        let percent = (how_many.max(1_000) as f64 * 160.0 / self.rows as f64).min(100.0);
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

fn number(conn: &mut PgConnection, query: &str) -> Anyhow<i64> {
    Ok(sql_query(query).get_result::<Number>(conn)?.n)
}

/// Changes with the tables and with the people in them.
fn key() -> Anyhow<String> {
    let mut hash = Sha256::new();
    hash.update(VERSION.to_be_bytes());
    hash.update(include_str!("people.sql"));
    let mut steps: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"))?
        .map(|step| step.map(|step| step.path().join("up.sql")))
        .collect::<Result<_, _>>()?;
    steps.sort();
    for step in steps {
        hash.update(fs::read(step)?);
    }
    Ok(hash.finalize()[..4].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Under another name until it is whole.
fn fill(cluster: &PrivateCluster, conn: &mut PgConnection, database: &str, rows: i64) -> Anyhow<()> {
    println!("Filling a database with {rows} developers, once …");
    let begun = Instant::now();
    let old = sql_query("select datname::text as text from pg_database where datname like 'desk\\_%'");
    for Words { text } in old.load::<Words>(conn)? {
        // Of each size one is kept.
        if text == FILLING || text.ends_with(&format!("_{rows}")) {
            conn.batch_execute(&format!("drop database {text}"))?;
        }
    }
    conn.batch_execute(&format!("create database {FILLING} owner guestlist"))?;
    migrations::run(&mut connect(&cluster.url(FILLING))?)?;
    {
        let mut conn = PgConnection::establish(&cluster.superuser_url(FILLING))?;
        conn.batch_execute(
            "set maintenance_work_mem = '512MB'; set work_mem = '64MB'; set max_parallel_workers_per_gather = 0",
        )?;
        // An index is built faster than it is grown.
        let indexes = sql_query(
            "select indexdef as text from pg_indexes where tablename = 'developers' \
             and indexname not in (select conname from pg_constraint)",
        )
        .load::<Words>(&mut conn)?;
        let names = sql_query(
            "select indexname::text as text from pg_indexes where tablename = 'developers' \
             and indexname not in (select conname from pg_constraint)",
        )
        .load::<Words>(&mut conn)?;
        for Words { text } in names {
            conn.batch_execute(&format!("drop index {text}"))?;
        }
        conn.batch_execute(&include_str!("people.sql").replace("{rows}", &rows.to_string()))?;
        for Words { text } in indexes {
            conn.batch_execute(&text)?;
        }
        let hash = passwords::hash_now(PASSWORD)?;
        conn.batch_execute(&format!(
            "insert into admins select gen_random_uuid(), 'admin' || n || '@desk.example', \
             'admin' || n || '@desk.example', 'Admin ' || n, '{hash}', now(), 'never' \
             from generate_series(0, {ADMINS} - 1) as n"
        ))?;
        conn.batch_execute("vacuum (freeze, analyze)")?;
    }
    conn.batch_execute(&format!("alter database {FILLING} rename to {database}"))?;
    println!("… in {:.0} s.", begun.elapsed().as_secs_f64());
    Ok(())
}
