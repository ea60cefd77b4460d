//! Requirements of HARDENING.md that no single page can show, by their numbers. 50 is in `applications::foreign`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use guestlist::config::Config;

use crate::support::actors::PASSWORD;
use crate::support::gateway::SOON;
use crate::support::{App, Browser, somebody};
use crate::web::routes;

const OWN: &str = "one that nobody but Ada knows";

#[actix_web::test]
async fn requirement_48_an_admin_neither_sets_nor_sees_a_password() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.developer("Ada Byron").await;
    let before = app.db.text("select password_hash from developer_passwords");
    for route in
        routes(&ada.person, "none").iter().filter(|route| route.path.starts_with("/admin/") && route.fields.is_some())
    {
        if route.path.contains("/delete") || route.path.contains("/transitions") || route.path.ends_with("out") {
            continue;
        }
        let mut fields = route.pairs();
        fields.extend([("password", OWN), ("new_password", OWN), ("password_hash", OWN)]);
        admin.browser.post(&route.path, &fields).await;
    }
    admin.signs_in(PASSWORD).await;
    assert_eq!(app.db.text("select password_hash from developer_passwords"), before);
    let page = admin.opens(&ada.person.path()).await;
    assert!(!page.has("main input[type='password']") && !page.all_text().contains("argon2"));
    assert!(!page.all_text().contains(&before));
    ada.elsewhere(&app).signs_in(PASSWORD).await.is(303);
    ada.elsewhere(&app).signs_in(OWN).await.is(401);
}

#[actix_web::test]
async fn requirement_49_every_address_of_the_desk_refuses_whoever_is_no_admin() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let dora = app.developer("Dora").await;
    let ada = app.requested("Ada Byron").await;
    // A developer's session under an admin's name is none.
    let forger = app.browser();
    let session = dora.browser.cookie("developer").unwrap();
    forger.jar.borrow_mut().insert("admin".into(), session);
    let before = app.state();
    let mut refused = 0;
    for (browser, door) in [
        (&dora.browser, "/admin/login"),
        (&forger, "/admin/login"),
        (&app.browser(), "/admin/login"),
        (&admin.browser, "/login"),
        (&app.browser(), "/login"),
    ] {
        for route in routes(&ada, "none").iter().filter(|route| route.door == Some(door)) {
            let mut answers = Vec::new();
            for htmx in [false, true] {
                let browser = browser.speaking(htmx);
                if route.is_read() {
                    answers.push((htmx, browser.get(&route.path).await));
                }
                if route.fields.is_some() {
                    answers.push((htmx, browser.post(&route.path, &route.pairs()).await));
                }
            }
            for (htmx, answer) in answers {
                assert_eq!(answer.status, if htmx { 401 } else { 303 }, "{}", answer.what);
                let header = if htmx { "hx-redirect" } else { "location" };
                assert!(answer.header(header).unwrap().starts_with(door), "{}", answer.what);
                assert!(!answer.text().contains("Ada"), "{}", answer.what);
                refused += 1;
            }
        }
    }
    assert_eq!(app.state(), before);
    assert!(refused > 200, "{refused}");
}

/// All forms, once as they are and once with everything that a row has: it must end in the same state.
#[actix_web::test]
async fn requirement_51_no_form_takes_more_than_it_asks_for() {
    const MORE: [(&str, &str); 18] = [
        ("id", "00000000-0000-7000-8000-000000000001"),
        ("developer_id", "00000000-0000-7000-8000-000000000001"),
        ("application_id", "00000000-0000-7000-8000-000000000001"),
        ("status", "approved"),
        ("role", "admin"),
        ("is_admin", "true"),
        ("email_verified", "true"),
        ("email_verified_at", "2020-01-01T00:00:00Z"),
        ("mailbox", "eve@x.example"),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("requested_at", "2020-01-01T00:00:00Z"),
        ("decided_at", "2020-01-01T00:00:00Z"),
        ("decided_by", "Eve"),
        ("revoked_at", "2020-01-01T00:00:00Z"),
        ("expires_at", "2020-01-01T00:00:00Z"),
        ("secret_hash", "00"),
        ("shown_start", "glk_EVIL"),
        ("password_hash", "x"),
    ];
    let mut ends = Vec::new();
    for more in [&[][..], &MORE] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await;
        let ada = app.developer("Ada Byron").await;
        let bo = app.enters(somebody("Bo Chen").at("bo@x.example"));
        let weather = app.application(&ada.person, "Weather");
        let everybody: Browser = app.browser();
        everybody.jar.borrow_mut().extend(admin.browser.jar.borrow().clone());
        everybody.jar.borrow_mut().extend(ada.browser.jar.borrow().clone());
        let mut statuses = Vec::new();
        for route in
            routes(&bo, "none").iter().filter(|route| route.fields.is_some() && !route.path.ends_with("logout"))
        {
            let path = route
                .path
                .replace(&format!("/applications/{}", uuid::Uuid::nil()), &format!("/applications/{}", weather.id));
            let mut fields = route.pairs();
            let known: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
            fields.extend(more.iter().filter(|(name, _)| !known.contains(name)));
            // The deletion of the application would leave nothing to try.
            if path.ends_with(&format!("{}/delete", weather.id)) {
                continue;
            }
            let status = everybody.post(&path, &fields).await.status;
            statuses.push(format!("{status} {}", route.path.replace(&bo.id.to_string(), "BO")));
        }
        ends.push((statuses, app.state()));
    }
    assert_eq!(ends[0].0, ends[1].0);
    assert_eq!(ends[0].1, ends[1].1);
    assert!(ends[0].1.iter().any(|line| line.contains("Production")), "a key was made: {:?}", ends[0]);
}

#[actix_web::test]
async fn requirement_52_who_loses_access_has_none_at_the_next_request() {
    let app = App::start().await;
    let other = app.another(&[]);
    let gateways = [app.gateway().await, other.gateway().await];
    let admin = app.admin("Kim Lee").await;
    for n in 0..5 {
        let ada = app.developer(&format!("Ada {n}")).await;
        let there = crate::support::Developer { browser: other.browser(), ..ada.clone() };
        there.signs_in(PASSWORD).await.is(303);
        let weather = ada.registers(&app, "Weather").await;
        let key = there.creates_key(&app, &weather, "Production").await;
        for gateway in &gateways {
            gateway.comes_to(&key.secret, 204).await;
        }
        admin.revoke(&ada.person, "").await.done();
        assert!(!ada.is_in().await && !there.is_in().await, "sessions end with the move");
        let begun = Instant::now();
        for gateway in &gateways {
            gateway.comes_to(&key.secret, 403).await;
        }
        assert!(begun.elapsed() < SOON);
        admin.reapprove(&ada.person).await.done();
        assert!(!ada.is_in().await && !there.is_in().await, "coming back brings keys back, and no sessions");
        for gateway in &gateways {
            gateway.comes_to(&key.secret, 204).await;
        }
        app.db.run("delete from throttles");
    }
}

/// Keys are found by their hash. The token of gateways is compared in a time that tells nothing: one that is wrong in its
/// first character takes as long as one that is wrong in its last.
#[test]
fn requirement_54_secrets_are_compared_in_constant_time() {
    let own = "t".repeat(4_000);
    let config = Config::read(|name| (name == "GUESTLIST_GATEWAY_TOKEN").then(|| own.clone())).unwrap();
    let token = config.gateway_token.unwrap();
    let (early, late) = (format!("x{}", &own[1..]), format!("{}x", &own[1..]));
    let time = |shown: &str| {
        let begun = Instant::now();
        for _ in 0..20 {
            assert!(!black_box(token.is(black_box(shown.as_bytes()))));
        }
        begun.elapsed()
    };
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    };
    let pairs: Vec<_> = (0..101).map(|_| (time(&early), time(&late))).collect();
    let (early, late): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let ratio = median(early) / median(late);
    // One that stops at the first difference would be a hundred times quicker with the one than with the other.
    assert!((0.3..3.0).contains(&ratio), "{ratio}: whoever guesses the beginning learns it");
}

#[actix_web::test]
async fn requirement_58_no_key_stands_in_an_address() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.developer("Ada Byron").await;
    let weather = ada.registers(&app, "Weather").await;
    let key = ada.creates_key(&app, &weather, "Production").await;
    let gateway = app.gateway().await;
    gateway.asks_at(&format!("/gateway/check?apikey={}", key.secret)).await.is(401);
    let shown_again = ada.asks_for_key(&weather, "Second").await.is(200);
    let found = admin.browser.post("/admin/keys/search", &[("q", &key.secret)]).await.is(200);
    let mut answers = vec![shown_again, found];
    for htmx in [false, true] {
        let admin = admin.speaking(htmx);
        for page in [weather.own_path(), "/account/applications".into(), "/account".into()] {
            answers.push(ada.browser.speaking(htmx).get(&page).await);
        }
        for page in
            [ada.person.path(), "/admin/developers?status=all".into(), "/admin/activity".into(), "/admin/mail".into()]
        {
            answers.push(admin.gets(&page).await);
        }
        answers.push(admin.browser.post("/admin/keys/search", &[("q", &key.secret[..10])]).await.is(200));
    }
    for answer in answers {
        let secret = &key.secret[8..38];
        for (name, value) in &answer.headers {
            assert!(!value.contains("glk_"), "{name} of {}", answer.what);
        }
        let page = answer.page();
        for name in ["href", "src", "action", "formaction", "hx-get", "hx-post", "hx-push-url", "hx-replace-url"] {
            for value in page.attributes(&format!("[{name}]"), name) {
                assert!(!value.contains(secret) && !value.contains("glk_"), "{value} in {}", answer.what);
            }
        }
    }
}
