//! The desk with a million developers, measured beside its own statements without it.
//!
//! `cargo bench --bench desk` fills a database once, starts the real program on it, and drives both the program and
//! `pgbench` with the same statements in turns: what the program adds to the database shows as a ratio, which a slow or
//! busy machine changes little. `BENCH_ROWS=20000` makes it small; `cargo bench --bench desk -- move` measures only what
//! begins with these words, and `-- door` the sign-ups and sign-ins of the front door.

mod client;
mod door;
mod ground;
mod load;
mod program;
mod record;
mod report;
mod searches;
mod statements;

use std::error::Error;
use std::time::{Duration, Instant};

use crate::client::Connection;
use crate::ground::Ground;
use crate::load::{Load, Turns};
use crate::program::Program;
use crate::report::{Report, Row};
use crate::statements::Pgbench;

type Anyhow<T> = Result<T, Box<dyn Error>>;

const CONNECTIONS: [usize; 3] = [1, 8, 64];
/// What the goals are stated for.
const GOAL_CONNECTIONS: usize = 8;
const PAGE: i64 = 25;
const DEEP_PAGE: i64 = 2_000;

fn main() -> Anyhow<()> {
    // `cargo test --benches` runs this too, without the argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let rows = std::env::var("BENCH_ROWS").ok().map(|n| n.replace('_', "").parse()).transpose()?.unwrap_or(1_000_000);
    let turns = if rows < 100_000 { Turns::short() } else { Turns::whole() };
    let mut report = Report::default();
    say_if_busy();

    let mut ground = Ground::prepare(rows)?;
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if only.as_deref() == Some("door") {
        return door::measure(&mut ground);
    }
    let begun = Instant::now();
    let pgbench = Pgbench::find(&ground);
    if let Err(why) = &pgbench {
        println!("There is no pgbench to compare with: {why}");
    }
    let mut loads = load::recorded(&mut ground)?;
    if let Some(only) = only {
        loads.retain(|load| load.what.starts_with(&only));
        let program = Program::start(&ground)?;
        return storms(&loads, turns, &program, &mut ground, pgbench.as_ref().ok(), &mut report);
    }

    report.idle_memory = program::idle_memory(&ground)?;
    report.start = program::start_to_first_page(&ground)?;
    report.hashes = load::hashes(turns)?;
    {
        let program = Program::start(&ground)?;
        storms(&loads, turns, &program, &mut ground, pgbench.as_ref().ok(), &mut report)?;
        for connections in CONNECTIONS {
            let timing = load::sign_ins(&program, connections, turns)?;
            let row = Row { what: "sign-in".into(), connections, timing, pgbench: None };
            println!("{row}");
            report.rows.push(row);
        }
        report.memory_after_storms = program.memory()?;
        report.counts = Some(counts(&mut ground, &program)?);
    }
    door::measure(&mut ground)?;
    // Last of all, when the writes have left behind them what writes leave.
    report.searches = searches::all(&mut ground)?;
    report.took = begun.elapsed();
    report.print();
    Ok(())
}

fn storms(
    loads: &[Load],
    turns: Turns,
    program: &Program,
    ground: &mut Ground,
    pgbench: Option<&Pgbench>,
    report: &mut Report,
) -> Anyhow<()> {
    let session = program.sign_in(0)?;
    println!("{}", Report::HEAD);
    for load in loads {
        for connections in CONNECTIONS {
            let row = compare(load, connections, turns, program, &session, ground, pgbench)?;
            println!("{row}");
            report.rows.push(row);
        }
    }
    Ok(())
}

/// The program and `pgbench` in turns, so that both see the same moods of the machine.
fn compare(
    load: &Load,
    connections: usize,
    turns: Turns,
    program: &Program,
    session: &str,
    ground: &mut Ground,
    pgbench: Option<&Pgbench>,
) -> Anyhow<Row> {
    let mut timing = client::Timing::default();
    let mut per_second = Vec::new();
    for _ in 0..turns.rounds {
        timing.merge(load.drive(program, session, connections, turns.length, ground)?);
        if let Some(pgbench) = pgbench {
            per_second.push(pgbench.run(&load.script, connections, turns.length)?);
        }
    }
    let mean = (!per_second.is_empty()).then(|| per_second.iter().sum::<f64>() / per_second.len() as f64);
    Ok(Row { what: load.what.clone(), connections, timing, pgbench: mean.map(|n| n * load.requests_a_script) })
}

/// The numbers of the tabs beside `count(*)`.
fn counts(ground: &mut Ground, program: &Program) -> Anyhow<Vec<(String, i64, i64)>> {
    let session = program.sign_in(4)?;
    let mut connection = Connection::open(program.address)?;
    let shown = client::tab_counts(&connection.get("/admin/developers", &session)?.expect(200)?.text());
    let counted = ground.counts()?;
    if shown.len() != counted.len() {
        return Err(format!("the page shows {} counts", shown.len()).into());
    }
    Ok(counted.into_iter().zip(shown).map(|((status, counted), shown)| (status, shown, counted)).collect())
}

fn say_if_busy() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = load.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default();
    if load > 0.7 {
        println!("This machine was busy before the benchmark began (load {load}): the figures are too low.");
    }
}

/// Milliseconds for people.
fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
