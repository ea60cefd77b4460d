//! `POST /admin/logout`

use actix_web::http::Method;

use crate::support::App;

#[actix_web::test]
async fn signing_out_ends_the_session_on_the_server() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    let cookie = kim.browser.cookie("admin").unwrap();
    let page = kim.opens("/admin/developers").await;
    let form = page.form("#account form");
    assert_eq!((form.action.as_str(), form.method.as_str()), ("/admin/logout", "post"));
    let answer = kim.browser.post(&form.action, &form.pairs()).await.is(303);
    assert_eq!(answer.location(), "/admin/login");
    assert_eq!(answer.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert_eq!(kim.browser.cookie("admin"), None, "the cookie is taken away");
    assert_eq!(app.db.number("select count(*) from admin_sessions"), 0);
    kim.browser.jar.borrow_mut().insert("admin".into(), cookie);
    assert_eq!(kim.gets("/admin/developers").await.status, 303, "the old cookie opens nothing");
    let entries = app.entries();
    let entry = entries.last().unwrap();
    assert_eq!((entry.event.as_str(), entry.actor_name.as_str()), ("admin.signed_out", "Kim Lee"));
    assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
}

#[actix_web::test]
async fn other_sessions_go_on() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    let sam = app.admin("Sam Quick").await;
    kim.browser.post("/admin/logout", &[]).await.is(303);
    sam.gets("/admin/developers").await.is(200);
}

#[actix_web::test]
async fn a_stranger_signs_out_to_the_door_and_nothing_is_recorded() {
    let app = App::start().await;
    let answer = app.browser().post("/admin/logout", &[]).await.is(303);
    assert_eq!(answer.location(), "/admin/login");
    assert!(app.entries().is_empty());
}

#[actix_web::test]
async fn a_get_signs_nobody_out() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        let answer = kim.browser.request(method, "/admin/logout").await.is(405);
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    kim.gets("/admin/developers").await.is(200);
}
