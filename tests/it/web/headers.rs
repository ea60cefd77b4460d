//! What every answer carries.

use actix_web::http::Method;

use super::routes;
use crate::support::{Answer, App};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Answers of every kind and status that can be had without breaking anything.
async fn answers(app: &App) -> Vec<Answer> {
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let stranger = app.browser();
    let mut answers = Vec::new();
    for htmx in [false, true] {
        let (browser, stranger) = (admin.browser.speaking(htmx), stranger.speaking(htmx));
        for route in routes(&ada, "none").iter().filter(|route| !route.path.ends_with("logout")) {
            if route.is_read() {
                answers.push(browser.get(&route.path).header("Origin", "https://evil.example").await);
                answers.push(browser.get(&route.path).header("Origin", "null").await);
                answers.push(stranger.get(&route.path).await);
                answers.push(browser.request(Method::HEAD, &route.path).await);
            }
            answers.push(browser.request(Method::PUT, &route.path).await);
            answers.push(browser.request(Method::OPTIONS, &route.path).header("Origin", "https://evil.example").await);
            answers.push(browser.post(&route.path, &[]).header("Sec-Fetch-Site", "cross-site").await);
            answers.push(browser.post(&route.path, &[("version", "x")]).await);
            answers.push(browser.request(Method::POST, &route.path).body("text/plain", "x").await);
            answers.push(browser.post(&route.path, &[("reason", &"x".repeat(70_000))]).await);
        }
        answers.push(browser.get("/nothing").await);
        answers.push(browser.get("/admin/nothing").await);
        answers.push(browser.get("/static/nothing.css").await);
        answers.push(browser.post(&ada.moves(), &[("action", "revoke"), ("version", "1")]).await);
        answers.push(browser.post(&ada.path(), &[("full_name", ""), ("version", "1")]).await);
        answers.push(browser.get("/admin/developers").header("Sec-Fetch-Dest", "image").await);
    }
    answers
}

#[actix_web::test]
async fn every_answer_carries_them_whatever_its_status() {
    let app = App::start().await;
    let answers = answers(&app).await;
    for status in [200, 303, 400, 401, 403, 404, 405, 409, 413, 415, 422] {
        assert!(answers.iter().any(|answer| answer.status == status), "no answer with {status} was had");
    }
    for answer in &answers {
        let what = format!("{} {}", answer.what, answer.status);
        assert_eq!(answer.header("content-security-policy"), Some(POLICY), "{what}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{what}");
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"), "{what}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{what}");
        assert_eq!(answer.header("x-robots-tag"), Some("noindex"), "{what}");
        assert!(answer.header("x-request-id").is_some_and(|id| uuid::Uuid::parse_str(id).is_ok()), "{what}");
        assert_eq!(answer.header("strict-transport-security"), None, "{what}");
        for name in ["access-control-allow-origin", "access-control-allow-credentials", "server", "x-powered-by"] {
            assert_eq!(answer.header(name), None, "{what}");
        }
        let caching = answer.header("cache-control").unwrap_or_else(|| panic!("{what}: no Cache-Control"));
        assert_eq!(caching, "no-store", "{what}");
        let vary = answer.all("vary").join(", ").to_ascii_lowercase();
        assert!(vary.contains("hx-request"), "{what}: Vary: {vary}");
        if !answer.body.is_empty() {
            let media_type = answer.header("content-type").unwrap_or_else(|| panic!("{what}: no Content-Type"));
            assert!(media_type.ends_with("; charset=utf-8"), "{what}: {media_type}");
        }
        assert!(!answer.text().contains("panicked") && !answer.text().contains(".rs:"), "{what}");
        let is_page = answer.text().starts_with("<!DOCTYPE html>");
        assert!(is_page || !answer.text().contains("<html"), "{what}");
    }
    let mut ids: Vec<_> = answers.iter().map(Answer::request_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), answers.len(), "each request has an id of its own");
}

#[actix_web::test]
async fn only_behind_https_browsers_are_told_to_stay_there() {
    let app = App::with(&[("GUESTLIST_BASE_URL", "https://guests.example")]).await;
    for answer in answers(&app).await {
        let hsts = answer.header("strict-transport-security");
        assert_eq!(hsts, Some("max-age=31536000; includeSubDomains"), "{} {}", answer.what, answer.status);
        for cookie in answer.all("set-cookie") {
            assert!(cookie.starts_with("__Host-"), "{}: {cookie}", answer.what);
            for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
                assert!(cookie.contains(part), "{}: {cookie}", answer.what);
            }
            assert!(!cookie.to_ascii_lowercase().contains("domain"), "{}: {cookie}", answer.what);
        }
    }
}

#[actix_web::test]
async fn a_request_id_of_the_client_is_not_taken_over() {
    let app = App::start().await;
    let forged = "00000000-0000-4000-8000-000000000000";
    let answer = app.browser().get("/livez").header("X-Request-Id", forged).await;
    assert_ne!(answer.request_id(), forged);
}

#[actix_web::test]
async fn pages_hold_no_script_and_no_style_of_their_own() {
    let app = App::start().await;
    for answer in answers(&app).await {
        let text = answer.text();
        if !text.contains('<') {
            continue;
        }
        let page = answer.page();
        assert!(!page.has("script:not([src])") && !page.has("style"), "{}", answer.what);
        assert!(!page.has("[style]") && !page.has("[onclick]") && !page.has("[hx-on]"), "{}", answer.what);
        for link in page.attributes("[src]", "src").into_iter().chain(page.attributes("link[href]", "href")) {
            assert!(link.starts_with("/static/"), "{}: {link}", answer.what);
        }
        if text.starts_with("<!DOCTYPE") {
            assert_eq!(page.attribute("html", "lang").as_deref(), Some("en"), "{}", answer.what);
            assert!(page.count("head link, head script[src]") <= 4, "{}", answer.what);
        }
    }
}
