//! What is left of a link once its mail was delivered.

use std::process::Command;

use guestlist::outbox::State;

use super::Office;
use crate::support::db::{run, text};

/// The files of the database's cluster that hold these bytes.
fn files_with(office: &Office, bytes: &str) -> Vec<String> {
    // What is written is in the log already; now it is in the tables' files too.
    let superuser = &mut office.db.as_superuser();
    run(superuser, "checkpoint");
    let folder = text(superuser, "select setting from pg_settings where name = 'data_directory'");
    let found = Command::new("grep").args(["-rlaF", "--", bytes, &folder]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[actix_web::test]
async fn neither_tables_nor_files_hold_a_token() {
    const TOKEN: &str = "Tq7sVd2mKx9pZr4bWn8cYf3hLg6jDk5a";
    let office = Office::open();
    let id = office.asks_for_proof("disk.witness@x.example", TOKEN);
    let whole = "select outbox::text from outbox";
    assert!(!office.db.text(whole).contains(TOKEN), "readable while it waits");
    let _courier = office.courier();
    let mail = office.sink.mail_to("disk.witness@x.example").await;
    assert!(mail.link().ends_with(TOKEN));
    office.becomes(id, State::Sent).await;
    assert!(!office.db.text(whole).contains(TOKEN));
    assert_eq!(office.db.number("select count(*) from outbox where link is not null"), 0);
    assert_ne!(files_with(&office, "disk.witness@x.example"), [""; 0], "the search finds nothing at all");
    assert_eq!(files_with(&office, TOKEN), [""; 0]);
}
