//! `POST /admin/invitations` by the admin's own mail program.

use super::{LIST, NEW, crowd, messages, posting, rows, typed};
use crate::support::app::Answer;
use crate::support::world::Mail;
use crate::support::{Admin, App, both_ways, somebody};
use guestlist::developers::Status;

/// The log of invitations, oldest first.
fn log(app: &App) -> Vec<String> {
    app.db.texts(
        "select concat_ws('|', event, actor_kind, actor_name, subject_kind, subject_email, subject_name) \
         from audit_entries where subject_kind = 'invitation' order by id",
    )
}

#[track_caller]
fn is_refused(answer: &Answer, words: &str) {
    assert_eq!(answer.status, 422, "{}", answer.text());
    let page = answer.page();
    assert!(page.text(".errors").contains(words), "{}", page.text(".errors"));
    assert_eq!(page.attributes(".errors a", "href"), ["#addresses"]);
    assert!(!page.has(r#"a[href^="mailto:?"]"#));
}

#[actix_web::test]
async fn everybody_stands_in_bcc_of_a_message_that_the_admin_sends() {
    both_ways(async |app: &App, admin: Admin| {
        let addresses =
            "Ada Byron <Ada@engine.example>, grace@navy.example; \"Chen, Bo\" <bo@x.example>\r\nlou@x.example";
        let answer = admin.invites("mail_app", addresses).await.is(200);
        let page = answer.page();
        assert_eq!(page.has("title"), !admin.browser.htmx, "htmx gets the box alone");
        let links = page.texts(r#"a[href^="mailto:?"]"#);
        assert_eq!(links, ["Open in my email app"]);
        let [message] = messages(&page).try_into().unwrap();
        assert_eq!(message.to, "");
        assert_eq!(message.bcc, ["Ada@engine.example", "grace@navy.example", "bo@x.example", "lou@x.example"]);
        assert_eq!(message.subject, "You are invited to Guestlist");
        assert!(message.body.starts_with("Hello,\n\nKim Lee invites you to Guestlist."), "{}", message.body);
        let register = format!("http://{}/register", app.server.address);
        assert!(message.body.lines().any(|line| line == register), "{}", message.body);
        assert!(message.body.len() < 400 && !message.body.contains('\u{1}'), "{}", message.body);
        assert!(page.all_text().contains("4 people") || page.all_text().contains("4 developers"));
        // Nobody here knows what the program does with it.
        let words = page.all_text();
        assert!(words.contains("does not know") && !words.contains("was sent to"), "{words}");
        assert_eq!(app.invited().len(), 4);
        assert!(app.mails().is_empty() && app.db.number("select count(*) from invitation_links") == 0);
    })
    .await;
}

#[actix_web::test]
async fn the_log_says_prepared_for_each_address_and_never_sent() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let answer = admin.invites("mail_app", "Grace@Navy.example, ada@engine.example").await.is(200);
    let entry = |email: &str| format!("invitation.prepared|admin|Kim Lee|invitation|{email}|");
    assert_eq!(log(&app), [entry("ada@engine.example"), entry("Grace@Navy.example")]);
    for entry in app.events("invitation.prepared") {
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        let id = format!("select id from invitations where email = '{}'", entry.subject_email);
        assert_eq!(entry.subject_id.map(|id| id.to_string()), Some(app.db.text(&id)));
    }
    let page = admin.opens("/admin/activity").await;
    assert_eq!(page.texts("#rows td.what")[..2], ["Invitation prepared"; 2]);
    assert!(!page.text("#rows").to_lowercase().contains("sent"), "{}", page.text("#rows"));
    let row = admin.invitation("ada@engine.example").await;
    assert_eq!(row.chip, "Prepared");
    assert!(!row.text.to_lowercase().replace("send from guestlist", "").contains("sent"), "{}", row.text);
    // Whoever prepares the same once more is recorded once more, and stands there once.
    let sam = app.admin("Sam Quick").await;
    sam.invites("mail_app", "ADA@engine.example").await.is(200);
    assert_eq!(log(&app).len(), 3);
    assert_eq!(app.invited(), ["mail_app|ada@engine.example|Sam Quick", "mail_app|Grace@Navy.example|Kim Lee"]);
}

#[actix_web::test]
async fn a_hundred_people_with_every_sign_that_an_address_may_have_are_in_three_links() {
    for htmx in [false, true] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await.speaking(htmx);
        let signs = [
            "+", "&", "%", "#", "?", "'", "ü", "%2c", "=", "/", "{", "|", "ж", "日本", "%0d%0a", "*", "!", "$", "^",
            "`",
        ];
        let people: Vec<String> =
            (0..100).map(|n| format!("a{n}{}b@{}.example", signs[n % signs.len()], ["x", "bücher"][n % 2])).collect();
        let page = admin.invites("mail_app", &people.join(", ")).await.is(200).page();
        let links = page.texts(r#"a[href^="mailto:?"]"#);
        assert_eq!(links.len(), 3, "{links:?}");
        let messages = messages(&page);
        let mut reached = 0;
        for (n, (link, message)) in links.iter().zip(&messages).enumerate() {
            assert!(link.contains(&format!("Open message {} of 3", n + 1)), "{link}");
            let count = message.bcc.len().to_string();
            assert!(page.all_text().contains(&format!("{count} ")), "how many people: {}", page.all_text());
            assert_eq!((message.subject.as_str(), message.to.as_str()), ("You are invited to Guestlist", ""));
            assert_eq!(message.body, messages[0].body);
            reached += message.bcc.len();
        }
        assert_eq!(reached, 100);
        let read: Vec<String> = messages.into_iter().flat_map(|message| message.bcc).collect();
        assert_eq!(read, people);
    }
}

#[actix_web::test]
async fn the_link_to_the_portal_is_the_configured_one_whatever_the_browser_names() {
    let app = App::with(&[
        ("GUESTLIST_BASE_URL", "https://guests.example"),
        ("GUESTLIST_SMTP_URL", "smtp://127.0.0.1:9"),
        ("GUESTLIST_MAIL_FROM", "guests@acme.example"),
    ])
    .await;
    let admin = app.admin("Kim Lee").await;
    for path in [LIST, "/admin/invitations/check"] {
        let fields = [("addresses", "ada@engine.example"), ("via", "mail_app")];
        let request = admin.browser.post(path, &fields).header("Host", "evil.example");
        let request = request.header("X-Forwarded-Host", "evil.example").header("Forwarded", "host=evil.example");
        let answer = request.await.is(200);
        assert!(!answer.text().contains("evil.example") && !answer.text().contains("127.0.0.1"), "{}", answer.text());
        if path == LIST {
            let [message] = messages(&answer.page()).try_into().unwrap();
            assert!(message.body.lines().any(|line| line == "https://guests.example/register"), "{}", message.body);
        } else {
            assert!(answer.page().all_text().contains("https://guests.example/register"), "{}", answer.text());
        }
    }
    let fields = [("addresses", "grace@navy.example"), ("via", "server")];
    let request = admin.browser.post(LIST, &fields).header("Host", "evil.example");
    request.header("X-Forwarded-Host", "evil.example").header("X-Forwarded-Proto", "http").await.is(303);
    let mail = app.mail_to("grace@navy.example");
    assert!(mail.link().unwrap().starts_with("https://guests.example/register/"), "{mail:?}");
}

#[actix_web::test]
async fn good_ones_go_on_and_bad_ones_stay_in_the_box() {
    both_ways(async |app: &App, admin: Admin| {
        for (name, status) in [("Ada Byron", Status::Approved), ("Bo Chen", Status::Rejected)] {
            app.enters(somebody(name).now(status));
        }
        let addresses = "ada.byron@x.example, grace@navy.example, BO.CHEN@x.example, not an address; \
                         grace@navy.example, Grace <GRACE@navy.example>\nlou@nowhere, <script>alert(1)</script>, lou@x.example";
        let answer = admin.invites("mail_app", addresses).await.is(200);
        assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
        let page = answer.page();
        let [message] = messages(&page).try_into().unwrap();
        assert_eq!(message.bcc, ["grace@navy.example", "lou@x.example"]);
        let kept = typed(&page);
        for bad in ["not an address", "lou@nowhere"] {
            assert!(kept.contains(bad), "{bad} is not in {kept}");
        }
        for good in ["grace", "ada.byron", "lou@x.example"] {
            assert!(!kept.contains(good), "{good} is still in {kept}");
        }
        let words = page.all_text();
        for (who, why) in [("not an address", "must not contain spaces"), ("lou@nowhere", "is not a domain"), ("script", "needs an @")] {
            assert!(words.contains(who) && words.contains(why), "{who} is not said to be {why}: {words}");
        }
        for known in ["ada.byron@x.example is registered already (approved)", "BO.CHEN@x.example is registered already (rejected)"] {
            assert!(words.contains(known), "{known} is not said: {words}");
        }
        let invited: Vec<String> = app.db.texts("select email from invitations order by mailbox");
        assert_eq!(invited, ["grace@navy.example", "lou@x.example"]);
        // What was mended goes on as well.
        let page = admin.invites("mail_app", "lou@nowhere.example").await.is(200).page();
        assert_eq!(messages(&page)[0].bcc, ["lou@nowhere.example"]);
    })
    .await;
}

#[actix_web::test]
async fn of_many_who_are_registered_or_bad_some_are_named_and_the_others_counted() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let known: Vec<String> = (0..13).map(|n| format!("known{n}@x.example")).collect();
    app.enter_all(known.iter().map(|email| somebody("Some One").at(email)).collect());
    let bad: Vec<String> = (0..14).map(|n| format!("bad{n}@")).collect();
    let addresses = format!("{}, {}, grace@navy.example", known.join(", "), bad.join(", "));
    for htmx in [false, true] {
        let admin = admin.speaking(htmx);
        let check = admin.browser.post("/admin/invitations/check", &[("addresses", &addresses)]).await.is(200);
        let result = admin.invites("mail_app", &addresses).await.is(200);
        for answer in [check, result] {
            let words = answer.page().all_text();
            assert!(words.contains("and 3 more are registered already"), "{}: {words}", answer.what);
            assert!(words.contains("and 4 more"), "{}: {words}", answer.what);
        }
    }
}

#[actix_web::test]
async fn where_nobody_is_left_to_be_invited_that_is_said_and_all_is_kept() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    app.enters(somebody("Ada Byron").now(Status::Approved));
    let before = app.state();
    for addresses in ["", " , ;\r\n", "ada.byron@x.example", "nonsense", "a@b, ada.byron@x.example, c d e"] {
        for via in ["mail_app", "server"] {
            for htmx in [false, true] {
                let answer = admin.speaking(htmx).invites(via, addresses).await;
                is_refused(&answer, "");
                let page = answer.page();
                assert_eq!(typed(&page), addresses.split_whitespace().collect::<Vec<_>>().join(" "));
                if htmx {
                    assert!(!answer.text().contains("<html"), "{}", answer.text());
                } else {
                    assert!(page.title().starts_with("Error: "), "{}", page.title());
                    assert_eq!(page.text("#addresses-error"), page.text(".errors a"), "the same words");
                }
                assert_eq!(page.attribute("#addresses", "aria-invalid").as_deref(), Some("true"));
            }
        }
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn five_hundred_are_invited_at_once_and_not_one_more() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let before = app.state();
    for via in ["mail_app", "server"] {
        for htmx in [false, true] {
            let answer = admin.speaking(htmx).invites(via, &crowd(501)).await;
            is_refused(&answer, "500");
            assert!(answer.page().text(".errors").contains("501"), "{}", answer.page().text(".errors"));
            assert!(typed(&answer.page()).ends_with("dev500@crowd.example"));
        }
    }
    assert_eq!(app.state(), before, "nothing was written");
    // Whoever stands there twice, or cannot be invited, does not count.
    let addresses = format!("{}\ndev7@crowd.example\nnonsense", crowd(500));
    let page = admin.invites("mail_app", &addresses).await.is(200).page();
    let links = messages(&page);
    assert_eq!(links.iter().map(|message| message.bcc.len()).sum::<usize>(), 500);
    assert_eq!(app.db.number("select count(*) from invitations"), 500);
    assert_eq!(app.events("invitation.prepared").len(), 500);
}

/// As mail programs write them, in a script of which a letter is six bytes of a form.
#[actix_web::test]
async fn five_hundred_people_with_their_names_fit_into_the_box() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let people: Vec<String> = (0..500).map(|n| format!("Ада Августа Лавлейс <dev{n}@crowd.example>")).collect();
    let page = admin.invites("mail_app", &people.join(", ")).await.is(200).page();
    assert_eq!(messages(&page).iter().map(|message| message.bcc.len()).sum::<usize>(), 500);
}

#[actix_web::test]
async fn an_invitation_says_how_it_goes_out() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let before = app.state();
    for via in ["", "pigeon", "Mail_app", "server ", "mail_app,server"] {
        let answer = admin.invites(via, "ada@engine.example").await;
        assert!((400..500).contains(&answer.status), "{via}: {}", answer.status);
    }
    let answer = admin.browser.post(LIST, &[("addresses", "ada@engine.example")]).await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn the_page_of_the_box_works_without_a_script() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let page = admin.opens(NEW).await;
    assert_eq!(page.title(), "Invite developers · Guestlist");
    assert_eq!(page.texts("#nav [aria-current]"), ["Invitations"]);
    let form = page.form("main form").filled("addresses", "ada@engine.example");
    assert_eq!((form.action.as_str(), form.method.as_str()), (LIST, "post"));
    assert_eq!(page.attributes("main form button[name='via']", "value"), ["server", "mail_app"]);
    let form = form.ticked("via", "mail_app");
    let page = admin.browser.post(&form.action, &form.pairs()).await.is(200).page();
    assert_eq!(messages(&page)[0].bcc, ["ada@engine.example"]);
    assert!(page.text("main").contains("Open in my email app"), "it is a page, and no redirect");
    assert_eq!(rows(&admin.opens(LIST).await).len(), 1);
}

#[actix_web::test]
async fn whoever_holds_a_personal_link_keeps_it_when_a_message_is_prepared() {
    let app = posting().await;
    let admin = app.admin("Kim Lee").await;
    let link = super::invited(&app, &admin, "ada@engine.example").await;
    let page = admin.invites("mail_app", "ada@engine.example").await.is(200).page();
    assert_eq!(messages(&page)[0].bcc, ["ada@engine.example"]);
    assert_eq!(app.db.number("select count(*) from invitations"), 1);
    assert_eq!(app.events("invitation.prepared").len(), 1);
    let row = admin.invitation("ada@engine.example").await;
    assert!(["Queued", "Sent"].contains(&row.chip.as_str()), "{}", row.chip);
    app.browser().get(&link).await.is(200);
    let [_]: [Mail; 1] = app.mails().try_into().unwrap();
}
