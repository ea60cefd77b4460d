//! `POST /register/resend`

use super::{BEHIND_PROXY, sign_up, traces};
use crate::support::{Answer, App, Browser, somebody};

const ADA: &str = "ada@engine.example";

async fn resend(browser: &Browser, email: &str, address: &str) -> Answer {
    browser.post("/register/resend", &[("email", email)]).header("X-Forwarded-For", address).await
}

#[actix_web::test]
async fn only_who_has_something_to_prove_gets_a_link_and_nobody_can_tell() {
    for htmx in [false, true] {
        let app = App::with(&BEHIND_PROXY).await;
        app.setting("verification", "always");
        sign_up(ADA).sent(&app).await.is(303);
        let bo = app.enters(somebody("Bo Chen").proven());
        let browser = app.browser().speaking(htmx);
        let known = resend(&browser, " ADA@engine.example", "198.51.100.1").await.is(303);
        assert_eq!(app.told(ADA), ["verify_address"; 2]);
        let state = app.state();
        let links = app.db.number("select count(*) from mail_links");
        for email in [bo.email.as_str(), "nobody@engine.example"] {
            let other = app.browser().speaking(htmx);
            let answer = resend(&other, email, "198.51.100.2").await;
            assert_eq!(answer.comparable(), known.comparable(), "{email}");
            let page = other.speaking(false).get(answer.location()).await.is(200);
            let own = browser.speaking(false).get(known.location()).await.is(200);
            // Each page shows the address that was typed in its browser, the message once.
            assert!(page.page().text("main").contains(email) && own.page().text("main").contains("ADA@engine.example"));
            assert!(page.page().text("#messages").contains("a new mail is on its way"));
        }
        assert_eq!(app.state(), state);
        assert_eq!(app.db.number("select count(*) from mail_links"), links);
        assert_eq!(app.mails().len(), 2, "{:?}", app.mails());
    }
}

#[actix_web::test]
async fn three_an_hour_go_to_one_mailbox_whether_it_is_known_or_not() {
    let app = App::with(&BEHIND_PROXY).await;
    app.setting("verification", "always");
    sign_up(ADA).sent(&app).await.is(303);
    let mut refused = Vec::new();
    for (n, email) in [ADA, "nobody@engine.example"].into_iter().enumerate() {
        let spellings = [email.to_owned(), email.to_uppercase(), format!(" {email} ")];
        for (at, spelling) in spellings.iter().enumerate() {
            resend(&app.browser(), spelling, &format!("198.51.100.{}", 10 * n + at)).await.is(303);
        }
        let answer = resend(&app.browser(), email, &format!("198.51.100.{}", 10 * n + 9)).await.is(429);
        let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((3_500..=3_600).contains(&wait), "{wait}");
        let words = answer.page().text("main");
        assert!(words.contains("Too many attempts") || words.contains("Wait 60 minutes"), "{words}");
        let htmx = resend(&app.browser().speaking(true), email, "198.51.100.99").await.is(429);
        assert!(htmx.partial("#messages").inner.contains("Wait 60 minutes"), "{}", htmx.text());
        let mut comparable = answer.comparable();
        comparable.1.retain(|(name, _)| name != "retry-after");
        comparable.2 = comparable.2.replace(&answer.request_id(), "ID");
        refused.push(comparable);
    }
    assert_eq!(refused[0], refused[1]);
    assert_eq!(app.told(ADA).len(), 4);
    app.db.run("update throttles set window_started_at = window_started_at - interval '61 minutes'");
    resend(&app.browser(), ADA, "198.51.100.77").await.is(303);
    assert_eq!(app.told(ADA).len(), 5);
}

#[actix_web::test]
async fn ten_an_hour_come_from_one_address_and_others_go_on() {
    let app = App::with(&BEHIND_PROXY).await;
    for n in 0..10 {
        resend(&app.browser(), &format!("nobody{n}@engine.example"), "198.51.100.7").await.is(303);
    }
    resend(&app.browser(), "somebody@engine.example", "198.51.100.7").await.is(429);
    resend(&app.browser(), "somebody@engine.example", "198.51.100.8").await.is(303);
}

#[actix_web::test]
async fn what_is_no_address_is_said_and_counts_as_nothing() {
    let app = App::start().await;
    let before = traces(&app);
    for email in ["", "ada", "ada@x.example\r\nBcc: all@x.example", "a@b@c.example"] {
        let page = app.browser().post("/register/resend", &[("email", email)]).await.is(422).page();
        assert!(page.title().starts_with("Error: "), "{}", page.title());
        assert_eq!(page.attributes(".errors a", "href"), ["#email"]);
        assert_eq!(page.texts(".errors a"), [page.text("#email-error")]);
    }
    assert_eq!(traces(&app), before);
}
