//! The pages at the door.

use askama::Template;

use super::forms::SetupForm;
use crate::passwords::{MAX_CHARS, MIN_CHARS};
use crate::values::{EmailAddress, PersonName};
use crate::web::chrome::{Chrome, ErrorSummary, Field};
use crate::web::form::FieldErrors;

/// Said for an unknown address, a wrong password and an account that must wait, so that none can be told apart.
pub const REFUSAL: &str =
    "Email or password is wrong. After several attempts an account has to wait for up to 15 minutes.";

#[derive(Template)]
#[template(path = "admins/login.html")]
pub struct Login {
    pub chrome: Chrome,
    pub fields: Vec<Field>,
    pub next: Option<String>,
    pub refusal: Option<&'static str>,
    /// There is no admin yet: the page says where the set-up link is.
    pub needs_setup: bool,
}

impl Login {
    pub fn new(chrome: Chrome, email: &str, next: Option<String>) -> Self {
        let none = FieldErrors::default();
        let fields = vec![
            Field {
                maxlength: EmailAddress::MAX_OCTETS,
                ..Field::new("email", "Email", "email", "username").filled(email, &none)
            },
            Field { maxlength: MAX_CHARS * 4, ..Field::new("password", "Password", "password", "current-password") },
        ];
        Self { chrome, fields, next, refusal: None, needs_setup: false }
    }
}

#[derive(Template)]
#[template(path = "admins/setup.html")]
pub struct Setup {
    chrome: Chrome,
    /// The address with its token, to which the form is posted.
    action: String,
    fields: Vec<Field>,
    error_summary: Option<ErrorSummary>,
}

impl Setup {
    pub fn new(chrome: Chrome, token: &str, typed: &SetupForm, errors: &FieldErrors) -> Self {
        let hint = const_format_hint();
        let fields = vec![
            Field {
                maxlength: PersonName::MAX,
                ..Field::new("full_name", "Your name", "text", "name").filled(&typed.full_name, errors)
            },
            Field {
                maxlength: EmailAddress::MAX_OCTETS,
                ..Field::new("email", "Email", "email", "username").filled(&typed.email, errors)
            },
            Field {
                maxlength: MAX_CHARS * 2,
                hint: Some(hint),
                ..Field::new("password", "Password", "password", "new-password").filled("", errors)
            },
        ];
        let error_summary = ErrorSummary::of(&fields);
        let chrome = chrome.with_error(error_summary.is_some());
        Self { chrome, action: format!("/admin/setup/{token}"), fields, error_summary }
    }
}

const fn const_format_hint() -> &'static str {
    const { assert!(MIN_CHARS == 15) };
    "At least 15 characters; a few words that do not belong together are good."
}
