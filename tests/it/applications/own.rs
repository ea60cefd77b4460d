//! `GET /account/applications/{id}`

use chrono::{TimeDelta, Utc};
use guestlist::developers::Status::{Rejected, Requested, Revoked};

use crate::support::App;
use crate::support::applications::secrets_in;

#[actix_web::test]
async fn the_page_shows_the_application_and_its_keys_and_never_a_whole_one() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let used = app.key(&weather, "Production");
    let fresh = app.key_until(&weather, "Staging", Some(Utc::now() + TimeDelta::days(30)));
    let expired = app.key_until(&weather, "Old", Some(Utc::now() - TimeDelta::days(1)));
    let revoked = app.key(&weather, "Leaked");
    app.db.run(&format!("update keys set last_used_at = now() - interval '5 minutes' where id = '{}'", used.id));
    app.db.run(&format!("update keys set revoked_at = now() where id = '{}'", revoked.id));
    let answer = ada.gets(&weather.own_path()).await.is(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let page = answer.page();
    assert_eq!((page.title(), page.text("h1")), ("Weather · Guestlist".into(), "Weather".into()));
    let text = page.text("main");
    for key in [&used, &fresh, &expired, &revoked] {
        assert!(text.contains(&key.shown()) && text.contains(&key.name), "{} in {text}", key.name);
        assert!(!answer.text().contains(&key.secret));
    }
    assert!(text.contains("5 minutes ago") && text.contains("Expired") && text.contains("Revoked"), "{text}");
    assert_eq!(secrets_in(&answer.text()), [""; 0]);
    // Only what works can be revoked.
    let revocations = page.attributes("form[action^='/account/keys/']", "action");
    assert_eq!(revocations.len(), 2, "{revocations:?}");
    assert!(revocations.contains(&used.revocation()) && revocations.contains(&fresh.revocation()));
}

#[actix_web::test]
async fn its_owner_is_told_in_words_how_it_stands() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    for (status, words) in [(Requested, "waits for approval"), (Rejected, "was not accepted"), (Revoked, "was revoked")]
    {
        let weather = app.application_in(&ada.person, &format!("Some {status}"), status);
        app.db.run(&format!("update applications set reason = 'A secret of the desk' where id = '{}'", weather.id));
        let page = ada.gets(&weather.own_path()).await.is(200).page();
        let text = page.text("main");
        assert!(text.contains(words), "{text}");
        assert!(!text.contains("secret of the desk"), "a reason is told by mail where the admin wants it: {text}");
        assert!(!page.has(&format!("form[action='{}']", weather.keys())), "{status}");
        ada.asks_for_key(&weather, "Production").await.is(409);
    }
    assert_eq!(app.db.number("select count(*) from keys"), 0);
}

#[actix_web::test]
async fn names_of_every_kind_are_text() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let polyglot = "\"'><script>alert(1)</script>{{7*7}}";
    let weather = ada.registers(&app, polyglot).await;
    let description = [("name", polyglot), ("description", polyglot), ("callback_url", "https://x.example/'onload=x")];
    ada.browser.post(&weather.own_path(), &description).await.is(303);
    let created = ada.asks_for_key(&weather, polyglot).await.is(200);
    let pages = [created, ada.gets("/account/applications").await.is(200), ada.gets(&weather.own_path()).await.is(200)];
    for answer in pages {
        assert!(!answer.text().contains("<script>alert"), "{}", answer.what);
        assert!(answer.page().text("main").contains(polyglot), "{}", answer.what);
        assert!(!answer.page().has("[onload]"), "{}", answer.what);
    }
}
