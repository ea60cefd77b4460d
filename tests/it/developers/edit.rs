//! `POST /admin/developers/{id}`

use serde_json::json;

use crate::support::{App, both_ways, somebody};

#[actix_web::test]
async fn name_and_company_are_changed_and_recorded_old_and_new() {
    both_ways(async |app: &App, admin| {
        let ada = app.enters(somebody("Ada Byron").of("Engines"));
        let admin = admin.looking_at(&ada.path());
        let page = admin.opens(&ada.path()).await;
        let form = page.form("details form").filled("full_name", "Ada Lovelace").filled("organization", "");
        let told = admin.posts(&form.action, &form.pairs()).await.done();
        told.says("Saved Ada Lovelace.");
        let shown = told.shown(&ada).unwrap();
        assert_eq!((shown.name.as_str(), shown.version), ("Ada Lovelace", 2));
        let row = app.row(&ada);
        assert_eq!((row.full_name.as_str(), row.organization.as_str(), row.version), ("Ada Lovelace", "", 2));
        let entries = app.decisions();
        assert_eq!(entries.len(), 1);
        let entry = &entries[0];
        assert_eq!((entry.event.as_str(), entry.actor_name.as_str()), ("developer.edited", "Kim Lee"));
        assert_eq!(entry.details, json!({"full_name": ["Ada Byron", "Ada Lovelace"], "organization": ["Engines", ""]}));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(told.answer.request_id()));
        // Search and order follow the new name.
        let found = admin.opens("/admin/developers?status=all&q=lovelace").await.names();
        assert_eq!(found, ["Ada Lovelace"]);
        assert!(admin.opens("/admin/developers?status=all&q=engines").await.names().is_empty());
    })
    .await;
}

#[actix_web::test]
async fn what_is_unchanged_leaves_no_entry() {
    both_ways(async |app: &App, admin| {
        let ada = app.enters(somebody("Ada Byron").of("Engines"));
        let fields = [("full_name", " Ada Byron "), ("organization", "Engines"), ("version", "1")];
        admin.looking_at(&ada.path()).posts(&ada.path(), &fields).await.done();
        assert!(app.decisions().is_empty());
        assert_eq!(app.row(&ada).version, 1);
    })
    .await;
}

#[actix_web::test]
async fn what_cannot_be_taken_comes_back_as_it_was_typed() {
    both_ways(async |app: &App, admin| {
        let ada = app.enters(somebody("Ada Byron").of("Engines"));
        let before = app.state();
        for (name, company, field) in [
            ("", "Engines", "full_name"),
            ("   ", "Engines", "full_name"),
            ("Ada\nByron", "Engines", "full_name"),
            ("Ada\u{7}", "Engines", "full_name"),
            (&"x".repeat(201), "Engines", "full_name"),
            (&"x".repeat(5_000), "Engines", "full_name"),
            ("Ada", &"ж".repeat(201), "organization"),
        ] {
            let fields = [("full_name", name), ("organization", company), ("version", "1")];
            let told = admin.looking_at(&ada.path()).posts(&ada.path(), &fields).await.refused(422);
            // htmx does not post this form: it gets the page, or a message.
            if !told.answer.text().starts_with("<!DOCTYPE") {
                continue;
            }
            let page = told.answer.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            let shown = page.attribute(&format!("#{field}"), "value").unwrap();
            let typed = if field == "full_name" { name } else { company };
            assert_eq!(shown, typed);
            assert_eq!(page.attribute(&format!("#{field}"), "aria-invalid").as_deref(), Some("true"));
            assert_eq!(page.attributes(".errors a", "href"), [format!("#{field}")]);
            assert_eq!(page.texts(".errors a"), page.texts(&format!("#{field}-error")), "the same words there");
            assert!(page.has("details[open]"));
        }
        assert_eq!(app.state(), before);
    })
    .await;
}

#[actix_web::test]
async fn an_older_version_is_refused() {
    both_ways(async |app: &App, admin| {
        let ada = app.enters(somebody("Ada Byron").of("Engines"));
        let quick = app.admin("Sam Quick").await;
        let fields = |name| [("full_name", name), ("organization", "Engines"), ("version", "1")];
        quick.posts(&ada.path(), &fields("Ada L")).await.done();
        let told = admin.looking_at(&ada.path()).posts(&ada.path(), &fields("Ada K")).await.refused(409);
        let said = if admin.browser.htmx { told.message() } else { told.answer.page().text(".errors") };
        assert!(said.contains("Sam Quick edited this"), "{said}");
        assert_eq!(app.row(&ada).full_name, "Ada L");
        assert_eq!(app.decisions().len(), 1);
        app.db.run("delete from developers");
        admin.posts(&ada.path(), &fields("Ada M")).await.refused(404);
    })
    .await;
}

#[actix_web::test]
async fn only_name_and_company_can_be_changed() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let before = app.row(&ada);
    let fields = [
        ("full_name", "Ada Byron"),
        ("organization", ""),
        ("version", "1"),
        ("status", "approved"),
        ("email", "eve@x.example"),
        ("mailbox", "eve@x.example"),
        ("email_verified_at", "2026-01-01T00:00:00Z"),
        ("id", "00000000-0000-0000-0000-000000000000"),
        ("requested_at", "2020-01-01T00:00:00Z"),
        ("decided_by", "Eve"),
    ];
    admin.posts(&ada.path(), &fields).await.done();
    assert_eq!(format!("{:?}", app.row(&ada)), format!("{before:?}"));
    let moves = [("action", "approve"), ("version", "1"), ("status", "revoked"), ("decided_by", "Eve")];
    admin.posts(&ada.moves(), &moves).await.done();
    assert_eq!(app.row(&ada).status.as_str(), "approved");
    assert_eq!(app.row(&ada).decided_by.as_deref(), Some("Kim Lee"));
}
