//! Whoever is not signed in.

use super::routes;
use crate::support::App;

#[actix_web::test]
async fn every_page_of_the_desk_sends_strangers_to_the_door_and_back() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let before = app.state();
    let forged = "bm90IGEgc2lnbmF0dXJl".repeat(3);
    let routes = routes(&ada, "none");
    for (route, door) in routes.iter().filter_map(|route| Some((route, route.door?))) {
        let name = if door == "/login" { "developer" } else { "admin" };
        let cookies =
            [String::new(), format!("{name}="), format!("{name}=x"), format!("{name}={forged}"), "other=1".into()];
        let encoded = |path: &str| form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>();
        for cookie in &cookies {
            let stranger = app.browser();
            if route.is_read() {
                let path = format!("{}?q=a%20b", route.path);
                let answer = stranger.get(&path).header("Cookie", cookie).await.is(303);
                assert_eq!(answer.location(), format!("{door}?next={}", encoded(&path)));
                assert!(!answer.text().contains("Ada"));
                let htmx = stranger.speaking(true).seeing("/admin/developers?status=all");
                let answer = htmx.get(&path).header("Cookie", cookie).await.is(401);
                let expected = format!("{door}?next={}", encoded("/admin/developers?status=all"));
                assert_eq!(answer.header("hx-redirect"), Some(expected.as_str()));
                assert!(answer.body.is_empty(), "nothing is swapped into a row: {}", answer.text());
                let back = htmx.get(&path).header("HX-History-Restore-Request", "true").await;
                assert_eq!(back.status, 303);
            }
            if route.fields.is_some() {
                let answer = stranger.post(&route.path, &route.pairs()).header("Cookie", cookie).await.is(303);
                assert!(answer.location().starts_with(door), "{}", answer.location());
                let referer = format!("{}/admin/developers?status=approved", stranger.origin);
                let answer = stranger.post(&route.path, &route.pairs()).header("Referer", &referer).await.is(303);
                let expected = format!("{door}?next={}", encoded("/admin/developers?status=approved"));
                assert_eq!(answer.location(), expected);
                let htmx = stranger.speaking(true).seeing("/admin/activity");
                let answer = htmx.post(&route.path, &route.pairs()).header("Cookie", cookie).await.is(401);
                assert_eq!(answer.header("hx-redirect"), Some(format!("{door}?next=%2Fadmin%2Factivity").as_str()));
                let foreign =
                    stranger.post(&route.path, &route.pairs()).header("Referer", "https://evil.example/x").await;
                assert_eq!(foreign.location(), door);
            }
        }
    }
    assert_eq!(app.state(), before);
    // The walk can fail: the same requests do something for whoever is signed in.
    routes.iter().find(|route| route.path == ada.path()).unwrap().posted_by(&admin).await.is(303);
    assert_ne!(app.state(), before);
}

#[actix_web::test]
async fn whether_somebody_exists_is_told_to_nobody_outside() {
    let app = App::start().await;
    let ada = app.requested("Ada Byron").await;
    let unknown = ada.path().replace(|c: char| c.is_ascii_digit(), "0");
    for htmx in [false, true] {
        let stranger = app.browser().speaking(htmx);
        let (known, unknown) = (stranger.get(&ada.path()).await, stranger.get(&unknown).await);
        assert_eq!((known.status, known.body), (unknown.status, unknown.body));
        let garbage = stranger.get("/admin/developers/abc").await;
        assert_eq!(known.status, garbage.status);
    }
}
