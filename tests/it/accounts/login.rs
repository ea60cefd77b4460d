//! `GET` and `POST /login`, `POST /logout`

use actix_web::http::Method;
use guestlist::developers::Status::{Approved, Rejected, Requested, Revoked};

use super::WRONG;
use crate::support::actors::PASSWORD;
use crate::support::{App, somebody};

#[actix_web::test]
async fn whoever_is_approved_comes_in_and_is_recorded() {
    for htmx in [false, true] {
        let app = App::start().await;
        let ada = app.developer_at_the_door(somebody("Ada Byron").now(Approved));
        let browser = ada.browser.speaking(htmx);
        let page = browser.get("/login").await.is(200).page();
        assert_eq!(page.title(), "Sign in · Guestlist");
        let tokens = |name: &str| page.attribute(&format!("#{name}"), "autocomplete").unwrap();
        assert_eq!(["email", "password"].map(tokens), ["username", "current-password"]);
        assert_eq!(page.attribute("#password", "type").as_deref(), Some("password"));
        let links = page.attributes("main a", "href");
        assert!(links.contains(&"/password/forgot".into()) && links.contains(&"/register".into()), "{links:?}");
        let form = page.form("main form").filled("email", &ada.person.email).filled("password", PASSWORD);
        let answer = browser.post(&form.action, &form.pairs()).await.is(303);
        assert_eq!(answer.location(), "/account");
        assert!(ada.is_in().await);
        let entry = app.events("developer.signed_in").pop().unwrap();
        assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("developer", "Ada Byron"));
        assert_eq!((entry.actor_email.as_str(), entry.subject_id), (ada.person.email.as_str(), Some(ada.person.id.0)));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        assert_eq!(entry.address.as_deref(), Some("127.0.0.1"));
        // Whoever is in need not sign in.
        assert_eq!(browser.get("/login").await.is(303).location(), "/account");
    }
}

#[actix_web::test]
async fn every_spelling_of_the_mailbox_is_the_same_account() {
    let app = App::start().await;
    app.developer_at_the_door(somebody("Ada Byron").at("ada@Bücher.example").now(Approved));
    for spelling in ["ADA@BÜCHER.example", " ada@xn--bcher-kva.example ", "ａｄａ@bücher.example"] {
        let answer = app.browser().post("/login", &[("email", spelling), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{spelling}");
    }
    assert_eq!(app.db.number("select count(*) from developer_sessions"), 3);
}

#[actix_web::test]
async fn with_the_right_password_the_state_is_told_in_words_and_nobody_comes_in() {
    for (status, words) in
        [(Requested, "waiting for approval"), (Rejected, "was not accepted"), (Revoked, "Your access was revoked")]
    {
        for htmx in [false, true] {
            let app = App::start().await;
            let ada = app.developer_at_the_door(somebody("Ada Byron").now(status));
            let browser = ada.browser.speaking(htmx);
            let fields = [("email", ada.person.email.as_str()), ("password", PASSWORD), ("next", "/account")];
            let answer = browser.post("/login", &fields).await.is(401);
            let page = answer.page();
            assert!(page.text(".errors").contains(words), "{}", page.text(".errors"));
            assert_eq!(page.title(), "Error: Sign in · Guestlist");
            assert_eq!(page.attribute("#email", "value"), Some(ada.person.email.clone()));
            assert_eq!(page.attribute("#password", "value").as_deref(), Some(""));
            assert!(!page.has(".errors form"), "where no proof is asked for, no link is offered");
            assert!(answer.all("set-cookie").is_empty(), "{:?}", answer.all("set-cookie"));
            assert_eq!(app.db.number("select count(*) from developer_sessions"), 0);
            assert!(!ada.is_in().await);
            let entry = app.events("developer.sign_in_failed").pop().unwrap();
            assert_eq!(entry.subject_id, Some(ada.person.id.0), "it was them");
            // The wrong one is told what everybody is told.
            let text = browser
                .post("/login", &[("email", &ada.person.email), ("password", WRONG)])
                .await
                .is(401)
                .page()
                .text(".errors");
            assert!(!text.contains(words) && text.contains("Email or password is wrong"), "{text}");
        }
    }
}

#[actix_web::test]
async fn who_has_to_prove_the_address_is_offered_a_link_that_comes() {
    for (status, words) in [(Approved, "Confirm your email address"), (Requested, "waiting for approval")] {
        let app = App::start().await;
        app.setting("verification", "always");
        let ada = app.developer_at_the_door(somebody("Ada Byron").now(status));
        let page = ada.signs_in(PASSWORD).await.is(401).page();
        assert!(page.text(".errors").contains(words), "{}", page.text(".errors"));
        assert_eq!(app.db.number("select count(*) from developer_sessions"), 0);
        let form = page.form(".errors form");
        assert_eq!(form.action, "/register/resend");
        ada.browser.post(&form.action, &form.pairs()).await.is(303);
        app.browser().post(&app.mail_to(&ada.person.email).path(), &[]).await.is(200);
        ada.signs_in(PASSWORD).await.is(if status == Approved { 303 } else { 401 });
        // A wrong password is told nothing of it.
        let page = ada.elsewhere(&app).signs_in(WRONG).await.is(401).page();
        assert!(!page.has(".errors form"));
    }
}

#[actix_web::test]
async fn nobody_can_tell_a_wrong_password_from_an_address_that_nobody_has() {
    let app = App::start().await;
    // As long as the known one, so that even the length can be compared.
    let like = |email: &str| email.replace(|c: char| c.is_ascii_lowercase(), "q");
    let mut known = Vec::new();
    for status in [Requested, Approved, Rejected, Revoked] {
        known.push(app.developer_at_the_door(somebody(&format!("Ada {status}")).now(status)).person.email);
    }
    // Imported people have no password yet.
    known.push(app.enters(somebody("Bo Imported").now(Approved).proven()).email);
    for htmx in [false, true] {
        let sign_in = async |email: &str, password: &str| {
            app.db.run("delete from throttles");
            app.browser().speaking(htmx).post("/login", &[("email", email), ("password", password)]).await.is(401)
        };
        for email in &known {
            let unknown = like(email);
            let nobody = sign_in(&unknown, WRONG).await.comparable();
            for password in [WRONG, "", "x"] {
                let mut wrong = sign_in(email, password).await.comparable();
                wrong.2 = wrong.2.replace(email, &unknown);
                assert_eq!(wrong, nobody, "{email}");
            }
        }
        let none = sign_in(&known[4], PASSWORD).await;
        assert!(none.page().text(".errors").contains("Email or password is wrong"));
    }
    assert_eq!(app.db.number("select count(*) from developer_sessions"), 0);
    let failed = app.events("developer.sign_in_failed");
    assert_eq!(failed.len(), 42, "each is recorded");
    for entry in failed {
        let words = (entry.actor_kind.as_str(), entry.reason.as_str(), entry.subject_id);
        assert_eq!(words, ("visitor", "wrong password", None), "and by the same words");
    }
}

#[actix_web::test]
async fn what_is_no_address_is_refused_like_a_wrong_one() {
    let app = App::start().await;
    let ada = app.developer_at_the_door(somebody("Ada Byron").now(Approved));
    for (email, password) in [
        ("", ""),
        ("ada", PASSWORD),
        ("@", PASSWORD),
        (&ada.person.email, ""),
        (&ada.person.email, &format!("{PASSWORD} ")),
        (&ada.person.email, &PASSWORD.to_uppercase()),
    ] {
        let answer = app.browser().post("/login", &[("email", email), ("password", password)]).await.is(401);
        assert!(answer.page().text(".errors").contains("Email or password is wrong"));
        app.db.run("delete from throttles");
    }
}

#[actix_web::test]
async fn no_address_signs_anybody_in_by_a_get() {
    let app = App::start().await;
    let ada = app.developer_at_the_door(somebody("Ada Byron").now(Approved));
    let query = format!("/login?email={}&password={}", ada.person.email, PASSWORD.replace(' ', "+"));
    let answer = ada.gets(&query).await.is(200);
    assert!(answer.all("set-cookie").is_empty() && !answer.text().contains(PASSWORD));
    ada.browser.request(Method::HEAD, &query).await.is(200);
    assert!(!ada.is_in().await);
}

#[actix_web::test]
async fn another_site_signs_nobody_in_or_out() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let fields = [("email", ada.person.email.as_str()), ("password", PASSWORD)];
    for (name, value) in [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")] {
        let stranger = app.browser();
        let answer = stranger.post("/login", &fields).header(name, value).await.is(403);
        assert!(answer.all("set-cookie").is_empty());
        ada.browser.post("/logout", &[]).header(name, value).await.is(403);
    }
    assert!(ada.is_in().await);
    assert_eq!(app.db.number("select count(*) from developer_sessions"), 1);
}

#[actix_web::test]
async fn pages_of_this_program_are_gone_to_and_no_others() {
    let app = App::start().await;
    let ada = app.developer_at_the_door(somebody("Ada Byron").now(Approved));
    for (next, expected) in [
        ("/account?x=a%20b", "/account?x=a%20b"),
        ("/", "/"),
        ("", "/account"),
        ("https://evil.example", "/account"),
        ("//evil.example", "/account"),
        ("/\\evil.example", "/account"),
        ("/\t/evil.example", "/account"),
        ("javascript:alert(1)", "/account"),
        ("/account\r\nSet-Cookie: x=1", "/account"),
        ("%2f%2fevil.example", "/account"),
    ] {
        app.db.run("delete from throttles");
        let browser = app.browser();
        let encoded: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let door = browser.get(&format!("/login?next={encoded}")).await.is(200).page();
        assert_eq!(door.has("input[name='next']"), expected == next, "{next:?}");
        let fields = [("email", ada.person.email.as_str()), ("password", PASSWORD), ("next", next)];
        let answer = browser.post("/login", &fields).await.is(303);
        assert_eq!(answer.location(), expected, "{next:?}");
        assert_eq!(answer.all("set-cookie").len(), 1, "{next:?}");
        assert_eq!(browser.get(&format!("/login?next={encoded}")).await.is(303).location(), expected, "{next:?}");
        // A refused sign-in keeps the way.
        let fields = [("email", ada.person.email.as_str()), ("password", WRONG), ("next", next)];
        let page = app.browser().post("/login", &fields).await.is(401).page();
        assert_eq!(page.has("input[name='next']"), expected == next, "{next:?}");
    }
    let answer = app.browser().get("/account?x=1").await.is(303);
    assert_eq!(answer.location(), "/login?next=%2Faccount%3Fx%3D1");
}

#[actix_web::test]
async fn signing_out_ends_the_session_on_the_server() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let elsewhere = ada.elsewhere(&app);
    elsewhere.signs_in(PASSWORD).await.is(303);
    let cookie = ada.browser.cookie("developer").unwrap();
    let page = ada.gets("/account").await.is(200).page();
    let form = page.form("form[action='/logout']");
    let answer = ada.browser.post(&form.action, &form.pairs()).await.is(303);
    assert_eq!(answer.location(), "/login");
    assert_eq!(answer.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert_eq!(ada.browser.cookie("developer"), None, "the cookie is taken away");
    ada.browser.jar.borrow_mut().insert("developer".into(), cookie);
    assert!(!ada.is_in().await, "the old cookie opens nothing");
    assert!(elsewhere.is_in().await, "the other browser goes on");
    let entry = app.events("developer.signed_out").pop().unwrap();
    assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("developer", "Ada Byron"));
    for method in [Method::GET, Method::HEAD] {
        elsewhere.browser.request(method, "/logout").await.is(405);
    }
    assert!(elsewhere.is_in().await, "a GET signs nobody out");
    // A stranger leaves no entry.
    assert_eq!(app.browser().post("/logout", &[]).await.is(303).location(), "/login");
    assert_eq!(app.events("developer.signed_out").len(), 1);
}

#[actix_web::test]
async fn a_hash_of_another_day_is_renewed_at_sign_in() {
    use argon2::password_hash::{PasswordHasher, SaltString};
    let app = App::start().await;
    let ada = app.developer_at_the_door(somebody("Ada Byron").now(Approved));
    let params = argon2::Params::new(8_192, 1, 1, None).unwrap();
    let hasher = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let salt = SaltString::encode_b64(b"an old old salt!").unwrap();
    let old = hasher.hash_password(PASSWORD.as_bytes(), &salt).unwrap().to_string();
    app.db.run(&format!("update developer_passwords set password_hash = '{old}'"));
    ada.signs_in(WRONG).await.is(401);
    assert_eq!(app.db.text("select password_hash from developer_passwords"), old);
    ada.signs_in(PASSWORD).await.is(303);
    let renewed = app.db.text("select password_hash from developer_passwords");
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
}
