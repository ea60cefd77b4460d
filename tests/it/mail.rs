//! `/admin/mail`: what waits, what was sent, what failed and why; and trying again.

use std::time::Duration;

use crate::support::mail::{NO_SERVER, Sink, Whim};
use crate::support::{App, eventually};

mod texts;

const LIST: &str = "/admin/mail";

/// Puts a mail into the outbox that is in this state since an hour; answers with its id.
fn a_mail(app: &App, state: &str, subject: &str, more: &str) -> String {
    let settled = if state == "waiting" { "null" } else { "now() - interval '1 hour'" };
    app.db.run(&format!(
        "insert into outbox (id, kind, recipient, subject, body, state, attempts, next_attempt_at, created_at, settled_at)
         values (gen_random_uuid(), 'approved', 'ada@x.example', '{subject}', E'Hello Ada,\n\n\x01', '{state}', 1,
            now() + interval '20 minutes', now() - interval '2 hours', {settled})"
    ));
    if !more.is_empty() {
        app.db.run(&format!("update outbox set {more} where subject = '{subject}'"));
    }
    app.db.text(&format!("select id from outbox where subject = '{subject}'"))
}

fn retries(app: &App) -> Vec<String> {
    app.db.texts(
        "select concat_ws('|', actor_name, subject_kind, subject_name, subject_email, reason) \
         from audit_entries where event = 'mail.retried' order by id",
    )
}

#[actix_web::test]
async fn mail_is_kept_and_shown_while_it_is_not_configured() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let empty = admin.opens(LIST).await;
    assert!(empty.text(".notice").contains("Mail is not configured"));
    assert!(empty.text(".empty").contains("No mail is waiting"));
    let fields =
        [("version", "0"), ("do", "test"), ("subject", "Welcome to {portal}"), ("body", "Dear {name},\n\n{link}")];
    admin.posts("/admin/settings/mails/approved", &fields).await.answer.is(200);
    let list = admin.opens(LIST).await;
    assert_eq!(list.texts("#rows td.subject a"), ["Welcome to Guestlist"]);
    assert_eq!(list.texts("#rows td.mail"), [admin.email.as_str()]);
    assert_eq!(list.texts("#rows td.reason"), ["Kept until mail is configured"]);
    assert!(!list.has("#rows form"), "to try again would not help");
    let mail = admin.opens(&list.attribute("#rows td.subject a", "href").unwrap()).await;
    assert_eq!(mail.title(), "Welcome to Guestlist · Mail · Guestlist");
    let link = format!("http://{}/", app.server.address);
    assert_eq!(mail.texts(".letter p.long"), ["Dear Ada Byron,", link.as_str()], "the whole text, with its link");
    assert_eq!(mail.attribute("[data-copy]", "data-copy"), Some(link));
    assert_eq!(mail.text(".chip"), "Waiting");
}

#[actix_web::test]
async fn tabs_tell_what_became_of_mail() {
    let app = App::with(&NO_SERVER).await;
    let admin = app.admin("Kim Lee").await;
    a_mail(&app, "waiting", "First", "attempts = 3, last_error = '452 The mailbox is full'");
    a_mail(&app, "sent", "Second", "attempts = 2");
    a_mail(&app, "failed", "Third", "last_error = 'no such user'");
    a_mail(&app, "failed", "Fourth", "last_error = '550 <b>No</b>'");
    a_mail(&app, "withdrawn", "Fifth", "");
    let tab = async |query: &str| {
        let page = admin.opens(&format!("{LIST}{query}")).await;
        assert_eq!(page.texts(".tabs .count"), ["1", "2"], "of those that want looking after");
        (page.text(".tabs [aria-current]"), page.texts("#rows td.subject a"), page.texts("#rows td.reason"))
    };
    let (label, subjects, notes) = tab("").await;
    assert_eq!((label.as_str(), subjects), ("Waiting 1", vec!["First".to_owned()]));
    assert_eq!(notes, ["Tried 3 times. 452 The mailbox is full Next attempt in 19 minutes"]);
    assert_eq!(tab("?state=sent").await.2, ["At attempt 2"]);
    let (_, subjects, mut notes) = tab("?state=failed").await;
    assert_eq!(subjects.len(), 2);
    notes.sort();
    assert_eq!(notes, ["550 <b>No</b>", "No such user"]);
    assert_eq!(tab("?state=withdrawn").await.2, ["Overtaken by another decision"]);
    for query in ["?state=x", "?state=", "?after=x", "?before=1", "?per_page=7", "?after=%00&state=%ff", "?%"] {
        assert_eq!(tab(query).await.1, ["First"], "{query}");
    }
    assert!(!admin.opens(LIST).await.has(".notice"), "mail is configured, and nothing was said against the server");
}

#[actix_web::test]
async fn the_list_is_walked_to_its_end_and_back() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.db.run(
        "insert into outbox (id, kind, recipient, subject, body, state, next_attempt_at, created_at, settled_at)
         select gen_random_uuid(), 'approved', 'ada@x.example', n::text, '', 'sent', now(), now(), now()
         from generate_series(1, 60) as n",
    );
    let mut page = admin.opens(&format!("{LIST}?state=sent")).await;
    let mut subjects = page.texts("#rows td.subject a");
    for _ in 0..2 {
        page = admin.opens(&page.attribute("a[rel=next]", "href").unwrap()).await;
        subjects.extend(page.texts("#rows td.subject a"));
    }
    assert!(!page.has("a[rel=next]"));
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!(subjects.len(), 60);
    for _ in 0..2 {
        page = admin.opens(&page.attribute("a[rel=prev]", "href").unwrap()).await;
    }
    assert!(!page.has("a[rel=prev]"));
    assert_eq!(page.count("#rows tr"), 25);
}

#[actix_web::test]
async fn a_failed_mail_is_tried_again() {
    for htmx in [false, true] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await;
        let id = a_mail(&app, "failed", "Third", "attempts = 10, last_error = '550 No such user'");
        let page = admin.opens(&format!("{LIST}?state=failed")).await;
        let form = page.form("#rows form");
        assert!(form.fields.is_empty() && form.method == "post");
        let answer = admin.speaking(htmx).browser.post(&form.action, &[]).await.is(303);
        assert_eq!(answer.location(), "/admin/mail?state=failed", "back to where one was");
        let landed = admin.opens(answer.location()).await;
        assert!(landed.text("#messages").contains("The mail waits again"));
        let row = "select concat_ws('|', state, attempts, last_error, settled_at is null, next_attempt_at <= now()) from outbox";
        assert_eq!(app.db.texts(row), ["waiting|0||t|t"]);
        assert_eq!(retries(&app), ["Kim Lee|mail|Third|ada@x.example|550 No such user"]);
        // Whoever is second changes nothing.
        admin.posts(&format!("{LIST}/{id}/retry"), &[]).await.done().says("This mail waits.");
        assert_eq!(retries(&app).len(), 1);
    }
}

#[actix_web::test]
async fn all_that_failed_is_tried_again() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for subject in ["One", "Two", "Three"] {
        a_mail(&app, "failed", subject, "");
    }
    a_mail(&app, "withdrawn", "Four", "");
    let form = admin.opens(&format!("{LIST}?state=failed")).await.form("main > form");
    let told = admin.posts(&form.action, &[]).await.done();
    told.says("3 mails back among those that wait.");
    assert_eq!(app.db.texts("select state from outbox order by 1"), ["waiting", "waiting", "waiting", "withdrawn"]);
    assert_eq!(retries(&app), ["Kim Lee|mail|||3 failed mails"]);
    admin.posts(&form.action, &[]).await.done().says("No mail has failed");
    assert_eq!(retries(&app).len(), 1);
}

#[actix_web::test]
async fn a_mail_that_waits_long_is_tried_now_and_one_that_may_be_under_way_is_not() {
    let app = App::with(&NO_SERVER).await;
    let admin = app.admin("Kim Lee").await;
    let long = a_mail(&app, "waiting", "Long", "attempts = 5, last_error = '451 Later'");
    let taken = a_mail(&app, "waiting", "Taken", "next_attempt_at = now() + interval '50 seconds'");
    let page = admin.opens(LIST).await;
    assert!(page.has(&format!("#mail-{long} form")) && !page.has(&format!("#mail-{taken} form")));
    admin.posts(&format!("{LIST}/{taken}/retry"), &[]).await.done().says("within a minute by itself");
    assert_eq!(
        app.db.text("select next_attempt_at > now() + interval '20 seconds' from outbox where subject = 'Taken'"),
        "true"
    );
    admin.posts(&format!("{LIST}/{long}/retry"), &[]).await.done().says("ada@x.example is tried again");
    assert_eq!(retries(&app), ["Kim Lee|mail|Long|ada@x.example|451 Later"]);
}

#[actix_web::test]
async fn what_was_settled_stays_settled() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for (state, words, gone) in [
        ("sent", "was sent meanwhile", "the link is gone since the mail was delivered"),
        ("withdrawn", "was withdrawn", "the link is gone since the mail was withdrawn"),
    ] {
        let id = a_mail(&app, state, state, "");
        for htmx in [false, true] {
            let answer = admin.speaking(htmx).browser.post(&format!("{LIST}/{id}/retry"), &[]).await.is(409);
            let page = answer.page();
            assert!(page.text(".errors").contains(words), "{}", page.text(".errors"));
            assert!(page.text(".letter").contains(gone) && !page.has("[data-copy]"));
            assert!(!page.has(".record form"));
        }
        assert_eq!(app.db.text(&format!("select state from outbox where id = '{id}'")), state);
    }
    assert_eq!(retries(&app), [""; 0]);
}

#[actix_web::test]
async fn what_is_no_mail_is_no_page() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for id in ["00000000-0000-7000-8000-000000000000", "x", "%00", "1", "..%2f"] {
        admin.gets(&format!("{LIST}/{id}")).await.is(404);
        admin.browser.post(&format!("{LIST}/{id}/retry"), &[]).await.is(404);
    }
    let id = a_mail(&app, "failed", "Third", "");
    assert_eq!(admin.gets(&format!("{LIST}/{id}/retry")).await.is(405).header("allow"), Some("POST"));
    for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let answer = admin.browser.post(&format!("{LIST}/retry?return_to={elsewhere}"), &[]).await.is(303);
        assert_eq!(answer.location(), LIST, "{elsewhere}");
    }
    let stranger = app.browser();
    assert!(stranger.get(LIST).await.is(303).location().starts_with("/admin/login"));
    assert!(stranger.get(&format!("{LIST}/{id}")).await.is(303).location().starts_with("/admin/login"));
    stranger.post(&format!("{LIST}/{id}/retry"), &[]).await.is(303);
    assert_eq!(retries(&app).len(), 1, "only the admin's own");
}

#[actix_web::test]
async fn a_mail_leads_to_its_developer_and_shows_words_as_words() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let more = format!(
        "developer_id = '{}', recipient = '{}', body = E'<script>x</script>\\n\\n1 < 2', link = '\\x0102'",
        ada.id, ada.email
    );
    let id = a_mail(&app, "failed", "<i>Hello</i>", &more);
    let page = admin.opens(&format!("{LIST}?state=failed")).await;
    assert_eq!(page.attribute("#rows td.mail a", "href"), Some(ada.path()));
    assert_eq!(page.texts("#rows td.subject a"), ["<i>Hello</i>"]);
    let page = admin.opens(&format!("{LIST}/{id}")).await;
    assert_eq!(page.texts(".letter p.long"), ["<script>x</script>", "1 < 2"]);
    assert!(!page.has("[data-copy]"), "a link that another secret has sealed");
    app.db.run("update outbox set body = E'\\x01'");
    let text = admin.opens(&format!("{LIST}/{id}")).await.text(".letter");
    assert!(text.contains("another GUESTLIST_SECRET_KEY"), "{text}");
}

#[actix_web::test]
async fn a_mail_server_that_cannot_be_reached_is_said_on_top() {
    let app = App::with(&NO_SERVER).await;
    let admin = app.admin("Kim Lee").await;
    let fields = [("version", "0"), ("do", "test"), ("subject", "Hello"), ("body", "Is anybody there?")];
    let told = admin.posts("/admin/settings/mails/test", &fields).await;
    assert!(told.answer.page().text("#messages").contains("is on its way to kim.lee@desk.example"));
    eventually(Duration::from_secs(10), "the page tells that the server is away", async || {
        admin.opens(LIST).await.texts(".notice").iter().any(|text| text.contains("cannot be reached"))
    })
    .await;
    assert_eq!(
        app.db.texts("select concat_ws('|', state, attempts) from outbox"),
        ["waiting|0"],
        "no fault of the mail's"
    );
}

#[actix_web::test]
async fn what_was_refused_arrives_after_a_retry_and_its_link_is_gone() {
    let sink = Sink::start();
    let app = App::sending_to(&sink).await;
    let admin = app.admin("Kim Lee").await;
    sink.does(&admin.email, Whim::Refuse(550, "5.1.1 No such user"));
    let fields = [("version", "0"), ("do", "test"), ("subject", "Come in"), ("body", "{name}: {link}")];
    admin.posts("/admin/settings/mails/approved", &fields).await.answer.is(200);
    let failed = "/admin/mail?state=failed";
    eventually(Duration::from_secs(10), "the mail failed", async || admin.opens(failed).await.has("#rows form")).await;
    let page = admin.opens(failed).await;
    assert!(page.text("#rows td.reason").contains("No such user"), "{}", page.text("#rows td.reason"));
    let path = page.attribute("#rows td.subject a", "href").unwrap();
    assert!(admin.opens(&path).await.has("[data-copy]"), "what did not arrive keeps its link");

    sink.takes(&admin.email);
    admin.posts(&page.form("#rows form").action, &[]).await.done().says("is tried again");
    let mail = sink.mail_to(&admin.email).await;
    assert_eq!((mail.subject(), mail.path()), ("Come in", "/"));
    eventually(Duration::from_secs(10), "the page tells that it was sent", async || {
        admin.opens(&path).await.text(".record .chip") == "Sent"
    })
    .await;
    let page = admin.opens(&path).await;
    assert!(page.text(".letter").contains("the link is gone since the mail was delivered") && !page.has("[data-copy]"));
    assert_eq!(admin.opens("/admin/mail?state=sent").await.texts("#rows td.subject a"), ["Come in"]);
}
