//! `GET /admin/activity`, and the log that nothing changes.

use diesel::connection::SimpleConnection;
use guestlist::developers::Status::Approved;

use crate::support::{App, somebody};

#[actix_web::test]
async fn the_log_tells_who_did_what_to_whom_newest_first() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    admin.reject(&ada, "No company").await.done();
    admin.deletes(&ada, 2).await.done();
    let page = admin.opens("/admin/activity").await;
    assert_eq!(page.title(), "Activity · Guestlist");
    let what = page.texts("#rows td.what");
    assert_eq!(what, ["Deleted", "Rejected", "Imported", "Signed in", "Admin created"]);
    assert_eq!(page.texts("#rows td.actor"), ["Kim Lee", "Kim Lee", "test", "Kim Lee", "test"]);
    assert_eq!(page.texts("#rows td.mail")[..3], ["ada.byron@x.example"; 3], "the email is shown as text");
    assert_eq!(page.texts("#rows td.change")[1], "requested → rejected");
    assert_eq!(page.texts("#rows td.reason")[1], "No company");
    assert_eq!(page.count("#rows td.when time[title][datetime]"), 5);
    let record = page.attributes("#rows td.mail a", "href");
    assert!(record.iter().all(|href| *href == ada.path()), "{record:?}");
    assert!(!page.has("#rows tr:first-child td.mail a"), "the entry of a deletion leads nowhere");
}

#[actix_web::test]
async fn an_edit_is_told_with_old_and_new() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    admin.posts(&ada.path(), &[("full_name", "Ada L"), ("organization", "Co"), ("version", "1")]).await.done();
    let page = admin.opens("/admin/activity?kind=developer.edited").await;
    assert_eq!(page.text("#rows td.what"), "Edited");
    assert_eq!(page.text("#rows td.reason"), "name: Ada Byron → Ada L, company: none → Co");
}

#[actix_web::test]
async fn people_are_found_on_both_sides_and_kinds_are_filtered() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let sam = app.admin("Sam Quick").await;
    let ada = app.requested("Ada Byron").await;
    let bo = app.requested("Bo Жуков").await;
    admin.approve(&ada).await.done();
    sam.reject(&bo, "").await.done();
    let found = async |query: &str| admin.opens(&format!("/admin/activity?{query}")).await.texts("#rows td.what");
    assert_eq!(found("q=Ada+Byron").await, ["Approved", "Imported"]);
    assert_eq!(found("q=ADA.BYRON@x.example").await, ["Approved", "Imported"]);
    assert_eq!(found("q=%D0%96%D0%A3%D0%9A").await, ["Rejected", "Imported"]);
    assert_eq!(found("q=bo").await, ["Rejected", "Imported"], "a short word begins a name");
    assert_eq!(found("q=sam").await, ["Rejected", "Signed in", "Admin created"]);
    assert_eq!(found("kind=developer.approved").await, ["Approved"]);
    assert_eq!(found("kind=developer.approved&q=sam").await, Vec::<String>::new());
    assert_eq!(found("kind=admin.signed_in").await.len(), 2);
    let nobody = admin.opens("/admin/activity?q=nobody").await;
    assert!(nobody.text(".empty").contains("No entries for “nobody”"));
    assert_eq!(nobody.attribute(".empty a", "href").as_deref(), Some("/admin/activity"));
    let page = admin.opens("/admin/activity?kind=developer.approved&q=ada").await;
    assert_eq!(page.attribute("#q", "value").as_deref(), Some("ada"));
    assert_eq!(page.attribute("#kind option[selected]", "value").as_deref(), Some("developer.approved"));
}

#[actix_web::test]
async fn the_log_is_walked_to_its_end_and_back() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enter_all((0..120).map(|n| somebody(&format!("Ada Nr{n}")).now(Approved)).collect());
    let expected = app.db.number("select count(*) from audit_entries");
    for per_page in [25, 50, 100] {
        let mut page = admin.opens(&format!("/admin/activity?per_page={per_page}")).await;
        let mut mails = page.texts("#rows td.mail");
        let mut pages = 1;
        while let Some(next) = page.attribute("a[rel='next']", "href") {
            page = admin.opens(&next).await;
            mails.extend(page.texts("#rows td.mail"));
            pages += 1;
            assert!(pages < 10, "it does not end");
        }
        assert_eq!(mails.len() as i64, expected, "per page {per_page}");
        for _ in 1..pages {
            page = admin.opens(&page.attribute("a[rel='prev']", "href").unwrap()).await;
        }
        assert_eq!(page.texts("#rows td.what").len(), per_page);
        assert!(!page.has("a[rel='prev']"), "the first page again");
    }
}

#[actix_web::test]
async fn parameters_that_make_no_sense_fall_back_to_what_is_usual() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.requested("Ada Byron").await;
    let usual = admin.opens("/admin/activity").await.texts("#rows td.what");
    for query in [
        "kind=drop",
        "kind=",
        "kind=%00",
        "after=abc",
        "after=",
        "after=1e9",
        "after=99999999999999999999",
        "before=x",
        "after=%ff",
        "per_page=-1",
        "per_page=7",
        "per_page=9223372036854775808",
        "q=",
        "q=%00",
        "q=%20",
        "%",
        "&&=",
    ] {
        let answer = admin.gets(&format!("/admin/activity?{query}")).await;
        assert_eq!(answer.status, 200, "{query}");
        assert_eq!(answer.page().texts("#rows td.what"), usual, "{query}");
    }
    for query in ["after=-1", "after=0", "before=9223372036854775807", "after=-9223372036854775808", "q=%25", "q=__"] {
        assert_eq!(admin.gets(&format!("/admin/activity?{query}")).await.status, 200, "{query}");
    }
}

#[actix_web::test]
async fn a_fragment_is_a_part_of_the_page() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let page = admin.gets("/admin/activity").await.is(200).text();
    let fragment = admin.speaking(true).gets("/admin/activity").await.is(200).text();
    let fragment = fragment.trim().split("· printed").next().unwrap();
    assert!(fragment.starts_with(r#"<div id="list""#) && page.contains(fragment));
    let back = admin.speaking(true).browser.get("/admin/activity").header("HX-History-Restore-Request", "true").await;
    assert!(back.text().starts_with("<!DOCTYPE html>"));
}

#[actix_web::test]
async fn nothing_that_was_recorded_can_be_changed_or_removed() {
    let app = App::start().await;
    app.requested("Ada Byron").await;
    let before = app.db.texts("select audit_entries::text from audit_entries");
    let attempts = [
        "update audit_entries set reason = 'x'",
        "update audit_entries set reason = 'x' where false",
        "delete from audit_entries",
        "truncate audit_entries",
        "truncate audit_entries, developers cascade",
    ];
    for attempt in attempts {
        let error = app.db.conn().batch_execute(attempt).unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{attempt}: {error}");
    }
    // Even the owner, who can give himself the right: then the trigger refuses.
    app.db.run("grant update, delete, truncate on audit_entries to current_user");
    for attempt in attempts {
        let error = app.db.conn().batch_execute(attempt).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{attempt}: {error}");
    }
    // And for somebody above all permissions.
    for attempt in attempts {
        let error = app.db.as_superuser().batch_execute(attempt).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{attempt}: {error}");
    }
    assert_eq!(app.db.texts("select audit_entries::text from audit_entries"), before);
    assert_eq!(app.db.text("select rolsuper from pg_roles where rolname = current_user"), "false");
}
