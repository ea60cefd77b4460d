//! The answer to a button, for htmx.

use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::list::{TabLink, tab_links, total, waiting};
use crate::db::search::Matches;
use crate::desk::list::List;
use crate::desk::queries::Totals;
use crate::web::chrome::ShownMessage;
use crate::web::page::Rendered;

/// The record as it is now, or nothing in its place, and all numbers.
#[derive(Template)]
#[template(path = "desk/moved.html")]
pub struct Moved {
    /// The id of the row, or of the record on its own page.
    row: String,
    truth: Option<Rendered>,
    title: String,
    tabs: Vec<TabLink>,
    waiting: String,
    total: String,
    message: ShownMessage,
}

impl Moved {
    pub fn new(
        id: Uuid,
        truth: Option<Rendered>,
        title: String,
        (list, totals, matches): (&List, &Totals, Option<Matches>),
        message: ShownMessage,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            row: format!("{}-{id}", list.noun.singular()),
            truth,
            title,
            tabs: tab_links(list, totals),
            waiting: waiting(list.noun, totals, now),
            total: total(list, totals, matches),
            message,
        }
    }
}
