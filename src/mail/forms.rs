//! What browsers post about the texts of mails.

use serde::Deserialize;

use super::text::Text;
use crate::outbox::{Kind, check_body, check_subject};
use crate::text_enum::text_enum;
use crate::values::{LongText, short_text};
use crate::web::form::FieldErrors;

/// The longest subject.
pub const MAX_SUBJECT: usize = 200;

text_enum! {
    /// Which button was pressed.
    pub enum Wish {
        Save = "save",
        Preview = "preview",
        /// To the admin's own address, as it is typed, saving nothing.
        Test = "test",
        /// Back to the text that the program brings along.
        Reset = "reset",
    }
}

impl Wish {
    const fn usual() -> Self {
        Self::Save
    }
}

#[derive(Deserialize)]
pub struct TextForm {
    #[serde(default)]
    pub subject: String,
    #[serde(default)]
    pub body: String,
    /// Of the settings that the admin saw.
    pub version: i32,
    #[serde(rename = "do", default = "Wish::usual")]
    pub wish: Wish,
}

impl TextForm {
    /// # Errors
    /// What is wrong, field by field.
    pub fn parse(&self, kind: Kind) -> Result<Text, FieldErrors> {
        let mut errors = FieldErrors::default();
        let subject = short_text(&self.subject, "The subject", MAX_SUBJECT);
        let subject = errors.take("subject", subject.and_then(|text| check_subject(kind, &text).map(|()| text)));
        let body = LongText::parse(&self.body, "The text").map(|text| text.as_str().to_owned());
        let body = errors.take("body", body.and_then(|text| check_body(kind, &text).map(|()| text)));
        match (subject, body) {
            (Some(subject), Some(body)) => Ok(Text { subject, body }),
            _ => Err(errors),
        }
    }
}
