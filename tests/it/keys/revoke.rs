//! `POST /account/keys/{id}/revoke`

use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use guestlist::developers::Status;
use serde_json::json;

use crate::support::App;

#[actix_web::test]
async fn a_key_ends_at_once_and_its_row_stays_and_is_recorded() {
    for htmx in [false, true] {
        let app = App::start().await;
        let ada = app.developer("Ada Byron").await;
        let weather = app.application(&ada.person, "Weather");
        let key = app.key(&weather, "Production");
        let other = app.key(&weather, "Staging");
        let browser = ada.browser.speaking(htmx);
        let page = browser.get(&weather.own_path()).await.is(200).page();
        let form = page.form(&format!("form[action='{}']", key.revocation()));
        let answer = browser.post(&form.action, &form.pairs()).await.is(303);
        assert_eq!(answer.location(), weather.own_path());
        let page = browser.speaking(false).get(answer.location()).await.is(200).page();
        assert!(page.text("#messages").contains("Revoked the key Production."), "{}", page.text("#messages"));
        assert!(page.text("main").contains(&key.shown()), "{}", page.text("main"));
        assert_eq!(app.db.texts("select id::text from keys where revoked_at is null"), [other.id.to_string()]);
        let entry = app.events("key.revoked").pop().unwrap();
        assert_eq!((entry.actor_kind.as_str(), entry.subject_id), ("developer", Some(weather.id.0)));
        assert_eq!(entry.details, json!({"key": format!("“Production” ({})", key.shown())}));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));

        // Once more changes nothing.
        let at = app.db.text(&format!("select revoked_at::text from keys where id = '{}'", key.id));
        let again = browser.post(&key.revocation(), &[]).await.is(409);
        assert!(again.text().contains("already"), "{}", again.text());
        assert_eq!(app.db.text(&format!("select revoked_at::text from keys where id = '{}'", key.id)), at);
        assert_eq!(app.events("key.revoked").len(), 1);
    }
}

#[actix_web::test]
async fn ten_revocations_at_once_are_one() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let key = app.key(&weather, "Production");
    let mut statuses = join_all((0..10).map(async |_| ada.revokes_key(&key).await.status)).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(app.events("key.revoked").len(), 1);
}

#[actix_web::test]
async fn keys_that_do_not_work_can_be_revoked_as_well() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let expired = app.key_until(&app.application(&ada.person, "Weather"), "Old", Some(Utc::now() - TimeDelta::days(1)));
    ada.revokes_key(&expired).await.is(303);
    for status in [Status::Requested, Status::Rejected, Status::Revoked] {
        let key = app.key(&app.application_in(&ada.person, &format!("Some {status}"), status), "Production");
        ada.revokes_key(&key).await.is(303);
    }
    assert_eq!(app.db.number("select count(*) from keys where revoked_at is null"), 0);
}
