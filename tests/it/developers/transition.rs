//! `POST /admin/developers/{id}/transitions`

use futures_util::future::join_all;
use guestlist::developers::Status::{self, Approved, Rejected, Requested, Revoked};
use guestlist::ids::DeveloperId;

use crate::support::{App, Person, both_ways, somebody};

/// The law, written down a second time. Whatever is not here is refused.
const MOVES: &str = "
    requested  approve    approved
    requested  reject     rejected
    rejected   approve    approved
    approved   revoke     revoked
    revoked    reapprove  approved
";
const ACTIONS: [&str; 4] = ["approve", "reject", "revoke", "reapprove"];
const STATUSES: [Status; 4] = [Requested, Approved, Rejected, Revoked];

fn lawful(from: Status, action: &str) -> Option<Status> {
    let rows = MOVES.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let to = rows.filter(|row| row.len() == 3).find(|row| row[0] == from.as_str() && row[1] == action);
    to.map(|row| row[2].parse().unwrap())
}

#[actix_web::test]
async fn every_move_of_the_table_is_done_and_every_other_is_refused() {
    both_ways(async |app: &App, admin| {
        let mut lawful_moves = 0;
        for from in STATUSES {
            for action in ACTIONS {
                let person = app.enters(somebody(&format!("{from} {action}")).now(from));
                let before = app.row(&person);
                let told = admin.moves(&person, action, before.version).await;
                let after = app.row(&person);
                if let Some(to) = lawful(from, action) {
                    lawful_moves += 1;
                    told.done().shows_row(&person, to);
                    assert_eq!((after.status, after.version), (to, before.version + 1), "{from} {action}");
                } else {
                    told.refused(409).shows_row(&person, from);
                    assert_eq!(format!("{after:?}"), format!("{before:?}"), "{from} {action}");
                }
            }
        }
        assert_eq!(lawful_moves, 5);
        assert_eq!(app.decisions().len(), 5, "a refused move leaves no entry");
    })
    .await;
}

#[actix_web::test]
async fn only_what_the_table_allows_is_offered() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for status in STATUSES {
        let person = app.enters(somebody(&format!("Some {status}")).now(status));
        let lawful: Vec<_> = ACTIONS.into_iter().filter(|action| lawful(status, action).is_some()).collect();
        for page in [format!("/admin/developers?status={status}"), "/admin/developers?status=all".into(), person.path()]
        {
            let shown = admin.opens(&page).await.shown(&person.id.to_string()).unwrap();
            assert_eq!(shown.verbs, lawful, "{page}");
        }
    }
}

#[actix_web::test]
async fn a_story_in_five_moves() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        admin.reject(&ada, "").await.done().shows_row(&ada, Rejected).shows_counts([0, 0, 1, 0, 1]);
        admin.approve(&ada).await.done().shows_row(&ada, Approved).shows_counts([0, 1, 0, 0, 1]);
        admin.revoke(&ada, "Left").await.done().shows_row(&ada, Revoked).shows_counts([0, 0, 0, 1, 1]);
        admin.reapprove(&ada).await.done().shows_row(&ada, Approved).says("Re-approved Ada Byron.");
        assert_eq!(app.row(&ada).version, 5);
    })
    .await;
}

#[actix_web::test]
async fn on_the_tab_of_one_status_the_moved_row_leaves() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        let bo = app.requested("Bo Chen").await;
        let admin = admin.looking_at("/admin/developers?status=requested");
        let told = admin.approve(&ada).await.done();
        told.shows_no_row(&ada).shows_counts([1, 1, 0, 0, 2]).says("Approved Ada Byron.");
        if let Some(landed) = &told.landed {
            assert_eq!(landed.page().row_ids(), [bo.id.to_string()]);
        } else {
            let text = told.answer.text();
            assert!(text.contains("<title>Requested (1) · Developers · Guestlist</title>"), "{text}");
            assert!(told.answer.partial("#waiting").inner.starts_with("1 is waiting for a decision"));
            assert_eq!(told.answer.partial("#total").inner, "1 developer");
        }
        assert_eq!(app.row(&ada).status, Approved);
    })
    .await;
}

#[actix_web::test]
async fn on_the_own_page_the_record_shows_its_new_state() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        let admin = admin.looking_at(&ada.path());
        let told = admin.reject(&ada, "Not for us").await.done();
        told.shows_row(&ada, Rejected).says("Rejected Ada Byron.");
        let shown = told.shown(&ada).unwrap();
        assert!(shown.text.contains("Rejected by Kim Lee"), "{}", shown.text);
        assert!(shown.text.contains("Not for us"), "{}", shown.text);
        if let Some(landed) = &told.landed {
            assert!(landed.what.contains(&ada.path()), "{}", landed.what);
        }
    })
    .await;
}

#[actix_web::test]
async fn a_move_is_recorded_with_all_that_belongs_to_it() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        let begun = chrono::Utc::now();
        let told = admin.reject(&ada, "Line one\r\nline two").await.done();
        let entries = app.decisions();
        assert_eq!(entries.len(), 1);
        let entry = &entries[0];
        assert_eq!(entry.event.as_str(), "developer.rejected");
        assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("admin", "Kim Lee"));
        assert_eq!(entry.actor_email, admin.email);
        assert_eq!((entry.subject_kind.as_str(), entry.subject_id), ("developer", Some(ada.id.0)));
        assert_eq!((entry.subject_name.as_str(), entry.subject_email.as_str()), ("Ada Byron", ada.email.as_str()));
        assert_eq!((entry.from_status.as_deref(), entry.to_status.as_deref()), (Some("requested"), Some("rejected")));
        assert_eq!(entry.reason, "Line one\nline two");
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(told.answer.request_id()));
        assert_eq!(entry.address.as_deref(), Some("127.0.0.1"));
        assert!((entry.at - begun).num_seconds().abs() < 10);

        let row = app.row(&ada);
        assert_eq!(row.decided_by.as_deref(), Some("Kim Lee"));
        assert_eq!(row.reason, "Line one\nline two");
        assert_eq!(row.decided_at.map(|at| at.timestamp_millis()), Some(entry.at.timestamp_millis()));
    })
    .await;
}

#[actix_web::test]
async fn an_older_version_is_refused_and_says_who_was_quicker() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        let quick = app.admin("Sam Quick").await;
        quick.reject(&ada, "Spam").await.done();
        let before = app.state();
        // The move itself would be lawful: it is the version that is old.
        let told = admin.moves(&ada, "approve", 1).await.refused(409);
        told.shows_row(&ada, Rejected);
        let said = if admin.browser.htmx { told.message() } else { told.answer.page().text(".errors") };
        assert!(said.contains("Sam Quick rejected this just now"), "{said}");
        assert!(said.contains("Nothing was changed"), "{said}");
        if admin.browser.htmx {
            told.shows_counts([0, 0, 1, 0, 1]);
        } else {
            assert!(told.answer.page().title().starts_with("Not changed: "), "{}", told.answer.page().title());
        }
        assert_eq!(app.state(), before);
        for version in [0, 3, -1, i32::MAX] {
            admin.moves(&ada, "approve", version).await.refused(409);
        }
        assert_eq!(app.state(), before);
    })
    .await;
}

#[actix_web::test]
async fn a_repeated_click_conflicts_and_does_not_repeat() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        admin.moves(&ada, "approve", 1).await.done();
        admin.moves(&ada, "approve", 1).await.refused(409);
        admin.moves(&ada, "approve", 2).await.refused(409);
        assert_eq!(app.decisions().len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn somebody_who_is_gone_is_taken_from_the_page() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        app.db.run("delete from developers");
        let told = admin.moves(&ada, "approve", 1).await.refused(404);
        if admin.browser.htmx {
            told.shows_no_row(&ada).says("no longer exists").shows_counts([0; 5]);
        } else {
            assert!(told.answer.page().text("h1").contains("not found"));
        }
        assert!(app.decisions().is_empty());
    })
    .await;
}

#[actix_web::test]
async fn ten_clicks_at_once_are_one_move_and_one_entry() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        let told = join_all((0..10).map(|_| admin.moves(&ada, "approve", 1))).await;
        let statuses: Vec<_> = told.iter().map(|told| told.answer.status).collect();
        let done = if admin.browser.htmx { 200 } else { 303 };
        assert_eq!(statuses.iter().filter(|status| **status == done).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 9, "{statuses:?}");
        assert_eq!(app.decisions().len(), 1);
        assert_eq!(app.row(&ada).version, 2);
    })
    .await;
}

#[actix_web::test]
async fn of_fifty_opposite_actions_at_once_one_wins_each_version() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    for round in 1..=5 {
        let actions = ACTIONS.iter().cycle().take(50);
        let told = join_all(actions.map(|action| admin.moves(&ada, action, round))).await;
        let statuses: Vec<_> = told.iter().map(|told| told.answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 49, "{statuses:?}");
        assert_eq!(app.row(&ada).version, round + 1);
        assert_eq!(app.decisions().len(), usize::try_from(round).unwrap());
    }
    let mut status = "requested".to_owned();
    for entry in app.decisions() {
        assert_eq!(entry.from_status, Some(status), "the log is one unbroken story");
        status = entry.to_status.unwrap();
    }
    assert_eq!(status, app.row(&ada).status.as_str());
}

#[actix_web::test]
async fn a_reason_has_at_most_two_thousand_characters() {
    both_ways(async |app: &App, admin| {
        let ada = app.requested("Ada Byron").await;
        for bad in ["ж".repeat(2_001), "a\u{7}b".to_owned()] {
            let fields = [("action", "reject"), ("version", "1"), ("reason", bad.as_str())];
            let told = admin.posts(&ada.moves(), &fields).await.refused(422);
            if admin.browser.htmx {
                assert!(told.message().starts_with("The reason must"), "{}", told.message());
                assert_eq!(told.answer.header("hx-reswap"), Some("none"));
            } else {
                let page = told.answer.page();
                assert!(page.title().starts_with("Error: "), "{}", page.title());
                assert!(page.text(".errors").contains("The reason must"));
                assert!(told.answer.text().contains(&bad), "what was typed is kept");
            }
        }
        assert_eq!((app.row(&ada).status, app.decisions().len()), (Requested, 0));
        let longest = "ж".repeat(2_000);
        let fields = [("action", "reject"), ("version", "1"), ("reason", longest.as_str())];
        admin.posts(&ada.moves(), &fields).await.done();
        assert_eq!(app.row(&ada).reason, longest);
    })
    .await;
}

#[actix_web::test]
async fn a_message_stays_short_whatever_the_name() {
    both_ways(async |app: &App, admin| {
        let long = app.enters(somebody(&"Wolfeschlegel".repeat(15)).at("long@x.example"));
        let told = admin.approve(&long).await.done();
        assert!(told.message().chars().count() < 140, "{}", told.message());
        assert!(told.message().starts_with("Approved Wolfeschlegel"));
    })
    .await;
}

#[actix_web::test]
async fn somebody_without_a_name_is_called_by_their_address() {
    both_ways(async |app: &App, admin| {
        let nameless = app.enters(somebody("").at("nameless@x.example"));
        admin.approve(&nameless).await.done().shows_row(&nameless, Approved).says("Approved nameless@x.example.");
    })
    .await;
}

#[actix_web::test]
async fn the_answer_to_htmx_is_made_of_parts_and_nothing_else() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.speaking(true);
    let ada = app.requested("Ada Byron").await;
    let told = admin.approve(&ada).await.done();
    let targets: Vec<String> = told.answer.partials().into_iter().map(|partial| partial.target).collect();
    let row = format!("#{}", ada.row_id());
    let tabs = ["requested", "approved", "rejected", "revoked", "all"].map(|tab| format!("#tab-{tab} .count"));
    let mut expected = vec![row];
    expected.extend(tabs);
    expected.extend(["#waiting", "#total", "#messages"].map(str::to_owned));
    assert_eq!(targets, expected);
    let text = told.answer.text();
    assert!(!text.contains("<html") && !text.contains("<body"), "{text}");
}

/// Where a browser without JavaScript goes after a move; open redirects are in `local_paths`.
#[actix_web::test]
async fn a_move_leads_back_to_where_it_was_made() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for (n, (return_to, expected)) in [
        ("/admin/developers?status=all&q=ada", "/admin/developers?status=all&q=ada"),
        ("/admin/developers?status=requested&sort=name", "/admin/developers?status=requested&sort=name"),
        ("/admin/activity", "/admin/activity"),
        ("", "/admin/developers"),
        ("https://evil.example/", "/admin/developers"),
    ]
    .into_iter()
    .enumerate()
    {
        let person = app.requested(&format!("Ada {n}")).await;
        let fields = [("action", "approve"), ("version", "1"), ("return_to", return_to)];
        let told = admin.posts(&person.moves(), &fields).await.done();
        assert_eq!(told.answer.location(), expected);
    }
    let person = app.requested("Without return").await;
    let told = admin.posts(&person.moves(), &[("action", "approve"), ("version", "1")]).await.done();
    assert_eq!(told.answer.location(), "/admin/developers");
}

#[actix_web::test]
async fn ids_that_are_none_are_no_page() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.requested("Ada Byron").await;
    let before = app.state();
    let unknown = DeveloperId::new().to_string();
    for id in [unknown.as_str(), "0", "abc", "%00", "..%2f", "00000000-0000-0000-0000-00000000000g", "1%20or%201=1"] {
        for htmx in [false, true] {
            let path = format!("/admin/developers/{id}/transitions");
            let told = admin.speaking(htmx).posts(&path, &[("action", "approve"), ("version", "1")]).await;
            assert_eq!(told.answer.status, 404, "{id}");
        }
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn a_move_from_htmx_without_return_to_is_answered_for_the_page_in_the_bar() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.speaking(true).looking_at("/admin/developers?status=requested");
    let ada: Person = app.requested("Ada Byron").await;
    let told = admin.posts(&ada.moves(), &[("action", "approve"), ("version", "1")]).await.done();
    told.shows_no_row(&ada);
}
