//! Decisions that are taken back before anybody was told. A mail waits ten seconds for that; once it is on its way it
//! is not called back, and the next decision is told as well.

use guestlist::developers::Status;
use guestlist::outbox::{self, Kind, State};

use super::{Running, run_courier};
use crate::support::app::App;
use crate::support::mail::Sink;
use crate::support::{Person, somebody};

/// All mail about somebody, oldest first.
fn told(app: &App, person: &Person) -> Vec<(Kind, State)> {
    let mut mails = outbox::of_developer(&mut app.db.conn(), person.id, 100).unwrap();
    mails.reverse();
    mails.iter().map(|mail| (mail.kind, mail.state)).collect()
}

/// Ten seconds later.
fn later(app: &App) {
    app.db.run("update outbox set next_attempt_at = next_attempt_at - interval '10 seconds' where state = 'waiting'");
}

fn courier(app: &App, sink: &Sink) -> Running {
    run_courier(&app.db.url, &sink.url())
}

#[actix_web::test]
async fn a_decision_waits_ten_seconds_before_it_is_told() {
    let (app, sink) = (App::start().await, Sink::start());
    let (admin, ada) = (app.admin("Kim Lee").await, app.enters(somebody("Ada Byron")));
    admin.approve(&ada).await.done();
    assert_eq!(told(&app, &ada), [(Kind::Approved, State::Waiting)]);
    let waits = app.db.number("select extract(epoch from next_attempt_at - created_at) from outbox");
    assert_eq!(waits, 10);
    let _courier = courier(&app, &sink);
    later(&app);
    let mail = sink.mail_to(&ada.email).await;
    assert_eq!(mail.subject(), "Guestlist: you are approved");
    assert_eq!(mail.path(), "/login");
}

#[actix_web::test]
async fn what_was_taken_back_in_time_tells_nothing() {
    let (app, sink) = (App::start().await, Sink::start());
    let (admin, ada) = (app.admin("Kim Lee").await, app.enters(somebody("Ada Byron").now(Status::Approved)));
    let bob = app.enters(somebody("Bob Noyce").now(Status::Approved));
    admin.revoke(&ada, "").await.done();
    admin.reapprove(&ada).await.done();
    admin.revoke(&bob, "").await.done();
    assert_eq!(told(&app, &ada), [(Kind::Revoked, State::Withdrawn)]);
    let _courier = courier(&app, &sink);
    later(&app);
    sink.mail_to(&bob.email).await;
    assert_eq!(sink.count(), 1);
}

#[actix_web::test]
async fn an_approval_that_became_a_revoke_tells_only_of_that() {
    let (app, sink) = (App::start().await, Sink::start());
    let (admin, ada) = (app.admin("Kim Lee").await, app.enters(somebody("Ada Byron")));
    admin.approve(&ada).await.done();
    admin.revoke(&ada, "").await.done();
    assert_eq!(told(&app, &ada), [(Kind::Approved, State::Withdrawn), (Kind::Revoked, State::Waiting)]);
    let _courier = courier(&app, &sink);
    later(&app);
    assert_eq!(sink.mail_to(&ada.email).await.subject(), "Guestlist: your access was revoked");
    assert_eq!(sink.count(), 1);
}

#[actix_web::test]
async fn what_may_have_arrived_is_followed_by_the_truth() {
    use crate::support::mail::Whim;
    let (app, sink) = (App::start().await, Sink::start());
    let (admin, ada) = (app.admin("Kim Lee").await, app.enters(somebody("Ada Byron").now(Status::Approved)));
    sink.does(&ada.email, Whim::Hang);
    admin.revoke(&ada, "").await.done();
    let _courier = courier(&app, &sink);
    later(&app);
    // The server has the whole mail and says nothing.
    sink.is_tried(&ada.email, 1).await;
    admin.reapprove(&ada).await.done();
    assert_eq!(told(&app, &ada), [(Kind::Revoked, State::Withdrawn), (Kind::Restored, State::Waiting)]);
    sink.takes(&ada.email);
    later(&app);
    assert_eq!(sink.mail_to(&ada.email).await.subject(), "Guestlist: your access is restored");
    assert_eq!(sink.count(), 1);
}
