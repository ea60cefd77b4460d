//! What the database holds people to, and that it agrees with the code.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use diesel::connection::SimpleConnection;
use guestlist::accounts::Purpose;
use guestlist::admins::Notices;
use guestlist::audit::{ActorKind, SubjectKind};
use guestlist::developers::Status;
use guestlist::invitations::Via;
use guestlist::outbox::{Kind, State};
use sha2::{Digest, Sha256};

use crate::registration::{SECRET_OF_ADA, sign_up};
use crate::support::actors::PASSWORD;
use crate::support::db::TestDb;
use crate::support::mail::NO_SERVER;
use crate::support::{App, somebody};

/// The words between quotes, in alphabetical order.
fn words(definition: &str) -> Vec<String> {
    let mut words: Vec<String> = definition.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
    words.sort();
    words
}

fn sorted<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<String> {
    let mut words: Vec<String> = all.iter().map(|one| word(*one).to_owned()).collect();
    words.sort();
    words
}

#[test]
fn the_words_of_the_code_are_those_of_the_checks() {
    let db = TestDb::new();
    let checks = db.texts(
        "select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint \
         where contype = 'c' and connamespace = 'public'::regnamespace and pg_get_constraintdef(oid) like '%ARRAY[%' order by conname",
    );
    let found: BTreeMap<&str, Vec<String>> =
        checks.iter().filter_map(|check| check.split_once(' ')).map(|(name, text)| (name, words(text))).collect();
    let expected = BTreeMap::from([
        ("admins_notices_check", sorted(Notices::ALL, Notices::as_str)),
        ("applications_status_check", sorted(Status::ALL, Status::as_str)),
        ("audit_entries_actor_kind_check", sorted(ActorKind::ALL, ActorKind::as_str)),
        ("audit_entries_subject_kind_check", sorted(SubjectKind::ALL, SubjectKind::as_str)),
        ("developers_status_check", sorted(Status::ALL, Status::as_str)),
        ("invitations_via_check", sorted(Via::ALL, Via::as_str)),
        ("mail_links_purpose_check", sorted(Purpose::ALL, Purpose::as_str)),
        ("outbox_kind_check", sorted(Kind::ALL, Kind::as_str)),
        ("outbox_state_check", sorted(State::ALL, State::as_str)),
    ]);
    assert_eq!(found, expected);
}

/// Columns with their types, by table, as `diesel print-schema` writes them.
fn declared() -> BTreeMap<String, Vec<(String, String)>> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema.rs")).unwrap();
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut table = String::new();
    for line in text.lines().map(str::trim) {
        if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ").filter(|_| line.ends_with(',')) {
            tables.get_mut(&table).unwrap().push((column.to_owned(), kind.to_owned()));
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            name.clone_into(&mut table);
            tables.insert(table.clone(), Vec::new());
        }
    }
    tables
}

#[test]
fn the_codes_columns_are_the_databases() {
    let db = TestDb::new();
    let tables = declared();
    assert!(tables["developers"].len() > 10, "{tables:?}");
    for (table, columns) in tables {
        let is_view = db.number(&format!("select count(*) from pg_views where viewname = '{table}'")) == 1;
        let found = db.texts(&format!(
            "select concat_ws(' ', column_name, udt_name, is_nullable) from information_schema.columns \
             where table_schema = 'public' and table_name = '{table}' order by ordinal_position",
        ));
        let expected: Vec<String> = columns
            .iter()
            .map(|(column, kind)| {
                let inner = kind.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>'));
                let native = match inner.unwrap_or(kind) {
                    "Array<Int8>" => "_int8".to_owned(),
                    other => other.to_lowercase(),
                };
                // PostgreSQL takes every column of a view for one that may be null.
                format!("{column} {native} {}", if is_view || inner.is_some() { "YES" } else { "NO" })
            })
            .collect();
        assert_eq!(found, expected, "{table}");
    }
}

/// Everything that a dump of the database would hold.
fn dump(db: &TestDb) -> String {
    let tables = db.texts("select quote_ident(tablename) from pg_tables where schemaname = 'public'");
    assert!(tables.len() > 6, "{tables:?}");
    tables.iter().flat_map(|table| db.texts(&format!("select to_jsonb(t) from {table} as t"))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The session's key out of the signed cookie: what follows the signature.
fn key_of(cookie: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(cookie).decode_utf8().unwrap().into_owned();
    decoded[44..].to_owned()
}

#[actix_web::test]
async fn a_dump_holds_no_token_no_key_and_no_password() {
    let app = App::start().await;
    let token = guestlist::web::tokens::new_token().unwrap();
    let conn = &mut app.db.conn();
    let occasion = guestlist::audit::Occasion::system("test");
    assert!(guestlist::admins::offer_setup(conn, &token, &occasion).unwrap());
    let before = dump(&app.db);
    assert!(before.contains(&hex(&Sha256::digest(&token))), "the link's hash is not where it is looked for: {before}");

    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    admin.approve(&ada).await.done();
    let cookie = admin.browser.jar.borrow().iter().find(|(name, _)| name.ends_with("admin")).unwrap().1.clone();
    let key = key_of(&cookie);
    let after = dump(&app.db);
    assert!(after.contains("ada.byron@x.example") && after.contains("kim.lee@desk.example"), "{after}");
    assert!(after.contains(&hex(&Sha256::digest(&key))), "the session's hash is not where it is looked for: {key}");

    for secret in [token.as_str(), key.as_str(), PASSWORD] {
        for dump in [&before, &after] {
            assert!(!dump.contains(secret) && !dump.contains(&hex(secret.as_bytes())), "{secret} stands in {dump}");
        }
    }
    // Nobody can count who tried what at whose account either.
    let throttled = app.db.texts("select encode(key, 'escape') from throttles");
    assert!(!throttled.join(" ").contains("desk.example"), "{throttled:?}");
}

#[actix_web::test]
async fn a_dump_holds_nothing_by_which_a_developer_could_be_played() {
    let app = App::with(&NO_SERVER).await;
    app.setting("verification", "always");
    let admin = app.admin("Kim Lee").await;
    admin.invites("server", "bo@engine.example").await.is(303);
    let invitation = app.mail_to("bo@engine.example").token();
    let lou = [("email", "lou@engine.example"), ("full_name", "Lou Late"), ("status", "approved")];
    admin.posts("/admin/developers/new", &lou).await.done();
    let welcome = app.mail_to("lou@engine.example").token();
    let email = "ada@engine.example";
    sign_up(email).sent(&app).await.is(303);
    let verify = app.mail_to(email).token();
    let waiting = dump(&app.db);
    app.browser().post(&app.mail_to(email).path(), &[]).await.is(200);
    app.browser().post("/password/forgot", &[("email", email)]).await.is(303);
    let reset = app.mail_to(email).token();
    let ada = app.developer("Grace Hopper").await;
    let cookie = ada.browser.cookie("developer").unwrap();
    let key = key_of(&cookie);
    let after = dump(&app.db);
    for token in [&verify, &reset, &key, &invitation, &welcome] {
        assert!(token.len() >= 43, "{token}");
        assert!(after.contains(&hex(&Sha256::digest(token))), "the hash is not where it is looked for: {token}");
    }
    // Mail that waits carries its link sealed, and nothing else of it.
    assert!(waiting.contains("verify_address") && waiting.contains("account_created"), "{waiting}");
    for path in ["/verify/", "/register/", "/password/reset/"] {
        assert!(!waiting.contains(path), "{path} in {waiting}");
    }
    for secret in [verify.as_str(), &reset, &key, &invitation, &welcome, SECRET_OF_ADA, PASSWORD] {
        for dump in [&waiting, &after] {
            assert!(!dump.contains(secret) && !dump.contains(&hex(secret.as_bytes())), "{secret} stands in {dump}");
        }
    }
    let tokens: std::collections::HashSet<String> =
        (0..1_000).map(|_| guestlist::web::tokens::new_token().unwrap()).collect();
    assert_eq!(tokens.len(), 1_000);
}

#[test]
fn the_database_itself_refuses_what_makes_no_sense() {
    let app = TestDb::new();
    let record = |name: &str| somebody(name).record();
    let occasion = guestlist::audit::Occasion::system("test");
    let conn = &mut app.conn();
    guestlist::developers::enter(conn, &[record("Ada Byron"), record("Grace Hopper")], &occasion).unwrap();
    for (nonsense, why) in [
        ("update developers set status = 'pending', decided_at = now(), decided_by = 'x'", "developers_status_check"),
        ("update developers set status = 'approved'", "developers_decided_check"),
        ("update developers set decided_at = now()", "developers_decided_check"),
        ("update developers set decided_at = now(), decided_by = 'x'", "developers_decided_check"),
        ("update developers set mailbox = 'ada@x.example'", "developers_mailbox_key"),
        ("update developers set email = null", "not-null"),
        ("update developers set decided_order = now()", "decided_order"),
        (
            "insert into developer_passwords values (gen_random_uuid(), 'x', now())",
            "developer_passwords_developer_id_fkey",
        ),
        (
            "insert into developer_sessions values ('x', gen_random_uuid(), now(), now())",
            "developer_sessions_developer_id",
        ),
        (
            "insert into mail_links values ('x', 'invite', (select min(id::text)::uuid from developers), now())",
            "purpose_check",
        ),
        (
            "insert into outbox (id, kind, recipient, subject, body, next_attempt_at, created_at) \
             values (gen_random_uuid(), 'spam', 'a', 'b', 'c', now(), now())",
            "outbox_kind_check",
        ),
        (
            "insert into invitations (id, email, mailbox, via, invited_by, created_at, invited_at, search_text) \
          values (gen_random_uuid(), 'a', 'a', 'pigeon', 'b', now(), now(), 'a')",
            "invitations_via_check",
        ),
        (
            "insert into invitations (id, email, mailbox, via, invited_by, created_at, invited_at, search_text) \
          select gen_random_uuid(), 'a', 'a', 'server', 'b', now(), now(), 'a' from generate_series(1, 2)",
            "invitations_open",
        ),
        ("insert into invitation_links values ('x', gen_random_uuid(), now())", "invitation_links_invitation_id_fkey"),
    ] {
        let error = conn.batch_execute(nonsense).unwrap_err().to_string();
        assert!(error.contains(why), "{nonsense}: {error}");
    }
    let untouched = "select count(*) from developers where status = 'requested' and version = 1";
    assert_eq!(app.number(untouched), 2);
}

#[test]
fn the_applications_role_is_no_superuser_and_owns_what_it_uses() {
    let db = TestDb::new();
    assert_eq!(
        db.text("select rolsuper or rolcreaterole or rolbypassrls from pg_roles where rolname = current_user"),
        "false"
    );
    assert_eq!(
        db.texts("select tablename from pg_tables where schemaname = 'public' and tableowner <> current_user"),
        [""; 0]
    );
}
