//! The outbox as a list.

use askama::Template;
use chrono::{DateTime, Utc};

use super::state_label;
use crate::mail::is_retriable;
use crate::mail::list::{MailList, PATH, Page};
use crate::outbox::{Mail, State};
use crate::values::grouped;
use crate::web::chrome::{Choice, Chrome, Empty, Link, Pager};
use crate::web::moments::{Moment, counted};
use crate::web::pagination::{PER_PAGE, Place};
use crate::web::query::QueryString;

/// A tab; only those that want looking after have a number.
pub struct Tab {
    pub label: &'static str,
    pub href: String,
    pub count: Option<String>,
    pub current: bool,
}

/// A mail in the list.
pub struct Row {
    pub id: String,
    pub href: String,
    pub subject: String,
    pub kind: &'static str,
    pub recipient: String,
    /// The developer's page.
    pub developer: Option<String>,
    pub when: Moment,
    /// What became of it, in words.
    pub note: Option<String>,
    pub next_attempt: Option<Moment>,
    /// Where a click on its button posts to.
    pub retry: Option<String>,
}

#[derive(Template)]
#[template(path = "mail/list.html")]
pub struct List {
    chrome: Chrome,
    tabs: Vec<Tab>,
    delivers: bool,
    trouble: Option<String>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Option<Empty>,
    /// Where a click on "Retry all failed mail" posts to.
    retry_all: Option<String>,
}

impl List {
    pub fn new(chrome: Chrome, page: &Page, delivers: bool, base_url: &str, now: DateTime<Utc>) -> Self {
        let Page { list, slice, counts, trouble } = page;
        let retry_all = list.state == State::Failed && counts.failed > 0;
        let back = QueryString::new().with("return_to", &list.on(list.state).url()).into_string();
        Self {
            chrome,
            tabs: State::ALL.iter().map(|state| tab(*state, page)).collect(),
            delivers,
            trouble: trouble.clone().filter(|_| delivers),
            rows: slice.rows.iter().map(|mail| row(mail, list, delivers, now)).collect(),
            pager: pager(page, base_url, now),
            empty: slice.rows.is_empty().then(|| empty(list)),
            retry_all: retry_all.then(|| format!("{PATH}/retry?{back}")),
        }
    }
}

fn tab(state: State, page: &Page) -> Tab {
    let count = match state {
        State::Waiting => Some(page.counts.waiting),
        State::Failed => Some(page.counts.failed),
        State::Sent | State::Withdrawn => None,
    };
    Tab {
        label: state_label(state),
        href: page.list.on(state).url(),
        count: count.map(grouped),
        current: page.list.state == state,
    }
}

fn row(mail: &Mail, list: &MailList, delivers: bool, now: DateTime<Utc>) -> Row {
    let back = QueryString::new().with("return_to", &list.url()).into_string();
    let href = format!("{PATH}/{}", mail.id);
    Row {
        id: mail.id.to_string(),
        subject: mail.subject.clone(),
        kind: mail.kind.label(),
        recipient: mail.recipient.clone(),
        developer: mail.developer_id.map(|id| format!("/admin/developers/{id}")),
        when: Moment::new(mail.settled_at.unwrap_or(mail.created_at), now),
        note: note(mail, delivers),
        next_attempt: next_attempt(mail, delivers, now),
        retry: is_retriable(mail, delivers, now).then(|| format!("{href}/retry?{back}")),
        href,
    }
}

/// What became of a mail, beyond its tab.
pub fn note(mail: &Mail, delivers: bool) -> Option<String> {
    match (mail.state, mail.last_error.as_str()) {
        (State::Waiting, _) if !delivers => Some("Kept until mail is configured".into()),
        (State::Waiting, "") => Some("Goes out in a moment".into()),
        (State::Waiting, error) if mail.attempts > 1 => {
            Some(format!("Tried {}. {error}", counted(mail.attempts.into(), "time")))
        }
        (State::Waiting | State::Failed, error) => (!error.is_empty()).then(|| capitalised(error)),
        (State::Withdrawn, _) => Some("Overtaken by another decision".into()),
        (State::Sent, _) => (mail.attempts > 1).then(|| format!("At attempt {}", mail.attempts)),
    }
}

fn capitalised(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// When a mail that did not get through is tried again.
pub fn next_attempt(mail: &Mail, delivers: bool, now: DateTime<Utc>) -> Option<Moment> {
    let is_put_off = delivers && mail.state == State::Waiting && !mail.last_error.is_empty();
    is_put_off.then(|| Moment::new(mail.next_attempt_at.max(now), now))
}

fn pager(page: &Page, base_url: &str, now: DateTime<Utc>) -> Pager {
    let Page { list, slice, .. } = page;
    let link = |mail: Option<&Mail>, there: bool, place: fn(_) -> Place<_>| {
        mail.filter(|_| there).map(|mail| list.at(place(mail.id)).url())
    };
    Pager {
        previous: link(slice.rows.first(), slice.has_previous, Place::Before),
        next: link(slice.rows.last(), slice.has_next, Place::After),
        total: if slice.has_next { "Newest first".into() } else { "To the first mail".into() },
        sizes: PER_PAGE
            .into_iter()
            .map(|n| Choice { label: n.to_string(), value: list.with_per_page(n).url(), current: n == list.per_page })
            .collect(),
        printed: format!("{base_url}{} · printed {}", list.url(), now.format("%-d %b %Y, %H:%M UTC")),
    }
}

fn empty(list: &MailList) -> Empty {
    let (title, text, other) = match list.state {
        State::Waiting => ("No mail is waiting", "Whatever is written goes out from here.", State::Sent),
        State::Sent => ("No mail here", "Mail that was handed to the mail server stands here.", State::Waiting),
        State::Failed => ("No mail failed", "Mail that was refused for good would stand here.", State::Waiting),
        State::Withdrawn => {
            ("No mail was withdrawn", "A decision that is taken back at once tells nobody.", State::Waiting)
        }
    };
    let label = format!("See what {}", if other == State::Sent { "was sent" } else { "is waiting" });
    Empty { title: title.into(), text: text.into(), links: vec![Link { label, href: list.on(other).url() }] }
}
