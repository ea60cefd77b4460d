//! Several who answer the same, asked one after the other, round after round: a machine that is busy for a while is so
//! for all of them.

use std::net::SocketAddr;
use std::time::Duration;

use crate::wrk::{self, Shown, Turn};
use crate::{Anyhow, median};

/// One who answers.
pub struct Contender<'a> {
    pub what: &'static str,
    pub address: SocketAddr,
    pub shown: &'a Shown,
    pub turns: Vec<Turn>,
}

impl<'a> Contender<'a> {
    pub fn new(what: &'static str, address: SocketAddr, shown: &'a Shown) -> Self {
        Self { what, address, shown, turns: Vec::new() }
    }

    pub fn per_second(&self) -> f64 {
        median(self.turns.iter().map(|turn| turn.per_second).collect())
    }

    /// Round by round.
    pub fn shares_of(&self, other: &Self) -> Vec<f64> {
        self.turns.iter().zip(&other.turns).map(|(own, other)| own.per_second / other.per_second).collect()
    }

    /// In milliseconds.
    pub fn p50_and_p99(&self) -> (f64, f64) {
        let of = |figure: fn(&Turn) -> f64| median(self.turns.iter().map(figure).collect());
        (of(|turn| turn.p50), of(|turn| turn.p99))
    }
}

/// Each round begins with another one.
pub fn take(contenders: &mut [Contender<'_>], rounds: usize, length: Duration) -> Anyhow<()> {
    // Connections are made, keys are seen.
    for one in contenders.iter() {
        wrk::run(one.address, one.shown, Duration::from_secs(1)).map_err(|e| format!("{}: {e}", one.what))?;
    }
    for round in 0..rounds {
        let n = contenders.len();
        for turn in 0..n {
            let one = &mut contenders[(round + turn) % n];
            one.turns.push(wrk::run(one.address, one.shown, length)?);
        }
    }
    Ok(())
}
