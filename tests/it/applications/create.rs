//! `GET` and `POST /account/applications`

use chrono::TimeDelta;
use futures_util::future::join_all;
use guestlist::developers::Status::{Approved, Requested};
use guestlist::outbox::Kind;

use crate::support::db::run;
use crate::support::gateway::SOON;
use crate::support::{App, AtTheDesk, eventually};

pub const LIST: &str = "/account/applications";

/// The switch of the settings.
pub const AUTO_APPROVAL: &str = "application_auto_approval";

#[actix_web::test]
async fn an_application_is_approved_by_itself_and_that_is_recorded() {
    for htmx in [false, true] {
        let app = App::start().await;
        let ada = app.developer("Ada Byron").await;
        let browser = ada.browser.speaking(htmx);
        let form = browser.get(LIST).await.is(200).page().form(&format!("form[action='{LIST}']"));
        let form = form.filled("name", " Weather station ").filled("description", "Rain\r\nand wind");
        let form = form.filled("callback_url", "https://weather.example/back?x=1");
        let answer = browser.post(&form.action, &form.pairs()).await.is(303);
        let id = app.db.text("select id from applications");
        assert_eq!(answer.location(), format!("{LIST}/{id}"));
        let page = browser.speaking(false).get(answer.location()).await.is(200).page();
        assert!(page.text("#messages").contains("Weather station"), "{}", page.text("#messages"));
        assert_eq!(page.text("h1"), "Weather station");

        let row = app.db.text("select concat_ws('|', name, description, callback_url, email, status, version, decided_by) from applications");
        assert_eq!(
            row,
            "Weather station|Rain\nand wind|https://weather.example/back?x=1|ada.byron@x.example|approved|2|auto-approval"
        );
        let entries = app.application_entries();
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.event.as_str(), entry.actor_kind.as_str(), entry.actor_name.as_str()))
            .collect();
        assert_eq!(
            told,
            [("application.created", "developer", "Ada Byron"), ("application.approved", "system", "auto-approval")]
        );
        for entry in &entries {
            assert_eq!(
                (entry.subject_kind.as_str(), entry.subject_id.map(|id| id.to_string())),
                ("application", Some(id.clone()))
            );
            assert_eq!(
                (entry.subject_name.as_str(), entry.subject_email.as_str()),
                ("Weather station", ada.person.email.as_str())
            );
            assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        }
        assert_eq!((entries[0].from_status.as_deref(), entries[0].to_status.as_deref()), (None, Some("requested")));
        assert_eq!(
            (entries[1].from_status.as_deref(), entries[1].to_status.as_deref()),
            (Some("requested"), Some("approved"))
        );
    }
}

#[actix_web::test]
async fn whoever_registers_hears_that_it_is_approved_and_where_its_keys_are() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = ada.registers(&app, "Weather {station} <b>").await;
    let mail = app.mail_to(&ada.person.email);
    assert_eq!((mail.kind, mail.path()), (Kind::ApplicationApproved, weather.own_path()));
    assert!(mail.text.contains("Weather {station} <b>"), "{}", mail.text);
}

#[actix_web::test]
async fn without_the_switch_it_waits_and_the_admins_hear_of_it() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.setting(AUTO_APPROVAL, "off");
    let ada = app.developer("Ada Byron").await;
    let weather = ada.registers(&app, "Weather").await;
    let row = app.application_row(&weather);
    assert_eq!((row.status, row.version, row.decided_at, row.decided_by), (Requested, 1, None, None));
    assert_eq!(app.application_entries().len(), 1);
    assert!(app.mails_to(&ada.person.email).is_empty(), "nothing is decided yet");
    let mail = app.mail_to(&admin.email);
    assert_eq!((mail.kind, mail.path(), mail.hold), (Kind::ApplicationWaiting, weather.path(), TimeDelta::zero()));
    assert!(mail.text.contains("Ada Byron (ada.byron@x.example)") && mail.text.contains("Weather"), "{}", mail.text);
    // Its page says so, and offers no keys.
    let page = ada.gets(&weather.own_path()).await.is(200).page();
    assert!(page.text("main").contains("waits for approval"), "{}", page.text("main"));
    assert!(!page.has(&format!("form[action='{}']", weather.keys())));
    let refused = ada.asks_for_key(&weather, "Production").await.is(409).page();
    assert!(refused.text(".errors").contains("waits for approval"), "{}", refused.text(".errors"));
    assert_eq!(app.db.number("select count(*) from keys"), 0);
}

#[actix_web::test]
async fn of_a_flood_the_admins_hear_at_most_so_much_in_an_hour() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.setting(AUTO_APPROVAL, "off");
    let ada = app.developer("Ada Byron").await;
    for n in 0..25 {
        ada.registers(&app, &format!("Weather {n}")).await;
    }
    assert_eq!(app.mails_to(&admin.email).len(), 20);
    app.db.run("update outbox set created_at = created_at - interval '61 minutes'");
    ada.registers(&app, "Weather again").await;
    assert_eq!(app.mails_to(&admin.email).len(), 21);
}

#[actix_web::test]
async fn what_cannot_be_taken_comes_back_as_it_was_typed() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let before = app.state();
    let (long_name, long_text) = ("ж".repeat(201), "ж".repeat(2_001));
    let long_url = format!("https://x.example/{}", "a".repeat(1_983));
    let good = ("Weather", "Rain\r\nand wind", "https://weather.example/");
    for (name, description, callback_url, wrong) in [
        ("", good.1, good.2, "name"),
        (" \u{a0} ", good.1, good.2, "name"),
        ("a\u{7}b", good.1, good.2, "name"),
        ("a\nb", good.1, good.2, "name"),
        (&long_name, good.1, good.2, "name"),
        (good.0, &long_text, good.2, "description"),
        (good.0, "a\u{7}b", good.2, "description"),
        (good.0, good.1, &long_url, "callback_url"),
        (good.0, good.1, "weather.example", "callback_url"),
        (good.0, good.1, "javascript:alert(1)", "callback_url"),
        (good.0, good.1, "data:text/html,x", "callback_url"),
        (good.0, good.1, "https://ada:secret@weather.example/", "callback_url"),
        (good.0, good.1, "https://", "callback_url"),
    ] {
        for htmx in [false, true] {
            let fields = [("name", name), ("description", description), ("callback_url", callback_url)];
            let answer = ada.browser.speaking(htmx).post(LIST, &fields).await.is(422);
            let page = answer.page();
            assert!(page.title().starts_with("Error: "), "{}", page.title());
            assert_eq!(page.attributes(".errors a", "href"), [format!("#{wrong}")], "{name:?} {callback_url:?}");
            assert_eq!(page.texts(".errors a"), [page.text(&format!("#{wrong}-error"))], "the same words there");
            let form = page.form(&format!("form[action='{LIST}']"));
            let typed = |field: &str| form.fields.iter().find(|(own, _)| own == field).unwrap().1.replace('\r', "");
            assert_eq!(typed("name"), name);
            assert_eq!(typed("description").trim_start_matches('\n'), description.replace('\r', ""));
            assert_eq!(typed("callback_url"), callback_url);
        }
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn the_longest_and_the_least_are_taken() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let (name, text) = ("ж".repeat(200), "ж".repeat(2_000));
    let url = format!("https://x.example/{}", "a".repeat(1_982));
    ada.registers_with(&[("name", &name), ("description", &text), ("callback_url", &url)]).await.is(303);
    ada.registers_with(&[("name", "x")]).await.is(303);
    ada.registers_with(&[("name", "x"), ("description", ""), ("callback_url", "http://localhost:3000")]).await.is(303);
    let lengths = app.db.texts(
        "select concat_ws(' ', length(name), length(description), length(callback_url)) from applications order by id",
    );
    assert_eq!(lengths, ["200 2000 2000", "1 0 0", "1 0 21"]);
}

#[actix_web::test]
async fn nothing_else_can_be_said_of_a_new_application() {
    let app = App::start().await;
    app.setting(AUTO_APPROVAL, "off");
    let ada = app.developer("Ada Byron").await;
    let bo = app.developer("Bo Chen").await;
    let other = bo.person.id.to_string();
    let fields = [
        ("name", "Weather"),
        ("id", other.as_str()),
        ("developer_id", &other),
        ("owner", &other),
        ("email", "eve@x.example"),
        ("status", "approved"),
        ("version", "99"),
        ("requested_at", "2020-01-01T00:00:00Z"),
        ("decided_by", "Eve"),
        ("reason", "Eve"),
    ];
    ada.registers_with(&fields).await.is(303);
    let row = app.db.text("select concat_ws('|', developer_id, email, status, version, reason) from applications");
    assert_eq!(row, format!("{}|ada.byron@x.example|requested|1|", ada.person.id));
    assert_ne!(app.db.text("select id from applications"), other);
    assert!(app.db.number("select count(*) from applications where requested_at > now() - interval '1 minute'") == 1);
}

#[actix_web::test]
async fn there_are_at_most_fifty_also_when_asked_for_at_once() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    for n in 0..45 {
        app.application(&ada.person, &format!("Weather {n}"));
    }
    let names: Vec<String> = (0..10).map(|n| format!("Late {n}")).collect();
    let answers = join_all(names.iter().map(async |name| ada.registers_with(&[("name", name)]).await.status)).await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 5, "{answers:?}");
    assert_eq!(app.db.number("select count(*) from applications"), 50);
    let refused = ada.registers_with(&[("name", "One more")]).await.is(409).page();
    assert!(refused.text(".errors").contains("50"), "{}", refused.text(".errors"));
    assert!(!ada.gets(LIST).await.is(200).page().has(&format!("form[action='{LIST}']")));
    // Others have room.
    app.developer("Bo Chen").await.registers(&app, "Maps").await;
}

#[actix_web::test]
async fn the_list_shows_ones_own_newest_first_with_their_state() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let bo = app.developer("Bo Chen").await;
    app.application(&bo.person, "Not hers");
    assert!(ada.gets(LIST).await.is(200).page().text("main").contains("none yet"));
    let weather = app.application(&ada.person, "Weather");
    app.key(&weather, "Production");
    app.key(&weather, "Staging");
    app.application_in(&ada.person, "Maps", Requested);
    let page = ada.gets(LIST).await.is(200).page();
    let rows = page.texts("main tbody tr");
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].contains("Maps") && rows[0].contains("Waits for approval"), "{rows:?}");
    assert!(rows[1].contains("Weather") && rows[1].contains("2 keys") && rows[1].contains("Approved"), "{rows:?}");
    assert!(page.attributes("main tbody a", "href").contains(&weather.own_path()));
    assert!(ada.gets("/account").await.is(200).page().has(&format!("a[href='{LIST}']")), "the account leads there");
}

#[actix_web::test]
async fn a_developer_who_is_revoked_meanwhile_registers_nothing() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.developer("Ada Byron").await;
    let weather = ada.registers(&app, "Weather").await;
    let key = ada.creates_key(&app, &weather, "Production").await;
    admin.revoke(&ada.person, "").await.done();
    let before = app.state();
    for answer in [
        ada.registers_with(&[("name", "Maps")]).await,
        ada.asks_for_key(&weather, "Second").await,
        ada.revokes_key(&key).await,
        ada.browser.post(&weather.own_path(), &[("name", "Other")]).await,
        ada.browser.post(&format!("{}/delete", weather.own_path()), &[]).await,
        ada.gets(LIST).await,
        ada.gets(&weather.own_path()).await,
    ] {
        let what = answer.what.clone();
        assert!(answer.is(303).location().starts_with("/login"), "{what}");
    }
    assert_eq!(app.state(), before);
    // Approved again, everything is as it was.
    admin.reapprove(&ada.person).await.done();
    ada.signs_in(crate::support::actors::PASSWORD).await.is(303);
    ada.gets(&weather.own_path()).await.is(200);
    assert_eq!(app.application_row(&weather).status, Approved);
}

/// They are let in, and wait; then the row is not approved any more: the law holds inside the transaction.
#[actix_web::test]
async fn what_was_begun_before_a_revoke_and_comes_after_it_does_nothing() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let key = app.key(&weather, "Production");
    let before = app.state();
    let mut admin = app.db.conn();
    run(&mut admin, &format!("begin; select from developers where id = '{}' for update", ada.person.id));
    let deletion = format!("{}/delete", weather.own_path());
    let begun = async {
        tokio::join!(
            ada.registers_with(&[("name", "Maps")]),
            ada.asks_for_key(&weather, "Second"),
            ada.revokes_key(&key),
            ada.browser.post(&weather.own_path(), &[("name", "Other")]),
            ada.browser.post(&deletion, &[]),
        )
    };
    let revoked = async {
        let all_wait = "select count(*) from pg_stat_activity \
            where datname = current_database() and application_name = 'guestlist' and wait_event_type = 'Lock'";
        eventually(SOON, "all five wait", async || app.db.number(all_wait) == 5).await;
        run(&mut admin, &format!("update developers set status = 'revoked' where id = '{}'; commit", ada.person.id));
    };
    let ((registered, asked, revocation, edited, deleted), ()) = tokio::join!(begun, revoked);
    // Nobody has such an application any more; whose session is over is led to the door.
    assert_eq!(registered.is(303).location(), LIST);
    for answer in [asked, revocation, edited, deleted] {
        answer.is(404);
    }
    app.db.run(&format!("update developers set status = 'approved' where id = '{}'", ada.person.id));
    assert_eq!(app.state(), before);
}
