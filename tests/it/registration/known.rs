//! A sign-up with a mailbox that has a record already: nobody at the door can tell.

use futures_util::future::join_all;
use guestlist::developers::Status::{self, Approved, Rejected, Requested, Revoked};
use guestlist::outbox::Kind;

use super::{BEHIND_PROXY, SECRET_OF_ADA, sign_up};
use crate::support::actors::PASSWORD;
use crate::support::{Answer, App, somebody};

/// The page after a sign-up, without what was typed.
async fn page_after(app: &App, email: &str, htmx: bool) -> (Answer, String) {
    let browser = app.browser().speaking(htmx);
    let answer = sign_up(email).in_browser(&browser).await;
    let page = browser.speaking(false).get("/register/received").await.is(200);
    (answer, page.text().replace(email.trim(), "TYPED"))
}

/// As the owner of the mailbox reads it.
fn told(status: Status) -> &'static str {
    match status {
        Requested => "waiting",
        Approved => "You are approved",
        Rejected => "was not accepted",
        Revoked => "was revoked",
    }
}

#[actix_web::test]
async fn in_whatever_status_and_spelling_the_answer_is_that_of_a_new_one() {
    for proof in ["never", "always"] {
        let app = App::with(&BEHIND_PROXY).await;
        app.setting("verification", proof);
        let (new_answer, new_page) = page_after(&app, "new@engine.example", false).await;
        for status in [Requested, Approved, Rejected, Revoked] {
            for is_proven in [false, true] {
                let typed = format!("{status}.{is_proven}@Bücher.example");
                let newcomer = somebody("Grace Hopper").at(&typed).now(status);
                let grace = app.developer_at_the_door(if is_proven { newcomer.proven() } else { newcomer }).person;
                let before =
                    (format!("{:?}", app.row(&grace)), app.db.texts("select password_hash from developer_passwords"));
                for (n, spelling) in [
                    typed.clone(),
                    format!("{}@BÜCHER.example ", format!("{status}.{is_proven}").to_uppercase()),
                    format!(" {status}.{is_proven}@xn--bcher-kva.example"),
                ]
                .iter()
                .enumerate()
                {
                    for htmx in [false, true] {
                        app.db.run("delete from throttles");
                        let (answer, page) = page_after(&app, spelling, htmx).await;
                        assert_eq!(answer.comparable(), new_answer.comparable(), "{status} {spelling:?}");
                        // How long another link is worth waiting for is a matter of the clock.
                        let no_wait = |page: &str| {
                            let (head, tail) = page.split_once("data-wait=\"").unwrap_or((page, ""));
                            format!("{head}{}", tail.trim_start_matches(|c: char| c.is_ascii_digit()))
                        };
                        assert_eq!(no_wait(&page), no_wait(&new_page), "{status} {spelling:?}");
                        let mails = app.mails_to(&typed);
                        assert_eq!(mails.len(), 2 * n + usize::from(htmx) + 1, "each time its hour was over");
                        let mail = mails.last().unwrap();
                        assert_eq!(mail.kind, Kind::AddressKnown);
                        assert!(mail.text.contains(told(status)), "{}", mail.text);
                        assert!(mail.text.contains("Grace Hopper") && !mail.text.contains("Ada"), "{}", mail.text);
                        let entry = app.events("developer.registered_again").pop().unwrap();
                        assert_eq!(
                            (entry.subject_id, entry.subject_email.as_str()),
                            (Some(grace.id.0), typed.as_str())
                        );
                        assert_eq!((entry.actor_kind.as_str(), entry.to_status), ("visitor", None));
                    }
                }
                let after =
                    (format!("{:?}", app.row(&grace)), app.db.texts("select password_hash from developer_passwords"));
                assert_eq!(after, before, "neither the record nor the password was touched");
            }
        }
        assert_eq!(app.db.number("select count(*) from developers"), 9);
    }
}

#[actix_web::test]
async fn the_password_of_a_second_sign_up_opens_nothing() {
    let app = App::start().await;
    let grace = app.developer_at_the_door(somebody("Grace Hopper").now(Approved));
    sign_up(&grace.person.email).sent(&app).await.is(303);
    grace.signs_in(SECRET_OF_ADA).await.is(401);
    grace.signs_in(PASSWORD).await.is(303);
}

#[actix_web::test]
async fn the_owner_is_told_once_an_hour_and_no_admin_hears_of_it() {
    let app = App::with(&BEHIND_PROXY).await;
    let kim = app.admin_at_the_door("Kim Lee");
    let ada = app.requested("Ada Byron").await;
    for n in 0..3 {
        let browser = app.browser();
        sign_up(&ada.email).in_browser(&browser).header("X-Forwarded-For", &format!("198.51.100.{n}")).await.is(303);
    }
    assert_eq!(app.told(&ada.email), ["address_known"]);
    assert_eq!(app.told(&kim.email), [""; 0]);
    assert_eq!(app.events("developer.registered_again").len(), 3, "the log tells each");
    app.db.run("update throttles set window_started_at = window_started_at - interval '61 minutes'");
    sign_up(&ada.email).sent(&app).await.is(303);
    assert_eq!(app.told(&ada.email), ["address_known"; 2]);
}

#[actix_web::test]
async fn a_mailbox_whose_record_was_deleted_may_register_again() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    admin.reject(&ada, "").await.done();
    sign_up(&ada.email).sent(&app).await.is(303);
    assert_eq!(app.row(&ada).status, Rejected);
    admin.deletes(&ada, 2).await.done();
    sign_up(&ada.email).sent(&app).await.is(303);
    let again = app.find(app.db.text("select id from developers").parse().unwrap()).unwrap();
    assert_eq!(again.status, Requested);
    assert_ne!(again.id, ada.id);
    assert_eq!(app.told(&ada.email).last(), Some(&"request_received"));
}

/// Fifty sign-ups with one mailbox, each from an address of its own.
async fn storm(app: &App, email: &str) {
    let spellings = [email.to_owned(), email.to_uppercase(), format!(" {email} ")];
    let addresses: Vec<String> = (0..50).map(|n| format!("198.51.100.{n}")).collect();
    let sending = addresses.iter().enumerate().map(|(n, address)| {
        let form = sign_up(&spellings[n % 3]).with("full_name", &format!("Ada {n}"));
        let browser = app.browser();
        async move { form.in_browser(&browser).header("X-Forwarded-For", address).await }
    });
    let answers = join_all(sending).await;
    let taken = answers.iter().filter(|answer| answer.status == 303).count();
    let busy = answers.iter().filter(|answer| answer.status == 503 && answer.header("retry-after").is_some()).count();
    assert_eq!(taken + busy, 50, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(taken > 1, "the storm was none");
    assert_eq!(app.db.number("select count(*) from developers"), 1);
    let logged = app.events("developer.registered").len() + app.events("developer.registered_again").len();
    assert_eq!(logged, taken, "what was acknowledged is recorded");
}

#[actix_web::test]
async fn of_fifty_sign_ups_of_a_new_mailbox_at_once_one_is_kept_and_one_mail_written() {
    let app = App::with(&BEHIND_PROXY).await;
    app.setting("verification", "always");
    storm(&app, "ada@engine.example").await;
    assert_eq!(app.events("developer.registered").len(), 1);
    let mails = app.mails();
    assert_eq!(mails.iter().map(|mail| mail.kind).collect::<Vec<_>>(), [Kind::VerifyAddress]);
    assert_eq!(app.db.number("select count(*) from mail_links where ended_at is null"), 1);
    app.browser().post(&mails[0].path(), &[]).await.is(200);
}

#[actix_web::test]
async fn of_fifty_sign_ups_of_a_known_mailbox_at_once_one_mail_is_written() {
    let app = App::with(&BEHIND_PROXY).await;
    let ada = app.requested("Ada Byron").await;
    let before = format!("{:?}", app.row(&ada));
    storm(&app, &ada.email).await;
    assert_eq!(app.told(&ada.email), ["address_known"]);
    assert_eq!(format!("{:?}", app.row(&ada)), before);
    assert_eq!(app.db.number("select count(*) from developer_passwords"), 0);
}

#[actix_web::test]
async fn whoever_proves_a_mailbox_chooses_its_password_whoever_signed_up_first() {
    let app = App::start().await;
    app.setting("verification", "always");
    sign_up("ada@engine.example").with("password", "seven crates of cold rain").sent(&app).await.is(303);
    app.db.run("delete from throttles");
    sign_up("ada@engine.example").sent(&app).await.is(303);
    let mail = app.mails().pop().unwrap();
    assert_eq!(mail.kind, Kind::AddressKnown);
    app.browser().post(&mail.path(), &[("password", "nine baskets of slow wind")]).await.is(303);
    assert_eq!(app.db.number("select count(*) from developers where email_verified_at is not null"), 1);
    for (password, words) in [
        ("seven crates of cold rain", "Email or password is wrong"),
        ("nine baskets of slow wind", "waiting for approval"),
    ] {
        let answer = app.browser().post("/login", &[("email", "ada@engine.example"), ("password", password)]).await;
        assert!(answer.is(401).page().text(".errors").contains(words), "{password}");
    }
}
