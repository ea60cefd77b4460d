//! `GET` and `POST /account`, `POST /account/password`

use guestlist::outbox::Kind;
use serde_json::json;

use super::{NEW, WRONG};
use crate::support::App;
use crate::support::actors::PASSWORD;

#[actix_web::test]
async fn the_own_page_shows_who_one_is_and_what_one_can_change() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let page = ada.gets("/account").await.is(200).page();
    assert_eq!(page.title(), "Your account · Guestlist");
    assert!(page.text("main").contains(&ada.person.email), "{}", page.text("main"));
    let tokens = |name: &str| page.attribute(&format!("#{name}"), "autocomplete").unwrap();
    assert_eq!(
        ["full_name", "organization", "current_password", "password"].map(tokens),
        ["name", "organization", "current-password", "new-password"]
    );
    assert!(!page.has("input[name='email']"), "the address is what it is");
}

#[actix_web::test]
async fn name_and_company_are_changed_and_recorded_as_the_developers_own_doing() {
    for htmx in [false, true] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await;
        let ada = app.developer("Ada Byron").await;
        let browser = ada.browser.speaking(htmx);
        let page = browser.get("/account").await.is(200).page();
        let form = page.form("form[action='/account']");
        let form = form.filled("full_name", " Ada Lovelace ").filled("organization", "Engines & Co");
        let answer = browser.post(&form.action, &form.pairs()).await.is(303);
        assert_eq!(answer.location(), "/account");
        let page = browser.speaking(false).get("/account").await.is(200).page();
        assert!(page.text("#messages").contains("Saved"), "{}", page.text("#messages"));
        assert!(page.text("header").contains("Ada Lovelace"), "the session knows the new name");
        let row = app.row(&ada.person);
        assert_eq!(
            (row.full_name.as_str(), row.organization.as_str(), row.version),
            ("Ada Lovelace", "Engines & Co", 2)
        );
        let entry = app.events("developer.edited").pop().unwrap();
        assert_eq!((entry.actor_kind.as_str(), entry.actor_email.as_str()), ("developer", ada.person.email.as_str()));
        assert_eq!(
            entry.details,
            json!({"full_name": ["Ada Byron", "Ada Lovelace"], "organization": ["", "Engines & Co"]})
        );
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        assert_eq!(admin.opens("/admin/developers?status=all&q=lovelace").await.names(), ["Ada Lovelace"]);
        // An admin who looked before sees that something changed.
        admin.moves(&ada.person, "revoke", 1).await.refused(409);
        // The same once more is no change.
        browser.post("/account", &[("full_name", "Ada Lovelace"), ("organization", "Engines & Co")]).await.is(303);
        assert_eq!(app.events("developer.edited").len(), 1);
    }
}

#[actix_web::test]
async fn what_cannot_be_taken_comes_back_as_it_was_typed() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let before = app.state();
    let long = "ж".repeat(201);
    for (name, company, field) in [
        ("", "Co", "full_name"),
        ("  ", "Co", "full_name"),
        ("Ada\u{7}", "Co", "full_name"),
        (&long, "Co", "full_name"),
        ("Ada", &long, "organization"),
    ] {
        for htmx in [false, true] {
            let browser = ada.browser.speaking(htmx);
            let answer = browser.post("/account", &[("full_name", name), ("organization", company)]).await.is(422);
            let page = answer.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            assert_eq!(page.attributes(".errors a", "href"), [format!("#{field}")]);
            assert_eq!(page.texts(".errors a"), [page.text(&format!("#{field}-error"))]);
            assert_eq!(page.attribute("#full_name", "value").as_deref(), Some(name));
            assert_eq!(page.attribute("#organization", "value").as_deref(), Some(company));
        }
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn nothing_else_can_be_changed_and_nobody_else() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let bo = app.developer("Bo Chen").await;
    let before = (format!("{:?}", app.row(&ada.person)), format!("{:?}", app.row(&bo.person)));
    let other = bo.person.id.to_string();
    let fields = [
        ("full_name", "Ada Byron"),
        ("organization", ""),
        ("id", other.as_str()),
        ("developer_id", &other),
        ("email", "eve@x.example"),
        ("status", "approved"),
        ("version", "99"),
        ("email_verified_at", "2020-01-01T00:00:00Z"),
        ("purpose", "Eve"),
    ];
    ada.browser.post("/account", &fields).await.is(303);
    assert_eq!((format!("{:?}", app.row(&ada.person)), format!("{:?}", app.row(&bo.person))), before);
    let fields = [("current_password", PASSWORD), ("password", NEW), ("email", &bo.person.email), ("id", &other)];
    ada.browser.post("/account/password", &fields).await.is(303);
    bo.elsewhere(&app).signs_in(PASSWORD).await.is(303);
}

#[actix_web::test]
async fn a_new_password_keeps_this_browser_and_signs_out_the_others() {
    for htmx in [false, true] {
        let app = App::start().await;
        let ada = app.developer("Ada Byron").await;
        let elsewhere = ada.elsewhere(&app);
        elsewhere.signs_in(PASSWORD).await.is(303);
        let bo = app.developer("Bo Chen").await;
        let key = ada.browser.cookie("developer").unwrap();
        let browser = ada.browser.speaking(htmx);
        let form = browser.get("/account").await.is(200).page().form("form[action='/account/password']");
        let form = form.filled("current_password", PASSWORD).filled("password", NEW);
        let answer = browser.post(&form.action, &form.pairs()).await.is(303);
        assert_eq!(answer.location(), "/account");
        let page = browser.speaking(false).get("/account").await.is(200).page();
        assert!(page.text("#messages").contains("Your password is changed"), "{}", page.text("#messages"));
        assert!(ada.is_in().await && !elsewhere.is_in().await && bo.is_in().await);
        let new_key = ada.browser.cookie("developer").unwrap();
        assert_ne!(new_key, key, "by a new key");
        ada.browser.jar.borrow_mut().insert("developer".into(), key);
        assert!(!ada.is_in().await);
        elsewhere.signs_in(PASSWORD).await.is(401);
        elsewhere.signs_in(NEW).await.is(303);
        let entry = app.events("developer.password_changed").pop().unwrap();
        assert_eq!((entry.actor_kind.as_str(), entry.subject_id), ("developer", Some(ada.person.id.0)));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        let mail = app.mail_to(&ada.person.email);
        assert_eq!((mail.kind, mail.hold.is_zero()), (Kind::PasswordChanged, true));
        assert!(!mail.text.contains(NEW) && !mail.text.contains(PASSWORD));
    }
}

#[actix_web::test]
async fn without_the_current_password_none_is_set() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let before = app.db.text("select password_hash from developer_passwords");
    for (current, new, wrong) in [
        (WRONG, NEW, &["#current_password"][..]),
        ("", NEW, &["#current_password"]),
        (PASSWORD, "short", &["#password"]),
        (PASSWORD, "ada.byron@x.example", &["#password"]),
        (WRONG, "Ada Byron Ada Byron", &["#current_password", "#password"]),
    ] {
        for htmx in [false, true] {
            app.db.run("delete from throttles");
            let fields = [("current_password", current), ("password", new)];
            let answer = ada.browser.speaking(htmx).post("/account/password", &fields).await.is(422);
            let page = answer.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            assert_eq!(page.attributes(".errors a", "href"), wrong);
            for field in ["current_password", "password"] {
                assert_eq!(page.attribute(&format!("#{field}"), "value").as_deref(), Some(""), "never back");
            }
        }
    }
    ada.browser.post("/account/password", &[("password", NEW)]).await.is(422);
    assert_eq!(app.db.text("select password_hash from developer_passwords"), before);
    assert!(app.mails().is_empty() && app.events("developer.password_changed").is_empty());
    assert!(ada.is_in().await);
    let failed = app.events("developer.sign_in_failed");
    assert!(!failed.is_empty() && failed.iter().all(|entry| entry.actor_kind.as_str() == "developer"));
}

#[actix_web::test]
async fn guesses_of_the_current_password_count_like_attempts_to_sign_in() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let change = async |current: &str| {
        ada.browser.post("/account/password", &[("current_password", current), ("password", NEW)]).await
    };
    for _ in 0..5 {
        change(WRONG).await.is(422);
    }
    let page = change(PASSWORD).await.is(422).page();
    assert_eq!(page.attributes(".errors a", "href"), ["#current_password"]);
    assert!(page.text(".errors").contains("wait"), "whoever is inside is told why: {}", page.text(".errors"));
    assert!(ada.is_in().await, "and stays inside");
    ada.elsewhere(&app).signs_in(PASSWORD).await.is(401);
    app.db.run("update throttles set blocked_until = now() - interval '1 second' where blocked_until is not null");
    change(PASSWORD).await.is(303);
    // Whoever knew it starts anew.
    for _ in 0..4 {
        ada.browser.post("/account/password", &[("current_password", WRONG), ("password", NEW)]).await.is(422);
    }
    ada.elsewhere(&app).signs_in(NEW).await.is(303);
}

#[actix_web::test]
async fn somebody_who_is_revoked_meanwhile_changes_nothing() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.developer("Ada Byron").await;
    admin.revoke(&ada.person, "").await.done();
    let before = app.state();
    let fields = [("full_name", "Ada L"), ("organization", "")];
    assert!(ada.browser.post("/account", &fields).await.is(303).location().starts_with("/login"));
    let fields = [("current_password", PASSWORD), ("password", NEW)];
    assert!(ada.browser.post("/account/password", &fields).await.is(303).location().starts_with("/login"));
    assert_eq!(app.state(), before);
}
