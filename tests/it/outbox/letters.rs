//! What a receiver gets.

use guestlist::outbox::{Kind, Letter, State};

use super::Office;
use crate::support::mail::{Encryption, Offers, SENDER, Sink};

#[actix_web::test]
async fn a_mail_says_who_it_is_from_and_what_to_open() {
    let office = Office::open();
    office.db.run(
        "insert into settings (key, value, version, changed_at) values ('portal_name', 'Büro, \"Acme\"', 1, now()), \
         ('support_address', 'help@acme.example', 1, now())",
    );
    let id = office.asks_for_proof("Ada@Bücher.example", "t0ken");
    let _courier = office.courier();
    let mail = office.sink.mail_to("Ada@xn--bcher-kva.example").await;
    assert_eq!((mail.from.as_str(), mail.to.len()), (SENDER, 1));
    assert_eq!(mail.header("From"), Some("Büro, \"Acme\" <guests@desk.example>"), "{}", mail.raw);
    assert_eq!(mail.header("To"), Some("Ada@xn--bcher-kva.example"));
    assert_eq!(mail.header("Reply-To"), Some("help@acme.example"));
    assert_eq!(mail.header("Message-ID"), Some(format!("<{id}@guests.example>").as_str()));
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(mail.subject(), "Confirm your email address for Büro, \"Acme\"");
    assert!(mail.header("Date").is_some_and(|date| date.ends_with("+0000")), "{}", mail.raw);
    assert_eq!(mail.link(), "https://guests.example/verify/t0ken");
    assert_eq!(mail.path(), "/verify/t0ken");
    assert!(mail.text.starts_with("Hello,\n\nthank you"), "{}", mail.text);
    assert!(mail.html.contains("<p>Hello,</p>"), "{}", mail.html);
    assert_eq!(office.becomes(id, State::Sent).await.link, None);
}

#[actix_web::test]
async fn without_a_support_address_answers_go_nowhere_else() {
    let office = Office::open();
    office.tells("ada@x.example");
    let _courier = office.courier();
    let mail = office.sink.mail_to("ada@x.example").await;
    assert_eq!(mail.header("Reply-To"), None);
    assert!(!mail.text.contains("Questions?"), "{}", mail.text);
}

#[actix_web::test]
async fn nobody_writes_headers_into_a_mail() {
    let office = Office::open();
    let name = "Ada\r\nBcc: eve@evil.example\r\n\r\n.\r\nRCPT TO:<eve@evil.example>\u{2028}\u{2029}{{7*7}}\t<b>%0d%0aCc: x</b>";
    let values = vec![("name", name.to_owned()), ("email", "ada@x.example".to_owned()), ("about", name.to_owned())];
    office.writes(&Letter::new(Kind::RequestWaiting, "kim@desk.example", values).linking("/admin/developers/1"));
    let injected = office.tells("ada@x.example>\r\nRCPT TO:<eve@evil.example");
    let _courier = office.courier();
    let mail = office.sink.mail_to("kim@desk.example").await;
    assert_eq!(
        mail.header_names(),
        ["From", "To", "Subject", "Message-ID", "Date", "Auto-Submitted", "MIME-Version", "Content-Type"],
        "{}",
        mail.raw
    );
    assert_eq!(mail.to, ["kim@desk.example"]);
    assert!(
        mail.subject().contains("Bcc: eve@evil.example") && mail.subject().contains("{{7*7}}"),
        "{}",
        mail.subject()
    );
    assert!(mail.html.contains("&#60;b&#62;%0d%0aCc: x") && !mail.html.contains("<b>"), "{}", mail.html);
    let row = office.becomes(injected, State::Failed).await;
    assert!(row.last_error.contains("no address"), "{}", row.last_error);
    assert_eq!((office.sink.count(), office.sink.attempts("eve@evil.example")), (1, 0));
}

#[actix_web::test]
async fn letters_outside_ascii_need_a_server_that_takes_them() {
    let modest = Office::open();
    let id = modest.tells("jürgen@x.example");
    let other = modest.tells("ada@x.example");
    let _modest_courier = modest.courier();
    assert!(modest.becomes(id, State::Failed).await.last_error.contains("SMTPUTF8"));
    modest.becomes(other, State::Sent).await;

    let able = Office::with(Sink::offering(Offers { all_letters: true, encryption: Encryption::None, login: None }));
    able.tells("jürgen@bücher.example");
    let _able_courier = able.courier();
    let mail = able.sink.mail_to("jürgen@xn--bcher-kva.example").await;
    assert_eq!(mail.header("To"), Some("jürgen@xn--bcher-kva.example"));
}

#[actix_web::test]
async fn a_line_that_is_a_dot_ends_no_mail() {
    let office = Office::open();
    let about = ".\r\n.\n..two\nFrom here".replace("\r\n", "\n");
    let values = vec![("name", "Ada".to_owned()), ("email", "a@x.example".to_owned()), ("about", about)];
    office.writes(&Letter::new(Kind::RequestWaiting, "kim@desk.example", values).linking("/admin"));
    let _courier = office.courier();
    let mail = office.sink.mail_to("kim@desk.example").await;
    assert!(mail.text.contains("\n.\n.\n..two\nFrom here\n"), "{:?}", mail.text);
}

#[actix_web::test]
async fn what_was_not_committed_is_not_sent() {
    use diesel::Connection;
    let office = Office::open();
    let _courier = office.courier();
    let undone: Result<(), _> = office.db.conn().transaction(|conn| {
        let letter = Letter::new(Kind::PasswordChanged, "eve@x.example", vec![]);
        let policy = guestlist::policy::Policy::read(conn)?;
        super::post().enqueue(conn, &policy, &letter, chrono::Utc::now())?;
        Err(diesel::result::Error::RollbackTransaction)
    });
    undone.unwrap_err();
    office.tells("ada@x.example");
    office.sink.mail_to("ada@x.example").await;
    assert_eq!(office.sink.count(), 1);
}
