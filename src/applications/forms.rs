//! What browsers post about applications and their keys.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::values::{ApplicationName, CallbackUrl, Details};
use crate::keys::{Expiry, KeyName, NewKey, Once};
use crate::values::LongText;
use crate::web::form::FieldErrors;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ApplicationForm {
    pub name: String,
    pub description: String,
    pub callback_url: String,
}

impl ApplicationForm {
    /// # Errors
    /// What is wrong, field by field.
    pub fn parse(&self) -> Result<Details, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", ApplicationName::parse(&self.name));
        let description = errors.take("description", LongText::parse(&self.description, "The description"));
        let callback_url = errors.take("callback_url", CallbackUrl::parse(&self.callback_url));
        match (name, description, callback_url) {
            (Some(name), Some(description), Some(callback_url)) => Ok(Details { name, description, callback_url }),
            _ => Err(errors),
        }
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    pub name: String,
    pub expires_on: String,
    /// Which showing of the form this is.
    pub once: String,
}

impl KeyForm {
    /// # Errors
    /// What is wrong, field by field.
    pub fn parse(&self, now: DateTime<Utc>) -> Result<NewKey, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", KeyName::parse(&self.name));
        let expiry = errors.take("expires_on", Expiry::parse(&self.expires_on, now));
        match (name, expiry) {
            (Some(name), Some(expiry)) => Ok(NewKey { name, expiry, once: Once::parse(&self.once, now) }),
            _ => Err(errors),
        }
    }
}
