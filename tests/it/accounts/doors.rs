//! Who is inside, how long, and by which of the two doors.

use guestlist::developers::Status::Approved;

use crate::support::actors::PASSWORD;
use crate::support::{App, Developer, somebody};

#[actix_web::test]
async fn the_key_changes_at_sign_in_and_a_planted_one_is_not_taken_over() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let first = ada.browser.cookie("developer").unwrap();
    ada.signs_in(PASSWORD).await.is(303);
    let second = ada.browser.cookie("developer").unwrap();
    assert_ne!(first, second);
    assert!(ada.is_in().await);
    ada.browser.jar.borrow_mut().insert("developer".into(), first);
    assert!(!ada.is_in().await, "the session of before is over");
    let planted = "planted=".repeat(8);
    let victim = ada.elsewhere(&app);
    victim.browser.jar.borrow_mut().insert("developer".into(), planted.clone());
    victim.signs_in(PASSWORD).await.is(303);
    assert_ne!(victim.browser.cookie("developer").unwrap(), planted);
    assert!(victim.is_in().await);
}

#[actix_web::test]
async fn half_an_hour_without_a_request_ends_it_and_a_week_in_any_case() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    app.db.run("update developer_sessions set seen_at = now() - interval '29 minutes'");
    assert!(ada.is_in().await, "and this request begins the half hour anew");
    assert_eq!(app.db.number("select count(*) from developer_sessions where seen_at > now() - interval '1 minute'"), 1);
    app.db.run("update developer_sessions set signed_in_at = now() - interval '6 days 23 hours'");
    assert!(ada.is_in().await);
    app.db.run("update developer_sessions set seen_at = now() - interval '31 minutes'");
    assert!(!ada.is_in().await);
    assert!(!ada.is_in().await, "asking again does not bring it back");
    ada.signs_in(PASSWORD).await.is(303);
    app.db.run("update developer_sessions set signed_in_at = now() - interval '7 days 1 minute', seen_at = now()");
    assert!(!ada.is_in().await);
    ada.signs_in(PASSWORD).await.is(303);
    assert_eq!(app.db.number("select count(*) from developer_sessions"), 1, "what is over is swept away");
}

#[actix_web::test]
async fn the_cookie_of_one_door_does_not_open_the_other() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.developer("Ada Byron").await;
    let (desk, own) = (admin.browser.cookie("admin").unwrap(), ada.browser.cookie("developer").unwrap());
    let before = app.state();
    for cookie in [format!("developer={desk}"), format!("admin={desk}; x=1"), format!("__Host-developer={desk}")] {
        assert_eq!(app.browser().get("/account").header("Cookie", &cookie).await.status, 303, "{cookie}");
    }
    for cookie in [format!("admin={own}"), format!("developer={own}")] {
        for path in ["/admin/developers", "/admin/mail", "/admin/settings", "/admin/activity"] {
            let answer = app.browser().get(path).header("Cookie", &cookie).await.is(303);
            assert!(answer.location().starts_with("/admin/login"), "{cookie}");
        }
        let fields = [("action", "revoke"), ("version", "1")];
        let answer = app.browser().post(&ada.person.moves(), &fields).header("Cookie", &cookie).await.is(303);
        assert!(answer.location().starts_with("/admin/login"));
    }
    let admins_fields = [("email", admin.email.as_str()), ("password", PASSWORD)];
    app.browser().post("/login", &admins_fields).await.is(401);
    let fields = [("email", ada.person.email.as_str()), ("password", PASSWORD)];
    app.browser().post("/admin/login", &fields).await.is(401);
    assert_eq!(app.state(), before);
    // Both doors in one browser: leaving by one leaves the other open.
    let both = Developer { browser: admin.browser.clone(), ..ada.clone() };
    both.signs_in(PASSWORD).await.is(303);
    admin.gets("/admin/developers").await.is(200);
    assert!(both.is_in().await);
    both.browser.post("/logout", &[]).await.is(303);
    assert!(!both.is_in().await);
    admin.gets("/admin/developers").await.is(200);
    assert!(ada.is_in().await);
}

#[actix_web::test]
async fn whoever_is_revoked_or_deleted_is_out_at_once_in_every_browser_and_instance() {
    for htmx in [false, true] {
        for deletes in [false, true] {
            let app = App::start().await;
            let admin = app.admin("Kim Lee").await.speaking(htmx);
            let ada = app.developer("Ada Byron").await;
            let elsewhere = ada.elsewhere(&app);
            elsewhere.signs_in(PASSWORD).await.is(303);
            let another = app.another(&[]);
            let there = another.browser();
            *there.jar.borrow_mut() = ada.browser.jar.borrow().clone();
            there.get("/account").await.is(200);
            let bo = app.developer("Bo Chen").await;
            match deletes {
                true => admin.deletes(&ada.person, 1).await.done(),
                false => admin.revoke(&ada.person, "").await.done(),
            };
            assert!(!ada.is_in().await && !elsewhere.is_in().await);
            assert_eq!(there.get("/account").await.status, 303);
            assert_eq!(app.db.number("select count(*) from developer_sessions"), 1, "the rows are gone");
            assert!(bo.is_in().await, "others are not concerned");
            if !deletes {
                // Access comes back, the sessions do not.
                admin.reapprove(&ada.person).await.done();
                assert!(!ada.is_in().await);
                ada.signs_in(PASSWORD).await.is(303);
            } else {
                ada.signs_in(PASSWORD).await.is(401);
                assert_eq!(app.db.number("select count(*) from developer_passwords"), 1);
            }
        }
    }
}

#[actix_web::test]
async fn a_revoke_that_comes_between_the_password_and_the_session_wins() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for n in 0..5 {
        let ada = app.developer_at_the_door(somebody(&format!("Ada Nr{n}")).now(Approved));
        let (answer, told) = tokio::join!(ada.signs_in(PASSWORD), admin.moves(&ada.person, "revoke", 1));
        assert_eq!(told.answer.status, 303);
        assert!([303, 401].contains(&answer.status), "{}", answer.status);
        assert!(!ada.is_in().await, "whoever was quicker");
    }
    assert_eq!(app.db.number("select count(*) from developer_sessions"), 0);
}

#[actix_web::test]
async fn a_session_that_ended_during_a_request_does_not_come_back() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let requests = (0..20).map(|_| ada.gets("/account"));
    let ending = async { app.db.run("delete from developer_sessions") };
    let (_, ()) = tokio::join!(futures_util::future::join_all(requests), ending);
    assert_eq!(app.db.number("select count(*) from developer_sessions"), 0);
    assert!(!ada.is_in().await);
}

#[actix_web::test]
async fn the_cookies_are_marked_as_the_base_url_allows() {
    for (base_url, prefix) in [(None, ""), (Some("https://guests.example"), "__Host-")] {
        let variables: Vec<_> = base_url.map(|url| ("GUESTLIST_BASE_URL", url)).into_iter().collect();
        let app = App::with(&variables).await;
        let ada = app.developer_at_the_door(somebody("Ada Byron").now(Approved));
        let longest = format!("{}@{}.example", "a".repeat(64), ["b".repeat(60).as_str(); 2].join("."));
        let answers = [
            ada.signs_in(PASSWORD).await.is(303),
            ada.browser.post("/account", &[("full_name", "Ada B"), ("organization", "")]).await.is(303),
            app.browser().post("/register/resend", &[("email", &longest)]).await.is(303),
            app.browser().post("/password/forgot", &[("email", &longest)]).await.is(303),
            ada.browser.post("/logout", &[]).await.is(303),
        ];
        for answer in &answers {
            assert!(!answer.all("set-cookie").is_empty(), "{}", answer.what);
            for cookie in answer.all("set-cookie") {
                let parts: Vec<&str> = cookie.split("; ").collect();
                assert!(parts[0].starts_with(prefix), "{cookie}");
                for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
                    assert!(parts.contains(&part), "{cookie}");
                }
                assert_eq!(parts.contains(&"Secure"), base_url.is_some(), "{cookie}");
                assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
                assert!(parts[0].len() <= 4_096, "{cookie}");
            }
        }
        let session = answers[0].all("set-cookie")[0].to_owned();
        assert!(session.starts_with(&format!("{prefix}developer=")), "{session}");
        assert!(!session.contains("Max-Age") && !session.contains("Expires"), "{session}");
    }
}

#[actix_web::test]
async fn pages_inside_are_kept_nowhere_and_are_no_part_of_others() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let answer = ada.gets("/account").await.is(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    for dest in ["image", "script", "iframe", "object"] {
        let answer = ada.browser.get("/account").header("Sec-Fetch-Dest", dest).await.is(403);
        assert!(!answer.text().contains(&ada.person.email));
    }
}

#[actix_web::test]
async fn the_front_page_knows_who_is_inside_and_the_door_tells_who_was() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.developer("Ada Byron").await;
    let front = ada.gets("/").await.is(200).page();
    assert!(front.has("main a[href='/account']") && !front.has("main a[href='/register']"));
    assert!(front.text("header").contains("Ada Byron"), "{}", front.text("header"));
    let words = "signed out";
    assert!(!app.browser().get("/login").await.page().text("main").contains(words), "a stranger never was inside");
    admin.revoke(&ada.person, "").await.done();
    let answer = ada.gets("/account").await.is(303);
    let door = ada.gets(answer.location()).await.is(200).page();
    assert!(door.text("main").contains(words), "{}", door.text("main"));
    let front = ada.gets("/").await.is(200).page();
    assert!(!front.has("main a[href='/account']"), "{}", front.text("main"));
}
