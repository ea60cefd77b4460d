//! `GET` and `POST /admin/setup/{token}`

use actix_web::http::Method;
use futures_util::future::join_all;
use guestlist::admins::offer_setup;
use guestlist::audit::Occasion;
use guestlist::web::tokens::new_token;

use crate::support::actors::PASSWORD;
use crate::support::{Answer, App, Browser};

const FIRST: [(&str, &str); 3] = [("full_name", "Kim Lee"), ("email", "Kim@Desk.example"), ("password", PASSWORD)];

/// The address of a link, as a start prints it.
fn link(app: &App) -> String {
    let token = new_token().unwrap();
    assert!(offer_setup(&mut app.db.conn(), &token, &Occasion::system("start")).unwrap());
    format!("/admin/setup/{token}")
}

fn admins(app: &App) -> i64 {
    app.db.number("select count(*) from admins")
}

fn with<'a>(name: &str, value: &'a str) -> Vec<(&'static str, &'a str)> {
    FIRST.into_iter().map(|(own, usual)| (own, if own == name { value } else { usual })).collect()
}

#[actix_web::test]
async fn the_first_admin_is_made_once_and_signed_in() {
    let app = App::start().await;
    let link = link(&app);
    let browser = app.browser();
    let page = browser.get(&link).await.is(200).page();
    assert_eq!(page.title(), "Set up · Guestlist");
    let tokens = |name: &str| page.attribute(&format!("#{name}"), "autocomplete").unwrap();
    assert_eq!(["full_name", "email", "password"].map(tokens), ["name", "username", "new-password"]);
    assert_eq!(page.attribute("#password", "type").as_deref(), Some("password"));
    let mut form = page.form("main form");
    for (name, value) in FIRST {
        form = form.filled(name, value);
    }
    assert_eq!(form.action, link);
    let answer = browser.post(&form.action, &form.pairs()).await.is(303);
    assert_eq!(answer.location(), "/admin/developers");
    let desk = browser.get("/admin/developers").await.is(200).page();
    assert!(desk.text("#account").contains("Kim@Desk.example"), "shown as it was typed");
    let made = app.db.text("select concat_ws('|', email, mailbox, full_name) from admins");
    assert_eq!(made, "Kim@Desk.example|kim@desk.example|Kim Lee");
    let entries = app.entries();
    let entry = entries.iter().find(|entry| entry.event.as_str() == "admin.created").unwrap();
    assert_eq!((entry.subject_name.as_str(), entry.subject_email.as_str()), ("Kim Lee", "Kim@Desk.example"));
    assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
    assert_eq!(app.db.number("select count(*) from setup_links"), 0);

    // The same link leads to the sign-in page from now on, with a message.
    let other = app.browser();
    for posts in [false, true] {
        let answer = if posts { other.post(&link, &FIRST).await } else { other.get(&link).await };
        assert_eq!(answer.is(303).location(), "/admin/login");
        let door = other.get("/admin/login").await.is(200).page();
        assert!(door.text("#messages").contains("Guestlist is set up already"), "{}", door.text("#messages"));
    }
    assert_eq!(admins(&app), 1);
}

#[actix_web::test]
async fn looking_at_the_link_does_not_use_it_up() {
    let app = App::start().await;
    let link = link(&app);
    for _ in 0..3 {
        app.browser().get(&link).await.is(200);
        app.browser().request(Method::HEAD, &link).await.is(200);
        app.browser().post(&link, &with("password", "short")).await.is(422);
    }
    app.browser().post(&link, &FIRST).await.is(303);
    assert_eq!(admins(&app), 1);
}

#[actix_web::test]
async fn every_instance_has_a_link_and_the_first_use_ends_them_all() {
    let app = App::start().await;
    let links = [link(&app), link(&app), link(&app)];
    for link in &links {
        app.browser().get(link).await.is(200);
    }
    app.browser().post(&links[1], &FIRST).await.is(303);
    for link in &links {
        assert_eq!(app.browser().get(link).await.is(303).location(), "/admin/login");
    }
    let late = offer_setup(&mut app.db.conn(), &new_token().unwrap(), &Occasion::system("start"));
    assert!(!late.unwrap(), "where there is an admin no link is offered");
}

#[actix_web::test]
async fn of_several_people_who_use_the_link_at_once_one_becomes_admin() {
    let app = App::start().await;
    let links = [link(&app), link(&app)];
    let people: Vec<(Browser, String)> = (0..6).map(|n| (app.browser(), format!("kim{n}@desk.example"))).collect();
    let posting = people
        .iter()
        .enumerate()
        .map(async |(n, (browser, email))| -> Answer { browser.post(&links[n % 2], &with("email", email)).await });
    let answers = join_all(posting).await;
    let to_desk = answers.iter().filter(|answer| answer.status == 303 && answer.location() == "/admin/developers");
    assert_eq!(to_desk.count(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.status == 303), "{answers:?}");
    assert_eq!(admins(&app), 1);
    assert_eq!(app.db.number("select count(*) from admin_sessions"), 1);
    assert_eq!(app.db.number("select count(*) from audit_entries where event = 'admin.created'"), 1);
}

#[actix_web::test]
async fn a_link_that_never_was_one_is_not_found() {
    let app = App::start().await;
    let real = link(&app);
    let wrong = format!("{}x", &real[..real.len() - 1]);
    let shorter = &real[..real.len() - 1];
    let other_case = real.to_uppercase().replace("/ADMIN/SETUP/", "/admin/setup/");
    for path in [
        wrong.as_str(),
        shorter,
        &other_case,
        "/admin/setup/x",
        "/admin/setup/%00",
        "/admin/setup/%ff",
        "/admin/setup/..%2f",
    ] {
        app.browser().get(path).await.is(404);
        app.browser().post(path, &FIRST).await.is(404);
    }
    assert_eq!(admins(&app), 0);
}

#[actix_web::test]
async fn what_cannot_be_taken_comes_back_but_for_the_password() {
    let app = App::start().await;
    let link = link(&app);
    for (field, bad) in [
        ("full_name", ""),
        ("full_name", "a\u{7}b"),
        ("email", ""),
        ("email", "kim"),
        ("email", "kim@desk@example"),
        ("email", "kim @desk.example"),
        ("password", ""),
        ("password", "short"),
    ] {
        let page = app.browser().post(&link, &with(field, bad)).await.is(422).page();
        assert!(page.title().starts_with("Error: "), "{}", page.title());
        assert_eq!(page.attributes(".errors a", "href"), [format!("#{field}")]);
        assert_eq!(page.texts(".errors a"), [page.text(&format!("#{field}-error"))], "the same words there");
        for (name, value) in with(field, bad) {
            let expected = if name == "password" { "" } else { value };
            assert_eq!(page.attribute(&format!("#{name}"), "value").as_deref(), Some(expected), "{name}");
        }
    }
    let page = app.browser().post(&link, &[]).await.is(422).page();
    assert_eq!(page.attributes(".errors a", "href"), ["#full_name", "#email", "#password"]);
    assert_eq!(admins(&app), 0);
}

#[actix_web::test]
async fn passwords_that_are_guessed_first_are_refused() {
    let app = App::start().await;
    let link = link(&app);
    let long = "x".repeat(129);
    let cyrillic = "ж".repeat(129);
    let bad = [
        "",
        " ",
        "a",
        "password",
        "12345678",
        "Tr0ub4dor&3",
        "fourteen chars",
        "ééééééééééééé",
        "correct horse",
        "P@ssw0rd!P@ss",
        "aaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "               ",
        "...............",
        "111111111111111111",
        "abababababababab",
        "abcabcabcabcabcabc",
        "123123123123123123",
        "passwordpassword",
        "passwordpasswordpassword",
        "password12345678",
        "Password12345678!",
        "123456789012345",
        "1234567890123456",
        "987654321098765432",
        "abcdefghijklmnop",
        "abcdefghijklmnopqrstuvwxyz",
        "zyxwvutsrqponmlk",
        "qwertyuiopasdfgh",
        "qwertyuiopasdfghjkl",
        "qwerty1234567890",
        "asdfghjklasdfghjkl",
        "1qaz2wsx3edc4rfv",
        "letmeinletmeinletmein",
        "iloveyouiloveyou",
        "adminadminadminadmin",
        "guestlistguestlist",
        "Guestlist12345678",
        "guestlist-guestlist",
        "GUESTLISTGUESTLIST",
        "Kim Lee Kim Lee Kim Lee",
        "kimleekimleekimlee",
        "kim@desk.example",
        "Kim@Desk.example1",
        "kim.lee.desk.example",
        "deskexampledeskexample",
        "leekimguestlist",
        "KimLeeGuestlist1",
        &long,
        &cyrillic,
    ];
    assert_eq!(bad.len(), 50);
    for password in bad {
        let answer = app.browser().post(&link, &with("password", password)).await;
        assert_eq!(answer.status, 422, "{password:?} was taken");
        assert_eq!(answer.page().attributes(".errors a", "href"), ["#password"], "{password:?}");
        assert!(password.len() < 5 || !answer.text().contains(&format!("value=\"{password}\"")));
    }
    assert_eq!(admins(&app), 0);
}

#[actix_web::test]
async fn long_passwords_of_any_letters_are_taken_whole() {
    // 128 letters that do not repeat themselves.
    let longest: String = (0..128_u32).filter_map(|n| char::from_u32(0x4e00 + n * 37 % 5_000)).collect();
    for (n, good) in
        ["fünfzehn Zeichn", "пять тихих зелёных лодок", &longest, " spaces around are kept  "].into_iter().enumerate()
    {
        let app = App::start().await;
        let link = link(&app);
        let answer = app.browser().post(&link, &with("password", good)).await;
        assert_eq!(answer.status, 303, "{n}: {good:?} {}", answer.text());
        let sign_in = async |password: &str| {
            app.browser().post("/admin/login", &[("email", "kim@desk.example"), ("password", password)]).await.status
        };
        assert_eq!(sign_in(good).await, 303, "{good:?}");
        let mut shorter: Vec<char> = good.chars().collect();
        shorter.pop();
        assert_eq!(sign_in(&shorter.iter().collect::<String>()).await, 401, "the last character counts: {good:?}");
    }
}

#[actix_web::test]
async fn what_is_stored_is_a_hash_of_todays_parameters() {
    let app = App::start().await;
    app.browser().post(&link(&app), &FIRST).await.is(303);
    let hash = app.db.text("select password_hash from admins");
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
}

#[actix_web::test]
async fn the_page_with_the_token_tells_nobody_of_it() {
    let app = App::start().await;
    let link = link(&app);
    let answer = app.browser().get(&link).await.is(200);
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let page = answer.page();
    for href in page.attributes("[href]", "href").into_iter().chain(page.attributes("[src]", "src")) {
        assert!(href.starts_with('/') && !href.starts_with("//") || href.starts_with('#'), "{href} leads outside");
    }
}

#[actix_web::test]
async fn before_there_is_an_admin_the_door_says_how_to_make_one() {
    let app = App::start().await;
    link(&app);
    let page = app.browser().get("/admin/login").await.is(200).page();
    let text = page.text("main");
    assert!(text.contains("no admin yet") && text.contains("link"), "{text}");
    app.admin_at_the_door("Kim Lee");
    let page = app.browser().get("/admin/login").await.is(200).page();
    assert!(page.has("#email") && !page.text("main").contains("no admin yet"));
}
