//! Mail servers that cannot be used: nothing is lost, nothing is sent in the clear, and the reason is shown.

use guestlist::outbox::{self, State};

use super::Office;
use crate::support::mail::{Encryption, Offers, Sink};

fn trouble(office: &Office) -> String {
    outbox::trouble(&mut office.db.conn()).unwrap().expect("nobody knows of trouble")
}

#[actix_web::test]
async fn mail_waits_for_a_server_that_is_down() {
    let mut office = Office::open();
    office.sink.goes_down();
    let ids: Vec<_> = (0..10).map(|n| office.tells(&format!("dev{n}@x.example"))).collect();
    let _courier = office.courier();
    let row = office.waits(ids[0], "there is no connection to localhost:").await;
    assert!(row.attempts <= 1, "a server that is down costs a mail its tries");
    assert!(trouble(&office).starts_with("Mail server: there is no connection"), "{}", trouble(&office));
    office.sink.comes_up();
    for id in &ids {
        office.becomes(*id, State::Sent).await;
    }
    assert_eq!(outbox::trouble(&mut office.db.conn()).unwrap(), None);
    office.sink.goes_down();
    let late = office.tells("late@x.example");
    office.waits(late, "there is no connection").await;
    office.sink.comes_up();
    office.becomes(late, State::Sent).await;
    assert_eq!(office.sink.count(), ids.len() + 1);
}

#[actix_web::test]
async fn without_encryption_nothing_is_said() {
    let office = Office::open();
    let id = office.tells("ada@x.example");
    let _courier = office.courier_to(&office.sink.url().replace("smtp://", "smtp+starttls://guests:s3cret@"));
    office.waits(id, "does not offer encryption (STARTTLS)").await;
    assert!(trouble(&office).contains("localhost") && !trouble(&office).contains("s3cret"), "{}", trouble(&office));
    assert_eq!((office.sink.count(), office.sink.attempts("ada@x.example")), (0, 0));
}

#[actix_web::test]
async fn a_certificate_that_nobody_vouches_for_is_not_believed() {
    for encryption in [Encryption::StartTls, Encryption::Implicit] {
        let offers = Offers { encryption, login: Some(("guests", "s3cret")), ..Offers::default() };
        let office = Office::with(Sink::offering(offers));
        let id = office.tells("ada@x.example");
        let _courier = office.courier();
        office.waits(id, "certificate").await;
        assert!(!trouble(&office).contains("s3cret"), "{}", trouble(&office));
        assert_eq!((office.sink.count(), office.sink.attempts("ada@x.example")), (0, 0));
    }
}

#[actix_web::test]
async fn a_wrong_password_is_no_fault_of_the_mail() {
    let office = Office::with(Sink::offering(Offers { login: Some(("guests", "s3cret")), ..Offers::default() }));
    let id = office.tells("ada@x.example");
    {
        let _courier = office.courier_to(&office.sink.url().replace("s3cret", "wr0ng"));
        let row = office.waits(id, "cannot sign in at localhost:").await;
        assert!(row.last_error.contains("535 5.7.8") && !row.last_error.contains("wr0ng"), "{}", row.last_error);
    }
    {
        let _courier = office.courier_to(&office.sink.url().replace("guests:s3cret@", ""));
        office.waits(id, "530 5.7.0 sign in first").await;
    }
    let _courier = office.courier();
    office.becomes(id, State::Sent).await;
}

#[actix_web::test]
async fn a_sender_that_is_refused_fails_no_mail() {
    let office = Office::open();
    office.sink.answers_senders(Some((553, "5.7.1 not your address")));
    let id = office.tells("ada@x.example");
    let _courier = office.courier();
    office.waits(id, "refuses the sender: 553 5.7.1 not your address").await;
    office.sink.answers_senders(None);
    office.becomes(id, State::Sent).await;
}
