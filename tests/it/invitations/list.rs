//! `GET /admin/invitations`, and the box on the lists.

use guestlist::developers::Status::Approved;

use super::{LIST, NEW, crowd, invited, posting, rows};
use crate::registration::sign_up;
use crate::support::{Admin, App, somebody};

/// One invitation of each state; by their first letters.
async fn all_states(app: &App, admin: &Admin) {
    admin.invites("mail_app", "prepared@x.example").await.is(200);
    let states = ["queued", "sent", "failed", "opened", "registered", "expired", "withdrawn"];
    let addresses = states.map(|state| format!("{state}@x.example")).join(", ");
    admin.invites("server", &addresses).await.is(303);
    app.db.run(
        "update outbox set state = split_part(recipient, '@', 1), settled_at = now() where recipient ~ '^(sent|failed)@'; \
         update invitations set opened_at = now() where mailbox like 'opened@%'; \
         update invitations set invited_at = now() - interval '15 days' where mailbox like 'expired@%'",
    );
    let link = app.personal_link("registered@x.example");
    sign_up("").without("email").in_browser_at(&app.browser(), &link).await;
    let id = app.db.text("select id from invitations where mailbox like 'withdrawn@%'");
    admin.posts(&format!("{LIST}/{id}/withdraw"), &[]).await.done();
}

#[actix_web::test]
async fn tabs_tell_how_invitations_stand() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    all_states(&app, &admin).await;
    let tab = async |query: &str| {
        let page = admin.opens(&format!("{LIST}{query}")).await;
        let rows = rows(&page);
        for button in page.attributes("#rows form button", "aria-label") {
            assert!(button.contains("@x.example"), "a button names whom it is about: {button}");
        }
        assert_eq!(page.count("#rows form button"), page.count("#rows form button[aria-label]"));
        for row in &rows {
            let state = row.chip.to_lowercase();
            assert!(row.text.contains(&format!("{state}@x.example")) && row.text.contains("Kim Lee"), "{}", row.text);
            let is_open = !["registered", "withdrawn"].contains(&state.as_str());
            assert_eq!((row.resend.is_some(), row.withdraw.is_some()), (is_open, is_open), "{state}");
            if let Some((words, _)) = &row.resend {
                let expected = if state == "prepared" { "Send from Guestlist" } else { "Resend" };
                assert!(words.starts_with(expected), "{state}: {words}");
            }
            assert_eq!(row.developer.is_some(), state == "registered");
        }
        let mut chips: Vec<_> = rows.into_iter().map(|row| row.chip).collect();
        chips.sort();
        (page.text("nav.tabs [aria-current='page']"), chips)
    };
    let open = ["Failed", "Opened", "Prepared", "Queued", "Sent"].map(str::to_owned).to_vec();
    assert_eq!(tab("").await, ("Open".into(), open.clone()));
    assert_eq!(tab("?show=registered").await.1, ["Registered"]);
    assert_eq!(tab("?show=over").await.1, ["Expired", "Withdrawn"]);
    assert_eq!(tab("?show=all").await.1.len(), 8);
    for query in ["?show=x", "?show=", "?after=x", "?before=1", "?per_page=7", "?after=%00&show=%ff", "?q=%00", "?%"] {
        assert_eq!(tab(query).await.1, open, "{query}");
    }
}

#[actix_web::test]
async fn the_page_says_who_invited_whom_and_when() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let empty = admin.opens(LIST).await;
    assert_eq!(empty.title(), "Invitations · Guestlist");
    assert!(!empty.text(".empty").is_empty() && !empty.has("#rows tr"));
    invited(&app, &admin, "Ada@Bücher.example").await;
    let page = admin.opens(LIST).await;
    let [row] = rows(&page).try_into().unwrap();
    assert!(row.text.contains("Ada@Bücher.example"), "as it was typed: {}", row.text);
    assert!(row.text.contains("Kim Lee"), "{}", row.text);
    assert!(page.has(&format!("tr#invitation-{} time[datetime][title]", row.id)));
    assert_eq!(page.text("tr td.mail"), "Ada@Bücher.example");
    assert_eq!(page.texts("#nav [aria-current]"), ["Invitations"]);
    // The other pages lead there.
    assert!(admin.opens("/admin/developers").await.has(&format!("nav a[href='{LIST}']")));
    let nothing = admin.opens(&format!("{LIST}?show=registered")).await;
    assert!(!nothing.text(".empty").is_empty());
    let nobody = admin.opens(&format!("{LIST}?q=nobody")).await;
    assert!(nobody.text(".empty").contains("nobody"), "{}", nobody.text(".empty"));
}

#[actix_web::test]
async fn people_are_found_by_a_part_of_their_address() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    admin
        .invites("server", "Ada@Bücher.example, grace@navy.example, g_r%ce@navy.example, jürgen@x.example")
        .await
        .is(303);
    for (q, expected) in [
        ("navy", vec!["g_r%ce@navy.example", "grace@navy.example"]),
        ("GRACE@", vec!["grace@navy.example"]),
        ("g_r%", vec!["g_r%ce@navy.example"]),
        ("ad", vec!["Ada@Bücher.example"]),
        ("JÜRGEN", vec!["jürgen@x.example"]),
        ("' or 1=1 --", vec![]),
        ("%", vec![]),
    ] {
        let query: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let page = admin.opens(&format!("{LIST}?q={query}")).await;
        let mut found = page.texts("tr td.mail");
        found.sort();
        assert_eq!(found, expected, "{q:?}");
        assert_eq!(page.attribute("#q", "value").as_deref(), Some(q));
    }
    let page = admin.opens(&format!("{LIST}?q=grace&show=all")).await;
    for href in page.attributes("nav.tabs a", "href") {
        assert!(href.contains("q=grace"), "a tab keeps the search: {href}");
    }
}

#[actix_web::test]
async fn an_address_is_found_as_it_stands_there() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    admin.invites("server", "Ada@Bücher.example, grace@navy.example").await.is(303);
    for q in ["Ada@Bücher.example", "ada@bücher", "BÜCHER", "ada@xn--bcher-kva.example"] {
        let query: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let page = admin.opens(&format!("{LIST}?q={query}")).await;
        assert_eq!(page.texts("tr td.mail"), ["Ada@Bücher.example"], "{q:?}");
    }
}

#[actix_web::test]
async fn the_list_is_walked_to_its_end_and_back() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    admin.invites("server", &crowd(60)).await.is(303);
    let mut page = admin.opens(&format!("{LIST}?q=crowd")).await;
    let mut ids: Vec<_> = rows(&page).into_iter().map(|row| row.id).collect();
    for _ in 0..2 {
        page = admin.opens(&page.attribute("a[rel=next]", "href").unwrap()).await;
        ids.extend(rows(&page).into_iter().map(|row| row.id));
    }
    assert!(!page.has("a[rel=next]"));
    assert!(ids.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
    ids.dedup();
    assert_eq!(ids.len(), 60);
    for _ in 0..2 {
        page = admin.opens(&page.attribute("a[rel=prev]", "href").unwrap()).await;
    }
    assert!(!page.has("a[rel=prev]"));
    assert_eq!(rows(&page).len(), 25);
    assert_eq!(rows(&admin.opens(&format!("{LIST}?per_page=100")).await).len(), 60);
}

#[actix_web::test]
async fn the_box_opens_on_the_lists_without_a_script() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    app.enters(somebody("Ada Byron").now(Approved));
    let tabs = ["requested", "approved", "rejected", "revoked", "all"];
    let lists = tabs.map(|tab| format!("/admin/developers?status={tab}"));
    for path in lists.iter().map(String::as_str).chain([LIST, "/admin/developers?q=nobody"]) {
        let page = admin.opens(path).await;
        let opener = "button[command='show-modal'][commandfor='invite']";
        assert_eq!(page.texts(opener), ["Invite developers"], "{path}");
        assert_eq!(page.attribute(opener, "type").as_deref(), Some("button"), "{path}");
        let dialog = "dialog#invite[aria-labelledby='invite-title']";
        assert!(page.has(dialog) && !page.has("dialog[open]"), "{path}");
        assert_eq!(page.text("dialog#invite #invite-title"), "Invite developers", "{path}");
        assert!(page.has("dialog#invite button[command='close'][commandfor='invite'][type='button']"), "{path}");
        let form = page.form("dialog#invite #invite-box form");
        assert_eq!((form.action.as_str(), form.method.as_str()), (LIST, "post"), "{path}");
        assert!(page.has("dialog#invite textarea[name='addresses']"), "{path}");
        let buttons = page.attributes("dialog#invite button[name='via']", "value");
        assert_eq!(buttons, ["server", "mail_app"], "{path}");
        assert!(page.has("dialog#invite button.main[value='mail_app']"), "{path}");
        assert_eq!(page.count("#invite"), 1, "{path}");
        assert!(page.has("dialog#invite [role='status'], dialog#invite [aria-live]"), "{path}");
        // Ids stand there once, also beside the list's own.
        let mut ids = page.attributes("[id]", "id");
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "{path}");
    }
    assert!(!admin.opens(NEW).await.has("dialog"));
    assert!(!admin.opens("/admin/activity").await.has("dialog#invite"));
}

#[actix_web::test]
async fn a_search_replaces_the_list_and_leaves_the_box_alone() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    admin.invites("server", "ada@engine.example, grace@navy.example").await.is(303);
    app.enters(somebody("Bo Chen"));
    for path in [format!("{LIST}?q=ada"), "/admin/developers?q=bo".to_owned()] {
        let part = admin.speaking(true).browser.seeing(LIST).get(&path).await.is(200);
        assert!(!part.text().contains("<html") && !part.page().has("#invite, #invite-box"), "{path}");
        assert_eq!(part.page().count("#list tbody tr, tbody tr"), 1, "{path}: {}", part.text());
        let whole = admin.speaking(true).browser.get(&path).header("HX-History-Restore-Request", "true").await.is(200);
        assert!(whole.page().has("dialog#invite") && whole.text().contains("<html"), "{path}");
    }
}

#[actix_web::test]
async fn words_of_others_are_text() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    app.db.run("update admins set full_name = '<b>Kim</b>'");
    let email = "a'b&c{{7*7}}=%23@x.example";
    invited(&app, &admin, email).await;
    admin.invites("mail_app", "bo&amp@x.example").await.is(200);
    for htmx in [false, true] {
        let answer = admin.speaking(htmx).gets(&format!("{LIST}?show=all&q=%22%3E%3Cscript%3E")).await.is(200);
        assert!(!answer.text().contains("<script>"), "{}", answer.text());
        let answer = admin.speaking(htmx).gets(LIST).await.is(200);
        assert!(!answer.text().contains("<b>Kim"), "{}", answer.text());
    }
    let row = admin.invitation(email).await;
    assert!(row.text.contains(email) && row.text.contains("<b>Kim</b>"), "{}", row.text);
    assert!(admin.invitation("bo&amp").await.text.contains("bo&amp@x.example"));
}
