//! What developers hear of decisions: written with the move, held back for ten seconds, taken back with it.

use chrono::TimeDelta;
use guestlist::developers::Status::{self, Approved, Rejected, Requested, Revoked};
use guestlist::outbox::State;

use crate::support::{App, Person, both_ways, somebody};

/// The kinds of mail that wait to be sent to somebody.
fn waiting(app: &App, person: &Person) -> Vec<&'static str> {
    let mails = app.mails_to(&person.email).into_iter();
    mails.filter(|mail| mail.state == State::Waiting).map(|mail| mail.kind.as_str()).collect()
}

/// As if all that waits had been sent.
fn all_is_sent(app: &App) {
    app.db.run("update outbox set state = 'sent', link = null, settled_at = now() where state = 'waiting'");
}

#[actix_web::test]
async fn each_decision_writes_the_mail_that_tells_it() {
    both_ways(async |app: &App, admin| {
        for (from, action, kind, leads) in [
            (Requested, "approve", "approved", true),
            (Requested, "reject", "rejected", false),
            (Rejected, "approve", "approved", true),
            (Approved, "revoke", "revoked", false),
            (Revoked, "reapprove", "restored", true),
        ] {
            let person =
                app.enters(somebody(&format!("{from} {action}")).at(&format!("{from}.{action}@Y.example")).now(from));
            admin.moves(&person, action, 1).await.done();
            let mails = app.mails_to(&person.email);
            assert_eq!(mails.len(), 1, "{from} {action}");
            let mail = &mails[0];
            assert_eq!(mail.kind.as_str(), kind, "{from} {action}");
            assert_eq!(mail.hold, TimeDelta::seconds(10), "a decision is held back");
            assert!(mail.text.contains(&person.name), "{}", mail.text);
            assert_eq!(mail.link().map(|_| mail.path()), leads.then(|| "/login".to_owned()));
            // A move that is refused tells nothing.
            admin.moves(&person, action, 1).await.refused(409);
            assert_eq!(app.mails_to(&person.email).len(), 1);
        }
    })
    .await;
}

#[actix_web::test]
async fn a_move_that_is_taken_back_in_time_tells_nothing() {
    both_ways(async |app: &App, admin| {
        let ada = app.enters(somebody("Ada Byron").now(Approved));
        admin.revoke(&ada, "").await.done();
        assert_eq!(waiting(app, &ada), ["revoked"]);
        admin.reapprove(&ada).await.done();
        assert_eq!(waiting(app, &ada), [""; 0]);
        let mail = app.mail_to(&ada.email);
        assert_eq!((mail.state, mail.link()), (State::Withdrawn, None));
        // The same decision once more is told.
        admin.revoke(&ada, "").await.done();
        assert_eq!(waiting(app, &ada), ["revoked"]);
        all_is_sent(app);
        admin.reapprove(&ada).await.done();
        assert_eq!(waiting(app, &ada), ["restored"], "what was told has to be told otherwise");
    })
    .await;
}

#[actix_web::test]
async fn of_several_decisions_in_a_row_the_last_is_told_once() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        admin.approve(&ada).await.done();
        admin.revoke(&ada, "").await.done();
        assert_eq!(waiting(app, &ada), ["revoked"]);
        admin.reapprove(&ada).await.done();
        assert_eq!(waiting(app, &ada), ["approved"], "they never heard of the revoke: approved, and once");
        let bo = app.requested("Bo Chen").await;
        admin.reject(&bo, "").await.done();
        admin.approve(&bo).await.done();
        assert_eq!(waiting(app, &bo), ["approved"]);
    })
    .await;
}

#[actix_web::test]
async fn a_reason_is_quoted_only_where_it_is_to_be_told() {
    both_ways(async |app: &App, admin| {
        for (action, status) in [("reject", Requested), ("revoke", Approved)] {
            for (n, (tell, is_told)) in
                [(Some("yes"), true), (None, false), (Some(""), false), (Some("no"), false), (Some("Yes"), false)]
                    .into_iter()
                    .enumerate()
            {
                let person = app.enters(somebody(&format!("{action} {n}")).now(status));
                let reason = "Your company has an account already.\nAsk {email} <b>Lee</b>";
                let mut fields = vec![("action", action), ("version", "1"), ("reason", reason)];
                fields.extend(tell.map(|tell| ("tell", tell)));
                admin.posts(&person.moves(), &fields).await.done();
                let mail = app.mail_to(&person.email);
                assert_eq!(mail.text.contains(reason), is_told, "{action} {tell:?}: {}", mail.text);
                assert_eq!(app.row(&person).reason, reason, "the desk keeps it either way");
            }
            let person = app.enters(somebody(&format!("{action} without")).now(status));
            let fields = [("action", action), ("version", "1"), ("reason", "  "), ("tell", "yes")];
            admin.posts(&person.moves(), &fields).await.done();
            let text = app.mail_to(&person.email).text;
            assert!(!text.contains("Reason") && !text.contains("{reason}"), "{text}");
        }
    })
    .await;
}

#[actix_web::test]
async fn the_forms_offer_to_tell_the_reason_and_do_not_by_themselves() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for (status, action) in [(Requested, "reject"), (Approved, "revoke")] {
        let person = app.enters(somebody(&format!("Some {status}")).now(status));
        let page = admin.opens(&person.path()).await;
        assert!(page.has("input[type='checkbox'][name='tell'][value='yes']:not([checked])"), "{action}");
    }
}

#[actix_web::test]
async fn a_deletion_takes_the_unsent_mail_along_and_leaves_the_sent() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        admin.reject(&ada, "").await.done();
        all_is_sent(app);
        admin.approve(&ada).await.done();
        assert_eq!(app.told(&ada.email), ["rejected", "approved"]);
        let bo = app.requested("Bo Chen").await;
        admin.approve(&bo).await.done();
        admin.deletes(&ada, 3).await.done();
        assert_eq!(app.told(&ada.email), ["rejected"]);
        assert_eq!(waiting(app, &bo), ["approved"]);
    })
    .await;
}

#[actix_web::test]
async fn the_admins_notice_of_a_deleted_request_goes_as_well() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    crate::registration::sign_up("spam@x.example").sent(&app).await.is(303);
    assert_eq!(app.told(&kim.email), ["request_waiting"]);
    let id = app.db.text("select id from developers");
    kim.posts(&format!("/admin/developers/{id}/delete"), &[("version", "1")]).await.done();
    assert!(app.mails().is_empty(), "{:?}", app.mails());
}

#[actix_web::test]
async fn the_timeline_tells_of_each_mail_and_what_became_of_it() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let lines = async || admin.opens(&ada.path()).await.texts(".timeline li");
    admin.approve(&ada).await.done();
    let found = lines().await;
    assert!(found[1].starts_with("Mail “Guestlist: you are approved” waits to be sent"), "{found:?}");
    for (fate, words) in [
        ("last_error = 'The server is full'", "waits to be sent again: The server is full"),
        ("state = 'failed', last_error = 'No such mailbox'", "could not be sent: No such mailbox"),
        ("state = 'sent', last_error = ''", "sent"),
        ("state = 'withdrawn'", "not sent: another decision came first"),
    ] {
        app.db.run(&format!("update outbox set {fate}"));
        let found = lines().await;
        assert!(found[1].starts_with(&format!("Mail “Guestlist: you are approved” {words}")), "{found:?}");
    }
    assert_eq!(found.len(), 3);
    // Of another developer's mail nothing stands here.
    let bo = app.requested("Bo Chen").await;
    admin.reject(&bo, "").await.done();
    assert_eq!(lines().await.len(), 3);
}

#[actix_web::test]
async fn a_rejected_developer_hears_it_in_the_words_of_the_settings() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.setting("mail.rejected.subject", "Leider nein, {name}");
    app.setting("mail.rejected.body", "Hallo {name},\n\n{reason}\n\n{portal} sagt nein.");
    let ada = app.requested("Ada Byron").await;
    admin.reject(&ada, "Spam").await.done();
    let mail = app.mail_to(&ada.email);
    assert_eq!(
        (mail.subject.as_str(), mail.text.as_str()),
        ("Leider nein, Ada Byron", "Hallo Ada Byron,\n\nGuestlist sagt nein.")
    );
    assert_eq!(app.row(&ada).status, Status::Rejected);
}

#[actix_web::test]
async fn a_decision_that_could_not_be_sent_is_not_sent_after_the_next_one() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    admin.approve(&ada).await.done();
    app.db.run("update outbox set state = 'failed', attempts = 1, last_error = 'No such mailbox'");
    admin.revoke(&ada, "").await.done();
    let states = app.db.texts("select kind || ' ' || state from outbox order by id");
    assert_eq!(states, ["approved withdrawn", "revoked waiting"]);
}
