//! The pages of developers who sign in.

use askama::Template;

use crate::passwords::MAX_CHARS;
use crate::values::{EmailAddress, Organization, PersonName};
use crate::web::chrome::{Chrome, ErrorSummary, Field};
use crate::web::form::FieldErrors;
use crate::web::moments::Moment;

/// Why somebody was not let in.
pub struct Refusal {
    pub words: String,
    /// Another link to confirm the address would help.
    pub offers_link: bool,
}

#[derive(Template)]
#[template(path = "accounts/login.html")]
pub struct Login {
    chrome: Chrome,
    email: String,
    fields: Vec<Field>,
    next: Option<String>,
    refusal: Option<Refusal>,
    /// The browser was signed in until a moment ago.
    has_ended: bool,
}

impl Login {
    /// `email` as it was typed; `next` is where to go afterwards.
    pub fn new(chrome: Chrome, email: &str, next: Option<String>, refusal: Option<Refusal>) -> Self {
        let fields = vec![
            email_field("username").filled(email, &FieldErrors::default()),
            password_field("password", "Password"),
        ];
        Self {
            chrome: chrome.with_error(refusal.is_some()),
            email: email.to_owned(),
            fields,
            next,
            refusal,
            has_ended: false,
        }
    }

    /// Says that they were signed out, where that is so.
    #[must_use]
    pub fn after_a_session(self, has_ended: bool) -> Self {
        Self { has_ended, ..self }
    }
}

#[derive(Template)]
#[template(path = "accounts/forgot.html")]
pub struct Forgot {
    chrome: Chrome,
    field: Field,
    error_summary: Option<ErrorSummary>,
}

impl Forgot {
    pub fn new(chrome: Chrome, typed: &str, errors: &FieldErrors) -> Self {
        let field = email_field("username").filled(typed, errors);
        let error_summary = ErrorSummary::of([&field]);
        Self { chrome: chrome.with_error(error_summary.is_some()), field, error_summary }
    }
}

#[derive(Template)]
#[template(path = "accounts/reset.html")]
pub struct Reset {
    chrome: Chrome,
    /// The address with its token, to which the form is posted.
    action: String,
    /// They never had one.
    is_first: bool,
    field: Field,
    error_summary: Option<ErrorSummary>,
}

impl Reset {
    pub fn new(chrome: Chrome, token: &str, is_first: bool, errors: &FieldErrors) -> Self {
        let field = Field::new_password(if is_first { "Password" } else { "New password" }).filled("", errors);
        let error_summary = ErrorSummary::of([&field]);
        Self {
            chrome: chrome.with_error(error_summary.is_some()),
            action: format!("/password/reset/{token}"),
            is_first,
            field,
            error_summary,
        }
    }
}

/// The link expired, was used, or a newer one took its place.
#[derive(Template)]
#[template(path = "accounts/reset_over.html")]
pub struct ResetOver {
    chrome: Chrome,
}

impl ResetOver {
    pub fn new(chrome: Chrome) -> Self {
        Self { chrome }
    }
}

/// What the account's page tells.
pub struct AccountFacts {
    pub name: String,
    pub email: String,
    pub organization: String,
    /// When they registered.
    pub since: Moment,
}

#[derive(Template)]
#[template(path = "accounts/account.html")]
pub struct Account {
    chrome: Chrome,
    facts: AccountFacts,
    details: [Field; 2],
    passwords: [Field; 2],
    error_summary: Option<ErrorSummary>,
}

impl Account {
    /// `typed` is name and organisation as they stand in the form.
    pub fn new(
        chrome: Chrome,
        facts: AccountFacts,
        typed: (&str, &str),
        errors: &FieldErrors,
        password_errors: &FieldErrors,
    ) -> Self {
        let details = [
            Field { maxlength: PersonName::MAX, ..Field::new("full_name", "Full name", "text", "name") }
                .filled(typed.0, errors),
            Field {
                maxlength: Organization::MAX,
                required: false,
                ..Field::new("organization", "Company (optional)", "text", "organization")
            }
            .filled(typed.1, errors),
        ];
        let passwords = [
            password_field("current_password", "Current password").filled("", password_errors),
            Field::new_password("New password").filled("", password_errors),
        ];
        let error_summary = ErrorSummary::of(details.iter().chain(&passwords));
        Self { chrome: chrome.with_error(error_summary.is_some()), facts, details, passwords, error_summary }
    }
}

fn email_field(autocomplete: &'static str) -> Field {
    Field { maxlength: EmailAddress::MAX_OCTETS, ..Field::new("email", "Email", "email", autocomplete) }
}

/// For the password that somebody has.
fn password_field(name: &'static str, label: &'static str) -> Field {
    Field { maxlength: MAX_CHARS * 4, ..Field::new(name, label, "password", "current-password") }
}
