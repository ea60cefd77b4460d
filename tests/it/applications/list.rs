//! `GET /admin/applications`

use chrono::{TimeDelta, Utc};
use guestlist::developers::Status::{self, Approved, Rejected, Requested, Revoked};

use super::ALL;
use crate::support::{Admin, App, AtTheDesk, somebody};

impl Admin {
    /// The applications that a search finds, from the top.
    async fn finds_applications(&self, tab: &str, q: &str) -> Vec<String> {
        let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
        self.opens(&format!("/admin/applications?status={tab}&q={q}")).await.names_of("application")
    }
}

#[actix_web::test]
async fn the_tabs_show_how_many_stand_where() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let empty = admin.opens("/admin/applications").await;
    assert_eq!(empty.counts(), ["0"; 5]);
    assert!(empty.text("#list").contains("No application yet"), "{}", empty.text("#list"));
    let ada = app.approved("Ada Byron");
    for (status, n) in [(Requested, 3), (Approved, 2), (Revoked, 1)] {
        for i in 0..n {
            app.application_in(&ada, &format!("{status} {i}"), status);
        }
    }
    let page = admin.opens("/admin/applications").await;
    assert_eq!(page.counts(), ["3", "2", "0", "1", "6"]);
    assert_eq!(page.title(), "Requested (3) · Applications · Guestlist");
    assert_eq!(page.attributes("nav[aria-label='Status'] a[aria-current='page']", "id"), ["tab-requested"]);
    assert_eq!(page.text("#total"), "3 applications");
    // Developers have numbers of their own.
    assert_eq!(admin.opens("/admin/developers").await.counts(), ["0", "1", "0", "0", "1"]);
    let links = page.attributes("header nav a, nav a", "href");
    assert!(
        links.contains(&"/admin/applications".to_owned()) && links.contains(&"/admin/developers".to_owned()),
        "{links:?}"
    );
}

#[actix_web::test]
async fn a_row_says_whose_it_is_and_how_they_stand() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for (owner_status, application_status) in
        [(Approved, Requested), (Revoked, Approved), (Rejected, Rejected), (Requested, Revoked)]
    {
        let name = format!("Ada {owner_status}");
        let owner = app.enters(somebody(&name).now(owner_status));
        let weather = app.application_in(&owner, &format!("Weather {application_status}"), application_status);
        for tab in [application_status.as_str(), "all"] {
            let page = admin.opens(&format!("/admin/applications?status={tab}")).await;
            let row = format!("tr#{}", weather.row_id());
            let text = page.text(&row);
            assert!(text.contains(&name) && text.contains(&weather.name), "{text}");
            assert_eq!(page.text(&format!("{row} td.mail")), owner.email, "the address cell holds the address");
            assert!(page.attributes(&format!("{row} a"), "href").contains(&owner.path()), "{tab}");
            assert!(text.contains(&format!("{name} {}", owner_status.label())), "{text}");
        }
        let text = admin.gets(&format!("/admin/applications?status={application_status}")).await.text();
        assert!(text.contains(&format!(r#"<tr id="application-{}">"#, weather.id)));
        assert!(text.contains(r#"<input type="hidden" name="version" value="1">"#));
    }
}

#[actix_web::test]
async fn a_search_finds_names_and_their_owners() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.enters(somebody("Ada Byron").at("Ada@Engine.example").now(Approved));
    let bo = app.enters(somebody("Bo Chen").at("bo@x.example").now(Approved));
    app.application(&ada, "Weather Station");
    app.application_in(&ada, "Maps", Requested);
    app.application(&bo, "ＷＥＡＴＨＥＲ map 100%");
    let mut both = admin.finds_applications("all", "weather").await;
    both.sort();
    assert_eq!(both, ["Weather Station", "ＷＥＡＴＨＥＲ map 100%"]);
    assert_eq!(admin.finds_applications("requested", "map").await, ["Maps"]);
    assert_eq!(admin.finds_applications("approved", "engine.example").await, ["Weather Station"]);
    assert_eq!(admin.finds_applications("all", "100%").await, ["ＷＥＡＴＨＥＲ map 100%"]);
    assert!(admin.finds_applications("all", "100_").await.is_empty());
    assert!(admin.finds_applications("rejected", "weather").await.is_empty());
    let page = admin.opens("/admin/applications?status=rejected&q=weather").await;
    assert!(page.text("#list").contains("weather"), "{}", page.text("#list"));
    // After an edit by its new name, and not by the old one.
    app.application(&bo, "Old");
    let owner = app.developer("Cy Dee").await;
    let sun = owner.registers(&app, "Sunrise").await;
    owner.browser.post(&sun.own_path(), &[("name", "Nightfall")]).await.is(303);
    assert_eq!(admin.finds_applications("all", "nightfall").await, ["Nightfall"]);
    assert!(admin.finds_applications("all", "sunrise").await.is_empty());
}

#[actix_web::test]
async fn every_order_is_walked_to_its_end_and_back() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for n in 0..60 {
        let owner = if n % 20 == 0 { app.approved(&format!("Ada Nr{n}")) } else { continue };
        for i in 0..20 {
            app.application_in(&owner, &format!("App {:02} {n}", (i * 7) % 20), Status::ALL[i % 4]);
        }
    }
    for sort in ["requested_at", "-requested_at", "decided_at", "-decided_at", "name", "-name", "email", "-email"] {
        let mut path = format!("/admin/applications?status=all&sort={sort}");
        let mut pages = Vec::new();
        loop {
            let page = admin.opens(&path).await;
            pages.push(page.ids_of("application"));
            match page.attribute("a[rel='next']", "href") {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [25, 25, 10], "{sort}");
        let mut all: Vec<_> = pages.concat();
        let backwards = admin.opens(&path).await.attribute("a[rel='prev']", "href").unwrap();
        assert_eq!(admin.opens(&backwards).await.ids_of("application"), pages[1], "{sort}");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 60, "{sort}");
    }
    let names = admin.opens("/admin/applications?status=all&sort=name&per_page=100").await.names_of("application");
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(names, sorted);
}

#[actix_web::test]
async fn parameters_that_make_no_sense_fall_back() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.approved("Ada Byron");
    for n in 0..3 {
        app.application_in(&ada, &format!("Weather {n}"), Requested);
    }
    let usual = admin.opens("/admin/applications").await.ids_of("application");
    for query in [
        "status=none",
        "sort=evil",
        "sort=--name",
        "per_page=-1",
        "per_page=1000000000",
        "after=x",
        "before=%00",
        "after=&before=",
        "page=2",
        "%ff=%ff",
    ] {
        let answer = admin.gets(&format!("/admin/applications?{query}")).await.is(200);
        assert_eq!(answer.page().ids_of("application"), usual, "{query}");
    }
}

#[actix_web::test]
async fn with_htmx_it_answers_with_its_changing_part() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.speaking(true);
    let ada = app.approved("Ada Byron");
    let weather = app.application(&ada, "Weather");
    let answer = admin.gets("/admin/applications?status=approved&q=wea").await.is(200);
    assert!(!answer.text().contains("<html") && answer.text().contains(&weather.row_id()), "{}", answer.text());
    assert_eq!(answer.header("vary").map(|vary| vary.to_ascii_lowercase().contains("hx-request")), Some(true));
    let back = admin.browser.get("/admin/applications").header("HX-History-Restore-Request", "true").await.is(200);
    assert!(back.text().contains("<html"));
}

#[actix_web::test]
async fn the_numbers_are_exact_after_clicks_from_everywhere() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await.looking_at(ALL);
    let ada = app.approved("Ada Byron");
    let all: Vec<_> = (0..40).map(|n| app.application_in(&ada, &format!("App {n}"), Requested)).collect();
    let clicks = all.iter().enumerate().map(async |(n, application)| {
        let told = match n % 4 {
            0 => admin.moves(application, "approve", 1).await,
            1 => admin.moves(application, "reject", 1).await,
            2 => admin.deletes(application, 1).await,
            _ => admin.posts(&application.path(), &[("name", "New"), ("version", "1")]).await,
        };
        told.done();
    });
    futures_util::future::join_all(clicks).await;
    assert_eq!(admin.opens("/admin/applications").await.counts(), ["10", "10", "10", "0", "30"]);
    app.db.run("delete from developers");
    assert_eq!(admin.opens("/admin/applications").await.counts(), ["0"; 5], "a developer takes them along");
}

#[actix_web::test]
async fn who_waits_is_said_in_words_and_the_oldest_comes_first() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    assert_eq!(admin.opens("/admin/applications").await.text("#waiting"), "No application is waiting for a decision.");
    let ada = app.approved("Ada Byron");
    for (name, days) in [("Second", 3), ("First", 4)] {
        let weather = app.application_in(&ada, name, Requested);
        let at = (Utc::now() - TimeDelta::days(days)).to_rfc3339();
        app.db.run(&format!("update applications set requested_at = '{at}' where id = '{}'", weather.id));
    }
    let page = admin.opens("/admin/applications").await;
    assert_eq!(page.text("#waiting"), "2 are waiting for a decision, the oldest for 4 days.");
    assert_eq!(page.names_of("application"), ["First", "Second"]);
}
