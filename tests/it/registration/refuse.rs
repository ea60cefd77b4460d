//! What `POST /register` does not take, and who is not heard.

use super::{sign_up, traces};
use crate::support::App;

const ADA: &str = "ada@engine.example";

#[actix_web::test]
async fn what_cannot_be_taken_comes_back_but_for_the_password() {
    let app = App::start().await;
    let before = traces(&app);
    let long = |n: usize| "ж".repeat(n);
    let (long_name, long_text, long_local) = (long(201), long(2_001), format!("{}@x.example", "a".repeat(65)));
    let long_address = format!("a@{}.example", ["b".repeat(63).as_str(); 4].join("."));
    for (field, bad) in [
        ("full_name", ""),
        ("full_name", "   "),
        ("full_name", "Ada\nByron"),
        ("full_name", "Ada\u{7}"),
        ("full_name", &long_name),
        ("email", ""),
        ("email", "ada"),
        ("email", "ada@engine@example"),
        ("email", "ada engine@x.example"),
        ("email", "ada@x.example\r\nBcc: all@x.example"),
        ("email", "Ada <ada@x.example>"),
        ("email", "ada@x.example, bo@x.example"),
        ("email", &long_local),
        ("email", &long_address),
        ("organization", &long_name),
        ("purpose", &long_text),
        ("purpose", "bell\u{7}"),
        ("password", ""),
        ("password", "short"),
        ("password", "fourteen chars"),
        ("password", &"x".repeat(129)),
        ("password", "passwordpassword"),
        ("password", "Ada Byron Ada Byron"),
        ("password", "ada@engine.example"),
        ("password", "engines & co engines"),
        ("password", "guestlistguestlist"),
        ("password", "qwertyuiopasdfgh"),
        ("terms", ""),
    ] {
        for htmx in [false, true] {
            let form = sign_up(ADA).with(field, bad);
            let answer = form.in_browser(&app.browser().speaking(htmx)).await;
            assert_eq!(answer.status, 422, "{field}: {bad:?}");
            let page = answer.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            assert_eq!(page.attributes(".errors a", "href"), [format!("#{field}")], "{field}: {bad:?}");
            assert_eq!(page.texts(".errors a"), [page.text(&format!("#{field}-error"))], "the same words there");
            assert_eq!(page.attribute(&format!("#{field}"), "aria-invalid").as_deref(), Some("true"));
            let described = page.attribute(&format!("#{field}"), "aria-describedby").unwrap();
            assert!(described.split(' ').any(|id| id == format!("{field}-error")), "{described}");
            for name in ["full_name", "email", "organization"] {
                let kept = page.attribute(&format!("#{name}"), "value").unwrap();
                let expected = form.value(name).replace(['\r', '\n'], "");
                assert_eq!(kept.replace(['\r', '\n'], ""), expected, "{name}");
            }
            let kept = page.form("main form").fields.into_iter().find(|(name, _)| name == "purpose").unwrap().1;
            assert_eq!(kept.replace('\r', ""), form.value("purpose").replace('\r', ""));
            assert_eq!(page.attribute("#password", "value").as_deref(), Some(""));
            assert_eq!(page.has("#terms[checked]"), field != "terms", "a tick is kept");
            assert!(answer.all("set-cookie").is_empty(), "{:?}", answer.all("set-cookie"));
            if field == "password" && bad.len() > 5 {
                assert!(!answer.text().contains(bad) || [ADA, "engines & co engines"].contains(&bad), "{bad:?}");
            }
        }
    }
    let page = app.browser().post("/register", &[]).await.is(422).page();
    assert_eq!(page.attributes(".errors a", "href"), ["#full_name", "#email", "#password", "#terms"]);
    assert_eq!(traces(&app), before, "nothing is kept, and nothing counts as a sign-up");
}

#[actix_web::test]
async fn the_longest_texts_are_taken() {
    let app = App::start().await;
    let (name, text) = ("Ж".repeat(200), "ж".repeat(2_000));
    let email = format!("{}@engine.example", "a".repeat(64));
    let form = sign_up(&email).with("full_name", &name).with("organization", &name).with("purpose", &text);
    form.sent(&app).await.is(303);
    let stored = app.db.text("select concat(full_name, organization, purpose) from developers");
    assert_eq!(stored, format!("{name}{name}{text}"));
    sign_up("bo@engine.example").with("organization", "").with("purpose", "").sent(&app).await.is(303);
    assert_eq!(app.db.number("select count(*) from developers"), 2);
}

/// Whatever keeps a program out must not tell it so.
#[actix_web::test]
async fn a_program_is_answered_like_a_person_and_nothing_is_kept() {
    let app = App::start().await;
    app.admin_at_the_door("Kim Lee");
    let person = sign_up("somebody@engine.example").sent(&app).await.is(303);
    let before = traces(&app);
    for htmx in [false, true] {
        let browser = app.browser().speaking(htmx);
        let trapped = sign_up(ADA).with("website", "https://spam.example").in_browser(&browser).await;
        assert_eq!(trapped.comparable(), person.comparable());
        let next = browser.speaking(false).get("/register/received").await.is(200).page();
        assert!(next.text("main").contains("What happens next"));
    }
    assert_eq!(traces(&app), before);
    // Forms that a person could have sent: long open, without the field, with one that says nothing.
    let ago = |ms: i64| (chrono::Utc::now() - chrono::TimeDelta::milliseconds(ms)).timestamp_millis().to_string();
    for (n, started) in
        [ago(500), ago(86_400_000), ago(-60_000), String::new(), "x".into(), "9".repeat(40)].iter().enumerate()
    {
        sign_up(&format!("ada{n}@engine.example")).with("started", started).sent(&app).await.is(303);
    }
    sign_up(ADA).with("website", "").sent(&app).await.is(303);
    assert_eq!(app.db.number("select count(*) from developers"), 8);
}

#[actix_web::test]
async fn who_is_quicker_than_a_person_is_answered_like_one_and_nothing_is_kept() {
    let app = App::start().await;
    let person = sign_up("somebody@engine.example").sent(&app).await.is(303);
    // On a busy machine even a program may need as long as a person: it tries again.
    for n in 0..20 {
        app.db.run("delete from throttles");
        let before = traces(&app);
        let now = chrono::Utc::now().timestamp_millis().to_string();
        let answer = sign_up(&format!("ada{n}@engine.example")).with("started", &now).sent(&app).await;
        assert_eq!(answer.comparable(), person.comparable());
        if traces(&app) == before {
            return;
        }
    }
    panic!("no form was filled in too quickly");
}

#[actix_web::test]
async fn while_registration_is_closed_the_page_says_so_and_nothing_is_kept() {
    let app = App::start().await;
    app.setting("registration", "off");
    let before = traces(&app);
    for htmx in [false, true] {
        let browser = app.browser().speaking(htmx);
        let page = browser.get("/register").await.is(200).page();
        assert_eq!(page.text("h1"), "Registration is closed");
        assert!(!page.has("form[action='/register']"));
        let answer = sign_up(ADA).in_browser(&browser).await;
        assert!(answer.text().contains("Registration is closed"), "{}", answer.text());
        assert!(answer.status < 500 && answer.all("set-cookie").is_empty());
    }
    let front = app.browser().get("/").await.is(200).page();
    assert!(!front.has("a[href='/register']") && front.text("main").contains("closed"), "{}", front.text("main"));
    assert_eq!(traces(&app), before);
    app.setting("registration", "on");
    sign_up(ADA).sent(&app).await.is(303);
}

#[actix_web::test]
async fn a_domain_that_may_not_gets_the_same_answer_and_only_the_log_tells() {
    let app = App::start().await;
    app.admin_at_the_door("Kim Lee");
    app.setting("denied_domains", "spam.example\nxn--bcher-kva.example");
    let taken = sign_up(ADA).sent(&app).await.is(303);
    let state = app.state();
    let mails = app.mails().len();
    for (n, email) in
        ["eve@spam.example", "Eve@SPAM.example", "eve@mail.spam.example", "eve@bücher.example"].into_iter().enumerate()
    {
        for htmx in [false, true] {
            let browser = app.browser().speaking(htmx);
            let answer = sign_up(email).in_browser(&browser).await;
            assert_eq!(answer.comparable(), taken.comparable(), "{email}");
            let entries = app.events("registration.refused");
            assert_eq!(entries.len(), 2 * n + usize::from(htmx) + 1);
            let entry = entries.last().unwrap();
            assert_eq!((entry.subject_email.as_str(), entry.subject_id), (email, None));
            assert_eq!((entry.actor_kind.as_str(), entry.subject_name.as_str()), ("visitor", "Ada Byron"));
            assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
            let next = browser.speaking(false).get("/register/received").await.is(200).page();
            assert!(next.text("main").contains("What happens next"));
        }
    }
    assert_eq!((app.state(), app.mails().len()), (state, mails), "neither record nor mail");
    app.db.run("delete from throttles");
    // Whoever looks alike is not meant.
    sign_up("eve@notspam.example").sent(&app).await.is(303);
    assert_eq!(app.db.number("select count(*) from developers"), 2);
    // Of an allow list only those below it come in, unless they are denied as well.
    app.setting("allowed_domains", "acme.example\nspam.example");
    for (email, comes_in) in [
        ("bo@acme.example", true),
        ("bo@eu.acme.example", true),
        ("bo@other.example", false),
        ("bo@acme.example.evil.example", false),
        ("bo@spam.example", false),
    ] {
        let before = app.db.number("select count(*) from developers");
        let answer = sign_up(email).sent(&app).await;
        assert_eq!(answer.comparable(), taken.comparable(), "{email}");
        assert_eq!(app.db.number("select count(*) from developers") - before, i64::from(comes_in), "{email}");
    }
}

#[actix_web::test]
async fn ten_sign_ups_an_hour_come_from_one_address() {
    let app = App::start().await;
    // What was not well-formed does not count.
    for _ in 0..5 {
        sign_up("ada").sent(&app).await.is(422);
    }
    for n in 0..10 {
        sign_up(&format!("ada{}@engine.example", n / 2)).sent(&app).await.is(303);
    }
    for email in ["ada0@engine.example", "new@engine.example"] {
        let answer = sign_up(email).sent(&app).await.is(429);
        let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((3_500..=3_600).contains(&wait), "{wait}");
        let words = answer.page().text("main");
        assert!(words.contains("Wait 60 minutes") && words.contains("Nothing was changed"), "{words}");
    }
    let htmx = sign_up("new@engine.example").in_browser(&app.browser().speaking(true)).await.is(429);
    assert!(htmx.partial("#messages").inner.contains("Wait 60 minutes"));
    // Nobody is believed who is no trusted proxy.
    sign_up("new@engine.example").in_browser(&app.browser()).header("X-Forwarded-For", "203.0.113.9").await.is(429);
    assert_eq!(app.db.number("select count(*) from developers"), 5);
    app.db.run("update throttles set window_started_at = window_started_at - interval '61 minutes'");
    sign_up("new@engine.example").sent(&app).await.is(303);
}

#[actix_web::test]
async fn another_site_signs_nobody_up() {
    let app = App::start().await;
    let before = traces(&app);
    for (name, value) in [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")] {
        sign_up(ADA).in_browser(&app.browser()).header(name, value).await.is(403);
    }
    let other =
        sign_up(ADA).in_browser(&app.browser()).without("Sec-Fetch-Site").header("Origin", "https://evil.example");
    assert_eq!(other.header("Cookie", "theme=dark").await.status, 403);
    assert_eq!(traces(&app), before);
    let query = "/register?full_name=Ada&email=ada%40engine.example&password=sechs+Ziegen+und+ein+Kanu&terms=yes";
    app.browser().get(query).await.is(200);
    assert_eq!(traces(&app), before, "a GET signs nobody up");
}
