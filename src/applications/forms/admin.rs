//! What an admin posts about an application.

use serde::Deserialize;

use super::ApplicationForm;

#[derive(Deserialize)]
pub struct EditForm {
    pub version: i32,
    #[serde(flatten)]
    pub details: ApplicationForm,
}
