//! `GET` and `POST /verify/{token}`

use actix_web::http::Method;
use futures_util::future::join_all;
use guestlist::developers::Status::{Approved, Rejected, Requested, Revoked};
use guestlist::web::tokens::new_token;
use sha2::{Digest, Sha256};

use super::{sign_up, traces};
use crate::support::{App, somebody};

const ADA: &str = "ada@engine.example";

/// A portal where addresses are proven, with Ada's request and the path of her link.
async fn portal() -> (App, String) {
    let app = App::start().await;
    app.setting("verification", "always");
    sign_up(ADA).sent(&app).await.is(303);
    let path = app.mail_to(ADA).path();
    (app, path)
}

fn is_proven(app: &App) -> bool {
    app.db.number("select count(*) from developers where email_verified_at is not null") == 1
}

#[actix_web::test]
async fn looking_at_a_link_uses_nothing_up() {
    let (app, path) = portal().await;
    let before = traces(&app);
    for _ in 0..2 {
        let answer = app.browser().get(&path).await.is(200);
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let page = answer.page();
        assert!(page.text("main").contains(ADA), "{}", page.text("main"));
        let form = page.form("main form");
        assert_eq!((form.action.as_str(), form.method.as_str()), (path.as_str(), "post"));
        for href in page.attributes("[href]", "href").into_iter().chain(page.attributes("[src]", "src")) {
            assert!(href.starts_with('/') && !href.starts_with("//") || href.starts_with('#'), "{href} leads outside");
        }
        app.browser().request(Method::HEAD, &path).await.is(200);
    }
    assert_eq!(traces(&app), before);
    assert!(!is_proven(&app));
    let page = app.browser().post(&path, &[]).await.is(200).page();
    assert_eq!(page.text("h1"), "Your address is confirmed");
    assert!(is_proven(&app));
}

#[actix_web::test]
async fn the_button_proves_the_mailbox_and_is_recorded() {
    for htmx in [false, true] {
        let (app, path) = portal().await;
        let admin = app.admin("Kim Lee").await;
        let answer = app.browser().speaking(htmx).post(&path, &[]).await.is(200);
        let text = answer.page().all_text();
        assert!(text.contains("Your address is confirmed") && text.contains("waiting for approval"), "{text}");
        let entries = app.events("developer.verified");
        assert_eq!(entries.len(), 1);
        let entry = &entries[0];
        assert_eq!((entry.actor_kind.as_str(), entry.actor_email.as_str()), ("developer", ADA));
        assert_eq!(entry.subject_email, ADA);
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        assert_eq!(app.told(ADA), ["verify_address", "request_received"], "all is there now");
        let page = admin.opens("/admin/developers").await;
        let shown = page.shown(&page.row_ids()[0]).unwrap();
        assert!(shown.chips.iter().any(|chip| chip == "Email verified"), "{:?}", shown.chips);
        // Nobody is signed in by it.
        assert!(answer.all("set-cookie").is_empty(), "{:?}", answer.all("set-cookie"));
    }
}

#[actix_web::test]
async fn a_repeat_says_so_and_changes_nothing() {
    let (app, path) = portal().await;
    app.browser().post(&path, &[]).await.is(200);
    let before = traces(&app);
    for htmx in [false, true] {
        let browser = app.browser().speaking(htmx);
        for answer in [browser.post(&path, &[]).await.is(200), browser.get(&path).await.is(200)] {
            let text = answer.page().all_text();
            assert!(text.contains("already confirmed"), "{text}");
        }
    }
    // Not even a day later.
    app.db.run("update mail_links set created_at = created_at - interval '3 days'");
    assert!(app.browser().get(&path).await.is(200).page().all_text().contains("already confirmed"));
    assert_eq!(traces(&app), before);
}

#[actix_web::test]
async fn ten_at_once_prove_it_once() {
    let (app, path) = portal().await;
    let browsers: Vec<_> = (0..10).map(|_| app.browser()).collect();
    let answers = join_all(browsers.iter().map(async |browser| browser.post(&path, &[]).await)).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(app.events("developer.verified").len(), 1);
    assert_eq!(app.told(ADA), ["verify_address", "request_received"]);
}

#[actix_web::test]
async fn a_link_works_for_a_day() {
    let (app, path) = portal().await;
    app.db.run("update mail_links set created_at = now() - interval '24 hours 1 minute'");
    let before = traces(&app);
    for answer in [app.browser().get(&path).await.is(410), app.browser().post(&path, &[]).await.is(410)] {
        let page = answer.page();
        assert!(page.text("main").contains("24 hours"), "{}", page.text("main"));
        assert_eq!(page.form("main form").action, "/register/resend");
        assert!(!page.all_text().contains(ADA), "an old link tells nobody's address");
    }
    assert_eq!(traces(&app), before);
    app.db.run("update mail_links set created_at = now() - interval '23 hours 59 minutes'");
    app.browser().post(&path, &[]).await.is(200);
    assert!(is_proven(&app));
}

#[actix_web::test]
async fn a_clock_that_was_set_back_lengthens_no_link() {
    let (app, path) = portal().await;
    app.db.run("update mail_links set created_at = now() + interval '25 hours'");
    app.browser().post(&path, &[]).await.is(410);
    assert!(!is_proven(&app));
}

#[actix_web::test]
async fn a_newer_link_takes_the_place_of_the_one_before() {
    let (app, first) = portal().await;
    app.browser().post("/register/resend", &[("email", ADA)]).await.is(303);
    let second = app.mail_to(ADA).path();
    assert_ne!(first, second);
    app.browser().get(&first).await.is(410);
    app.browser().post(&first, &[]).await.is(410);
    assert!(!is_proven(&app));
    app.browser().post(&second, &[]).await.is(200);
    assert!(is_proven(&app));
    // Proven is proven, by whichever link somebody comes again.
    assert!(app.browser().get(&first).await.is(200).page().all_text().contains("already confirmed"));
}

#[actix_web::test]
async fn what_never_was_a_link_is_not_found() {
    let (app, path) = portal().await;
    let before = traces(&app);
    let token = path.trim_start_matches("/verify/").to_owned();
    let hash: String = Sha256::digest(&token).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        app.db.number(&format!("select count(*) from mail_links where encode(token_hash, 'hex') = '{hash}'")),
        1
    );
    for wrong in [
        new_token().unwrap(),
        hash,
        token[..token.len() - 1].to_owned(),
        format!("{token}x"),
        token.to_lowercase(),
        "x".into(),
        "%00".into(),
        "%ff".into(),
        "..%2f".into(),
        "x".repeat(5_000),
    ] {
        app.browser().get(&format!("/verify/{wrong}")).await.is(404);
        app.browser().post(&format!("/verify/{wrong}"), &[]).await.is(404);
    }
    // A link is good for one purpose.
    app.browser().post(&format!("/password/reset/{token}"), &[("password", "neun Dachse ohne Uhr")]).await.is(404);
    app.browser().get(&format!("/password/reset/{token}")).await.is(404);
    assert_eq!(traces(&app), before);
}

#[actix_web::test]
async fn a_link_goes_with_its_record() {
    let (app, path) = portal().await;
    let admin = app.admin("Kim Lee").await;
    let ada = admin.opens("/admin/developers").await.row_ids().remove(0);
    admin.posts(&format!("/admin/developers/{ada}/delete"), &[("version", "1")]).await.done();
    app.browser().get(&path).await.is(404);
    app.browser().post(&path, &[]).await.is(404);
    assert_eq!(app.db.number("select count(*) from mail_links"), 0);
}

#[actix_web::test]
async fn whoever_was_decided_about_meanwhile_proves_it_as_well_and_is_told_how_it_stands() {
    for (status, words) in [
        (Approved, "You are approved"),
        (Rejected, "was not accepted"),
        (Revoked, "was revoked"),
        (Requested, "waiting"),
    ] {
        let app = App::start().await;
        app.setting("verification", "always");
        let bo = app.enters(somebody("Bo Chen").now(status));
        app.browser().post("/register/resend", &[("email", &bo.email)]).await.is(303);
        let page = app.browser().post(&app.mail_to(&bo.email).path(), &[]).await.is(200).page();
        assert!(page.text("main").contains(words), "{}", page.text("main"));
        let row = app.row(&bo);
        assert!(row.status == status && row.email_verified_at.is_some());
        assert_eq!(app.told(&bo.email).len(), if status == Requested { 2 } else { 1 });
    }
}
