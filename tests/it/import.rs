//! People from elsewhere: both kinds of file, with all that may be wrong with them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use diesel::Connection;
use guestlist::audit::Occasion;
use guestlist::developers;
use guestlist::import::{self, Counts, ImportError, Source, Witness};

use crate::cli::{guestlist, run};
use crate::support::db::TestDb;
use crate::support::{App, somebody};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Remembers what it was told.
#[derive(Default)]
struct Clerk {
    steps: Vec<usize>,
    refusals: Vec<(u64, String)>,
}

impl Witness for Clerk {
    fn progress(&mut self, read: usize) {
        self.steps.push(read);
    }

    fn refused(&mut self, _: &str, place: u64, reason: &str) {
        self.refusals.push((place, reason.to_owned()));
    }
}

/// A file of these bytes.
fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn imported(db: &TestDb, path: &Path) -> (Counts, Clerk) {
    let mut clerk = Clerk::default();
    let counts = import::run(&mut db.conn(), &Source::read(path).unwrap(), false, None, &mut clerk).unwrap();
    (counts, clerk)
}

/// Imports and keeps the file of refused records.
fn with_refused(db: &TestDb, path: &Path) -> (Counts, Vec<u8>) {
    let mut refused = Vec::new();
    let source = Source::read(path).unwrap();
    let counts = import::run(&mut db.conn(), &source, false, Some(&mut refused), &mut Clerk::default()).unwrap();
    (counts, refused)
}

fn people(db: &TestDb) -> Vec<String> {
    db.texts(
        "select concat_ws('|', email, full_name, organization, purpose, status, decided_by, reason, \
         to_char(requested_at, 'YYYY-MM-DD HH24:MI:SS'), to_char(decided_at, 'YYYY-MM-DD HH24:MI:SS'), \
         email_verified_at = decided_at) from developers order by mailbox",
    )
}

/// Nothing that a second run may touch stays out.
fn everything(db: &TestDb) -> Vec<String> {
    let mut all = db.texts("select to_jsonb(d) from developers as d order by id");
    all.extend(db.texts("select to_jsonb(e) from audit_entries as e order by id"));
    all
}

#[track_caller]
fn assert_refused(clerk: &Clerk, expected: &[(u64, &str)]) {
    let places: Vec<u64> = clerk.refusals.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, expected.iter().map(|(place, _)| *place).collect::<Vec<_>>(), "{:?}", clerk.refusals);
    for ((place, reason), (_, words)) in clerk.refusals.iter().zip(expected) {
        assert!(reason.contains(words), "{place}: {reason:?} does not say {words:?}");
    }
}

const REGISTRATIONS: Counts = Counts { read: 14, entered: 5, known: 0, refused: 9 };

#[test]
fn good_registrations_come_in_and_bad_ones_are_refused_by_line_and_reason() {
    let db = TestDb::new();
    let (counts, clerk) = imported(&db, &fixture("registrations.csv"));
    assert_eq!(counts, REGISTRATIONS);
    assert_refused(
        &clerk,
        &[
            (7, "needs an @"),
            (8, "only one @"),
            (9, "line breaks"),
            (11, "\"pending\" is none of requested, approved, rejected, revoked"),
            (12, "\"yesterday\" is not a time"),
            (13, "Enter an email address"),
            (14, "at most 64 characters"),
            (15, "the same mailbox as line 2"),
            (16, "the same mailbox as line 3"),
        ],
    );
    assert_eq!(
        people(&db),
        [
            "ada@x.example|Ada Byron|Analytical Engines|Tables of numbers|requested||2026-11-20 09:01:21",
            "Grace.Hopper@Navy.Example|Grace Hopper|Harvard, Mark I|She said \"compile\", and\nit did|approved|import||\
             2025-02-28 22:00:00|2025-02-28 22:00:00|t",
            "last@x.example|Last One||+49 30 is a number|approved|import||2026-02-03 04:05:06|2026-02-03 04:05:06|t",
            "revoked+tag@x.example||||revoked|import||2026-01-01 12:00:00|2026-01-01 12:00:00",
            "жанна@пример.example|Жанна Дарк|ООО «Пример»|=HYPERLINK(\"https://x.example\")|rejected|import||\
             2024-02-29 23:59:59|2024-02-29 23:59:59",
        ]
    );
    assert_eq!(db.text("select counts from developer_totals"), "{1,2,1,1}");
}

#[test]
fn each_imported_record_is_in_the_log() {
    let db = TestDb::new();
    imported(&db, &fixture("registrations.csv"));
    assert_eq!(
        db.texts(
            "select distinct concat_ws('|', event, actor_kind, actor_name, subject_kind, from_status is null, \
             to_status = d.status, subject_email = d.email, request_id is null, address is null) \
             from audit_entries join developers as d on d.id = subject_id"
        ),
        ["developer.imported|system|import|developer|t|t|t|t|t"]
    );
    assert_eq!(db.number("select count(*) from audit_entries"), 5);
}

#[actix_web::test]
async fn a_second_run_adds_nothing_and_touches_no_decision() {
    for name in ["registrations.csv", "kong-developers.json"] {
        let app = App::start().await;
        let (first, _) = imported(&app.db, &fixture(name));
        let admin = app.admin("Kim Lee").await;
        let id = app.db.text("select id from developers where status = 'requested' order by mailbox limit 1");
        let path = format!("/admin/developers/{id}/transitions");
        admin.posts(&path, &[("action", "reject"), ("version", "1"), ("reason", "No")]).await.done();
        let before = everything(&app.db);

        let (second, _) = imported(&app.db, &fixture(name));
        assert_eq!(second, Counts { entered: 0, known: first.entered, ..first }, "{name}");
        assert_eq!(everything(&app.db), before, "{name}");
    }
}

#[test]
fn a_dry_run_finds_the_same_counts_and_writes_nothing() {
    let db = TestDb::new();
    for name in ["registrations.csv", "kong-developers.json"] {
        let source = Source::read(&fixture(name)).unwrap();
        let before = everything(&db);
        let dry = import::run(&mut db.conn(), &source, true, None, &mut Clerk::default()).unwrap();
        assert_eq!(everything(&db), before);
        let (real, _) = imported(&db, &fixture(name));
        assert_eq!(dry, real, "{name}");
    }
}

#[test]
fn kongs_developers_keep_their_ids_and_times() {
    let db = TestDb::new();
    let (counts, clerk) = imported(&db, &fixture("kong-developers.json"));
    assert_eq!(counts, Counts { read: 14, entered: 7, known: 0, refused: 7 });
    assert_refused(
        &clerk,
        &[
            (6, "meta is not JSON"),
            (7, "status 9"),
            (8, "after the @ is not a domain"),
            (9, "invited"),
            (10, "the same mailbox as entry 0"),
            (11, "stands in this file before"),
            (12, "\"12\" is not a UUID"),
        ],
    );
    assert_eq!(
        people(&db),
        [
            "ada@x.example|Ada of Kong|||approved|import||2025-04-04 06:33:32|2025-07-07 00:02:10|t",
            "jerome@x.example|Jerome Stephens|||requested||2025-04-04 06:33:20",
            "kirsty@x.example|Dr Kirsty Field|Smith & Sons||approved|import||2025-04-04 06:33:19|2025-07-07 00:01:57|t",
            "kyle@x.example|Kyle Evans|||revoked|import||2025-04-04 06:33:22|2025-07-07 00:02:00",
            "luke@x.example|Luke Kleybrink||Parcels|rejected|import||2025-04-04 06:33:21|2025-07-07 00:01:59",
            "noname@x.example||||requested||2025-04-04 06:33:24",
            "unproven@x.example|Uma Unproven|||requested||2025-04-04 06:33:23",
        ]
    );
    assert_eq!(
        db.text("select id from developers where mailbox = 'kirsty@x.example'"),
        "018f0000-0000-7000-8000-000000000000"
    );
    assert_eq!(
        db.number("select count(*) from developers where status = 'requested' and email_verified_at is not null"),
        0
    );
}

#[test]
fn who_stands_in_both_files_comes_in_once() {
    let db = TestDb::new();
    let (first, _) = imported(&db, &fixture("registrations.csv"));
    let (second, _) = imported(&db, &fixture("kong-developers.json"));
    assert_eq!((second.entered, second.known), (6, 1));
    assert_eq!(db.number("select count(*) from developers"), i64::try_from(first.entered + 6).unwrap());
    assert_eq!(db.text("select full_name from developers where mailbox = 'ada@x.example'"), "Ada Byron");
}

#[test]
fn one_page_of_several_is_said_to_be_one() {
    let remark = Source::read(&fixture("kong-page.json")).unwrap().remark.unwrap();
    assert!(remark.contains("one page of several"), "{remark}");
    assert_eq!(Source::read(&fixture("kong-developers.json")).unwrap().remark, None);
}

#[test]
fn what_was_refused_can_be_mended_and_imported_again() {
    let db = TestDb::new();
    let (_, refused) = with_refused(&db, &fixture("registrations.csv"));
    let text = String::from_utf8(refused).unwrap();
    assert!(text.starts_with("line,reason,email,full_name,organization,purpose,status,requested_at\n"), "{text}");
    assert!(text.contains("'-5 calls a day"), "a formula is not disarmed: {text}");

    // As it is it is refused again, but for the two that only stood there twice: their mailboxes are known by now.
    let (again, _) = imported(&db, file(text.as_bytes()).path());
    assert_eq!(again, Counts { read: 9, entered: 0, known: 2, refused: 7 });

    let mended = text
        .replace("no-at.example", "no@at.example")
        .replace("two@at@x.example", "two@x.example")
        .replace("line@x.example\r\nBcc: eve@y.example", "line@x.example")
        .replace("pending", "requested")
        .replace("yesterday\n", "2026-01-02T12:00:00Z\n")
        .replace(",,No Address", ",none@x.example,No Address")
        .replace(&"l".repeat(65), "short");
    let (counts, clerk) = imported(&db, file(mended.as_bytes()).path());
    assert_refused(&clerk, &[]);
    assert_eq!((counts.entered, counts.known), (7, 2), "{mended}");
}

#[test]
fn a_formula_comes_back_as_it_was() {
    let db = TestDb::new();
    let table = b"email,full_name,organization,purpose,status,requested_at\n\
        sum@x.example,-Ada,@home,\"=1+1\",approved,never\n";
    let (_, refused) = with_refused(&db, file(table).path());
    let mended = String::from_utf8(refused).unwrap().replace("never", "2026-01-02T12:00:00Z");
    imported(&db, file(mended.as_bytes()).path());
    assert_eq!(
        db.texts("select concat_ws('|', full_name, organization, purpose) from developers"),
        ["-Ada|@home|=1+1"],
        "{mended}"
    );
}

#[test]
fn a_line_with_cells_too_many_or_too_few_is_refused_like_every_other() {
    let table = b"email,full_name,organization,purpose,status,requested_at\n\
        first@x.example,First,,,approved,2026-01-02T12:00:00Z\n\
        few@x.example,Few\n\
        many@x.example,Many,,,approved,2026-01-02T12:00:00Z,and,more\n\
        b\xffd@x.example,Bytes,,,approved,2026-01-02T12:00:00Z\n\
        last@x.example,Last,,,approved,2026-01-02T12:00:00Z\n";
    let db = TestDb::new();
    let (counts, clerk) = imported(&db, file(table).path());
    assert_eq!(counts, Counts { read: 5, entered: 2, known: 0, refused: 3 });
    assert_refused(&clerk, &[(3, "2 cells"), (4, "8 cells"), (5, "no UTF-8")]);

    let db = TestDb::new();
    let mut refused = Vec::new();
    let source = Source::read(file(table).path()).unwrap();
    let outcome = import::run(&mut db.conn(), &source, false, Some(&mut refused), &mut Clerk::default());
    assert!(outcome.is_ok_and(|with_file| with_file == counts), "the file of refused records stops the import");
    let refused = String::from_utf8_lossy(&refused).into_owned();
    for (line, name) in [(3, "few@x.example"), (4, "many@x.example"), (5, "Bytes")] {
        let kept = refused.lines().any(|text| text.starts_with(&format!("{line},")) && text.contains(name));
        assert!(kept, "line {line} is not in {refused}");
    }
}

#[test]
fn what_was_refused_of_kongs_keeps_each_record_whole() {
    let (_, refused) = with_refused(&TestDb::new(), &fixture("kong-developers.json"));
    let mut reader = csv::Reader::from_reader(refused.as_slice());
    assert_eq!(reader.headers().unwrap(), ["entry", "reason", "record"].as_slice());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row[0].to_owned()).collect::<Vec<_>>(), ["6", "7", "8", "9", "10", "11", "12"]);
    let records = rows.iter().map(|row| serde_json::from_str::<serde_json::Value>(&row[2]).unwrap());
    let addresses: Vec<_> = records.map(|record| record["email"].as_str().unwrap().to_owned()).collect();
    assert_eq!(addresses[1..3], ["nine@x.example", "broken@"]);
}

#[test]
fn columns_come_in_any_order_and_a_byte_order_mark_is_no_part_of_the_header() {
    let db = TestDb::new();
    let table = b"\xef\xbb\xbfStatus, requested_at ,plan,EMAIL\r\napproved,2026-01-02T12:00:00.123+05:30,gold,Ada@x.example\r\n";
    let (counts, _) = imported(&db, file(table).path());
    assert_eq!(counts, Counts { read: 1, entered: 1, known: 0, refused: 0 });
    assert_eq!(db.text("select to_char(requested_at, 'HH24:MI:SS.MS') from developers"), "06:30:00.123");
}

#[test]
fn files_that_are_none_of_ours_are_named_as_such() {
    for (bytes, words) in [
        (b"".as_slice(), "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"<!DOCTYPE html><p>Not found", "the first line lacks email, status, requested_at"),
        (b"email,name\nada@x.example,Ada\n", "the first line lacks status, requested_at"),
        (b"{\"developers\": []}", "not what Kong answers"),
        (b"{\"data\": [", "not what Kong answers"),
        (b"{\"message\":\"Unauthorized\"}", "not what Kong answers"),
        (b"\xff\xfee\0m\0a\0i\0l\0", "lacks"),
        (b"\0\0\0", "lacks"),
    ] {
        let error = Source::read(file(bytes).path()).map(|_| ()).unwrap_err();
        assert!(matches!(error, ImportError::NotOurs(_)) && error.to_string().contains(words), "{bytes:?}: {error}");
    }
    let missing = Source::read(Path::new("/nowhere/people.csv")).map(|_| ()).unwrap_err().to_string();
    assert!(missing.contains("/nowhere/people.csv"), "{missing}");
}

#[test]
fn kongs_entries_of_every_odd_kind_are_refused_one_by_one() {
    let odd = [
        "null",
        "17",
        "[]",
        "{}",
        r#"{"email":"a@x.example","status":"0","created_at":1}"#,
        r#"{"email":"b@x.example","status":0}"#,
        r#"{"email":"c@x.example","status":0,"created_at":-5}"#,
        r#"{"email":"d@x.example","status":0,"created_at":99999999999999}"#,
        r#"{"email":"e@x.example","status":-1,"created_at":1}"#,
        r#"{"email":"f@x.example","status":0,"created_at":1,"meta":"[1]"}"#,
        r#"{"email":"g\u0000@x.example","status":0,"created_at":1}"#,
        r#"{"email":"h@x.example","status":0,"created_at":1,"meta":"{\"full_name\":\"A\\u0000B\"}"}"#,
        r#"{"email":"good@x.example","status":0,"created_at":1}"#,
    ];
    let db = TestDb::new();
    let (counts, clerk) = imported(&db, file(format!("{{\"data\":[{}]}}", odd.join(",")).as_bytes()).path());
    assert_eq!((counts.read, counts.entered, counts.refused), (13, 1, 12), "{:?}", clerk.refusals);
}

fn many(n: usize) -> String {
    let head = "email,full_name,organization,purpose,status,requested_at\n".to_owned();
    (0..n).fold(head, |text, i| text + &format!("p{i}@x.example,Person {i},,,requested,2026-01-02T12:00:00Z\n"))
}

#[test]
fn large_files_go_in_batches_and_one_that_fails_keeps_what_was_before() {
    let db = TestDb::new();
    let doubled = many(1200) + "P7@x.example,Again,,,requested,2026-01-02T12:00:00Z\n";
    let (counts, clerk) = imported(&db, file(doubled.as_bytes()).path());
    assert_eq!(counts, Counts { read: 1201, entered: 1200, known: 0, refused: 1 });
    assert_eq!(clerk.steps, [500, 1000, 1201]);
    assert_refused(&clerk, &[(1202, "the same mailbox as line 9")]);

    let db = TestDb::new();
    db.run(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$; \
         create trigger refuse before insert on developers for each row when (new.mailbox = 'p700@x.example') \
         execute function refuse()",
    );
    let source = Source::read(file(many(1200).as_bytes()).path()).unwrap();
    let outcome = import::run(&mut db.conn(), &source, false, None, &mut Clerk::default());
    let error = outcome.unwrap_err().to_string();
    assert!(error.contains("what was imported before stays"), "{error}");
    assert_eq!(db.number("select count(*) from developers"), 500);
    assert_eq!(db.number("select count(*) from audit_entries"), 500);
    db.run("drop trigger refuse on developers");
    let (again, _) = imported(&db, file(many(1200).as_bytes()).path());
    assert_eq!((again.entered, again.known), (700, 500));
}

#[test]
fn two_imports_at_once_enter_everybody_once() {
    let db = TestDb::new();
    let table = file(many(1500).as_bytes());
    let entered: usize = std::thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(|| imported(&db, table.path()).0.entered)).collect();
        running.into_iter().map(|import| import.join().unwrap()).sum()
    });
    assert_eq!(entered, 1500);
    assert_eq!(db.number("select count(*) from audit_entries"), 1500);
    assert_eq!(db.text("select counts from developer_totals"), "{1500,0,0,0}");
}

#[test]
fn an_id_that_somebody_else_has_is_known() {
    let db = TestDb::new();
    let taken = "018f0000-0000-7000-8000-000000000001";
    let record = developers::NewRecord { id: taken.parse().unwrap(), ..somebody("Ada Byron").record() };
    let conn = &mut db.conn();
    conn.transaction(|conn| developers::enter(conn, &[record], &Occasion::system("test"))).unwrap();
    let kong = format!(r#"[{{"id":"{taken}","email":"other@x.example","status":0,"created_at":1}}]"#);
    let (counts, _) = imported(&db, file(kong.as_bytes()).path());
    assert_eq!((counts.entered, counts.known), (0, 1));
    assert_eq!(db.texts("select email from developers"), ["ada.byron@x.example"]);
}

#[test]
fn the_command_tells_how_it_went() {
    let db = TestDb::new();
    let folder = tempfile::tempdir().unwrap();
    let refused = folder.path().join("refused.csv");
    let (table, file_of_refused) = (fixture("registrations.csv"), refused.to_string_lossy().into_owned());
    let table = table.to_string_lossy();
    let import = |more: &[&str]| run(guestlist(&[&["import", &table], more].concat()).env("DATABASE_URL", &db.url), "");

    let dry = import(&["--dry-run"]).ended(0);
    assert!(
        dry.out.contains("14 read: 5 would be imported, 0 already there, 9 refused (nothing was written)."),
        "{dry:?}"
    );
    assert_eq!(db.number("select count(*) from developers"), 0);

    let first = import(&["--refused", &file_of_refused]).ended(0);
    assert!(first.out.contains("14 read: 5 imported, 0 already there, 9 refused."), "{first:?}");
    for said in ["line 7 refused: ", "line 16 refused: the same mailbox as line 3", "14 of 14 read"] {
        assert!(first.err.contains(said), "{said:?} is missing in {}", first.err);
    }
    assert_eq!(csv::Reader::from_path(&refused).unwrap().records().count(), 9);

    let second = import(&[]).ended(0);
    assert!(second.out.contains("14 read: 0 imported, 5 already there, 9 refused."), "{second:?}");

    let page = fixture("kong-page.json");
    let page = run(guestlist(&["import", &page.to_string_lossy()]).env("DATABASE_URL", &db.url), "").ended(0);
    assert!(page.out.contains("1 read: 1 imported") && page.out.contains("one page of several"), "{page:?}");
}

#[test]
fn the_command_says_what_it_cannot_do() {
    let db = TestDb::new();
    let command = |arguments: &[&str]| run(guestlist(arguments).env("DATABASE_URL", &db.url), "");
    let missing = command(&["import", "nowhere.csv"]).ended(1);
    assert!(missing.err.contains("nowhere.csv cannot be read"), "{missing:?}");
    let page = file(b"<html>");
    let odd = command(&["import", &page.path().to_string_lossy()]).ended(1);
    assert!(odd.err.contains("Expected: email,full_name,"), "{odd:?}");
    let table = fixture("registrations.csv");
    let closed = command(&["import", &table.to_string_lossy(), "--refused", "/nowhere/refused.csv"]).ended(1);
    assert!(closed.err.contains("/nowhere/refused.csv cannot be written"), "{closed:?}");
    assert_eq!(db.number("select count(*) from developers"), 0);
    fs::metadata(table).unwrap();
}
