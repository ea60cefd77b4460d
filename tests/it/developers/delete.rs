//! `GET` and `POST /admin/developers/{id}/delete`

use futures_util::future::join_all;
use guestlist::developers::Status::{self, Approved};

use crate::support::{App, both_ways, somebody};

#[actix_web::test]
async fn the_page_names_the_person_and_what_is_lost() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.enters(somebody("Ada Byron").now(Approved));
    let page = admin.opens(&format!("{}?return_to=/admin/developers%3Fstatus%3Dapproved", ada.deletion())).await;
    assert_eq!(page.title(), "Delete Ada Byron · Developers · Guestlist");
    let text = page.text("main");
    for words in [
        "Delete Ada Byron?",
        "ada.byron@x.example",
        "Approved",
        "cannot be undone",
        "name, company and purpose",
        "may sign up again",
        "audit log keeps name, email and history",
    ] {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    assert_eq!(page.attribute("main form a", "href").as_deref(), Some("/admin/developers?status=approved"));
    assert!(page.has("main form a[autofocus]"), "focus starts on Cancel");
    let form = page.form("main form");
    assert_eq!((form.action.as_str(), form.method.as_str()), (ada.deletion().as_str(), "post"));
    assert!(form.fields.contains(&("version".into(), "1".into())));
    assert_eq!(app.state().len(), 2, "a GET deletes nothing");
}

#[actix_web::test]
async fn whoever_is_deleted_is_gone_and_the_log_remembers() {
    both_ways(async |app: &App, admin| {
        for status in Status::ALL {
            let person = app.enters(somebody(&format!("Some {status}")).now(*status));
            let told = admin.deletes(&person, 1).await.done();
            told.shows_no_row(&person).says(&format!("Deleted Some {status}.")).shows_counts([0; 5]);
            assert!(app.find(person.id).is_none());
            let entry = app.decisions().pop().unwrap();
            assert_eq!(
                (entry.event.as_str(), entry.from_status.as_deref()),
                ("developer.deleted", Some(status.as_str()))
            );
            assert_eq!((entry.subject_name.as_str(), entry.subject_email), (person.name.as_str(), person.email));
            assert_eq!(entry.subject_id, Some(person.id.0));
            assert_eq!(entry.request_id.map(|id| id.to_string()), Some(told.answer.request_id()));
            assert_eq!((entry.actor_name.as_str(), entry.to_status), ("Kim Lee", None));
        }
    })
    .await;
}

#[actix_web::test]
async fn a_mailbox_may_come_back_after_its_record_was_deleted() {
    both_ways(async |app: &App, admin| {
        let first = app.enters(somebody("Ada Byron").at("Ada@X.example"));
        admin.reject(&first, "").await.done();
        let version = app.row(&first).version;
        admin.deletes(&first, version).await.done();
        let second = app.enters(somebody("Ada Again").at("ada@x.example"));
        assert_ne!(first.id, second.id);
        admin.approve(&second).await.done().shows_row(&second, Approved);
    })
    .await;
}

#[actix_web::test]
async fn an_older_version_is_not_deleted() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        let quick = app.admin("Sam Quick").await;
        quick.approve(&ada).await.done();
        let told = admin.deletes(&ada, 1).await.refused(409);
        told.shows_row(&ada, Approved);
        let said = if admin.browser.htmx { told.message() } else { told.answer.page().text(".errors") };
        assert!(said.contains("Sam Quick approved this just now"), "{said}");
        assert!(app.find(ada.id).is_some());
        assert_eq!(app.decisions().len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn a_second_deletion_finds_nobody() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        admin.deletes(&ada, 1).await.done();
        let told = admin.deletes(&ada, 1).await.refused(404);
        if admin.browser.htmx {
            told.shows_no_row(&ada).says("no longer exists");
        }
        assert_eq!(app.decisions().len(), 1);
        assert_eq!(admin.gets(&ada.deletion()).await.status, 404);
        assert_eq!(admin.gets(&ada.path()).await.status, 404);
    })
    .await;
}

#[actix_web::test]
async fn ten_deletions_at_once_are_one() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let told = join_all((0..10).map(|_| admin.deletes(&ada, 1))).await;
    let mut statuses: Vec<_> = told.iter().map(|told| told.answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404, 404, 404, 404, 404, 404, 404, 404, 404]);
    assert_eq!(app.decisions().len(), 1);
}

#[actix_web::test]
async fn a_deletion_leads_back_to_the_list_and_never_to_the_page_that_is_gone() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for (n, (return_to, expected)) in [
        ("/admin/developers?status=all&q=ada", "/admin/developers?status=all&q=ada"),
        ("OWN PAGE", "/admin/developers"),
        ("//evil.example", "/admin/developers"),
        ("", "/admin/developers"),
    ]
    .into_iter()
    .enumerate()
    {
        let person = app.requested(&format!("Ada {n}")).await;
        let return_to = if return_to == "OWN PAGE" { person.path() } else { return_to.to_owned() };
        let told = admin.posts(&person.deletion(), &[("version", "1"), ("return_to", &return_to)]).await.done();
        assert_eq!(told.answer.location(), expected);
    }
}

#[actix_web::test]
async fn a_delete_is_never_a_plain_button_of_a_row() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let page = admin.opens("/admin/developers").await;
    let row = format!("tr#{}", ada.row_id());
    assert!(page.texts(&format!("{row} button")).iter().all(|button| !button.contains("Delete")));
    assert_eq!(page.texts(&format!("{row} .menu a.danger")), ["Delete…"]);
    assert!(page.attribute(&format!("{row} .menu a.danger"), "href").unwrap().starts_with(&ada.deletion()));
}
