//! Whom the server runs as.
//!
//! PostgreSQL refuses root, so a Guestlist that is root lends the server another account. The same account runs
//! `initdb` and every probe, so that what works in a probe works for the server.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::ClusterError;

/// The user and group of the server's processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
    /// This process is root and has to step down to become that account.
    lent: bool,
}

impl Account {
    pub fn of_this_process() -> Account {
        // SAFETY: both calls only read the credentials of the process and cannot fail.
        let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
        Account { uid, gid, lent: false }
    }

    pub fn is_root(self) -> bool {
        self.uid == 0
    }

    /// Another account, that root can step down to.
    pub fn lent(uid: u32, gid: u32) -> Account {
        Account { uid, gid, lent: true }
    }

    /// `postgres`, else `nobody`. The file is read rather than `getpwnam` called: these two accounts are local
    /// wherever they exist, and the call is not safe between threads.
    pub fn for_a_server_of_root() -> Result<Account, ClusterError> {
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"].iter().find_map(|name| named(&passwd, name)).ok_or(ClusterError::NoAccount)
    }

    /// A command that runs as this account, in a folder it can enter, and that inherits nothing but what finding
    /// libraries and time zones takes: the environment of Guestlist holds secrets, and `PG…` variables would
    /// change what the server does.
    pub fn command(self, program: &Path) -> Command {
        const KEPT: [&str; 7] =
            ["PATH", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LOCPATH", "LOCALE_ARCHIVE"];
        let mut command = Command::new(program);
        command.env_clear();
        command.envs(KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        // Messages are compared with English ones; macOS needs some valid locale besides.
        command.env("LC_ALL", "C");
        command.current_dir("/").stdin(Stdio::null());
        if self.lent {
            // The standard library also gives up root's supplementary groups before it changes the user.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Whether this account may enter the folder. The kernel is asked, since mode bits do not tell about ACLs.
    pub fn can_enter(self, folder: &Path) -> bool {
        !self.lent
            || self
                .command(Path::new("/bin/sh"))
                .args(["-c", ":"])
                .current_dir(folder)
                .status()
                .is_ok_and(|status| status.success())
    }

    /// Hands a file or folder that this process has just made to the account.
    pub fn give(self, path: &Path) -> io::Result<()> {
        if self.lent { std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid)) } else { Ok(()) }
    }
}

fn named(passwd: &str, name: &str) -> Option<Account> {
    let fields: Vec<&str> =
        passwd.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.split(':').collect();
    // macOS writes nobody as -2.
    let id = |field: &str| field.parse::<i64>().ok().map(|id| id as u32);
    Some(Account::lent(id(fields.get(1)?)?, id(fields.get(2)?)?)).filter(|account| !account.is_root())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_from_the_password_file() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgres2:x:7:7::/:/bin/sh\nnobody:*:-2:-2::/:/usr/bin/false\n";
        assert_eq!(named(passwd, "nobody"), Some(Account::lent(u32::MAX - 1, u32::MAX - 1)));
        assert_eq!(named(passwd, "postgres"), None);
        assert_eq!(named(passwd, "root"), None, "the server must not run as root");
    }
}
