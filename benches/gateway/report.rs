//! The figures beside the goals.

use std::time::Duration;

use crate::alone::Memory;
use crate::client::Timing;
use crate::goals::{at_least, at_most};
use crate::sight::Sight;
use crate::trials::Delay;
use crate::turns::Contender;
use crate::wrk::CONNECTIONS;

/// Everything that was measured; what could not be says why.
#[derive(Default)]
pub struct Report {
    pub keys: u64,
    pub developers: i64,
    pub shares: Vec<Share>,
    pub sights: Vec<Sight>,
    /// What the first sight's statement takes within the server, in milliseconds.
    pub statement: f64,
    pub memory: Vec<Memory>,
    /// Milliseconds.
    pub start: f64,
    pub delays: Vec<Delay>,
    /// Checks while fifty sign in.
    pub storm: Option<Timing>,
    pub took: Duration,
}

/// One rate beside another, and what it should be at least.
pub struct Share {
    pub what: &'static str,
    pub goal: f64,
    /// The middle of the rounds, and the lowest and highest of them.
    pub figure: Result<[f64; 3], &'static str>,
}

/// Guestlist, the handler that does nothing, nginx.
pub const ONE: [&str; 3] = ["one key: Guestlist", "one key: does nothing", "one key: nginx, return 204"];
pub const MANY: [&str; 3] = ["many keys: Guestlist", "many keys: does nothing", "many keys: nginx, return 204"];
pub const UNKNOWN: &str = "unknown keys: Guestlist";
pub const THROUGH: &str = "nginx asks (auth_request): Guestlist";
pub const THROUGH_EMPTY: &str = "nginx asks (auth_request): does nothing";

/// Who is compared with whom.
const SHARES: [(&str, &str, &str, f64); 6] = [
    ("a check of one key: share of a handler that does nothing", ONE[0], ONE[1], 0.85),
    ("checks of many keys: share of a handler that does nothing", MANY[0], MANY[1], 0.85),
    ("a check of one key: share of nginx", ONE[0], ONE[2], 0.8),
    ("checks of many keys: share of nginx", MANY[0], MANY[2], 0.8),
    ("checks through nginx: share of the same to a handler that does nothing", THROUGH, THROUGH_EMPTY, 0.85),
    ("unknown keys: share of checks of many keys", UNKNOWN, MANY[0], 0.8),
];

pub fn shares(contenders: &[Contender<'_>]) -> Vec<Share> {
    let of = |what: &str| contenders.iter().find(|one| one.what == what);
    let share = |(what, own, other, goal)| {
        let figure = of(own).zip(of(other)).map(|(own, other)| {
            let mut shares = own.shares_of(other);
            shares.sort_by(f64::total_cmp);
            [shares[shares.len() / 2], shares[0], shares[shares.len() - 1]]
        });
        Share { what, goal, figure: figure.ok_or("there was no nginx") }
    };
    SHARES.map(share).into()
}

pub fn table(contenders: &[Contender<'_>]) {
    println!("\n{:<40} requests/s    p50 ms    p99 ms   its processor time, µs", format!("{CONNECTIONS} connections"));
    for one in contenders {
        let [rate, p50, p99, effort] = [
            one.middle(|turn| turn.per_second),
            one.middle(|turn| turn.p50),
            one.middle(|turn| turn.p99),
            one.middle(|turn| turn.effort),
        ];
        println!("{:<40} {rate:>10.0} {p50:>9.2} {p99:>9.2} {effort:>9.1}", one.what);
    }
}

impl Report {
    pub fn print(&self) {
        if !self.sights.is_empty() {
            println!("\nFirst sight of a key; its statement takes the server {:.3} ms:", self.statement);
            println!("  clients   a second    p50 ms    p99 ms  pgbench/s");
        }
        for Sight { clients, timing, pgbench } in &self.sights {
            let [half, most] = [0.5, 0.99].map(|share| timing.quantile(share));
            let (rate, pgbench) = (timing.per_second(), pgbench.unwrap_or_default());
            print!("  {clients:>7} {rate:>10.0} {half:>9.2} {most:>9.2} {pgbench:>10.0}");
            println!(
                "{}",
                if timing.refused > 0 { format!("   {} told to come back", timing.refused) } else { String::new() }
            );
        }
        if let [none, few, many] = &self.memory[..] {
            println!("\nResident, with {} keys and {} developers in the database:", self.keys, self.developers);
            for Memory { keys, resident } in &self.memory {
                println!("  {keys:>7} in memory   {resident:>6.1} MiB");
            }
            let growth =
                |from: &Memory, to: &Memory| (to.resident - from.resident) * 1_048_576.0 / (to.keys - from.keys) as f64;
            println!(
                "  a key more          {:>6.0} bytes (the first of them {:.0})",
                growth(few, many),
                growth(none, few)
            );
            println!("  start to first 204  {:>6.0} ms", self.start);
        }
        if let Some(first) = self.delays.first() {
            println!("\nKnown on the other instance, {} trials each, ms:", first.after.len());
            println!("{:<36}after the commit: p50   p99   max   with it: p50   p99   max", "");
            for Delay { what, after, whole, .. } in &self.delays {
                let [a, b, c, d, e, f] =
                    [(after, 0.5), (after, 0.99), (after, 1.0), (whole, 0.5), (whole, 0.99), (whole, 1.0)]
                        .map(|(times, share)| times.quantile(share));
                println!("  {what:<34} {a:>20.1} {b:>5.1} {c:>5.1} {d:>14.1} {e:>5.1} {f:>5.1}");
            }
        }
        if let Some(storm) = &self.storm {
            let [half, most, all] = [0.5, 0.99, 1.0].map(|share| storm.quantile(share));
            println!("\nChecks while 50 sign in: {}, p50 / p99 / max {half:.2} / {most:.2} / {all:.2} ms", storm.len());
        }
        println!("\nGoals:");
        self.goals();
        println!("All this took {:.0} s.", self.took.as_secs_f64());
    }

    fn goals(&self) {
        for Share { what, goal, figure } in &self.shares {
            match figure {
                Ok([middle, lowest, highest]) => {
                    at_least(&format!("{what} ({lowest:.2} to {highest:.2} in the rounds)"), Ok(*middle), *goal);
                }
                Err(why) => at_least(what, Err(why), *goal),
            }
        }
        for sight in &self.sights {
            let share = sight.pgbench.map(|n| sight.timing.per_second() / n).ok_or("there was no pgbench");
            let what = format!("first sight, {} clients: share of pgbench with the same statement", sight.clients);
            at_least(&what, share, 0.5);
        }
        if let [_, few, _] = &self.memory[..] {
            at_most(&format!("resident with {} keys in memory, MiB", few.keys), few.resident, 40.0);
        }
        if let Some(storm) = &self.storm {
            at_most("a check while 50 sign in: p99, ms", storm.quantile(0.99), 20.0);
        }
        for Delay { what, is_refusal, after, whole } in &self.delays {
            if *is_refusal {
                at_most(
                    &format!("{what}: p99 from the commit to the refusal elsewhere, ms"),
                    after.quantile(0.99),
                    25.0,
                );
            }
            at_most(&format!("{what}: longest of all, ms"), whole.quantile(1.0), 1_000.0);
        }
    }
}
