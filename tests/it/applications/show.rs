//! `GET` and `POST /admin/applications/{id}`

use chrono::{TimeDelta, Utc};
use guestlist::developers::Status::{Approved, Requested, Revoked};
use serde_json::json;

use super::ALL;
use crate::support::applications::secrets_in;
use crate::support::gateway::SOON;
use crate::support::{App, AtTheDesk, both_ways, eventually, somebody};

#[actix_web::test]
async fn the_page_tells_everything_about_an_application() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.looking_at(ALL);
    let ada = app.developer("Ada Byron").await;
    let fields =
        [("name", "Weather"), ("description", "Rain\nand wind"), ("callback_url", "https://weather.example/back")];
    ada.registers_with(&fields).await.is(303);
    let id = app.db.text("select id from applications");
    let path = format!("/admin/applications/{id}");
    ada.browser.post(&format!("/account/applications/{id}/keys"), &[("name", "Production")]).await.is(200);
    let page = admin.opens(&path).await;
    assert_eq!((page.title(), page.text("h1")), ("Weather · Applications · Guestlist".into(), "Weather".into()));
    let text = page.text("main");
    for words in [
        "Ada Byron",
        "ada.byron@x.example",
        "Rain and wind",
        "https://weather.example/back",
        "Production",
        "glk_",
        "never used",
        "Approved",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert!(page.attributes("main a", "href").contains(&ada.person.path()));
    assert_eq!(
        page.attribute("main a[href='https://weather.example/back']", "rel").map(|rel| rel.contains("noreferrer")),
        Some(true)
    );
    let timeline = page.texts("ol.timeline li");
    for (line, words) in ["Approved", "Key", "Created"].iter().zip(["auto-approval", "“Production” (glk_", "Ada Byron"])
    {
        assert!(timeline.iter().any(|own| own.contains(words)), "{line}: {words} in {timeline:?}");
    }
    assert_eq!(secrets_in(&admin.gets(&path).await.text()), [""; 0]);
}

#[actix_web::test]
async fn keys_are_listed_with_what_became_of_them() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let (ada, weather, used) = app.key_holder("Ada Byron");
    let expired = app.key_until(&weather, "Old", Some(Utc::now() - TimeDelta::days(1)));
    let revoked = app.key(&weather, "Leaked");
    app.db.run(&format!("update keys set last_used_at = now() - interval '5 minutes' where id = '{}'", used.id));
    app.db.run(&format!("update keys set revoked_at = now() where id = '{}'", revoked.id));
    for path in [weather.path(), ada.path()] {
        let page = admin.opens(&path).await;
        let keys = page.texts("ul.timeline li");
        let line =
            |key: &str| keys.iter().find(|line| line.contains(key)).unwrap_or_else(|| panic!("{key} in {keys:?}"));
        assert!(line(&used.shown()).contains("Production") && line(&used.shown()).contains("last used 5 minutes ago"));
        assert!(line(&expired.shown()).contains("Expired"), "{keys:?}");
        assert!(line(&revoked.shown()).contains("Revoked"), "{keys:?}");
        assert!(!page.has("form[action^='/account/']"), "an admin revokes applications, not keys");
    }
}

#[actix_web::test]
async fn after_a_revoke_the_page_tells_which_gateways_know() {
    for htmx in [false, true] {
        let app = App::start().await;
        let gateway = app.gateway().await;
        let admin = app.admin("Kim Lee").await.speaking(htmx);
        let (ada, weather, key) = app.key_holder("Ada Byron");
        gateway.comes_to(&key.secret, 204).await;
        assert!(!admin.opens(&weather.path()).await.has("#gateways"), "nothing has changed yet");
        let admin = admin.looking_at(&weather.path());
        let told = admin.revoke(&weather, "").await;
        if htmx {
            assert!(told.answer.page().has("#gateways .chip"), "{}", told.answer.text());
        }
        gateway.comes_to(&key.secret, 403).await;
        let knows = async || admin.opens(&weather.path()).await.text("#gateways").contains("1 of 1 instance");
        eventually(SOON * 2, "the page says 1 of 1", knows).await;
        assert_eq!(
            admin.opens(&ada.path()).await.text("#gateways"),
            admin.opens(&weather.path()).await.text("#gateways")
        );
    }
}

#[actix_web::test]
async fn the_developers_page_lists_applications_and_what_a_revoke_stops() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.developer("Ada Byron").await;
    let empty = admin.opens(&ada.person.path()).await.text("main");
    assert!(empty.contains("None yet"), "{empty}");
    let weather = app.application(&ada.person, "Weather");
    let maps = app.application_in(&ada.person, "Maps", Requested);
    let key = app.key(&weather, "Production");
    app.key(&weather, "Staging");
    app.key(&maps, "Of nothing that works");
    app.db.run(&format!("update keys set last_used_at = now() - interval '5 minutes' where id = '{}'", key.id));
    let page = admin.opens(&ada.person.path()).await;
    let text = page.text("main");
    assert!(text.contains("Weather") && text.contains("Maps") && text.contains(&key.shown()), "{text}");
    let links = page.attributes("main a", "href");
    assert!(links.contains(&weather.path()) && links.contains(&maps.path()), "{links:?}");
    let stops = "Stops at once: 1 session, 1 application, 2 keys; last used: “Production”, 5 minutes ago.";
    for path in [ada.person.path(), "/admin/developers?status=approved".into(), "/admin/developers?status=all".into()] {
        let text = admin.opens(&path).await.text("main");
        assert!(text.contains(stops), "{path}: {text}");
    }
    let stops = "Stops at once: 2 keys; last used: “Production”, 5 minutes ago.";
    for path in [weather.path(), "/admin/applications?status=approved".into(), ALL.into()] {
        let text = admin.opens(&path).await.text("main");
        assert!(text.contains(stops), "{path}: {text}");
    }
    // What stops nothing does not say so.
    assert!(!admin.opens(&maps.path()).await.text("main").contains("Stops at once"));
    let bo = app.enters(somebody("Bo Chen").now(Revoked));
    app.key(&app.application(&bo, "Rain"), "Production");
    assert!(!admin.opens(&bo.path()).await.text("main").contains("Stops at once"));
}

#[actix_web::test]
async fn an_admin_edits_it_and_both_sides_see_it() {
    both_ways(async |app: &App, admin| {
        let ada = app.approved("Ada Byron");
        let weather = app.application(&ada, "Weather");
        let admin = admin.looking_at(&weather.path());
        let page = admin.opens(&weather.path()).await;
        let form = page.form("details form").filled("name", "Rain").filled("description", "Drops");
        let told = admin.posts(&form.action, &form.pairs()).await.done();
        told.says("Saved Rain.");
        let shown = told.shown(&weather).unwrap();
        assert_eq!((shown.name.as_str(), shown.version), ("Rain", 2));
        let entry = app.events("application.edited").pop().unwrap();
        assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("admin", "Kim Lee"));
        assert_eq!(entry.details, json!({"name": ["Weather", "Rain"], "description": ["", "Drops"]}));
        let fields = [("name", "Snow"), ("description", ""), ("callback_url", ""), ("version", "1")];
        let told = admin.posts(&weather.path(), &fields).await.refused(409);
        let said = if admin.browser.htmx { told.message() } else { told.answer.page().text(".errors") };
        assert!(said.contains("edited this"), "{said}");
        for (name, callback_url, wrong) in [("", "", "name"), ("Rain", "javascript:alert(1)", "callback_url")] {
            let fields = [("name", name), ("callback_url", callback_url), ("version", "2")];
            let told = admin.posts(&weather.path(), &fields).await.refused(422);
            let page = told.answer.page();
            assert!(page.has(&format!("article details[open] #{wrong}[aria-invalid=true]")), "{}", told.answer.text());
            if admin.browser.htmx {
                assert!(!told.answer.text().contains("<html"), "the record alone");
            } else {
                assert_eq!(page.attributes(".errors a", "href"), [format!("#{wrong}")]);
                assert!(page.title().starts_with("Error: "));
            }
        }
        assert_eq!(app.application_row(&weather).name, "Rain");
    })
    .await;
}

/// Whatever stands in the database: no link leads anywhere else than to the web.
#[actix_web::test]
async fn only_addresses_of_the_web_are_links() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let weather = app.application(&app.approved("Ada Byron"), "<script>alert(1)</script>");
    for (address, is_link) in [
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("//evil.example", false),
        ("HTTPS://weather.example/", true),
        ("http://localhost:1", true),
    ] {
        app.db.run(&format!("update applications set callback_url = '{address}'"));
        let answer = admin.gets(&weather.path()).await.is(200);
        assert_eq!(answer.page().has(&format!("main a[href='{address}']")), is_link, "{address}");
        assert!(answer.page().text("main").contains(address) && !answer.text().contains("<script>alert"));
    }
}

#[actix_web::test]
async fn an_application_may_be_approved_whatever_its_owner_is_and_works_when_both_are() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.looking_at(ALL);
    let gateway = app.gateway().await;
    let ada = app.enters(somebody("Ada Byron").now(Revoked).proven());
    let weather = app.application_in(&ada, "Weather", Requested);
    let key = app.key(&weather, "Production");
    gateway.comes_to(&key.secret, 403).await;
    admin.approve(&weather).await.done().shows_row(&weather, Approved);
    app.is_heard().await;
    gateway.checks(&key.secret).await.is(403);
    admin.looking_at("/admin/developers?status=all").reapprove(&ada).await.done();
    gateway.comes_to(&key.secret, 204).await;
}
