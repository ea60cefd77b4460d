//! The invitations as a list.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::invitations::Via;
use crate::invitations::list::{InvitationList, PATH, Tab};
use crate::invitations::queries::{Invitation, Listed};
use crate::invitations::state::State;
use crate::web::chrome::{Chip, Choice, Chrome, Empty, Link, Pager, Search};
use crate::web::flash::shortened;
use crate::web::invite::{self, Invite};
use crate::web::moments::Moment;
use crate::web::pagination::{PER_PAGE, Place, Slice};
use crate::web::query::QueryString;

/// What such a page shows.
pub struct Page {
    pub list: InvitationList,
    pub slice: Slice<Listed>,
    /// Whether anybody was ever invited.
    pub any_exist: bool,
}

/// An invitation in the list.
pub struct Row {
    pub id: String,
    pub email: String,
    /// The developer's page.
    pub developer: Option<String>,
    pub invited_by: String,
    pub invited: Moment,
    pub state: Chip,
    /// The mail that did not get through.
    pub mail: Option<String>,
    pub resend: Option<Resend>,
    /// Where a click on its button posts to.
    pub withdraw: Option<String>,
}

/// A button that sends an invitation from here.
pub struct Resend {
    pub label: &'static str,
    pub action: String,
}

#[derive(Template)]
#[template(path = "invitations/list.html", blocks = ["list", "tabs"])]
pub struct List {
    pub chrome: Chrome,
    pub invite: Invite,
    tabs: Vec<Choice>,
    search: Search,
    rows: Vec<Row>,
    pager: Pager,
    empty: Option<Empty>,
    /// Why nothing was done.
    refusal: Option<String>,
}

impl List {
    pub fn new(chrome: Chrome, invite: Invite, page: &Page, base_url: &str, now: DateTime<Utc>) -> Self {
        let Page { list, slice, .. } = page;
        let delivers = invite.delivers;
        Self {
            chrome,
            invite: invite.in_dialog(),
            tabs: Tab::ALL.iter().map(|tab| self::tab(*tab, list)).collect(),
            search: search(list),
            rows: slice.rows.iter().map(|listed| row(listed, list, delivers, now)).collect(),
            pager: pager(page, base_url, now),
            empty: slice.rows.is_empty().then(|| empty(page)),
            refusal: None,
        }
    }

    /// With the reason why nothing was done.
    #[must_use]
    pub fn refusing(self, why: String) -> Self {
        Self { chrome: self.chrome.with_error(true), refusal: Some(why), ..self }
    }
}

const fn label(tab: Tab) -> &'static str {
    match tab {
        Tab::Open => "Open",
        Tab::Registered => "Registered",
        Tab::Over => "Over",
        Tab::All => "All",
    }
}

fn tab(tab: Tab, list: &InvitationList) -> Choice {
    Choice { label: label(tab).into(), value: list.on(tab).url(), current: tab == list.tab }
}

fn search(list: &InvitationList) -> Search {
    let per_page = (list.per_page != PER_PAGE[0]).then(|| ("per_page", list.per_page.to_string()));
    let keep = [("show", list.tab.as_str().to_owned())].into_iter().chain(per_page).collect();
    Search { q: list.q.clone(), label: "Search addresses", keep, sorts: Vec::new() }
}

fn row(listed: &Listed, list: &InvitationList, delivers: bool, now: DateTime<Utc>) -> Row {
    let Invitation { id, email, via, invited_by, invited_at, mail_id, developer_id, .. } = listed.invitation.clone();
    let state = listed.state(now);
    let back = QueryString::new().with("return_to", &list.url()).into_string();
    let action = |verb: &str| format!("{PATH}/{id}/{verb}?{back}");
    let resend = (delivers && state.is_open()).then(|| Resend {
        label: if via == Via::MailApp { "Send from Guestlist" } else { "Resend" },
        action: action("resend"),
    });
    Row {
        id: id.to_string(),
        email,
        developer: developer_id.map(|id| format!("/admin/developers/{id}")),
        invited_by,
        invited: Moment::new(invited_at, now),
        state: state_chip(state),
        mail: mail_id.filter(|_| state == State::Failed).map(|id| format!("/admin/mail/{id}")),
        resend,
        withdraw: state.is_open().then(|| action("withdraw")),
    }
}

fn state_chip(state: State) -> Chip {
    let tone = match state {
        State::Registered => "good",
        State::Queued | State::Expired => "warn",
        State::Failed => "bad",
        State::Prepared | State::Sent | State::Opened | State::Withdrawn => "plain",
    };
    Chip { text: state.label(), tone }
}

fn pager(page: &Page, base_url: &str, now: DateTime<Utc>) -> Pager {
    let Page { list, slice, .. } = page;
    let link = |listed: Option<&Listed>, there: bool, place: fn(_) -> Place<_>| {
        listed.filter(|_| there).map(|listed| list.at(place(listed.invitation.id)).url())
    };
    Pager {
        previous: link(slice.rows.first(), slice.has_previous, Place::Before),
        next: link(slice.rows.last(), slice.has_next, Place::After),
        total: match (slice.rows.is_empty(), slice.has_next) {
            (true, _) => String::new(),
            (false, true) => "Newest first".into(),
            (false, false) => "To the first invitation".into(),
        },
        sizes: PER_PAGE
            .into_iter()
            .map(|n| Choice { label: n.to_string(), value: list.with_per_page(n).url(), current: n == list.per_page })
            .collect(),
        printed: format!("{base_url}{} · printed {}", list.url(), now.format("%-d %b %Y, %H:%M UTC")),
    }
}

/// Nobody ever, none of these, no match: each says what to do next.
fn empty(page: &Page) -> Empty {
    let list = &page.list;
    let link = |label: &str, href: String| Link { label: label.into(), href };
    if !page.any_exist {
        return Empty {
            title: "Nobody has been invited yet".into(),
            text: "Whoever is invited stands here, with what became of it.".into(),
            links: vec![link("Invite developers", invite::PATH.into())],
        };
    }
    if !list.q.is_empty() {
        let everywhere = (list.tab != Tab::All).then(|| link("Search all invitations", list.on(Tab::All).url()));
        let clear = link("Clear the search", list.without_search().url());
        return Empty {
            title: format!("No matches for “{}” in {}", list.q, label(list.tab)),
            text: "Addresses were searched.".into(),
            links: everywhere.into_iter().chain([clear]).collect(),
        };
    }
    let (title, text) = match list.tab {
        Tab::Open => ("No invitation is open", "Whoever has been invited has registered, or the invitation is over."),
        Tab::Registered => ("Nobody has registered yet", "Whoever follows an invitation stands here."),
        Tab::Over => ("No invitation is over", "Those that expired or were withdrawn stand here."),
        Tab::All => ("No invitation here", "Go back to the newest."),
    };
    let all = link("See all invitations", list.on(Tab::All).url());
    Empty { title: title.into(), text: text.into(), links: vec![all] }
}

pub const NO_RESEND: &str = "Mail is not configured, so Guestlist cannot send it.";

pub fn superseded(invitation: &Invitation) -> String {
    format!("{} has an account already. No mail was sent.", shortened(&invitation.email))
}

pub fn resent(invitation: &Invitation) -> String {
    format!("A new invitation to {} is on its way.", shortened(&invitation.email))
}

pub fn withdrawn(invitation: &Invitation) -> String {
    format!("The invitation of {} is withdrawn.", shortened(&invitation.email))
}

/// Why an invitation that is over stays as it is.
pub fn settled(listed: &Listed, now: DateTime<Utc>) -> String {
    let email = shortened(&listed.invitation.email);
    match listed.state(now) {
        State::Registered => format!("{email} has an account meanwhile."),
        _ => format!("The invitation of {email} was withdrawn already."),
    }
}
