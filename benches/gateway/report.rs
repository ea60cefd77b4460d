//! The figures beside the goals.

use std::time::Duration;

use crate::alone::Memory;
use crate::goals::{at_least, at_most};
use crate::sight::{CLIENTS, Sight};
use crate::trials::Delay;
use crate::turns::Contender;
use crate::wrk::CONNECTIONS;

/// Everything that was measured; what could not be says why.
#[derive(Default)]
pub struct Report {
    pub keys: u64,
    pub developers: i64,
    pub shares: Vec<Share>,
    pub sight: Option<Sight>,
    pub memory: Vec<Memory>,
    /// Milliseconds.
    pub start: f64,
    pub delays: Vec<Delay>,
    pub took: Duration,
}

/// One rate beside another, and what it should be at least.
pub struct Share {
    pub what: &'static str,
    pub goal: f64,
    /// The middle of the rounds, and the lowest and highest of them.
    pub figure: Result<[f64; 3], &'static str>,
}

pub const ONE: &str = "one key: Guestlist";
pub const ONE_EMPTY: &str = "one key: a handler that does nothing";
pub const ONE_NGINX: &str = "one key: nginx, return 204";
pub const MANY: &str = "many keys in turn: Guestlist";
pub const MANY_EMPTY: &str = "many keys in turn: does nothing";
pub const MANY_NGINX: &str = "many keys in turn: nginx, return 204";
pub const UNKNOWN: &str = "unknown keys: Guestlist";
pub const THROUGH: &str = "nginx asks (auth_request): Guestlist";
pub const THROUGH_EMPTY: &str = "nginx asks: does nothing";

/// Who is compared with whom.
const SHARES: [(&str, &str, &str, f64); 6] = [
    ("a check of one key: share of a handler that does nothing", ONE, ONE_EMPTY, 0.85),
    ("checks of many keys: share of a handler that does nothing", MANY, MANY_EMPTY, 0.85),
    ("a check of one key: share of nginx", ONE, ONE_NGINX, 0.8),
    ("checks of many keys: share of nginx", MANY, MANY_NGINX, 0.8),
    ("checks through nginx: share of the same to a handler that does nothing", THROUGH, THROUGH_EMPTY, 0.85),
    ("unknown keys: share of checks of many keys", UNKNOWN, MANY, 0.8),
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
    println!("\n{:<44} requests/s    p50 ms    p99 ms   ({CONNECTIONS} connections, medians)", "");
    for one in contenders {
        let (p50, p99) = one.p50_and_p99();
        println!("{:<44} {:>10.0} {p50:>9.2} {p99:>9.2}", one.what, one.per_second());
    }
}

impl Report {
    pub fn print(&self) {
        if let Some(Sight { timing, pgbench, in_database }) = &self.sight {
            println!(
                "\nFirst sight of a key, {CLIENTS} connections: {:.0} a second, p50 {:.2} ms, p99 {:.2} ms; {} told to \
                 come back.",
                timing.per_second(),
                timing.quantile(0.5),
                timing.quantile(0.99),
                timing.refused
            );
            println!(
                "  pgbench with the same statement: {:.0} a second; alone the server needs {in_database:.3} ms for it.",
                pgbench.unwrap_or_default()
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
            println!("\nFrom one instance to the other, {} trials each, ms:", first.times.len());
            println!("{:<36}    p50      p99      max", "");
            for Delay { what, times, .. } in &self.delays {
                let [half, most, all] = [0.5, 0.99, 1.0].map(|share| times.quantile(share));
                println!("  {what:<34} {half:>6.1} {most:>8.1} {all:>8.1}");
            }
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
        if let Some(sight) = &self.sight {
            let share = sight.pgbench.map(|n| sight.timing.per_second() / n).ok_or("there was no pgbench");
            at_least("first sight: share of pgbench with the same statement", share, 0.5);
        }
        if let [_, few, _] = &self.memory[..] {
            at_most(&format!("resident with {} keys in memory, MiB", few.keys), few.resident, 40.0);
        }
        for Delay { what, is_refusal, times } in &self.delays {
            if *is_refusal {
                at_most(&format!("{what} to refusal elsewhere: p99, ms"), times.quantile(0.99), 25.0);
            }
            at_most(&format!("{what}: longest, ms"), times.quantile(1.0), 1_000.0);
        }
    }
}
