//! `POST /admin/invitations/check`, while somebody types.

use guestlist::developers::Status::{Approved, Rejected, Requested, Revoked};

use super::{crowd, invited, posting, typed};
use crate::support::app::Answer;
use crate::support::{Admin, App, somebody};

const CHECK: &str = "/admin/invitations/check";

impl Admin {
    async fn checks(&self, addresses: &str) -> Answer {
        self.browser.seeing("/admin/developers").post(CHECK, &[("addresses", addresses)]).await.is(200)
    }
}

/// What the check says in words, without the preview.
async fn said(admin: &Admin, addresses: &str) -> String {
    let answer = admin.checks(addresses).await;
    answer.page().text("#invite-check")
}

#[actix_web::test]
async fn ready_duplicate_registered_and_bad_are_said_in_words() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    for (name, status) in
        [("Ada Asks", Requested), ("Bo Bright", Approved), ("Cy Cold", Rejected), ("Dee Dark", Revoked)]
    {
        app.enters(somebody(name).now(status));
    }
    for htmx in [false, true] {
        let admin = admin.speaking(htmx);
        let words = said(&admin, "grace@navy.example, lou@x.example").await;
        assert!(words.contains("2 ready"), "{words}");
        let words = said(&admin, "grace@navy.example; Grace <GRACE@navy.example>").await;
        assert!(words.contains("1 ready") && words.contains("1 duplicate"), "{words}");
        for (email, status) in [
            ("ada.asks@x.example", "Requested"),
            ("BO.BRIGHT@x.example", "Approved"),
            ("cy.cold@x.example", "Rejected"),
            ("dee.dark@x.example", "Revoked"),
        ] {
            let words = said(&admin, email).await;
            assert!(words.to_lowercase().contains("registered"), "{words}");
            assert!(words.contains(email) && words.to_lowercase().contains(&status.to_lowercase()), "{words}");
        }
        for (bad, why) in [
            ("nonsense", "needs an @"),
            ("not an address", "must not contain spaces"),
            ("a@b@c.example", "only one @"),
            ("ada@nowhere", "is not a domain"),
            ("<script>alert(1)</script>@x.example", "is not valid"),
        ] {
            let answer = admin.checks(&format!("grace@navy.example, {bad}")).await;
            let words = answer.page().text("#invite-check");
            assert!(words.contains("1 ready") && words.contains(why), "{bad}: {words}");
            assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
        }
    }
}

#[actix_web::test]
async fn htmx_gets_the_part_and_others_the_whole_page_with_all_that_was_typed() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let addresses = "grace@navy.example, nonsense";
    let part = admin.speaking(true).checks(addresses).await;
    assert!(!part.text().contains("<html") && !part.page().has("textarea"), "{}", part.text());
    let whole = admin.checks(addresses).await.page();
    assert!(whole.has("title") && !whole.title().starts_with("Error"), "looking is no mistake");
    assert_eq!(typed(&whole), addresses);
    assert_eq!(whole.text("#invite-check"), part.page().text("#invite-check"), "the same template");
    let region =
        whole.attribute("[aria-live] #invite-check, #invite-check[aria-live], [role='status'] #invite-check", "id");
    assert!(region.is_some(), "it is a live region");
}

#[actix_web::test]
async fn the_message_is_shown_before_it_is_prepared() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for htmx in [false, true] {
        let words = said(&admin.speaking(htmx), &crowd(4)).await;
        for part in [
            "To",
            "Nobody",
            "Bcc",
            "4 developers",
            "You are invited to Guestlist",
            "Kim Lee invites you",
            &format!("http://{}/register", app.server.address),
        ] {
            assert!(words.contains(part), "{part} is missing in {words}");
        }
        assert!(said(&admin.speaking(htmx), "one@x.example").await.contains("1 developer"));
    }
}

#[actix_web::test]
async fn whoever_holds_a_link_or_could_not_register_by_themselves_is_said() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    app.setting("denied_domains", "spam.example");
    invited(&app, &admin, "grace@navy.example").await;
    for htmx in [false, true] {
        let admin = admin.speaking(htmx);
        let words = said(&admin, "GRACE@navy.example, lou@x.example").await;
        assert!(words.contains("GRACE@navy.example") && words.contains("holds an invitation already"), "{words}");
        let words = said(&admin, "eve@spam.example, lou@x.example").await;
        assert!(words.contains("eve@spam.example") && words.contains("domain"), "{words}");
    }
}

#[actix_web::test]
async fn while_registration_is_closed_the_admin_is_warned() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    assert!(!said(&admin, "lou@x.example").await.contains("closed"));
    app.setting("registration", "off");
    for htmx in [false, true] {
        let words = said(&admin.speaking(htmx), "lou@x.example").await;
        assert!(words.contains("The open form is closed"), "{words}");
    }
}

#[actix_web::test]
async fn looking_writes_nothing_whatever_is_typed() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    app.enters(somebody("Ada Byron").now(Approved));
    let before = app.state();
    let log = app.db.number("select count(*) from audit_entries");
    let many = crowd(501);
    for addresses in
        ["", " ", ",;", "ada.byron@x.example", "x", "\"", "<", "mailto:", "ж日本", &many, &"x".repeat(9_000)]
    {
        for htmx in [false, true] {
            admin.speaking(htmx).checks(addresses).await;
        }
    }
    let words = said(&admin, &many).await;
    assert!(words.contains("501") && words.contains("500"), "{words}");
    for fields in [&[][..], &[("via", "server")]] {
        let request = admin.browser.post(CHECK, fields);
        request.header("Content-Type", "application/x-www-form-urlencoded").await.is(200);
    }
    assert_eq!(app.state(), before);
    assert_eq!(app.db.number("select count(*) from audit_entries"), log);
    assert!(app.mails().is_empty());
}
