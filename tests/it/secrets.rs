//! No key anywhere but on the page that shows it once: not in the log, the database, mails or other pages.

use std::fs::File;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use guestlist::developers::Status::Approved;
use guestlist::outbox::State;

use crate::cli::{Serving, guestlist};
use crate::support::actors::PASSWORD;
use crate::support::app::{Browser, SECRET};
use crate::support::applications::{Application, Key, secrets_in};
use crate::support::gateway::{CHECK, Gateway};
use crate::support::mail::Sink;
use crate::support::{Admin, Answer, App, AtTheDesk, Developer, eventually, somebody};

/// All tables, row by row.
fn dump(app: &App) -> Vec<String> {
    let tables = app.db.texts(
        "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    assert!(tables.len() > 12 && tables.contains(&"keys".to_owned()), "{tables:?}");
    let rows = |table: &String| app.db.texts(&format!("select row_to_json(t)::text from {table} as t"));
    tables.iter().flat_map(rows).collect()
}

/// How a secret could be written down.
fn disguises(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    vec![secret.to_owned(), secret[4..].to_owned(), secret[..12].to_owned(), hex, STANDARD.encode(secret)]
}

#[track_caller]
fn assert_absent(keys: &[Key], place: &str, text: &str) {
    for key in keys {
        for disguise in disguises(&key.secret) {
            assert!(!text.contains(&disguise), "{disguise} of {} stands in {place}", key.name);
        }
    }
}

/// Neither in its body nor in its headers, which lead elsewhere or become the address of the page.
#[track_caller]
fn assert_unsaid(keys: &[Key], answer: &Answer) {
    let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
    let what = answer.what.split('?').next().unwrap_or_default();
    assert_absent(keys, &format!("{}: {what}", answer.status), &(headers.collect::<String>() + &answer.text()));
}

/// Where admins paste a key though it does not belong there. Its application's page is one of them.
async fn is_pasted_by(admin: &Admin, key: &Key, application: &Application) {
    let (own, secret) = (std::slice::from_ref(key), &key.secret);
    let found = admin.browser.post("/admin/keys/search", &[("q", secret)]).await.is(200);
    assert!(found.text().contains(&key.shown()), "it is found by its secret");
    assert_unsaid(own, &found);
    for part in [&secret[..20], &secret[8..], &format!(" {secret} x")] {
        assert_unsaid(own, &admin.browser.post("/admin/keys/search", &[("q", part)]).await);
    }
    let (person, application) = (application.owner.path(), application.path());
    for page in [
        "/admin/developers",
        "/admin/applications",
        "/admin/invitations",
        "/admin/activity",
        "/admin/mail",
        "/admin/settings",
        &person,
        &application,
    ] {
        for name in ["q", "x", "after", "status"] {
            let answer = admin.gets(&format!("{page}?{name}={secret}")).await;
            assert!([200, 303].contains(&answer.status), "{page}?{name}=…: {}", answer.status);
            assert_unsaid(own, &answer);
            let mixed = admin.gets(&format!("{page}?sort=name&{name}=Weather+{secret}&page=2")).await;
            assert_unsaid(own, &mixed);
        }
    }
    assert_unsaid(own, &admin.gets(&format!("/nothing/{secret}?x={secret}")).await.is(404));
}

/// Everything that a key can meet.
async fn lives(app: &App, admin: &Admin, ada: &Developer, gateway: &Gateway) -> Vec<Key> {
    let weather = ada.registers(app, "Weather").await;
    let good = ada.creates_key(app, &weather, "Production").await;
    let revoked = ada.creates_key(app, &weather, "Revoked").await;
    gateway.comes_to(&good.secret, 204).await;
    gateway.comes_to(&revoked.secret, 204).await;
    ada.revokes_key(&revoked).await.is(303);
    gateway.comes_to(&revoked.secret, 401).await;
    for key in [&good, &revoked] {
        let secret = &key.secret;
        gateway.asks().header("Authorization", &format!("Bearer {secret}")).await;
        gateway.asks().header("apikey", secret).await;
        gateway.asks().header("apikey", secret).also("X-API-Key", &good.secret).await;
        gateway.asks().header("Authorization", &format!("Basic {secret}")).await;
        gateway.asks_at(&format!("{CHECK}?apikey={secret}")).await.is(401);
        gateway.asks_at(&format!("{CHECK}/{secret}/x")).await.is(401);
        gateway.checks(&secret[..41]).header("X-Original-URI", &format!("/x?key={secret}")).await.is(401);
        gateway.checks(&format!("{secret}x")).await.is(401);
        gateway.asks_at("/metrics").header("X-API-Key", secret).await.is(200);
        for htmx in [false, true] {
            is_pasted_by(&admin.speaking(htmx), key, &weather).await;
        }
        let own = std::slice::from_ref(key);
        assert_unsaid(own, &ada.gets(&format!("/account/applications/{secret}")).await.is(404));
        assert_unsaid(own, &ada.gets(&format!("/account/applications?q={secret}")).await);
        assert_unsaid(own, &ada.browser.post(&format!("/account/keys/{secret}/revoke"), &[]).await.is(404));
        let login = [("email", ada.person.email.as_str()), ("password", secret)];
        assert_unsaid(own, &ada.browser.post("/login", &login).await);
    }
    app.db.run("update keys set expires_at = now() + interval '2 days' where revoked_at is null");
    admin.browser.post(&ada.person.moves(), &[("action", "revoke"), ("version", "1")]).await.is(303);
    gateway.comes_to(&good.secret, 403).await;
    admin.browser.post(&ada.person.moves(), &[("action", "reapprove"), ("version", "2")]).await.is(303);
    gateway.comes_to(&good.secret, 204).await;
    vec![good, revoked]
}

#[actix_web::test]
async fn no_key_in_the_log_the_database_mails_or_pages() {
    let app = App::start().await;
    let sink = Sink::start();
    let kim = app.admin_at_the_door("Kim Lee");
    let ada = app.developer_at_the_door(somebody("Ada Byron").now(Approved).proven());
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = guestlist(&["serve"]);
    command.env("DATABASE_URL", &app.db.url).env("GUESTLIST_SECRET_KEY", SECRET).env("GUESTLIST_LOG", "trace");
    command.envs(sink.variables());
    let serving = Serving::logging(&mut command, Stdio::from(File::create(log.path()).unwrap()));
    let there = || Browser::at(serving.address, &format!("http://{}", serving.address));
    let admin = Admin { browser: there(), ..kim };
    let ada = Developer { browser: there(), ..ada };
    admin.signs_in(PASSWORD).await.is(303);
    ada.signs_in(PASSWORD).await.is(303);
    let gateway = Gateway::at(serving.address);
    gateway.is_ready().await;
    let keys = lives(&app, &admin, &ada, &gateway).await;

    // The mails of the decisions are held back for a while; all others have gone.
    app.db.run("update outbox set next_attempt_at = now() where state = 'waiting'");
    let is_sent = async || app.mails().iter().all(|mail| mail.state != State::Waiting);
    eventually(Duration::from_secs(20), "all mail is sent", is_sent).await;
    assert!(sink.mails().iter().any(|mail| mail.raw.contains("Production")), "a mail tells of the key");
    for mail in sink.mails() {
        assert_absent(&keys, "a mail", &mail.raw);
        assert_eq!(secrets_in(&mail.raw), [""; 0]);
    }
    let signed_in = ada.signs_in(PASSWORD).await;
    assert_eq!(signed_in.status, 303);
    let mut pages = vec![
        "/admin/activity".to_owned(),
        "/admin/mail".into(),
        ada.person.path(),
        "/admin/developers?status=all".into(),
        "/admin/applications?status=all".into(),
        "/admin/settings".into(),
        "/admin/invitations".into(),
    ];
    pages.extend(app.db.texts("select '/admin/applications/' || id from applications"));
    pages.extend(app.db.texts("select '/admin/mail/' || id from outbox"));
    for page in pages {
        let answer = admin.gets(&page).await.is(200);
        assert_absent(&keys, &page, &answer.text());
    }
    let own = app.db.text("select '/account/applications/' || id from applications");
    for page in ["/account", "/account/applications", &own] {
        let answer = ada.gets(page).await.is(200);
        assert_absent(&keys, page, &answer.text());
        assert_eq!(secrets_in(&answer.text()), [""; 0], "{page}");
    }
    serving.signal("TERM");
    let (out, code) = serving.ended();
    assert_eq!(code, Some(0));
    let rows = dump(&app);
    assert!(rows.iter().any(|row| row.contains(&keys[0].secret[..8])), "the dump is not where it is looked for");
    for row in &rows {
        assert_absent(&keys, "the database", row);
    }
    let log = std::fs::read_to_string(log.path()).unwrap() + &out;
    assert!(log.contains("/account/applications") && log.contains("/admin/keys/search"), "{log}");
    assert_absent(&keys, "the log", &log);
    assert!(!log.contains("glk_"), "{log}");
    for secret in ["ada.byron@", "Weather", "Production", PASSWORD] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}
