//! Where the cluster lies, and whom it belongs to.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::Account;
use super::error::{ClusterError, While};

/// For a server whose account cannot reach the data directory, as under `/root`.
const FAR: &str = "/var/lib/guestlist";
const UNFINISHED: &str = ".unfinished-";
/// A socket's path is limited to 104 bytes on macOS and 108 on Linux.
const LONGEST_SOCKET: usize = 100;
/// Ours is the only server in its socket folder, so the number only names the socket.
pub(super) const PORT: u16 = 5432;

/// The folder of the cluster and what it is made of.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Holds all the rest. Under root it stays root's, so that the server's account cannot replace what is in it.
    pub folder: PathBuf,
    pub account: Account,
    /// The data of PostgreSQL; complete as soon as it exists.
    pub pgdata: PathBuf,
    /// The folder of the socket, which is the server's only door.
    pub socket: PathBuf,
}

impl Place {
    /// Finds or makes the folder of the cluster that belongs to this data directory.
    pub fn of(data_dir: &Path, say: fn(&str)) -> Result<Place, ClusterError> {
        fs::create_dir_all(data_dir).while_doing("create", data_dir)?;
        let data_dir = data_dir.canonicalize().while_doing("find", data_dir)?;
        let hash = short_hash(&data_dir);
        let near = data_dir.join("postgres");
        let far = Path::new(FAR).join(&hash);
        let us = Account::of_this_process();
        let existing = [&near, &far].into_iter().find(|folder| pgdata_of(folder).exists());

        let (folder, account) = match (us.is_root(), existing) {
            (false, existing) => (own(existing, near.clone(), us)?, us),
            (true, Some(folder)) => (folder.clone(), account_of(folder)?),
            (true, None) => {
                let account = Account::for_a_server_of_root()?;
                if account.can_enter(&data_dir) {
                    (near.clone(), account)
                } else {
                    say(&format!(
                        "The account that runs PostgreSQL for root (user id {}) cannot reach {}: its data goes to {}.",
                        account.uid,
                        data_dir.display(),
                        far.display()
                    ));
                    (far, account)
                }
            }
        };
        make_folder(&folder, us)?;
        if !account.can_enter(&folder) {
            return Err(ClusterError::Unreachable { folder, account: account.uid });
        }
        let socket = socket_folder(&folder, &hash, account);
        Ok(Place { pgdata: pgdata_of(&folder), folder, account, socket })
    }

    /// Makes the socket's folder where it is missing, and refuses one that somebody else put there.
    pub fn prepare_socket_folder(&self) -> Result<(), ClusterError> {
        private_folder(&self.socket, self.account)
    }

    pub fn socket_file(&self) -> PathBuf {
        self.socket.join(format!(".s.PGSQL.{PORT}"))
    }

    /// Clears away what interrupted attempts left and names a folder for a new one. Each process has its own name,
    /// because a program that a killed Guestlist was running may still write into the folder of that one.
    pub fn unfinished(&self, what: &str) -> Result<PathBuf, ClusterError> {
        self.clear_unfinished(what);
        let ours = self.folder.join(format!("{what}{UNFINISHED}{}", std::process::id()));
        if ours.exists() {
            fs::remove_dir_all(&ours).while_doing("remove", &ours)?;
        }
        Ok(ours)
    }

    /// What cannot be removed yet, because a program still writes into it, waits for the next time.
    pub fn clear_unfinished(&self, what: &str) {
        let prefix = format!("{what}{UNFINISHED}");
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }
}

/// The first half of a SHA-256 in hexadecimal digits: names a folder, guards nothing.
fn short_hash(path: &Path) -> String {
    Sha256::digest(path.as_os_str().as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pgdata_of(folder: &Path) -> PathBuf {
    folder.join("pgdata")
}

/// The cluster of an ordinary user: its own, or none. One that root made is named rather than passed over, since a
/// second, empty one beside it would look like lost data.
fn own(existing: Option<&PathBuf>, near: PathBuf, us: Account) -> Result<PathBuf, ClusterError> {
    let Some(folder) = existing else {
        return Ok(near);
    };
    match fs::metadata(pgdata_of(folder)).while_doing("look at", folder)?.uid() {
        owner if owner == us.uid && *folder == near => Ok(near),
        owner => Err(ClusterError::BelongsToAnother { folder: folder.clone(), owner, us: us.uid }),
    }
}

/// Root continues a cluster as whoever made it: its files have one owner.
fn account_of(folder: &Path) -> Result<Account, ClusterError> {
    let owner = fs::metadata(pgdata_of(folder)).while_doing("look at", folder)?;
    if owner.uid() == 0 {
        return Err(ClusterError::BelongsToAnother { folder: folder.to_owned(), owner: 0, us: 0 });
    }
    Ok(Account::lent(owner.uid(), owner.gid()))
}

fn make_folder(folder: &Path, us: Account) -> Result<(), ClusterError> {
    // Root's folder is passed through by the server's account; the folders inside are closed.
    let mode = if us.is_root() { 0o755 } else { 0o700 };
    if !folder.exists() {
        let above = folder.parent().unwrap_or(folder);
        if !above.exists() {
            fs::create_dir_all(above).while_doing("create", above)?;
            open_to(above, 0o755)?;
        }
        fs::create_dir_all(folder).while_doing("create", folder)?;
        open_to(folder, mode)?;
    }
    Ok(())
}

/// Set afterwards, because the umask takes away from what a new folder is given.
fn open_to(folder: &Path, mode: u32) -> Result<(), ClusterError> {
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).while_doing("set the permissions of", folder)
}

/// A folder that only the account may enter.
pub(super) fn private_folder(folder: &Path, account: Account) -> Result<(), ClusterError> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => account.give(folder).while_doing("give away", folder),
        Err(exists) if exists.kind() == std::io::ErrorKind::AlreadyExists => {
            let there = fs::symlink_metadata(folder).while_doing("look at", folder)?;
            let ours = there.is_dir() && there.uid() == account.uid && there.mode() & 0o077 == 0;
            if ours {
                Ok(())
            } else {
                Err(ClusterError::SocketFolder { folder: folder.to_owned(), account: account.uid })
            }
        }
        Err(other) => Err(other).while_doing("create", folder),
    }
}

/// Beside the data where the path is short and plain enough, else in `/tmp`. Not in `/run/user`, which is swept
/// when the person logs out while a server they left behind still runs.
fn socket_folder(folder: &Path, hash: &str, account: Account) -> PathBuf {
    let beside = folder.join("socket");
    let path = beside.as_os_str().as_bytes();
    let fits = path.len() + "/.s.PGSQL.5432".len() < LONGEST_SOCKET;
    let plain = path.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte));
    if fits && plain { beside } else { PathBuf::from(format!("/tmp/guestlist-{}-{hash}", account.uid)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_or_odd_path_puts_the_socket_elsewhere() {
        let us = Account::of_this_process();
        assert_eq!(socket_folder(Path::new("/srv/guests"), "ab", us), Path::new("/srv/guests/socket"));
        for odd in ["/srv/guests, and more".to_owned(), format!("/srv/{}", "deep/".repeat(20))] {
            let folder = socket_folder(Path::new(&odd), "ab", us);
            assert_eq!(folder, PathBuf::from(format!("/tmp/guestlist-{}-ab", us.uid)), "for {odd}");
        }
    }

    #[test]
    fn a_socket_folder_of_somebody_else_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let us = Account::of_this_process();
        let folder = dir.path().join("socket");
        private_folder(&folder, us).unwrap();
        private_folder(&folder, us).unwrap();

        open_to(&folder, 0o750).unwrap();
        assert!(matches!(private_folder(&folder, us), Err(ClusterError::SocketFolder { .. })));

        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/", &link).unwrap();
        assert!(matches!(private_folder(&link, us), Err(ClusterError::SocketFolder { .. })));
    }
}
