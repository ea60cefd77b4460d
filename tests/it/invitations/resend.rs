//! `POST /admin/invitations/{id}/resend`

use super::{LIST, invited, posting};
use crate::registration::sign_up;
use crate::support::actors::Told;
use crate::support::{Admin, App, somebody};
use guestlist::developers::Status::{Approved, Requested};

impl Admin {
    /// Sends an invitation again, whether there is a button for it or not.
    pub async fn resends(&self, id: &str) -> Told {
        self.posts(&format!("{LIST}/{id}/resend"), &[]).await
    }
}

#[actix_web::test]
async fn a_newer_link_takes_the_place_of_the_one_before() {
    for htmx in [false, true] {
        let app = posting().await;
        let admin = app.admin("Kim Lee").await.speaking(htmx);
        let first = invited(&app, &admin, "ada@engine.example").await;
        app.browser().get(&first).await.is(200);
        let row = admin.invitation("ada@engine.example").await;
        assert_eq!(row.chip, "Opened");
        let (words, form) = row.resend.unwrap();
        assert!(words.starts_with("Resend"), "{words}");
        assert!(form.fields.is_empty() && form.method == "post", "{form:?}");
        let sam = app.admin("Sam Quick").await.speaking(htmx);
        let told = sam.posts(&form.action, &form.pairs()).await;
        if htmx {
            assert!([200, 303].contains(&told.answer.status), "{}", told.answer.status);
        } else {
            told.done().says("ada@engine.example");
        }
        let second = app.personal_link("ada@engine.example");
        assert_ne!(first, second);
        assert_eq!(app.told("ada@engine.example").len(), 2);
        assert_eq!(app.mails()[0].state.as_str(), "withdrawn", "the first one was not sent yet");
        assert!(app.mails()[0].link().is_none(), "its link went with it");
        assert!(app.mails()[1].text.contains("Sam Quick invites you"), "{}", app.mails()[1].text);
        for answer in [app.browser().get(&first).await.is(410), app.browser().post(&first, &[]).await.is(410)] {
            let page = answer.page();
            assert!(page.text("main").contains("newer"), "{}", page.text("main"));
            assert!(!page.all_text().contains("ada@engine.example"), "an old link tells nobody's address");
        }
        app.browser().get(&second).await.is(200);
        let entry = app.events("invitation.resent").pop().unwrap();
        assert_eq!((entry.actor_name.as_str(), entry.subject_email.as_str()), ("Sam Quick", "ada@engine.example"));
        assert_eq!(app.events("invitation.resent").len(), 1);
        assert_eq!(app.invited(), ["server|ada@engine.example|Sam Quick"]);
    }
}

#[actix_web::test]
async fn it_is_answered_by_the_list_one_came_from() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    invited(&app, &admin, "ada@engine.example").await;
    let page = admin.opens("/admin/invitations?show=all&q=ada").await;
    let form = page.form(r#"tr form[action*="/resend"]"#);
    let answer = admin.browser.post(&form.action, &[]).await.is(303);
    assert_eq!(answer.location(), "/admin/invitations?show=all&q=ada");
    let id = app.db.text("select id from invitations");
    for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", ""] {
        app.db.run("delete from throttles");
        let answer = admin.browser.post(&format!("{LIST}/{id}/resend?return_to={elsewhere}"), &[]).await.is(303);
        assert_eq!(answer.location().trim_end_matches("?show=open"), LIST, "{elsewhere}");
    }
}

#[actix_web::test]
async fn what_was_only_prepared_is_sent_from_here() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    admin.invites("mail_app", "ada@engine.example").await.is(200);
    let row = admin.invitation("ada@engine.example").await;
    let (words, form) = row.resend.unwrap();
    assert!(words.starts_with("Send from Guestlist"), "{words}");
    admin.posts(&form.action, &form.pairs()).await.done();
    assert_eq!(app.told("ada@engine.example"), ["invitation"]);
    assert_eq!(admin.invitation("ada@engine.example").await.chip, "Queued");
    app.browser().get(&app.personal_link("ada@engine.example")).await.is(200);
    assert_eq!(app.db.number("select count(*) from invitations"), 1);
}

#[actix_web::test]
async fn what_expired_lives_fourteen_days_more() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let first = invited(&app, &admin, "ada@engine.example").await;
    app.ages("20 days");
    app.browser().get(&first).await.is(410);
    let row = admin.invitation("ada@engine.example").await;
    assert_eq!(row.chip, "Expired");
    admin.posts(&row.resend.unwrap().1.action, &[]).await.done();
    app.ages("13 days 23 hours");
    app.browser().get(&app.personal_link("ada@engine.example")).await.is(200);
    app.ages("1 hour");
    app.browser().get(&app.personal_link("ada@engine.example")).await.is(410);
    // Every link of an invitation that is over stays over.
    app.browser().get(&first).await.is(410);
}

#[actix_web::test]
async fn three_a_day_go_to_one_mailbox_whoever_sends_them() {
    let app = posting().await;
    let (kim, sam) = (app.admin("Kim Lee").await, app.admin("Sam Quick").await);
    invited(&app, &kim, "ada@engine.example").await;
    invited(&app, &kim, "grace@navy.example").await;
    let id = kim.invitation("ada@engine.example").await.id;
    for admin in [&kim, &sam, &kim] {
        admin.resends(&id).await.done();
    }
    let link = app.personal_link("ada@engine.example");
    let before = app.state();
    for htmx in [false, true] {
        let told = sam.speaking(htmx).resends(&id).await.refused(429);
        let wait: u32 = told.answer.header("retry-after").unwrap().parse().unwrap();
        assert!((86_000..=86_400).contains(&wait), "{wait}");
        let words = if htmx { told.message() } else { told.answer.page().text("main") };
        assert!(words.contains("Wait 24 hours") && words.contains("Nothing was changed"), "{words}");
    }
    assert_eq!(app.state(), before);
    app.browser().get(&link).await.is(200);
    // Not even by way of another row, and others are not concerned.
    kim.posts(&format!("{LIST}/{id}/withdraw"), &[]).await.done();
    kim.invites("server", "ada@engine.example").await.is(303);
    kim.resends(&kim.invitation("ada@engine.example").await.id).await.refused(429);
    kim.resends(&kim.invitation("grace@navy.example").await.id).await.done();
    app.db.run("update throttles set window_started_at = window_started_at - interval '25 hours'");
    kim.resends(&kim.invitation("ada@engine.example").await.id).await.done();
}

#[actix_web::test]
async fn what_is_over_is_shown_as_it_is_and_nothing_is_changed() {
    for htmx in [false, true] {
        let app = posting().await;
        let admin = app.admin("Kim Lee").await;
        let link = invited(&app, &admin, "ada@engine.example").await;
        sign_up("ada@engine.example").without("email").in_browser_at(&app.browser(), &link).await;
        invited(&app, &admin, "grace@navy.example").await;
        let grace = admin.invitation("grace@navy.example").await.id;
        admin.posts(&format!("{LIST}/{grace}/withdraw"), &[]).await.done();
        let ada = admin.invitation("ada@engine.example").await.id;
        let before = app.state();
        for (id, email, words) in
            [(&ada, "ada@engine.example", "registered"), (&grace, "grace@navy.example", "withdrawn")]
        {
            let told = admin.speaking(htmx).resends(id).await.refused(409);
            let text = told.answer.text();
            assert!(text.contains("Nothing was changed") && text.to_lowercase().contains(words), "{text}");
            assert!(htmx || text.contains(email), "{text}");
        }
        assert_eq!(app.state(), before);
    }
}

#[actix_web::test]
async fn whoever_became_a_developer_otherwise_is_registered_and_gets_no_mail() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    for (n, newcomer) in [somebody("Ada Byron").now(Approved), somebody("Ada Byron").proven()].into_iter().enumerate() {
        let email = format!("ada{n}@engine.example");
        invited(&app, &admin, &email).await;
        let ada = app.enters(newcomer.at(&email));
        let id = admin.invitation(&email).await.id;
        admin.resends(&id).await.done().says(&format!("{email} has an account already. No mail was sent."));
        assert_eq!(app.told(&email).len(), 1);
        let row = admin.invitation(&email).await;
        assert_eq!((row.chip.as_str(), row.developer), ("Registered", Some(ada.path())));
    }
    // A record that nobody has proven may be anybody's.
    invited(&app, &admin, "bo@engine.example").await;
    let bo = app.enters(somebody("Bo Chen").at("bo@engine.example"));
    assert_eq!(app.row(&bo).status, Requested);
    admin.resends(&admin.invitation("bo@engine.example").await.id).await.done();
}

#[actix_web::test]
async fn without_mail_nothing_is_sent_again() {
    for htmx in [false, true] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await;
        admin.invites("mail_app", "ada@engine.example").await.is(200);
        let row = admin.invitation("ada@engine.example").await;
        assert!(row.resend.is_none() && row.withdraw.is_some());
        let before = app.state();
        let told = admin.speaking(htmx).resends(&row.id).await.refused(409);
        let text = told.answer.text();
        assert!(text.contains("not configured") && text.contains("Nothing was changed"), "{text}");
        assert_eq!(app.state(), before);
        assert_eq!(admin.invitation("ada@engine.example").await.chip, "Prepared");
    }
}

#[actix_web::test]
async fn what_is_no_invitation_is_no_page() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    for id in ["00000000-0000-7000-8000-000000000000", "x", "%00", "1", "..%2f", "new"] {
        for verb in ["resend", "withdraw"] {
            admin.browser.post(&format!("{LIST}/{id}/{verb}"), &[]).await.is(404);
            let answer = admin.gets(&format!("{LIST}/{id}/{verb}")).await;
            assert!([404, 405].contains(&answer.status), "{}", answer.what);
        }
    }
}

#[actix_web::test]
async fn ten_clicks_at_once_are_at_most_three_mails_and_one_link_works() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    invited(&app, &admin, "ada@engine.example").await;
    let id = admin.invitation("ada@engine.example").await.id;
    let told = futures_util::future::join_all((0..10).map(|_| admin.resends(&id))).await;
    let statuses: Vec<_> = told.iter().map(|told| told.answer.status).collect();
    assert!(statuses.iter().all(|status| [303, 429, 503].contains(status)), "{statuses:?}");
    let done = statuses.iter().filter(|status| **status == 303).count();
    assert!((1..=3).contains(&done), "{statuses:?}");
    assert_eq!(app.told("ada@engine.example").len(), done + 1);
    assert_eq!(app.db.number("select count(*) from invitation_links where ended_at is null"), 1);
    app.browser().get(&app.personal_link("ada@engine.example")).await.is(200);
}
