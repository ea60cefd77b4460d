//! Root, ordinary users, and whose cluster it is.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Instant;

use super::support::*;

#[test]
fn an_ordinary_user_has_a_cluster_of_their_own_and_root_continues_it() {
    if user() != 0 {
        // Whoever runs the tests is the ordinary user of all the others.
        return;
    }
    const NOBODY: u32 = 65534;
    let dir = empty();
    let data_dir = dir.path().join("data");
    fs::create_dir(&data_dir).unwrap();
    std::os::unix::fs::chown(&data_dir, Some(NOBODY), Some(NOBODY)).unwrap();
    // The built binary may lie where only root can reach it.
    let binary = dir.path().join("it");
    fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();

    let users = Another::start(Command::new(binary).uid(NOBODY).gid(NOBODY), &data_dir).up();
    let pgdata = data_dir.join("postgres/pgdata");
    assert_eq!(fs::metadata(&pgdata).unwrap().uid(), NOBODY);
    let roots = attach(&data_dir);
    assert_eq!(users.url, roots.url("guestlist"));
    assert!(accepts(&roots));

    let before = server_in(roots.folder());
    let left = Instant::now();
    users.leave();
    assert_back_in_time(&roots, before, left);
    assert_eq!(fs::metadata(pgdata.join("postmaster.pid")).unwrap().uid(), NOBODY, "not postgres, and not root");
}

#[test]
fn the_cluster_of_another_account_is_refused_in_words() {
    if user() != 0 {
        return;
    }
    let dir = with_cluster();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let binary = dir.path().join("it");
    fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    let refused = Another::start(Command::new(binary).uid(65534).gid(65534), dir.path());
    assert!(refused.said().contains("belongs to another account"));
}

#[test]
fn root_keeps_a_cluster_elsewhere_when_its_server_cannot_reach_the_data_directory() {
    if user() != 0 {
        return;
    }
    let dir = empty();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let cluster = attach(dir.path());
    let folder = cluster.folder().to_owned();
    assert!(folder.starts_with("/var/lib/guestlist"), "{}", folder.display());
    assert!(accepts(&cluster));
    drop(cluster);
    fs::remove_dir_all(&folder).unwrap();
}
