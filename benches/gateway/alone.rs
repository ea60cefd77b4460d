//! The program at its start, and how large it is.

use std::error::Error;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Connection;
use crate::ground::Ground;
use crate::nginx::TOKEN;
use crate::program::Program;
use crate::secrets::scattered;
use crate::sight::header;
use crate::wrk::PATH;
use crate::{Anyhow, median, milliseconds, started};

const STARTS: usize = 5;
/// What was only needed for a while is given back.
const REST: Duration = Duration::from_secs(2);

/// MiB with so many keys in memory.
pub struct Memory {
    pub keys: u64,
    pub resident: f64,
}

/// With no key in memory, then with each of these many.
pub fn memory(ground: &Ground, keys: u64, steps: [u64; 2]) -> Anyhow<Vec<Memory>> {
    let program = started(ground, &[])?;
    let mut measured: Vec<Memory> = Vec::new();
    for step in [1].into_iter().chain(steps) {
        let from = measured.last().map_or(1, |last| last.keys);
        show_all(&program, from..step, keys)?;
        thread::sleep(REST);
        measured.push(Memory { keys: step, resident: program.process.memory()? });
    }
    Ok(measured)
}

/// A key, shown by somebody who knows the token, should there be one.
pub fn as_gateway(number: u64) -> String {
    format!("{}X-Gateway-Token: {TOKEN}\r\n", header(number))
}

/// Shows the scattered keys of these turns.
pub fn show_all(program: &Program, turns: Range<u64>, keys: u64) -> Anyhow<()> {
    let next = AtomicU64::new(turns.start);
    let show = || -> Result<(), String> {
        let mut connection = Connection::open(program.address).map_err(|e| e.to_string())?;
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            if turn >= turns.end {
                return Ok(());
            }
            let answer = connection.get(PATH, &as_gateway(scattered(turn, keys))).and_then(|answer| answer.expect(204));
            answer.map_err(|e| e.to_string())?;
        }
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..8).map(|_| scope.spawn(show)).collect();
        clients.into_iter().try_for_each(|client| client.join().map_err(|_| "a client panicked")?)
    })
    .map_err(Into::into)
}

/// In milliseconds, from the start of the process to the first good answer; the middle of several.
pub fn start_to_first_check(ground: &Ground) -> Anyhow<f64> {
    let times = (0..STARTS)
        .map(|_| {
            let begun = Instant::now();
            let _program = started(ground, &[])?;
            Ok(milliseconds(begun.elapsed()))
        })
        .collect::<Result<Vec<f64>, Box<dyn Error>>>()?;
    Ok(median(times))
}
