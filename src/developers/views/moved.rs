//! The answer to a button, for htmx.

use askama::Template;
use chrono::{DateTime, Utc};

use super::list::{TabLink, tabs, total, waiting};
use crate::db::search::Matches;
use crate::developers::list::List;
use crate::developers::queries::Totals;
use crate::web::chrome::ShownMessage;
use crate::web::page::Rendered;

/// The record as it is now, or nothing in its place, and all numbers.
#[derive(Template)]
#[template(path = "developers/moved.html")]
pub struct Moved {
    id: String,
    truth: Option<Rendered>,
    title: String,
    tabs: Vec<TabLink>,
    waiting: String,
    total: String,
    message: ShownMessage,
}

impl Moved {
    pub fn new(
        id: String,
        truth: Option<Rendered>,
        title: String,
        (list, totals, matches): (&List, &Totals, Option<Matches>),
        message: ShownMessage,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            truth,
            title,
            tabs: tabs(list, totals),
            waiting: waiting(totals, now),
            total: total(list, totals, matches),
            message,
        }
    }
}
