//! The three locks in the cluster's folder. The kernel drops a lock with the process that held it, however it ended.
//!
//! - `setup.lock`: one process at a time looks, creates or starts.
//! - `server.lock`: held by the owner of the running server. It also keeps a process that cannot see the server,
//!   because it lives in another container, from starting a second one on the same files.
//! - `users.lock`: shared by every process that uses the cluster.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::error::{ClusterError, While};
use super::patience::Patience;
use super::place::Place;

pub(super) enum Lock {
    Setup,
    Server,
    Users,
}

impl Place {
    /// Opened for reading only, which locking asks for and which root's file grants to an ordinary user.
    pub fn lock_file(&self, lock: Lock) -> Result<File, ClusterError> {
        let path = self.folder.join(match lock {
            Lock::Setup => "setup.lock",
            Lock::Server => "server.lock",
            Lock::Users => "users.lock",
        });
        open_or_create(&path).while_doing("open", &path)
    }

    /// Waits until no other process is at work here, however long: one may be fetching PostgreSQL.
    pub fn alone(&self, patience: &Patience, say: fn(&str)) -> Result<File, ClusterError> {
        let file = self.lock_file(Lock::Setup)?;
        let mut reminder = patience.reminder();
        loop {
            if try_lock(&file, &self.folder)? {
                return Ok(file);
            }
            if reminder.is_due() {
                say("Waiting for another Guestlist that is setting up this PostgreSQL …");
            }
            patience.pause(20)?;
        }
    }
}

/// Whether the lock was to be had at once.
pub(super) fn try_lock(file: &File, folder: &Path) -> Result<bool, ClusterError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(source).while_doing("lock a file in", folder),
    }
}

fn open_or_create(path: &Path) -> std::io::Result<File> {
    match File::open(path) {
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
            // Never truncated: another process may just have made it.
            File::options().create(true).append(true).open(path)?;
            File::open(path)
        }
        opened => opened,
    }
}
