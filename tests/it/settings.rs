//! `/admin/settings`: what holds for the portal, and who hears of new requests.

use std::path::Path;

use futures_util::future::join_all;

use crate::support::html::Page;
use crate::support::{Admin, App};

const SETTINGS: &str = "/admin/settings";

/// The form as a browser posts it.
fn form(page: &Page) -> Vec<(String, String)> {
    page.form("#settings").fields
}

/// The page with these words typed into it, posted. None takes a tick away.
async fn saves(admin: &Admin, page: &Page, typed: &[(&str, Option<&str>)]) -> crate::support::actors::Told {
    let mut fields = form(page);
    for (name, value) in typed {
        fields.retain(|(own, _)| own != name);
        fields.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
    }
    // As browsers send line breaks.
    fields.iter_mut().for_each(|(_, value)| *value = value.replace("\r\n", "\n").replace('\n', "\r\n"));
    let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    admin.posts(SETTINGS, &pairs).await
}

fn changes(app: &App) -> Vec<String> {
    app.db.texts(
        "select concat_ws('|', actor_name, subject_name, details->'value'->>0, details->'value'->>1) \
         from audit_entries where event = 'setting.changed' order by id",
    )
}

#[actix_web::test]
async fn the_page_shows_what_holds_and_every_change_is_told() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let page = admin.opens(SETTINGS).await;
    assert_eq!(page.title(), "Settings · Guestlist");
    assert_eq!(page.attribute("#portal_name", "value").as_deref(), Some("Guestlist"));
    assert!(
        page.has("#registration[checked]")
            && !page.has("#auto_approval[checked]")
            && !page.has("#invited_approval[checked]")
    );
    assert_eq!(page.attribute("#verification option[selected]", "value").as_deref(), Some("with_mail"));
    let typed =
        [("portal_name", Some(" Acme APIs ")), ("support_address", Some("Help@acme.example")), ("registration", None)];
    let told = saves(&admin, &page, &typed).await.done();
    told.says("Saved 3 settings.");
    let page = told.landed.unwrap().page();
    assert_eq!(page.title(), "Settings · Acme APIs", "the name is on the next page already");
    assert!(!page.has("#registration[checked]"));
    assert_eq!(
        changes(&app),
        [
            "Kim Lee|Portal name|Guestlist|Acme APIs",
            "Kim Lee|Support address||Help@acme.example",
            "Kim Lee|Registration is open|on|off"
        ]
    );
    assert_eq!(
        app.db.texts("select key from settings order by key"),
        ["portal_name", "registration", "support_address"]
    );
    let log = admin.opens("/admin/activity?kind=setting.changed").await;
    assert_eq!(log.texts("#rows td.mail")[2], "Portal name");
    assert_eq!(log.texts("#rows td.reason")[2], "Guestlist → Acme APIs");
    saves(&admin, &page, &[]).await.done().says("Nothing was changed.");
    assert_eq!(changes(&app).len(), 3);
    saves(&admin, &page, &[("portal_name", Some("Guestlist"))]).await.done().says("Saved 1 setting.");
}

#[actix_web::test]
async fn every_kind_of_setting_can_be_saved() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let typed = [
        ("welcome", "Come in.\r\n\r\n<b>All</b> of you."),
        ("allowed_domains", "Acme.example, bücher.example"),
        ("denied_domains", ""),
        ("auto_approval", "on"),
        ("invited_approval", "on"),
        ("verification", "never"),
        ("terms_text", ""),
        ("terms_version", "2"),
    ];
    let typed: Vec<_> = typed.iter().map(|(name, value)| (*name, Some(*value))).collect();
    let page = admin.opens(SETTINGS).await;
    saves(&admin, &page, &typed).await.done().says("Saved 7 settings.");
    let page = admin.opens(SETTINGS).await;
    let shown = form(&page);
    let value = |name: &str| shown.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    assert_eq!(value("welcome"), Some("Come in.\n\n<b>All</b> of you."));
    assert_eq!(value("allowed_domains"), Some("acme.example\nxn--bcher-kva.example"));
    assert_eq!((value("auto_approval"), value("verification")), (Some("on"), Some("never")));
    assert_eq!(value("invited_approval"), Some("on"));
    assert_eq!((value("terms_text"), value("terms_version")), (Some(""), Some("2")));
    assert_eq!(value("registration"), Some("on"), "what nobody touched stays");
}

#[actix_web::test]
async fn what_is_wrong_is_said_and_nothing_is_saved() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let page = admin.opens(SETTINGS).await;
    let long = "x".repeat(2001);
    let wrong = [
        ("portal_name", " ", "Portal name must not be empty"),
        ("support_address", "help", "needs an @"),
        ("welcome", long.as_str(), "Welcome text must have at most 2,000 characters"),
        ("allowed_domains", "acme.example, acme", "“acme” is not a domain"),
        ("verification", "sometimes", "choose one of the list"),
        ("terms_version", "a\nb", "must not contain line breaks"),
    ];
    for (field, typed, words) in wrong {
        let all = [("denied_domains", Some("evil.example")), (field, Some(typed))];
        let answer = saves(&admin, &page, &all).await.answer.is(422);
        let page = answer.page();
        assert_eq!(page.title(), "Error: Settings · Guestlist");
        let error = page.text(&format!("#{field}-error"));
        assert!(error.contains(words), "{field}: {error}");
        assert_eq!(page.texts(".errors li a"), [error], "the same words stand on top");
        assert_eq!(page.attribute(".errors li a", "href"), Some(format!("#{field}")));
        assert_eq!(page.attribute(&format!("#{field}"), "aria-invalid").as_deref(), Some("true"));
        let described = page.attribute(&format!("#{field}"), "aria-describedby").unwrap();
        assert_eq!(described, format!("{field}-hint {field}-error"));
        let kept = form(&page).into_iter().find(|(name, _)| name == "denied_domains").map(|(_, value)| value);
        assert_eq!(kept.as_deref(), Some("evil.example"), "what was typed elsewhere is kept");
    }
    assert_eq!(app.db.number("select count(*) from settings"), 0);
    assert_eq!(changes(&app), [""; 0]);
}

#[actix_web::test]
async fn whoever_saves_over_a_newer_change_is_told() {
    let app = App::start().await;
    let (kim, sam) = (app.admin("Kim Lee").await, app.admin("Sam Quick").await);
    let lists = [("welcome", Some("One.\n\nTwo.")), ("allowed_domains", Some("b.example\na.example"))];
    saves(&kim, &kim.opens(SETTINGS).await, &lists).await.done();
    let seen = kim.opens(SETTINGS).await;
    let first = [("portal_name", Some("Sam's APIs")), ("registration", None)];
    saves(&sam, &sam.opens(SETTINGS).await, &first).await.done();
    let answer = saves(&kim, &seen, &[("portal_name", Some("Kim's APIs"))]).await.answer.is(409);
    let page = answer.page();
    let words = page.text(".errors");
    assert!(words.contains("Nothing was saved") && words.contains("Sam Quick changed a setting just now"), "{words}");
    assert_eq!(page.attribute("#portal_name", "value").as_deref(), Some("Kim's APIs"), "what was typed is kept");
    assert_eq!(page.text("#portal_name-error"), "Saved now: “Sam's APIs”");
    assert_eq!(page.text("#registration-error"), "Saved now: off");
    assert_eq!(page.texts(".errors li a"), ["Portal name", "Registration is open"]);
    assert_eq!(app.db.text("select value from settings where key = 'portal_name'"), "Sam's APIs");
    // Having seen it, Kim may insist.
    saves(&kim, &page, &[]).await.done().says("Saved 2 settings.");
    assert_eq!(app.db.text("select value from settings where key = 'portal_name'"), "Kim's APIs");
}

#[actix_web::test]
async fn of_many_who_save_at_once_one_does() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let names: Vec<_> = (0..20).map(|n| format!("Portal {n}")).collect();
    let posts = names.iter().map(|name| {
        let admin = admin.clone();
        async move { admin.browser.post(SETTINGS, &[("version", "0"), ("portal_name", name)]).await.status }
    });
    let mut answers = join_all(posts).await;
    answers.sort_unstable();
    let expected: Vec<u16> = [303].into_iter().chain([409; 19]).collect();
    assert_eq!(answers, expected);
    assert_eq!(changes(&app).len(), 1);
}

#[actix_web::test]
async fn a_form_that_lacks_a_switch_turns_it_off_only_if_it_is_whole() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    admin.posts(SETTINGS, &[("version", "0"), ("portal_name", "Acme")]).await.done().says("Saved 1 setting.");
    admin.posts(SETTINGS, &[("version", "1")]).await.done().says("Nothing was changed.");
    admin.posts(SETTINGS, &[("version", "1"), ("registration", "off")]).await.done().says("Saved 1 setting.");
    admin.posts(SETTINGS, &[("version", "2"), ("registration", "on")]).await.done();
    admin.posts(SETTINGS, &[("version", "3"), ("whole", "yes")]).await.done().says("Saved 2 settings.");
    for switch in ["registration", "application_auto_approval"] {
        assert_eq!(app.db.text(&format!("select value from settings where key = '{switch}'")), "off", "{switch}");
    }
}

#[actix_web::test]
async fn what_is_no_form_of_this_page_is_refused() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for fields in [
        &[("portal_name", "x")][..],
        &[("version", "one")],
        &[("version", "0"), ("version", "0")],
        &[("version", "0"), ("portal_name", "a"), ("portal_name", "b")],
        &[("version", "99999999999")],
    ] {
        admin.posts(SETTINGS, fields).await.answer.is(400);
    }
    admin.posts(SETTINGS, &[("version", "-1"), ("portal_name", "x")]).await.answer.is(409);
    admin.posts(SETTINGS, &[("version", "0"), ("no_setting", "x")]).await.done().says("Nothing was changed.");
    assert_eq!(app.db.number("select count(*) from settings"), 0);
}

#[actix_web::test]
async fn a_second_server_learns_the_portals_name() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let other = app.another(&[]);
    admin.posts(SETTINGS, &[("version", "0"), ("portal_name", "Acme APIs")]).await.done();
    crate::support::eventually(std::time::Duration::from_secs(5), "the name on the other server", async || {
        other.browser().get("/admin/login").await.page().title() == "Sign in · Acme APIs"
    })
    .await;
}

#[actix_web::test]
async fn each_admin_chooses_what_to_hear() {
    let app = App::start().await;
    let (kim, _) = (app.admin("Kim Lee").await, app.admin("Sam Quick").await);
    let page = kim.opens(SETTINGS).await;
    assert_eq!(page.attribute("#new_requests option[selected]", "value").as_deref(), Some("at_once"));
    let notices = "/admin/settings/notices";
    let told = kim.posts(notices, &[("new_requests", "daily")]).await.done();
    told.says("once a day");
    let page = told.landed.unwrap().page();
    assert_eq!(page.attribute("#new_requests option[selected]", "value").as_deref(), Some("daily"));
    let list = page.texts("section[aria-labelledby=notices] li");
    assert_eq!(list, ["Kim Lee (you) kim.lee@desk.example: Once a day", "Sam Quick sam.quick@desk.example: At once"]);
    kim.posts(notices, &[("new_requests", "daily")]).await.done().says("Nothing was changed.");
    let entries = app.db.texts(
        "select concat_ws('|', actor_name, subject_name, details) from audit_entries where event = 'setting.changed'",
    );
    assert_eq!(entries, [r#"Kim Lee|Kim Lee|{"notices": ["At once", "Once a day"]}"#]);
    for fields in [&[("new_requests", "hourly")][..], &[]] {
        kim.browser.post(notices, fields).header("Content-Type", "application/x-www-form-urlencoded").await.is(400);
    }
    // It is no part of the form of all settings, whose version it leaves alone.
    saves(&kim, &page, &[("portal_name", Some("Acme"))]).await.done();
}

#[actix_web::test]
async fn strangers_see_and_change_nothing() {
    let app = App::start().await;
    let stranger = app.browser();
    for path in [SETTINGS, "/admin/settings/mails", "/admin/settings/mails/approved"] {
        assert!(stranger.get(path).await.is(303).location().starts_with("/admin/login"), "{path}");
    }
    for path in [SETTINGS, "/admin/settings/notices", "/admin/settings/mails/approved"] {
        stranger.post(path, &[("version", "0"), ("portal_name", "x"), ("new_requests", "never")]).await.is(303);
    }
    assert_eq!(app.db.number("select count(*) from settings"), 0);
}

#[test]
fn the_reference_tells_what_the_program_knows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == guestlist::settings::markdown(),
        "docs/settings.md is old; renew it: cargo run -- check-config --markdown > docs/settings.md"
    );
    for word in ["`GUESTLIST_SMTP_URL`", "`auto_approval`", "`at_once`", "`mail.approved.subject`", "`{name}`"] {
        assert!(written.contains(word), "{word}");
    }
}

#[test]
fn the_command_line_prints_the_reference() {
    let output = crate::cli::guestlist(&["check-config", "--markdown"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), guestlist::settings::markdown());
}
