//! The log as a page.

use std::collections::HashSet;

use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::audit::{ActivityList, AuditEntry, Event, PATH, SubjectKind, changes, event_label};
use crate::ids::{ApplicationId, DeveloperId};
use crate::web::chrome::{Choice, Chrome, Empty, Link, Pager, Search};
use crate::web::moments::Moment;
use crate::web::pagination::{PER_PAGE, Place, Slice};

/// A line of the log.
pub struct Line {
    pub at: Moment,
    pub actor: String,
    pub what: &'static str,
    /// Which application; its owner is the subject.
    pub application: Option<String>,
    /// The subject's email.
    pub subject: String,
    /// The record, while there is one.
    pub subject_href: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    /// Why; of an edit what was changed.
    pub reason: Option<String>,
}

impl Line {
    fn new(entry: &AuditEntry, standing: &Standing, now: DateTime<Utc>) -> Self {
        let is_application = entry.subject_kind == SubjectKind::Application;
        Self {
            at: Moment::new(entry.at, now),
            actor: entry.actor_name.clone(),
            what: event_label(entry.event),
            application: is_application.then(|| entry.subject_name.clone()),
            // A setting has no address.
            subject: if entry.subject_email.is_empty() { &entry.subject_name } else { &entry.subject_email }.clone(),
            subject_href: entry.subject_id.and_then(|id| standing.href(id)),
            from: entry.from_status.clone(),
            to: entry.to_status.clone(),
            reason: Some(entry.reason.clone()).filter(|reason| !reason.is_empty()).or_else(|| changes(entry)),
        }
    }
}

/// The records that entries are about and that are still there.
pub struct Standing {
    pub developers: HashSet<DeveloperId>,
    pub applications: HashSet<ApplicationId>,
}

impl Standing {
    fn href(&self, id: Uuid) -> Option<String> {
        if self.developers.contains(&DeveloperId(id)) {
            return Some(format!("/admin/developers/{id}"));
        }
        self.applications.contains(&ApplicationId(id)).then(|| format!("/admin/applications/{id}"))
    }
}

#[derive(Template)]
#[template(path = "audit/activity.html", blocks = ["list"])]
pub struct Activity {
    chrome: Chrome,
    search: Search,
    kinds: Vec<Choice>,
    entries: Vec<Line>,
    pager: Pager,
    empty: Option<Empty>,
}

impl Activity {
    pub fn new(
        chrome: Chrome,
        list: &ActivityList,
        (slice, standing): (&Slice<AuditEntry>, &Standing),
        base_url: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let link = |entry: Option<&AuditEntry>, there: bool, place: fn(i64) -> Place<i64>| {
            entry.filter(|_| there).map(|entry| list.at(place(entry.id)).url())
        };
        let kind = |label: &str, value: &str, current| Choice { label: label.into(), value: value.into(), current };
        let mut kinds = vec![kind("Everything", "", list.event.is_none())];
        kinds.extend(Event::ALL.iter().map(|e| kind(event_label(*e), e.as_str(), list.event == Some(*e))));
        Self {
            chrome,
            search: Search {
                q: list.q.clone(),
                label: "Search by person",
                keep: list.per_page_unless_usual().map(|n| ("per_page", n.to_string())).into_iter().collect(),
                sorts: Vec::new(),
            },
            kinds,
            entries: slice.rows.iter().map(|entry| Line::new(entry, standing, now)).collect(),
            pager: Pager {
                previous: link(slice.rows.first(), slice.has_previous, Place::Before),
                next: link(slice.rows.last(), slice.has_next, Place::After),
                total: if slice.has_next { "Newest first".into() } else { "To the first entry".into() },
                sizes: PER_PAGE
                    .into_iter()
                    .map(|n| Choice {
                        label: n.to_string(),
                        value: list.with_per_page(n).url(),
                        current: n == list.per_page,
                    })
                    .collect(),
                printed: format!("{base_url}{} · printed {}", list.url(), now.format("%-d %b %Y, %H:%M UTC")),
            },
            empty: slice.rows.is_empty().then(|| empty(list)),
        }
    }
}

fn empty(list: &ActivityList) -> Empty {
    let all = vec![Link { label: "Show everything".into(), href: PATH.into() }];
    if list.q.is_empty() && list.event.is_none() {
        return Empty {
            title: "Nothing here".into(),
            text: "No entry stands at this place of the log.".into(),
            links: all,
        };
    }
    let whom = if list.q.is_empty() { String::new() } else { format!(" for “{}”", list.q) };
    Empty {
        title: format!("No entries{whom}"),
        text: "Names and emails of both sides were searched.".into(),
        links: all,
    }
}
