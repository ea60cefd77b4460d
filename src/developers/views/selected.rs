//! Links by which the admin's own mail program writes to developers.

use askama::Template;

use crate::developers::forms::Selection;
use crate::developers::queries::Developer;
use crate::web::chrome::{Chrome, Field, Link};
use crate::web::form::FieldErrors;
use crate::web::mailto::{Separator, ShownLinks};
use crate::web::moments::counted;

#[derive(Template)]
#[template(path = "developers/email.html")]
pub struct Email {
    chrome: Chrome,
    back: Link,
    heading: String,
    /// Why there is nobody to write to.
    nobody: Option<&'static str>,
    mail_links: ShownLinks,
    /// The names of those who were ticked and are not approved any more.
    left_out: Vec<String>,
    /// How many of them have no record any more.
    deleted: usize,
    /// There are several, who do not see each other.
    is_to_many: bool,
    ids: Vec<String>,
    tick: Field,
}

impl Email {
    pub fn heading(people: usize) -> String {
        match people {
            0 => "Nobody to email".into(),
            n => format!("Email {}", developers(n)),
        }
    }

    /// `left_out`: those of the selection who are not approved.
    pub fn new(
        chrome: Chrome,
        selection: &Selection,
        (approved, left_out): (&[Developer], &[Developer]),
        separator: Separator,
    ) -> Self {
        let list = &selection.list;
        let addresses: Vec<&str> = approved.iter().map(|developer| developer.email.as_str()).collect();
        let ticked = if separator == Separator::Semicolon { "yes" } else { "" };
        let tick = Field::tick("semicolons", "Semicolons between addresses (for Outlook on Windows)", "yes");
        Self {
            chrome: chrome.with_error(approved.is_empty()),
            back: Link { label: format!("Back to {}", list.tab.label()), href: list.url() },
            heading: Self::heading(approved.len()),
            nobody: approved.is_empty().then_some(match selection.ids.as_slice() {
                [] => "Tick the developers to write to, then choose “Email selected”.",
                _ => "None of those who were selected is approved any more.",
            }),
            mail_links: ShownLinks::new(&addresses, "", "", separator),
            left_out: left_out.iter().map(|developer| developer.shown_name().to_owned()).collect(),
            deleted: selection.ids.len().saturating_sub(approved.len() + left_out.len()),
            is_to_many: approved.len() > 1,
            ids: selection.ids.iter().map(ToString::to_string).collect(),
            tick: tick.filled(ticked, &FieldErrors::default()),
        }
    }
}

fn developers(n: usize) -> String {
    counted(i64::try_from(n).unwrap_or(i64::MAX), "developer")
}
