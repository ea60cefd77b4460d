//! `GET /admin/developers/{id}`

use guestlist::developers::Status::{Approved, Requested};
use guestlist::ids::DeveloperId;

use crate::support::{App, somebody};

#[actix_web::test]
async fn the_page_tells_all_that_is_known() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let newcomer =
        somebody("Ada Byron").at("Ada+x@X.example").of("Engines & Co").wanting("Line one\nline two").proven();
    let ada = app.enters(newcomer);
    admin.reject(&ada, "Too vague").await.done();
    admin.approve(&ada).await.done();
    let page = admin.opens(&ada.path()).await;
    assert_eq!(page.title(), "Ada Byron · Developers · Guestlist");
    let shown = page.shown(&ada.id.to_string()).unwrap();
    assert_eq!(shown.name, "Ada Byron");
    assert_eq!(shown.chips, ["Approved", "Email verified"]);
    for fact in ["Ada+x@X.example", "Engines & Co", "Line one line two", "Approved by Kim Lee", "Requested"] {
        assert!(shown.text.contains(fact), "{fact} is missing in {}", shown.text);
    }
    assert!(page.has(r#"a[href="mailto:Ada%2Bx@X.example"]"#));
    let timeline = page.texts(".timeline li");
    let beginnings = [
        "Approved by Kim Lee",
        "Mail “Guestlist: you are approved” waits to be sent",
        "Rejected by Kim Lee",
        "Mail “Guestlist: your request was not accepted” not sent: another decision came first",
        "Imported by test",
    ];
    assert_eq!(timeline.len(), beginnings.len(), "{timeline:?}");
    for (entry, beginning) in timeline.iter().zip(beginnings) {
        assert!(entry.starts_with(beginning), "newest first: {timeline:?}");
    }
    assert!(timeline[2].ends_with("Too vague"), "{timeline:?}");
    assert_eq!(page.count(".timeline li time[title][datetime]"), 5);
    assert!(!shown.text.contains("UTC · UTC"));
}

#[actix_web::test]
async fn the_way_back_and_on_follows_the_list_one_came_from() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let now = chrono::Utc::now();
    let people: Vec<_> = ["Ada One", "Bo Two", "Cy Three"]
        .into_iter()
        .zip([3, 2, 1])
        .map(|(name, days)| app.enters(somebody(name).since(now - chrono::TimeDelta::days(days))))
        .collect();
    let list = "/admin/developers?status=requested&sort=name";
    let href = admin.opens(list).await.attributes("td.name a", "href").remove(1);
    let page = admin.opens(&href).await;
    assert_eq!(page.texts(".trail a"), ["Back to Requested", "Previous request", "Next request"]);
    let links = page.attributes(".trail a", "href");
    assert_eq!(links[0], list);
    assert!(links[1].starts_with(&people[0].path()) && links[1].contains("sort=name"), "{links:?}");
    assert!(links[2].starts_with(&people[2].path()), "{links:?}");
    let last = admin.opens(&links[2]).await;
    assert_eq!(last.texts(".trail a"), ["Back to Requested", "Previous request"]);
    // Without a list the tab on which the person stands.
    let direct = admin.opens(&people[1].path()).await;
    assert_eq!(direct.attributes(".trail a", "href")[0], "/admin/developers?status=requested");
    // A search is kept, too.
    let found = admin.opens("/admin/developers?status=all&q=two").await.attributes("td.name a", "href").remove(0);
    let page = admin.opens(&found).await;
    assert_eq!(page.attributes(".trail a", "href"), ["/admin/developers?status=all&q=two"]);
}

#[actix_web::test]
async fn ids_that_are_none_are_no_page() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let unknown = DeveloperId::new().to_string();
    let garbage = ["0", "abc", "newest", "%00", "%ff", "..", "-1", "9223372036854775808", "{}", "a%2Fb", "null"];
    for id in garbage.into_iter().chain([unknown.as_str()]) {
        for tail in ["", "/delete"] {
            let answer = admin.gets(&format!("/admin/developers/{id}{tail}")).await;
            assert_eq!(answer.status, 404, "{id}{tail}");
        }
    }
}

#[actix_web::test]
async fn parameters_that_make_no_sense_do_no_harm() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.requested("Ada Byron").await;
    for query in ["status=x", "sort=drop", "after=%00", "q=%ff", "per_page=-1", "&&", "after=9223372036854775807.x"] {
        let page = admin.opens(&format!("{}?{query}", ada.path())).await;
        assert!(page.shown(&ada.id.to_string()).is_some(), "{query}");
    }
}

#[actix_web::test]
async fn whoever_has_no_name_or_company_is_shown_by_what_there_is() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let nameless = app.enters(somebody("").at("nameless@x.example").now(Approved));
    let page = admin.opens(&nameless.path()).await;
    assert_eq!(page.text("h1"), "nameless@x.example");
    assert_eq!(page.count("dd i"), 2, "company and purpose were not given");
    assert_eq!(app.row(&nameless).status, Approved);
    let list = admin.opens("/admin/developers?status=approved").await;
    assert_eq!(list.names(), ["nameless@x.example"]);
    assert_ne!(app.row(&nameless).status, Requested);
}
