//! Requests as fast as they are answered, by `wrk`.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::Anyhow;
use crate::ground::folder;
use crate::secrets::secret;

pub const CONNECTIONS: usize = 64;
pub const PATH: &str = "/gateway/check";
const SCRIPT: &str = include_str!("requests.lua");

/// Keys that are shown in turn.
pub struct Shown {
    file: PathBuf,
    /// Whether they are all good.
    pub is_good: bool,
}

impl Shown {
    pub fn new(name: &str, numbers: impl Iterator<Item = u64>, is_good: bool) -> Anyhow<Self> {
        let file = folder().join(format!("keys-{name}.txt"));
        fs::write(&file, numbers.map(|number| secret(number) + "\n").collect::<String>())?;
        Ok(Self { file, is_good })
    }
}

/// How one turn went.
#[derive(Clone, Copy)]
pub struct Turn {
    pub requests: f64,
    pub per_second: f64,
    /// In milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// What an answer cost those who gave it, in microseconds of a processor.
    pub effort: f64,
}

/// Nothing where there is no `wrk`.
pub fn exists() -> bool {
    Command::new("wrk").arg("--version").output().is_ok()
}

/// # Errors
/// An answer was not the expected one, or there was none.
pub fn run(address: SocketAddr, shown: &Shown, length: Duration) -> Anyhow<Turn> {
    let script = folder().join("requests.lua");
    fs::write(&script, SCRIPT)?;
    let mut wrk = Command::new("wrk");
    wrk.arg("--threads=1").arg(format!("--connections={CONNECTIONS}")).arg(format!("--duration={}", length.as_secs()));
    wrk.arg("--script").arg(script).arg(format!("http://{address}{PATH}")).arg("--").arg(PATH).arg(&shown.file);
    let ran = wrk.output()?;
    let said = String::from_utf8_lossy(&ran.stdout);
    let figures: Vec<f64> = said
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))
        .map(|line| line.split(' ').filter_map(|figure| figure.parse().ok()).collect())
        .unwrap_or_default();
    let [requests, microseconds, refused, failed, p50, p99] = figures[..] else {
        return Err(format!("wrk failed: {said}{}", String::from_utf8_lossy(&ran.stderr)).into());
    };
    let refusals_expected = if shown.is_good { 0.0 } else { requests };
    if refused != refusals_expected || failed > 0.0 {
        return Err(format!("of {requests} answers {refused} were no, and {failed} failed").into());
    }
    let per_second = requests / microseconds * 1e6;
    Ok(Turn { requests, per_second, p50: p50 / 1_000.0, p99: p99 / 1_000.0, effort: 0.0 })
}
