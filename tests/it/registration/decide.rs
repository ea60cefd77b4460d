//! Requests that are approved by themselves.

use guestlist::developers::Status::{Approved, Rejected, Requested};

use super::{SECRET_OF_ADA, sign_up};
use crate::support::actors::PASSWORD;
use crate::support::{App, somebody};

const ADA: &str = "ada@engine.example";

fn ada(app: &App) -> guestlist::developers::Developer {
    app.find(app.db.text("select id from developers where mailbox = 'ada@engine.example'").parse().unwrap()).unwrap()
}

/// The approval's entry of the log is the program's own.
fn assert_approved_by_itself(app: &App) {
    let entries = app.events("developer.approved");
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("system", "auto-approval"));
    assert_eq!((entry.from_status.as_deref(), entry.to_status.as_deref()), (Some("requested"), Some("approved")));
    let row = ada(app);
    assert_eq!((row.status, row.decided_by.as_deref(), row.version), (Approved, Some("auto-approval"), 2));
}

#[actix_web::test]
async fn it_is_off_unless_somebody_switches_it_on() {
    let app = App::start().await;
    sign_up(ADA).sent(&app).await.is(303);
    assert_eq!(ada(&app).status, Requested);
    assert!(app.events("developer.approved").is_empty());
}

#[actix_web::test]
async fn without_proof_a_request_is_approved_as_it_comes() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    app.setting("auto_approval", "on");
    let answer = sign_up(ADA).sent(&app).await.is(303);
    assert_approved_by_itself(&app);
    let request_id = app.events("developer.approved")[0].request_id.map(|id| id.to_string());
    assert_eq!(request_id, Some(answer.request_id()));
    assert_eq!(app.told(ADA), ["approved"], "one mail says it all");
    assert_eq!(app.told(&kim.email), [""; 0], "nobody has to decide");
    app.browser().post("/login", &[("email", ADA), ("password", SECRET_OF_ADA)]).await.is(303);
}

#[actix_web::test]
async fn where_proof_is_asked_for_it_waits_for_the_proof() {
    for by_reset in [false, true] {
        let app = App::start().await;
        let kim = app.admin_at_the_door("Kim Lee");
        app.setting("verification", "always");
        app.setting("auto_approval", "on");
        sign_up(ADA).sent(&app).await.is(303);
        assert_eq!((ada(&app).status, ada(&app).version), (Requested, 1));
        if by_reset {
            app.browser().post("/password/forgot", &[("email", ADA)]).await.is(303);
            let fields = [("password", "neun Dachse ohne Uhr")];
            app.browser().post(&app.mail_to(ADA).path(), &fields).await.is(303);
        } else {
            app.browser().get(&app.mail_to(ADA).path()).await.is(200);
            assert_eq!(ada(&app).status, Requested, "a look is no proof");
            let page = app.browser().post(&app.mail_to(ADA).path(), &[]).await.is(200).page();
            assert!(page.text("main").contains("You are approved"), "{}", page.text("main"));
        }
        assert_approved_by_itself(&app);
        assert!(ada(&app).email_verified_at.is_some());
        let told = app.told(ADA);
        assert!(told.contains(&"approved") && !told.contains(&"request_received"), "{told:?}");
        assert_eq!(app.told(&kim.email), [""; 0]);
        let events: Vec<_> = app.decisions().iter().map(|entry| entry.event.as_str()).take(3).collect();
        assert_eq!(events, ["developer.registered", "developer.verified", "developer.approved"]);
    }
}

#[actix_web::test]
async fn the_switch_of_the_moment_of_the_proof_counts() {
    let app = App::start().await;
    app.setting("verification", "always");
    app.setting("auto_approval", "on");
    sign_up(ADA).sent(&app).await.is(303);
    app.setting("auto_approval", "off");
    app.browser().post(&app.mail_to(ADA).path(), &[]).await.is(200);
    assert_eq!(ada(&app).status, Requested);
    assert_eq!(app.told(ADA).last(), Some(&"request_received"));
}

#[actix_web::test]
async fn it_overrules_no_admin() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.setting("verification", "always");
    let bo = app.developer_at_the_door(somebody("Bo Chen").now(Requested)).person;
    admin.reject(&bo, "").await.done();
    app.setting("auto_approval", "on");
    // A second sign-up, a proof and a new password are all no approval.
    sign_up(&bo.email).sent(&app).await.is(303);
    app.browser().post("/register/resend", &[("email", &bo.email)]).await.is(303);
    let link = app.mails_to(&bo.email).into_iter().find(|mail| mail.kind.as_str() == "verify_address").unwrap();
    let page = app.browser().post(&link.path(), &[]).await.is(200).page();
    assert!(page.text("main").contains("was not accepted"), "{}", page.text("main"));
    app.browser().post("/login", &[("email", &bo.email), ("password", PASSWORD)]).await.is(401);
    assert_eq!(app.row(&bo).status, Rejected);
}
