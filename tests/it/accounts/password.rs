//! `/password/forgot` and `/password/reset/{token}`

use actix_web::http::Method;
use futures_util::future::join_all;
use guestlist::developers::Status::{Approved, Rejected, Requested, Revoked};
use guestlist::outbox::Kind;
use guestlist::web::tokens::new_token;

use super::{BEHIND_PROXY, NEW, WRONG};
use crate::support::actors::PASSWORD;
use crate::support::{Answer, App, Browser, Developer, somebody};

async fn forgets(app: &App, email: &str) -> Answer {
    app.browser().post("/password/forgot", &[("email", email)]).await
}

/// The path of the link that somebody who forgot the password gets.
async fn link_for(app: &App, ada: &Developer) -> String {
    forgets(app, &ada.person.email).await.is(303);
    let mail = app.mail_to(&ada.person.email);
    assert_eq!(mail.kind, Kind::PasswordReset);
    mail.path()
}

async fn sets(browser: &Browser, path: &str, password: &str) -> Answer {
    browser.post(path, &[("password", password)]).await
}

fn approved(app: &App) -> Developer {
    app.developer_at_the_door(somebody("Ada Byron").now(Approved).proven())
}

#[actix_web::test]
async fn a_forgotten_password_is_set_anew_by_mail() {
    for htmx in [false, true] {
        let app = App::start().await;
        let ada = approved(&app);
        let browser = ada.browser.speaking(htmx);
        let form = browser.get("/password/forgot").await.is(200).page().form("main form");
        let form = form.filled("email", &ada.person.email.to_uppercase());
        let answer = browser.post(&form.action, &form.pairs()).await.is(303);
        let page = browser.speaking(false).get(answer.location()).await.is(200).page();
        assert!(page.text("#messages").contains("a mail with a link is on its way"), "{}", page.text("#messages"));
        let mail = app.mail_to(&ada.person.email);
        assert_eq!(mail.kind, Kind::PasswordReset);
        assert!(mail.path().starts_with("/password/reset/") && mail.token().len() >= 43, "{}", mail.path());
        let page = browser.get(&mail.path()).await.is(200);
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let page = page.page();
        assert_eq!(page.attribute("#password", "autocomplete").as_deref(), Some("new-password"));
        for href in page.attributes("[href]", "href").into_iter().chain(page.attributes("[src]", "src")) {
            assert!(href.starts_with('/') && !href.starts_with("//") || href.starts_with('#'), "{href} leads outside");
        }
        let form = page.form("main form").filled("password", NEW);
        assert_eq!(form.action, mail.path());
        let answer = browser.post(&form.action, &form.pairs()).await.is(303);
        assert_eq!(answer.location(), "/login");
        assert!(browser.speaking(false).get("/login").await.page().text("#messages").contains("Your password is set"));
        assert!(!ada.is_in().await, "the link sets a password and opens nothing");
        ada.signs_in(PASSWORD).await.is(401);
        ada.signs_in(NEW).await.is(303);
        let entry = app.events("developer.password_reset").pop().unwrap();
        assert_eq!((entry.actor_kind.as_str(), entry.actor_email.as_str()), ("developer", ada.person.email.as_str()));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        assert_eq!(app.told(&ada.person.email), ["password_reset", "password_changed"]);
        let hash = app.db.text("select password_hash from developer_passwords");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }
}

#[actix_web::test]
async fn nobody_can_tell_whether_an_address_is_known() {
    let app = App::with(&BEHIND_PROXY).await;
    let unknown = forgets(&app, "nobody@x.example").await.is(303);
    let before = app.mails().len();
    for status in [Requested, Approved, Rejected, Revoked] {
        let ada = app.developer_at_the_door(somebody(&format!("Ada {status}")).now(status));
        for htmx in [false, true] {
            let browser = app.browser().speaking(htmx);
            let answer = browser.post("/password/forgot", &[("email", &ada.person.email)]).await;
            assert_eq!(answer.comparable(), unknown.comparable(), "{status}");
        }
        assert_eq!(app.told(&ada.person.email), ["password_reset"; 2]);
    }
    assert_eq!(app.mails_to("nobody@x.example").len() + before, 0);
    for email in ["", "ada", "a@b@c"] {
        let page = forgets(&app, email).await.is(422).page();
        assert!(page.title().starts_with("Error: "));
        assert_eq!(page.attributes(".errors a", "href"), ["#email"]);
    }
}

#[actix_web::test]
async fn three_an_hour_go_to_one_mailbox_and_ten_come_from_one_address_known_or_not() {
    let app = App::with(&BEHIND_PROXY).await;
    let ada = approved(&app);
    let ask = async |email: &str, address: &str| {
        app.browser().post("/password/forgot", &[("email", email)]).header("X-Forwarded-For", address).await
    };
    let mut refused = Vec::new();
    for (n, email) in [ada.person.email.as_str(), "nobody@x.example"].into_iter().enumerate() {
        for (at, spelling) in [email.to_owned(), email.to_uppercase(), format!(" {email}")].iter().enumerate() {
            ask(spelling, &format!("198.51.100.{}", 10 * n + at)).await.is(303);
        }
        let answer = ask(email, &format!("198.51.100.{}", 10 * n + 8)).await.is(429);
        let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((3_500..=3_600).contains(&wait), "{wait}");
        refused.push((answer.page().text("main"), answer.headers.len()));
    }
    let without_id = |(text, headers): &(String, usize)| (text.split("Request").next().unwrap().to_owned(), *headers);
    assert_eq!(without_id(&refused[0]), without_id(&refused[1]));
    assert!(refused[0].0.contains("Wait 60 minutes"), "{}", refused[0].0);
    assert_eq!(app.told(&ada.person.email).len(), 3);
    for n in 0..10 {
        ask(&format!("nobody{n}@x.example"), "203.0.113.1").await.is(303);
    }
    ask("somebody@x.example", "203.0.113.1").await.is(429);
    ask("somebody@x.example", "203.0.113.2").await.is(303);
}

#[actix_web::test]
async fn until_the_button_is_pressed_nothing_changes() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let before = app.db.text("select password_hash from developer_passwords");
    let path = link_for(&app, &ada).await;
    for _ in 0..2 {
        app.browser().get(&path).await.is(200);
        app.browser().request(Method::HEAD, &path).await.is(200);
        sets(&app.browser(), &path, "short").await.is(422);
    }
    assert_eq!(app.db.text("select password_hash from developer_passwords"), before);
    assert!(ada.is_in().await, "asking signs nobody out");
    ada.elsewhere(&app).signs_in(PASSWORD).await.is(303);
    sets(&app.browser(), &path, NEW).await.is(303);
}

#[actix_web::test]
async fn a_link_works_once_for_half_an_hour_and_only_the_newest() {
    let app = App::start().await;
    let ada = approved(&app);
    let over = async |path: &str| {
        for answer in [app.browser().get(path).await.is(410), sets(&app.browser(), path, NEW).await.is(410)] {
            let page = answer.page();
            assert!(page.attributes("main a", "href").contains(&"/password/forgot".into()));
            assert!(!page.all_text().contains(&ada.person.email));
        }
    };
    let first = link_for(&app, &ada).await;
    let second = link_for(&app, &ada).await;
    over(&first).await;
    app.db.run("update mail_links set created_at = now() - interval '31 minutes' where ended_at is null");
    over(&second).await;
    app.db.run("update mail_links set created_at = now() + interval '31 minutes' where ended_at is null");
    over(&second).await;
    app.db.run("update mail_links set created_at = now() - interval '29 minutes' where ended_at is null");
    sets(&app.browser(), &second, NEW).await.is(303);
    over(&second).await;
    ada.signs_in(NEW).await.is(303);
    assert_eq!(app.events("developer.password_reset").len(), 1);
    // A change by the developer voids a link that is still on its way.
    let third = link_for(&app, &ada).await;
    let fields = [("current_password", NEW), ("password", "zwei blaue Hunde im Nebel")];
    ada.browser.post("/account/password", &fields).await.is(303);
    over(&third).await;
}

#[actix_web::test]
async fn of_several_who_use_a_link_at_once_one_sets_the_password() {
    let app = App::start().await;
    let ada = approved(&app);
    let path = link_for(&app, &ada).await;
    let passwords: Vec<String> = (0..8).map(|n| format!("{NEW} Nummer {n}")).collect();
    let browsers: Vec<_> = passwords.iter().map(|_| app.browser()).collect();
    let answers =
        join_all(browsers.iter().zip(&passwords).map(async |(browser, new)| sets(browser, &path, new).await)).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 7, "{statuses:?}");
    let winner = statuses.iter().position(|status| *status == 303).unwrap();
    ada.signs_in(&passwords[winner]).await.is(303);
    assert_eq!(app.told(&ada.person.email), ["password_reset", "password_changed"]);
}

#[actix_web::test]
async fn a_new_password_signs_everybody_out_and_ends_the_wait() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let elsewhere = ada.elsewhere(&app);
    elsewhere.signs_in(PASSWORD).await.is(303);
    let bo = app.developer("Bo Chen").await;
    for _ in 0..6 {
        app.browser().post("/login", &[("email", &ada.person.email), ("password", WRONG)]).await.is(401);
    }
    app.browser().post("/login", &[("email", &ada.person.email), ("password", PASSWORD)]).await.is(401);
    let path = link_for(&app, &ada).await;
    sets(&app.browser(), &path, NEW).await.is(303);
    assert!(!ada.is_in().await && !elsewhere.is_in().await);
    assert!(bo.is_in().await);
    ada.signs_in(NEW).await.is(303);
}

#[actix_web::test]
async fn it_proves_the_mailbox() {
    let app = App::start().await;
    app.setting("verification", "always");
    let ada = app.developer_at_the_door(somebody("Ada Byron").now(Approved));
    ada.signs_in(PASSWORD).await.is(401);
    let path = link_for(&app, &ada).await;
    sets(&app.browser(), &path, NEW).await.is(303);
    assert!(app.row(&ada.person).email_verified_at.is_some());
    assert_eq!(app.events("developer.verified").len(), 1);
    ada.signs_in(NEW).await.is(303);
}

#[actix_web::test]
async fn imported_people_choose_their_first_password() {
    let app = App::start().await;
    app.setting("verification", "always");
    // Imported as approved counts as proven.
    let person = app.enters(somebody("Ada Byron").now(Approved).proven());
    let ada = Developer { person, browser: app.browser() };
    ada.signs_in(PASSWORD).await.is(401);
    let path = link_for(&app, &ada).await;
    sets(&app.browser(), &path, NEW).await.is(303);
    ada.signs_in(NEW).await.is(303);
    assert!(ada.is_in().await);
}

#[actix_web::test]
async fn a_new_password_is_no_approval() {
    for (status, words) in [(Requested, "waiting"), (Rejected, "not accepted"), (Revoked, "revoked")] {
        let app = App::start().await;
        let ada = app.developer_at_the_door(somebody("Ada Byron").now(status));
        let path = link_for(&app, &ada).await;
        sets(&app.browser(), &path, NEW).await.is(303);
        let page = ada.signs_in(NEW).await.is(401).page();
        assert!(page.text(".errors").contains(words), "{}", page.text(".errors"));
        assert_eq!(app.row(&ada.person).status, status);
    }
}

#[actix_web::test]
async fn passwords_that_are_guessed_first_are_refused_and_the_link_stays_good() {
    let app = App::start().await;
    let ada = app.developer_at_the_door(somebody("Ada Byron").of("Engines & Co").now(Approved));
    let path = link_for(&app, &ada).await;
    let long = "x".repeat(129);
    for bad in [
        "",
        "fourteen chars",
        "passwordpassword",
        "Ada Byron Ada Byron",
        "ada.byron@x.example",
        "engines & co engines",
        "guestlistguestlist",
        &long,
    ] {
        for htmx in [false, true] {
            let page = sets(&app.browser().speaking(htmx), &path, bad).await.is(422).page();
            assert!(page.title().starts_with("Error: "));
            assert_eq!(page.attributes(".errors a", "href"), ["#password"], "{bad}");
            assert_eq!(page.attribute("#password", "value").as_deref(), Some(""));
        }
    }
    ada.signs_in(PASSWORD).await.is(303);
    sets(&app.browser(), &path, NEW).await.is(303);
}

#[actix_web::test]
async fn what_never_was_a_link_is_not_found() {
    let app = App::start().await;
    app.setting("verification", "always");
    let ada = app.developer_at_the_door(somebody("Ada Byron").now(Approved));
    let path = link_for(&app, &ada).await;
    let token = path.rsplit('/').next().unwrap().to_owned();
    app.browser().post("/register/resend", &[("email", &ada.person.email)]).await.is(303);
    let verify = app.mail_to(&ada.person.email).token();
    let wrong = [new_token().unwrap(), token.to_lowercase(), format!("{token}x"), verify, "%00".into(), "%ff".into()];
    for wrong in wrong {
        app.browser().get(&format!("/password/reset/{wrong}")).await.is(404);
        sets(&app.browser(), &format!("/password/reset/{wrong}"), NEW).await.is(404);
    }
    app.browser().get(&format!("/verify/{token}")).await.is(404);
    app.db.run("delete from developers");
    app.browser().get(&path).await.is(404);
    sets(&app.browser(), &path, NEW).await.is(404);
}
