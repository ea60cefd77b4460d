//! Requests that another site makes in an admin's name.

use super::routes;
use crate::support::{App, somebody};

const FORM: &str = "application/x-www-form-urlencoded";

#[actix_web::test]
async fn only_what_comes_from_here_is_looked_at() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let stranger = app.browser();
    let own = admin.browser.origin.clone();
    let other_port = "http://127.0.0.1:1".to_owned();
    let without_port = "http://127.0.0.1".to_owned();
    let https = own.replace("http://", "https://");
    let mut n = 0;
    for site in
        [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site"), Some(""), Some("SAME-ORIGIN")]
    {
        for origin in [
            None,
            Some(own.as_str()),
            Some("https://evil.example"),
            Some("null"),
            Some(&other_port),
            Some(&without_port),
            Some(&https),
            Some(""),
        ] {
            let comes_from_here = |has_cookie: bool| match (site, origin) {
                (Some(site), _) => site == "same-origin" || site == "none",
                (None, Some(origin)) => origin == own,
                (None, None) => !has_cookie,
            };
            for (browser, has_cookie) in [(&admin.browser, true), (&stranger, false)] {
                for content_type in [FORM, "text/plain", "multipart/form-data; boundary=x", "application/json"] {
                    n += 1;
                    let ada = app.enters(somebody(&format!("Ada {n}")));
                    let mut request = browser
                        .post(&ada.moves(), &[("action", "approve"), ("version", "1")])
                        .without("Sec-Fetch-Site")
                        .without("Origin")
                        .header("Content-Type", content_type);
                    if let Some(site) = site {
                        request = request.header("Sec-Fetch-Site", site);
                    }
                    if let Some(origin) = origin {
                        request = request.header("Origin", origin);
                    }
                    let answer = request.await;
                    let what = format!("{site:?} {origin:?} cookie: {has_cookie} {content_type}");
                    let (expected, moved) = match (comes_from_here(has_cookie), has_cookie, content_type) {
                        (false, ..) => (403, false),
                        (true, false, _) => (303, false),
                        (true, true, FORM) => (303, true),
                        (true, true, _) => (415, false),
                    };
                    assert_eq!(answer.status, expected, "{what}");
                    assert_eq!(app.row(&ada).version == 2, moved, "{what}");
                    assert!(answer.header("access-control-allow-origin").is_none());
                }
            }
        }
    }
}

#[actix_web::test]
async fn every_form_refuses_another_site_with_a_page_that_explains() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let before = app.state();
    for route in routes(&ada, "none").iter().filter(|route| route.fields.is_some()) {
        for htmx in [false, true] {
            let request = admin.browser.speaking(htmx).post(&route.path, &route.pairs());
            let answer = request.header("Sec-Fetch-Site", "cross-site").header("Origin", "https://evil.example").await;
            assert_eq!(answer.status, 403, "{}", answer.what);
            assert!(answer.all("set-cookie").is_empty(), "{}", answer.what);
            if htmx {
                assert!(answer.partial("#messages").inner.contains("came from another site"));
            } else {
                assert!(answer.page().text("main").contains("Nothing was changed"));
            }
        }
    }
    assert_eq!(app.state(), before);
    admin.gets("/admin/developers").await.is(200);
}

#[actix_web::test]
async fn the_host_header_decides_nothing() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let evil = "http://evil.example";
    let answer = admin
        .browser
        .post(&ada.moves(), &[("action", "approve"), ("version", "1")])
        .without("Sec-Fetch-Site")
        .header("Host", "evil.example")
        .header("X-Forwarded-Host", "evil.example")
        .header("Forwarded", "host=evil.example;proto=http")
        .header("Origin", evil)
        .await;
    assert_eq!(answer.status, 403);
    let answer = admin.browser.get("/admin").header("Host", "evil.example").await;
    assert_eq!(answer.location(), "/admin/developers");
    for path in
        ["/", "/register", "/login", "/admin/developers", "/admin/invitations", "/admin/invitations/new", "/admin/mail"]
    {
        let page = admin.browser.get(path).header("Host", "evil.example").await.is(200);
        assert!(!page.text().contains("evil.example"), "{path}");
    }
}

#[actix_web::test]
async fn behind_https_the_origin_is_the_base_url() {
    let app = App::with(&[("GUESTLIST_BASE_URL", "https://guests.example")]).await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    for (origin, status) in [
        ("https://guests.example", 303),
        ("https://guests.example:443", 403),
        ("http://guests.example", 403),
        ("https://guests.example.evil.example", 403),
        ("https://evil.guests.example", 403),
    ] {
        let version = app.row(&ada).version.to_string();
        let fields = [("full_name", "Ada Byron"), ("organization", ""), ("version", &version)];
        let request = admin.browser.post(&ada.path(), &fields).without("Sec-Fetch-Site").header("Origin", origin);
        assert_eq!(request.await.status, status, "{origin}");
    }
}

#[actix_web::test]
async fn pages_cannot_be_loaded_as_a_part_of_something() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    for path in ["/admin/developers".to_owned(), ada.path(), ada.deletion(), "/admin/activity".into()] {
        for dest in ["image", "script", "style", "iframe", "frame", "embed", "object", "audio", "worker", "xslt"] {
            let answer = admin.browser.get(&path).header("Sec-Fetch-Dest", dest).await;
            assert_eq!(answer.status, 403, "{path} as {dest}");
            assert!(!answer.text().contains("Ada Byron"), "{path} as {dest}");
        }
        assert_eq!(admin.browser.get(&path).header("Sec-Fetch-Dest", "document").await.status, 200);
        assert_eq!(admin.browser.get(&path).header("Sec-Fetch-Dest", "empty").await.status, 200);
        assert_eq!(admin.browser.get(&path).without("Sec-Fetch-Dest").await.status, 200);
    }
}
