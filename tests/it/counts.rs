//! The numbers on the tabs after a storm of writes.

use std::thread;

use chrono::Utc;
use diesel::{Connection, RunQueryDsl, sql_query};
use guestlist::audit::Occasion;
use guestlist::developers::{Status, enter};

use crate::support::db::{TestDb, number};
use crate::support::{App, somebody};

fn assert_exact(db: &TestDb) {
    for (totals, rows) in [("developer_totals", "developers"), ("application_totals", "applications")] {
        let shown = db.text(&format!("select counts from {totals}"));
        let counted = db.text(&format!(
            "select array[count(*) filter (where status = 'requested'), count(*) filter (where status = 'approved'), \
             count(*) filter (where status = 'rejected'), count(*) filter (where status = 'revoked')] from {rows}"
        ));
        assert_eq!(shown, counted, "{rows}");
    }
}

#[test]
fn the_counts_are_exact_after_writers_of_every_kind_at_once() {
    let db = TestDb::new();
    thread::scope(|scope| {
        for task in 0..8 {
            let db = &db;
            scope.spawn(move || {
                let conn = &mut db.conn();
                for n in 0..25 {
                    let status = Status::ALL[(task + n) % 4];
                    let newcomers = (0..3).map(|i| somebody(&format!("T{task} N{n} I{i}")).now(status));
                    let records: Vec<_> = newcomers.map(|newcomer| newcomer.record()).collect();
                    enter(conn, &records, &Occasion::system("storm")).unwrap();
                    // Moves and deletions of whatever is there, others' rows too; a rolled back one counts nothing.
                    let wishes = [
                        "update developers set status = 'approved', decided_at = now(), decided_by = 'x' \
                         where id in (select id from developers where status <> 'approved' order by id limit 2 for update skip locked)",
                        "update developers set status = 'revoked' \
                         where id in (select id from developers where status = 'approved' order by id limit 1 for update skip locked)",
                        "delete from developers where id in (select id from developers order by id desc limit 1 for update skip locked)",
                        "insert into applications (id, developer_id, name, description, callback_url, email, mailbox, \
                         status, requested_at, name_order, search_text) \
                         select gen_random_uuid(), id, 'App', '', '', email, mailbox, 'requested', now(), 'app', 'app' \
                         from developers order by id desc limit 2 for update skip locked",
                        "update applications set status = 'approved', decided_at = now(), decided_by = 'x' \
                         where id in (select id from applications where status = 'requested' order by id limit 2 for update skip locked)",
                        "delete from applications where id in (select id from applications order by id limit 1 for update skip locked)",
                        "update developers set full_name = 'Same' \
                         where id in (select id from developers order by id limit 5 for update skip locked)",
                    ];
                    for wish in wishes {
                        let outcome = conn.transaction(|conn| {
                            sql_query(wish).execute(conn)?;
                            if n % 5 == 4 { Err(diesel::result::Error::RollbackTransaction) } else { Ok(()) }
                        });
                        assert!(matches!(outcome, Ok(()) | Err(diesel::result::Error::RollbackTransaction)), "{outcome:?}");
                    }
                }
            });
        }
    });
    assert_exact(&db);
    assert!(number(&mut db.conn(), "select count(*) from developers") > 100);
    assert!(number(&mut db.conn(), "select count(*) from applications") > 50);
    // With all that hangs on them.
    db.run("truncate developers cascade");
    assert_exact(&db);
}

#[actix_web::test]
async fn the_tabs_say_what_count_says_after_clicks_from_everywhere() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let people = app.enter_all((0..40).map(|n| somebody(&format!("Ada Nr{n}")).since(Utc::now())).collect());
    let clicks = people.iter().enumerate().map(async |(n, person)| {
        let told = match n % 4 {
            0 => admin.moves(person, "approve", 1).await,
            1 => admin.moves(person, "reject", 1).await,
            2 => admin.deletes(person, 1).await,
            _ => admin.posts(&person.path(), &[("full_name", "New"), ("organization", ""), ("version", "1")]).await,
        };
        told.done();
    });
    futures_util::future::join_all(clicks).await;
    assert_exact(&app.db);
    assert_eq!(admin.opens("/admin/developers").await.counts(), ["10", "10", "10", "0", "30"]);
}
