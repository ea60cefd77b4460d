//! What happens at the same time, or in an order that nobody meant.

use futures_util::future::join_all;

use super::{crowd, invited, posting};
use crate::registration::invited::registers;
use crate::registration::sign_up;
use crate::support::App;

#[actix_web::test]
async fn sending_again_and_inviting_do_not_wait_for_each_other() {
    let app = posting().await;
    let kim = app.admin("Kim Lee").await;
    for n in 0..15 {
        let email = format!("ada{n}@engine.example");
        invited(&app, &kim, &email).await;
        app.db.run("update outbox set state = 'failed'");
        let id = kim.invitation(&email).await.id;
        let (again, anew) = tokio::join!(kim.resends(&id), kim.invites("server", &email));
        assert_eq!(again.answer.status, 303, "round {n}");
        // Whoever holds a link that works is not invited twice.
        assert!([303, 422].contains(&anew.status), "round {n}: {}", anew.status);
        let good = format!(
            "select count(*) from invitation_links join invitations on id = invitation_id \
             where mailbox = '{email}' and ended_at is null"
        );
        assert_eq!(app.db.number(&good), 1, "round {n}");
        assert_eq!(app.db.number("select count(*) from outbox where state = 'waiting'"), 1);
    }
}

#[actix_web::test]
async fn the_same_list_posted_twice_is_sent_and_counted_once() {
    let app = posting().await;
    let kim = app.admin("Kim Lee").await;
    let list = crowd(300);
    let statuses: Vec<u16> =
        join_all([(), ()].map(|()| kim.invites("server", &list))).await.iter().map(|answer| answer.status).collect();
    assert!(statuses.contains(&303) && statuses.contains(&422), "{statuses:?}");
    assert_eq!(app.mails().len(), 300);
    assert_eq!(kim.invites("server", &crowd(200).replace("dev", "other")).await.status, 303, "200 were left");
    assert_eq!(kim.invites("server", "one@more.example").await.status, 429);
}

#[actix_web::test]
async fn mail_that_did_not_get_through_is_not_sent_to_whoever_has_registered() {
    for state in ["waiting", "failed"] {
        let app = posting().await;
        let kim = app.admin("Kim Lee").await;
        let link = invited(&app, &kim, "ada@engine.example").await;
        app.db.run(&format!("update outbox set state = '{state}', attempts = 1"));
        registers(&app, &link).await.is(303);
        assert_eq!(app.mails()[0].state.as_str(), "withdrawn", "{state}");
        assert!(app.mails()[0].link().is_none());
        let used = app.events("invitation.used");
        assert_eq!(used.len(), 1);
        assert_eq!((used[0].actor_kind.as_str(), used[0].subject_email.as_str()), ("developer", "ada@engine.example"));
    }
}

/// A record that somebody else began, deleted in the moment in which its owner comes by the link.
#[actix_web::test]
async fn a_deletion_meanwhile_is_no_fault() {
    let app: App = posting().await;
    let kim = app.admin("Kim Lee").await;
    for n in 0..15 {
        let email = format!("ada{n}@engine.example");
        let link = invited(&app, &kim, &email).await;
        app.db.run("delete from throttles");
        sign_up(&email).sent(&app).await.is(303);
        let id = app.db.text(&format!("select id::text from developers where mailbox = '{email}'"));
        let delete = format!("/admin/developers/{id}/delete");
        let (registered, deleted) = tokio::join!(registers(&app, &link), kim.posts(&delete, &[("version", "1")]));
        assert_eq!(registered.status, 303, "round {n}");
        assert!([303, 409].contains(&deleted.answer.status), "round {n}: {}", deleted.answer.status);
        app.browser().get(&link).await.is(410);
    }
}
