//! `POST /admin/keys/search`: whose key is this?

use chrono::{TimeDelta, Utc};
use guestlist::developers::Status::{Approved, Rejected, Revoked};

use crate::support::applications::{Key, unknown_key};
use crate::support::html::Page;
use crate::support::{Admin, App, somebody};

const SEARCH: &str = "/admin/keys/search";

impl Admin {
    async fn looks_for(&self, q: &str) -> Page {
        self.browser.post(SEARCH, &[("q", q)]).await.is(200).page()
    }
}

/// The ids of the keys that were found.
fn found(page: &Page) -> Vec<String> {
    page.ids_of("key")
}

#[actix_web::test]
async fn a_pasted_key_leads_to_its_owner_and_its_application() {
    for htmx in [false, true] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await.speaking(htmx);
        let (ada, weather, key) = app.key_holder("Ada Byron");
        app.key_holder("Bo Chen");
        let before = app.state();
        let secret = &key.secret;
        for pasted in [
            secret.clone(),
            format!("  {secret}\r\n"),
            format!("Authorization: Bearer {secret}"),
            format!("curl -H 'X-API-Key: {secret}' https://api.example/"),
            format!("https://api.example/v1?apikey={secret}&x=1"),
        ] {
            let answer = admin.browser.post(SEARCH, &[("q", &pasted)]).await.is(200);
            let page = answer.page();
            assert_eq!(found(&page), [key.id.to_string()], "{pasted}");
            let row = format!("tr#key-{}", key.id);
            let text = page.text(&row);
            for words in ["Ada Byron", "ada.byron@x.example", "Weather station", "Production", &key.shown()] {
                assert!(text.contains(words), "{words} in {text}");
            }
            let links = page.attributes(&format!("{row} a"), "href");
            assert_eq!(links, [ada.path(), format!("/admin/applications/{}", weather.id)]);
            assert!(!answer.text().contains(secret), "the key stands nowhere");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.text().contains("<html"), !htmx);
        }
        assert_eq!(app.state(), before, "a search is no event");
    }
}

#[actix_web::test]
async fn the_beginning_of_a_key_finds_all_that_begin_so() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let (_, weather, key) = app.key_holder("Ada Byron");
    let twin = app.key(&weather, "Twin");
    app.db.run(&format!("update keys set shown_start = '{}' where id = '{}'", &key.secret[..8], twin.id));
    app.key_holder("Bo Chen");
    let mut both = vec![key.id.to_string(), twin.id.to_string()];
    both.sort();
    for (start, is_cut) in
        [(&key.secret[..8], false), (&key.secret[..20], true), (&key.secret[..41], true), (&key.shown(), false)]
    {
        let page = admin.looks_for(start).await;
        let mut found = found(&page);
        found.sort();
        assert_eq!(found, both, "{start}");
        // Whoever pasted more than was compared must not take it for the owner's.
        assert_eq!(page.text("#list").contains("Only the first 8 characters were compared"), is_cut, "{start}");
    }
    // Nothing in a key has a meaning for the database.
    assert!(found(&admin.looks_for("glk_________").await).is_empty(), "an underscore is an underscore");
    for start in ["glk_%", "glk_\\", "glk_'", "glk_ab%"] {
        let page = admin.looks_for(start).await;
        assert_eq!(found(&page).len(), if start == "glk_ab%" { 0 } else { 3 }, "{start}: what follows is no key");
    }
}

#[actix_web::test]
async fn the_page_says_whether_the_key_works_and_why_not() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.approved("Ada Byron");
    let weather = app.application(&ada, "Weather");
    let revoked = app.key(&weather, "Revoked");
    app.db.run(&format!("update keys set revoked_at = now() where id = '{}'", revoked.id));
    let bo = app.enters(somebody("Bo Chen").now(Revoked));
    let cases: [(Key, &str); 5] = [
        (app.key(&weather, "Good"), "Works"),
        (revoked, "Revoked"),
        (app.key_until(&weather, "Old", Some(Utc::now() - TimeDelta::days(1))), "Expired"),
        (app.key(&app.application_in(&ada, "Maps", Rejected), "Key"), "Not approved"),
        (app.key(&app.application_in(&bo, "Rain", Approved), "Key"), "Owner not approved"),
    ];
    let says = async |key: &Key| admin.looks_for(&key.secret).await.text(&format!("tr#key-{} .chip", key.id));
    for (key, words) in cases {
        assert_eq!(says(&key).await, words);
    }
    // Where the address has to be proven, as gateways see it.
    let unproven = app.enters(somebody("Cy Weather").now(Approved));
    let key = app.key(&app.application(&unproven, "Rain"), "Key");
    let gateway = app.gateway().await;
    for (verification, words, status) in [("never", "Works", 204), ("always", "Address not proven", 403)] {
        app.setting("verification", verification);
        assert_eq!(says(&key).await, words);
        gateway.comes_to(&key.secret, status).await;
    }
}

#[actix_web::test]
async fn a_key_that_nobody_has_is_said_to_be_nobodys() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let (_, _, key) = app.key_holder("Ada Byron");
    let unknown = unknown_key();
    let answer = admin.browser.post(SEARCH, &[("q", &unknown)]).await.is(200);
    assert_eq!(answer.page().text("h1"), "Nobody has this key");
    assert!(!answer.text().contains(&unknown));
    app.db.run("delete from applications");
    assert!(found(&admin.looks_for(&key.secret).await).is_empty(), "what is deleted is not known any more");
}

#[actix_web::test]
async fn what_is_no_key_is_looked_for_in_the_list() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enters(somebody("Ada Byron").now(Approved));
    for (q, location) in [
        ("ada", "/admin/developers?q=ada"),
        ("ada byron & co", "/admin/developers?q=ada+byron+%26+co"),
        ("", "/admin/developers"),
    ] {
        let answer = admin.browser.post(SEARCH, &[("q", q)]).await.is(303);
        assert!(answer.location().starts_with(location), "{q}: {}", answer.location());
    }
    let fields = [("q", "ada"), ("status", "approved"), ("sort", "name"), ("per_page", "50")];
    let told = admin.posts(SEARCH, &fields).await.done();
    assert_eq!(told.landed.unwrap().page().names(), ["Ada Byron"]);
}

#[actix_web::test]
async fn whatever_is_typed_the_address_of_the_list_stays_short() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for long in ["x".repeat(60_000), "🌦".repeat(5_000)] {
        for name in ["q", "status", "sort", "per_page"] {
            let told = admin.posts(SEARCH, &[(name, &long)]).await.done();
            assert!(told.answer.location().len() < 3_000, "{name}: {}", told.answer.location().len());
        }
    }
}
