//! The courier of the program that serves.

use guestlist::outbox::State;

use super::Office;
use crate::cli::{Serving, guestlist};
use crate::support::app::SECRET;
use crate::support::mail::Whim;

#[actix_web::test]
async fn who_serves_sends_and_gives_back_what_it_holds_when_it_ends() {
    let office = Office::open();
    let mut command = guestlist(&["serve"]);
    command.env("DATABASE_URL", &office.db.url).env("GUESTLIST_SECRET_KEY", SECRET).envs(office.sink.variables());
    let serving = Serving::start(&mut command);
    office.asks_for_proof("ada@x.example", "t0ken");
    assert_eq!(office.sink.mail_to("ada@x.example").await.path(), "/verify/t0ken");

    office.sink.does("bob@x.example", Whim::Hang);
    let id = office.tells("bob@x.example");
    office.sink.is_tried("bob@x.example", 1).await;
    serving.signal("TERM");
    assert_eq!(serving.ended().1, Some(0));
    let row = office.row(id);
    assert_eq!((row.state, row.attempts), (State::Waiting, 0));
    assert!(row.next_attempt_at <= chrono::Utc::now(), "its lease goes on");
}
