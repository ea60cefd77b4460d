#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, unused)]
#[path = "it/support/db.rs"]
mod db;
use chrono::*;
use db::TestDb;
use diesel::Connection;
use guestlist::applications::{self, *};
use guestlist::audit::*;
use guestlist::developers::{self, *};
use guestlist::keys::{self, *};
use guestlist::outbox::Post;
use guestlist::values::*;

fn details(name: &str) -> Details {
    Details { name: ApplicationName::parse(name).unwrap(), description: LongText::default(), callback_url: CallbackUrl::default() }
}

#[test]
fn all() {
    let db = TestDb::new();
    let conn = &mut db.conn();
    let occasion = Occasion::system("test");
    let post = Post { base_url: "http://127.0.0.1:8080".parse().unwrap(), seal: guestlist::web::seal::Seal::new(b"a secret of at least sixty-four bytes that signs the cookies of every test"), delivers: true };
    let new = Addition { name: PersonName::parse("Ada").unwrap(), email: EmailAddress::parse("Ada@x.example").unwrap(), organization: Organization::default(), status: Status::Approved };
    let Registered::New(ada) = developers::add(conn, &new, &occasion).unwrap() else { panic!() };
    db.run("insert into settings (key, value, version, changed_at) values ('application_auto_approval', 'off', 1, now())");
    let tx = |conn: &mut guestlist::db::Conn, f: &mut dyn FnMut(&mut guestlist::db::Conn)| conn.transaction(|c| { f(c); Ok::<_, diesel::result::Error>(()) }).unwrap();
    let Created::Done(app) = applications::create(conn, ada.id, &details("Weather"), &post, &occasion).unwrap() else { panic!() };
    assert_eq!(app.status, Status::Requested);
    println!("{:?}", db.texts("select kind || ' ' || recipient || ' ' || subject || ' ' || state || ' ' || coalesce(known_status,'-') from outbox order by id"));
    let mv = |action, version| Move { action, version, reason: LongText::parse("why not", "x").unwrap(), tell: true };
    // stale
    let r = applications::transition(conn, app.id, &mv(Action::Approve, 9), &post, &occasion).unwrap();
    assert!(matches!(&r, Outcome::Refused(_, Some(e)) if e.event == Event::ApplicationCreated), "{r:?}");
    let Outcome::Done(app) = applications::transition(conn, app.id, &mv(Action::Approve, 1), &post, &occasion).unwrap() else { panic!() };
    let newkey = |name: &str, on: &str| NewKey { name: KeyName::parse(name).unwrap(), expiry: Expiry::parse(on, Utc::now()).unwrap() };
    let day = |n| (Utc::now() + TimeDelta::days(n)).format("%Y-%m-%d").to_string();
    for (name, on) in [("a", String::new()), ("b", day(5)), ("c", day(6)), ("d", day(7)), ("e", day(8))] {
        let r = applications::create_key(conn, (ada.id, app.id), &newkey(name, &on), &post, &occasion).unwrap();
        assert!(matches!(r, KeyCreated::Done(..)));
    }
    assert!(matches!(applications::create_key(conn, (ada.id, app.id), &newkey("f", ""), &post, &occasion).unwrap(), KeyCreated::Full(_)));
    let r = applications::transition(conn, app.id, &mv(Action::Approve, app.version), &post, &occasion).unwrap();
    assert!(matches!(&r, Outcome::Refused(_, Some(e)) if e.event == Event::ApplicationApproved), "{r:?}");
    let mut held = db.conn();
    held.begin_test_transaction().unwrap();
    use diesel::connection::SimpleConnection;
    held.batch_execute("select 1 from keys where name = 'b' for update").unwrap();
    tx(conn, &mut |c| println!("warned {}", keys::warn_expiring(c, &post, Utc::now()).unwrap()));
    drop(held);
    tx(conn, &mut |c| println!("warned {}", keys::warn_expiring(c, &post, Utc::now()).unwrap()));
    tx(conn, &mut |c| println!("warned {}", keys::warn_expiring(c, &post, Utc::now()).unwrap()));
    db.run("update keys set last_used_at = now() - interval '5 minutes' where name = 'c'");
    let now = Utc::now();
    db.run(&format!("insert into developer_sessions (key_hash, developer_id, signed_in_at, seen_at) values ('\\x01', '{}', now(), now())", ada.id));
    let stops = keys::stops_of_developers(conn, &[ada.id], now).unwrap();
    println!("{stops:?} {:?}", keys::stops_in_words(&stops[&ada.id], now));
    println!("{:?}", keys::stops_of_applications(conn, &[app.id], now).unwrap());
    let Outcome::Done(app) = applications::transition(conn, app.id, &mv(Action::Revoke, app.version), &post, &occasion).unwrap() else { panic!() };
    println!("{:?}", keys::stops_of_applications(conn, &[app.id], now).unwrap());
    assert!(matches!(applications::create_key(conn, (ada.id, app.id), &newkey("f", ""), &post, &occasion).unwrap(), KeyCreated::NotAllowed(_)));
    let Outcome::Done(app) = applications::transition(conn, app.id, &mv(Action::Reapprove, app.version), &post, &occasion).unwrap() else { panic!() };
    println!("{:#?}", db.texts("select kind || ' ' || recipient || ' ' || subject || ' ' || state || ' ' || coalesce(known_status,'-') from outbox order by id"));
    println!("{}", db.texts("select body from outbox where kind = 'key_expiring'").join("\n---\n"));
    for i in 0..49 { assert!(matches!(applications::create(conn, ada.id, &details(&format!("n{i}")), &post, &occasion).unwrap(), Created::Done(_))); }
    assert!(matches!(applications::create(conn, ada.id, &details("last"), &post, &occasion).unwrap(), Created::Full));
    println!("{:?} {:?}", db.texts("select counts from application_totals"), db.texts("select n from application_counts"));
    let r = applications::edit(conn, app.id, app.version, &details("Wetter"), &occasion).unwrap();
    assert!(matches!(&r, Outcome::Done(a) if a.name == "Wetter"));
    let r = applications::delete(conn, app.id, app.version, &occasion).unwrap();
    assert!(matches!(r, Outcome::Refused(..)));
    let r = applications::delete(conn, app.id, app.version + 1, &occasion).unwrap();
    assert!(matches!(r, Outcome::Done(..)));
    println!("{:#?}", db.texts("select event || ' ' || actor_name || ' ' || details from audit_entries order by id desc limit 4"));
    println!("{}", db.number("select count(*) from keys"));
    // explain of the expiring
    println!("{}", db.texts("select count(*) from gateway_changes").join(""));
}
