//! `POST /admin/invitations` by mail from here.

use std::fs::File;
use std::process::Stdio;

use guestlist::outbox::Kind;

use super::{LIST, NEW, crowd, invited, posting, typed};
use crate::cli::{Serving, guestlist};
use crate::registration::{SECRET_OF_ADA, sign_up};
use crate::support::actors::PASSWORD;
use crate::support::app::SECRET;
use crate::support::mail::{NO_SERVER, Sink};
use crate::support::{Admin, App, Browser, both_ways, somebody};

#[actix_web::test]
async fn each_gets_a_mail_of_their_own_with_a_link_of_their_own() {
    let sink = Sink::start();
    let app = App::sending_to(&sink).await;
    let admin = app.admin("Kim Lee").await;
    let told = admin.invites("server", "Ada Byron <Ada@engine.example>, grace@navy.example").await.is(303);
    assert_eq!(told.location(), LIST);
    let list = admin.opens(told.location()).await;
    assert!(list.text("#messages").contains("2 invitations are on their way."), "{}", list.text("#messages"));
    let mut links = Vec::new();
    for email in ["Ada@engine.example", "grace@navy.example"] {
        let mail = sink.mail_to(email).await;
        assert_eq!(mail.to, [email], "nobody sees who else is invited");
        assert_eq!(mail.header("To"), Some(email));
        assert_eq!(mail.subject(), "You are invited to Guestlist");
        assert!(mail.text.contains("Kim Lee invites you to Guestlist."), "{}", mail.text);
        assert!(mail.path().starts_with("/register/"), "{}", mail.path());
        links.push(mail.path().trim_start_matches("/register/").to_owned());
    }
    assert_eq!(sink.count(), 2);
    assert!(links.iter().all(|token| token.len() >= 43) && links[0] != links[1], "{links:?}");
    assert_eq!(app.db.number("select count(*) from invitation_links where ended_at is null"), 2);
    let entries = app.events("invitation.queued");
    assert_eq!(entries.len(), 2, "one for each");
    for entry in &entries {
        assert_eq!((entry.actor_name.as_str(), entry.subject_kind.as_str()), ("Kim Lee", "invitation"));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(told.request_id()));
    }
    assert_eq!(entries.iter().filter(|entry| entry.subject_email == "Ada@engine.example").count(), 1);
    admin.invites("server", "one@x.example").await.is(303);
    let words = admin.opens(LIST).await.text("#messages");
    assert!(words.contains("1 invitation is on its way."), "{words}");
}

#[actix_web::test]
async fn with_and_without_a_script_the_same_is_written() {
    both_ways_posting(async |app: &App, admin: Admin| {
        let answer = admin.invites("server", "ada@engine.example, grace@navy.example").await;
        if admin.browser.htmx {
            let words = answer.is(200).page().all_text();
            assert!(words.contains("2 invitations are on their way"), "{words}");
        } else {
            answer.is(303);
        }
        // What was bad stays where it can be mended.
        let answer = admin.invites("server", "lou@x.example, nonsense, lou@x.example").await.is(200);
        let page = answer.page();
        assert!(page.all_text().contains("1 invitation is on its way"), "{}", page.all_text());
        assert_eq!(typed(&page), "nonsense");
        assert!(page.all_text().contains("needs an @") && !page.has(r#"a[href^="mailto:?"]"#));
        assert_eq!(app.mails().len(), 3);
        assert!(app.mails().iter().all(|mail| mail.kind == Kind::Invitation));
    })
    .await;
}

/// As [`both_ways`], at a desk that may send mail.
async fn both_ways_posting(story: impl AsyncFn(&App, Admin)) {
    let mut ends = Vec::new();
    for htmx in [false, true] {
        let app = posting().await;
        let admin = app.admin("Kim Lee").await.speaking(htmx);
        story(&app, admin).await;
        ends.push(app.state());
    }
    assert_eq!(ends[0], ends[1], "without htmx it ends otherwise than with it");
}

#[actix_web::test]
async fn where_mail_is_not_configured_nothing_is_offered_and_nothing_sent() {
    both_ways(async |app: &App, admin: Admin| {
        for path in [NEW, LIST, "/admin/developers", "/admin/developers?status=approved"] {
            let page = admin.opens(path).await;
            assert!(page.has("textarea[name='addresses']"), "{path}");
            assert_eq!(page.attributes("button[name='via']", "value"), ["mail_app"], "{path}");
        }
        let before = app.state();
        let answer = admin.invites("server", "ada@engine.example").await.is(422);
        let page = answer.page();
        assert!(page.text(".errors").contains("not configured"), "{}", page.text(".errors"));
        assert_eq!(typed(&page), "ada@engine.example");
        assert_eq!(app.state(), before);
        admin.invites("mail_app", "ada@engine.example").await.is(200);
    })
    .await;
}

#[actix_web::test]
async fn whoever_holds_a_link_gets_no_second_one() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let link = invited(&app, &admin, "ada@engine.example").await;
    let before = app.state();
    let page = admin.invites("server", "ADA@engine.example").await.is(422).page();
    let words = page.text(".errors");
    assert!(words.to_lowercase().contains("invit") || words.contains("link"), "{words}");
    assert_eq!(app.state(), before);
    // Others in the same box do.
    admin.invites("server", "ADA@engine.example, grace@navy.example").await;
    assert_eq!((app.told("ada@engine.example").len(), app.told("grace@navy.example").len()), (1, 1));
    app.browser().get(&link).await.is(200);
    // What was only prepared is sent, in the same row; and so is what expired.
    admin.invites("mail_app", "lou@x.example").await.is(200);
    admin.invites("server", "lou@x.example").await.is(303);
    assert_eq!(app.told("lou@x.example"), ["invitation"]);
    app.ages("14 days");
    admin.invites("server", "ada@engine.example, lou@x.example").await.is(303);
    assert_eq!((app.told("ada@engine.example").len(), app.told("lou@x.example").len()), (2, 2));
    assert_eq!(app.db.number("select count(*) from invitations"), 3);
    app.browser().get(&link).await.is(410);
    app.browser().get(&app.personal_link("ada@engine.example")).await.is(200);
}

#[actix_web::test]
async fn two_admins_who_invite_the_same_people_at_once_write_one_mail_to_each() {
    let app = posting().await;
    let mut admins = Vec::new();
    for n in 0..4 {
        admins.push(app.admin(&format!("Admin Nr{n}")).await);
    }
    let forwards = crowd(40);
    let backwards = forwards.lines().rev().collect::<Vec<_>>().join("\n");
    let posts = admins.iter().enumerate().map(|(n, admin)| {
        let addresses = if n % 2 == 0 { &forwards } else { &backwards };
        async move { admin.invites("server", addresses).await }
    });
    let answers = futures_util::future::join_all(posts).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert!(statuses.iter().all(|status| [303, 422, 503].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&303), "{statuses:?}");
    assert_eq!(app.mails().len(), 40);
    assert_eq!(app.db.number("select count(*) from invitations"), 40);
    assert_eq!(app.db.number("select count(*) from invitation_links where ended_at is null"), 40);
    assert_eq!(app.events("invitation.queued").len(), 40);
}

#[actix_web::test]
async fn the_log_and_the_database_hold_no_link_and_the_log_no_address() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = guestlist(&["serve"]);
    command.env("DATABASE_URL", &app.db.url).env("GUESTLIST_SECRET_KEY", SECRET).env("GUESTLIST_LOG", "trace");
    command.envs(NO_SERVER);
    let serving = Serving::logging(&mut command, Stdio::from(File::create(log.path()).unwrap()));
    let at_the_desk = Browser::at(serving.address, &format!("http://{}", serving.address));
    let admin = Admin { browser: at_the_desk.clone(), ..kim };
    admin.signs_in(PASSWORD).await.is(303);
    admin.invites("server", "ada@engine.example, grace@navy.example").await.is(303);
    admin.browser.post("/admin/invitations/check", &[("addresses", "lou@x.example")]).await.is(200);
    let first = app.personal_link("grace@navy.example");
    let grace = admin.invitation("grace@navy.example").await;
    admin.posts(&grace.resend.unwrap().1.action, &[]).await.done();
    let links = [app.personal_link("ada@engine.example"), first, app.personal_link("grace@navy.example")];
    let ada = Browser::at(serving.address, &at_the_desk.origin);
    for link in &links {
        ada.get(link).await;
    }
    sign_up("ada@engine.example").without("email").in_browser_at(&ada, &links[0]).await;
    assert_eq!(app.db.number("select count(*) from developers"), 1);
    let rows = app.db.texts(
        "select row_to_json(t)::text from invitations as t union all select row_to_json(t)::text from invitation_links as t \
         union all select row_to_json(t)::text from audit_entries as t union all select row_to_json(t)::text from outbox as t \
         union all select row_to_json(t)::text from throttles as t union all select row_to_json(t)::text from mail_links as t",
    );
    serving.signal("TERM");
    let (out, code) = serving.ended();
    assert_eq!(code, Some(0));
    let log = std::fs::read_to_string(log.path()).unwrap() + &out;
    assert!(
        log.contains("/register/{") && log.contains("/admin/invitations"),
        "the log is not where it is looked for: {log}"
    );
    for link in &links {
        let token = link.rsplit('/').next().unwrap();
        assert!(token.len() >= 43);
        let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!log.contains(token), "{token} stands in the log");
        for row in &rows {
            assert!(!row.contains(token) && !row.contains(&hex), "{token} stands in {row}");
        }
    }
    for secret in ["ada@engine", "grace@navy", "lou@x", SECRET_OF_ADA, "Ada Byron"] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}

#[actix_web::test]
async fn somebody_who_registered_meanwhile_is_not_invited() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    app.enters(somebody("Ada Byron"));
    let answer = admin.invites("server", "ada.byron@x.example, grace@navy.example").await;
    assert!([200, 303].contains(&answer.status), "{}", answer.status);
    assert_eq!(app.mails().iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["grace@navy.example"]);
}
