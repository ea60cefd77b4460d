//! How many invitations one admin may have sent from here.

use super::{LIST, crowd, posting, typed};
use crate::support::Admin;

async fn sends(admin: &Admin, prefix: &str, n: usize) -> u16 {
    let answer = admin.invites("server", &crowd(n).replace("dev", prefix)).await;
    if answer.status == 429 {
        let page = answer.page();
        assert!(page.text(".errors").contains("500"), "{}", page.text(".errors"));
        assert!(typed(&page).starts_with(&format!("{prefix}0@")));
    }
    answer.status
}

#[actix_web::test]
async fn five_hundred_a_day_and_not_one_more_but_another_admin_may() {
    let app = posting().await;
    let (kim, sam) = (app.admin("Kim Lee").await, app.admin("Sam Quick").await);
    assert_eq!(sends(&kim, "a", 500).await, 303);
    assert_eq!(app.mails().len(), 500);
    let before = app.state();
    for htmx in [false, true] {
        assert_eq!(sends(&kim.speaking(htmx), "b", 1).await, 429);
    }
    assert_eq!(app.state(), before, "nothing was written");
    // The list has a limit of its own that says how long to wait.
    let id = app.db.text("select id from invitations where email = 'a0@crowd.example'");
    let told = kim.posts(&format!("{LIST}/{id}/resend"), &[]).await.refused(429);
    assert!(told.answer.header("retry-after").is_some());
    assert_eq!(app.state(), before);
    assert_eq!(sends(&sam, "b", 1).await, 303);
    // What one's own mail program sends is not counted here.
    kim.invites("mail_app", "c@crowd.example").await.is(200);
    app.db.run("update throttles set window_started_at = window_started_at - interval '25 hours'");
    assert_eq!(sends(&kim, "d", 1).await, 303);
}

#[actix_web::test]
async fn what_would_be_too_many_is_not_begun_and_says_how_many_are_left() {
    let app = posting().await;
    let kim = app.admin("Kim Lee").await;
    assert_eq!(sends(&kim, "a", 380).await, 303);
    let answer = kim.invites("server", &crowd(121)).await.is(429);
    assert!(answer.header("retry-after").is_some());
    let words = answer.page().text(".errors");
    assert!(words.contains("120"), "{words}");
    assert_eq!(app.mails().len(), 380, "all or none");
    assert_eq!(sends(&kim, "b", 119).await, 303);
    // The last one is a repeated one.
    let id = app.db.text("select id from invitations where email = 'a0@crowd.example'");
    kim.posts(&format!("{LIST}/{id}/resend"), &[]).await.done();
    assert_eq!(sends(&kim, "c", 1).await, 429);
    assert_eq!(app.mails().len(), 500);
}

#[actix_web::test]
async fn several_windows_of_one_admin_share_the_limit() {
    let app = posting().await;
    let kim = app.admin("Kim Lee").await;
    let statuses = futures_util::future::join_all(["a", "b", "c", "d"].map(|prefix| sends(&kim, prefix, 200))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 2, "{statuses:?}");
    assert_eq!(app.mails().len(), 400);
}
