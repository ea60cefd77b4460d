//! One developer, whole: the page, its answer to a lost race, and the page before a deletion.

use askama::Template;
use chrono::{DateTime, Utc};

use super::timeline::{Happening, History};
use super::{Decision, Moves, decision, delete_query, record_url, status_chip, verification_chip};
use crate::developers::forms::EditForm;
use crate::developers::list::{List, PATH, Tab};
use crate::developers::queries::Developer;
use crate::developers::status::Status;
use crate::values::{Organization, PersonName};
use crate::web::chrome::{Chip, Chrome, ErrorSummary, Field, Link};
use crate::web::form::FieldErrors;
use crate::web::local_path::LocalPath;
use crate::web::mailto::mailto;
use crate::web::moments::Moment;

/// The developer's part of the page.
#[derive(Template)]
#[template(path = "developers/_record.html")]
pub struct RecordAlone {
    pub record: Record,
}

pub struct Record {
    pub id: String,
    pub name: String,
    pub email: String,
    pub mailto: String,
    pub status: Chip,
    pub verification: Chip,
    pub organization: String,
    pub purpose: String,
    pub requested: Moment,
    pub decision: Option<Decision>,
    pub moves: Moves,
    /// The terms that were accepted, and when; none for somebody who accepted none here.
    pub terms: Option<(String, Moment)>,
    pub timeline: Vec<Happening>,
    pub edit: Edit,
}

pub struct Edit {
    /// The page's own address with its query, so that the way back is kept.
    pub action: String,
    pub version: i32,
    pub fields: Vec<Field>,
    /// After a refused input.
    pub open: bool,
}

impl Record {
    pub fn new(developer: &Developer, history: &History, list: &List, now: DateTime<Utc>) -> Self {
        let here = record_url(developer, list);
        Self {
            id: developer.id.to_string(),
            name: developer.shown_name().to_owned(),
            email: developer.email.clone(),
            mailto: mailto(&developer.email),
            status: status_chip(developer.status),
            verification: verification_chip(developer),
            organization: developer.organization.clone(),
            purpose: developer.purpose.clone(),
            requested: Moment::new(developer.requested_at, now),
            decision: decision(developer, now),
            moves: Moves::new(developer, here.clone(), &delete_query(&list.url()), None),
            terms: developer.terms_accepted_at.map(|at| (developer.terms_version.clone(), Moment::new(at, now))),
            timeline: history.lines(&developer.email, now),
            edit: Edit {
                action: here,
                version: developer.version,
                fields: edit_fields(&developer.full_name, &developer.organization, &FieldErrors::default()),
                open: false,
            },
        }
    }

    /// With what was typed and what is wrong with it.
    #[must_use]
    pub fn with_edit(mut self, typed: &EditForm, errors: &FieldErrors) -> Self {
        self.edit.version = typed.version;
        self.edit.fields = edit_fields(&typed.full_name, &typed.organization, errors);
        self.edit.open = true;
        self
    }

    /// With the reason that was refused, so that it is not lost.
    #[must_use]
    pub fn with_reason(mut self, typed: String) -> Self {
        self.moves.reason = typed;
        self
    }
}

fn edit_fields(name: &str, organization: &str, errors: &FieldErrors) -> Vec<Field> {
    vec![
        Field { maxlength: PersonName::MAX, ..Field::new("full_name", "Full name", "text", "off") }
            .filled(name, errors),
        Field { maxlength: Organization::MAX, required: false, ..Field::new("organization", "Company", "text", "off") }
            .filled(organization, errors),
    ]
}

/// Where the page was reached from.
pub struct Trail {
    pub back: Link,
    /// What the neighbours are: requests while they wait.
    pub neighbour: &'static str,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Trail {
    pub fn new(list: &List, neighbours: &(Option<Developer>, Option<Developer>)) -> Self {
        let link = |row: &Option<Developer>| row.as_ref().map(|developer| record_url(developer, list));
        Self {
            neighbour: if list.tab == Tab::One(Status::Requested) { "request" } else { "developer" },
            back: Link { label: format!("Back to {}", list.tab.label()), href: list.url() },
            previous: link(&neighbours.0),
            next: link(&neighbours.1),
        }
    }
}

/// What a developer's page is made of.
pub struct RecordPage {
    pub trail: Trail,
    pub record: Record,
}

#[derive(Template)]
#[template(path = "developers/show.html")]
pub struct Show {
    pub chrome: Chrome,
    pub trail: Trail,
    pub record: Record,
    pub error_summary: Option<ErrorSummary>,
}

impl Show {
    pub fn new(chrome: Chrome, page: RecordPage) -> Self {
        let RecordPage { trail, record } = page;
        let error_summary = ErrorSummary::of(&record.edit.fields);
        Self { chrome: chrome.with_error(error_summary.is_some()), trail, record, error_summary }
    }

    /// With a reason that cannot be taken.
    pub fn with_refused_reason(chrome: Chrome, page: RecordPage, typed: String, why: String) -> Self {
        let RecordPage { trail, record } = page;
        let links = vec![Link { label: why, href: "#heading".into() }];
        let error_summary = Some(ErrorSummary { title: "There is a problem", links });
        Self { chrome: chrome.with_error(true), trail, record: record.with_reason(typed), error_summary }
    }
}

/// Somebody was quicker, said to a browser without htmx.
#[derive(Template)]
#[template(path = "developers/conflict.html")]
pub struct Conflict {
    pub chrome: Chrome,
    pub trail: Trail,
    pub record: Record,
    pub error_summary: Option<ErrorSummary>,
    pub who_was_quicker: String,
}

impl Conflict {
    pub fn new(chrome: Chrome, page: RecordPage, who_was_quicker: String) -> Self {
        let RecordPage { trail, record } = page;
        Self { chrome, trail, record, error_summary: None, who_was_quicker }
    }
}

#[derive(Template)]
#[template(path = "developers/delete.html")]
pub struct Delete {
    pub chrome: Chrome,
    pub id: String,
    pub name: String,
    pub email: String,
    pub status: Chip,
    pub version: i32,
    /// Where Cancel leads.
    pub cancel: String,
    pub return_to: Option<String>,
    pub losses: Vec<&'static str>,
}

impl Delete {
    pub fn new(chrome: Chrome, developer: &Developer, return_to: Option<LocalPath>) -> Self {
        let return_to = return_to.map(LocalPath::into_string);
        let mut losses = vec!["the record with name, company and purpose", "password, sessions and unsent mail"];
        if developer.decided_at.is_some() {
            losses.push("the last decision and its reason");
        }
        Self {
            chrome,
            id: developer.id.to_string(),
            name: developer.shown_name().to_owned(),
            email: developer.email.clone(),
            status: status_chip(developer.status),
            version: developer.version,
            cancel: return_to.clone().unwrap_or_else(|| format!("{PATH}/{}", developer.id)),
            return_to,
            losses,
        }
    }
}
