//! `GET` and `POST /admin/developers/new`: an admin adds a developer.

use futures_util::future::join_all;
use guestlist::developers::Developer;
use guestlist::developers::Status::{self, Approved, Rejected, Requested, Revoked};
use guestlist::outbox::Kind;

use crate::invitations::{invited, posting};
use crate::support::actors::PASSWORD;
use crate::support::{Admin, Answer, App, both_ways, somebody};

const NEW: &str = "/admin/developers/new";
const ADA: &str = "Ada@Engine.example";
const CHOSEN: &str = "neun Dachse ohne Uhr";

impl Admin {
    async fn adds(&self, email: &str, status: &str) -> Answer {
        let fields =
            [("email", email), ("full_name", "Ada Byron"), ("organization", "Engines & Co"), ("status", status)];
        self.browser.seeing(NEW).post(NEW, &fields).await
    }
}

fn ada(app: &App) -> Developer {
    app.find(app.db.text("select id from developers where mailbox = 'ada@engine.example'").parse().unwrap()).unwrap()
}

async fn signs_in(app: &App, password: &str) -> Answer {
    app.browser().post("/login", &[("email", ADA), ("password", password)]).await
}

#[actix_web::test]
async fn somebody_is_added_with_a_status_and_gets_a_link_to_choose_a_password() {
    both_ways(async |app: &App, admin: Admin| {
        let page = admin.opens(NEW).await;
        assert_eq!(page.title(), "Add a developer · Guestlist");
        let form = page.form("main form");
        assert_eq!((form.action.as_str(), form.method.as_str()), (NEW, "post"));
        let form = form.filled("email", ADA).filled("full_name", " Ada Byron ").filled("organization", "Engines & Co");
        let form = form.filled("status", "approved");
        let told = admin.looking_at(NEW).posts(&form.action, &form.pairs()).await;
        assert_eq!(told.answer.status, 303);
        let row = ada(app);
        assert_eq!(told.answer.location(), format!("/admin/developers/{}", row.id));
        let record = admin.opens(told.answer.location()).await;
        if !admin.browser.htmx {
            assert!(told.message().contains("Added Ada Byron."), "{}", told.message());
        }
        assert_eq!((row.status, row.email.as_str(), row.full_name.as_str()), (Approved, ADA, "Ada Byron"));
        assert_eq!((row.decided_by.as_deref(), row.organization.as_str()), (Some("Kim Lee"), "Engines & Co"));
        assert!(row.decided_at.is_some() && row.email_verified_at.is_none());
        assert_eq!((row.version, row.terms_version.as_str()), (1, ""));
        let [entry] = app.events("developer.added").try_into().unwrap();
        assert_eq!((entry.actor_name.as_str(), entry.actor_kind.as_str()), ("Kim Lee", "admin"));
        assert_eq!((entry.from_status.as_deref(), entry.to_status.as_deref()), (None, Some("approved")));
        assert_eq!((entry.subject_email.as_str(), entry.subject_id), (ADA, Some(row.id.0)));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(told.answer.request_id()));
        assert!(record.texts(".timeline li").iter().any(|line| line.starts_with("Added by Kim Lee")));
        assert_eq!(admin.opens("/admin/developers").await.counts(), ["0", "1", "0", "0", "1"]);
        let [mail] = app.mails().try_into().unwrap();
        assert_eq!((mail.kind, mail.to.as_str()), (Kind::AccountCreated, ADA));
        assert!(
            mail.text.contains("Kim Lee added you to Guestlist") && mail.text.contains("Hello Ada Byron"),
            "{mail:?}"
        );
        assert!(mail.path().starts_with("/password/reset/") && mail.hold.is_zero(), "{}", mail.path());
    })
    .await;
}

#[actix_web::test]
async fn the_link_chooses_the_first_password_and_proves_the_mailbox() {
    for htmx in [false, true] {
        let app = App::start().await;
        app.setting("verification", "always");
        let admin = app.admin("Kim Lee").await;
        admin.adds(ADA, "approved").await.is(303);
        signs_in(&app, CHOSEN).await.is(401);
        let path = app.mail_to(ADA).path();
        let browser = app.browser().speaking(htmx);
        let page = browser.speaking(false).get(&path).await.is(200).page();
        assert_eq!(page.text("h1"), "Choose your password", "they had none before");
        assert!(page.title().starts_with("Choose your password"), "{}", page.title());
        for bad in ["short", "Ada Byron Ada Byron", "ada@engine.example"] {
            let page = browser.post(&path, &[("password", bad)]).await.is(422).page();
            assert_eq!(page.attributes(".errors a", "href"), ["#password"]);
            assert_eq!(page.text("h1"), "Choose your password");
        }
        let answer = browser.post(&path, &[("password", CHOSEN)]).await.is(303);
        assert_eq!(answer.location(), "/login");
        let door = browser.speaking(false).get("/login").await.page();
        assert!(door.text("#messages").contains("Sign in with it"), "{}", door.text("#messages"));
        assert!(ada(&app).email_verified_at.is_some());
        assert_eq!(app.events("developer.verified").len(), 1);
        signs_in(&app, CHOSEN).await.is(303);
        // It works once.
        browser.get(&path).await.is(410);
        browser.post(&path, &[("password", PASSWORD)]).await.is(410);
        signs_in(&app, CHOSEN).await.is(303);
        assert!(!app.told(ADA).contains(&"verify_address"), "{:?}", app.told(ADA));
    }
}

#[actix_web::test]
async fn the_link_lives_for_fourteen_days_and_a_reset_takes_its_place() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    admin.adds(ADA, "approved").await.is(303);
    let welcome = app.mail_to(ADA).path();
    app.db.run("update mail_links set created_at = now() - interval '13 days 23 hours 59 minutes'");
    app.browser().get(&welcome).await.is(200);
    for interval in ["14 days 1 minute", "-14 days -1 minute"] {
        app.db.run(&format!("update mail_links set created_at = now() - interval '{interval}'"));
        for answer in [app.browser().get(&welcome).await, app.browser().post(&welcome, &[("password", CHOSEN)]).await] {
            let page = answer.is(410).page();
            assert!(page.attributes("main a", "href").contains(&"/password/forgot".into()));
            assert!(!page.all_text().contains("30 minutes"), "{}", page.text("main"));
        }
    }
    // Whoever is late asks for another; that one lives for half an hour, and voids the first.
    app.db.run("update mail_links set created_at = now() - interval '1 hour'");
    app.browser().post("/password/forgot", &[("email", ADA)]).await.is(303);
    let reset = app.mail_to(ADA);
    assert_eq!(reset.kind, Kind::PasswordReset);
    app.browser().get(&welcome).await.is(200);
    app.browser().post(&reset.path(), &[("password", CHOSEN)]).await.is(303);
    app.browser().get(&welcome).await.is(410);
    app.browser().post(&welcome, &[("password", PASSWORD)]).await.is(410);
    signs_in(&app, CHOSEN).await.is(303);
}

#[actix_web::test]
async fn who_may_not_come_in_gets_no_link() {
    for (status, mails) in [(Approved, 1), (Requested, 1), (Rejected, 0), (Revoked, 0)] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await;
        let told = admin.posts(NEW, &[("email", ADA), ("full_name", "Ada"), ("status", status.as_str())]).await.done();
        let row = ada(&app);
        assert_eq!((row.status, app.mails().len()), (status, mails));
        assert_eq!(row.decided_by.as_deref(), (status != Requested).then_some("Kim Lee"));
        assert_eq!(row.decided_at.is_some(), status != Requested);
        assert_eq!(told.message().contains("password"), mails == 1, "{}", told.message());
        assert_eq!(app.db.number("select count(*) from mail_links") as usize, mails);
        assert_eq!(told.landed.unwrap().page().texts("article > header .chip")[0], status.label());
        if status == Requested {
            // They choose a password, and wait like everybody else.
            let mail = app.mail_to(ADA);
            assert!(mail.text.contains("An admin decides"), "{}", mail.text);
            let answer = app.browser().post(&mail.path(), &[("password", CHOSEN)]).await.is(303);
            assert_eq!(answer.location(), "/login");
            let page = signs_in(&app, CHOSEN).await.is(401).page();
            assert!(page.text(".errors").contains("waiting for approval"), "{}", page.text(".errors"));
            assert_eq!(ada(&app).status, Requested);
        }
    }
}

#[actix_web::test]
async fn whoever_was_invited_needs_no_invitation_any_more() {
    for status in Status::ALL {
        let app = posting().await;
        let admin = app.admin("Kim Lee").await;
        let link = invited(&app, &admin, ADA).await;
        admin.adds("ADA@engine.example", status.as_str()).await.is(303);
        let row = admin.invitation(ADA).await;
        assert_eq!(
            (row.chip.as_str(), row.developer),
            ("Registered", Some(format!("/admin/developers/{}", ada(&app).id)))
        );
        app.browser().get(&link).await.is(410);
        assert_eq!(app.mails_to(ADA)[0].state.as_str(), "withdrawn", "it was not sent yet");
    }
}

#[actix_web::test]
async fn whoever_is_known_is_named_and_nothing_is_changed() {
    for htmx in [false, true] {
        for status in Status::ALL {
            let app = App::start().await;
            let admin = app.admin("Kim Lee").await.speaking(htmx);
            let known = app.enters(somebody("Ada Lovelace").at(ADA).now(*status));
            let before = app.state();
            let answer = admin.adds(" ADA@engine.example", "approved").await.is(422);
            let page = answer.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            let words = page.text(".errors");
            assert!(words.contains("registered already") && words.contains(status.as_str()), "{words}");
            assert!(page.attributes(".errors a", "href").contains(&known.path()), "it leads to their record");
            assert_eq!(page.attribute("#full_name", "value").as_deref(), Some("Ada Byron"), "what was typed is kept");
            assert_eq!(app.state(), before);
        }
    }
}

#[actix_web::test]
async fn what_is_wrong_is_said_and_kept() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let before = app.state();
    for (field, bad) in [
        ("email", ""),
        ("email", "ada"),
        ("email", "ada@x.example\r\nBcc: eve@x.example"),
        ("full_name", ""),
        ("full_name", "a\nb"),
        ("organization", &*"x".repeat(201)),
        ("status", ""),
        ("status", "pending"),
        ("status", "Approved"),
    ] {
        for htmx in [false, true] {
            let mut fields =
                vec![("email", ADA), ("full_name", "<b>Ada</b>"), ("organization", "Co"), ("status", "revoked")];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, bad));
            let answer = admin.speaking(htmx).browser.post(NEW, &fields).await.is(422);
            let page = answer.page();
            assert_eq!(page.attributes(".errors a", "href"), [format!("#{field}")], "{bad:?}");
            assert_eq!(page.texts(".errors a"), [page.text(&format!("#{field}-error"))]);
            if field != "full_name" {
                assert_eq!(page.attribute("#full_name", "value").as_deref(), Some("<b>Ada</b>"));
            }
            if field != "status" {
                assert_eq!(page.attribute("#status option[selected]", "value").as_deref(), Some("revoked"));
            }
        }
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn of_ten_clicks_at_once_one_adds_them() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let answers = join_all((0..10).map(|_| admin.adds(ADA, "approved"))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303, "{statuses:?}");
    assert!(statuses[1..].iter().all(|status| [422, 503].contains(status)), "{statuses:?}");
    assert_eq!(app.events("developer.added").len(), 1);
    assert_eq!(app.mails().len(), 1);
}

#[actix_web::test]
async fn the_list_leads_to_the_form() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for tab in ["requested", "approved", "all"] {
        let page = admin.opens(&format!("/admin/developers?status={tab}")).await;
        assert!(page.has(&format!("main a[href='{NEW}']")), "{tab}");
    }
    app.enters(somebody("Ada Byron"));
    assert!(admin.opens("/admin/developers").await.has(&format!("main a[href='{NEW}']")));
}
