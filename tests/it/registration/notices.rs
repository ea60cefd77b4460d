//! Admins hear of new requests as they chose.

use std::sync::Barrier;
use std::thread;

use chrono::{DateTime, Utc};
use diesel::Connection;
use guestlist::developers::Status::Requested;
use guestlist::outbox::{Kind, Post};
use guestlist::registration;
use guestlist::web::seal::Seal;

use super::{BEHIND_PROXY, sign_up};
use crate::support::app::SECRET;
use crate::support::{Admin, App, somebody};

const ADA: &str = "ada@engine.example";

fn chooses(app: &App, admin: &Admin, notices: &str) {
    app.db.run(&format!("update admins set notices = '{notices}' where email = '{}'", admin.email));
}

fn post() -> Post {
    let base_url = "https://guests.example".parse().unwrap();
    Post { base_url, seal: Seal::new(SECRET.as_bytes()), delivers: true }
}

fn at(time: &str) -> DateTime<Utc> {
    format!("{time}:00Z").parse().unwrap()
}

fn digest(app: &App, time: &str) {
    let conn = &mut app.db.conn();
    conn.transaction(|conn| registration::digest(conn, &post(), at(time))).unwrap();
}

#[actix_web::test]
async fn each_admin_hears_at_once_or_not_as_they_chose() {
    let app = App::start().await;
    let [kim, sam, lou] = ["Kim Lee", "Sam Quick", "Lou Late"].map(|name| app.admin_at_the_door(name));
    chooses(&app, &sam, "daily");
    chooses(&app, &lou, "never");
    sign_up(ADA).sent(&app).await.is(303);
    let mail = app.mail_to(&kim.email);
    assert_eq!((mail.kind, mail.hold.is_zero()), (Kind::RequestWaiting, true));
    assert!(mail.subject.contains("Ada Byron"), "{}", mail.subject);
    for words in [ADA, "Engines & Co", "Weather for our fields"] {
        assert!(mail.text.contains(words), "{}", mail.text);
    }
    let id = app.db.text("select id from developers");
    assert_eq!(mail.path(), format!("/admin/developers/{id}"), "the link leads to the request");
    assert_eq!(app.told(&kim.email).len() + app.told(&sam.email).len() + app.told(&lou.email).len(), 1);
    kim.signs_in(crate::support::actors::PASSWORD).await.is(303);
    kim.gets(&mail.path()).await.is(200);
    // What is no new request is no news.
    sign_up(ADA).sent(&app).await.is(303);
    assert_eq!(app.told(&kim.email).len(), 1);
}

#[actix_web::test]
async fn the_notice_comes_with_the_request_whether_it_is_proven_or_not() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    app.setting("verification", "always");
    sign_up(ADA).sent(&app).await.is(303);
    app.browser().post(&app.mail_to(ADA).path(), &[]).await.is(200);
    assert_eq!(app.told(&kim.email), ["request_waiting"], "and once");
}

#[actix_web::test]
async fn more_than_twenty_in_an_hour_are_left_to_the_list() {
    let app = App::with(&BEHIND_PROXY).await;
    let kim = app.admin_at_the_door("Kim Lee");
    let sam = app.admin_at_the_door("Sam Quick");
    app.db.run(&format!(
        "insert into outbox (id, kind, recipient, subject, body, next_attempt_at, created_at) \
         select gen_random_uuid(), 'request_waiting', '{}', 's', 'b', now(), now() from generate_series(1, 19)",
        kim.email
    ));
    sign_up("a@engine.example").sent(&app).await.is(303);
    assert_eq!(app.told(&kim.email).len(), 20);
    sign_up("b@engine.example").sent(&app).await.is(303);
    assert_eq!((app.told(&kim.email).len(), app.told(&sam.email).len()), (20, 2), "each has twenty");
    app.db.run("update outbox set created_at = created_at - interval '61 minutes'");
    sign_up("c@engine.example").sent(&app).await.is(303);
    assert_eq!(app.told(&kim.email).len(), 21);
}

#[actix_web::test]
async fn whoever_wants_one_mail_a_day_gets_one_after_seven_where_something_waits() {
    let app = App::start().await;
    let [kim, sam, lou] = ["Kim Lee", "Sam Quick", "Lou Late"].map(|name| app.admin_at_the_door(name));
    chooses(&app, &sam, "daily");
    chooses(&app, &lou, "never");
    digest(&app, "2026-11-23T08:00");
    assert!(app.mails().is_empty(), "nothing waits");
    app.requested("Ada Byron").await;
    digest(&app, "2026-11-24T06:59");
    assert!(app.mails().is_empty(), "not before seven");
    digest(&app, "2026-11-24T07:00");
    let mails = app.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!((mails[0].kind, mails[0].to.as_str()), (Kind::RequestsDigest, sam.email.as_str()));
    assert!(mails[0].subject.contains("1 request is waiting"), "{}", mails[0].subject);
    assert_eq!(mails[0].path(), "/admin/developers");
    for time in ["2026-11-24T07:01", "2026-11-24T19:00", "2026-11-25T06:59"] {
        digest(&app, time);
        assert_eq!(app.mails().len(), 1, "{time}");
    }
    app.requested("Bo Chen").await;
    digest(&app, "2026-11-25T12:00");
    let mail = app.mails().pop().unwrap();
    assert!(mail.subject.contains("2 requests are waiting"), "{}", mail.subject);
    assert_eq!(app.told(&sam.email).len(), 2);
    let owner = app.approved("Cy Weather");
    app.application_in(&owner, "Weather", Requested);
    digest(&app, "2026-11-26T12:00");
    let mail = app.mails().pop().unwrap();
    assert!(mail.subject.contains("2 requests and 1 application are waiting"), "{}", mail.subject);
    app.db.run("delete from developers where status = 'requested'");
    digest(&app, "2026-11-27T12:00");
    let mail = app.mails().pop().unwrap();
    assert!(mail.subject.contains("1 application is waiting"), "{}", mail.subject);
    assert_eq!(mail.path(), "/admin/applications");
    assert_eq!(app.told(&sam.email).len(), 4);
    assert_eq!((app.told(&kim.email).len(), app.told(&lou.email).len()), (0, 0));
}

#[actix_web::test]
async fn several_instances_write_the_digest_once() {
    let app = App::start().await;
    let admins = ["Kim Lee", "Sam Quick"].map(|name| app.admin_at_the_door(name));
    for admin in &admins {
        chooses(&app, admin, "daily");
    }
    app.enter_all((0..3).map(|n| somebody(&format!("Ada Nr{n}"))).collect());
    for day in 24..27 {
        let before = app.mails().len();
        let together = Barrier::new(6);
        thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    let conn = &mut app.db.conn();
                    together.wait();
                    let now = at(&format!("2026-11-{day}T07:30"));
                    conn.transaction(|conn| registration::digest(conn, &post(), now)).unwrap();
                });
            }
        });
        assert_eq!(app.mails().len() - before, 2, "one for each admin");
    }
}
