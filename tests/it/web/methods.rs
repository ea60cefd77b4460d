//! Methods that an address does not know.

use actix_web::http::Method;

use super::routes;
use crate::support::App;

#[actix_web::test]
async fn every_address_names_the_methods_it_knows_and_refuses_the_others() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let before = app.state();
    for route in routes(&ada, "none") {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            if route.allow.split(", ").any(|known| known == method) {
                continue;
            }
            for htmx in [false, true] {
                let browser = admin.browser.speaking(htmx);
                let answer = browser.request(Method::from_bytes(method.as_bytes()).unwrap(), &route.path).await;
                assert_eq!(answer.status, 405, "{}", answer.what);
                assert_eq!(answer.header("allow"), Some(route.allow), "{}", answer.what);
                assert!(!answer.text().contains("Sec-Fetch"), "nothing is echoed: {}", answer.what);
            }
        }
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn head_is_a_get_without_its_body() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    for route in routes(&ada, "none").iter().filter(|route| route.is_read()) {
        let get = admin.gets(&route.path).await;
        let head = admin.browser.request(Method::HEAD, &route.path).await;
        assert_eq!(head.status, get.status, "{}", head.what);
        assert!(head.body.is_empty(), "{}", head.what);
        assert_eq!(head.header("content-type"), get.header("content-type"), "{}", head.what);
    }
}

#[actix_web::test]
async fn addresses_that_are_none_are_not_found_whatever_the_method() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for path in [
        "/nothing",
        "/admin/nothing",
        "/admin/developers/",
        "/admin/developers/1/nothing",
        "/static/",
        "/static/x/y",
        "/admin/",
        "/Admin/Developers",
        "//",
        "/admin//developers",
        "/.env",
        "/.git/config",
        "/debug",
        "/admin/settings/nothing",
        "/admin/settings/mails/nothing/x",
        "/admin/invitations/nothing",
        "/admin/invitations/",
        "/admin/invitations/new/",
        "/admin/applications/",
        "/admin/applications/1/nothing",
        "/admin/team",
        "/register/",
        "/register/somebody/else",
        "/verify",
        "/verify/",
        "/password",
        "/password/reset",
        "/login/",
        "/account/",
        "/account/nothing",
        "/Login",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = admin.browser.request(method, path).await;
            assert_eq!(answer.status, 404, "{}", answer.what);
        }
    }
}

#[actix_web::test]
async fn ambiguous_framing_is_refused() {
    let app = App::start().await;
    for head in [
        "POST /admin/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /admin/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        "POST /admin/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /admin/login HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nabcd",
        "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ] {
        let answer = app.raw(head.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400"), "{head}: {answer}");
    }
}
