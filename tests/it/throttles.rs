//! How often one may knock.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::support::actors::PASSWORD;
use crate::support::app::Server;
use crate::support::{Admin, Answer, App};

const WRONG: &str = "wrong wrong wrong wrong";
/// With this the tests of the account's throttle come from an address each.
const BEHIND_PROXY: [(&str, &str); 1] = [("GUESTLIST_TRUSTED_PROXIES", "127.0.0.1")];

/// A sign-in that comes from `address`, where this is believed.
async fn knock(server: &Server, email: &str, password: &str, address: &str) -> Answer {
    let request = server.browser().post("/admin/login", &[("email", email), ("password", password)]);
    request.header("X-Forwarded-For", address).await
}

fn failures(app: &App, reason: &str) -> i64 {
    app.db.number(&format!(
        "select count(*) from audit_entries where event = 'admin.sign_in_failed' and reason = '{reason}'"
    ))
}

/// Five wrong passwords, after which an account has to wait.
async fn exhaust(app: &App, kim: &Admin) {
    for n in 0..5 {
        knock(&app.server, &kim.email, WRONG, &format!("198.51.100.{n}")).await.is(401);
    }
}

fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers = answer.headers.clone();
    headers.retain(|(name, _)| !["date", "x-request-id"].contains(&name.to_ascii_lowercase().as_str()));
    headers.sort();
    (answer.status, headers, answer.text())
}

#[actix_web::test]
async fn of_a_hundred_wrong_passwords_at_once_five_are_looked_at() {
    let app = App::with(&BEHIND_PROXY).await;
    let kim = app.admin_at_the_door("Kim Lee");
    let sam = app.admin_at_the_door("Sam Quick");
    let addresses: Vec<String> = (0..100).map(|n| format!("198.51.100.{n}")).collect();
    let answers = join_all(addresses.iter().map(|address| knock(&app.server, &kim.email, WRONG, address))).await;
    for answer in &answers {
        assert!([401, 503].contains(&answer.status), "{}", answer.status);
        if answer.status == 503 {
            assert!(answer.header("retry-after").is_some());
        }
    }
    assert!(answers.iter().any(|answer| answer.status == 401));
    let evaluated = failures(&app, "wrong password");
    assert!((1..=5).contains(&evaluated), "{evaluated} were evaluated");
    // The right one is refused as well, and another account is not concerned.
    knock(&app.server, &kim.email, PASSWORD, "198.51.100.200").await.is(401);
    knock(&app.server, &sam.email, PASSWORD, "198.51.100.1").await.is(303);
    assert_eq!(failures(&app, "wrong password"), evaluated);
    assert_eq!(app.db.number("select count(*) from admin_sessions"), 1);
}

#[actix_web::test]
async fn while_an_account_waits_right_wrong_and_unknown_get_the_same_answer() {
    let app = App::with(&BEHIND_PROXY).await;
    let kim = app.admin_at_the_door("Kim Lee");
    let unknown = "kim.lea@desk.example";
    exhaust(&app, &kim).await;
    let right = knock(&app.server, &kim.email, PASSWORD, "198.51.100.9").await;
    let wrong = knock(&app.server, &kim.email, WRONG, "198.51.100.9").await;
    let nobody = knock(&app.server, unknown, WRONG, "198.51.100.9").await;
    assert_eq!(comparable(&right), comparable(&wrong));
    let mut right = comparable(&right);
    right.2 = right.2.replace(&kim.email, unknown);
    assert_eq!(right, comparable(&nobody));
    assert_eq!(failures(&app, "too many attempts"), 2);
    // An address that nobody has waits like one that somebody has.
    for n in 0..6 {
        knock(&app.server, unknown, WRONG, &format!("198.51.100.{}", 20 + n)).await.is(401);
    }
    assert_eq!(failures(&app, "too many attempts"), 4, "the unknown account's seventh and sixth attempt, too");
}

#[actix_web::test]
async fn an_account_waits_by_whatever_spelling_and_after_a_restart() {
    let app = App::with(&BEHIND_PROXY).await;
    let kim = app.admin_at_the_door("Kim Lee");
    for (n, spelling) in [
        "kim.lee@desk.example",
        "KIM.LEE@desk.example",
        " kim.lee@DESK.example ",
        "ｋｉｍ.lee@desk.example",
        "Kim.Lee@desk.example",
    ]
    .into_iter()
    .enumerate()
    {
        knock(&app.server, spelling, WRONG, &format!("198.51.100.{n}")).await.is(401);
    }
    let another = app.another(&BEHIND_PROXY);
    for (n, server) in [&app.server, &another].into_iter().enumerate() {
        knock(server, &kim.email, PASSWORD, &format!("203.0.113.{n}")).await.is(401);
    }
    assert_eq!(failures(&app, "wrong password"), 5);
    assert_eq!(failures(&app, "too many attempts"), 2);
}

#[actix_web::test]
async fn waiting_always_helps_and_success_forgets() {
    let app = App::with(&BEHIND_PROXY).await;
    let kim = app.admin_at_the_door("Kim Lee");
    exhaust(&app, &kim).await;
    knock(&app.server, &kim.email, PASSWORD, "198.51.100.9").await.is(401);
    let longest = app.db.number("select extract(epoch from max(blocked_until) - now())::bigint from throttles");
    assert!((20..=30).contains(&longest), "the first wait is half a minute, not {longest} s");
    // Half a minute later.
    app.db.run("update throttles set blocked_until = now() - interval '1 second' where blocked_until is not null");
    knock(&app.server, &kim.email, PASSWORD, "198.51.100.9").await.is(303);
    for n in 0..4 {
        knock(&app.server, &kim.email, WRONG, &format!("198.51.100.{}", 30 + n)).await.is(401);
    }
    knock(&app.server, &kim.email, PASSWORD, "198.51.100.9").await.is(303);
    // However long somebody knocks, nobody is kept out for more than a quarter of an hour.
    exhaust(&app, &kim).await;
    app.db.run("update throttles set attempts = 1000, blocked_until = null where blocked_until is not null");
    knock(&app.server, &kim.email, WRONG, "198.51.100.40").await.is(401);
    let longest = app.db.number("select extract(epoch from max(blocked_until) - now())::bigint from throttles");
    assert!(longest <= 900, "{longest} s");
}

#[actix_web::test]
async fn the_twenty_first_attempt_from_one_address_within_a_minute_is_told_to_wait() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    for n in 0..20 {
        // Said of another address each time: nobody is believed who is no trusted proxy.
        knock(&app.server, &format!("nobody{n}@x.example"), WRONG, &format!("203.0.113.{n}")).await.is(401);
    }
    for (email, password) in [("nobody@x.example", WRONG), (&kim.email, WRONG), (&kim.email, PASSWORD)] {
        let answer = knock(&app.server, email, password, "203.0.113.99").await.is(429);
        let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert!(answer.page().text("main").contains("Too many attempts"));
    }
    let htmx =
        app.browser().speaking(true).post("/admin/login", &[("email", &kim.email), ("password", PASSWORD)]).await;
    assert!(htmx.is(429).partial("#messages").inner.contains("Too many attempts"));
    assert_eq!(failures(&app, "wrong password"), 20, "the others were not looked at");
    app.db.run("update throttles set window_started_at = window_started_at - interval '61 seconds'");
    kim.signs_in(PASSWORD).await.is(303);
    let addresses = app.db.texts("select distinct address from audit_entries where address is not null");
    assert_eq!(addresses, ["127.0.0.1"], "the log names the peer");
}

#[actix_web::test]
async fn behind_a_trusted_proxy_the_rightmost_hop_that_is_not_trusted_counts() {
    let variables = [("GUESTLIST_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")];
    let app = App::with(&variables).await;
    let kim = app.admin_at_the_door("Kim Lee");
    for (forwarded, address) in [
        ("198.51.100.7", "198.51.100.7"),
        ("1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, 10.1.2.3", "198.51.100.7"),
        ("1.2.3.4, 198.51.100.7, 10.1.2.3, 10.9.9.9", "198.51.100.7"),
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("garbage", "127.0.0.1"),
        ("198.51.100.7, garbage", "127.0.0.1"),
        ("198.51.100.7, 10.1.2.3:4711", "198.51.100.7"),
        ("é, 198.51.100.7", "198.51.100.7"),
        ("", "127.0.0.1"),
    ] {
        app.db.run("delete from throttles");
        knock(&app.server, &kim.email, WRONG, forwarded).await.is(401);
        let recorded = app.db.text("select address from audit_entries order by id desc limit 1");
        assert_eq!(recorded, address, "{forwarded:?}");
    }
    // A subscriber has a /64 to himself: all of it is one address.
    app.db.run("delete from throttles");
    for n in 0..20 {
        knock(&app.server, &format!("nobody{n}@x.example"), WRONG, &format!("2001:db8:0:1::{n}")).await.is(401);
    }
    knock(&app.server, &kim.email, PASSWORD, "2001:db8:0:1:ffff::1").await.is(429);
    knock(&app.server, &kim.email, PASSWORD, "2001:db8:0:2::1").await.is(303);
}

#[actix_web::test]
async fn the_database_keeps_no_address_of_those_who_knocked_in_clear() {
    let app = App::with(&BEHIND_PROXY).await;
    knock(&app.server, "secretive@x.example", WRONG, "198.51.100.77").await.is(401);
    let stored = app.db.texts("select throttles::text from throttles").join("\n");
    assert!(!stored.contains("secretive") && !stored.contains("198.51.100.77"), "{stored}");
    assert_eq!(app.db.number("select count(*) from throttles where length(key) <> 32"), 0);
}

/// The gate before argon2: while it is full, others are answered at once, and nobody waits for more than 2.5 s.
#[actix_web::test]
async fn many_sign_ins_at_once_slow_down_nobody_else() {
    let app = App::with(&BEHIND_PROXY).await;
    let knocking = (0..60).map(|n| {
        let server = &app.server;
        async move {
            let begun = Instant::now();
            let answer = knock(server, &format!("nobody{n}@x.example"), WRONG, &format!("198.51.{n}.1")).await;
            (answer, begun.elapsed())
        }
    });
    let looking = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..40 {
            let begun = Instant::now();
            app.browser().get("/livez").await.is(200);
            slowest = slowest.max(begun.elapsed());
        }
        slowest
    };
    let (answers, slowest) = tokio::join!(join_all(knocking), looking);
    for (answer, took) in &answers {
        assert!([401, 503].contains(&answer.status), "{}", answer.status);
        assert!(*took < Duration::from_secs(4), "{took:?}");
        if answer.status == 503 {
            let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=5).contains(&wait));
        }
    }
    assert!(slowest < Duration::from_millis(500), "somebody else waited for {slowest:?}");
}
