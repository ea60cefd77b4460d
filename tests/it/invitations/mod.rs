//! Inviting people: by the admin's own mail program, and by mail from here.

mod check;
mod copies;
mod day_limit;
mod list;
mod prepare;
pub mod resend;
mod send;
pub mod standing;
mod together;
mod withdraw;

use guestlist::outbox::Kind;

use crate::support::html::{Form, Page};
use crate::support::mail::NO_SERVER;
use crate::support::mailto::Message;
use crate::support::{Admin, Answer, App};

pub const LIST: &str = "/admin/invitations";
pub const NEW: &str = "/admin/invitations/new";

/// A desk that may send mail, where it waits for a server.
pub async fn posting() -> App {
    App::with(&NO_SERVER).await
}

impl Admin {
    /// Types addresses into the box and presses one of its buttons.
    pub async fn invites(&self, via: &str, addresses: &str) -> Answer {
        let fields = [("addresses", addresses), ("via", via)];
        self.browser.seeing("/admin/invitations").post(LIST, &fields).await
    }

    /// The newest invitation to this address, as the list shows it.
    pub async fn invitation(&self, email: &str) -> Row {
        let mut rows = self.invitations(email).await;
        assert!(!rows.is_empty(), "{email} is not on the list");
        rows.remove(0)
    }

    /// All invitations to this address, the newest first.
    pub async fn invitations(&self, email: &str) -> Vec<Row> {
        let q: String = form_urlencoded::byte_serialize(email.as_bytes()).collect();
        rows(&self.opens(&format!("{LIST}?show=all&q={q}")).await)
    }
}

impl App {
    /// The way to the page of the newest personal link that was mailed to this address.
    #[track_caller]
    pub fn personal_link(&self, email: &str) -> String {
        let mut mails = self.mails_to(email).into_iter().filter(|mail| mail.kind == Kind::Invitation);
        mails.next_back().unwrap_or_else(|| panic!("no invitation to {email}")).path()
    }

    /// What is in the tables of invitations, and what the log says of them.
    pub fn invited(&self) -> Vec<String> {
        self.db.texts("select concat_ws('|', via, email, invited_by) from invitations order by id")
    }

    /// Everybody's links and invitations are made so much older.
    pub fn ages(&self, interval: &str) {
        self.db.run(&format!(
            "update invitations set invited_at = invited_at - interval '{interval}'; \
             update invitation_links set created_at = created_at - interval '{interval}'"
        ));
    }
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    /// How the invitation stands.
    pub chip: String,
    pub text: String,
    /// The page of who registered.
    pub developer: Option<String>,
    pub resend: Option<(String, Form)>,
    pub withdraw: Option<Form>,
}

pub fn rows(page: &Page) -> Vec<Row> {
    let ids = page.attributes(r#"tr[id^="invitation-"]"#, "id");
    let row = |id: &String| {
        let form = |verb: &str| format!(r#"tr#{id} form[action*="/{verb}"]"#);
        let (resend, withdraw) = (form("resend"), form("withdraw"));
        Row {
            id: id.trim_start_matches("invitation-").to_owned(),
            chip: page.text(&format!("tr#{id} .chip")),
            text: page.text(&format!("tr#{id}")),
            developer: page.attribute(&format!(r#"tr#{id} a[href^="/admin/developers/"]"#), "href"),
            resend: page.has(&resend).then(|| (page.text(&format!("{resend} button")), page.form(&resend))),
            withdraw: page.has(&withdraw).then(|| page.form(&withdraw)),
        }
    };
    ids.iter().map(row).collect()
}

/// What the links of a page open in a mail program, in their order.
pub fn messages(page: &Page) -> Vec<Message> {
    page.attributes(r#"a[href^="mailto:?"]"#, "href").iter().map(|href| Message::of(href)).collect()
}

/// What stands in the box.
#[track_caller]
pub fn typed(page: &Page) -> String {
    page.text(r#"textarea[name="addresses"]"#)
}

/// So many addresses of different people.
pub fn crowd(n: usize) -> String {
    (0..n).map(|n| format!("dev{n}@crowd.example")).collect::<Vec<_>>().join("\n")
}

/// Somebody invited by mail from here, and the way to the page of their link.
pub async fn invited(app: &App, admin: &Admin, email: &str) -> String {
    let answer = admin.invites("server", email).await;
    assert!([200, 303].contains(&answer.status), "{}: {}", answer.status, answer.text());
    app.personal_link(email)
}
