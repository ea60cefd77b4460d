//! `/admin/settings/mails`: what each mail says.

use crate::support::App;
use crate::support::html::Page;

const TEXTS: &str = "/admin/settings/mails";

fn typed(page: &Page) -> (String, String) {
    let fields = page.form("#text").fields;
    let field = |name: &str| fields.iter().find(|(own, _)| own == name).unwrap().1.clone();
    (field("subject"), field("body"))
}

fn fields<'a>(wish: &'a str, version: &'a str, subject: &'a str, body: &'a str) -> [(&'a str, &'a str); 4] {
    [("do", wish), ("version", version), ("subject", subject), ("body", body)]
}

#[actix_web::test]
async fn a_text_is_changed_and_set_back() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let list = admin.opens(TEXTS).await;
    assert_eq!(list.count("#rows tr"), guestlist::outbox::Kind::ALL.len());
    assert!(!list.has("#rows .chip"), "nothing is changed yet");
    let page = admin.opens(&format!("{TEXTS}/rejected")).await;
    assert_eq!(page.title(), "Rejected · Mail texts · Guestlist");
    assert_eq!(page.texts("dt code"), ["{name}", "{email}", "{reason}", "{portal}", "{support}"]);
    let (subject, body) = typed(&page);
    assert_eq!(subject, "{portal}: your request was not accepted");
    assert!(body.starts_with("Hello {name},\n\n") && body.contains("{reason}"));

    let path = format!("{TEXTS}/rejected");
    let new = fields("save", "0", "Sorry, {name}", "Dear {name},\r\n\r\nno. {reason}\r\n\r\n{7*7} {}");
    admin.posts(&path, &new).await.done().says("Saved the mail “Rejected”.");
    let page = admin.opens(&path).await;
    assert_eq!(typed(&page), ("Sorry, {name}".into(), "Dear {name},\n\nno. {reason}\n\n{7*7} {}".into()));
    assert_eq!(page.text(".record .chip"), "Changed");
    assert_eq!(admin.opens(TEXTS).await.texts("#rows tr:has(.chip) td.kind"), ["Rejected"]);
    let entries = app.db.texts("select concat_ws('|', subject_name, details->'value'->>1) from audit_entries where event = 'setting.changed' order by id");
    assert_eq!(entries[0], "Subject of the mail “Rejected”|Sorry, {name}");
    assert!(entries[1].starts_with("Text of the mail “Rejected”|Dear {name}"), "{}", entries[1]);

    admin.posts(&path, &fields("save", "1", new[2].1, new[3].1)).await.done().says("Nothing was changed.");
    admin.posts(&path, &fields("reset", "1", "", "")).await.done().says("“Rejected” has its usual text again.");
    let page = admin.opens(&path).await;
    assert_eq!(typed(&page), (subject, body));
    assert_eq!(page.text(".record .chip"), "Usual text");
    assert!(!page.has("[value=reset]"), "there is nothing to set back");
}

#[actix_web::test]
async fn a_text_that_cannot_be_filled_in_is_refused() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let long = "x".repeat(2001);
    for (subject, body, field, words) in [
        ("", "{link}", "subject", "The subject must not be empty"),
        ("a\r\nBcc: eve@x.example", "{link}", "subject", "must not contain line breaks"),
        ("{link}", "{link}", "subject", "{link} cannot stand here; these can: {name}, {email}, {portal}"),
        ("Hello", "", "body", "The text must not be empty"),
        ("Hello", "{link} {state}", "body", "{state} cannot stand here"),
        ("Hello", "Without a link", "body", "The text needs {link}"),
        ("Hello", "{link}\u{1}", "body", "must not contain control characters"),
        ("Hello", long.as_str(), "body", "The text must have at most 2,000 characters; these are 2,001"),
    ] {
        for wish in ["save", "preview", "test"] {
            let answer =
                admin.posts(&format!("{TEXTS}/approved"), &fields(wish, "0", subject, body)).await.answer.is(422);
            let page = answer.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            let error = page.text(&format!("#{field}-error"));
            assert!(error.contains(words), "{error}");
            assert_eq!(page.texts(".errors li a"), [error]);
            assert_eq!(typed(&page).1, body.replace('\r', ""), "what was typed is kept");
        }
    }
    assert_eq!(app.db.number("select count(*) from settings"), 0);
    assert_eq!(app.db.number("select count(*) from outbox"), 0);
}

#[actix_web::test]
async fn a_preview_shows_samples_and_saves_nothing() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    admin.posts("/admin/settings", &[("version", "0"), ("portal_name", "Acme & Co")]).await.done();
    let body = "Dear {name},\n\n<b>come</b> to {portal}:\n{link}\n\n{support}";
    let answer = admin.posts(&format!("{TEXTS}/approved"), &fields("preview", "1", "{portal} <{email}>", body)).await;
    let page = answer.answer.is(200).page();
    let preview = page.texts("#preview div.letter p");
    assert_eq!(
        preview,
        ["Dear Ada Byron,", "<b>come</b> to Acme & Co: https://guests.example/…"],
        "no support, no line"
    );
    assert_eq!(page.texts("#preview div.letter a"), ["https://guests.example/…"]);
    assert!(page.text("#preview pre").starts_with("Dear Ada Byron, <b>come</b>"));
    assert_eq!(page.texts("#preview p b"), ["Acme & Co <ada@engine.example>"]);
    assert_eq!(typed(&page), ("{portal} <{email}>".into(), body.into()), "what was typed is still there");
    assert_eq!(page.form("#text").fields[0], ("version".into(), "1".into()));
    assert_eq!(app.db.texts("select key from settings"), ["portal_name"]);
    assert_eq!(app.db.number("select count(*) from outbox"), 0);
}

#[actix_web::test]
async fn a_test_goes_to_whoever_asks_for_it() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for kind in guestlist::outbox::Kind::ALL {
        let path = format!("{TEXTS}/{kind}");
        let (subject, body) = typed(&admin.opens(&path).await);
        let page = admin.posts(&path, &fields("test", "0", &subject, &body)).await.answer.is(200).page();
        let words = page.text("#messages");
        assert!(words.contains("A test to kim.lee@desk.example is kept under Mail"), "{words}");
        assert_eq!(typed(&page), (subject, body));
    }
    let kinds = guestlist::outbox::Kind::ALL.len() as i64;
    assert_eq!(
        app.db.number("select count(*) from outbox where kind = 'test' and recipient = 'kim.lee@desk.example'"),
        kinds
    );
    assert_eq!(
        app.db.number("select count(*) from outbox where subject like '%{%' or body like '%{%'"),
        0,
        "all is filled in"
    );
    assert_eq!(app.db.number("select count(*) from outbox where (link is null) = (body like E'%\\x01%')"), 0);
    assert_eq!(app.db.number("select count(*) from settings"), 0);
}

#[actix_web::test]
async fn whoever_saves_over_a_newer_text_is_told() {
    let app = App::start().await;
    let (kim, sam) = (app.admin("Kim Lee").await, app.admin("Sam Quick").await);
    let path = format!("{TEXTS}/test");
    sam.posts(&path, &fields("save", "0", "Sam's", "Sam's text")).await.done();
    let answer = kim.posts(&path, &fields("save", "0", "Kim's", "Sam's text")).await.answer.is(409);
    let page = answer.page();
    let words = page.text(".errors");
    assert!(words.contains("Nothing was saved") && words.contains("Sam Quick changed a setting just now"), "{words}");
    assert_eq!(page.text("#subject-error"), "Saved now: “Sam's”");
    assert!(!page.has("#body-error"), "no word where nothing differs");
    assert_eq!(typed(&page), ("Kim's".into(), "Sam's text".into()));
    let form = page.form("#text");
    let again: Vec<_> = form.pairs().into_iter().chain([("do", "save")]).collect();
    kim.posts(&path, &again).await.done().says("Saved the mail");
    kim.posts(&path, &fields("reset", "1", "", "")).await.answer.is(409);
}

#[actix_web::test]
async fn what_is_no_text_is_no_page() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for kind in ["x", "Approved", "approved/", "%00"] {
        admin.gets(&format!("{TEXTS}/{kind}")).await.is(404);
        admin.browser.post(&format!("{TEXTS}/{kind}"), &fields("save", "0", "a", "b")).await.is(404);
    }
    let path = format!("{TEXTS}/test");
    admin.browser.post(&path, &fields("drop", "0", "a", "b")).await.is(400);
    admin.browser.post(&path, &fields("save", "x", "a", "b")).await.is(400);
    admin.browser.post(&path, &[("subject", "a"), ("body", "b")]).await.is(400);
    // Without a button, as Enter in the subject sends it: it is saved.
    admin.browser.post(&path, &[("version", "0"), ("subject", "a"), ("body", "b")]).await.is(303);
}
