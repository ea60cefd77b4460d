//! Waiting that ends at once when the cluster is no longer wanted.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::error::ClusterError;

/// How long something may take before the person at the terminal is told, and how often again.
const REMIND_AFTER: Duration = Duration::from_secs(2);
const REMIND_EVERY: Duration = Duration::from_secs(10);

/// The far end belongs to the handle; dropping it there is the sign to leave.
pub(super) struct Patience {
    wanted: Receiver<()>,
}

impl Patience {
    pub fn while_wanted(wanted: Receiver<()>) -> Patience {
        Patience { wanted }
    }

    pub fn pause(&self, milliseconds: u64) -> Result<(), ClusterError> {
        match self.wanted.recv_timeout(Duration::from_millis(milliseconds)) {
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Ok(()) | Err(RecvTimeoutError::Disconnected) => Err(ClusterError::Left),
        }
    }

    pub fn reminder(&self) -> Reminder {
        Reminder { next: Instant::now() + REMIND_AFTER }
    }
}

pub(super) struct Reminder {
    next: Instant,
}

impl Reminder {
    pub fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let due = now >= self.next;
        if due {
            self.next = now + REMIND_EVERY;
        }
        due
    }
}
