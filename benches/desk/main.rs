//! The desk with a million developers, measured beside its own statements without it.
//!
//! `cargo bench --bench desk` fills a database once, starts the real program on it, and drives both the program and
//! `pgbench` with the same statements in turns: what the program adds to the database shows as a ratio, which a slow or
//! busy machine changes little. `BENCH_ROWS=20000` makes it small; `cargo bench --bench desk -- move` measures only what
//! begins with these words, and `-- door` the sign-ups and sign-ins of the front door.

mod alone;
mod counts;
mod door;
mod ground;
mod load;
mod recorder;
mod report;
mod searches;
#[path = "../support/mod.rs"]
mod support;

use std::time::Instant;

use crate::ground::Ground;
use crate::load::{Load, Turns};
use crate::program::Program;
use crate::report::{Report, Row};
use crate::statements::Pgbench;
use crate::support::{Anyhow, client, goals, mean, median, milliseconds, program, record, statements};

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
    let rows = support::size("BENCH_ROWS")?;
    let turns = if rows < 100_000 { Turns::short() } else { Turns::whole() };
    let mut report = Report::default();
    support::say_if_busy();

    let mut ground = ground::prepare(rows)?;
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
        let program = started(&ground)?;
        return storms(&loads, turns, &program, &mut ground, pgbench.as_ref().ok(), &mut report);
    }

    report.idle_memory = alone::idle_memory(&ground)?;
    report.start = alone::start_to_first_page(&ground)?;
    report.hashes = load::hashes(turns)?;
    {
        let program = started(&ground)?;
        storms(&loads, turns, &program, &mut ground, pgbench.as_ref().ok(), &mut report)?;
        for connections in CONNECTIONS {
            let timing = load::sign_ins(&program, connections, turns)?;
            let row = Row { what: "sign-in".into(), connections, timing, pgbench: None };
            println!("{row}");
            report.rows.push(row);
        }
        report.memory_after_storms = program.process.memory()?;
        report.counts = Some(counts::shown_and_there(&mut ground, &program)?);
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
            per_second.push(pgbench.run(&load.script, connections, 0, turns.length)?);
        }
    }
    let pgbench = mean(&per_second).map(|n| n * load.requests_a_script);
    Ok(Row { what: load.what.clone(), connections, timing, pgbench })
}

/// The program, ready to show pages.
fn started(ground: &Ground) -> Anyhow<Program> {
    started_with(ground, &[])
}

/// With these variables of the environment besides.
fn started_with(ground: &Ground, variables: &[(&str, &str)]) -> Anyhow<Program> {
    let mut program = Program::spawn(ground, variables)?;
    program.wait_for(200, "/admin/login", "")?;
    Ok(program)
}
