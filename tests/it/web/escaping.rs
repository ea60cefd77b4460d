//! What people write stays text, wherever it is shown.

use guestlist::developers::Status::{Approved, Rejected, Requested, Revoked};

use crate::support::actors::PASSWORD;
use crate::support::{App, somebody};

const POLYGLOT: &str =
    "\"'><img src=x onerror=alert(1)></textarea></title><script>alert(1)</script>${7*7}{{7*7}}{% raw %}&lt;<!--";

#[actix_web::test]
async fn a_polyglot_in_every_field_is_text_on_every_page() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let mut people = Vec::new();
    for status in [Requested, Approved, Rejected, Revoked] {
        let newcomer = somebody(&format!("{POLYGLOT} {status}"))
            .at(&format!("a'b&c{{7*7}}=%23-{status}@x.example"))
            .of(POLYGLOT)
            .wanting(&format!("{POLYGLOT}\n{POLYGLOT}"))
            .because(POLYGLOT)
            .now(status);
        people.push(app.enters(newcomer));
    }
    let requested = &people[0];
    let fields = [("full_name", POLYGLOT), ("organization", "<b>"), ("version", "1")];
    admin.posts(&requested.path(), &fields).await.done();
    let mut pages: Vec<String> = vec!["/admin/activity".into(), "/admin/activity?q=%3Cscript%3E%22'".into()];
    for tab in ["requested", "approved", "rejected", "revoked", "all"] {
        pages.push(format!("/admin/developers?status={tab}"));
        pages.push(format!("/admin/developers?status={tab}&q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"));
    }
    for person in &people {
        pages.extend([person.path(), person.deletion(), format!("{}?q=%22%3E%3Cscript%3E", person.path())]);
    }
    let mut seen = 0;
    for path in pages {
        for htmx in [false, true] {
            let answer = admin.speaking(htmx).gets(&path).await.is(200);
            let text = answer.text();
            assert!(!text.contains("<script>alert") && !text.contains("<img"), "{path}");
            assert!(!text.contains("49") || !text.contains("${7*7}{{7*7}}") || text.contains("{{7*7}}"), "{path}");
            seen += text.matches("&#60;script&#62;alert(1)").count() + text.matches("&lt;script&gt;alert(1)").count();
            let page = answer.page();
            assert!(!page.has("img") && !page.has("script:not([src])") && !page.has("[onerror]"), "{path}");
            for href in page.attributes("[href]", "href") {
                assert!(
                    href.starts_with('/') || href.starts_with("mailto:") || href.starts_with('#'),
                    "{path}: {href}"
                );
            }
        }
    }
    assert!(seen > 40, "the polyglot was seen {seen} times only");
    let page = admin.opens(&requested.path()).await;
    assert_eq!(
        page.text("h1"),
        POLYGLOT.split_whitespace().collect::<Vec<_>>().join(" "),
        "it is shown as it was typed"
    );
}

#[actix_web::test]
async fn messages_and_refusals_are_text_as_well() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let bad = app.enters(somebody("<script>alert(1)</script>").at("script@x.example"));
    for htmx in [false, true] {
        let admin = admin.speaking(htmx);
        let version = app.row(&bad).version;
        let action = if version == 1 { "approve" } else { "revoke" };
        let told = admin.moves(&bad, action, version).await.done();
        assert!(told.message().contains("<script>alert(1)</script>."), "{}", told.message());
        let seen = told.landed.as_ref().unwrap_or(&told.answer).text();
        assert!(!seen.contains("<script>alert"));
        let refused = admin.moves(&bad, "approve", 1).await.refused(409);
        assert!(!refused.answer.text().contains("<script>alert"));
    }
    let door = app.browser();
    let typed = "\"><script>alert(1)</script>";
    let refused = door.post("/admin/login", &[("email", typed), ("password", PASSWORD)]).await.is(401);
    assert!(!refused.text().contains("<script>alert"));
    assert_eq!(refused.page().attribute("#email", "value").as_deref(), Some(typed));
}

#[actix_web::test]
async fn a_mailto_link_holds_nothing_but_the_address() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for (email, href) in [
        ("a?bcc=eve@x.example", "mailto:a%3Fbcc%3Deve@x.example"),
        ("a&b+c@x.example", "mailto:a%26b%2Bc@x.example"),
        ("100%@x.example", "mailto:100%25@x.example"),
        ("ü@bücher.example", "mailto:%C3%BC@b%C3%BCcher.example"),
    ] {
        let person = app.enters(somebody("Some One").at(email).now(Approved));
        let page = admin.opens("/admin/developers?status=approved").await;
        let link = page.attribute(&format!("tr#{} a.button[href^='mailto:']", person.row_id()), "href");
        assert_eq!(link.as_deref(), Some(href));
        assert_eq!(page.text(&format!("tr#{} td.mail", person.row_id())), email, "it is shown as it was typed");
    }
}
