//! The server programs: where they may lie and which of them fit.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::ClusterError;

/// The major versions of PostgreSQL that Guestlist runs itself.
pub(super) const MAJORS: RangeInclusive<u32> = 15..=18;

/// Where packages put the programs, after `GUESTLIST_PG_BIN` and `PATH`; of a `*`, the highest number comes first.
const FOLDERS: [&str; 12] = [
    "/usr/lib/postgresql/*/bin",          // Debian, Ubuntu, PGDG for them
    "/usr/pgsql-*/bin",                   // PGDG for Fedora and Red Hat
    "/usr/libexec/postgresql*",           // Alpine
    "/usr/lib/postgresql*/bin",           // openSUSE
    "/usr/lib64/postgresql-*/bin",        // Gentoo
    "/opt/homebrew/opt/postgresql@*/bin", // Homebrew, Apple silicon
    "/usr/local/opt/postgresql@*/bin",    // Homebrew, Intel
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/opt/local/lib/postgresql*/bin", // MacPorts
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/usr/local/pgsql/bin", // built from source
    "/usr/bin",             // Fedora, Arch, and a PATH that lacks it
];

/// The share folders that belong to a folder of programs, told by where packages put them.
const SHARES: [&str; 5] = [
    "../share/extension",
    "../share/postgresql/extension",
    "../share/pgsql/extension",
    "../../../../share/postgresql/{major}/extension",
    "../../share/postgresql{major}/extension",
];
/// What the migrations ask for; some systems package it apart from the server.
const EXTENSIONS: [&str; 2] = ["pg_trgm", "btree_gin"];

/// A folder with `initdb` and `postgres` of one version that the server's account can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    pub folder: PathBuf,
    pub major: u32,
}

impl Programs {
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// What was looked at and did not do, in the order of looking.
pub(super) type Tried = Vec<String>;

/// The folders of programs on this machine, as a test may also make them up.
pub(super) fn installed_folders(path: Option<OsString>) -> Vec<PathBuf> {
    let in_path = path.iter().flat_map(std::env::split_paths).filter(|folder| folder.is_absolute());
    let mut folders: Vec<PathBuf> = in_path
        .chain(FOLDERS.iter().flat_map(|pattern| expand(pattern)))
        .filter_map(|folder| real_folder(&folder))
        .collect();
    let mut seen = Vec::new();
    folders.retain(|folder| {
        !seen.contains(folder) && {
            seen.push(folder.clone());
            true
        }
    });
    folders
}

/// The first of the folders whose programs are of the wanted version, or of any that Guestlist runs.
pub(super) fn first_fit(
    folders: &[PathBuf],
    account: Account,
    wanted: Option<u32>,
    tried: &mut Tried,
) -> Option<Programs> {
    folders.iter().find_map(|folder| match fit(folder, account, wanted) {
        Ok(programs) => Some(programs),
        Err(why) => {
            tried.push(format!("{}: {why}", folder.display()));
            None
        }
    })
}

/// The programs in this folder, or why they do not do.
pub(super) fn fit(folder: &Path, account: Account, wanted: Option<u32>) -> Result<Programs, String> {
    let major = major_of(folder, account)?;
    match wanted {
        Some(wanted) if wanted != major => return Err(format!("PostgreSQL {major}")),
        _ if !MAJORS.contains(&major) => {
            return Err(format!("PostgreSQL {major}; Guestlist runs {} to {}", MAJORS.start(), MAJORS.end()));
        }
        _ => {}
    }
    match missing_extension(folder, major) {
        Some(extension) => Err(format!("PostgreSQL {major} without {extension}; install its contrib modules")),
        None => Ok(Programs { folder: folder.to_owned(), major }),
    }
}

/// Where `postgres` really lies: PostgreSQL, too, looks for its other files from there.
fn real_folder(folder: &Path) -> Option<PathBuf> {
    let postgres = folder.join("postgres").canonicalize().ok()?;
    postgres.parent().map(Path::to_owned)
}

fn major_of(folder: &Path, account: Account) -> Result<u32, String> {
    if !folder.join("initdb").exists() {
        return Err("no initdb".into());
    }
    let said = account
        .command(&folder.join("postgres"))
        .arg("--version")
        .output()
        .map_err(|why| format!("user id {} cannot run postgres ({why})", account.uid))?;
    let version = String::from_utf8_lossy(&said.stdout);
    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "postgres (PostgreSQL) 18beta1"
    let number = version.split_whitespace().nth(2).unwrap_or_default();
    let digits = number.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().map_err(|_| {
        let complaint = String::from_utf8_lossy(&said.stderr);
        format!("postgres does not tell its version ({})", complaint.trim())
    })
}

/// An extension that the share folder lacks. A folder that cannot be found is given the benefit of the doubt:
/// the first statements after `initdb` ask the server itself.
fn missing_extension(folder: &Path, major: u32) -> Option<&'static str> {
    let shares = SHARES.iter().map(|share| folder.join(share.replace("{major}", &major.to_string())));
    let share = shares.into_iter().find(|share| share.join("plpgsql.control").exists())?;
    EXTENSIONS.into_iter().find(|extension| !share.join(format!("{extension}.control")).exists())
}

/// The folders that match a pattern with at most one `*`, highest number first.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let mut versions: Vec<(u32, OsString)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            Some((leading_number(&name, prefix)?, name))
        })
        .collect();
    versions.sort_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, name)| Path::new(parent).join(name).join(after.trim_start_matches('/'))).collect()
}

fn leading_number(name: &OsStr, prefix: &str) -> Option<u32> {
    let rest = name.to_str()?.strip_prefix(prefix)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// As [`first_fit`], for the one folder that a person named; there is no second choice then.
pub(super) fn given(folder: &Path, account: Account, wanted: Option<u32>) -> Result<Programs, ClusterError> {
    let unusable = |why: String| ClusterError::GivenPrograms { why: format!("{}: {why}", folder.display()) };
    let folder = real_folder(folder).ok_or_else(|| unusable("no postgres".into()))?;
    fit(&folder, account, wanted).map_err(unusable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Programs that only tell their version, laid out as Debian does.
    fn pretend(root: &Path, major: u32, extensions: &[&str]) -> PathBuf {
        let bin = root.join(format!("lib/postgresql/{major}/bin"));
        let share = root.join(format!("share/postgresql/{major}/extension"));
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir_all(&share).unwrap();
        for name in ["initdb", "postgres"] {
            fs::write(bin.join(name), format!("#!/bin/sh\necho 'postgres (PostgreSQL) {major}.3 (House 1)'\n"))
                .unwrap();
            fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        for extension in extensions {
            fs::write(share.join(format!("{extension}.control")), "").unwrap();
        }
        bin
    }

    #[test]
    fn the_first_folder_that_fits_is_taken_and_the_others_are_named() {
        let root = tempfile::tempdir().unwrap();
        let whole = ["plpgsql", "pg_trgm", "btree_gin"];
        let folders = [
            pretend(root.path(), 14, &whole),
            pretend(root.path(), 15, &["plpgsql"]),
            pretend(root.path(), 16, &whole),
            pretend(root.path(), 17, &whole),
        ];
        let us = Account::of_this_process();
        let mut tried = Tried::new();

        assert_eq!(first_fit(&folders, us, None, &mut tried).unwrap().major, 16);
        assert!(tried[0].ends_with("PostgreSQL 14; Guestlist runs 15 to 18"), "{tried:?}");
        assert!(tried[1].ends_with("PostgreSQL 15 without pg_trgm; install its contrib modules"), "{tried:?}");
        assert_eq!(first_fit(&folders, us, Some(17), &mut tried).unwrap().major, 17);
        assert_eq!(first_fit(&folders, us, Some(18), &mut tried), None);
        assert_eq!(first_fit(&folders, us, Some(14), &mut tried), None, "too old even for a cluster that is there");
    }

    #[test]
    fn of_several_versions_the_newest_comes_first() {
        let root = tempfile::tempdir().unwrap();
        for major in [9, 15, 17] {
            pretend(root.path(), major, &[]);
        }
        let found = expand(&format!("{}/lib/postgresql/*/bin", root.path().display()));
        let versions: Vec<_> = found.iter().map(|bin| bin.parent().unwrap().file_name().unwrap()).collect();
        assert_eq!(versions, ["17", "15", "9"]);
    }

    #[test]
    fn links_and_repetitions_in_path_lead_to_one_folder() {
        let root = tempfile::tempdir().unwrap();
        let bin = pretend(root.path(), 16, &[]).canonicalize().unwrap();
        let links = root.path().join("links");
        fs::create_dir(&links).unwrap();
        std::os::unix::fs::symlink(bin.join("postgres"), links.join("postgres")).unwrap();

        let path = std::env::join_paths([&links, &bin, Path::new("relative")]).unwrap();
        let found = installed_folders(Some(path));
        assert_eq!(found.iter().filter(|folder| **folder == bin).count(), 1);
        assert_eq!(found[0], bin);
    }
}
