//! What the benchmarks have in common. Each uses all of it.

pub mod client;
pub mod goals;
pub mod ground;
pub mod process;
pub mod program;
pub mod record;
pub mod statements;

use std::error::Error;
use std::time::Duration;

pub type Anyhow<T> = Result<T, Box<dyn Error>>;

pub fn say_if_busy() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = load.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default();
    if load > 0.7 {
        println!("This machine was busy before the benchmark began (load {load}): the figures are too low.");
    }
}

/// What a size is called in the environment, with a million where it is not said.
///
/// # Errors
/// It is no number.
pub fn size(variable: &str) -> Anyhow<i64> {
    Ok(std::env::var(variable).ok().map(|n| n.replace('_', "").parse()).transpose()?.unwrap_or(1_000_000))
}

/// Milliseconds for people.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The middle one; 0 of none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// None of none.
pub fn mean(figures: &[f64]) -> Option<f64> {
    (!figures.is_empty()).then(|| figures.iter().sum::<f64>() / figures.len() as f64)
}
