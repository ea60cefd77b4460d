//! The feed's own connection to PostgreSQL, and what is said over it.
//!
//! A change is known here once a statement's snapshot shows it. Each [`Link::poll`] asks for what the snapshot before did
//! not show: by that nothing is missed, whatever the order in which transactions commit. The row of this instance in
//! `gateway_instances` keeps the changes that it has not heard of from being deleted. Where that row is gone, or the
//! database is another one than it was, what was missed cannot be asked for any more, and everything is read anew.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Connection, Statement};
use uuid::Uuid;

use super::Fault;
use super::reach::Target;
use crate::gateway::fingerprints::{Fingerprint, Fingerprints, fingerprint};
use crate::ids::DeveloperId;

/// How long a connection may take until it listens.
const OPENING: Duration = Duration::from_secs(3);
/// How long one statement may take. The database itself gives up a little earlier.
const STATEMENT: Duration = Duration::from_secs(2);
/// How long reading all keys may take.
const LOADING: Duration = Duration::from_secs(60);
/// More changes at once, and reading everything is quicker.
const MAX_CHANGES: usize = 20_000;
/// Of how many changes it is told at once that they are known.
const MAX_TOLD: usize = 1_000;

const SESSION: &str = "set statement_timeout = '1800ms'; set lock_timeout = '500ms'; set timezone = 'UTC'; \
     set idle_in_transaction_session_timeout = '10s'; set synchronous_commit = off; set jit = off; \
     set application_name = 'guestlist gateway'; listen guestlist_gateway";

/// Knowing of nothing yet, whatever it knew before.
const REGISTER: &str = "insert into gateway_instances (id, name, started_at, heard_at, applied)
     values ($1, $2, now(), now(), '1:1:')
     on conflict (id) do update set heard_at = excluded.heard_at, applied = excluded.applied";

const BEGIN: &str = "begin isolation level repeatable read read only; set local statement_timeout = '60s'";

/// Another server, another database, or other tables by the same names: then snapshots cannot be compared, or tell
/// nothing of what is there.
macro_rules! place {
    () => {
        "concat_ws(' ', pg_postmaster_start_time(), (select oid from pg_database where datname = current_database()),
            'gateway_changes'::regclass::oid, 'keys'::regclass::oid, 'applications'::regclass::oid,
            'developers'::regclass::oid)"
    };
}

const PLACE: &str = concat!("select pg_current_snapshot()::text, ", place!());

/// One row, or one for each change.
const POLL: &str = concat!(
    "select here.snapshot, here.is_same, here.clock, here.verification, change.developer_id,
        change.fingerprint, change.id
     from (
         select pg_current_snapshot()::text as snapshot,
             ",
    place!(),
    " = $2
             and pg_snapshot_xmax($1::text::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
             and exists (select from gateway_instances where id = $3) as is_same,
             extract(epoch from clock_timestamp())::bigint as clock,
             (select value from settings where key = 'verification') as verification
     ) as here
     left join (
         select id, developer_id, fingerprint from gateway_changes
         where xid >= pg_snapshot_xmin($1::text::pg_snapshot)
             and not pg_visible_in_snapshot(xid, $1::text::pg_snapshot)
         order by xid limit 20001
     ) as change on true"
);

const TELL: &str = "with me as (
         update gateway_instances set heard_at = now(), applied = $2::text::pg_snapshot where id = $1 returning id
     ), told as (
         insert into gateway_acks (change_id, instance_id)
         select change.id, me.id from me join gateway_changes as change on change.id = any($3)
         on conflict do nothing
     )
     select id from me";

const FORGET_INSTANCES: &str =
    "delete from gateway_instances where heard_at < now() - interval '10 minutes' and id <> $1";

/// Some at a time, so that no change waits for it. Not before every instance knows of them: the transaction of an old
/// change may have ended only now.
const FORGET_CHANGES: &str = "delete from gateway_changes where id in (
         select id from gateway_changes as change where at < now() - interval '1 hour'
             and not exists (
                 select from gateway_instances as instance where not pg_visible_in_snapshot(change.xid, instance.applied))
         order by at limit 2000 for update skip locked)";

/// As many as [`FORGET_CHANGES`] removes.
const FORGOTTEN_AT_ONCE: u64 = 2_000;

const LEAVE: &str = "delete from gateway_instances where id = $1";

/// How far this instance has heard, and where.
#[derive(Clone)]
pub struct Known {
    snapshot: String,
    place: String,
}

/// What has changed since.
#[derive(Default)]
pub struct News {
    pub developers: Vec<DeveloperId>,
    pub new: Vec<Fingerprint>,
    pub verification: Option<String>,
    /// The database's, in seconds since 1970.
    pub clock: i64,
    changes: Vec<i64>,
}

/// What a poll brought.
pub enum Polled {
    News(News),
    /// What was missed cannot be told.
    Lost,
}

/// See the module. Dropping it closes the connection.
pub struct Link {
    client: Client,
    driver: JoinHandle<()>,
    poll: Statement,
    tell: Statement,
    id: Uuid,
    /// Wakes whoever waits when there are news, or the connection is lost.
    woken: Arc<Notify>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// A connection that listens.
    ///
    /// # Errors
    /// There is none within the time.
    pub async fn open(target: &Target, id: Uuid) -> Result<Self, Fault> {
        timeout(OPENING, Self::connect(target, id)).await.map_err(|_| Fault::Slow("connecting"))?
    }

    async fn connect(target: &Target, id: Uuid) -> Result<Self, Fault> {
        let woken = Arc::new(Notify::new());
        let (client, driver) = target.connect(&woken).await?;
        // From here on the task ends with this value.
        let pending = Pending(Some(driver));
        client.batch_execute(SESSION).await?;
        let (poll, tell) = (client.prepare(POLL).await?, client.prepare(TELL).await?);
        Ok(Self { client, driver: pending.keep()?, poll, tell, id, woken })
    }

    /// Returns when there may be news.
    pub async fn woken(&self) {
        self.woken.notified().await;
    }

    /// Registers this instance and reads the mark of every key.
    ///
    /// # Errors
    /// The connection, or the database.
    pub async fn load(&self, name: &str) -> Result<(Known, Fingerprints), Fault> {
        // Before the snapshot: from now on no change is deleted that the snapshot will not show.
        in_time("registering", self.client.execute(REGISTER, &[&self.id, &name])).await?;
        let loaded = timeout(LOADING, self.read_all()).await;
        loaded.map_err(|_| Fault::Slow("reading all keys"))?
    }

    async fn read_all(&self) -> Result<(Known, Fingerprints), Fault> {
        self.client.batch_execute(BEGIN).await?;
        let here = self.client.query_one(PLACE, &[]).await?;
        let known = Known { snapshot: here.try_get(0)?, place: here.try_get(1)? };
        let nothing: [&(dyn ToSql + Sync); 0] = [];
        let mut rows = pin!(self.client.query_raw("select secret_hash from keys", nothing).await?);
        let mut fingerprints: Vec<Fingerprint> = Vec::new();
        while let Some(row) = rows.try_next().await? {
            // What is no hash of a key, no key can have.
            fingerprints.extend(row.try_get::<_, &[u8]>(0)?.try_into().ok().map(fingerprint));
        }
        self.client.batch_execute("commit").await?;
        Ok((known, fingerprints.into()))
    }

    /// Asks what has changed, and steps forward.
    ///
    /// # Errors
    /// The connection, or the database.
    pub async fn poll(&self, known: &mut Known) -> Result<Polled, Fault> {
        let since: [&(dyn ToSql + Sync); 3] = [&known.snapshot, &known.place, &self.id];
        let rows = in_time("asking for changes", self.client.query(&self.poll, &since)).await?;
        let Some(first) = rows.first().filter(|_| rows.len() <= MAX_CHANGES) else { return Ok(Polled::Lost) };
        if !first.try_get::<_, Option<bool>>(1)?.unwrap_or_default() {
            return Ok(Polled::Lost);
        }
        let mut news = News { clock: first.try_get(2)?, verification: first.try_get(3)?, ..News::default() };
        for row in &rows {
            if let Some(developer) = row.try_get::<_, Option<Uuid>>(4)? {
                news.developers.push(DeveloperId(developer));
                news.changes.extend(row.try_get::<_, Option<i64>>(6)?);
            }
            news.new.extend(row.try_get::<_, Option<Fingerprint>>(5)?);
        }
        news.changes.sort_unstable();
        known.snapshot = first.try_get(0)?;
        Ok(Polled::News(news))
    }

    /// Tells the others what is known here. False: this instance is not registered any more.
    ///
    /// # Errors
    /// The connection, or the database.
    pub async fn tell(&self, known: &Known, news: &News) -> Result<bool, Fault> {
        let newest = &news.changes[news.changes.len().saturating_sub(MAX_TOLD)..];
        let what: [&(dyn ToSql + Sync); 3] = [&self.id, &known.snapshot, &newest];
        Ok(in_time("telling what is known", self.client.query_opt(&self.tell, &what)).await?.is_some())
    }

    /// Removes what nobody needs any more. False: there may be more of it.
    ///
    /// # Errors
    /// The connection, or the database.
    pub async fn tidy(&self) -> Result<bool, Fault> {
        in_time("forgetting instances", self.client.execute(FORGET_INSTANCES, &[&self.id])).await?;
        let forgotten = in_time("forgetting changes", self.client.execute(FORGET_CHANGES, &[])).await?;
        Ok(forgotten < FORGOTTEN_AT_ONCE)
    }

    /// Says goodbye.
    ///
    /// # Errors
    /// The connection, or the database.
    pub async fn leave(&self) -> Result<(), Fault> {
        in_time("leaving", self.client.execute(LEAVE, &[&self.id])).await.map(|_| ())
    }
}

/// A task that ends when nobody keeps it.
struct Pending(Option<JoinHandle<()>>);

impl Pending {
    fn keep(mut self) -> Result<JoinHandle<()>, Fault> {
        self.0.take().ok_or(Fault::Strange("a connection without its task"))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

async fn in_time<T>(
    what: &'static str,
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Fault> {
    timeout(STATEMENT, work).await.map_err(|_| Fault::Slow(what))?.map_err(Fault::from)
}

/// Carries what the connection has to carry, and wakes for each notification and at the end.
pub async fn drive<S, T>(mut connection: Connection<S, T>, woken: Arc<Notify>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if matches!(message, AsyncMessage::Notification(_)) {
            woken.notify_one();
        }
    }
    woken.notify_one();
}
