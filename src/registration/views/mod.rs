//! The pages of whoever asks for access, up to the confirmed address.

mod added;
mod invited;

pub use added::Add;
pub use invited::{InvitationOver, Known};

use askama::Template;

use super::forms::RegisterForm;
use crate::invitations::Invitation;
use crate::policy::Policy;
use crate::values::{EmailAddress, Organization, PersonName};
use crate::web::chrome::{Chrome, ErrorSummary, Field};
use crate::web::form::FieldErrors;

#[derive(Template)]
#[template(path = "registration/front.html")]
pub struct Front {
    chrome: Chrome,
    welcome: String,
    is_open: bool,
}

impl Front {
    pub fn new(chrome: Chrome, welcome: &str, is_open: bool) -> Self {
        Self { chrome, welcome: welcome.to_owned(), is_open }
    }
}

/// What has to be accepted, and the box.
struct Terms {
    text: String,
    version: String,
    tick: Field,
}

#[derive(Template)]
#[template(path = "registration/register.html")]
pub struct Register {
    chrome: Chrome,
    /// The address to which the form is posted.
    action: String,
    /// The admin whose invitation this is.
    invited_by: Option<String>,
    fields: Vec<Field>,
    terms: Option<Terms>,
    started: String,
    error_summary: Option<ErrorSummary>,
}

impl Register {
    /// `started` is what `forms::started` said when the form was made.
    pub fn new(chrome: Chrome, typed: &RegisterForm, errors: &FieldErrors, policy: &Policy, started: String) -> Self {
        let fields = vec![
            Field { maxlength: PersonName::MAX, ..Field::new("full_name", "Full name", "text", "name") }
                .filled(&typed.full_name, errors),
            Field { hint: Some("We write to this address."), ..email_field() }.filled(&typed.email, errors),
            Field {
                maxlength: Organization::MAX,
                required: false,
                ..Field::new("organization", "Company (optional)", "text", "organization")
            }
            .filled(&typed.organization, errors),
            Field {
                required: false,
                hint: Some("What you want to build. One or two sentences help us to decide."),
                ..Field::area("purpose", "Purpose (optional)", 4)
            }
            .filled(&typed.purpose, errors),
            Field::new_password("Password").filled("", errors),
        ];
        let tick = Field { required: true, ..Field::tick("terms", "I accept the terms", "yes") };
        // What was refused has to be accepted anew.
        let is_accepted = !typed.terms.is_empty() && errors.of("terms").is_none();
        let tick = tick.filled(if is_accepted { "yes" } else { "" }, errors);
        let error_summary = ErrorSummary::of(fields.iter().chain([&tick]));
        Self {
            chrome: chrome.with_error(error_summary.is_some()),
            action: "/register".into(),
            invited_by: None,
            fields,
            terms: policy.required_terms().map(|version| Terms {
                text: policy.terms().to_owned(),
                version: version.to_owned(),
                tick,
            }),
            started,
            error_summary,
        }
    }

    /// For whoever came by a personal link: the address is the invitation's, whatever was posted.
    #[must_use]
    pub fn by_invitation(mut self, invitation: &Invitation, token: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.name == "email") {
            field.value.clone_from(&invitation.email);
            field.hint = Some("The invitation is for this address.");
            (field.readonly, field.required) = (true, false);
        }
        Self { action: format!("/register/{token}"), invited_by: Some(invitation.invited_by.clone()), ..self }
    }
}

/// Nobody can register at the moment.
#[derive(Template)]
#[template(path = "registration/closed.html")]
pub struct Closed {
    chrome: Chrome,
}

impl Closed {
    pub fn new(chrome: Chrome) -> Self {
        Self { chrome }
    }
}

/// What happens next, in the same words whether the address was known or not.
#[derive(Template)]
#[template(path = "registration/received.html")]
pub struct Received {
    chrome: Chrome,
    email: Option<String>,
    /// Asks for the address where the browser did not bring it along.
    field: Field,
    proves: bool,
    wait: u32,
}

impl Received {
    /// `proves`: developers have to confirm their address. `wait`: seconds until another link may be asked for.
    pub fn new(chrome: Chrome, email: Option<&str>, proves: bool, wait: u32) -> Self {
        Self { chrome, email: email.map(str::to_owned), field: email_field(), proves, wait }
    }
}

/// A link to confirm an address is used only when the button is pressed: programs that read mail follow links.
#[derive(Template)]
#[template(path = "registration/verify.html")]
pub struct Verify {
    chrome: Chrome,
    /// The address with its token, to which the form is posted.
    action: String,
    email: String,
}

impl Verify {
    pub fn new(chrome: Chrome, token: &str, email: &str) -> Self {
        Self { chrome, action: format!("/verify/{token}"), email: email.to_owned() }
    }
}

#[derive(Template)]
#[template(path = "registration/verified.html")]
pub struct Verified {
    chrome: Chrome,
    is_repeat: bool,
    status_words: &'static str,
}

impl Verified {
    /// `status_words`: how the request stands and what comes next.
    pub fn new(chrome: Chrome, is_repeat: bool, status_words: &'static str) -> Self {
        Self { chrome, is_repeat, status_words }
    }
}

/// The link expired, or a newer one took its place.
#[derive(Template)]
#[template(path = "registration/link_over.html")]
pub struct LinkOver {
    chrome: Chrome,
    field: Field,
    error_summary: Option<ErrorSummary>,
}

impl LinkOver {
    pub fn new(chrome: Chrome) -> Self {
        Self { chrome, field: email_field(), error_summary: None }
    }

    /// What was typed is no address.
    pub fn refused(chrome: Chrome, typed: &str, errors: &FieldErrors) -> Self {
        let field = email_field().filled(typed, errors);
        let error_summary = ErrorSummary::of([&field]);
        Self { chrome: chrome.with_error(true), field, error_summary }
    }
}

fn email_field() -> Field {
    Field { maxlength: EmailAddress::MAX_OCTETS, ..Field::new("email", "Email", "email", "email") }
}
