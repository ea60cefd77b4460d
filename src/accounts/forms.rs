//! What developers post.

use serde::Deserialize;

use crate::passwords;
use crate::web::form::FieldErrors;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LoginForm {
    pub email: String,
    pub password: String,
    pub next: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ForgotForm {
    pub email: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ResetForm {
    pub password: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    pub full_name: String,
    pub organization: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    pub current_password: String,
    pub password: String,
}

/// Whether a new password will do; `context` are the words that a guesser of this person tries.
///
/// # Errors
/// What is wrong with the field `password`.
pub fn new_password(password: &str, context: &[&str]) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    errors.take("password", passwords::judge(password, context));
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
