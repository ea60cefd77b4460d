//! `guestlist mail test`, which needs no database.

use crate::cli::{free_address, guestlist, run};
use crate::support::mail::{Encryption, Offers, Sink, trusted_file};

fn test_mail(variables: &[(&str, String)]) -> std::process::Command {
    let mut command = guestlist(&["mail", "test", "Kim@acme.example"]);
    command.envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
    command
}

#[actix_web::test]
async fn a_test_is_sent_and_said_so() {
    let sink = Sink::start();
    let said = run(&mut test_mail(&sink.variables()), "").ended(0);
    assert!(said.out.contains("took the mail to Kim@acme.example"), "{}", said.out);
    let mail = sink.mail_to("Kim@acme.example").await;
    assert_eq!(mail.subject(), "Guestlist: this is a test");
}

#[actix_web::test]
async fn a_trusted_server_is_spoken_to_encrypted_and_signed_in() {
    let trusted = trusted_file();
    for encryption in [Encryption::StartTls, Encryption::Implicit] {
        let sink = Sink::offering(Offers { encryption, login: Some(("guests", "s3cret")), all_letters: false });
        let strange = run(&mut test_mail(&sink.variables()), "").ended(1);
        assert!(strange.err.contains("certificate") && !strange.err.contains("s3cret"), "{}", strange.err);
        run(test_mail(&sink.variables()).env("SSL_CERT_FILE", trusted.path()), "").ended(0);
        assert_eq!(sink.count(), 1, "{encryption:?}");
    }
}

#[actix_web::test]
async fn what_went_wrong_is_said() {
    let said = run(&mut test_mail(&[]), "").ended(78);
    assert!(said.err.contains("GUESTLIST_SMTP_URL and GUESTLIST_MAIL_FROM must be given"), "{}", said.err);

    let nobody = [
        ("GUESTLIST_SMTP_URL", format!("smtp://{}", free_address())),
        ("GUESTLIST_MAIL_FROM", "guests@desk.example".to_owned()),
    ];
    let said = run(&mut test_mail(&nobody), "").ended(1);
    assert!(said.err.contains("there is no connection to 127.0.0.1:"), "{}", said.err);

    let wrong = [
        ("GUESTLIST_SMTP_URL", "smtp://guests:s3cret@mail.acme.example".to_owned()),
        ("GUESTLIST_MAIL_FROM", "guests".to_owned()),
    ];
    let said = run(&mut test_mail(&wrong), "").ended(78);
    assert!(said.err.contains("GUESTLIST_SMTP_URL begins with smtp://"), "{}", said.err);
    assert!(said.err.contains("GUESTLIST_MAIL_FROM must be an address"), "{}", said.err);
    assert!(!said.err.contains("s3cret"), "{}", said.err);

    let sink = Sink::start();
    run(guestlist(&["mail", "test", "kim"]).envs(sink.variables()), "").ended(2);
}

#[actix_web::test]
async fn a_secret_may_stand_in_a_file() {
    let sink = Sink::start();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{}\n", sink.url())).unwrap();
    let mut command = guestlist(&["mail", "test", "kim@acme.example"]);
    command.env("GUESTLIST_SMTP_URL_FILE", file.path()).env("GUESTLIST_MAIL_FROM", "Acme <guests@acme.example>");
    run(&mut command, "").ended(0);
    assert_eq!(sink.mail_to("kim@acme.example").await.header("From"), Some("Acme <guests@acme.example>"));
}
