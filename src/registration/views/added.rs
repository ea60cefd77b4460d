//! The form by which an admin adds a developer.

use askama::Template;

use super::email_field;
use crate::developers::{Developer, Status};
use crate::registration::forms::AddForm;
use crate::values::{Organization, PersonName};
use crate::web::chrome::{Chrome, ErrorSummary, Field, Link};
use crate::web::form::FieldErrors;

const STATUSES: [(&str, &str); 4] = {
    const fn choice(status: Status) -> (&'static str, &'static str) {
        (status.as_str(), status.label())
    }
    [choice(Status::Approved), choice(Status::Requested), choice(Status::Rejected), choice(Status::Revoked)]
};

/// An admin adds a developer.
#[derive(Template)]
#[template(path = "registration/add.html")]
pub struct Add {
    chrome: Chrome,
    fields: [Field; 4],
    error_summary: Option<ErrorSummary>,
}

impl Add {
    pub fn new(chrome: Chrome, typed: &AddForm, errors: &FieldErrors) -> Self {
        let fields = [
            Field { autocomplete: "off", ..email_field() }.filled(&typed.email, errors),
            Field { maxlength: PersonName::MAX, ..Field::new("full_name", "Full name", "text", "off") }
                .filled(&typed.full_name, errors),
            Field {
                maxlength: Organization::MAX,
                required: false,
                ..Field::new("organization", "Company (optional)", "text", "off")
            }
            .filled(&typed.organization, errors),
            Field {
                hint: Some("Approved and requested developers get a link to choose a password, by mail."),
                ..Field::select("status", "Status", &STATUSES)
            }
            .filled(&typed.status, errors),
        ];
        let error_summary = ErrorSummary::of(&fields);
        Self { chrome: chrome.with_error(error_summary.is_some()), fields, error_summary }
    }

    /// With a link to whoever has the mailbox already.
    #[must_use]
    pub fn naming(mut self, known: &Developer) -> Self {
        let label = format!("See the record of {}", known.shown_name());
        let link = Link { label, href: format!("/admin/developers/{}", known.id) };
        if let Some(summary) = &mut self.error_summary {
            summary.links.push(link);
        }
        self
    }
}
