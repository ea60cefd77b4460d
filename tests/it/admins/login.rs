//! `GET` and `POST /admin/login`

use actix_web::http::Method;

use crate::support::actors::PASSWORD;
use crate::support::{Answer, App};

/// What a stranger can compare: all but what differs between any two answers.
fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers = answer.headers.clone();
    headers.retain(|(name, _)| !["date", "x-request-id"].contains(&name.to_ascii_lowercase().as_str()));
    headers.sort();
    (answer.status, headers, answer.text())
}

#[actix_web::test]
async fn whoever_knows_the_password_comes_in_and_is_recorded() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    let page = kim.browser.get("/admin/login").await.is(200).page();
    assert_eq!(page.title(), "Sign in · Guestlist");
    let tokens = |name: &str| page.attribute(&format!("#{name}"), "autocomplete").unwrap();
    assert_eq!(["email", "password"].map(tokens), ["username", "current-password"]);
    let form = page.form("main form").filled("email", &kim.email).filled("password", PASSWORD);
    let answer = kim.browser.post(&form.action, &form.pairs()).await.is(303);
    assert_eq!(answer.location(), "/admin/developers");
    kim.gets("/admin/developers").await.is(200);
    let entries = app.entries();
    let entry = entries.last().unwrap();
    assert_eq!((entry.event.as_str(), entry.actor_name.as_str()), ("admin.signed_in", "Kim Lee"));
    assert_eq!((entry.actor_kind.as_str(), entry.actor_email.as_str()), ("admin", kim.email.as_str()));
    assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
    assert_eq!(entry.address.as_deref(), Some("127.0.0.1"));
}

#[actix_web::test]
async fn every_spelling_of_the_mailbox_is_the_same_account() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    for spelling in
        ["KIM.LEE@DESK.EXAMPLE", " kim.lee@desk.example ", "ｋｉｍ.lee@desk.example", "Kim.Lee@desk.EXAMPLE"]
    {
        let answer = app.browser().post("/admin/login", &[("email", spelling), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{spelling}");
    }
    assert_eq!(app.db.number("select count(*) from admin_sessions"), 4);
    assert!(!kim.email.is_empty());
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    let unknown = "kim.lea@desk.example";
    for htmx in [false, true] {
        let sign_in = async |email: &str, password: &str| {
            app.browser().speaking(htmx).post("/admin/login", &[("email", email), ("password", password)]).await
        };
        let wrong = sign_in(&kim.email, "wrong wrong wrong wrong").await.is(401);
        let nobody = sign_in(unknown, "wrong wrong wrong wrong").await.is(401);
        let (mut wrong, nobody) = (comparable(&wrong), comparable(&nobody));
        wrong.2 = wrong.2.replace(&kim.email, unknown);
        assert_eq!(wrong, nobody);
    }
    let page = app.browser().post("/admin/login", &[("email", unknown), ("password", "x")]).await.is(401).page();
    assert!(page.title().starts_with("Error: "), "{}", page.title());
    assert!(page.text(".errors").contains("Email or password is wrong"));
    assert_eq!(page.attribute("#email", "value").as_deref(), Some(unknown), "the address is kept");
    assert_eq!(page.attribute("#password", "value").as_deref(), Some(""), "the password is not");
    assert_eq!(app.db.number("select count(*) from admin_sessions"), 0);
    let failed = app.db.texts(
        "select actor_kind || ' ' || subject_email || ' ' || reason from audit_entries \
        where event = 'admin.sign_in_failed' order by id",
    );
    let expected =
        [&kim.email, unknown, &kim.email, unknown, unknown].map(|email| format!("visitor {email} wrong password"));
    assert_eq!(failed, expected, "failures are recorded, and by the same words");
}

#[actix_web::test]
async fn what_is_no_address_or_no_password_is_refused_like_a_wrong_one() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    for (email, password) in [
        ("", ""),
        ("kim", PASSWORD),
        ("@", PASSWORD),
        ("kim.lee@desk.example\u{200b}", PASSWORD),
        (&kim.email, ""),
        (&kim.email, &format!("{PASSWORD} ")),
        (&kim.email, &PASSWORD.to_uppercase()),
    ] {
        let answer = app.browser().post("/admin/login", &[("email", email), ("password", password)]).await.is(401);
        assert!(answer.page().text(".errors").contains("Email or password is wrong"));
        app.db.run("delete from throttles");
    }
}

#[actix_web::test]
async fn no_address_signs_anybody_in_by_a_get() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    let query = format!("/admin/login?email={}&password={}", kim.email, PASSWORD.replace(' ', "+"));
    let answer = kim.browser.get(&query).await.is(200);
    assert!(answer.all("set-cookie").is_empty());
    kim.browser.request(Method::HEAD, &query).await.is(200);
    assert_eq!(kim.gets("/admin/developers").await.status, 303);
}

#[actix_web::test]
async fn a_hash_of_another_day_is_renewed_at_sign_in() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    // PASSWORD by m=8192, t=1, as an earlier version might have stored it.
    use argon2::password_hash::{PasswordHasher, SaltString};
    let params = argon2::Params::new(8_192, 1, 1, None).unwrap();
    let hasher = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let salt = SaltString::encode_b64(b"an old old salt!").unwrap();
    let old = hasher.hash_password(PASSWORD.as_bytes(), &salt).unwrap().to_string();
    app.db.run(&format!("update admins set password_hash = '{old}'"));
    kim.signs_in("wrong wrong wrong wrong").await.is(401);
    assert_eq!(app.db.text("select password_hash from admins"), old);
    kim.signs_in(PASSWORD).await.is(303);
    let renewed = app.db.text("select password_hash from admins");
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    kim.signs_in(PASSWORD).await.is(303);
    assert_eq!(app.db.text("select password_hash from admins"), renewed, "once");
}

#[actix_web::test]
async fn whoever_is_signed_in_need_not_sign_in() {
    let app = App::start().await;
    let kim = app.admin("Kim Lee").await;
    assert_eq!(kim.gets("/admin/login").await.is(303).location(), "/admin/developers");
    assert_eq!(kim.gets("/admin/login?next=%2Fadmin%2Factivity").await.is(303).location(), "/admin/activity");
}
