//! `POST /admin/applications/{id}/transitions`

use chrono::TimeDelta;
use futures_util::future::join_all;
use guestlist::developers::Status::{self, Approved, Rejected, Requested, Revoked};
use guestlist::ids::ApplicationId;
use guestlist::outbox::State;

use super::ALL;
use crate::support::applications::Application;
use crate::support::{App, AtTheDesk, both_ways, somebody};

/// The law, written down once more. Whatever is not here is refused.
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

/// What waits to be sent to the owner.
fn waiting(app: &App, application: &Application) -> Vec<&'static str> {
    let mails = app.mails_to(&application.owner.email).into_iter();
    mails.filter(|mail| mail.state == State::Waiting).map(|mail| mail.kind.as_str()).collect()
}

#[actix_web::test]
async fn every_move_of_the_table_is_done_and_every_other_is_refused() {
    both_ways(async |app: &App, admin| {
        let admin = admin.looking_at(ALL);
        let ada = app.approved("Ada Byron");
        let mut lawful_moves = 0;
        for from in STATUSES {
            for action in ACTIONS {
                let weather = app.application_in(&ada, &format!("{from} {action}"), from);
                let before = app.application_row(&weather);
                let told = admin.moves(&weather, action, before.version).await;
                let after = app.application_row(&weather);
                if let Some(to) = lawful(from, action) {
                    lawful_moves += 1;
                    told.done().shows_row(&weather, to);
                    assert_eq!((after.status, after.version), (to, before.version + 1), "{from} {action}");
                } else {
                    told.refused(409).shows_row(&weather, from);
                    assert_eq!(format!("{after:?}"), format!("{before:?}"), "{from} {action}");
                }
            }
        }
        assert_eq!(lawful_moves, 5);
        assert_eq!(app.application_entries().len(), 5, "a refused move leaves no entry");
        assert_eq!(app.mails().len(), 5);
    })
    .await;
}

#[actix_web::test]
async fn only_what_the_table_allows_is_offered() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.approved("Ada Byron");
    for status in STATUSES {
        let weather = app.application_in(&ada, &format!("Some {status}"), status);
        let lawful: Vec<_> = ACTIONS.into_iter().filter(|action| lawful(status, action).is_some()).collect();
        for page in [format!("/admin/applications?status={status}"), ALL.into(), weather.path()] {
            let shown = admin.opens(&page).await.shown_at(&weather.row_id()).unwrap();
            assert_eq!(shown.verbs, lawful, "{page}");
        }
    }
}

#[actix_web::test]
async fn a_story_in_five_moves() {
    both_ways(async |app: &App, admin| {
        let admin = admin.looking_at(ALL);
        let weather = app.application_in(&app.approved("Ada Byron"), "Weather", Requested);
        admin.reject(&weather, "").await.done().shows_row(&weather, Rejected).shows_counts([0, 0, 1, 0, 1]);
        admin.approve(&weather).await.done().shows_row(&weather, Approved).shows_counts([0, 1, 0, 0, 1]);
        admin.revoke(&weather, "Left").await.done().shows_row(&weather, Revoked).shows_counts([0, 0, 0, 1, 1]);
        admin.reapprove(&weather).await.done().shows_row(&weather, Approved).says("Re-approved Weather.");
        assert_eq!(app.application_row(&weather).version, 5);
    })
    .await;
}

#[actix_web::test]
async fn on_the_tab_of_one_status_the_moved_row_leaves() {
    both_ways(async |app: &App, admin| {
        let ada = app.approved("Ada Byron");
        let weather = app.application_in(&ada, "Weather", Requested);
        let maps = app.application_in(&ada, "Maps", Requested);
        let admin = admin.looking_at("/admin/applications?status=requested");
        let told = admin.approve(&weather).await.done();
        told.shows_no_row(&weather).shows_counts([1, 1, 0, 0, 2]).says("Approved Weather.");
        if let Some(landed) = &told.landed {
            assert_eq!(landed.page().ids_of("application"), [maps.id.to_string()]);
        } else {
            let text = told.answer.text();
            assert!(text.contains("<title>Requested (1) · Applications · Guestlist</title>"), "{text}");
            assert!(told.answer.partial("#waiting").inner.starts_with("1 is waiting for a decision"));
            assert_eq!(told.answer.partial("#total").inner, "1 application");
        }
    })
    .await;
}

#[actix_web::test]
async fn on_the_own_page_the_record_shows_its_new_state() {
    both_ways(async |app: &App, admin| {
        let weather = app.application_in(&app.approved("Ada Byron"), "Weather", Requested);
        let told = admin.looking_at(&weather.path()).reject(&weather, "Not for us").await.done();
        told.shows_row(&weather, Rejected).says("Rejected Weather.");
        let shown = told.shown(&weather).unwrap();
        assert!(shown.text.contains("Rejected by Kim Lee") && shown.text.contains("Not for us"), "{}", shown.text);
    })
    .await;
}

#[actix_web::test]
async fn a_move_is_recorded_with_all_that_belongs_to_it() {
    both_ways(async |app: &App, admin| {
        let ada = app.approved("Ada Byron");
        let weather = app.application_in(&ada, "Weather", Requested);
        let told = admin.looking_at(ALL).reject(&weather, "Line one\r\nline two").await.done();
        let entries = app.application_entries();
        assert_eq!(entries.len(), 1);
        let entry = &entries[0];
        assert_eq!(entry.event.as_str(), "application.rejected");
        assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("admin", "Kim Lee"));
        assert_eq!((entry.subject_kind.as_str(), entry.subject_id), ("application", Some(weather.id.0)));
        assert_eq!((entry.subject_name.as_str(), entry.subject_email.as_str()), ("Weather", ada.email.as_str()));
        assert_eq!((entry.from_status.as_deref(), entry.to_status.as_deref()), (Some("requested"), Some("rejected")));
        assert_eq!(entry.reason, "Line one\nline two");
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(told.answer.request_id()));
        let row = app.application_row(&weather);
        assert_eq!((row.decided_by.as_deref(), row.reason.as_str()), (Some("Kim Lee"), "Line one\nline two"));
        assert_eq!(row.decided_at.map(|at| at.timestamp_millis()), Some(entry.at.timestamp_millis()));
        let log = admin.opens("/admin/activity").await;
        assert!(log.texts("#rows td.mail").contains(&ada.email), "the log shows whose it is");
    })
    .await;
}

#[actix_web::test]
async fn the_owner_hears_of_each_decision_after_a_while() {
    both_ways(async |app: &App, admin| {
        let admin = admin.looking_at(ALL);
        for (from, action, kind, leads) in [
            (Requested, "approve", "application_approved", true),
            (Requested, "reject", "application_rejected", false),
            (Rejected, "approve", "application_approved", true),
            (Approved, "revoke", "application_revoked", false),
            (Revoked, "reapprove", "application_approved", true),
        ] {
            let ada = app.approved(&format!("Ada {from} {action}"));
            let weather = app.application_in(&ada, "Weather", from);
            admin.moves(&weather, action, 1).await.done();
            let mails = app.mails_to(&ada.email);
            assert_eq!(mails.len(), 1, "{from} {action}");
            assert_eq!((mails[0].kind.as_str(), mails[0].hold), (kind, TimeDelta::seconds(10)), "{from} {action}");
            assert!(mails[0].text.contains("Weather"), "{}", mails[0].text);
            assert_eq!(mails[0].link().map(|_| mails[0].path()), leads.then(|| weather.own_path()), "{from} {action}");
            admin.moves(&weather, action, 1).await.refused(409);
            assert_eq!(app.mails_to(&ada.email).len(), 1, "a refused move tells nothing");
        }
    })
    .await;
}

#[actix_web::test]
async fn a_move_that_is_taken_back_in_time_tells_nothing_and_other_news_stay() {
    both_ways(async |app: &App, admin| {
        let ada = app.approved("Ada Byron");
        let weather = app.application(&ada, "Weather");
        let maps = app.application(&ada, "Maps");
        let admin = admin.looking_at(ALL);
        admin.revoke(&maps, "").await.done();
        admin.revoke(&weather, "").await.done();
        assert_eq!(waiting(app, &weather), ["application_revoked"; 2]);
        admin.reapprove(&weather).await.done();
        assert_eq!(waiting(app, &weather), ["application_revoked"], "that of the other application");
        assert!(app.mails().iter().any(|mail| mail.state == State::Waiting && mail.text.contains("Maps")));
    })
    .await;
}

#[actix_web::test]
async fn whoever_loses_access_hears_of_that_and_not_of_their_applications() {
    both_ways(async |app: &App, admin| {
        let ada = app.approved("Ada Byron");
        let weather = app.application_in(&ada, "Weather", Requested);
        admin.looking_at(ALL).approve(&weather).await.done();
        assert_eq!(waiting(app, &weather), ["application_approved"]);
        admin.looking_at("/admin/developers?status=all").revoke(&ada, "").await.done();
        assert_eq!(waiting(app, &weather), ["revoked"]);
        assert!(app.mails().iter().all(|mail| mail.link().is_none()), "no link is left that leads nowhere");
    })
    .await;
}

#[actix_web::test]
async fn whoever_has_no_access_hears_nothing_of_their_applications() {
    both_ways(async |app: &App, admin| {
        let admin = admin.looking_at(ALL);
        for status in [Requested, Rejected, Revoked] {
            let ada = app.enters(somebody(&format!("Ada {status}")).now(status).proven());
            let weather = app.application_in(&ada, "Weather", Requested);
            admin.approve(&weather).await.done();
            admin.revoke(&weather, "").await.done();
            assert!(app.mails_to(&ada.email).is_empty(), "{status}");
        }
    })
    .await;
}

#[actix_web::test]
async fn a_reason_is_quoted_only_where_it_is_to_be_told() {
    both_ways(async |app: &App, admin| {
        for (action, status) in [("reject", Requested), ("revoke", Approved)] {
            for (n, (tell, is_told)) in
                [(Some("yes"), true), (None, false), (Some(""), false), (Some("no"), false)].into_iter().enumerate()
            {
                let ada = app.approved(&format!("{action} {n}"));
                let weather = app.application_in(&ada, "Weather", status);
                let reason = "It asks too much.\nSee {email} <b>";
                let mut fields = vec![("action", action), ("version", "1"), ("reason", reason)];
                fields.extend(tell.map(|tell| ("tell", tell)));
                admin.posts(&weather.moves(), &fields).await.done();
                let mail = app.mail_to(&ada.email);
                assert_eq!(mail.text.contains(reason), is_told, "{action} {tell:?}: {}", mail.text);
                assert!(is_told || !mail.text.contains("Reason"), "{}", mail.text);
                assert_eq!(app.application_row(&weather).reason, reason);
            }
        }
    })
    .await;
}

#[actix_web::test]
async fn an_older_version_is_refused_and_says_who_was_quicker() {
    both_ways(async |app: &App, admin| {
        let ada = app.approved("Ada Byron");
        let weather = app.application_in(&ada, "Weather", Requested);
        let admin = admin.looking_at(ALL);
        let quick = app.admin("Sam Quick").await.looking_at(ALL);
        quick.approve(&weather).await.done();
        // What happens to its keys makes the record no other.
        let owner = app.developer_at_the_door(somebody("Bo Chen"));
        assert_ne!(owner.person.id, ada.id);
        app.key(&weather, "Production");
        let before = app.state();
        let told = admin.moves(&weather, "reject", 1).await.refused(409);
        told.shows_row(&weather, Approved);
        let said = if admin.browser.htmx { told.message() } else { told.answer.page().text(".errors") };
        assert!(said.contains("Sam Quick approved this just now"), "{said}");
        assert!(said.contains("Nothing was changed"), "{said}");
        if admin.browser.htmx {
            told.shows_counts([0, 1, 0, 0, 1]);
        }
        for version in [0, 3, -1, i32::MAX] {
            admin.moves(&weather, "revoke", version).await.refused(409);
        }
        assert_eq!(app.state(), before);
    })
    .await;
}

#[actix_web::test]
async fn who_made_a_key_is_not_who_decided() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.looking_at(ALL);
    let quick = app.admin("Sam Quick").await.looking_at(ALL);
    let ada = app.developer("Ada Byron").await;
    let weather = app.application_in(&ada.person, "Weather", Requested);
    quick.approve(&weather).await.done();
    let key = ada.creates_key(&app, &weather, "Production").await;
    ada.revokes_key(&key).await.is(303);
    let told = admin.moves(&weather, "reject", 1).await.refused(409);
    let said = told.answer.page().text(".errors");
    assert!(said.contains("Sam Quick approved this"), "{said}");
    // An edit by its owner is.
    ada.browser.post(&weather.own_path(), &[("name", "Rain")]).await.is(303);
    let said = admin.moves(&weather, "revoke", 2).await.refused(409).answer.page().text(".errors");
    assert!(said.contains("Ada Byron edited this"), "{said}");
}

#[actix_web::test]
async fn an_application_that_is_gone_is_taken_from_the_page() {
    both_ways(async |app: &App, admin| {
        let weather = app.application_in(&app.approved("Ada Byron"), "Weather", Requested);
        app.db.run("delete from applications");
        let told = admin.looking_at(ALL).moves(&weather, "approve", 1).await.refused(404);
        if admin.browser.htmx {
            told.shows_no_row(&weather).says("no longer exists").shows_counts([0; 5]);
        }
        assert!(app.application_entries().is_empty());
    })
    .await;
}

#[actix_web::test]
async fn ten_clicks_at_once_are_one_move_and_one_entry() {
    both_ways(async |app: &App, admin| {
        let admin = admin.looking_at(ALL);
        let weather = app.application_in(&app.approved("Ada Byron"), "Weather", Requested);
        let told = join_all((0..10).map(|_| admin.moves(&weather, "approve", 1))).await;
        let statuses: Vec<_> = told.iter().map(|told| told.answer.status).collect();
        let done = if admin.browser.htmx { 200 } else { 303 };
        assert_eq!(statuses.iter().filter(|status| **status == done).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 9, "{statuses:?}");
        assert_eq!(app.application_entries().len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn of_fifty_opposite_actions_at_once_one_wins_each_version() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.looking_at(ALL);
    let weather = app.application_in(&app.approved("Ada Byron"), "Weather", Requested);
    for round in 1..=4 {
        let actions = ACTIONS.iter().cycle().take(50);
        let told = join_all(actions.map(|action| admin.moves(&weather, action, round))).await;
        let statuses: Vec<_> = told.iter().map(|told| told.answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        // On a busy machine some wait too long for a connection.
        assert_eq!(statuses.iter().filter(|status| [409, 503].contains(*status)).count(), 49, "{statuses:?}");
    }
    let mut status = "requested".to_owned();
    for entry in app.application_entries() {
        assert_eq!(entry.from_status, Some(status), "the log is one unbroken story");
        status = entry.to_status.unwrap();
    }
    assert_eq!(status, app.application_row(&weather).status.as_str());
}

/// Everybody locks in the same order, so that nobody waits for nobody.
#[actix_web::test]
async fn moves_of_owner_and_application_keys_and_deletions_at_once_are_no_fault() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for n in 0..12 {
        let ada = app.developer(&format!("Ada {n}")).await;
        let weather = app.application(&ada.person, "Weather");
        let maps = app.application(&ada.person, "Maps");
        let key = app.key(&weather, "Production");
        let (edit, own_delete) = (weather.own_path(), format!("{}/delete", maps.own_path()));
        let edited = [("name", "Rain")];
        let (a, b, c, d, e, f, g, h) = tokio::join!(
            admin.moves(&ada.person, "revoke", 1),
            admin.moves(&weather, "revoke", 1),
            ada.asks_for_key(&weather, "Second"),
            ada.revokes_key(&key),
            ada.browser.post(&edit, &edited),
            ada.browser.post(&own_delete, &[]),
            admin.deletes(&maps, 1),
            admin.deletes(&ada.person, 2),
        );
        let statuses = [
            a.answer.status,
            b.answer.status,
            c.status,
            d.status,
            e.status,
            f.status,
            g.answer.status,
            h.answer.status,
        ];
        assert!(statuses.iter().all(|status| [200, 303, 404, 409].contains(status)), "round {n}: {statuses:?}");
        app.db.run("delete from throttles");
    }
}

#[actix_web::test]
async fn a_reason_has_at_most_two_thousand_characters() {
    both_ways(async |app: &App, admin| {
        let weather = app.application_in(&app.approved("Ada Byron"), "Weather", Requested);
        let admin = admin.looking_at(ALL);
        for bad in ["ж".repeat(2_001), "a\u{7}b".to_owned()] {
            let fields = [("action", "reject"), ("version", "1"), ("reason", bad.as_str())];
            let told = admin.posts(&weather.moves(), &fields).await.refused(422);
            let said = if admin.browser.htmx { told.message() } else { told.answer.page().text(".errors") };
            assert!(said.contains("The reason must"), "{said}");
            assert!(admin.browser.htmx || told.answer.text().contains(&bad), "what was typed is kept");
        }
        assert_eq!(app.application_row(&weather).status, Requested);
    })
    .await;
}

#[actix_web::test]
async fn a_move_leads_back_to_where_it_was_made() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.approved("Ada Byron");
    for (n, (return_to, expected)) in [
        (Some("/admin/applications?status=all&q=ada"), "/admin/applications?status=all&q=ada"),
        (Some("/admin/developers"), "/admin/developers"),
        (Some(""), "/admin/applications"),
        (Some("https://evil.example/"), "/admin/applications"),
        (None, "/admin/applications"),
    ]
    .into_iter()
    .enumerate()
    {
        let weather = app.application_in(&ada, &format!("Weather {n}"), Requested);
        let mut fields = vec![("action", "approve"), ("version", "1")];
        fields.extend(return_to.map(|path| ("return_to", path)));
        assert_eq!(admin.posts(&weather.moves(), &fields).await.done().answer.location(), expected);
    }
}

#[actix_web::test]
async fn ids_of_nothing_and_of_developers_are_no_page() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    let before = app.state();
    let (unknown, developer) = (ApplicationId::new().to_string(), ada.id.to_string());
    for id in [unknown.as_str(), &developer, "0", "abc", "%00", "..%2f"] {
        for htmx in [false, true] {
            let path = format!("/admin/applications/{id}/transitions");
            let told = admin.speaking(htmx).posts(&path, &[("action", "approve"), ("version", "1")]).await;
            assert_eq!(told.answer.status, 404, "{id}");
        }
        admin.gets(&format!("/admin/applications/{id}")).await.is(404);
        admin.gets(&format!("/admin/applications/{id}/delete")).await.is(404);
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn only_what_a_form_asks_for_can_be_said() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let weather = app.application_in(&app.approved("Ada Byron"), "Weather", Requested);
    let moves =
        [("action", "approve"), ("version", "1"), ("status", "revoked"), ("decided_by", "Eve"), ("developer_id", "x")];
    admin.posts(&weather.moves(), &moves).await.done();
    let row = app.application_row(&weather);
    assert_eq!((row.status, row.decided_by.as_deref()), (Approved, Some("Kim Lee")));
    for bad in [
        &[("action", "delete"), ("version", "2")][..],
        &[("action", "revoke")],
        &[("version", "2")],
        &[("action", "revoke"), ("version", "two")],
    ] {
        let status = admin.browser.post(&weather.moves(), bad).await.status;
        assert!((400..500).contains(&status), "{bad:?}: {status}");
    }
    assert_eq!(app.application_row(&weather).version, 2);
}
