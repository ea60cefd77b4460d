//! How an invitation stands, as the list says it.

use std::time::Duration;

use actix_web::http::Method;

use super::{invited, posting};
use crate::registration::sign_up;
use crate::support::mail::{Sink, Whim};
use crate::support::{Admin, App, eventually};

const ADA: &str = "ada@engine.example";

impl Admin {
    /// Looks at the list until it says so.
    pub async fn becomes(&self, email: &str, chip: &str) {
        let what = format!("the invitation of {email} is {chip}");
        eventually(Duration::from_secs(10), &what, async || self.invitation(email).await.chip == chip).await;
    }
}

#[actix_web::test]
async fn from_the_outbox_to_the_developer() {
    let mut sink = Sink::start();
    sink.goes_down();
    let app = App::sending_to(&sink).await;
    let admin = app.admin("Kim Lee").await;
    invited(&app, &admin, ADA).await;
    assert_eq!(admin.invitation(ADA).await.chip, "Queued");
    sink.comes_up();
    admin.becomes(ADA, "Sent").await;
    let link = sink.mail_to(ADA).await.path().to_owned();
    // Looking at the head of a page is not opening it.
    app.browser().request(Method::HEAD, &link).await.is(200);
    assert_eq!(admin.invitation(ADA).await.chip, "Sent");
    app.browser().get(&link).await.is(200);
    assert_eq!(admin.invitation(ADA).await.chip, "Opened");
    let opened_at = app.db.text("select opened_at from invitations");
    app.browser().get(&link).await.is(200);
    assert_eq!(app.db.text("select opened_at from invitations"), opened_at, "the first time counts");
    sign_up(ADA).without("email").in_browser_at(&app.browser(), &link).await;
    let row = admin.invitation(ADA).await;
    assert_eq!(row.chip, "Registered");
    assert_eq!(row.developer, Some(format!("/admin/developers/{}", app.db.text("select id from developers"))));
    assert!(row.resend.is_none() && row.withdraw.is_none());
    // A link that was used tells nobody that it was looked at.
    app.browser().get(&link).await.is(410);
    assert_eq!(app.db.text("select opened_at from invitations"), opened_at);
}

#[actix_web::test]
async fn a_mail_that_is_refused_has_failed_and_arrives_after_another_try() {
    let sink = Sink::start();
    let app = App::sending_to(&sink).await;
    let admin = app.admin("Kim Lee").await;
    sink.does(ADA, Whim::Refuse(550, "5.1.1 no such mailbox"));
    admin.invites("server", ADA).await.is(303);
    admin.becomes(ADA, "Failed").await;
    let row = admin.invitation(ADA).await;
    assert!(row.resend.is_some() && row.withdraw.is_some());
    // Whoever types it into the box again sends it again, for nobody holds a link.
    sink.takes(ADA);
    admin.invites("server", ADA).await.is(303);
    admin.becomes(ADA, "Sent").await;
    assert_eq!(sink.mails_to(ADA).len(), 1);
    app.browser().get(sink.mail_to(ADA).await.path()).await.is(200);
    // The outbox's own retry does as well.
    sink.does("bo@x.example", Whim::Refuse(550, "5.1.1 no such mailbox"));
    admin.invites("server", "bo@x.example").await.is(303);
    admin.becomes("bo@x.example", "Failed").await;
    sink.takes("bo@x.example");
    let mail = app.db.text("select id from outbox where recipient = 'bo@x.example'");
    admin.posts(&format!("/admin/mail/{mail}/retry"), &[]).await.done();
    admin.becomes("bo@x.example", "Sent").await;
    app.browser().get(sink.mail_to("bo@x.example").await.path()).await.is(200);
}

#[actix_web::test]
async fn a_personal_link_lives_for_fourteen_days() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let link = invited(&app, &admin, ADA).await;
    app.ages("13 days 23 hours 59 minutes");
    assert_eq!(admin.invitation(ADA).await.chip, "Queued");
    app.browser().get(&link).await.is(200);
    assert_eq!(admin.invitation(ADA).await.chip, "Opened");
    app.ages("1 minute");
    let row = admin.invitation(ADA).await;
    assert_eq!(row.chip, "Expired", "whether it was opened or not");
    assert!(row.resend.is_some() && row.withdraw.is_some());
    app.browser().get(&link).await.is(410);
    // A clock that was set back lengthens no life.
    app.db.run("update invitations set invited_at = now() + interval '15 days'");
    app.db.run("update invitation_links set created_at = now() + interval '15 days'");
    assert_eq!(admin.invitation(ADA).await.chip, "Expired");
    app.browser().get(&link).await.is(410);
    // What was only prepared has no link that could expire.
    admin.invites("mail_app", "bo@x.example").await.is(200);
    app.ages("400 days");
    assert_eq!(admin.invitation("bo@x.example").await.chip, "Prepared");
}

#[actix_web::test]
async fn who_registers_by_the_open_form_uses_the_invitation_once_the_mailbox_is_proven() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    admin.invites("mail_app", "bo@x.example").await.is(200);
    sign_up("BO@x.example").sent(&app).await.is(303);
    assert_eq!(admin.invitation("bo@x.example").await.chip, "Registered", "nobody holds a link that could be lost");
    let link = invited(&app, &admin, ADA).await;
    sign_up(ADA).sent(&app).await.is(303);
    assert_eq!(admin.invitation(ADA).await.chip, "Queued", "anybody may have typed it");
    let proof = app.mail_to(ADA);
    assert!(proof.path().starts_with("/verify/"), "{}", proof.path());
    app.browser().post(&proof.path(), &[]).await.is(200);
    let row = admin.invitation(ADA).await;
    assert_eq!(row.chip, "Registered");
    assert!(row.developer.is_some());
    app.browser().get(&link).await.is(410);
    assert_eq!(app.mails_to(ADA)[0].state.as_str(), "withdrawn", "the invitation need not be sent any more");
}

#[actix_web::test]
async fn a_new_password_by_mail_proves_the_mailbox_and_uses_the_invitation_too() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let link = invited(&app, &admin, ADA).await;
    sign_up(ADA).sent(&app).await.is(303);
    app.browser().post("/password/forgot", &[("email", ADA)]).await.is(303);
    let reset = app.mail_to(ADA).path();
    app.browser().post(&reset, &[("password", "neun Dachse ohne Uhr")]).await.is(303);
    assert_eq!(admin.invitation(ADA).await.chip, "Registered");
    app.browser().get(&link).await.is(410);
}

#[actix_web::test]
async fn a_deleted_developer_was_registered_and_may_be_invited_again() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let link = invited(&app, &admin, ADA).await;
    sign_up(ADA).without("email").in_browser_at(&app.browser(), &link).await;
    let row = admin.invitation(ADA).await;
    let version = app.db.number("select version from developers").to_string();
    admin.posts(&format!("{}/delete", row.developer.unwrap()), &[("version", &version)]).await.done();
    let row = admin.invitation(ADA).await;
    assert_eq!((row.chip.as_str(), row.developer), ("Registered", None));
    assert!(row.resend.is_none() && row.withdraw.is_none());
    app.browser().get(&link).await.is(410);
    let second = invited(&app, &admin, ADA).await;
    let chips: Vec<_> = admin.invitations(ADA).await.into_iter().map(|row| row.chip).collect();
    assert_eq!(chips, ["Queued", "Registered"]);
    app.browser().get(&second).await.is(200);
    sign_up(ADA).without("email").in_browser_at(&app.browser(), &second).await;
    assert_eq!(app.db.number("select count(*) from developers"), 1);
}
