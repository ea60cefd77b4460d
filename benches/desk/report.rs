//! The figures beside the goals.

use std::fmt;
use std::time::Duration;

use crate::GOAL_CONNECTIONS;
use crate::client::Timing;
use crate::goals::{at_least, at_most, verdict};
use crate::searches::Search;

const NO_PGBENCH: &str = "there was no pgbench";

pub struct Row {
    pub what: String,
    pub connections: usize,
    pub timing: Timing,
    /// The same statements by `pgbench`, as requests a second.
    pub pgbench: Option<f64>,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.pgbench.map(|n| self.timing.per_second() / n)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timing = &self.timing;
        write!(
            f,
            "{:<24} {:>4} {:>10.0} {:>9.2} {:>9.2}",
            self.what,
            self.connections,
            timing.per_second(),
            timing.quantile(0.5),
            timing.quantile(0.99)
        )?;
        match self.pgbench {
            Some(n) => write!(f, " {n:>10.0} {:>6.2}", self.ratio().unwrap_or_default())?,
            None => write!(f, " {:>10} {:>6}", "", "")?,
        }
        if timing.refused > 0 {
            write!(f, "   {} told to come back", timing.refused)?;
        }
        Ok(())
    }
}

#[derive(Default)]
pub struct Report {
    pub rows: Vec<Row>,
    /// Slowest first.
    pub searches: Vec<Search>,
    /// Passwords a second that two idle threads check.
    pub hashes: f64,
    /// MiB.
    pub idle_memory: f64,
    pub memory_after_storms: f64,
    /// Milliseconds.
    pub start: f64,
    /// Of each tab what the page shows and what `count(*)` finds.
    pub counts: Option<Vec<(String, i64, i64)>>,
    pub took: Duration,
}

impl Report {
    pub const HEAD: &'static str = "                         conn requests/s    p50 ms    p99 ms  pgbench/s  ratio";

    fn at_goal(&self, what: &str) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.connections == GOAL_CONNECTIONS && row.what.starts_with(what))
    }

    pub fn print(&self) {
        println!("\n{}", Self::HEAD);
        self.rows.iter().for_each(|row| println!("{row}"));
        println!("\nThe slowest searches, in the database alone:");
        for Search { kind, tab, typed, time } in self.searches.iter().take(10) {
            println!("{time:>8.1} ms  {kind} ({typed}) on {tab}");
        }
        println!("Memory after all storms: {:.1} MiB.", self.memory_after_storms);
        println!("\nGoals, at {GOAL_CONNECTIONS} connections where connections matter:");
        self.goals();
        println!("All this took {:.0} s.", self.took.as_secs_f64());
    }

    fn goals(&self) {
        for row in self.at_goal("first page") {
            at_least(&format!("{}: share of pgbench", row.what), row.ratio().ok_or(NO_PGBENCH), 0.7);
            at_most(&format!("{}: p99, ms", row.what), row.timing.quantile(0.99), 10.0);
        }
        let first = self.at_goal("first page, requested").next().map(|row| row.timing.per_second());
        for row in self.at_goal("page") {
            let share = first.map(|n| row.timing.per_second() / n);
            at_least(&format!("{}: share of the first page's requests/s", row.what), share.ok_or("no first page"), 0.9);
        }
        at_most("slowest search in the database, ms", self.searches.first().map_or(0.0, |search| search.time), 50.0);
        for row in self.at_goal("move") {
            at_least("move: share of pgbench", row.ratio().ok_or(NO_PGBENCH), 0.75);
        }
        for row in self.at_goal("sign-in") {
            let what = format!("sign-in: share of the {:.1} that argon2id allows a second", self.hashes);
            at_least(&what, Ok(row.timing.per_second() / self.hashes), 0.9);
        }
        at_most("idle memory after a sign-in, MiB", self.idle_memory, 30.0);
        at_most("start to first page, ms", self.start, 150.0);
        for (status, shown, counted) in self.counts.iter().flatten() {
            println!("{}  count of {status}: {shown} shown, {counted} there", verdict(shown == counted));
        }
    }
}
