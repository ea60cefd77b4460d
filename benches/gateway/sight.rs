//! The first sight of a key, beside `pgbench` with the statement that it takes.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::client::{Answer, Connection, Served, Timing, storm};
use crate::ground::{AT_ONCE, Ground};
use crate::record::{Log, Statement};
use crate::secrets::{scattered, secret};
use crate::statements::{Pgbench, Script};
use crate::{Anyhow, mean, started};

pub const CLIENTS: [usize; 2] = [8, 64];

/// With so many clients.
pub struct Sight {
    pub clients: usize,
    pub timing: Timing,
    /// Runs of the statement a second.
    pub pgbench: Option<f64>,
}

pub fn header(number: u64) -> String {
    format!("X-API-Key: {}\r\n", secret(number))
}

/// In turns; the program is started anew for each. And what the server says that the statement takes, in milliseconds.
pub fn compare(
    ground: &mut Ground,
    keys: u64,
    pgbench: Option<&Pgbench>,
    (rounds, length): (usize, Duration),
) -> Anyhow<(Vec<Sight>, f64)> {
    let recorded = record(ground)?;
    let script = script(&recorded, keys);
    let turn = AtomicU64::new(1);
    let mut sights = Vec::new();
    for clients in CLIENTS {
        let (mut timing, mut per_second) = (Timing::default(), Vec::new());
        for _ in 0..rounds {
            timing.merge(all_new(ground, keys, &turn, clients, length)?);
            if let Some(pgbench) = pgbench {
                per_second.push(pgbench.run(&script, clients, 1, length)? * AT_ONCE as f64);
            }
        }
        sights.push(Sight { clients, timing, pgbench: mean(&per_second) });
    }
    Ok((sights, recorded.iter().map(|statement| statement.time).sum()))
}

/// Each key once.
fn all_new(ground: &Ground, keys: u64, turn: &AtomicU64, clients: usize, length: Duration) -> Anyhow<Timing> {
    let program = started(ground, &[])?;
    let begun = turn.load(Ordering::Relaxed);
    let timing = storm(program.address, clients, length, |_| {
        |connection: &mut Connection| {
            let number = scattered(turn.fetch_add(1, Ordering::Relaxed), keys);
            served(connection.get("/gateway/check", &header(number))?)
        }
    })?;
    if turn.load(Ordering::Relaxed) - begun > keys {
        return Err("there are too few keys for each to be seen once".into());
    }
    Ok(timing)
}

fn served(answer: Answer<'_>) -> io::Result<Served> {
    if answer.status == 503 {
        return Ok(Served::Refused);
    }
    answer.expect(204).map(|_| Served::Yes)
}

/// What the program says to the database when it sees a key for the first time.
fn record(ground: &mut Ground) -> Anyhow<Vec<Statement>> {
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
    recorded.retain(|statement| statement.sql.contains("secret_hash"));
    Ok(recorded)
}

/// The same for one key after another. As `pgbench` cannot compute a hash it is told some at once, by a statement that
/// costs little beside those that are measured.
fn script(recorded: &[Statement], keys: u64) -> Script {
    let told = format!(
        "\\set run random(0, {})\nselect * from shown where run = :run \\gset\n",
        (keys / AT_ONCE as u64).saturating_sub(1)
    );
    let is_hash = |value: &str| value.contains("\\x");
    (0..AT_ONCE).fold(Script { text: told, ..Script::default() }, |script, n| {
        script.with(recorded, |value| is_hash(value).then(|| format!(":h{n}")))
    })
}
