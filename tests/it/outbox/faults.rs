//! Mails that are refused, put off or left hanging.

use std::time::Duration;

use guestlist::outbox::State;

use super::Office;
use crate::support::eventually;
use crate::support::mail::Whim;

#[actix_web::test]
async fn what_is_refused_for_good_fails_at_once_and_holds_up_nobody() {
    let office = Office::open();
    office.sink.does("bad@x.example", Whim::Refuse(550, "5.1.1 no such mailbox"));
    office.sink.does("spam@x.example", Whim::RefuseText(554, "5.7.1 that is spam"));
    let (bad, spam) = (office.tells("bad@x.example"), office.tells("spam@x.example"));
    let good = office.tells("ada@x.example");
    let _courier = office.courier();
    office.becomes(good, State::Sent).await;
    let row = office.becomes(bad, State::Failed).await;
    assert_eq!((row.attempts, row.last_error.as_str()), (1, "550 5.1.1 no such mailbox"));
    assert_eq!(office.becomes(spam, State::Failed).await.last_error, "554 5.7.1 that is spam");
    assert_eq!(office.sink.attempts("bad@x.example"), 1);
}

#[actix_web::test]
async fn what_is_put_off_is_tried_again() {
    let office = Office::open();
    office.sink.does("ada@x.example", Whim::Refuse(451, "4.7.1 greylisted"));
    let id = office.tells("ada@x.example");
    let _courier = office.courier();
    let row = office.waits(id, "451 4.7.1 greylisted").await;
    assert!(row.attempts >= 1);
    office.sink.takes("ada@x.example");
    let row = office.becomes(id, State::Sent).await;
    assert_eq!((row.last_error.as_str(), office.sink.count()), ("", 1));
}

#[actix_web::test]
async fn nothing_is_tried_for_ever() {
    let office = Office::open();
    office.sink.does("ada@x.example", Whim::Refuse(421, "4.3.2 later"));
    let id = office.asks_for_proof("ada@x.example", "t0ken");
    let _courier = office.courier();
    let row = office.becomes(id, State::Failed).await;
    assert_eq!((row.attempts, row.last_error.as_str()), (10, "given up after 10 tries: 421 4.3.2 later"));
    assert!(row.link.is_some(), "an admin cannot send it again");
    assert_eq!(office.sink.attempts("ada@x.example"), 10);
}

#[actix_web::test]
async fn a_server_that_hangs_holds_up_only_its_mail() {
    let office = Office::open();
    for name in ["a", "b", "c"] {
        office.sink.does(&format!("{name}@hang.example"), Whim::Hang);
        office.tells(&format!("{name}@hang.example"));
    }
    let hanging = office.tells("a@hang.example");
    let _courier = office.courier();
    office.sink.is_tried("a@hang.example", 1).await;
    let others: Vec<_> = (0..20).map(|n| office.tells(&format!("dev{n}@x.example"))).collect();
    // The time to hand over one mail is a second, and three hang.
    for id in others {
        eventually(Duration::from_secs(2), "the others are sent", async || office.row(id).state == State::Sent).await;
    }
    office.waits(hanging, "no answer for 1s").await;
}

#[actix_web::test]
async fn a_mail_cut_off_before_the_answer_comes_again_under_its_name() {
    let office = Office::open();
    office.sink.does("ada@x.example", Whim::Drop);
    let id = office.tells("ada@x.example");
    let _courier = office.courier();
    office.waits(id, "closed before an answer").await;
    office.sink.takes("ada@x.example");
    let mail = office.sink.mail_to("ada@x.example").await;
    assert_eq!(mail.header("Message-ID"), Some(format!("<{id}@guests.example>").as_str()));
}

#[actix_web::test]
async fn a_mail_whose_link_cannot_be_read_fails() {
    let office = Office::open();
    let [foreign, gone] = ["foreign", "gone"].map(|name| office.asks_for_proof(&format!("{name}@x.example"), "t0ken"));
    office.db.run(&format!("update outbox set link = 'sealed elsewhere' where id = '{foreign}'"));
    office.db.run(&format!("update outbox set link = null where id = '{gone}'"));
    let _courier = office.courier();
    assert!(office.becomes(foreign, State::Failed).await.last_error.contains("GUESTLIST_SECRET_KEY"));
    assert!(office.becomes(gone, State::Failed).await.last_error.contains("the link is gone"));
    assert_eq!(office.sink.count(), 0);
}

#[actix_web::test]
async fn a_courier_that_leaves_gives_back_what_it_holds() {
    let office = Office::open();
    office.sink.does("ada@x.example", Whim::Hang);
    let id = office.tells("ada@x.example");
    let courier = office.courier();
    office.sink.is_tried("ada@x.example", 1).await;
    drop(courier);
    let row = office.row(id);
    assert_eq!((row.state, row.attempts), (State::Waiting, 0));
    assert!(row.next_attempt_at <= chrono::Utc::now(), "its lease goes on");
    office.sink.takes("ada@x.example");
    let _successor = office.courier();
    office.sink.mail_to("ada@x.example").await;
}

#[actix_web::test]
async fn a_courier_that_leaves_waits_for_the_answer_that_is_about_to_come() {
    let office = Office::open();
    let ids: Vec<_> = (0..30).map(|n| office.tells(&format!("dev{n}@x.example"))).collect();
    // Each time it is told to leave it is somewhere else in a mail.
    while ids.iter().any(|id| office.row(*id).state == State::Waiting) {
        let arrived = office.sink.count();
        let courier = office.courier();
        let more = async || office.sink.count() > arrived;
        eventually(Duration::from_secs(10), "another mail", more).await;
        drop(courier);
    }
    assert_eq!(office.sink.count(), ids.len());
}

#[actix_web::test]
async fn two_couriers_share_an_outbox() {
    let office = Office::open();
    let ids: Vec<_> = (0..100).map(|n| office.tells(&format!("dev{n}@x.example"))).collect();
    let _couriers = [office.courier(), office.courier()];
    for id in &ids {
        office.becomes(*id, State::Sent).await;
    }
    assert_eq!(office.sink.count(), ids.len());
}
