//! Who is signed in, and how long.

use std::collections::HashSet;

use base64::Engine;
use diesel::Connection;
use guestlist::admins;
use guestlist::audit::Occasion;
use guestlist::values::EmailAddress;
use sha2::{Digest, Sha256};

use crate::support::actors::PASSWORD;
use crate::support::{Admin, App};

/// Whether the browser of this admin opens the desk.
async fn is_in(admin: &Admin) -> bool {
    match admin.gets("/admin/developers").await.status {
        200 => true,
        303 => false,
        other => panic!("neither in nor out: {other}"),
    }
}

#[actix_web::test]
async fn the_key_changes_at_sign_in_and_the_old_one_opens_nothing() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    let first = kim.browser.cookie("admin").unwrap();
    kim.signs_in(PASSWORD).await.is(303);
    let second = kim.browser.cookie("admin").unwrap();
    assert_ne!(first, second);
    assert!(is_in(&kim).await);
    kim.browser.jar.borrow_mut().insert("admin".into(), first);
    assert!(!is_in(&kim).await, "the session of before is over");
}

#[actix_web::test]
async fn a_key_that_somebody_planted_is_not_taken_over() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    let planted = "planted=".repeat(8);
    kim.browser.jar.borrow_mut().insert("admin".into(), planted.clone());
    kim.signs_in(PASSWORD).await.is(303);
    assert_ne!(kim.browser.cookie("admin").unwrap(), planted);
    assert!(is_in(&kim).await);
}

#[actix_web::test]
async fn before_sign_in_there_is_no_session() {
    let app = App::start().await;
    for path in [
        "/",
        "/register",
        "/register/received",
        "/login",
        "/password/forgot",
        "/account",
        "/admin",
        "/admin/login",
        "/admin/developers",
        "/nothing",
    ] {
        let answer = app.browser().get(path).await;
        assert!(answer.all("set-cookie").is_empty(), "{path}: {:?}", answer.all("set-cookie"));
    }
    let kim = app.admin_at_the_door("Kim Lee");
    assert!(kim.signs_in("wrong wrong wrong wrong").await.is(401).all("set-cookie").is_empty());
    assert_eq!(app.db.number("select count(*) from admin_sessions"), 0);
}

#[actix_web::test]
async fn half_an_hour_without_a_request_ends_it() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    app.db.run("update admin_sessions set seen_at = now() - interval '29 minutes'");
    assert!(is_in(&kim).await, "and this request begins the half hour anew");
    assert_eq!(app.db.number("select count(*) from admin_sessions where seen_at > now() - interval '1 minute'"), 1);
    app.db.run("update admin_sessions set seen_at = now() - interval '31 minutes'");
    assert!(!is_in(&kim).await);
    assert!(!is_in(&kim).await, "asking again does not bring it back");
}

#[actix_web::test]
async fn twelve_hours_after_the_sign_in_it_is_over_in_any_case() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    app.db.run("update admin_sessions set signed_in_at = now() - interval '11 hours 59 minutes'");
    assert!(is_in(&kim).await);
    app.db.run("update admin_sessions set signed_in_at = now() - interval '12 hours 1 minute', seen_at = now()");
    assert!(!is_in(&kim).await);
}

#[actix_web::test]
async fn not_every_page_writes() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    let seen = app.db.text("select seen_at from admin_sessions");
    for _ in 0..3 {
        assert!(is_in(&kim).await);
    }
    assert_eq!(app.db.text("select seen_at from admin_sessions"), seen);
}

#[actix_web::test]
async fn a_new_password_ends_all_sessions_of_its_admin() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    let elsewhere = Admin { browser: app.browser(), ..kim.clone() };
    elsewhere.signs_in(PASSWORD).await.is(303);
    let sam = app.admin("Sam Quick").await;
    assert!(is_in(&kim).await && is_in(&elsewhere).await);
    let new = "eine ganz andere Reihe von Worten";
    let email = EmailAddress::parse(&kim.email).unwrap();
    let hash = guestlist::passwords::hash_now(new).unwrap();
    let occasion = Occasion::system("command line");
    let conn = &mut app.db.conn();
    conn.transaction(|conn| admins::reset_password(conn, &email, &hash, &occasion)).unwrap().unwrap();
    assert!(!is_in(&kim).await && !is_in(&elsewhere).await);
    assert!(is_in(&sam).await);
    kim.signs_in(PASSWORD).await.is(401);
    kim.signs_in(new).await.is(303);
    assert!(is_in(&kim).await);
}

#[actix_web::test]
async fn an_admin_who_is_gone_is_signed_out() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    app.db.run("delete from admins");
    assert!(!is_in(&kim).await);
}

#[actix_web::test]
async fn a_session_that_ended_during_a_request_does_not_come_back() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    // Requests and the end of the session cross each other again and again; whatever they did, it stays ended.
    let path = ada.path();
    let requests = (0..20).map(|_| kim.gets(&path));
    let ending = async { app.db.run("delete from admin_sessions") };
    let (_, ()) = tokio::join!(futures_util::future::join_all(requests), ending);
    assert_eq!(app.db.number("select count(*) from admin_sessions"), 0);
    assert!(!is_in(&kim).await);
}

#[actix_web::test]
async fn a_cookie_that_was_changed_opens_nothing() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    let cookie = kim.browser.cookie("admin").unwrap();
    for at in [0, 10, cookie.len() / 2, cookie.len() - 1] {
        let mut changed: Vec<char> = cookie.chars().collect();
        changed[at] = if changed[at] == 'A' { 'B' } else { 'A' };
        kim.browser.jar.borrow_mut().insert("admin".into(), changed.into_iter().collect());
        assert!(!is_in(&kim).await, "changed at {at}");
        kim.browser.jar.borrow_mut().insert("admin".into(), cookie.clone());
    }
    assert!(is_in(&kim).await);
}

#[actix_web::test]
async fn another_instance_with_the_same_secret_knows_the_session() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    let second = app.another(&[]);
    let there = second.browser();
    *there.jar.borrow_mut() = kim.browser.jar.borrow().clone();
    there.get("/admin/developers").await.is(200);
    there.post("/admin/logout", &[]).await.is(303);
    assert!(!is_in(&kim).await, "and what ends there ends here");
}

#[actix_web::test]
async fn the_cookies_are_marked_as_the_base_url_allows() {
    for (base_url, name) in [(None, "admin"), (Some("https://guests.example"), "__Host-admin")] {
        let variables: Vec<_> = base_url.map(|url| ("GUESTLIST_BASE_URL", url)).into_iter().collect();
        let app = App::with(&variables).await;
        let kim = app.admin_at_the_door("Kim Lee");
        let ada = app.requested("Ada Byron").await;
        let signed_in = kim.signs_in(PASSWORD).await.is(303);
        let moved = kim.moves(&ada, "approve", 1).await;
        let themed = kim.browser.post("/theme", &[("theme", "dark")]).await.is(303);
        let left = kim.browser.post("/admin/logout", &[]).await.is(303);
        let answers = [&signed_in, &moved.answer, moved.landed.as_ref().unwrap(), &themed, &left];
        let mut names = HashSet::new();
        for answer in answers {
            for cookie in answer.all("set-cookie") {
                let parts: Vec<&str> = cookie.split("; ").collect();
                names.insert(parts[0].split('=').next().unwrap().to_owned());
                assert!(parts.contains(&"HttpOnly"), "{cookie}");
                assert!(parts.contains(&"SameSite=Lax"), "{cookie}");
                assert!(parts.contains(&"Path=/"), "{cookie}");
                assert_eq!(parts.contains(&"Secure"), base_url.is_some(), "{cookie}");
                assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
                assert_eq!(cookie.starts_with("__Host-"), base_url.is_some(), "{cookie}");
                assert!(parts[0].len() <= 4_096, "{cookie}");
            }
        }
        assert!(names.contains(name), "{names:?}");
        assert_eq!(names.len(), 3, "session, message and theme: {names:?}");
        // Of the session's cookie the browser's own end is the end.
        let session = signed_in.all("set-cookie")[0].to_owned();
        assert!(!session.contains("Max-Age") && !session.contains("Expires"), "{session}");
    }
}

#[actix_web::test]
async fn keys_are_long_and_random_and_the_database_has_only_their_hashes() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    let mut keys = HashSet::new();
    for _ in 0..12 {
        app.db.run("delete from throttles");
        let browser = app.browser();
        let answer = browser.post("/admin/login", &[("email", &kim.email), ("password", PASSWORD)]).await.is(303);
        let pair = answer.all("set-cookie")[0].split(';').next().unwrap().to_owned();
        let value =
            percent_encoding::percent_decode_str(pair.split_once('=').unwrap().1).decode_utf8_lossy().into_owned();
        // The signature is in front: base64 of 32 bytes.
        let key = value[44..].to_owned();
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&key).unwrap();
        assert_eq!(bytes.len(), 32, "{key}");
        keys.insert(key);
    }
    assert_eq!(keys.len(), 12);
    let stored: HashSet<String> =
        app.db.texts("select encode(key_hash, 'hex') from admin_sessions").into_iter().collect();
    let hashes =
        keys.iter().map(|key| Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    assert_eq!(stored, hashes.collect());
}

#[actix_web::test]
async fn a_message_is_shown_once_and_a_forged_one_never() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let told = kim.moves(&ada, "approve", 1).await.done();
    told.says("Approved Ada Byron.");
    let again = kim.opens("/admin/developers").await;
    assert!(!again.has("#messages .message"), "a message leaves with the page that showed it");
    let forged = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(".You have been chosen");
    for value in [forged.clone(), format!("{}{forged}", "A".repeat(44))] {
        kim.browser.jar.borrow_mut().insert("message".into(), value);
        let page = kim.opens("/admin/developers").await;
        assert!(!page.all_text().contains("You have been chosen"));
    }
}
