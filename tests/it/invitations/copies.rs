//! What is copied instead of opened, and the words of an invitation.

use super::{LIST, NEW, invited, messages, posting};
use crate::support::html::Page;
use crate::support::{Admin, App};

fn to_copy(page: &Page) -> Vec<String> {
    page.attributes("[data-copy]", "data-copy")
}

fn spoken(page: &Page) -> Vec<String> {
    page.texts("[data-copy]")
}

/// The text of the invitation, changed on the page for it.
async fn says(admin: &Admin, version: &str, subject: &str, body: &str) {
    let fields = [("version", version), ("do", "save"), ("subject", subject), ("body", body)];
    admin.posts("/admin/settings/mails/invitation", &fields).await.done();
}

#[actix_web::test]
async fn addresses_and_message_can_be_copied() {
    for htmx in [false, true] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await.speaking(htmx);
        let page = admin.invites("mail_app", "Ada@engine.example; o'hara+api@x.example").await.is(200).page();
        assert_eq!(spoken(&page), ["Copy addresses", "Copy message"]);
        let [addresses, message] = to_copy(&page).try_into().unwrap();
        assert_eq!(addresses, "Ada@engine.example, o'hara+api@x.example");
        let [opened] = messages(&page).try_into().unwrap();
        assert_eq!(message, format!("{}\n\n{}", opened.subject, opened.body));
    }
    // All of them at once, however many messages they need.
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let page = admin.invites("mail_app", &super::crowd(120)).await.is(200).page();
    assert!(messages(&page).len() > 2);
    assert_eq!(to_copy(&page)[0].split(", ").count(), 120);
}

#[actix_web::test]
async fn semicolons_are_remembered_until_they_are_taken_back() {
    for htmx in [false, true] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await.speaking(htmx);
        let is_ticked = async || {
            let page = admin.opens(NEW).await;
            assert!(page.has("input[type='checkbox'][name='semicolons'][value='yes']"));
            assert!(page.text("main").contains("Outlook"), "{}", page.text("main"));
            page.has("input[name='semicolons'][checked]")
        };
        assert!(!is_ticked().await);
        let both = "ada@engine.example, grace@navy.example";
        let fields = [("addresses", both), ("via", "mail_app"), ("semicolons", "yes")];
        let answer = admin.browser.post(LIST, &fields).await.is(200);
        let cookie = answer.all("set-cookie").into_iter().find(|cookie| cookie.starts_with("semicolons=")).unwrap();
        assert!(cookie.contains("Max-Age=31536000"), "{cookie}");
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let page = answer.page();
        let [href] = page.attributes(r#"a[href^="mailto:?"]"#, "href").try_into().unwrap();
        assert!(href.contains("bcc=ada@engine.example;grace@navy.example&"), "{href}");
        assert_eq!(to_copy(&page)[0], "ada@engine.example; grace@navy.example");
        assert_eq!(messages(&page)[0].bcc, ["ada@engine.example", "grace@navy.example"]);
        assert!(is_ticked().await);
        assert!(admin.opens("/admin/developers").await.has("#invite input[name='semicolons'][checked]"));
        // Whoever posts the form without the tick took it away.
        let page = admin.invites("mail_app", both).await.is(200).page();
        assert!(page.attribute(r#"a[href^="mailto:?"]"#, "href").unwrap().contains("example,grace"));
        assert_eq!(to_copy(&page)[0], "ada@engine.example, grace@navy.example");
        assert!(!is_ticked().await && admin.browser.cookie("semicolons").is_none());
    }
}

#[actix_web::test]
async fn the_texts_of_the_settings_are_used_both_ways() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    app.setting("portal_name", "Wetter & Co");
    app.setting("support_address", "help@wetter.example");
    says(&admin, "2", "{admin} calls: {portal}", "Dear all,\n\n{portal} + 100% weather?\n{link}\n\n{support} {admin}")
        .await;
    for htmx in [false, true] {
        let page = admin.speaking(htmx).invites("mail_app", "ada@engine.example").await.is(200).page();
        let [message] = messages(&page).try_into().unwrap();
        assert_eq!(message.subject, "Kim Lee calls: Wetter & Co");
        let register = format!("http://{}/register", app.server.address);
        let ending = "Questions? Write to help@wetter.example. Kim Lee";
        assert_eq!(message.body, format!("Dear all,\n\nWetter & Co + 100% weather?\n{register}\n\n{ending}"));
    }
    let link = invited(&app, &admin, "grace@navy.example").await;
    let mail = app.mail_to("grace@navy.example");
    assert_eq!(mail.subject, "Kim Lee calls: Wetter & Co");
    assert!(mail.text.starts_with("Dear all,\n\nWetter & Co + 100% weather?\nhttp://"), "{}", mail.text);
    assert!(mail.text.contains(&link) && mail.text.ends_with("help@wetter.example. Kim Lee"), "{}", mail.text);
    let check = admin.browser.post("/admin/invitations/check", &[("addresses", "bo@x.example")]).await.is(200).page();
    assert!(check.all_text().contains("Kim Lee calls: Wetter & Co"), "{}", check.all_text());
}

#[actix_web::test]
async fn a_text_that_is_too_long_for_a_link_is_copied() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let long = format!("{}\n\n{{link}}", "Погода для всех. ".repeat(20));
    says(&admin, "0", "Come in", &long).await;
    for htmx in [false, true] {
        let page = admin.speaking(htmx).invites("mail_app", "ada@engine.example, bo@x.example").await.is(200).page();
        let [message] = messages(&page).try_into().unwrap();
        assert_eq!((message.bcc.len(), message.subject.as_str(), message.body.as_str()), (2, "", ""));
        let words = page.all_text();
        assert!(words.contains("too long"), "{words}");
        let copied = &to_copy(&page)[1];
        assert!(copied.starts_with("Come in\n\nПогода для всех.") && copied.ends_with("/register"), "{copied}");
    }
}

#[actix_web::test]
async fn an_invitation_can_be_edited_tried_out_and_set_back_like_every_text() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let path = "/admin/settings/mails/invitation";
    let page = admin.opens(path).await;
    assert_eq!(page.texts("dt code"), ["{admin}", "{link}", "{portal}", "{support}"]);
    for (body, words) in [("Come", "The text needs {link}"), ("{name} {link}", "{name} cannot stand here")] {
        let fields = [("version", "0"), ("do", "save"), ("subject", "Hello"), ("body", body)];
        let page = admin.posts(path, &fields).await.answer.is(422).page();
        assert!(page.text("#body-error").contains(words), "{}", page.text("#body-error"));
    }
}
