//! The gateway with a million keys, measured beside servers that decide nothing.
//!
//! `cargo bench --bench gateway` fills a database once, starts the real program on it, and lets `wrk` ask it, a handler
//! that does nothing and nginx in turns: what a check costs shows as a ratio, which a slow or busy machine changes
//! little. `BENCH_KEYS=20000` makes it small; `-- turns`, `-- sight`, `-- alone`, `-- trials` or `-- storm` measures only a part.

mod alone;
mod effort;
mod empty;
mod ground;
mod nginx;
mod report;
mod secrets;
mod sight;
mod storm;
#[path = "../support/mod.rs"]
mod support;
mod trials;
mod turns;
mod wrk;

use std::path::Path;
use std::time::{Duration, Instant};

use crate::empty::Empty;
use crate::ground::Ground;
use crate::nginx::{Nginx, TOKEN};
use crate::program::Program;
use crate::report::{Report, Share};
use crate::statements::Pgbench;
use crate::support::{Anyhow, client, goals, mean, median, milliseconds, process, program, record, statements};
use crate::turns::Contender;
use crate::wrk::Shown;

/// How much is done.
struct Extent {
    rounds: usize,
    turn: Duration,
    sights: usize,
    sight: Duration,
    /// Keys in memory.
    steps: [u64; 2],
    trials: u64,
    storm: Duration,
}

impl Extent {
    const WHOLE: Self = Self {
        rounds: 13,
        turn: Duration::from_secs(1),
        sights: 3,
        sight: Duration::from_secs(3),
        steps: [10_000, 100_000],
        trials: 200,
        storm: Duration::from_secs(10),
    };
    const SMALL: Self = Self {
        rounds: 3,
        turn: Duration::from_secs(1),
        sights: 1,
        sight: Duration::from_secs(1),
        steps: [1_000, 5_000],
        trials: 10,
        storm: Duration::from_secs(3),
    };
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
        let turns = (extent.sights, extent.sight);
        (report.sights, report.statement) = sight::compare(&mut ground, keys, pgbench.as_ref().ok(), turns)?;
    }
    if wants("trials") {
        report.delays = trials::measure(&mut ground, extent.trials)?;
    }
    if wants("storm") {
        report.storm = Some(storm::checks_beside_sign_ins(&ground, keys, extent.storm)?);
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
    let [own, nothing] = [&program.process, &empty.process].map(|process| process.child.id());
    let found = nginx::find();
    let by_itself = found.as_deref().map(Nginx::by_itself).transpose()?;
    let asking = found.as_deref().map(|nginx| Asking::start(nginx, ground, &empty)).transpose()?;
    let mut contenders = Vec::new();
    for (shown, [guestlist, empty_handler, nginx]) in [(&one, report::ONE), (&many, report::MANY)] {
        contenders.push(Contender::new(guestlist, program.address, &[own], shown));
        contenders.push(Contender::new(empty_handler, empty.address, &[nothing], shown));
        contenders.extend(
            by_itself.iter().map(|alone| Contender::new(nginx, alone.address, &[alone.process.child.id()], shown)),
        );
    }
    contenders.push(Contender::new(report::UNKNOWN, program.address, &[own], &unknown));
    match &asking {
        Some(Asking { guestlist, us, nothing: empty_handler }) => {
            alone::show_all(guestlist, 0..extent.steps[0], keys)?;
            let [own, through, past] =
                [&guestlist.process, &us.process, &empty_handler.process].map(|process| process.child.id());
            contenders.push(Contender::new(report::THROUGH, us.address, &[through, own], &many));
            contenders.push(Contender::new(report::THROUGH_EMPTY, empty_handler.address, &[past, nothing], &many));
        }
        None => println!("There is no nginx to compare with."),
    }
    turns::take(&mut contenders, extent.rounds, extent.turn)?;
    report::table(&contenders);
    Ok(report::shares(&contenders))
}

/// Two that ask before they answer.
struct Asking {
    guestlist: Program,
    us: Nginx,
    nothing: Nginx,
}

impl Asking {
    fn start(nginx: &Path, ground: &Ground, empty: &Empty) -> Anyhow<Self> {
        let guestlist = started(ground, &[("GUESTLIST_GATEWAY_TOKEN", TOKEN)])?;
        let us = Nginx::asking(nginx, "guestlist", guestlist.address)?;
        let nothing = Nginx::asking(nginx, "nothing", empty.address)?;
        Ok(Self { guestlist, us, nothing })
    }
}
