//! What stands around a record on its own page, and the page before a deletion.

use askama::Template;
use uuid::Uuid;

use super::{noun_of, status_chip};
use crate::desk::list::{List, Tab};
use crate::desk::noun::Noun;
use crate::desk::record::Record;
use crate::desk::status::Status;
use crate::web::chrome::{Chip, Chrome, ErrorSummary, Field, Link};
use crate::web::local_path::LocalPath;

/// Where the page was reached from.
pub struct Trail {
    pub back: Link,
    /// What the neighbours are: requests while they wait.
    pub neighbour: &'static str,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Trail {
    pub fn new(list: &List, neighbours: (Option<Uuid>, Option<Uuid>)) -> Self {
        let link = |row: Option<Uuid>| row.map(|id| list.record_url(id));
        Self {
            neighbour: if list.tab == Tab::One(Status::Requested) { "request" } else { list.noun.singular() },
            back: Link { label: format!("Back to {}", list.tab.label()), href: list.url() },
            previous: link(neighbours.0),
            next: link(neighbours.1),
        }
    }
}

/// What stands around a record on its page.
pub struct Around {
    pub trail: Trail,
    pub error_summary: Option<ErrorSummary>,
    /// Who was quicker, said to a browser without htmx.
    pub conflict: Option<String>,
    /// The reason that was typed, where it was refused, so that it is not lost.
    pub reason: String,
}

impl Around {
    pub fn new(trail: Trail) -> Self {
        Self { trail, error_summary: None, conflict: None, reason: String::new() }
    }

    #[must_use]
    pub fn with_conflict(self, who_was_quicker: String) -> Self {
        Self { conflict: Some(who_was_quicker), ..self }
    }

    /// With a reason that cannot be taken.
    #[must_use]
    pub fn with_refused_reason(self, typed: String, why: String) -> Self {
        let links = vec![Link { label: why, href: "#heading".into() }];
        let error_summary = Some(ErrorSummary { title: "There is a problem", links });
        Self { error_summary, reason: typed, ..self }
    }
}

/// The form that changes a record's words.
pub struct Edit {
    pub label: &'static str,
    /// The page's own address with its query, so that the way back is kept.
    pub action: String,
    pub version: i32,
    pub fields: Vec<Field>,
    /// After a refused input.
    pub open: bool,
}

#[derive(Template)]
#[template(path = "desk/delete.html")]
pub struct Delete {
    pub chrome: Chrome,
    pub noun: Noun,
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub status: Chip,
    pub version: i32,
    /// Where Cancel leads.
    pub cancel: String,
    pub return_to: Option<String>,
    pub losses: Vec<String>,
}

impl Delete {
    pub fn new(chrome: Chrome, record: &impl Record, losses: Vec<String>, return_to: Option<LocalPath>) -> Self {
        let (noun, return_to) = (noun_of(record), return_to.map(LocalPath::into_string));
        Self {
            chrome,
            noun,
            id: record.id(),
            name: record.name().to_owned(),
            email: record.email().to_owned(),
            status: status_chip(record.status()),
            version: record.version(),
            cancel: return_to.clone().unwrap_or_else(|| format!("{}/{}", noun.path(), record.id())),
            return_to,
            losses,
        }
    }
}
