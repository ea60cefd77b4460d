//! The gateway with a million keys, measured beside servers that decide nothing.
//!
//! `cargo bench --bench gateway` fills a database once, starts the real program on it, and lets `wrk` ask it, a handler
//! that does nothing and nginx in turns: what a check costs shows as a ratio, which a slow or busy machine changes
//! little. `BENCH_KEYS=20000` makes it small; `-- turns`, `-- sight`, `-- alone` or `-- trials` measures only a part.

mod alone;
mod empty;
mod ground;
mod nginx;
mod report;
mod secrets;
mod sight;
#[path = "../support/mod.rs"]
mod support;
mod trials;
mod turns;
mod wrk;

use std::time::{Duration, Instant};

use crate::empty::Empty;
use crate::ground::Ground;
use crate::nginx::{Nginx, TOKEN};
use crate::program::Program;
use crate::report::{Report, Share};
use crate::statements::Pgbench;
use crate::support::{Anyhow, client, goals, median, milliseconds, process, program, record, statements};
use crate::turns::Contender;
use crate::wrk::Shown;

/// How much is done.
struct Extent {
    rounds: usize,
    length: Duration,
    sights: usize,
    /// Keys in memory.
    steps: [u64; 2],
    trials: u64,
}

impl Extent {
    const WHOLE: Self =
        Self { rounds: 7, length: Duration::from_secs(2), sights: 3, steps: [10_000, 100_000], trials: 200 };
    const SMALL: Self =
        Self { rounds: 2, length: Duration::from_secs(1), sights: 1, steps: [1_000, 5_000], trials: 10 };
}

fn main() -> Anyhow<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [empty::ARGUMENT, address] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return empty::serve(address);
    }
    // `cargo test --benches` runs this too, without the argument.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let keys = u64::try_from(support::size("BENCH_KEYS")?)?;
    let extent = if keys < 200_000 { Extent::SMALL } else { Extent::WHOLE };
    let only = arguments.iter().find(|argument| !argument.starts_with('-'));
    let wants = |part: &str| only.is_none_or(|only| only == part);
    support::say_if_busy();

    let mut ground = ground::prepare(i64::try_from(keys)?)?;
    let begun = Instant::now();
    let mut report = Report { keys, developers: ground.people, ..Report::default() };
    if wants("alone") {
        report.start = alone::start_to_first_check(&ground)?;
        report.memory = alone::memory(&ground, keys, extent.steps)?;
    }
    if wants("turns") {
        report.shares = turns(&ground, keys, &extent)?;
    }
    if wants("sight") {
        let pgbench = Pgbench::find(&ground);
        if let Err(why) = &pgbench {
            println!("There is no pgbench to compare with: {why}");
        }
        let turns = (extent.sights, extent.length);
        report.sight = Some(sight::compare(&mut ground, keys, pgbench.as_ref().ok(), turns)?);
    }
    if wants("trials") {
        report.delays = trials::measure(&mut ground, extent.trials)?;
    }
    report.took = begun.elapsed();
    report.print();
    Ok(())
}

/// The program, as soon as it says yes to the first key.
fn started(ground: &Ground, variables: &[(&str, &str)]) -> Anyhow<Program> {
    let mut program = Program::spawn(ground, variables)?;
    program.wait_for(204, wrk::PATH, &alone::as_gateway(0))?;
    Ok(program)
}

/// The checks beside the handler that does nothing and nginx, by themselves and through nginx.
fn turns(ground: &Ground, keys: u64, extent: &Extent) -> Anyhow<Vec<Share>> {
    if !wrk::exists() {
        println!("There is no wrk: nothing is measured that needs it.");
        return Ok(Vec::new());
    }
    let one = Shown::new("one", 0..1, true)?;
    let many = Shown::new("many", (0..extent.steps[0]).map(|turn| secrets::scattered(turn, keys)), true)?;
    let unknown = Shown::new("unknown", keys..keys + 100_000, false)?;
    let (program, empty) = (started(ground, &[])?, Empty::start()?);
    alone::show_all(&program, 0..extent.steps[0], keys)?;
    let mut contenders = vec![
        Contender::new(report::ONE, program.address, &one),
        Contender::new(report::ONE_EMPTY, empty.address, &one),
        Contender::new(report::MANY, program.address, &many),
        Contender::new(report::MANY_EMPTY, empty.address, &many),
        Contender::new(report::UNKNOWN, program.address, &unknown),
    ];
    // Kept until the turns are over.
    let mut kept = None;
    if let Some(nginx) = nginx::find() {
        let asked = started(ground, &[("GUESTLIST_GATEWAY_TOKEN", TOKEN)])?;
        let [alone, asks_us, asks_nothing] = [
            Nginx::by_itself(&nginx)?,
            Nginx::asking(&nginx, "guestlist", asked.address)?,
            Nginx::asking(&nginx, "nothing", empty.address)?,
        ];
        contenders.extend([
            Contender::new(report::ONE_NGINX, alone.address, &one),
            Contender::new(report::MANY_NGINX, alone.address, &many),
            Contender::new(report::THROUGH, asks_us.address, &many),
            Contender::new(report::THROUGH_EMPTY, asks_nothing.address, &many),
        ]);
        alone::show_all(&asked, 0..extent.steps[0], keys)?;
        kept = Some((asked, alone, asks_us, asks_nothing));
    }
    if kept.is_none() {
        println!("There is no nginx to compare with.");
    }
    turns::take(&mut contenders, extent.rounds, extent.length)?;
    drop(kept);
    report::table(&contenders);
    Ok(report::shares(&contenders))
}
