//! `GET` and `POST /register/{token}`: whoever comes by a personal invitation.

use actix_web::http::Method;
use futures_util::future::join_all;
use guestlist::developers::Status::{Approved, Rejected, Requested, Revoked};
use guestlist::developers::{Developer, Status};
use guestlist::web::tokens::new_token;
use sha2::{Digest, Sha256};

use super::{SECRET_OF_ADA, SignUp, sign_up, traces};
use crate::invitations::{invited, posting};
use crate::support::actors::PASSWORD;
use crate::support::{Answer, App, somebody};

const ADA: &str = "Ada@Engine.example";
const OTHER: &str = "zwei blaue Hunde im Nebel";

/// What an invited person fills in.
fn answers() -> SignUp {
    sign_up("").without("email")
}

pub async fn registers(app: &App, link: &str) -> Answer {
    answers().in_browser_at(&app.browser(), link).await
}

fn ada(app: &App) -> Developer {
    app.find(app.db.text("select id from developers where mailbox = 'ada@engine.example'").parse().unwrap()).unwrap()
}

async fn signs_in(app: &App, password: &str) -> Answer {
    app.browser().post("/login", &[("email", ADA), ("password", password)]).await
}

/// A desk that may send mail, and the way of Ada's link.
async fn portal() -> (App, String) {
    let app = posting().await;
    let kim = app.admin("Kim Lee").await;
    let link = invited(&app, &kim, ADA).await;
    (app, link)
}

#[actix_web::test]
async fn the_form_knows_the_address_and_proves_it() {
    for htmx in [false, true] {
        let (app, link) = portal().await;
        let browser = app.browser().speaking(htmx);
        let answer = browser.speaking(false).get(&link).await.is(200);
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let page = answer.page();
        assert_eq!(page.text("h1"), "You are invited");
        assert!(page.text("main").contains("Kim Lee"), "{}", page.text("main"));
        assert_eq!(page.attribute("#email[readonly]", "value").as_deref(), Some(ADA), "it cannot be typed over");
        for href in page.attributes("[href]", "href").into_iter().chain(page.attributes("[src]", "src")) {
            assert!(href.starts_with('/') && !href.starts_with("//") || href.starts_with('#'), "{href} leads outside");
        }
        let form = page.form("main form").filled("full_name", "Ada Byron").filled("organization", "Engines & Co");
        let form = form.filled("purpose", "Weather").filled("password", SECRET_OF_ADA).ticked("terms", "yes");
        assert_eq!((form.action.as_str(), form.method.as_str()), (link.as_str(), "post"));
        let an_hour_ago = (chrono::Utc::now() - chrono::TimeDelta::hours(1)).timestamp_millis().to_string();
        let form = form.filled("started", &an_hour_ago);
        let answer = browser.post(&form.action, &form.pairs()).await.is(303);
        assert_eq!(answer.location(), "/register/received");
        let next = browser.speaking(false).get(answer.location()).await.is(200).page();
        assert_eq!(next.text("h1"), "We have your request");
        assert!(!next.has("form[action='/register/resend']"), "there is nothing to confirm");
        let row = ada(&app);
        assert_eq!((row.status, row.email.as_str(), row.full_name.as_str()), (Requested, ADA, "Ada Byron"));
        assert_eq!((row.organization.as_str(), row.purpose.as_str()), ("Engines & Co", "Weather"));
        assert_eq!(row.terms_version, "1");
        assert!(row.email_verified_at.is_some());
        assert_eq!(app.told(ADA), ["invitation", "request_received"], "no mail asks for a proof");
        assert_eq!(app.db.number("select count(*) from mail_links"), 0);
        let hash = app.db.text("select password_hash from developer_passwords");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let [registered] = app.events("developer.registered").try_into().unwrap();
        assert_eq!(registered.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        let [verified] = app.events("developer.verified").try_into().unwrap();
        assert_eq!((verified.actor_kind.as_str(), verified.actor_email.as_str()), ("developer", ADA));
        // Nobody is signed in by it, and admins hear that a request waits.
        assert!(!browser.jar.borrow().keys().any(|name| name == "developer"));
        assert_eq!(app.told("kim.lee@desk.example"), ["request_waiting"]);
    }
}

#[actix_web::test]
async fn where_it_is_switched_on_invited_people_are_approved_at_once() {
    for htmx in [false, true] {
        let (app, link) = portal().await;
        app.setting("invited_approval", "on");
        let browser = app.browser().speaking(htmx);
        let answer = answers().in_browser_at(&browser, &link).await.is(303);
        assert_eq!(answer.location(), "/login");
        let door = browser.speaking(false).get("/login").await.is(200).page();
        assert!(door.text("#messages").contains("You are approved"), "{}", door.text("#messages"));
        let row = ada(&app);
        assert_eq!((row.status, row.decided_by.as_deref()), (Approved, Some("invitation")));
        let [entry] = app.events("developer.approved").try_into().unwrap();
        assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("system", "invitation"));
        assert_eq!((entry.from_status.as_deref(), entry.to_status.as_deref()), (Some("requested"), Some("approved")));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        assert_eq!(app.told(ADA), ["invitation", "approved"], "one mail says it all");
        assert_eq!(app.told("kim.lee@desk.example"), [""; 0], "nobody has to decide");
        signs_in(&app, SECRET_OF_ADA).await.is(303);
    }
    // Those who ask by themselves still wait.
    let (app, _) = portal().await;
    app.setting("invited_approval", "on");
    app.setting("verification", "never");
    sign_up("bo@engine.example").sent(&app).await.is(303);
    assert_eq!(app.db.text("select status from developers"), "requested");
}

#[actix_web::test]
async fn where_everybody_is_approved_by_themselves_so_are_the_invited() {
    let (app, link) = portal().await;
    app.setting("auto_approval", "on");
    registers(&app, &link).await.is(303);
    let row = ada(&app);
    assert_eq!((row.status, row.decided_by.as_deref()), (Approved, Some("auto-approval")));
    assert_eq!(app.told(ADA), ["invitation", "approved"]);
    assert_eq!(app.told("kim.lee@desk.example"), [""; 0]);
}

#[actix_web::test]
async fn it_holds_while_registration_is_closed_and_for_every_domain() {
    let (app, link) = portal().await;
    app.setting("registration", "off");
    app.setting("denied_domains", "engine.example");
    app.setting("allowed_domains", "other.example");
    sign_up(ADA).sent(&app).await;
    assert_eq!(app.db.number("select count(*) from developers"), 0, "the open form is closed to them");
    app.browser().get(&link).await.is(200);
    registers(&app, &link).await.is(303);
    assert!(ada(&app).email_verified_at.is_some());
    assert!(app.events("registration.refused").is_empty());
}

#[actix_web::test]
async fn an_invitation_for_one_address_is_no_good_for_another() {
    let (app, link) = portal().await;
    let before = traces(&app);
    for email in ["eve@x.example", "ada@engine.example.evil.example", "ada", "ada@engine.example\r\nBcc: eve@x.example"]
    {
        for htmx in [false, true] {
            let browser = app.browser().speaking(htmx);
            let answer = answers().with("email", email).in_browser_at(&browser, &link).await.is(422);
            let page = answer.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            assert_eq!(page.attributes(".errors a", "href"), ["#email"]);
            assert!(page.text(".errors").contains(&format!("for {ADA} only")), "{}", page.text(".errors"));
            assert_eq!(page.attribute("#email[readonly]", "value").as_deref(), Some(ADA));
            assert_eq!(page.attribute("#full_name", "value").as_deref(), Some("Ada Byron"), "what was typed is kept");
            assert!(!page.all_text().contains(SECRET_OF_ADA));
        }
    }
    assert_eq!(traces(&app), before, "nothing was written");
    // Other spellings of the same mailbox are the same.
    answers().with("email", " ADA@ENGINE.example ").in_browser_at(&app.browser(), &link).await.is(303);
    assert_eq!(ada(&app).email, ADA, "it is written as it was invited");
}

#[actix_web::test]
async fn what_is_wrong_is_said_and_the_link_stays_good() {
    let (app, link) = portal().await;
    let before = traces(&app);
    for (field, value) in [
        ("full_name", ""),
        ("organization", &*"x".repeat(201)),
        ("purpose", "a\u{7}b"),
        ("password", "short"),
        ("password", "ada@engine.example"),
        ("password", "Ada Byron Ada Byron"),
        ("terms", ""),
    ] {
        for htmx in [false, true] {
            let browser = app.browser().speaking(htmx);
            let page = answers().with(field, value).in_browser_at(&browser, &link).await.is(422).page();
            assert_eq!(page.attributes(".errors a", "href"), [format!("#{field}")]);
            assert_eq!(page.form("main form").action, link);
            assert_eq!(page.attribute("#password", "value").as_deref(), Some(""));
        }
    }
    assert_eq!(traces(&app), before);
    registers(&app, &link).await.is(303);
}

#[actix_web::test]
async fn looking_uses_nothing_up() {
    let (app, link) = portal().await;
    for _ in 0..2 {
        app.browser().request(Method::HEAD, &link).await.is(200);
    }
    assert_eq!(app.db.number("select count(*) from invitations where opened_at is null"), 1);
    for _ in 0..2 {
        app.browser().get(&link).await.is(200);
    }
    assert_eq!(app.db.number("select count(*) from developers"), 0);
    registers(&app, &link).await.is(303);
}

#[actix_web::test]
async fn a_link_works_once() {
    let (app, link) = portal().await;
    registers(&app, &link).await.is(303);
    let before = traces(&app);
    for htmx in [false, true] {
        let browser = app.browser().speaking(htmx);
        for answer in [
            browser.get(&link).await.is(410),
            browser.post(&link, &[]).await.is(410),
            answers().with("password", OTHER).in_browser_at(&browser, &link).await.is(410),
        ] {
            let page = answer.page();
            let words = page.text("main");
            assert!(words.contains("You have an account already"), "{words}");
            assert!(page.has("main a[href='/login']"), "{words}");
            assert!(!words.to_lowercase().contains("ada@engine.example"), "a used link tells nobody's address");
        }
        browser.request(Method::HEAD, &link).await.is(410);
    }
    assert_eq!(traces(&app), before);
    app.db.run("update developers set status = 'approved', decided_at = now(), decided_by = 'Kim'");
    signs_in(&app, OTHER).await.is(401);
    signs_in(&app, SECRET_OF_ADA).await.is(303);
}

#[actix_web::test]
async fn a_link_that_is_over_says_why_and_offers_the_open_form() {
    for (change, words) in [
        ("update invitations set withdrawn_at = now()", "withdrawn"),
        ("update invitation_links set created_at = now() - interval '14 days'", "expired"),
        ("update invitation_links set created_at = now() + interval '14 days 1 minute'", "expired"),
        ("update invitation_links set ended_at = now()", "newer"),
    ] {
        let (app, link) = portal().await;
        app.db.run(change);
        let before = traces(&app);
        for answer in [app.browser().get(&link).await.is(410), registers(&app, &link).await.is(410)] {
            let page = answer.page();
            assert!(page.text("h1").to_lowercase().contains(words), "{}", page.text("h1"));
            assert!(page.has("main a[href='/register']"), "{}", page.text("main"));
            assert!(!page.all_text().contains(ADA), "an old link tells nobody's address");
        }
        // Where the open form is closed, it is not offered.
        app.setting("registration", "off");
        let page = app.browser().get(&link).await.is(410).page();
        assert!(
            !page.has("main a[href='/register']") && page.text("main").contains("Kim Lee"),
            "{}",
            page.text("main")
        );
        app.setting("registration", "on");
        app.browser().get("/register").await.is(200);
        sign_up("bo@engine.example").sent(&app).await.is(303);
        assert_ne!(traces(&app), before);
        assert_eq!(app.db.number("select count(*) from developers"), 1);
    }
    let (app, link) = portal().await;
    app.db.run("update invitation_links set created_at = now() - interval '13 days 23 hours 59 minutes'");
    registers(&app, &link).await.is(303);
}

#[actix_web::test]
async fn what_never_was_a_link_is_not_found() {
    let (app, link) = portal().await;
    app.setting("verification", "always");
    sign_up("bo@engine.example").sent(&app).await.is(303);
    let verify = app.mail_to("bo@engine.example").token();
    let before = traces(&app);
    let token = link.trim_start_matches("/register/").to_owned();
    let hash: String = Sha256::digest(&token).iter().map(|byte| format!("{byte:02x}")).collect();
    let stored = format!("select count(*) from invitation_links where encode(token_hash, 'hex') = '{hash}'");
    assert_eq!(app.db.number(&stored), 1);
    for wrong in [
        new_token().unwrap(),
        hash,
        token[..token.len() - 1].to_owned(),
        format!("{token}x"),
        token.to_lowercase(),
        verify,
        app.db.text("select id from invitations"),
        "x".into(),
        "%00".into(),
        "%ff".into(),
        "..%2f".into(),
        "x".repeat(5_000),
    ] {
        app.browser().get(&format!("/register/{wrong}")).await.is(404);
        registers(&app, &format!("/register/{wrong}")).await.is(404);
    }
    // A link is good for one purpose.
    for path in ["/verify", "/password/reset"] {
        app.browser().get(&format!("{path}/{token}")).await.is(404);
        app.browser().post(&format!("{path}/{token}"), &[("password", OTHER)]).await.is(404);
    }
    assert_eq!(traces(&app), before);
}

#[actix_web::test]
async fn two_tabs_at_once_are_one_account_and_the_other_is_told() {
    let (app, link) = portal().await;
    let passwords: Vec<String> = (0..8).map(|n| format!("{OTHER} Nummer {n}")).collect();
    let tabs: Vec<_> = passwords.iter().map(|_| app.browser()).collect();
    let posts = tabs.iter().zip(&passwords).map(|(tab, password)| {
        let form = answers().with("password", password).with("full_name", &format!("Ada {password}"));
        let link = &link;
        async move { form.in_browser_at(tab, link).await }
    });
    let results = join_all(posts).await;
    let statuses: Vec<_> = results.iter().map(|answer| answer.status).collect();
    assert!(statuses.iter().all(|status| [303, 410, 503].contains(status)), "{statuses:?}");
    let winners: Vec<usize> = (0..8).filter(|n| statuses[*n] == 303).collect();
    assert_eq!(winners.len(), 1, "{statuses:?}");
    for answer in results.iter().filter(|answer| answer.status == 410) {
        assert!(answer.page().text("main").contains("You have an account already"), "{}", answer.page().text("main"));
    }
    assert_eq!(app.db.number("select count(*) from developers"), 1);
    assert_eq!(app.db.number("select count(*) from developer_passwords"), 1);
    assert_eq!(ada(&app).full_name, format!("Ada {}", passwords[winners[0]]), "name and password are of one tab");
    assert_eq!(app.events("developer.registered").len(), 1);
    assert_eq!(app.events("developer.verified").len(), 1);
    assert_eq!(app.told(ADA), ["invitation", "request_received"]);
    app.db.run(
        "update developers set status = 'approved', decided_at = now(), decided_by = 'Kim'; delete from throttles",
    );
    for (n, password) in passwords.iter().enumerate() {
        app.db.run("delete from throttles");
        assert_eq!(signs_in(&app, password).await.status, if winners[0] == n { 303 } else { 401 }, "{password}");
    }
}

#[actix_web::test]
async fn nobody_keeps_an_invited_address_that_they_cannot_prove() {
    for proof in ["never", "always"] {
        let (app, mut link) = portal().await;
        app.setting("verification", proof);
        let kim = app.admin_at_the_door("Sam Quick");
        kim.signs_in(PASSWORD).await.is(303);
        let eve = sign_up(ADA).with("full_name", "Eve Early").with("organization", "Eve & Co");
        eve.with("purpose", "Mischief").with("password", OTHER).sent(&app).await.is(303);
        assert_eq!(kim.invitation(ADA).await.chip, "Queued", "a stranger takes no link away");
        if proof == "always" {
            kim.resends(&kim.invitation(ADA).await.id).await.done();
            link = app.personal_link(ADA);
        }
        app.browser().get(&link).await.is(200);
        registers(&app, &link).await.is(303);
        let row = ada(&app);
        assert!(row.email_verified_at.is_some() && row.status == Requested);
        assert_eq!((row.full_name.as_str(), row.organization.as_str()), ("Ada Byron", "Engines & Co"));
        app.db.run("update developers set status = 'approved', decided_at = now(), decided_by = 'Kim'");
        signs_in(&app, OTHER).await.is(401);
        signs_in(&app, SECRET_OF_ADA).await.is(303);
        assert_eq!(kim.invitation(ADA).await.chip, "Registered");
        assert_eq!(app.db.number("select count(*) from developers"), 1);
    }
}

#[actix_web::test]
async fn nothing_of_what_a_stranger_said_stays_on_the_record() {
    let (app, link) = portal().await;
    sign_up(ADA).with("full_name", "Eve Early").with("purpose", "Mischief").sent(&app).await.is(303);
    app.db.run("update developers set terms_version = '0', terms_accepted_at = now() - interval '1 day'");
    registers(&app, &link).await.is(303);
    let row = ada(&app);
    assert_eq!(row.purpose, "Weather for our fields\nand for our goats", "it says what its owner wants");
    assert_eq!(row.terms_version, "1", "and what its owner has accepted");
    assert_eq!(app.db.number("select count(*) from developers where terms_accepted_at > now() - interval '1 hour'"), 1);
}

#[actix_web::test]
async fn whoever_has_an_account_of_their_own_keeps_it_as_it_is() {
    for (status, is_proven) in
        [(Requested, true), (Approved, false), (Approved, true), (Rejected, false), (Revoked, true)]
    {
        let (app, link) = portal().await;
        let newcomer = somebody("Ada Lovelace").at(ADA).now(status);
        let ada = app.developer_at_the_door(if is_proven { newcomer.proven() } else { newcomer }).person;
        let before = (format!("{:?}", app.row(&ada)), app.db.texts("select password_hash from developer_passwords"));
        let answer = registers(&app, &link).await.is(409);
        let words = answer.page().text("main");
        assert!(words.contains("registered already") && words.contains("Nothing was changed"), "{words}");
        assert!(words.contains(Status::told(status)), "{words}");
        assert!(answer.page().has("main a[href='/login']"));
        let after = (format!("{:?}", app.row(&ada)), app.db.texts("select password_hash from developer_passwords"));
        assert_eq!(after, before, "{status}");
        assert_eq!(app.told(ADA), ["invitation"]);
        app.browser().get(&link).await.is(410);
        if status == Approved && is_proven {
            signs_in(&app, PASSWORD).await.is(303);
        }
    }
}

#[actix_web::test]
async fn the_open_form_and_the_link_at_once_are_one_account_of_its_owner() {
    let app = posting().await;
    let kim = app.admin("Kim Lee").await;
    for n in 0..20 {
        let email = format!("ada{n}@engine.example");
        let link = invited(&app, &kim, &email).await;
        app.db.run("delete from throttles");
        let eve = sign_up(&email).with("password", OTHER).with("full_name", "Eve Early");
        let (owner, form) = (app.browser(), answers());
        let (by_link, by_form) = tokio::join!(form.in_browser_at(&owner, &link), eve.sent(&app));
        // Neither waits for the other for ever.
        assert_eq!((by_link.status, by_form.status), (303, 303), "round {n}");
        let record = format!(
            "select count(*) from developers where mailbox = '{email}' and email_verified_at is not null \
             and full_name = 'Ada Byron'"
        );
        assert_eq!(app.db.number(&record), 1, "whoever holds the link");
        assert_eq!(app.db.number("select count(*) from developers"), n + 1);
        assert_eq!(kim.invitation(&email).await.chip, "Registered");
    }
}

#[actix_web::test]
async fn two_links_of_one_person_at_once_are_one_proof() {
    let app = posting().await;
    let kim = app.admin("Kim Lee").await;
    for n in 0..20 {
        let email = format!("ada{n}@engine.example");
        let link = invited(&app, &kim, &email).await;
        app.db.run("delete from throttles");
        sign_up(&email).sent(&app).await.is(303);
        let proof = app.mail_to(&email).path();
        let (owner, form, other) = (app.browser(), answers(), app.browser());
        let verifying = async { other.post(&proof, &[]).await };
        let (by_link, by_proof) = tokio::join!(form.in_browser_at(&owner, &link), verifying);
        assert_eq!(by_proof.status, 200, "round {n}");
        // Whoever has proven it already has an account, and keeps it.
        assert!([303, 409, 410].contains(&by_link.status), "round {n}: {}", by_link.status);
        assert_eq!(app.events("developer.verified").len(), usize::try_from(n).unwrap() + 1);
        assert_eq!(kim.invitation(&email).await.chip, "Registered");
    }
}

#[actix_web::test]
async fn programs_are_answered_like_people_and_nothing_is_kept() {
    let (app, link) = portal().await;
    let before = traces(&app);
    let answer = answers().with("website", "https://spam.example").in_browser_at(&app.browser(), &link).await.is(303);
    assert_eq!(answer.location(), "/register/received");
    assert_eq!(traces(&app), before);
    registers(&app, &link).await.is(303);
}

#[actix_web::test]
async fn sign_ups_by_links_count_like_others() {
    let app = posting().await;
    let kim = app.admin("Kim Lee").await;
    let mut links = Vec::new();
    for n in 0..11 {
        links.push(invited(&app, &kim, &format!("dev{n}@x.example")).await);
    }
    for link in &links[..10] {
        registers(&app, link).await.is(303);
    }
    let answer = registers(&app, &links[10]).await.is(429);
    assert!(answer.header("retry-after").is_some());
    app.db.run("update throttles set window_started_at = window_started_at - interval '61 minutes'");
    registers(&app, &links[10]).await.is(303);
}

#[actix_web::test]
async fn another_site_uses_nobodys_link() {
    let (app, link) = portal().await;
    let before = traces(&app);
    for (name, value) in [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")] {
        let fields = [("full_name", "Eve"), ("password", OTHER), ("terms", "yes")];
        app.browser().post(&link, &fields).header(name, value).await.is(403);
    }
    let query = format!("{link}?full_name=Ada&password=sechs+Ziegen+und+ein+Kanu&terms=yes");
    app.browser().request(Method::HEAD, &query).await.is(200);
    assert_eq!(traces(&app), before);
}
