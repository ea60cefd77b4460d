//! Applications in words, and the fields of their forms.

use crate::applications::forms::{ApplicationForm, KeyForm};
use crate::applications::values::{ApplicationName, CallbackUrl};
use crate::developers::Status;
use crate::keys::KeyName;
use crate::web::chrome::{Chip, Field};
use crate::web::form::FieldErrors;

pub fn status_chip(status: Status) -> Chip {
    match status {
        Status::Requested => Chip { text: "Waits for approval", tone: "warn" },
        Status::Approved => Chip { text: "Approved", tone: "good" },
        Status::Rejected => Chip { text: "Not accepted", tone: "bad" },
        Status::Revoked => Chip { text: "Revoked", tone: "bad" },
    }
}

/// As its owner is told it; none where all is well.
pub fn told(status: Status) -> Option<&'static str> {
    match status {
        Status::Requested => {
            Some("This application waits for approval. You hear by mail when it was decided; then it can have keys.")
        }
        Status::Approved => None,
        Status::Rejected => Some("This application was not accepted. It cannot have keys."),
        Status::Revoked => Some("This application was revoked. Its keys do not work, and it cannot have new ones."),
    }
}

/// What is told of keys whose owner has not proven the address, where that is required.
pub const UNPROVEN: &str = "Your email address is not confirmed, and keys do not work before it is. Sign out, then sign in \
     again: you are offered a new link.";

pub fn application_fields(typed: &ApplicationForm, errors: &FieldErrors) -> [Field; 3] {
    let name = Field { maxlength: ApplicationName::MAX, ..Field::new("name", "Name", "text", "off") };
    let description = Field { required: false, ..Field::area("description", "Description (optional)", 3) };
    let callback_url = Field {
        maxlength: CallbackUrl::MAX,
        required: false,
        hint: Some("Where its users come back to: https://…"),
        ..Field::new("callback_url", "Callback URL (optional)", "url", "off")
    };
    [
        name.filled(&typed.name, errors),
        description.filled(&typed.description, errors),
        callback_url.filled(&typed.callback_url, errors),
    ]
}

pub fn key_fields(typed: &KeyForm, errors: &FieldErrors) -> [Field; 2] {
    let name = Field {
        id: "key_name",
        maxlength: KeyName::MAX,
        hint: Some("To tell it from others: Production, laptop, …"),
        ..Field::new("name", "Name of the key", "text", "off")
    };
    let expires_on = Field {
        maxlength: 0,
        required: false,
        hint: Some("The last day on which it works (UTC). Without one it works until it is revoked."),
        ..Field::new("expires_on", "Expires (optional)", "date", "off")
    };
    [name.filled(&typed.name, errors), expires_on.filled(&typed.expires_on, errors)]
}
