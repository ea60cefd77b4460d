//! Several who answer the same, asked one after the other, round after round: a machine that is busy for a while is so
//! for all of them.

use std::net::SocketAddr;
use std::time::Duration;

use crate::wrk::{self, Shown, Turn};
use crate::{Anyhow, effort, median};

/// One who answers.
pub struct Contender<'a> {
    pub what: &'static str,
    pub address: SocketAddr,
    /// All that have a part in the answer.
    processes: Vec<u32>,
    shown: &'a Shown,
    turns: Vec<Turn>,
}

impl<'a> Contender<'a> {
    pub fn new(what: &'static str, address: SocketAddr, processes: &[u32], shown: &'a Shown) -> Self {
        Self { what, address, processes: processes.into(), shown, turns: Vec::new() }
    }

    fn turn(&self, length: Duration) -> Anyhow<Turn> {
        let effort = || self.processes.iter().map(|process| effort::of(*process)).sum::<Anyhow<Duration>>();
        let before = effort()?;
        let mut turn = wrk::run(self.address, self.shown, length).map_err(|e| format!("{}: {e}", self.what))?;
        turn.effort = (effort()? - before).as_secs_f64() * 1e6 / turn.requests;
        Ok(turn)
    }

    /// Round by round.
    pub fn shares_of(&self, other: &Self) -> Vec<f64> {
        self.turns.iter().zip(&other.turns).map(|(own, other)| own.per_second / other.per_second).collect()
    }

    /// The middle of the turns.
    pub fn middle(&self, figure: fn(&Turn) -> f64) -> f64 {
        median(self.turns.iter().map(figure).collect())
    }
}

/// Each round begins with another one, and every other one goes backwards: nobody always follows the same.
pub fn take(contenders: &mut [Contender<'_>], rounds: usize, length: Duration) -> Anyhow<()> {
    // Connections are made, keys are seen.
    contenders.iter().try_for_each(|one| one.turn(Duration::from_secs(1)).map(|_| ()))?;
    let n = contenders.len();
    for round in 0..rounds {
        for turn in 0..n {
            let place = (round + turn) % n;
            let one = &mut contenders[if round % 2 == 0 { place } else { n - 1 - place }];
            let taken = one.turn(length)?;
            one.turns.push(taken);
        }
    }
    Ok(())
}
