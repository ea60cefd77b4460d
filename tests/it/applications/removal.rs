//! `GET` and `POST /admin/applications/{id}/delete`, and what a developer's deletion takes along.

use futures_util::future::join_all;
use guestlist::developers::Status::{self, Approved, Requested};
use guestlist::outbox::State;

use super::ALL;
use crate::support::{App, AtTheDesk, both_ways};

#[actix_web::test]
async fn the_page_names_what_is_lost_and_what_stops() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let (ada, weather, key) = app.key_holder("Ada Byron");
    app.key(&weather, "Staging");
    app.key(&app.application_in(&ada, "Maps", Requested), "Idle");
    app.db.run(&format!("update keys set last_used_at = now() - interval '5 minutes' where id = '{}'", key.id));
    let before = app.state();
    let page = admin.opens(&format!("{}?return_to=/admin/applications%3Fstatus%3Dapproved", weather.deletion())).await;
    assert_eq!(page.title(), "Delete Weather station · Applications · Guestlist");
    let text = page.text("main");
    for words in [
        "Delete Weather station?",
        "ada.byron@x.example",
        "Approved",
        "cannot be undone",
        "2 keys; last used: “Production”, 5 minutes ago",
        "audit log keeps",
    ] {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    assert!(page.has("main form a[autofocus]"), "focus starts on Cancel");
    assert_eq!(page.attribute("main form a", "href").as_deref(), Some("/admin/applications?status=approved"));
    assert_eq!(page.form("main form").action, weather.deletion());
    assert!(admin.gets(&weather.deletion()).await.text().contains(r#"<input type="hidden" name="version" value="1">"#));
    // The developer's page names all of it.
    let text = admin.opens(&ada.deletion()).await.text("main");
    for words in ["2 applications", "3 keys", "“Production”"] {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    assert_eq!(app.state(), before, "a GET deletes nothing");
}

#[actix_web::test]
async fn what_stopped_working_before_is_lost_all_the_same() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let (ada, weather, key) = app.key_holder("Ada Byron");
    let maps = app.application(&ada, "Maps");
    app.key(&maps, "Idle");
    let used = format!("update keys set last_used_at = now() - interval '5 minutes' where id = '{}'", key.id);
    app.db.run(&used);
    admin.looking_at(ALL).revoke(&weather, "").await.done();
    // What works was never used, what does not work was.
    let text = admin.opens(&ada.deletion()).await.text("main");
    assert!(text.contains("2 applications and 2 keys; last used: “Production”, 5 minutes ago"), "{text}");
    let text = admin.opens(&weather.deletion()).await.text("main");
    assert!(text.contains("1 key; last used: “Production”, 5 minutes ago"), "{text}");
    let text = admin.opens(&maps.deletion()).await.text("main");
    assert!(text.contains("1 key; none was used yet"), "{text}");
    admin.revoke(&ada, "").await.done();
    let text = admin.opens(&ada.deletion()).await.text("main");
    assert!(text.contains("2 keys; last used: “Production”, 5 minutes ago"), "{text}");
}

#[actix_web::test]
async fn whatever_is_deleted_is_gone_with_its_keys_and_the_log_remembers() {
    both_ways(async |app: &App, admin| {
        let admin = admin.looking_at(ALL);
        let ada = app.approved("Ada Byron");
        for status in Status::ALL {
            let weather = app.application_in(&ada, &format!("Some {status}"), *status);
            app.key(&weather, "Production");
            let told = admin.deletes(&weather, 1).await.done();
            told.shows_no_row(&weather).says(&format!("Deleted Some {status}.")).shows_counts([0; 5]);
            assert!(app.find_application(&weather).is_none());
            let entry = app.application_entries().pop().unwrap();
            assert_eq!(
                (entry.event.as_str(), entry.from_status.as_deref()),
                ("application.deleted", Some(status.as_str()))
            );
            assert_eq!((entry.actor_name.as_str(), entry.subject_id), ("Kim Lee", Some(weather.id.0)));
            assert_eq!(entry.request_id.map(|id| id.to_string()), Some(told.answer.request_id()));
        }
        assert_eq!(app.db.number("select count(*) from keys"), 0);
        assert!(app.find(ada.id).is_some());
    })
    .await;
}

#[actix_web::test]
async fn an_older_version_is_not_deleted_and_a_second_deletion_finds_nothing() {
    both_ways(async |app: &App, admin| {
        let admin = admin.looking_at(ALL);
        let weather = app.application_in(&app.approved("Ada Byron"), "Weather", Requested);
        let quick = app.admin("Sam Quick").await.looking_at(ALL);
        quick.approve(&weather).await.done();
        let told = admin.deletes(&weather, 1).await.refused(409);
        told.shows_row(&weather, Approved);
        let said = if admin.browser.htmx { told.message() } else { told.answer.page().text(".errors") };
        assert!(said.contains("Sam Quick approved this just now"), "{said}");
        admin.deletes(&weather, 2).await.done();
        let told = admin.deletes(&weather, 2).await.refused(404);
        if admin.browser.htmx {
            told.shows_no_row(&weather).says("no longer exists");
        }
        assert_eq!(app.events("application.deleted").len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn ten_deletions_at_once_are_one() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.looking_at(ALL);
    let (_, weather, _) = app.key_holder("Ada Byron");
    let told = join_all((0..10).map(|_| admin.deletes(&weather, 1))).await;
    let mut statuses: Vec<_> = told.iter().map(|told| told.answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404, 404, 404, 404, 404, 404, 404, 404, 404]);
    assert_eq!(app.events("application.deleted").len(), 1);
}

#[actix_web::test]
async fn with_a_developer_goes_all_that_was_theirs() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let gateway = app.gateway().await;
    let ada = app.developer("Ada Byron").await;
    let weather = ada.registers(&app, "Weather").await;
    let key = ada.creates_key(&app, &weather, "Production").await;
    let (.., others) = app.key_holder("Bo Chen");
    gateway.comes_to(&key.secret, 204).await;
    let version = app.row(&ada.person).version;
    admin.deletes(&ada.person, version).await.done();
    gateway.comes_to(&key.secret, 401).await;
    gateway.comes_to(&others.secret, 204).await;
    assert!(!ada.is_in().await);
    assert_eq!(app.db.number("select count(*) from keys"), 1);
    assert_eq!(app.db.number("select count(*) from applications"), 1);
    assert!(
        app.mails_to(&ada.person.email).iter().all(|mail| mail.state != State::Waiting),
        "unsent mail goes as well"
    );
    admin.gets(&weather.path()).await.is(404);
}
