//! The time that processors spent on somebody, which others on the same machine change little.

use std::fs;
use std::time::Duration;

use crate::Anyhow;

/// Of a process and of those that it started, since they began.
pub fn of(process: u32) -> Anyhow<Duration> {
    let started = fs::read_to_string(format!("/proc/{process}/task/{process}/children"))?;
    let started = started.split_whitespace().filter_map(|id| id.parse().ok());
    started.chain([process]).map(own).sum()
}

fn own(process: u32) -> Anyhow<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name, in parentheses, may hold anything.
    let (_, figures) = stat.rsplit_once(')').ok_or("no stat of a process")?;
    let ticks = figures.split_whitespace().skip(11).take(2).map(str::parse::<u32>).sum::<Result<u32, _>>()?;
    // SAFETY: asks for a number that never changes.
    let a_second = u32::try_from(unsafe { libc::sysconf(libc::_SC_CLK_TCK) })?;
    Ok(Duration::from_secs(1) * ticks / a_second)
}
