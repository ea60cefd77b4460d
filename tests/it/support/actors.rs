//! Those who use the desk.

use std::sync::LazyLock;

use diesel::Connection;
use guestlist::accounts;
use guestlist::admins;
use guestlist::audit::Occasion;
use guestlist::developers::Status;
use guestlist::values::{EmailAddress, PersonName};

use super::app::{Answer, App, Browser};
use super::html::{Page, Shown};
use super::world::{AtTheDesk, Newcomer, Person, somebody};

/// Every admin's, at the real cost and hashed once.
pub const PASSWORD: &str = "vier Koerbe voller Wind";
static HASH: LazyLock<String> = LazyLock::new(|| guestlist::passwords::hash_now(PASSWORD).unwrap());

/// An admin in front of a browser.
#[derive(Clone)]
pub struct Admin {
    pub email: String,
    pub browser: Browser,
    /// The list or the record they look at.
    pub page: String,
}

impl App {
    /// An admin who is signed in and looks at all developers.
    pub async fn admin(&self, name: &str) -> Admin {
        let admin = self.admin_at_the_door(name);
        admin.signs_in(PASSWORD).await.is(303);
        admin
    }

    /// An admin who is not signed in yet.
    pub fn admin_at_the_door(&self, name: &str) -> Admin {
        let email = format!("{}@desk.example", name.to_lowercase().replace(' ', "."));
        let conn = &mut self.db.conn();
        let person = (&PersonName::parse(name).unwrap(), &EmailAddress::parse(&email).unwrap());
        conn.transaction(|conn| admins::create(conn, person, &HASH, &Occasion::system("test"))).unwrap().unwrap();
        Admin { email, browser: self.browser(), page: "/admin/developers?status=all".into() }
    }
}

impl Admin {
    pub async fn signs_in(&self, password: &str) -> Answer {
        self.browser.post("/admin/login", &[("email", &self.email), ("password", password)]).await
    }

    /// The same admin with another page before them.
    #[must_use]
    pub fn looking_at(&self, page: &str) -> Self {
        Self { page: page.to_owned(), ..self.clone() }
    }

    /// The same admin, with or without htmx.
    #[must_use]
    pub fn speaking(&self, htmx: bool) -> Self {
        Self { browser: self.browser.speaking(htmx), ..self.clone() }
    }

    /// In another browser that knows their session.
    pub async fn gets(&self, path: &str) -> Answer {
        self.browser.get(path).await
    }

    /// A page as the browser loads it, whatever htmx does afterwards.
    pub async fn opens(&self, path: &str) -> Page {
        self.browser.speaking(false).get(path).await.is(200).page()
    }

    pub async fn approve(&self, whom: &impl AtTheDesk) -> Told {
        self.press(whom, "approve", None).await
    }

    pub async fn reject(&self, whom: &impl AtTheDesk, reason: &str) -> Told {
        self.press(whom, "reject", Some(reason)).await
    }

    pub async fn revoke(&self, whom: &impl AtTheDesk, reason: &str) -> Told {
        self.press(whom, "revoke", Some(reason)).await
    }

    pub async fn reapprove(&self, whom: &impl AtTheDesk) -> Told {
        self.press(whom, "reapprove", None).await
    }

    /// Looks at the page, finds the button and presses it.
    pub async fn press(&self, whom: &impl AtTheDesk, verb: &str, reason: Option<&str>) -> Told {
        let page = self.opens(&self.page).await;
        let form = page.form_at(&whom.row_id(), verb);
        let mut form = form.unwrap_or_else(|| panic!("{} has no button to {verb} {}", self.page, whom.row_id()));
        if let Some(reason) = reason {
            form = form.filled("reason", reason);
        }
        self.posts(&form.action, &form.pairs()).await
    }

    /// Posts a move whether there is a button for it or not.
    pub async fn moves(&self, whom: &impl AtTheDesk, action: &str, version: i32) -> Told {
        let fields = [("action", action), ("version", &version.to_string()), ("return_to", &self.page)];
        self.posts(&whom.moves(), &fields).await
    }

    pub async fn deletes(&self, whom: &impl AtTheDesk, version: i32) -> Told {
        self.posts(&whom.deletion(), &[("version", &version.to_string()), ("return_to", &self.page)]).await
    }

    /// Posts and goes where the answer leads.
    pub async fn posts(&self, path: &str, fields: &[(&str, &str)]) -> Told {
        let answer = self.browser.seeing(&self.page).post(path, fields).await;
        let landed = match answer.status {
            303 if !self.browser.htmx => Some(self.browser.get(answer.location()).await),
            _ => None,
        };
        Told { answer, landed, htmx: self.browser.htmx }
    }
}

/// A developer in front of a browser.
#[derive(Clone)]
pub struct Developer {
    pub person: Person,
    pub browser: Browser,
}

impl App {
    /// A developer who is approved and signed in.
    pub async fn developer(&self, name: &str) -> Developer {
        let developer = self.developer_at_the_door(somebody(name).now(Status::Approved).proven());
        developer.signs_in(PASSWORD).await.is(303);
        developer
    }

    /// A developer with a password who is not signed in.
    pub fn developer_at_the_door(&self, newcomer: Newcomer) -> Developer {
        let person = self.enters(newcomer);
        accounts::set_password(&mut self.db.conn(), person.id, &HASH, chrono::Utc::now()).unwrap();
        Developer { person, browser: self.browser() }
    }
}

impl Developer {
    pub async fn signs_in(&self, password: &str) -> Answer {
        self.browser.post("/login", &[("email", &self.person.email), ("password", password)]).await
    }

    pub async fn gets(&self, path: &str) -> Answer {
        self.browser.get(path).await
    }

    /// The same developer in another browser, not signed in there.
    pub fn elsewhere(&self, app: &App) -> Self {
        Self { browser: app.browser(), ..self.clone() }
    }

    /// Whether this browser opens the account.
    pub async fn is_in(&self) -> bool {
        match self.browser.speaking(false).get("/account").await.status {
            200 => true,
            303 => false,
            other => panic!("neither in nor out: {other}"),
        }
    }
}

/// What an admin is told after a click.
pub struct Told {
    pub answer: Answer,
    /// Where a redirect led.
    pub landed: Option<Answer>,
    htmx: bool,
}

/// The actions that PRODUCT.md allows, by status.
pub fn verbs_of(status: Status) -> Vec<&'static str> {
    match status {
        Status::Requested => vec!["approve", "reject"],
        Status::Approved => vec!["revoke"],
        Status::Rejected => vec!["approve"],
        Status::Revoked => vec!["reapprove"],
    }
}

impl Told {
    /// Done: 200 for htmx, else a redirect to a page.
    #[track_caller]
    pub fn done(self) -> Self {
        let expected = if self.htmx { 200 } else { 303 };
        assert_eq!(self.answer.status, expected, "{}: {}", self.answer.what, self.answer.text());
        if let Some(landed) = &self.landed {
            assert_eq!(landed.status, 200, "{}: {}", landed.what, landed.text());
        }
        self
    }

    #[track_caller]
    pub fn refused(self, status: u16) -> Self {
        Self { answer: self.answer.is(status), ..self }
    }

    fn seen(&self) -> &Answer {
        self.landed.as_ref().unwrap_or(&self.answer)
    }

    /// The row or the record as it is shown afterwards.
    pub fn shown(&self, whom: &impl AtTheDesk) -> Option<Shown> {
        let id = whom.row_id();
        if !self.htmx {
            return self.seen().page().shown_at(&id);
        }
        let partial = self.answer.partial(&format!("#{id}"));
        match partial.swap.as_str() {
            "outerHTML" => Some(partial.page().shown_at(&id).unwrap_or_else(|| panic!("no row in {}", partial.inner))),
            "delete" => None,
            other => panic!("a row is not swapped by {other}"),
        }
    }

    /// Shows the row in this status, with what may be done now.
    #[track_caller]
    pub fn shows_row(&self, whom: &impl AtTheDesk, status: Status) -> &Self {
        let shown = self.shown(whom).unwrap_or_else(|| panic!("{} is not shown", whom.row_id()));
        assert_eq!(shown.verbs, verbs_of(status), "buttons of {}", whom.row_id());
        assert!(shown.chips.iter().any(|chip| chip == status.label()), "{:?} has no {}", shown.chips, status.label());
        self
    }

    #[track_caller]
    pub fn shows_no_row(&self, whom: &impl AtTheDesk) -> &Self {
        assert_eq!(self.shown(whom), None, "{} is still shown", whom.row_id());
        self
    }

    /// The numbers on the tabs, as they stand after the answer.
    #[track_caller]
    pub fn shows_counts(&self, counts: [u32; 5]) -> &Self {
        let tabs = ["requested", "approved", "rejected", "revoked", "all"];
        let shown: Vec<String> = if self.htmx {
            let part = |tab: &&str| self.answer.partial(&format!("#tab-{tab} .count")).page().text("span.count");
            tabs.iter().map(part).collect()
        } else {
            self.seen().page().counts()
        };
        assert_eq!(shown, counts.map(|n| n.to_string()), "{}", self.answer.what);
        self
    }

    /// What stands in `#messages`.
    pub fn message(&self) -> String {
        if self.htmx {
            self.answer.partial("#messages").page().text(".message p")
        } else {
            self.seen().page().text("#messages .message p")
        }
    }

    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        let message = self.message();
        assert!(message.contains(words), "{message:?} does not say {words:?}");
        self
    }
}

/// The same story without and with htmx, each on a database of its own; it must end in the same state.
pub async fn both_ways(story: impl AsyncFn(&App, Admin)) {
    let mut ends = Vec::new();
    for htmx in [false, true] {
        let app = App::start().await;
        let admin = app.admin("Kim Lee").await.speaking(htmx);
        story(&app, admin).await;
        ends.push(app.state());
    }
    assert_eq!(ends[0], ends[1], "without htmx it ends otherwise than with it");
}
