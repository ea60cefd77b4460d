//! One mail, whole.

use askama::Template;
use chrono::{DateTime, Utc};

use super::list::{next_attempt, note};
use super::{Piece, paragraphs, state_chip, state_label};
use crate::mail::is_retriable;
use crate::mail::list::{MailList, PATH};
use crate::outbox::{Mail, Post, State};
use crate::web::chrome::{Chip, Chrome, Link};
use crate::web::moments::Moment;
use crate::web::query::{Query, QueryString};

#[derive(Template)]
#[template(path = "mail/show.html")]
pub struct Show {
    pub chrome: Chrome,
    pub back: Link,
    pub subject: String,
    pub state: Chip,
    pub kind: &'static str,
    pub recipient: String,
    /// The developer's page.
    pub developer: Option<String>,
    pub written: Moment,
    /// When it became what it is.
    pub settled: Option<Moment>,
    pub note: Option<String>,
    pub next_attempt: Option<Moment>,
    pub attempts: i32,
    pub paragraphs: Vec<Vec<Piece>>,
    /// The link as it can be handed on, while it is still there.
    pub link: Option<String>,
    pub retry: Option<String>,
    /// Why nothing was done.
    pub refusal: Option<String>,
}

impl Show {
    pub fn new(chrome: Chrome, mail: &Mail, post: &Post, now: DateTime<Utc>) -> Self {
        let here = format!("{PATH}/{}", mail.id);
        let list = MailList::parse(&Query::default()).on(mail.state);
        let back = QueryString::new().with("return_to", &here).into_string();
        let link = mail.link.as_ref().map(|sealed| post.seal.open(sealed));
        let words = match &link {
            Some(Some(link)) => link.as_str(),
            Some(None) => "(the link cannot be read: it was written under another GUESTLIST_SECRET_KEY)",
            None => gone(mail.state),
        };
        Self {
            chrome,
            back: Link { label: format!("Back to {}", state_label(mail.state)), href: list.url() },
            subject: mail.subject.clone(),
            state: state_chip(mail.state),
            kind: mail.kind.label(),
            recipient: mail.recipient.clone(),
            developer: mail.developer_id.map(|id| format!("/admin/developers/{id}")),
            written: Moment::new(mail.created_at, now),
            settled: mail.settled_at.map(|at| Moment::new(at, now)),
            note: note(mail, post.delivers),
            next_attempt: next_attempt(mail, post.delivers, now),
            attempts: mail.attempts,
            paragraphs: paragraphs(&mail.body, words),
            link: link.flatten(),
            retry: is_retriable(mail, post.delivers, now).then(|| format!("{here}/retry?{back}")),
            refusal: None,
        }
    }

    /// With the reason why it was not tried again.
    #[must_use]
    pub fn refusing(self, mail: &Mail) -> Self {
        let what = match mail.state {
            State::Sent => "was sent meanwhile",
            State::Withdrawn => "was withdrawn: another decision overtook it",
            State::Waiting => "is waiting already",
            State::Failed => "failed again meanwhile",
        };
        let chrome = self.chrome.with_error(true);
        Self { chrome, refusal: Some(format!("This mail {what}.")), ..self }
    }
}

/// Why there is no link any more.
const fn gone(state: State) -> &'static str {
    match state {
        State::Sent => "(the link is gone since the mail was delivered)",
        State::Withdrawn => "(the link is gone since the mail was withdrawn)",
        State::Waiting | State::Failed => "(there is no link)",
    }
}
