//! `POST /account/applications/{id}/keys`

use chrono::{Days, Months, TimeDelta, Utc};
use futures_util::future::join_all;
use guestlist::keys::{KeySecret, Once};
use guestlist::outbox::Kind;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::applications::{Application, secrets_in};
use crate::support::html::Page;
use crate::support::{App, Developer};

#[actix_web::test]
async fn a_key_is_shown_once_and_kept_as_a_hash() {
    for htmx in [false, true] {
        let app = App::start().await;
        let ada = app.developer("Ada Byron").await;
        let weather = app.application(&ada.person, "Weather");
        let browser = ada.browser.speaking(htmx);
        let page = browser.get(&weather.own_path()).await.is(200).page();
        let form = page.form(&format!("form[action='{}']", weather.keys())).filled("name", " Production ");
        let answer = browser.post(&form.action, &form.pairs()).await.is(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.header("location").is_none(), "a redirect would have to carry it");
        let page = answer.page();
        assert!(page.text("main").contains("not shown again"), "{}", page.text("main"));
        let mut secrets = secrets_in(&answer.text());
        secrets.dedup();
        let [secret] = &secrets[..] else { panic!("{secrets:?}") };
        assert!(KeySecret::parse(secret).is_some(), "{secret}");

        let row = app.db.text(
            "select concat_ws('|', name, shown_start, shown_end, encode(secret_hash, 'hex'), application_id) from keys",
        );
        let hash: String = Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(row, format!("Production|{}|{}|{hash}|{}", &secret[..8], &secret[38..], weather.id));
        for path in [weather.own_path(), weather.keys(), "/account/applications".into(), "/account".into()] {
            let answer = browser.get(&path).await;
            assert!(!answer.text().contains(secret.as_str()), "{path}");
            assert_eq!(secrets_in(&answer.text()), [""; 0], "{path}");
        }
        let shown = format!("{}…{}", &secret[..8], &secret[38..]);
        assert!(browser.get(&weather.own_path()).await.page().text("main").contains(&shown));

        let entry = app.events("key.created").pop().unwrap();
        assert_eq!((entry.actor_kind.as_str(), entry.actor_email.as_str()), ("developer", ada.person.email.as_str()));
        assert_eq!((entry.subject_kind.as_str(), entry.subject_id), ("application", Some(weather.id.0)));
        assert_eq!(entry.details, json!({"key": format!("“Production” ({shown})")}));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        let mail = app.mail_to(&ada.person.email);
        assert_eq!((mail.kind, mail.path(), mail.hold), (Kind::KeyCreated, weather.own_path(), TimeDelta::zero()));
        assert!(mail.text.contains(&shown) && mail.text.contains("Weather"), "{}", mail.text);
        assert!(!mail.text.contains(secret.as_str()));
    }
}

#[actix_web::test]
async fn two_with_the_same_name_are_two_keys() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let first = ada.creates_key(&app, &weather, "Production").await;
    let second = ada.creates_key(&app, &weather, "Production").await;
    assert_ne!(first.secret, second.secret);
    assert_ne!(first.id, second.id);
}

#[actix_web::test]
async fn the_same_form_sent_again_makes_no_second_key() {
    for htmx in [false, true] {
        let app = App::start().await;
        let ada = app.developer("Ada Byron").await;
        let weather = app.application(&ada.person, "Weather");
        let browser = ada.browser.speaking(htmx);
        let form = |page: &Page| page.form(&format!("form[action='{}']", weather.keys()));
        let sent = form(&browser.get(&weather.own_path()).await.is(200).page()).filled("name", "Production");
        browser.post(&sent.action, &sent.pairs()).await.is(200);
        let before = app.state();
        for _ in 0..2 {
            let again = browser.post(&sent.action, &sent.pairs()).await.is(409);
            assert_eq!(secrets_in(&again.text()), [""; 0]);
            let page = again.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            let words = "This form created the key “Production” already, and a key is shown only once. If you did not see it, revoke it and create another.";
            assert!(page.text(".errors").contains(words), "{}", page.text(".errors"));
            assert!(page.text("[aria-labelledby='keys']").contains("Production"), "the key is listed");
        }
        // Nor once the key has ended, nor as the first of five.
        app.db.run("update keys set revoked_at = now()");
        browser.post(&sent.action, &sent.pairs()).await.is(409);
        app.db.run("update keys set revoked_at = null");
        assert_eq!(app.state(), before);
        // The form beside the words is a new one, with what was typed.
        let next = form(&browser.post(&sent.action, &sent.pairs()).await.is(409).page());
        assert!(next.fields.contains(&("name".into(), "Production".into())), "{next:?}");
        browser.post(&next.action, &next.pairs()).await.is(200);
        for n in 3..=5 {
            ada.creates_key(&app, &weather, &format!("Key {n}")).await;
        }
        let full = browser.post(&next.action, &next.pairs()).await.is(409).page();
        assert!(full.text(".errors").contains("This form created the key"), "{}", full.text(".errors"));
        assert_eq!(app.db.number("select count(*) from keys"), 5);
    }
}

#[actix_web::test]
async fn of_ten_times_the_same_form_at_once_one_makes_a_key() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let once = Once::fresh().to_string();
    let fields = [("name", "Production"), ("once", once.as_str())];
    let statuses = join_all((0..10).map(async |_| ada.browser.post(&weather.keys(), &fields).await.status)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 9, "{statuses:?}");
    assert_eq!(app.db.number("select count(*) from keys"), 1);
    assert_eq!((app.events("key.created").len(), app.mails_to(&ada.person.email).len()), (1, 1));
}

#[actix_web::test]
async fn what_a_form_says_of_itself_tells_nothing_of_other_keys() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let bo = app.developer("Bo Chen").await;
    let [weather, rain] = ["Weather", "Rain"].map(|name| app.application(&ada.person, name));
    let maps = app.application(&bo.person, "Maps");
    let once = Once::fresh().to_string();
    let asks = async |own: &Developer, application: &Application, once: &str| {
        let answer = own.browser.post(&application.keys(), &[("name", "Production"), ("once", once)]).await.is(200);
        assert!(!secrets_in(&answer.text()).is_empty());
    };
    asks(&bo, &maps, &once).await;
    let theirs = app.db.text("select id from keys");
    // Neither the form of somebody else nor the id of their key is in the way, and an application is not another.
    for once in [&once, &theirs] {
        asks(&ada, &weather, once).await;
        asks(&ada, &rain, once).await;
    }
    assert_eq!(app.db.text(&format!("select application_id from keys where id = '{theirs}'")), maps.id.to_string());
    assert_eq!(app.db.number("select count(*) from keys"), 5);
    // What is none of ours says nothing, however often it comes.
    let none = uuid::Uuid::new_v4().to_string();
    for once in ["", "x", "1 or 1=1", &none, &once.to_uppercase(), &"9".repeat(5_000)] {
        let hail = app.application(&ada.person, "Hail");
        asks(&ada, &hail, once).await;
        asks(&ada, &hail, once).await;
    }
}

#[actix_web::test]
async fn at_most_five_are_alive_and_what_ended_counts_for_nothing() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let maps = app.application(&ada.person, "Maps");
    app.key_until(&weather, "Expired", Some(Utc::now() - TimeDelta::seconds(1)));
    let mut keys = Vec::new();
    for n in 0..5 {
        keys.push(ada.creates_key(&app, &weather, &format!("Key {n}")).await);
    }
    let before = app.state();
    let refused = ada.asks_for_key(&weather, "One more").await.is(409).page();
    assert!(refused.text(".errors").contains("at most 5 keys"), "{}", refused.text(".errors"));
    assert!(refused.title().starts_with("Error: "), "{}", refused.title());
    assert_eq!(app.state(), before);
    let page = ada.gets(&weather.own_path()).await.page();
    assert!(!page.has(&format!("form[action='{}']", weather.keys())) && page.text("main").contains("at most 5 keys"));
    // One is replaced without an outage.
    ada.creates_key(&app, &maps, "Of another").await;
    ada.revokes_key(&keys[0]).await.is(303);
    ada.creates_key(&app, &weather, "Key 6").await;
    ada.asks_for_key(&weather, "Key 7").await.is(409);
    app.db.run(&format!("update keys set expires_at = now() where id = '{}'", keys[1].id));
    ada.creates_key(&app, &weather, "Key 8").await;
    assert_eq!(app.db.number("select count(*) from keys"), 9);
}

#[actix_web::test]
async fn of_ten_asked_for_at_once_five_are_made() {
    for _ in 0..3 {
        let app = App::start().await;
        let ada = app.developer("Ada Byron").await;
        let weather = app.application(&ada.person, "Weather");
        let names: Vec<String> = (0..10).map(|n| format!("Key {n}")).collect();
        let statuses = join_all(names.iter().map(async |name| ada.asks_for_key(&weather, name).await.status)).await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 5, "{statuses:?}");
        assert_eq!(app.db.number("select count(*) from keys"), 5);
        assert_eq!(app.events("key.created").len(), 5);
        assert_eq!(app.mails_to(&ada.person.email).len(), 5);
    }
}

#[actix_web::test]
async fn what_cannot_be_taken_comes_back_as_it_was_typed() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let before = app.state();
    let yesterday = (Utc::now().date_naive() - Days::new(1)).to_string();
    let too_late = (Utc::now().date_naive() + Months::new(120) + Days::new(2)).to_string();
    let long = "ж".repeat(201);
    for (name, expires_on, wrong) in [
        ("", "", "#key_name"),
        (" ", "", "#key_name"),
        (&long, "", "#key_name"),
        ("a\nb", "", "#key_name"),
        ("Production", &yesterday, "#expires_on"),
        ("Production", &too_late, "#expires_on"),
        ("Production", "tomorrow", "#expires_on"),
        ("Production", "2027-02-29", "#expires_on"),
        ("Production", "30.06.2027", "#expires_on"),
        ("Production", "+2027-06-3", "#expires_on"),
        ("Production", "2027-06-30T00:00:00Z", "#expires_on"),
    ] {
        for htmx in [false, true] {
            let fields = [("name", name), ("expires_on", expires_on)];
            let answer = ada.browser.speaking(htmx).post(&weather.keys(), &fields).await.is(422);
            let page = answer.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            assert_eq!(page.attributes(".errors a", "href"), [wrong], "{name:?} {expires_on:?}");
            assert_eq!(page.texts(".errors a"), [page.text(&format!("{wrong}-error"))], "the same words there");
            let form = page.form(&format!("form[action='{}']", weather.keys()));
            assert!(form.fields.contains(&("name".into(), name.into())), "{form:?}");
            assert!(form.fields.contains(&("expires_on".into(), expires_on.into())), "{form:?}");
            assert_eq!(secrets_in(&answer.text()), [""; 0]);
        }
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn nothing_else_can_be_said_of_a_new_key() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let bo = app.developer("Bo Chen").await;
    let other = app.application(&bo.person, "Maps").id.to_string();
    let wish = KeySecret::generate().unwrap();
    let fields = [
        ("name", "Production"),
        ("id", other.as_str()),
        ("application_id", &other),
        ("secret", wish.as_str()),
        ("key", wish.as_str()),
        ("secret_hash", "00"),
        ("shown_start", "glk_EVIL"),
        ("revoked_at", "2020-01-01T00:00:00Z"),
        ("expires_at", "2020-01-01T00:00:00Z"),
        ("last_used_at", "2020-01-01T00:00:00Z"),
    ];
    let answer = ada.browser.post(&weather.keys(), &fields).await.is(200);
    assert!(!answer.text().contains(wish.as_str()));
    let row = app.db.text("select concat_ws('|', application_id, expires_at is null, revoked_at is null, last_used_at is null, shown_start = 'glk_EVIL') from keys");
    assert_eq!(row, format!("{}|t|t|t|f", weather.id));
    assert_ne!(app.db.text("select id from keys"), other);
}

#[actix_web::test]
async fn somebody_who_makes_and_revokes_keys_all_day_gets_no_flood_of_mail() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    for n in 0..25 {
        let key = ada.creates_key(&app, &weather, &format!("Key {n}")).await;
        ada.revokes_key(&key).await.is(303);
    }
    assert_eq!(app.mails_to(&ada.person.email).len(), 20);
    assert_eq!(app.events("key.created").len(), 25, "the log tells of all");
    // An hour later they are told again.
    app.db.run("update throttles set window_started_at = window_started_at - interval '61 minutes'");
    ada.creates_key(&app, &weather, "Later").await;
    assert_eq!(app.mails_to(&ada.person.email).len(), 21);
}

#[actix_web::test]
async fn nobody_makes_more_than_a_thousand_keys_in_an_hour() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let bo = app.developer("Bo Chen").await;
    let weather = app.application(&ada.person, "Weather");
    app.db.run("delete from throttles");
    ada.creates_key(&app, &weather, "First").await;
    app.db.run("update throttles set attempts = 1000 where attempts = 1");
    let refused = ada.asks_for_key(&weather, "One more").await.is(429);
    assert!(refused.header("retry-after").is_some_and(|wait| wait.parse::<u32>().is_ok_and(|wait| wait <= 3_600)));
    assert_eq!(secrets_in(&refused.text()), [""; 0]);
    assert_eq!(app.db.number("select count(*) from keys"), 1);
    bo.creates_key(&app, &app.application(&bo.person, "Maps"), "Of another").await;
}
