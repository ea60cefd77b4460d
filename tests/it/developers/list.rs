//! `GET /admin/developers`

use chrono::{SubsecRound, TimeDelta, Utc};
use guestlist::developers::Status::{self, Approved, Rejected, Requested, Revoked};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::support::world::Newcomer;
use crate::support::{Admin, App, somebody};

const TABS: [&str; 5] = ["requested", "approved", "rejected", "revoked", "all"];
const STATUSES: [Status; 4] = [Requested, Approved, Rejected, Revoked];
const SORTS: [&str; 4] = ["requested_at", "decided_at", "name", "email"];

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl Admin {
    /// The names that a search finds, from the top.
    async fn finds(&self, tab: &str, q: &str) -> Vec<String> {
        self.opens(&format!("/admin/developers?status={tab}&q={}", encoded(q))).await.names()
    }
}

#[actix_web::test]
async fn the_tabs_show_how_many_stand_where() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let people = |n: usize, status: Status| {
        (0..n).map(move |i| somebody(&format!("{status} {i}")).now(status)).collect::<Vec<_>>()
    };
    app.enter_all(people(1_486, Requested));
    app.enter_all(people(3, Approved));
    app.enter_all(people(1, Revoked));
    let page = admin.opens("/admin/developers").await;
    assert_eq!(page.counts(), ["1,486", "3", "0", "1", "1,490"]);
    assert_eq!(page.title(), "Requested (1,486) · Developers · Guestlist");
    assert_eq!(page.attributes("nav[aria-label='Status'] a[aria-current='page']", "id"), ["tab-requested"]);
    assert_eq!(page.row_ids().len(), 25);
    assert_eq!(page.text("#total"), "1,486 developers");
    assert_eq!(page.text("#waiting"), "1,486 are waiting for a decision, the oldest for 1 hour.");
    let text = admin.gets("/admin/developers").await.text();
    assert!(text.contains(r#"<span class="count">1,486</span>"#) && text.contains(r#"<span class="count">0</span>"#));
    for (tab, count) in TABS.iter().zip(["1,486", "3", "0", "1", "1,490"]) {
        let page = admin.opens(&format!("/admin/developers?status={tab}")).await;
        let label = format!("{}{}", tab[..1].to_uppercase(), &tab[1..]);
        assert_eq!(page.title(), format!("{label} ({count}) · Developers · Guestlist"));
        assert_eq!(page.attributes("nav[aria-label='Status'] a[aria-current='page']", "id"), [format!("tab-{tab}")]);
    }
}

#[actix_web::test]
async fn each_tab_has_its_own_order_and_says_it() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let now = Utc::now().trunc_subsecs(3);
    for status in STATUSES {
        for (name, asked, decided) in [("First", 9, 1), ("Second", 8, 3), ("Third", 7, 2)] {
            let days = |n| now - TimeDelta::days(n);
            let newcomer = somebody(&format!("{name} {status}")).now(status).since(days(asked)).decided(days(decided));
            app.enters(newcomer);
        }
    }
    let first_words = |names: Vec<String>| -> Vec<String> {
        names.iter().map(|name| name.split(' ').next().unwrap().to_owned()).collect()
    };
    let requested = admin.opens("/admin/developers").await;
    assert_eq!(first_words(requested.names()), ["First", "Second", "Third"], "who waits longest comes first");
    assert_eq!(requested.text("#waiting"), "3 are waiting for a decision, the oldest for 9 days.");
    for tab in ["approved", "rejected", "revoked"] {
        let page = admin.opens(&format!("/admin/developers?status={tab}")).await;
        assert_eq!(first_words(page.names()), ["First", "Third", "Second"], "the newest decision comes first: {tab}");
    }
    let all = first_words(admin.opens("/admin/developers?status=all").await.names());
    assert_eq!(all[0..4], ["Third"; 4], "the newest request comes first");
    assert_eq!(all[8..12], ["First"; 4]);

    for (tab, order) in TABS.iter().zip([
        "Oldest request first",
        "Newest decision first",
        "Newest decision first",
        "Newest decision first",
        "Newest request first",
    ]) {
        let lead = admin.opens(&format!("/admin/developers?status={tab}")).await.text(".lead");
        assert!(lead.contains(order), "the header line of {tab} does not say its order: {lead}");
    }
}

#[actix_web::test]
async fn who_waits_is_said_in_words() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    assert_eq!(admin.opens("/admin/developers").await.text("#waiting"), "Nobody is waiting for a decision.");
    app.enters(somebody("Ada Byron").since(Utc::now() - TimeDelta::days(4)));
    assert_eq!(admin.opens("/admin/developers").await.text("#waiting"), "1 is waiting for a decision, for 4 days.");
}

#[actix_web::test]
async fn rows_and_forms_bear_the_marks_that_others_check() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.enters(somebody("Ada Byron").at("Ada+api@X.example").of("Engines").now(Approved).proven());
    app.db.run("update developers set version = 7");
    let text = admin.gets("/admin/developers?status=approved").await.is(200).text();
    assert!(text.contains(&format!(r#"<tr id="developer-{}">"#, ada.id)));
    assert!(text.contains(r#"<input type="hidden" name="version" value="7">"#));
    assert!(text.contains("href=\"mailto:Ada%2Bapi@X.example\""), "the @ of a mailto stays");
    assert!(text.contains(r#"id="messages""#));
    let page = admin.opens("/admin/developers?status=approved").await;
    assert_eq!(page.texts("tr td.mail"), ["Ada+api@X.example"]);
    assert_eq!(page.text(&format!("tr#{} td.about", ada.row_id())), "Engines");
    let deletion = admin.gets(&ada.deletion()).await.text();
    assert!(deletion.contains(r#"<input type="hidden" name="version" value="7">"#));
}

#[actix_web::test]
async fn each_tab_tells_what_one_wants_to_know_there() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let now = Utc::now().trunc_subsecs(3);
    let ago = |days| now - TimeDelta::days(days);
    app.enters(somebody("Wai Ting").of("Harbor").wanting("Track parcels").since(ago(4)));
    app.enters(somebody("Pia Proven").proven().since(ago(3)));
    app.enters(somebody("App Roved").of("Fern").wanting("Maps").now(Approved).since(ago(9)).decided(ago(2)));
    app.enters(somebody("Rej Ected").now(Rejected).because("No company").since(ago(9)).decided(ago(2)));
    app.enters(somebody("Rev Oked").now(Revoked).since(ago(9)).decided(ago(2)));
    let cells = async |tab: &str, class: &str| {
        admin.opens(&format!("/admin/developers?status={tab}")).await.texts(&format!("tbody td.{class}"))
    };
    assert_eq!(cells("requested", "about").await[0], "Harbor · Track parcels");
    assert_eq!(cells("requested", "when").await, ["4 days ago", "3 days ago"]);
    assert_eq!(cells("requested", "note").await, ["Not verified", "Email verified"]);
    assert_eq!(cells("approved", "when").await, ["2 days ago"]);
    assert_eq!(cells("approved", "note").await, ["by Mo Decider"]);
    assert_eq!(cells("rejected", "about").await, ["No company"]);
    assert_eq!(cells("revoked", "about").await, ["No reason given"]);
    assert_eq!(cells("revoked", "note").await, ["by Mo Decider"]);
    let page = admin.opens("/admin/developers").await;
    let title = page.attribute("tbody td.when time", "title").unwrap();
    assert_eq!(title, ago(4).format("%-d %b %Y, %H:%M UTC").to_string());
    let machine = page.attribute("tbody td.when time", "datetime").unwrap();
    assert_eq!(machine, ago(4).format("%Y-%m-%dT%H:%M:%SZ").to_string());
    let statuses = cells("all", "note").await;
    assert_eq!(statuses.iter().filter(|status| *status == "Requested").count(), 2);
    let page = admin.opens("/admin/developers?status=all").await;
    assert!(page.texts("button").contains(&"Approve".to_owned()));
    let labels = page.attributes("button", "aria-label");
    for label in
        ["Approve Wai Ting", "Reject Wai Ting", "Revoke App Roved", "Re-approve Rev Oked", "More for Rej Ected"]
    {
        assert!(labels.contains(&label.to_owned()), "{label} is missing in {labels:?}");
    }
}

/// 30 of each status; every key occurs several times.
fn crowd() -> Vec<Newcomer> {
    let start = Utc::now().trunc_subsecs(3) - TimeDelta::days(40);
    let mut crowd = Vec::new();
    for status in STATUSES {
        for n in 0..30 {
            let hours = |n| TimeDelta::hours(n);
            crowd.push(
                somebody(["Ada", "ada", "Żaneta", "李", "Zoë"][n % 5])
                    .at(&format!("{status}.{n}@x.example"))
                    .now(status)
                    .since(start + hours(n as i64 / 7))
                    .decided(start + hours(100 + n as i64 / 11)),
            );
        }
    }
    crowd
}

#[actix_web::test]
async fn every_order_is_walked_to_its_end_and_back_and_shows_each_row_once() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enter_all(crowd());
    for tab in TABS {
        for sort in SORTS {
            for (sign, direction) in [("", "asc"), ("-", "desc")] {
                let what = format!("{tab} by {sign}{sort}");
                let column = match sort {
                    "decided_at" => "coalesce(decided_at, timestamptz '1970-01-01 00:00:00+00')",
                    "name" => "name_order",
                    "email" => "mailbox",
                    other => other,
                };
                let filter = if tab == "all" { String::new() } else { format!("where status = '{tab}'") };
                let expected = app.db.texts(&format!(
                    "select id from developers {filter} order by {column} {direction}, id {direction}"
                ));
                let mut page = admin.opens(&format!("/admin/developers?status={tab}&sort={sign}{sort}")).await;
                let mut pages = vec![page.row_ids()];
                while let Some(next) = page.attribute("a[rel='next']", "href") {
                    assert!(next.contains(&format!("status={tab}")), "{what}: {next}");
                    page = admin.opens(&next).await;
                    pages.push(page.row_ids());
                    assert!(pages.len() <= expected.len() / 25 + 1, "{what} does not end");
                }
                assert_eq!(pages.concat(), expected, "{what}");
                let mut back = vec![page.row_ids()];
                while let Some(previous) = page.attribute("a[rel='prev']", "href") {
                    page = admin.opens(&previous).await;
                    back.push(page.row_ids());
                    assert!(back.len() <= expected.len() / 25 + 1, "{what} does not begin");
                }
                back.reverse();
                assert_eq!(back.concat(), expected, "{what}, backwards");
            }
        }
    }
}

#[actix_web::test]
async fn a_search_is_walked_to_its_end_in_every_order() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enter_all(crowd());
    for q in ["ada", "x.example", "re"] {
        let found = match q {
            "ada" => "folded like '%ada%'",
            "re" => "mailbox like 're%' or folded like 're%'",
            _ => "true",
        };
        for sort in SORTS {
            for sign in ["", "-"] {
                let mut page = admin.opens(&format!("/admin/developers?status=all&q={q}&sort={sign}{sort}")).await;
                let mut ids = page.row_ids();
                while let Some(next) = page.attribute("a[rel='next']", "href") {
                    assert!(next.contains(&format!("q={q}")), "{next}");
                    page = admin.opens(&next).await;
                    ids.extend(page.row_ids());
                    assert!(ids.len() <= 120, "{q} by {sign}{sort} does not end");
                }
                ids.sort();
                let expected = app.db.texts(&format!(
                    "select id from (select id, mailbox, lower(full_name) as folded from developers) as d \
                     where {found} order by id::text"
                ));
                assert_eq!(ids, expected, "{q} by {sign}{sort}");
            }
        }
    }
}

#[actix_web::test]
async fn headers_sort_and_say_how() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enter_all(crowd());
    let page = admin.opens("/admin/developers?status=approved").await;
    assert_eq!(page.attribute("th.when", "aria-sort").as_deref(), Some("descending"));
    assert_eq!(page.count("th[aria-sort]"), 1);
    assert_eq!(page.count("th a"), 3);
    let by_name = page.attribute("th.name a", "href").unwrap();
    assert_eq!(by_name, "/admin/developers?status=approved&sort=name");
    let page = admin.opens(&by_name).await;
    assert_eq!(page.attribute("th.name", "aria-sort").as_deref(), Some("ascending"));
    assert_eq!(page.attribute("th.name a", "href").unwrap(), "/admin/developers?status=approved&sort=-name");
    let next = page.attribute("a[rel='next']", "href").unwrap();
    assert!(next.contains("sort=name"), "the sort survives paging: {next}");
    let row = &page.row_ids()[0];
    let form = page.form_for(row, "revoke").unwrap();
    let return_to = form.fields.iter().find(|(name, _)| name == "return_to").unwrap();
    assert!(return_to.1.contains("sort=name"), "and a move: {return_to:?}");
}

#[actix_web::test]
async fn pages_hold_as_many_rows_as_one_likes_of_three_numbers() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enter_all(crowd());
    for (asked, rows) in [("25", 25), ("50", 50), ("100", 100), ("", 25), ("101", 25), ("0", 25), ("1000000", 25)] {
        let page = admin.opens(&format!("/admin/developers?status=all&per_page={asked}")).await;
        assert_eq!(page.row_ids().len(), rows, "per_page={asked}");
        let next = page.attribute("a[rel='next']", "href").unwrap();
        assert_eq!(next.contains("per_page"), rows != 25, "{next}");
    }
    let page = admin.opens("/admin/developers?status=all&per_page=50").await;
    assert_eq!(page.texts("nav.sizes a[aria-current]"), ["50"]);
    assert_eq!(page.texts("nav.sizes a"), ["25", "50", "100"]);
}

#[actix_web::test]
async fn the_next_page_is_a_link_whose_relation_is_next_alone() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enter_all(crowd());
    let page = admin.opens("/admin/developers?status=all").await;
    assert_eq!(page.attributes("a[rel~='next']", "rel"), ["next"]);
    let last = admin.opens("/admin/developers?status=approved&per_page=50").await;
    assert!(!last.has("a[rel='next']") && !last.has("a[rel='prev']"));
}

#[actix_web::test]
async fn parameters_that_make_no_sense_fall_back_to_what_is_usual() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enter_all(crowd());
    let usual = admin.opens("/admin/developers").await.row_ids();
    let id = usual[3].clone();
    for query in [
        "status=nobody",
        "status=",
        "status=Requested",
        "status=requested%00",
        "status=1&status=all",
        "status[]=all",
        "sort=drop",
        "sort=-",
        "sort=--name",
        "sort=name%20desc",
        "sort=id",
        "sort=password_hash",
        "sort=%00",
        "sort=requested_at",
        "sort=%2Brequested_at",
        "per_page=-1",
        "per_page=0",
        "per_page=2147483648",
        "per_page=9223372036854775808",
        "per_page=1e9",
        "per_page=abc",
        "per_page=25.0",
        "per_page=%00",
        "per_page=%F0%9F%98%80",
        "after=",
        "after=abc",
        "after=%00",
        "after=.",
        "after=1.2",
        "after=-1",
        "after=99999999999999999999999.x",
        "after=9223372036854775807.zz",
        "before=abc",
        "before=%ff%fe",
        "after=%ff",
        "before=",
        "page=7",
        "limit=1",
        "offset=1000000",
        "q=",
        "q=%20%20",
        "q=%00",
        "q=%09%0a",
        "unknown=1",
        "&&&",
        "=",
        "%",
        "%zz",
        "%ff=%ff",
        "after[]=x",
        "utm_source=mail",
    ] {
        let answer = admin.gets(&format!("/admin/developers?{query}")).await;
        assert_eq!(answer.status, 200, "{query}");
        assert_eq!(answer.page().row_ids(), usual, "{query}");
    }
    // These are places, if odd ones: any page of the list will do, but a page it must be.
    for query in [
        format!("after=0.{id}"),
        format!("after=-62135596800000000.{id}"),
        format!("after=9223372036854775807.{id}"),
        format!("after=-9223372036854775808.{id}"),
        format!("before=0.{id}"),
        format!("after=8210266876799999999.{id}"),
        format!("before=9223372036854775807.{id}"),
        format!("sort=name&after=.{id}"),
        format!("sort=email&after=AA.{id}"),
        format!("sort=name&before=_w.{id}"),
        format!("sort=name&after={}.{id}", "QQ".repeat(3_000)),
        format!("after=1.{id}&before=1.{id}"),
        format!("sort=decided_at&after=8210298412799000000.{id}"),
        format!("sort=-requested_at&after=8210298412799000000.{id}"),
        format!("before=-62135596800000000.{id}"),
        format!("sort=-requested_at&after=-8334601228800000000.{id}"),
    ] {
        let answer = admin.gets(&format!("/admin/developers?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        assert!(!answer.page().row_ids().is_empty(), "{query} shows an empty page");
    }
}

#[actix_web::test]
async fn searches_find_by_name_address_and_company() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for newcomer in [
        somebody("Priya Raman").at("priya@northwind.example").of("Northwind Logistics"),
        somebody("Пётр Жуков").at("petr@zhuk.example").of("ООО «Жук»"),
        somebody("Wei Li").at("wei@harbor.example"),
        somebody("Weimar Library").at("weimar@x.example"),
        somebody("Zoë O'Hara").at("zoe@x.example").of("50% Off_Shop"),
        somebody("Ｆｕｌｌ Width").at("wide@x.example"),
        somebody("Percy Percent").at("percy@x.example").of("500 Officers"),
        somebody("Back Slash").at("slash@x.example").of(r"C:\Temp\Files"),
        somebody("P Q").at("pq@x.example"),
    ] {
        app.enters(newcomer);
    }
    for (q, found) in [
        ("priya", vec!["Priya Raman"]),
        ("RAMAN", vec!["Priya Raman"]),
        ("northwind.example", vec!["Priya Raman"]),
        ("logistics", vec!["Priya Raman"]),
        ("raman northwind", vec!["Priya Raman"]),
        ("northwind raman", vec!["Priya Raman"]),
        ("raman nowhere", vec![]),
        ("жуков", vec!["Пётр Жуков"]),
        ("ЖУК", vec!["Пётр Жуков"]),
        ("wei li", vec!["Wei Li"]),
        ("zoë", vec!["Zoë O'Hara"]),
        ("ZOË", vec!["Zoë O'Hara"]),
        ("o'hara", vec!["Zoë O'Hara"]),
        ("50% off", vec!["Zoë O'Hara"]),
        ("off_shop", vec!["Zoë O'Hara"]),
        ("off%shop", vec![]),
        ("o_fi", vec![]),
        ("%%%", vec![]),
        ("___", vec![]),
        ("full", vec!["Ｆｕｌｌ Width"]),
        (r"c:\temp", vec!["Back Slash"]),
        (r"\\\", vec![]),
        ("pq", vec!["P Q"]),
        ("p", vec!["P Q", "Percy Percent", "Priya Raman", "Пётр Жуков"]),
        ("ж", vec![]),
        ("пё", vec!["Пётр Жуков"]),
        ("  raman  ", vec!["Priya Raman"]),
        ("ra\u{0}man", vec!["Priya Raman"]),
        ("';--", vec![]),
        ("' or '1'='1", vec![]),
    ] {
        let mut names = admin.finds("requested", q).await;
        names.sort();
        assert_eq!(names, found, "{q:?}");
        let mut names = admin.finds("all", q).await;
        names.sort();
        assert_eq!(names, found, "{q:?} on All");
        assert!(admin.finds("approved", q).await.is_empty(), "{q:?} on another tab");
    }
    for long in ["x".repeat(5_000), "ж".repeat(400), "a b c d e f g h i j k l m n".repeat(20)] {
        assert!(admin.finds("all", &long).await.is_empty());
    }
}

#[actix_web::test]
async fn a_search_keeps_its_tab_and_its_words() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for n in 0..3 {
        app.enters(somebody(&format!("Ada Nr{n}")).now(Approved));
    }
    app.requested("Bo Chen").await;
    let page = admin.opens("/admin/developers?status=requested&q=Ada").await;
    assert_eq!(page.attribute("#q", "value").as_deref(), Some("Ada"));
    assert!(page.text(".empty").contains("No matches for “Ada” in Requested"), "{}", page.text(".empty"));
    let links = page.texts(".empty a");
    assert_eq!(links[0], "Search all statuses (3)");
    assert!(links.iter().any(|link| link.starts_with("Clear")), "{links:?}");
    let everywhere = page.attribute(".empty a", "href").unwrap();
    let page = admin.opens(&everywhere).await;
    assert_eq!((page.names().len(), page.text("#total")), (3, "3 matches".into()));
    // The numbers on the tabs are those of all developers, whatever is searched for.
    assert_eq!(page.counts(), ["1", "3", "0", "0", "4"]);
    let nobody = admin.opens("/admin/developers?status=all&q=nobody").await;
    assert!(nobody.text(".empty").contains("No matches for “nobody” in All"));
    assert!(!nobody.texts(".empty a").iter().any(|link| link.contains("Search all")));
    // The form keeps the tab without JavaScript, too.
    let form = admin.opens("/admin/developers?status=approved&per_page=50").await.form("form[role='search']");
    assert!(form.fields.contains(&("status".into(), "approved".into())), "{form:?}");
    assert!(form.fields.contains(&("per_page".into(), "50".into())), "{form:?}");
}

#[actix_web::test]
async fn empty_lists_differ_and_each_has_a_next_step() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let nobody_yet = admin.opens("/admin/developers").await;
    let all_nobody = admin.opens("/admin/developers?status=all").await;
    app.enters(somebody("Ada Byron").now(Approved));
    let caught_up = admin.opens("/admin/developers").await;
    let no_match = admin.opens("/admin/developers?q=zzzz").await;
    let none_rejected = admin.opens("/admin/developers?status=rejected").await;
    assert!(nobody_yet.text(".empty h2").contains("Nobody has asked yet"));
    assert_eq!(all_nobody.text(".empty h2"), nobody_yet.text(".empty h2"));
    assert!(caught_up.text(".empty h2").contains("All caught up"));
    assert!(no_match.text(".empty h2").contains("No matches for"));
    assert!(none_rejected.text(".empty h2").contains("Nobody is rejected"));
    for page in [nobody_yet, caught_up, no_match, none_rejected] {
        assert!(page.has(".empty a[href]"));
        assert!(!page.has("table"));
        assert_eq!(page.counts().len(), 5);
    }
}

#[actix_web::test]
async fn a_page_whose_rows_are_gone_falls_back_to_one_with_rows() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for tab in ["requested", "all"] {
        app.db.run("delete from developers");
        app.enter_all(crowd());
        let first = admin.opens(&format!("/admin/developers?status={tab}")).await;
        let second = first.attribute("a[rel='next']", "href").unwrap();
        let rows_there = admin.opens(&second).await.row_ids();
        let last_seen = first.row_ids().pop().unwrap();
        let gone: Vec<_> = admin_rows_after(&app, &rows_there);
        app.db.run(&format!("delete from developers where id in ({})", gone.join(",")));
        let page = admin.opens(&second).await;
        if tab == "requested" {
            assert_eq!(page.row_ids().last(), Some(&last_seen), "the list ends with what is left before");
            assert!(!page.has("a[rel='next']"));
        }
        assert!(!page.row_ids().is_empty(), "{tab}");
    }
    // Nothing is left before either: the list starts again.
    app.db.run("delete from developers");
    app.enter_all(crowd());
    let second = admin.opens("/admin/developers").await.attribute("a[rel='next']", "href").unwrap();
    app.db.run("delete from developers where status = 'requested'");
    assert!(admin.opens(&second).await.has(".empty"));
    app.requested("Late Comer").await;
    assert_eq!(admin.opens(&second).await.names(), ["Late Comer"]);
}

fn admin_rows_after(app: &App, ids: &[String]) -> Vec<String> {
    let listed = ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>();
    assert!(app.db.number(&format!("select count(*) from developers where id in ({})", listed.join(","))) > 0);
    listed
}

#[actix_web::test]
async fn acting_on_the_last_row_of_a_page_does_not_leave_an_empty_page() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let people: Vec<_> = (0..26).map(|n| somebody(&format!("Ada Nr{n}"))).collect();
    app.enter_all(people);
    let first = admin.opens("/admin/developers").await;
    let second = first.attribute("a[rel='next']", "href").unwrap();
    let page = admin.opens(&second).await;
    let id = page.row_ids().remove(0);
    let form = page.form_for(&id, "approve").unwrap();
    let told = admin.looking_at(&second).posts(&form.action, &form.pairs()).await.done();
    let landed = told.landed.as_ref().unwrap().page();
    assert_eq!(landed.row_ids().len(), 25);
    told.says("Approved Ada Nr");
}

#[actix_web::test]
async fn a_fragment_is_a_part_of_the_page_and_only_for_htmx() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enter_all(crowd());
    for query in ["status=requested", "status=all&q=ada", "status=approved&sort=-name&per_page=50", "q=nobody"] {
        let path = format!("/admin/developers?{query}");
        let page = admin.gets(&path).await.is(200);
        let fragment = admin.speaking(true).gets(&path).await.is(200);
        // The time on paper may differ by a minute between the two.
        let text = fragment.text();
        assert!(text.trim_start().starts_with(r#"<div id="list">"#), "{text}");
        let parts = [
            &text[..text.find("· printed").unwrap()],
            &text[text.find(r#"<p class="lead""#).unwrap()..text.find(r#"<nav class="tabs""#).unwrap()],
            &text[text.find(r#"<nav class="tabs""#).unwrap()..],
        ];
        for part in parts {
            assert!(page.text().contains(part.trim()), "{part} stands in the page of {query}");
        }
        let back = admin.speaking(true).browser.get(&path).header("HX-History-Restore-Request", "true").await;
        assert!(back.text().starts_with("<!DOCTYPE html>"), "{query} on the way back");
        for answer in [&page, &fragment, &back] {
            let vary = answer.all("vary").join(", ").to_ascii_lowercase();
            assert!(vary.contains("hx-request"), "{query}: Vary: {vary}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{query}");
        }
        let no_htmx = admin.browser.get(&path).header("HX-Request", "false").await;
        assert!(no_htmx.text().starts_with("<!DOCTYPE html>"));
    }
}

#[actix_web::test]
async fn start_pages_lead_to_the_list() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    assert_eq!(admin.gets("/admin").await.is(303).location(), "/admin/developers");
    assert_eq!(app.browser().get("/admin").await.is(303).location(), "/admin/developers");
    // The portal's front page is everybody's; from there a quiet link leads to the desk.
    let page = app.browser().get("/").await.is(200).page();
    assert!(page.attributes("a", "href").contains(&"/admin/login".to_owned()));
}

#[actix_web::test]
async fn a_list_is_its_address() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let other = app.admin("Sam Quick").await;
    app.enter_all(crowd());
    let page = admin.opens("/admin/developers?status=all&q=ada&sort=-email&per_page=25").await;
    let next = page.attribute("a[rel='next']", "href").unwrap();
    assert_eq!(admin.opens(&next).await.row_ids(), other.opens(&next).await.row_ids());
}

/// The tabs, the header and the rows come from one statement: whoever writes meanwhile, they agree.
#[actix_web::test]
async fn the_numbers_belong_to_the_rows_beside_them() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let people = app.enter_all((0..20).map(|n| somebody(&format!("Ada Nr{n}"))).collect());
    let moving = async {
        for person in &people {
            admin.moves(person, "approve", 1).await.done();
        }
    };
    let reading = async {
        for _ in 0..40 {
            let page = admin.opens("/admin/developers").await;
            let shown = page.row_ids().len().to_string();
            assert_eq!(page.count_of("requested"), shown);
            assert_eq!(page.count_of("all"), "20");
        }
    };
    tokio::join!(moving, reading);
}
