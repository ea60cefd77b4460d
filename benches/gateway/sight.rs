//! The first sight of a key, beside `pgbench` with the statement that it takes.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::client::{Answer, Connection, Served, Timing, storm};
use crate::ground::Ground;
use crate::record::{Log, Recording};
use crate::secrets::{hash, scattered, secret};
use crate::statements::{Pgbench, Script};
use crate::{Anyhow, started};

pub const CLIENTS: usize = 8;
/// As many scripts as `pgbench` takes: each asks for another key.
const SCRIPTS: u64 = 128;

pub struct Sight {
    pub timing: Timing,
    /// Runs of the statement a second.
    pub pgbench: Option<f64>,
    /// What the server says that the statement takes, in milliseconds.
    pub in_database: f64,
}

pub fn header(number: u64) -> String {
    format!("X-API-Key: {}\r\n", secret(number))
}

/// In turns; the program is started anew for each.
pub fn compare(
    ground: &mut Ground,
    keys: u64,
    pgbench: Option<&Pgbench>,
    (rounds, length): (usize, Duration),
) -> Anyhow<Sight> {
    let recorded = record(ground)?;
    let scripts = scripts(&recorded, keys)?;
    let (mut timing, mut per_second) = (Timing::default(), Vec::new());
    let turn = AtomicU64::new(1);
    for _ in 0..rounds {
        let program = started(ground, &[])?;
        timing.merge(storm(program.address, CLIENTS, length, |_| {
            |connection: &mut Connection| {
                let number = scattered(turn.fetch_add(1, Ordering::Relaxed), keys);
                served(connection.get("/gateway/check", &header(number))?)
            }
        })?);
        drop(program);
        if let Some(pgbench) = pgbench {
            per_second.push(pgbench.run(&scripts, CLIENTS, length)?);
        }
    }
    if turn.into_inner() > keys {
        return Err("there are too few keys for each to be seen once".into());
    }
    let mean = (!per_second.is_empty()).then(|| per_second.iter().sum::<f64>() / per_second.len() as f64);
    Ok(Sight { timing, pgbench: mean, in_database: recorded.time })
}

fn served(answer: Answer<'_>) -> io::Result<Served> {
    if answer.status == 503 {
        return Ok(Served::Refused);
    }
    answer.expect(204).map(|_| Served::Yes)
}

/// What the program says to the database when it sees a key for the first time.
fn record(ground: &mut Ground) -> Anyhow<Recording> {
    ground.log_statements(true)?;
    let program = started(ground, &[])?;
    let mut connection = Connection::open(program.address)?;
    // Until every connection of the pool is open.
    for number in 1..64 {
        connection.get("/gateway/check", &header(number))?.expect(204)?;
    }
    std::thread::sleep(Duration::from_millis(300));
    let log = Log::from_end(&ground.log())?;
    connection.get("/gateway/check", &header(64))?.expect(204)?;
    let mut recorded = log.recorded()?;
    ground.log_statements(false)?;
    recorded.statements.retain(|statement| statement.sql.contains("secret_hash"));
    Ok(recorded)
}

/// Each for another of the keys.
fn scripts(recorded: &Recording, keys: u64) -> Anyhow<Vec<Script>> {
    (0..SCRIPTS.min(keys))
        .map(|n| {
            let hash: String = hash(keys / SCRIPTS.min(keys) * n)?.iter().map(|byte| format!("{byte:02x}")).collect();
            let mut statements = recorded.statements.clone();
            for parameter in statements.iter_mut().flat_map(|statement| &mut statement.parameters) {
                if parameter.as_ref().is_some_and(|value| value.starts_with("\\x")) {
                    *parameter = Some(format!("\\x{hash}"));
                }
            }
            Ok(Script::of(&statements))
        })
        .collect()
}
