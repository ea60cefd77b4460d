//! Programs that end with the benchmark.

use std::fs;
use std::process::{Child, Command};

use super::Anyhow;

/// A process that gets its signal when this value, or the whole benchmark, is gone.
pub struct Process {
    pub child: Child,
    /// The signal.
    end: libc::c_int,
}

impl Process {
    pub fn spawn(command: &mut Command, end: libc::c_int) -> Anyhow<Self> {
        #[cfg(target_os = "linux")]
        // SAFETY: the closure runs in the forked child and calls prctl alone, which is async-signal-safe and here takes
        // two numbers. A benchmark that is killed leaves no program behind.
        unsafe {
            std::os::unix::process::CommandExt::pre_exec(command, move || {
                match libc::prctl(libc::PR_SET_PDEATHSIG, end as libc::c_ulong) {
                    -1 => Err(std::io::Error::last_os_error()),
                    _ => Ok(()),
                }
            });
        }
        Ok(Self { child: command.spawn()?, end })
    }

    /// # Errors
    /// It has ended.
    pub fn still_runs(&mut self) -> Anyhow<()> {
        match self.child.try_wait()? {
            Some(status) => Err(format!("it ended ({status})").into()),
            None => Ok(()),
        }
    }

    /// In MiB, what is resident now.
    pub fn memory(&self) -> Anyhow<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1_024.0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(id) = self.child.id().try_into() {
            // SAFETY: the child was not yet waited for, so its number cannot have been given to another process.
            unsafe { libc::kill(id, self.end) };
        }
        let _ = self.child.wait();
    }
}
