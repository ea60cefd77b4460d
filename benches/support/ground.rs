//! The database: a cluster of the benchmarks' own that is kept between runs, each of its databases filled once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use guestlist::db::private_cluster::{PrivateCluster, Settings};
use guestlist::db::{connect, migrations};
use guestlist::passwords;
use sha2::{Digest, Sha256};

use super::Anyhow;

/// To be raised whenever the made-up people change.
const VERSION: u32 = 1;
const PEOPLE: &str = include_str!("people.sql");
pub const PASSWORD: &str = "four baskets full of wind";
/// As many as sign in within a run, so that no account is tried twice in a short while.
pub const ADMINS: usize = 2_000;

/// What only tells of earlier runs. The trigger that keeps the audit log from being emptied must look away.
const LEFT_BEHIND: &str = "set session_replication_role = replica; \
     truncate audit_entries, throttles, admin_sessions, outbox, gateway_changes, gateway_acks, gateway_instances cascade; \
     set session_replication_role = origin";

/// A database to be.
pub struct Plan {
    /// What its name begins with.
    pub name: &'static str,
    /// What its name ends with: of each size one is kept.
    pub size: i64,
    pub people: i64,
    /// What else decides what is in it.
    pub version: &'static str,
    /// What comes after the people.
    pub fill: fn(&mut PgConnection, &Plan) -> Anyhow<()>,
}

pub struct Ground {
    cluster: PrivateCluster,
    /// Its superuser's connection: what it does is not what is measured.
    pub conn: PgConnection,
    database: String,
    pub people: i64,
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

/// Everything below `target/`, where nobody looks for it.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench")
}

impl Ground {
    pub fn prepare(plan: &Plan) -> Anyhow<Self> {
        let program_dir = std::env::var_os("GUESTLIST_PG_BIN").map(PathBuf::from);
        let say = |line: &str| println!("{line}");
        let settings = Settings { data_dir: folder(), durable: true, program_dir, say };
        let cluster = PrivateCluster::attach_or_start(&settings)?;
        let log = folder().join("guestlist.log");
        if log.exists() {
            fs::remove_file(log)?;
        }
        let database = format!("{}_{}_{}", plan.name, key(plan)?, plan.size);
        let mut conn = PgConnection::establish(&cluster.superuser_url("postgres"))?;
        let known = format!("select count(*) as n from pg_database where datname = '{database}'");
        if number(&mut conn, &known)? == 0 {
            fill(&cluster, &mut conn, &database, plan)?;
        }
        let conn = PgConnection::establish(&cluster.superuser_url(&database))?;
        let mut ground = Self { cluster, conn, database, people: plan.people };
        ground.log_statements(false)?;
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

    /// Forgets what an earlier run left behind; then each of these by itself, for some of them want no transaction.
    pub fn tidy(&mut self, statements: &[&str]) -> Anyhow<()> {
        self.conn.batch_execute(LEFT_BEHIND)?;
        statements.iter().try_for_each(|statement| Ok(self.conn.batch_execute(statement)?))
    }

    /// The number that a query calls `n`.
    pub fn number(&mut self, query: &str) -> Anyhow<i64> {
        number(&mut self.conn, query)
    }
}

fn number(conn: &mut PgConnection, query: &str) -> Anyhow<i64> {
    Ok(sql_query(query).get_result::<Number>(conn)?.n)
}

/// Changes with the tables and with what is in them.
fn key(plan: &Plan) -> Anyhow<String> {
    let mut hash = Sha256::new();
    hash.update(VERSION.to_be_bytes());
    hash.update(PEOPLE);
    hash.update(plan.version);
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
fn fill(cluster: &PrivateCluster, conn: &mut PgConnection, database: &str, plan: &Plan) -> Anyhow<()> {
    let Plan { name, size, people, .. } = plan;
    println!("Filling a database for {size}, once …");
    let begun = Instant::now();
    let filling = format!("{name}_filling");
    let old = format!("select datname::text as text from pg_database where datname like '{name}\\_%'");
    for Words { text } in sql_query(old).load::<Words>(conn)? {
        if text == filling || text.ends_with(&format!("_{size}")) {
            conn.batch_execute(&format!("drop database {text}"))?;
        }
    }
    conn.batch_execute(&format!("create database {filling} owner guestlist"))?;
    migrations::run(&mut connect(&cluster.url(&filling))?)?;
    {
        let mut conn = PgConnection::establish(&cluster.superuser_url(&filling))?;
        conn.batch_execute(
            "set maintenance_work_mem = '512MB'; set work_mem = '64MB'; set max_parallel_workers_per_gather = 0",
        )?;
        let people = PEOPLE.replace("{rows}", &people.to_string());
        without_indexes(&mut conn, "developers", |conn| Ok(conn.batch_execute(&people)?))?;
        let hash = passwords::hash_now(PASSWORD)?;
        conn.batch_execute(&format!(
            "insert into admins select gen_random_uuid(), 'admin' || n || '@desk.example', \
             'admin' || n || '@desk.example', 'Admin ' || n, '{hash}', now(), 'never' \
             from generate_series(0, {ADMINS} - 1) as n"
        ))?;
        (plan.fill)(&mut conn, plan)?;
        conn.batch_execute("vacuum (freeze, analyze)")?;
    }
    conn.batch_execute(&format!("alter database {filling} rename to {database}"))?;
    println!("… in {:.0} s.", begun.elapsed().as_secs_f64());
    Ok(())
}

/// An index is built faster than it is grown.
pub fn without_indexes(
    conn: &mut PgConnection,
    table: &str,
    work: impl FnOnce(&mut PgConnection) -> Anyhow<()>,
) -> Anyhow<()> {
    let listed = |column: &str| {
        sql_query(format!(
            "select {column}::text as text from pg_indexes where tablename = '{table}' \
             and indexname not in (select conname from pg_constraint) order by indexname"
        ))
    };
    let definitions = listed("indexdef").load::<Words>(conn)?;
    for Words { text } in listed("indexname").load::<Words>(conn)? {
        conn.batch_execute(&format!("drop index {text}"))?;
    }
    work(conn)?;
    definitions.into_iter().try_for_each(|Words { text }| Ok(conn.batch_execute(&text)?))
}
