//! `GET` and `POST /register` as people use them, and what they leave.

use std::time::Duration;

use guestlist::developers::Status::Requested;
use guestlist::outbox::Kind;

use super::{SECRET_OF_ADA, sign_up};
use crate::support::actors::PASSWORD;
use crate::support::{App, eventually};

const ADA: &str = "Ada@Engine.example";

#[actix_web::test]
async fn the_form_is_filled_in_and_leads_to_what_happens_next() {
    let app = App::start().await;
    let browser = app.browser();
    let front = browser.get("/").await.is(200).page();
    assert_eq!(front.attribute("main a.main", "href").as_deref(), Some("/register"));
    let page = browser.get("/register").await.is(200).page();
    assert!(page.title().ends_with(" · Guestlist"), "{}", page.title());
    let tokens = |name: &str| page.attribute(&format!("#{name}"), "autocomplete").unwrap();
    assert_eq!(
        ["full_name", "email", "organization", "password"].map(tokens),
        ["name", "email", "organization", "new-password"]
    );
    assert_eq!(page.attribute("#password", "type").as_deref(), Some("password"));
    for field in ["full_name", "email", "password", "terms"] {
        assert!(page.has(&format!("#{field}[required]")), "{field}");
    }
    assert!(!page.has("#terms[checked]"), "nobody accepts by leaving a box alone");
    // People are not asked for what programs fill in.
    assert_eq!(page.attribute("[aria-hidden='true'] #website", "tabindex").as_deref(), Some("-1"));
    let an_hour_ago = (chrono::Utc::now() - chrono::TimeDelta::hours(1)).timestamp_millis().to_string();
    let mut form = page.form("main form").filled("started", &an_hour_ago).ticked("terms", "yes");
    for (name, value) in
        [("full_name", "Ada Byron"), ("email", ADA), ("purpose", "Weather"), ("password", SECRET_OF_ADA)]
    {
        form = form.filled(name, value);
    }
    assert_eq!((form.action.as_str(), form.method.as_str()), ("/register", "post"));
    let answer = browser.post(&form.action, &form.pairs()).await.is(303);
    assert_eq!(answer.location(), "/register/received");
    let next = browser.get(answer.location()).await.is(200).page();
    assert!(next.text("main").contains("What happens next"), "{}", next.text("main"));
    assert_eq!(app.db.text("select email from developers"), ADA);
    // Nobody is signed in by signing up.
    assert_eq!(browser.get("/account").await.status, 303);
}

#[actix_web::test]
async fn a_request_is_kept_with_all_that_was_said() {
    for htmx in [false, true] {
        let app = App::start().await;
        let answer = sign_up(" Ada@Bücher.example ").in_browser(&app.browser().speaking(htmx)).await.is(303);
        let row = app.db.text(
            "select concat_ws('|', email, mailbox, full_name, organization, purpose, status, version, terms_version, \
             email_verified_at is null, decided_at is null, decided_by is null, substr(id::text, 15, 1)) from developers",
        );
        let said = "Ada Byron|Engines & Co|Weather for our fields\nand for our goats|requested|1|1|t|t|t|7";
        assert_eq!(row.replace("true", "t"), format!("Ada@Bücher.example|ada@xn--bcher-kva.example|{said}"));
        assert_eq!(
            app.db.number(
                "select count(*) from developers where abs(extract(epoch from terms_accepted_at - now())) < 10 \
                 and terms_accepted_at = requested_at"
            ),
            1
        );
        let hash = app.db.text("select password_hash from developer_passwords");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let entries = app.entries();
        assert_eq!(entries.len(), 1);
        let entry = &entries[0];
        assert_eq!((entry.event.as_str(), entry.actor_kind.as_str()), ("developer.registered", "visitor"));
        assert_eq!((entry.from_status.as_deref(), entry.to_status.as_deref()), (None, Some("requested")));
        assert_eq!((entry.subject_name.as_str(), entry.subject_email.as_str()), ("Ada Byron", "Ada@Bücher.example"));
        assert_eq!(entry.request_id.map(|id| id.to_string()), Some(answer.request_id()));
        assert_eq!(entry.address.as_deref(), Some("127.0.0.1"));
        let id = app.db.text("select id from developers");
        assert_eq!(entry.subject_id.map(|id| id.to_string()), Some(id));
    }
}

#[actix_web::test]
async fn a_new_request_waits_on_the_desk_unproven() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    sign_up(ADA).sent(&app).await.is(303);
    let page = admin.opens("/admin/developers").await;
    assert_eq!(page.counts(), ["1", "0", "0", "0", "1"]);
    let id = page.row_ids().remove(0);
    let shown = page.shown(&id).unwrap();
    assert_eq!((shown.name.as_str(), shown.verbs.len()), ("Ada Byron", 2));
    assert!(shown.chips.iter().any(|chip| chip == "Not verified"), "{:?}", shown.chips);
    assert!(shown.text.contains(ADA) && shown.text.contains("Engines & Co"), "{}", shown.text);
    let record = admin.opens(&format!("/admin/developers/{id}")).await;
    let timeline = record.texts(".timeline li");
    assert!(timeline.iter().any(|line| line.starts_with("Registered by somebody")), "{timeline:?}");
    assert!(timeline.iter().any(|line| line.contains("we have your request” waits to be sent")), "{timeline:?}");
    assert_eq!(app.find(id.parse().unwrap()).unwrap().status, Requested);
}

#[actix_web::test]
async fn where_no_proof_is_asked_for_they_are_told_that_the_request_came() {
    let app = App::start().await;
    sign_up(ADA).sent(&app).await.is(303);
    let mails = app.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = &mails[0];
    assert_eq!((mail.kind, mail.to.as_str(), mail.link()), (Kind::RequestReceived, ADA, None));
    assert!(mail.text.starts_with("Hello Ada Byron,") && mail.text.contains("Guestlist"), "{}", mail.text);
    assert!(mail.hold.is_zero());
    assert_eq!(app.db.number("select count(*) from mail_links"), 0);
}

#[actix_web::test]
async fn where_proof_is_asked_for_a_link_comes_first() {
    let app = App::start().await;
    app.setting("verification", "always");
    let browser = app.browser();
    sign_up(ADA).in_browser(&browser).await.is(303);
    assert_eq!(app.told(ADA), ["verify_address"]);
    let mail = app.mail_to(ADA);
    assert!(mail.path().starts_with("/verify/"), "{}", mail.path());
    assert!(mail.token().len() >= 43, "{}", mail.token());
    assert!(!mail.text.contains("Byron"), "what anybody may have typed reaches nobody: {}", mail.text);
    assert!(mail.text.contains(mail.link().unwrap()), "{}", mail.text);
    let next = browser.get("/register/received").await.is(200).page();
    assert!(next.text("main").contains(ADA), "this browser knows who signed up: {}", next.text("main"));
    let wait: u32 = next.attribute("button[data-wait]", "data-wait").unwrap().parse().unwrap();
    assert!((50..=60).contains(&wait), "another link is worth asking for after {wait} s");
    let form = next.form("main form");
    assert_eq!(form.action, "/register/resend");
    assert!(form.fields.contains(&("email".into(), ADA.into())));
    // Another browser knows nothing of it.
    let stranger = app.browser().get("/register/received").await.is(200).page();
    assert!(!stranger.all_text().contains(ADA) && stranger.has("input[type='email'][name='email']"));
    // And nobody can make it say an address.
    let forged = app.browser();
    let cookie = browser.cookie("registered").unwrap();
    let other = if cookie.starts_with('A') { "B" } else { "A" };
    forged.jar.borrow_mut().insert("registered".into(), format!("{other}{}", &cookie[1..]));
    assert!(!forged.get("/register/received").await.is(200).page().has("input[type='hidden'][name='email']"));
}

#[actix_web::test]
async fn terms_are_kept_by_version_and_need_not_be_there() {
    let app = App::start().await;
    app.setting("terms_version", "2026-11");
    app.setting("terms_text", "Be kind.");
    let page = app.browser().get("/register").await.is(200).page();
    assert_eq!(page.text(".terms"), "Be kind.");
    sign_up(ADA).sent(&app).await.is(303);
    assert_eq!(app.db.text("select terms_version from developers"), "2026-11");
    app.setting("terms_text", "");
    let page = app.browser().get("/register").await.is(200).page();
    assert!(!page.has("#terms") && !page.has("[name=terms_seen]"));
    sign_up("bo@engine.example").without("terms").sent(&app).await.is(303);
    let none = "select concat(terms_version, terms_accepted_at) from developers where mailbox = 'bo@engine.example'";
    assert_eq!(app.db.text(none), "");
}

#[actix_web::test]
async fn terms_that_were_changed_meanwhile_are_shown_again() {
    let app = App::start().await;
    let browser = app.browser();
    let seen = browser.get("/register").await.is(200).page().attribute("[name=terms_seen]", "value").unwrap();
    assert_eq!(seen, "1");
    app.setting("terms_version", "2");
    let page = sign_up(ADA).with("terms_seen", &seen).in_browser(&browser).await.is(422).page();
    assert!(page.text(".errors").contains("changed meanwhile"), "{}", page.text(".errors"));
    assert!(!page.has("#terms[checked]"), "they are accepted anew");
    assert_eq!(app.db.number("select count(*) from developers"), 0);
    let seen = page.attribute("[name=terms_seen]", "value").unwrap();
    sign_up(ADA).with("terms_seen", &seen).in_browser(&browser).await.is(303);
    assert_eq!(app.db.text("select terms_version from developers"), "2");
}

#[actix_web::test]
async fn only_the_fields_of_the_form_are_taken() {
    let app = App::start().await;
    let id = "00000000-0000-7000-8000-000000000001";
    let mut form = sign_up(ADA);
    for (name, value) in [
        ("id", id),
        ("developer_id", id),
        ("status", "approved"),
        ("version", "9"),
        ("mailbox", "eve@x.example"),
        ("email_verified", "true"),
        ("email_verified_at", "2026-01-01T00:00:00Z"),
        ("requested_at", "2020-01-01T00:00:00Z"),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("decided_by", "Eve"),
        ("decided_at", "2020-01-01T00:00:00Z"),
        ("terms_version", "99"),
        ("terms_accepted_at", "2020-01-01T00:00:00Z"),
        ("role", "admin"),
        ("is_admin", "true"),
        ("password_hash", "x"),
    ] {
        form = form.with(name, value);
    }
    form.sent(&app).await.is(303);
    let ada = app.find(app.db.text("select id from developers").parse().unwrap()).unwrap();
    assert_ne!(ada.id.to_string(), id);
    assert_eq!((ada.status, ada.version, ada.mailbox.as_str()), (Requested, 1, "ada@engine.example"));
    assert_eq!((ada.email_verified_at, ada.decided_at, ada.decided_by), (None, None, None));
    assert_eq!(ada.terms_version, "1");
    assert!((chrono::Utc::now() - ada.requested_at).num_seconds() < 10);
    assert_eq!(app.db.number("select count(*) from admins"), 0);
}

#[actix_web::test]
async fn a_password_counts_to_its_last_character() {
    let app = App::start().await;
    app.setting("auto_approval", "on");
    // 128 letters that do not repeat themselves.
    let longest: String = (0..128_u32).filter_map(|n| char::from_u32(0x4e00 + n * 37 % 5_000)).collect();
    for (n, password) in
        [longest.as_str(), " spaces around are kept  ", "пять тихих зелёных лодок"].into_iter().enumerate()
    {
        let email = format!("ada{n}@engine.example");
        sign_up(&email).with("password", password).sent(&app).await.is(303);
        let sign_in = async |password: &str| {
            app.browser().post("/login", &[("email", &email), ("password", password)]).await.status
        };
        assert_eq!(sign_in(password).await, 303, "{password:?}");
        let mut other: Vec<char> = password.chars().collect();
        let at = if n == 0 { 99 } else { other.len() - 1 };
        other[at] = 'x';
        assert_eq!(sign_in(&other.iter().collect::<String>()).await, 401, "character {} counts", at + 1);
    }
}

#[actix_web::test]
async fn the_portals_name_is_everywhere_soon_and_makes_no_password() {
    let app = App::start().await;
    app.setting("portal_name", "Wetterwerke Nord");
    app.setting("support_address", "help@wetter.example");
    app.setting("welcome", "Regen und Sonne.");
    let browser = app.browser();
    eventually(Duration::from_secs(20), "the pages say the new name and whom to ask", async || {
        let page = browser.get("/").await.is(200).page();
        page.title().ends_with("Wetterwerke Nord") && page.has("a[href='mailto:help@wetter.example']")
    })
    .await;
    let front = browser.get("/").await.page();
    assert!(front.text("main").contains("Regen und Sonne."));
    for path in ["/", "/register", "/login", "/password/forgot", "/register/received"] {
        let page = browser.get(path).await.is(200).page();
        assert!(page.title().ends_with("Wetterwerke Nord"), "{path}: {}", page.title());
        assert!(page.has("a[href='mailto:help@wetter.example']"), "{path}");
    }
    let refused = sign_up(ADA).with("password", "Wetterwerke Nord Wetterwerke").sent(&app).await.is(422);
    assert_eq!(refused.page().attributes(".errors a", "href"), ["#password"]);
    sign_up(ADA).sent(&app).await.is(303);
    let mail = app.mail_to(ADA);
    assert!(mail.subject.starts_with("Wetterwerke Nord") && mail.text.contains("help@wetter.example"), "{mail:?}");
}

#[actix_web::test]
async fn whoever_registers_does_not_become_an_admin_and_admins_may_register() {
    let app = App::start().await;
    let kim = app.admin_at_the_door("Kim Lee");
    sign_up(&kim.email).sent(&app).await.is(303);
    let entered = [("email", kim.email.as_str()), ("password", SECRET_OF_ADA)];
    app.browser().post("/admin/login", &entered).await.is(401);
    kim.signs_in(PASSWORD).await.is(303);
    assert_eq!(app.db.number("select count(*) from developers"), 1);
}
