//! `POST /admin/developers/email`: writing to those who were selected, by the admin's own mail program.

use guestlist::developers::Status::{Approved, Rejected, Requested, Revoked};

use crate::support::html::Page;
use crate::support::mailto::Message;
use crate::support::{Admin, Answer, App, Person, somebody};

const EMAIL: &str = "/admin/developers/email";

async fn emails(admin: &Admin, people: &[&Person]) -> Answer {
    let ids: Vec<String> = people.iter().map(|person| person.id.to_string()).collect();
    let fields: Vec<_> = ids.iter().map(|id| ("id", id.as_str())).collect();
    admin.browser.post(EMAIL, &fields).await
}

fn messages(page: &Page) -> Vec<Message> {
    page.attributes(r#"a[href^="mailto:?"]"#, "href").iter().map(|href| Message::of(href)).collect()
}

fn crowd(app: &App, n: usize) -> Vec<Person> {
    app.enter_all((0..n).map(|n| somebody(&format!("Dev Nr{n:03}")).now(Approved)).collect())
}

#[actix_web::test]
async fn those_who_are_ticked_stand_in_bcc() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let ada = app.enters(somebody("Ada Byron").at("Ada+api&x@Engine.example").now(Approved));
    let bo = app.enters(somebody("Bo Chen").at("bo@bücher.example").now(Approved));
    app.enters(somebody("Cy Crow").now(Approved));
    let before = app.state();
    // The page offers it as a browser would post it: a box in each row, and a button for all of them.
    let page = admin.opens("/admin/developers?status=approved").await;
    let form = page.form("form#selected");
    assert_eq!((form.action.as_str(), form.method.as_str()), (EMAIL, "post"));
    assert!(page.has("form#selected button[type='submit']"));
    let mut fields = form.fields.clone();
    for person in [&ada, &bo] {
        let css = format!("tr#{} input[type='checkbox'][name='id'][form='selected']", person.row_id());
        fields.push(("id".into(), page.attribute(&css, "value").unwrap()));
        assert!(page.attribute(&css, "aria-label").unwrap().contains(&person.name));
    }
    let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = admin.browser.post(EMAIL, &pairs).await.is(200).page();
    let [message] = messages(&page).try_into().unwrap();
    assert_eq!(message.to, "");
    assert_eq!(message.bcc, ["Ada+api&x@Engine.example", "bo@bücher.example"]);
    assert_eq!((message.subject.as_str(), message.body.as_str()), ("", ""), "what it says is the admin's");
    assert_eq!(page.texts(r#"a[href^="mailto:?"]"#), ["Open in my email app"]);
    assert_eq!(page.attributes("[data-copy]", "data-copy"), ["Ada+api&x@Engine.example, bo@bücher.example"]);
    assert!(page.title().starts_with("Email 2 developers"), "{}", page.title());
    assert_eq!(page.attribute("nav.trail a", "href").as_deref(), Some("/admin/developers?status=approved"));
    assert_eq!(app.state(), before, "it changes nothing");
    // Rows that cannot be written to cannot be ticked.
    for status in [Requested, Rejected, Revoked] {
        app.enters(somebody(&format!("Some {status}")).now(status));
        let page = admin.opens(&format!("/admin/developers?status={status}")).await;
        assert!(!page.has("input[name='id']") && !page.has("#selected"), "{status}");
    }
}

#[actix_web::test]
async fn more_people_than_a_message_takes_get_several() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let people = crowd(&app, 120);
    let all: Vec<&Person> = people.iter().collect();
    for htmx in [false, true] {
        let page = emails(&admin.speaking(htmx), &all).await.is(200).page();
        let links = page.texts(r#"a[href^="mailto:?"]"#);
        assert_eq!(links, ["Open message 1 of 3", "Open message 2 of 3", "Open message 3 of 3"]);
        let messages = messages(&page);
        assert_eq!(messages.iter().map(|message| message.bcc.len()).collect::<Vec<_>>(), [45, 45, 30]);
        let mut read: Vec<String> = messages.into_iter().flat_map(|message| message.bcc).collect();
        read.sort();
        assert_eq!(read, people.iter().map(|person| person.email.clone()).collect::<Vec<_>>());
        assert!(page.text("main").contains("45 people") && page.text("main").contains("30 people"));
    }
}

#[actix_web::test]
async fn who_is_not_approved_any_more_is_left_out_and_said_so() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let [ada, bo, cy, dee] = [Approved, Revoked, Requested, Rejected].map(|status| {
        app.enters(somebody(&format!("Some <b>{status}</b>")).at(&format!("{status}@x.example")).now(status))
    });
    let answer = emails(&admin, &[&ada, &bo, &cy, &dee, &ada]).await.is(200);
    assert!(!answer.text().contains("<b>approved"), "{}", answer.text());
    let page = answer.page();
    assert_eq!(messages(&page)[0].bcc, ["approved@x.example"], "each once");
    for name in ["Some <b>revoked</b>", "Some <b>requested</b>", "Some <b>rejected</b>"] {
        assert!(page.text("main").contains(name), "{name} is not said: {}", page.text("main"));
    }
    assert!(!page.text("main").contains("revoked@x.example"));
    // Nobody is left.
    app.db.run(&format!("delete from developers where id = '{}'", ada.id));
    for people in [&[][..], &[&ada], &[&bo, &cy]] {
        for htmx in [false, true] {
            let answer = emails(&admin.speaking(htmx), people).await;
            assert!((400..500).contains(&answer.status), "{}", answer.status);
            assert!(!answer.page().has(r#"a[href^="mailto:?"]"#));
            assert!(answer.text().contains("Nobody"), "{}", answer.text());
        }
    }
}

#[actix_web::test]
async fn semicolons_are_remembered_here_as_well() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let people = crowd(&app, 2);
    let ids: Vec<String> = people.iter().map(|person| person.id.to_string()).collect();
    let post = async |more: &[(&str, &str)]| {
        let mut fields = vec![("id", ids[0].as_str()), ("id", ids[1].as_str())];
        fields.extend(more);
        admin.browser.post(EMAIL, &fields).await.is(200)
    };
    let has_semicolon = |answer: &Answer| {
        let page = answer.page();
        let href = page.attribute(r#"a[href^="mailto:?"]"#, "href").unwrap();
        let copied = page.attribute("[data-copy]", "data-copy").unwrap();
        assert_eq!(href.contains("example;dev"), copied.contains("; "), "{href} {copied}");
        assert_eq!(page.has("input[name='semicolons'][checked]"), href.contains(';'));
        assert_eq!(messages(&page)[0].bcc.len(), 2);
        href.contains(';')
    };
    assert!(!has_semicolon(&post(&[]).await));
    let answer = post(&[("semicolons", "yes")]).await;
    assert!(has_semicolon(&answer));
    let cookie = answer.all("set-cookie").into_iter().find(|cookie| cookie.starts_with("semicolons=")).unwrap();
    assert!(cookie.contains("Max-Age=31536000") && cookie.contains("; HttpOnly"), "{cookie}");
    // The rows' own form does not ask, so that it takes nothing back; the page's form does.
    assert!(has_semicolon(&post(&[]).await));
    let form = post(&[]).await.page().form(&format!("main form[action='{EMAIL}']"));
    let without: Vec<_> = form.pairs().into_iter().filter(|(name, _)| *name != "semicolons").collect();
    let answer = admin.browser.post(&form.action, &without).await.is(200);
    assert!(!has_semicolon(&answer));
    assert!(!has_semicolon(&post(&[]).await));
    assert!(admin.browser.cookie("semicolons").is_none());
}

#[actix_web::test]
async fn what_is_no_selection_is_refused() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let [ada] = crowd(&app, 1).try_into().unwrap();
    for bad in ["x", "", "%00", "1", "00000000-0000-7000-8000-00000000000g", &"x".repeat(5_000)] {
        let answer = admin.browser.post(EMAIL, &[("id", &ada.id.to_string()), ("id", bad)]).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    // Somebody who never was is nobody.
    let fields = [("id", "00000000-0000-7000-8000-000000000000"), ("id", &ada.id.to_string())];
    assert_eq!(messages(&admin.browser.post(EMAIL, &fields).await.is(200).page())[0].bcc, [ada.email.as_str()]);
    let many = vec![("id", "00000000-0000-7000-8000-000000000000"); 501];
    admin.browser.post(EMAIL, &many).await.is(400);
    for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "/login"] {
        let fields = [("id", &*ada.id.to_string()), ("return_to", elsewhere)];
        let answer = admin.browser.post(EMAIL, &fields).await.is(200);
        assert!(!answer.text().contains("evil.example"), "{elsewhere}");
        let back = answer.page().attribute("nav.trail a", "href").unwrap();
        assert!(back.starts_with("/admin/developers"), "{back}");
    }
}
