//! `POST /admin/invitations/{id}/withdraw`

use futures_util::future::join_all;

use super::{LIST, invited, posting};
use crate::registration::sign_up;
use crate::support::actors::Told;
use crate::support::mail::{Sink, Whim};
use crate::support::{Admin, App};

impl Admin {
    /// Takes an invitation back, whether there is a button for it or not.
    pub async fn withdraws(&self, id: &str) -> Told {
        self.posts(&format!("{LIST}/{id}/withdraw"), &[]).await
    }
}

#[actix_web::test]
async fn the_link_ends_and_so_does_the_mail_that_was_not_sent() {
    let mut ends = Vec::new();
    for htmx in [false, true] {
        let app = posting().await;
        let admin = app.admin("Kim Lee").await.speaking(htmx);
        let link = invited(&app, &admin, "ada@engine.example").await;
        let other = invited(&app, &admin, "grace@navy.example").await;
        let form = admin.invitation("ada@engine.example").await.withdraw.unwrap();
        assert!(form.fields.is_empty() && form.method == "post", "{form:?}");
        let told = admin.posts(&form.action, &form.pairs()).await;
        if htmx {
            assert!([200, 303].contains(&told.answer.status), "{}", told.answer.status);
        } else {
            told.done().says("ada@engine.example");
        }
        let [ada, grace] = app.mails().try_into().unwrap();
        assert_eq!((ada.state.as_str(), ada.link()), ("withdrawn", None));
        assert_eq!(grace.state.as_str(), "waiting");
        let before = app.state();
        for answer in [
            app.browser().get(&link).await.is(410),
            app.browser().post(&link, &[]).await.is(410),
            sign_up("x").without("email").in_browser_at(&app.browser(), &link).await.is(410),
        ] {
            let page = answer.page();
            let words = page.text("main");
            assert!(words.contains("withdrawn"), "{words}");
            assert!(page.has("main a[href='/register']"), "it offers the open form");
            assert!(!page.all_text().contains("ada@engine.example"), "{words}");
        }
        assert_eq!(app.state(), before);
        app.browser().get(&other).await.is(200);
        let row = admin.invitation("ada@engine.example").await;
        assert_eq!(row.chip, "Withdrawn");
        assert!(row.resend.is_none() && row.withdraw.is_none());
        let [entry] = app.events("invitation.withdrawn").try_into().unwrap();
        assert_eq!((entry.actor_name.as_str(), entry.subject_email.as_str()), ("Kim Lee", "ada@engine.example"));
        ends.push(app.state());
    }
    assert_eq!(ends[0], ends[1]);
}

#[actix_web::test]
async fn what_was_sent_or_refused_can_be_taken_back_as_well() {
    let sink = Sink::start();
    let app = App::sending_to(&sink).await;
    let admin = app.admin("Kim Lee").await;
    sink.does("bo@x.example", Whim::Refuse(550, "5.1.1 no such mailbox"));
    admin.invites("server", "ada@engine.example, bo@x.example").await.is(303);
    let link = sink.mail_to("ada@engine.example").await.path().to_owned();
    admin.becomes("ada@engine.example", "Sent").await;
    admin.becomes("bo@x.example", "Failed").await;
    for email in ["ada@engine.example", "bo@x.example"] {
        admin.withdraws(&admin.invitation(email).await.id).await.done();
        assert_eq!(admin.invitation(email).await.chip, "Withdrawn");
    }
    app.browser().get(&link).await.is(410);
    assert_eq!(app.mails_to("ada@engine.example")[0].state.as_str(), "sent", "what happened is not unsaid");
    // Nobody can send a mail again whose link is gone.
    let mail = app.db.text("select id from outbox where recipient = 'bo@x.example'");
    let told = admin.posts(&format!("/admin/mail/{mail}/retry"), &[]).await;
    assert_ne!(told.answer.status, 303, "a withdrawn invitation is mailed");
    assert_eq!(app.mails_to("bo@x.example")[0].state.as_str(), "withdrawn");
}

#[actix_web::test]
async fn what_was_prepared_can_be_taken_back_and_prepared_again() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    admin.invites("mail_app", "ada@engine.example").await.is(200);
    admin.withdraws(&admin.invitation("ada@engine.example").await.id).await.done();
    assert_eq!(admin.invitation("ada@engine.example").await.chip, "Withdrawn");
    admin.invites("mail_app", "ada@engine.example").await.is(200);
    let chips: Vec<_> = admin.invitations("ada@engine.example").await.into_iter().map(|row| row.chip).collect();
    assert_eq!(chips, ["Prepared", "Withdrawn"]);
    // The open form is open to them, as to everybody; what was withdrawn stays so.
    sign_up("ada@engine.example").sent(&app).await.is(303);
    let chips: Vec<_> = admin.invitations("ada@engine.example").await.into_iter().map(|row| row.chip).collect();
    assert_eq!(chips, ["Registered", "Withdrawn"]);
}

#[actix_web::test]
async fn what_is_over_is_shown_as_it_is_and_nothing_is_changed() {
    for htmx in [false, true] {
        let app = posting().await;
        let admin = app.admin("Kim Lee").await;
        let link = invited(&app, &admin, "ada@engine.example").await;
        sign_up("ada@engine.example").without("email").in_browser_at(&app.browser(), &link).await;
        invited(&app, &admin, "grace@navy.example").await;
        let [ada, grace] = ["ada@engine.example", "grace@navy.example"]
            .map(|email| app.db.text(&format!("select id from invitations where email = '{email}'")));
        admin.withdraws(&grace).await.done();
        let before = app.state();
        for (id, words) in [(&ada, "registered"), (&grace, "withdrawn")] {
            let told = admin.speaking(htmx).withdraws(id).await.refused(409);
            let text = told.answer.text();
            assert!(text.contains("Nothing was changed") && text.to_lowercase().contains(words), "{text}");
        }
        assert_eq!(app.state(), before);
    }
}

#[actix_web::test]
async fn of_ten_who_withdraw_at_once_one_does() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    invited(&app, &admin, "ada@engine.example").await;
    let id = app.db.text("select id from invitations");
    let told = join_all((0..10).map(|_| admin.withdraws(&id))).await;
    let mut statuses: Vec<_> = told.iter().map(|told| told.answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(app.events("invitation.withdrawn").len(), 1);
}

#[actix_web::test]
async fn who_registers_while_it_is_withdrawn_is_in_or_out_and_nothing_between() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    for n in 0..8 {
        let email = format!("ada{n}@engine.example");
        let link = invited(&app, &admin, &email).await;
        let id = admin.invitation(&email).await.id;
        let (form, browser) = (sign_up("").without("email"), app.browser());
        let (taken, registered) = tokio::join!(admin.withdraws(&id), form.in_browser_at(&browser, &link));
        let ends = (taken.answer.status, registered.status);
        assert!([(303, 410), (409, 303)].contains(&ends), "{ends:?}");
        let chip = admin.invitation(&email).await.chip;
        assert_eq!(chip, if ends.0 == 303 { "Withdrawn" } else { "Registered" });
        let records = app.db.number(&format!("select count(*) from developers where mailbox = '{email}'"));
        assert_eq!(records, i64::from(ends.1 == 303));
        app.db.run("delete from throttles");
    }
}

#[actix_web::test]
async fn it_leads_back_to_the_list_one_came_from() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    admin.invites("server", &super::crowd(4)).await.is(303);
    let page = admin.opens("/admin/invitations?show=all&q=dev3").await;
    let form = page.form(r#"tr form[action*="/withdraw"]"#);
    assert_eq!(admin.browser.post(&form.action, &[]).await.is(303).location(), "/admin/invitations?show=all&q=dev3");
    for (n, elsewhere) in ["https://evil.example", "//evil.example", ""].into_iter().enumerate() {
        let id = app.db.text(&format!("select id from invitations where email = 'dev{n}@crowd.example'"));
        let answer = admin.browser.post(&format!("{LIST}/{id}/withdraw?return_to={elsewhere}"), &[]).await.is(303);
        assert_eq!(answer.location().trim_end_matches("?show=open"), LIST, "{elsewhere}");
    }
}
