//! `POST /account/applications/{id}`

use guestlist::developers::Status;
use serde_json::json;

use crate::support::App;

#[actix_web::test]
async fn all_of_it_can_be_changed_in_every_status_and_is_recorded_old_and_new() {
    for htmx in [false, true] {
        let app = App::start().await;
        let ada = app.developer("Ada Byron").await;
        for status in Status::ALL {
            let weather = app.application_in(&ada.person, "Weather", *status);
            let browser = ada.browser.speaking(htmx);
            let page = browser.get(&weather.own_path()).await.is(200).page();
            let form = page.form(&format!("form[action='{}']", weather.own_path()));
            let form =
                form.filled("name", "Rain").filled("description", "Drops").filled("callback_url", "https://r.example");
            let answer = browser.post(&form.action, &form.pairs()).await.is(303);
            assert_eq!(answer.location(), weather.own_path());
            let page = browser.speaking(false).get(answer.location()).await.is(200).page();
            assert_eq!(page.text("h1"), "Rain");
            assert!(page.text("#messages").contains("Saved"));
            let row = app.application_row(&weather);
            assert_eq!(
                (row.name.as_str(), row.description.as_str(), row.callback_url.as_str()),
                ("Rain", "Drops", "https://r.example")
            );
            assert_eq!((row.status, row.version), (*status, 2), "a status is nobody's to edit");
            let entry = app.events("application.edited").pop().unwrap();
            assert_eq!(
                (entry.actor_kind.as_str(), entry.actor_email.as_str()),
                ("developer", ada.person.email.as_str())
            );
            assert_eq!(entry.subject_id, Some(weather.id.0));
            assert_eq!(
                entry.details,
                json!({"name": ["Weather", "Rain"], "description": ["", "Drops"], "callback_url": ["", "https://r.example"]})
            );
            assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
            // The same once more is no change.
            browser.post(&form.action, &form.pairs()).await.is(303);
            assert_eq!(app.application_row(&weather).version, 2);
        }
        assert_eq!(app.events("application.edited").len(), 4);
        assert!(app.mails().is_empty());
    }
}

#[actix_web::test]
async fn what_cannot_be_taken_comes_back_as_it_was_typed_and_the_rest_of_the_page_stays() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    app.key(&weather, "Production");
    let before = app.state();
    for (name, callback_url, wrong) in
        [("", "https://x.example", "name"), (&"x".repeat(201), "", "name"), ("Rain", "ftp://x.example", "callback_url")]
    {
        let fields = [("name", name), ("description", "typed"), ("callback_url", callback_url)];
        let page = ada.browser.post(&weather.own_path(), &fields).await.is(422).page();
        assert!(page.title().starts_with("Error: "), "{}", page.title());
        assert_eq!(page.attributes(".errors a", "href"), [format!("#{wrong}")]);
        let form = page.form(&format!("form[action='{}']", weather.own_path()));
        assert!(form.fields.contains(&("name".into(), name.into())), "{form:?}");
        assert!(form.fields.contains(&("callback_url".into(), callback_url.into())), "{form:?}");
        assert_eq!(page.text("h1"), "Weather", "what was not saved is no headline");
        assert!(page.text("main").contains("Production"));
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn nothing_else_can_be_changed() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let bo = app.developer("Bo Chen").await;
    let weather = app.application_in(&ada.person, "Weather", Status::Rejected);
    let before = format!("{:?}", app.application_row(&weather));
    let other = bo.person.id.to_string();
    let fields = [
        ("name", "Weather"),
        ("id", other.as_str()),
        ("developer_id", &other),
        ("email", "eve@x.example"),
        ("mailbox", "eve@x.example"),
        ("status", "approved"),
        ("action", "approve"),
        ("version", "99"),
        ("decided_by", "Eve"),
    ];
    ada.browser.post(&weather.own_path(), &fields).await.is(303);
    assert_eq!(format!("{:?}", app.application_row(&weather)), before);
}

#[actix_web::test]
async fn an_admin_who_looked_before_sees_that_something_changed() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application_in(&ada.person, "Weather", Status::Requested);
    ada.browser.post(&weather.own_path(), &[("name", "Rain")]).await.is(303);
    admin.looking_at(super::ALL).moves(&weather, "approve", 1).await.refused(409);
}
