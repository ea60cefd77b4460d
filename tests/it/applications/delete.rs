//! `POST /account/applications/{id}/delete`

use futures_util::future::join_all;
use guestlist::developers::Status;
use guestlist::outbox::State;

use crate::support::App;

#[actix_web::test]
async fn an_application_goes_with_its_keys_and_unsent_mail_and_the_log_remembers() {
    for htmx in [false, true] {
        let app = App::start().await;
        let ada = app.developer("Ada Byron").await;
        for status in Status::ALL {
            let weather = app.application_in(&ada.person, "Weather", *status);
            app.key(&weather, "Production");
            let browser = ada.browser.speaking(htmx);
            let page = browser.get(&weather.own_path()).await.is(200).page();
            let form = page.form(&format!("form[action='{}/delete']", weather.own_path()));
            let answer = browser.post(&form.action, &form.pairs()).await.is(303);
            assert_eq!(answer.location(), "/account/applications");
            let page = browser.speaking(false).get(answer.location()).await.is(200).page();
            assert!(page.text("#messages").contains("Deleted Weather."), "{}", page.text("#messages"));
            assert!(app.find_application(&weather).is_none());
            let entry = app.events("application.deleted").pop().unwrap();
            assert_eq!((entry.actor_kind.as_str(), entry.subject_id), ("developer", Some(weather.id.0)));
            assert_eq!(
                (entry.subject_name.as_str(), entry.subject_email.as_str()),
                ("Weather", ada.person.email.as_str())
            );
            assert_eq!((entry.from_status.as_deref(), entry.to_status.as_deref()), (Some(status.as_str()), None));
            assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
            ada.gets(&weather.own_path()).await.is(404);
        }
        assert_eq!(app.db.number("select count(*) from keys"), 0);
    }
}

#[actix_web::test]
async fn mail_about_it_that_waits_is_not_sent_and_other_mail_is() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let maps = ada.registers(&app, "Maps").await;
    let weather = ada.registers(&app, "Weather").await;
    ada.creates_key(&app, &weather, "Production").await;
    ada.creates_key(&app, &maps, "Production").await;
    ada.browser.post(&format!("{}/delete", weather.own_path()), &[]).await.is(303);
    for mail in app.mails_to(&ada.person.email) {
        let is_about_weather = mail.text.contains("Weather");
        assert_eq!(mail.state == State::Waiting, !is_about_weather, "{}: {:?}", mail.subject, mail.state);
    }
}

#[actix_web::test]
async fn the_page_says_before_what_stops() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let text = async || ada.gets(&weather.own_path()).await.is(200).page().text("main");
    assert!(text().await.contains("no keys that work"), "{}", text().await);
    let key = app.key(&weather, "Production");
    app.key(&weather, "Staging");
    app.db.run(&format!("update keys set last_used_at = now() - interval '5 minutes' where id = '{}'", key.id));
    let text = text().await;
    assert!(text.contains("2 keys end with it, at once and for good"), "{text}");
    assert!(text.contains("“Production” was used last, 5 minutes ago"), "{text}");
}

#[actix_web::test]
async fn ten_deletions_at_once_are_one() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let path = format!("{}/delete", weather.own_path());
    let mut statuses = join_all((0..10).map(async |_| ada.browser.post(&path, &[]).await.status)).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404, 404, 404, 404, 404, 404, 404, 404, 404]);
    assert_eq!(app.events("application.deleted").len(), 1);
}

#[actix_web::test]
async fn a_deletion_beside_keys_that_are_made_is_no_fault() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    for n in 0..10 {
        let weather = app.application(&ada.person, &format!("Weather {n}"));
        let path = format!("{}/delete", weather.own_path());
        let (deleted, created, again) = tokio::join!(
            ada.browser.post(&path, &[]),
            ada.asks_for_key(&weather, "One"),
            ada.asks_for_key(&weather, "Two")
        );
        assert_eq!(deleted.status, 303, "round {n}");
        for created in [created, again] {
            assert!([200, 404].contains(&created.status), "round {n}: {}", created.status);
        }
    }
    assert_eq!(app.db.number("select count(*) from keys"), 0);
}
