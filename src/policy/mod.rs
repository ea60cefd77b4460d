//! What the settings say: how the portal is called, who may register, what happens by itself.
//!
//! Facts of a deployment come from the environment; policy is a row of the database each, and only what differs from
//! [`SETTINGS`] has one. Whoever acts on a policy reads it inside the transaction that acts.

mod domains;
mod operations;
mod queries;
mod settings;

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use self::domains::Domains;
use crate::db::{Conn, QueryResult};
use crate::text_enum::text_enum;
use crate::values::EmailAddress;
use crate::web::portal::Face;

pub use operations::{Change, Changed, change};
pub use settings::{Kind, SETTINGS, Setting, checked, setting};

text_enum! {
    /// When a mailbox has to be proven before a developer may come in.
    pub enum Verification {
        /// As soon as mail can be sent.
        WithMail = "with_mail",
        Always = "always",
        Never = "never",
    }
}

impl Verification {
    /// The same for whoever has only the setting's own row, none where it has none.
    pub fn requires_proof(value: Option<&str>, delivers: bool) -> bool {
        match value.unwrap_or_default().parse() {
            Ok(Self::Always) => true,
            Ok(Self::Never) => false,
            Ok(Self::WithMail) | Err(_) => delivers,
        }
    }
}

/// The settings of one moment; by default those of a portal where nobody changed any.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    values: HashMap<String, String>,
    /// Rises with every change of any setting.
    pub version: i32,
    pub changed_at: Option<DateTime<Utc>>,
}

impl Policy {
    /// The settings as they are now.
    ///
    /// # Errors
    /// The database.
    pub fn read(conn: &mut Conn) -> QueryResult<Self> {
        let rows = queries::all(conn)?;
        let version = rows.iter().map(|row| row.version).max().unwrap_or_default();
        let changed_at = rows.iter().map(|row| row.changed_at).max();
        let values = rows.into_iter().filter_map(|row| Some((row.key, row.value?))).collect();
        Ok(Self { values, version, changed_at })
    }

    /// The text of a setting: its own or its default.
    pub fn value<'a>(&'a self, setting: &'a Setting) -> &'a str {
        self.text(setting.key).unwrap_or(setting.default)
    }

    /// What a row says; none where no row differs from the default.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// As if this were saved: for whoever looks at a text before saving it.
    #[must_use]
    pub fn with_text(mut self, key: String, value: String) -> Self {
        self.values.insert(key, value);
        self
    }

    fn of(&self, key: &'static str) -> &str {
        self.text(key).unwrap_or_else(|| setting(key).map_or("", |setting| setting.default))
    }

    fn is_on(&self, key: &'static str) -> bool {
        self.of(key) == "on"
    }

    pub fn portal_name(&self) -> &str {
        self.of("portal_name")
    }

    /// Empty where there is none.
    pub fn support_address(&self) -> &str {
        self.of("support_address")
    }

    /// What the front page says about the portal.
    pub fn welcome(&self) -> &str {
        self.of("welcome")
    }

    pub fn is_open(&self) -> bool {
        self.is_on("registration")
    }

    /// Whether somebody of this domain may register.
    pub fn admits(&self, email: &EmailAddress) -> bool {
        let domain = email.mailbox().rsplit('@').next().unwrap_or_default();
        let (allowed, denied) = (Domains::of(self.of("allowed_domains")), Domains::of(self.of("denied_domains")));
        (allowed.is_empty() || allowed.hold(domain)) && !denied.hold(domain)
    }

    pub fn approves_by_itself(&self) -> bool {
        self.is_on("auto_approval")
    }

    /// Whether somebody who came by a personal invitation needs no decision.
    pub fn approves_invited(&self) -> bool {
        self.is_on("invited_approval")
    }

    /// Whether a new application needs no decision.
    pub fn approves_applications(&self) -> bool {
        self.is_on("application_auto_approval")
    }

    /// Whether a developer has to prove the mailbox; `delivers` says whether this process can send mail.
    pub fn requires_proof(&self, delivers: bool) -> bool {
        Verification::requires_proof(self.text("verification"), delivers)
    }

    /// Empty where nobody has to accept any.
    pub fn terms(&self) -> &str {
        self.of("terms_text")
    }

    pub fn terms_version(&self) -> &str {
        self.of("terms_version")
    }

    /// The version that has to be accepted now; none where there are no terms.
    pub fn required_terms(&self) -> Option<&str> {
        (!self.terms().is_empty()).then(|| self.terms_version())
    }

    /// What every page shows of it.
    pub fn face(&self) -> Face {
        Face { name: self.portal_name().to_owned(), support: self.support_address().to_owned() }
    }
}
