//! What browsers post at the door.

use serde::Deserialize;

use crate::passwords;
use crate::values::{EmailAddress, PersonName};
use crate::web::form::FieldErrors;

#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub password: String,
    #[serde(default)]
    pub next: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    pub full_name: String,
    pub email: String,
    pub password: String,
}

impl SetupForm {
    /// `portal` is its name, which makes no password.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn parse(&self, portal: &str) -> Result<(PersonName, EmailAddress), FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("full_name", PersonName::parse(&self.full_name));
        let email = errors.take("email", EmailAddress::parse(&self.email));
        let context = [self.full_name.as_str(), self.email.as_str(), portal];
        errors.take("password", passwords::judge(&self.password, &context));
        match (name, email) {
            (Some(name), Some(email)) if errors.is_empty() => Ok((name, email)),
            _ => Err(errors),
        }
    }
}
