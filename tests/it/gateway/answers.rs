//! `/gateway/check`: what it answers, and how.

use chrono::{TimeDelta, Utc};
use guestlist::developers::Status::{self, Approved};

use crate::support::applications::unknown_key;
use crate::support::gateway::{CHECK, identity};
use crate::support::{Answer, App, somebody};

/// Nothing that a page has, and nothing to be remembered.
fn assert_is_plain(answer: &Answer) {
    let what = &answer.what;
    assert!(answer.all("set-cookie").is_empty() && answer.header("location").is_none(), "{what}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert!(answer.text().lines().count() <= 1 && !answer.text().contains('<'), "{what}: {}", answer.text());
}

#[actix_web::test]
async fn a_good_key_passes_and_tells_whose_it_is() {
    let app = App::start().await;
    let (ada, weather, key) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    // The second answer comes from memory.
    for _ in 0..2 {
        let answer = gateway.checks(&key.secret).await.is(204);
        let expected =
            [ada.id.to_string(), ada.email.clone(), weather.id.to_string(), weather.name.clone(), key.id.to_string()];
        assert_eq!(identity(&answer), expected.map(Some));
        assert!(answer.body.is_empty());
        assert_is_plain(&answer);
    }
}

#[actix_web::test]
async fn without_a_good_key_it_is_401_whatever_is_wrong_with_it() {
    let app = App::start().await;
    let (_, weather, good) = app.key_holder("Ada Byron");
    let expired = app.key_until(&weather, "Expired", Some(Utc::now() - TimeDelta::seconds(1)));
    let revoked = app.key(&weather, "Revoked");
    app.db.run(&format!("update keys set revoked_at = now() where id = '{}'", revoked.id));
    let deleted = app.key(&weather, "Deleted");
    app.db.run(&format!("delete from keys where id = '{}'", deleted.id));
    let mut mistyped = good.secret.clone();
    mistyped.replace_range(20..21, if &good.secret[20..21] == "x" { "y" } else { "x" });
    let gateway = app.gateway().await;
    let nothing = gateway.asks().await.is(401);
    assert_is_plain(&nothing);
    assert!(nothing.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
    for bad in [
        "",
        "x",
        "glk_",
        &good.secret[..41],
        &mistyped,
        &good.secret.to_lowercase(),
        &unknown_key(),
        &expired.secret,
        &revoked.secret,
        &deleted.secret,
        &format!("{}0", good.secret),
        &"x".repeat(4_000),
    ] {
        for _ in 0..2 {
            let answer = gateway.checks(bad).await;
            assert_eq!(answer.comparable(), nothing.comparable(), "{bad}");
        }
    }
    gateway.checks(&good.secret).await.is(204);
}

#[actix_web::test]
async fn a_key_of_somebody_or_something_that_is_not_approved_is_403_and_tells_nothing() {
    let app = App::start().await;
    let gateway = app.gateway().await;
    let mut refusals = Vec::new();
    for developer in Status::ALL {
        for application in Status::ALL {
            let name = format!("{developer} {application}");
            let owner = app.enters(somebody(&name).now(*developer).proven());
            let weather = app.application_in(&owner, "Weather", *application);
            let key = app.key(&weather, "Production");
            let is_good = (*developer, *application) == (Approved, Approved);
            gateway.comes_to(&key.secret, if is_good { 204 } else { 403 }).await;
            for _ in 0..2 {
                let answer = gateway.checks(&key.secret).await;
                assert_eq!(answer.status, if is_good { 204 } else { 403 }, "{name}");
                assert_eq!(identity(&answer).iter().any(Option::is_some), is_good, "{name}");
                assert_is_plain(&answer);
                if !is_good {
                    refusals.push(answer.comparable());
                }
            }
        }
    }
    assert_eq!(refusals.len(), 30);
    assert!(refusals.windows(2).all(|pair| pair[0] == pair[1]), "{refusals:?}");
}

#[actix_web::test]
async fn an_expired_or_revoked_key_of_somebody_revoked_is_no_key_at_all() {
    let app = App::start().await;
    let ada = app.enters(somebody("Ada Byron").now(Status::Revoked).proven());
    let weather = app.application(&ada, "Weather");
    let key = app.key_until(&weather, "Expired", Some(Utc::now() - TimeDelta::days(1)));
    let gateway = app.gateway().await;
    for _ in 0..2 {
        gateway.checks(&key.secret).await.is(401);
    }
}

#[actix_web::test]
async fn any_method_and_any_body_are_answered_the_same() {
    let app = App::start().await;
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
        let answer = gateway.asks_by(method, CHECK).header("apikey", &key.secret).await.is(204);
        assert!(identity(&answer).iter().all(Option::is_some), "{method}");
        assert!(answer.body.is_empty(), "{method}");
        gateway.asks_by(method, CHECK).await.is(401);
        gateway.asks_by(method, CHECK).header("X-API-Key", &unknown_key()).await.is(401);
    }
    for (content_type, body) in [
        ("application/x-www-form-urlencoded", format!("apikey={}", unknown_key())),
        ("application/json", "{".repeat(100_000)),
        ("multipart/form-data; boundary=x", "no form".into()),
        ("nonsense", "\u{0}".into()),
    ] {
        let request = gateway.asks_by("POST", CHECK).body(content_type, body.clone());
        request.header("X-API-Key", &key.secret).await.is(204);
        gateway.asks_by("POST", CHECK).body(content_type, body).await.is(401);
    }
}

#[actix_web::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    let app = App::start().await;
    let (.., key) = app.key_holder("Ada Byron");
    app.gateway().await;
    let head =
        format!("POST {CHECK} HTTP/1.1\r\nHost: x\r\nX-API-Key: {}\r\nContent-Length: 1000000\r\n\r\n", key.secret);
    let answer = app.raw(head.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
}

#[actix_web::test]
async fn what_browsers_bring_along_changes_nothing() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.developer("Ada Byron").await;
    let (.., key) = app.key_holder("Bo Chen");
    let gateway = app.gateway().await;
    for browser in [&admin.browser, &ada.browser] {
        for htmx in [false, true] {
            let browser = browser.speaking(htmx);
            let without = browser.get(CHECK).await.is(401);
            assert_is_plain(&without);
            let answer = browser
                .post(CHECK, &[])
                .header("Origin", "https://evil.example")
                .header("Sec-Fetch-Site", "cross-site");
            let answer = answer.header("X-API-Key", &key.secret).await.is(204);
            assert_is_plain(&answer);
            assert!(answer.all("access-control-allow-origin").is_empty());
        }
    }
    let compressed = gateway.asks().header("Accept-Encoding", "br, gzip").await.is(401);
    assert_eq!(compressed.header("content-encoding"), None);
}

#[actix_web::test]
async fn names_and_addresses_of_every_kind_fit_a_header() {
    let app = App::start().await;
    let gateway = app.gateway().await;
    for (n, (email, name, email_header, name_header)) in [
        ("Ada@X.example", "Weather Station 2", "Ada@X.example", "Weather Station 2"),
        ("ü@bücher.example", "Wetter für Köln", "%C3%BC@b%C3%BCcher.example", "Wetter f%C3%BCr K%C3%B6ln"),
        ("a%41b@x.example", "100% \"sure\", <b>\\;", "a%2541b@x.example", "100%25 \"sure\", <b>\\;"),
        ("z@x.example", "🌦 ж\u{a0}x", "z@x.example", "%F0%9F%8C%A6 %D0%B6%C2%A0x"),
    ]
    .into_iter()
    .enumerate()
    {
        let owner = app.enters(somebody(&format!("Ada {n}")).at(email).now(Approved).proven());
        let key = app.key(&app.application(&owner, name), "Production");
        gateway.comes_to(&key.secret, 204).await;
        let answer = gateway.checks(&key.secret).await.is(204);
        let [_, email, _, name, _] = identity(&answer).map(Option::unwrap);
        assert_eq!((email.as_str(), name.as_str()), (email_header, name_header));
    }
    let owner = app.approved("Long Name");
    let key = app.key(&app.application(&owner, &"ж".repeat(200)), "Production");
    gateway.comes_to(&key.secret, 204).await;
    let answer = gateway.checks(&key.secret).await.is(204);
    assert_eq!(answer.header("x-application-name").map(str::len), Some(1200));
}

#[actix_web::test]
async fn who_asks_cannot_say_who_they_are() {
    let app = App::start().await;
    let (ada, .., key) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    let forged = gateway.checks(&key.secret).header("X-Developer-Id", "eve").header("X_Developer_Id", "eve");
    let answer = forged.header("X-Key-Id", "eve").await.is(204);
    assert_eq!(answer.all("x-developer-id"), [ada.id.to_string()]);
    assert_eq!(answer.all("x-key-id"), [key.id.to_string()]);
    assert!(answer.all("x_developer_id").is_empty());
}

#[actix_web::test]
async fn every_answer_has_the_headers_that_answers_for_machines_need() {
    let app = App::start().await;
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    for answer in
        [gateway.checks(&key.secret).await.is(204), gateway.asks().await.is(401), gateway.asks_at("/metrics").await]
    {
        for (name, value) in [
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name} at {}", answer.status);
        }
        assert_eq!(answer.header("server"), None);
    }
}
