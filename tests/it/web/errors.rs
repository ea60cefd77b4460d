//! Pages for what cannot be served.

use actix_web::http::Method;

use crate::support::App;

#[actix_web::test]
async fn an_error_is_a_page_in_the_same_look_that_names_its_request() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let refused = [
        (admin.gets("/nothing").await, 404, "Page not found"),
        (admin.gets("/admin/developers/abc").await, 404, "Page not found"),
        (admin.browser.request(Method::PUT, "/admin/developers").await, 405, "cannot do that"),
        (admin.browser.post(&ada.moves(), &[("version", "1")]).await, 400, "cannot be read"),
        (admin.browser.post(&ada.moves(), &[]).header("Sec-Fetch-Site", "cross-site").await, 403, "another site"),
        (admin.browser.request(Method::POST, &ada.moves()).body("text/plain", "x").await, 415, "not a form"),
        (admin.browser.post(&ada.moves(), &[("reason", &"x".repeat(66_000))]).await, 413, "too large"),
    ];
    for (answer, status, words) in refused {
        let request_id = answer.request_id();
        let page = answer.is(status).page();
        assert!(page.text("h1").contains(words), "{}", page.text("h1"));
        assert!(page.title().ends_with(" · Guestlist"));
        assert_eq!(page.text("main code"), request_id);
        assert!(page.has("main a[href]") && page.has(r#"link[rel="stylesheet"]"#));
        assert!(!page.all_text().contains("Ada"), "an error tells nothing");
    }
}

#[actix_web::test]
async fn for_htmx_an_error_is_a_message_and_nothing_is_swapped() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.speaking(true);
    let ada = app.requested("Ada Byron").await;
    for answer in [
        admin.gets("/nothing").await.is(404),
        admin.browser.post(&ada.moves(), &[("version", "1")]).await.is(400),
        admin.browser.post(&ada.moves(), &[]).header("Sec-Fetch-Site", "cross-site").await.is(403),
        admin.browser.request(Method::POST, &ada.moves()).body("text/plain", "x").await.is(415),
        admin.browser.post(&ada.moves(), &[("reason", &"x".repeat(66_000))]).await.is(413),
    ] {
        assert_eq!(answer.header("hx-reswap"), Some("none"), "{}", answer.what);
        assert_eq!(answer.partials().len(), 1, "{}", answer.text());
        let message = answer.partial("#messages").page().text(".message.refused p");
        assert!(message.chars().count() < 200 && !message.is_empty(), "{message}");
        assert!(!answer.text().contains("<html"));
    }
}

#[actix_web::test]
async fn the_pages_for_machines_stay_plain() {
    let app = App::start().await;
    app.gateway().await;
    for (path, text) in [("/livez", "live\n"), ("/readyz", "ready\n")] {
        let answer = app.browser().get(path).await.is(200);
        assert_eq!(answer.text(), text);
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    }
}
