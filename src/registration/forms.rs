//! What browsers post to sign up.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::operations::{Invitee, Request};
use crate::developers::{Addition, Status};
use crate::passwords;
use crate::values::{EmailAddress, LongText, Organization, PersonName, Refused};
use crate::web::form::FieldErrors;

/// Nobody fills in a form within this time, not even with a password manager; a script does.
const TOO_QUICK: TimeDelta = TimeDelta::milliseconds(100);

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct RegisterForm {
    pub full_name: String,
    pub email: String,
    pub organization: String,
    pub purpose: String,
    pub password: String,
    /// Any value means that the box was ticked.
    pub terms: String,
    /// The version that stood above the box.
    pub terms_seen: String,
    /// A field that people do not see. Programs fill it in.
    pub website: String,
    /// When the form was made, in milliseconds since 1970.
    pub started: String,
}

/// When a form is made.
pub fn started(now: DateTime<Utc>) -> String {
    now.timestamp_millis().to_string()
}

impl RegisterForm {
    /// `portal` is its name, which makes no password; `terms` the version that has to be accepted.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn parse(&self, portal: &str, terms: Option<&str>) -> Result<Request, FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = errors.take("email", EmailAddress::parse(&self.email));
        let invitee = self.invitee(&mut errors, (&self.email, portal), terms);
        match (email, invitee) {
            (Some(email), Some(Invitee { name, organization, purpose })) if errors.is_empty() => {
                Ok(Request { name, email, organization, purpose })
            }
            _ => Err(errors),
        }
    }

    /// The same by a personal link, which is for `invited` only. A form that names no address means that one.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn parse_invited(&self, invited: &str, portal: &str, terms: Option<&str>) -> Result<Invitee, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mailbox = |text: &str| EmailAddress::parse(text).ok().map(|email| email.mailbox().to_owned());
        if !self.email.is_empty() && mailbox(&self.email) != mailbox(invited) {
            errors.add("email", Refused(format!("This invitation is for {invited} only")));
        }
        let invitee = self.invitee(&mut errors, (invited, portal), terms);
        invitee.filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn invitee(&self, errors: &mut FieldErrors, (email, portal): (&str, &str), terms: Option<&str>) -> Option<Invitee> {
        let name = errors.take("full_name", PersonName::parse(&self.full_name));
        let organization = errors.take("organization", Organization::parse(&self.organization));
        let purpose = errors.take("purpose", LongText::parse(&self.purpose, "The purpose"));
        let context = [self.full_name.as_str(), email, self.organization.as_str(), portal];
        errors.take("password", passwords::judge(&self.password, &context));
        if let Err(why) = terms.map_or(Ok(()), |version| self.accepts(version)) {
            errors.add("terms", why);
        }
        Some(Invitee { name: name?, organization: organization?, purpose: purpose? })
    }

    fn accepts(&self, version: &str) -> Result<(), Refused> {
        match (self.terms.is_empty(), self.terms_seen.as_str()) {
            (true, _) => Err(Refused("Accept the terms to register".into())),
            (false, seen) if seen.is_empty() || seen == version => Ok(()),
            (false, _) => Err(Refused("The terms were changed meanwhile. Read them again and accept them".into())),
        }
    }

    /// Whether a program filled the form in. It is answered like a person, and nothing is kept.
    pub fn is_by_a_program(&self, now: DateTime<Utc>) -> bool {
        let started = self.started.parse().ok().and_then(DateTime::from_timestamp_millis);
        let is_quick = started.is_some_and(|started| (TimeDelta::zero()..TOO_QUICK).contains(&(now - started)));
        is_quick || !self.website.is_empty()
    }
}

/// An address alone: for another link.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    pub email: String,
}

/// Somebody whom an admin adds.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AddForm {
    pub email: String,
    pub full_name: String,
    pub organization: String,
    pub status: String,
}

impl AddForm {
    /// Before anything is typed. Whoever is added is mostly somebody who may come in.
    pub fn fresh() -> Self {
        Self { status: Status::Approved.to_string(), ..Self::default() }
    }

    /// # Errors
    /// What is wrong, field by field.
    pub fn parse(&self) -> Result<Addition, FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = errors.take("email", EmailAddress::parse(&self.email));
        let name = errors.take("full_name", PersonName::parse(&self.full_name));
        let organization = errors.take("organization", Organization::parse(&self.organization));
        let status = self.status.parse().map_err(|_| Refused("Choose a status".into()));
        match (name, email, organization, errors.take("status", status)) {
            (Some(name), Some(email), Some(organization), Some(status)) => {
                Ok(Addition { name, email, organization, status })
            }
            _ => Err(errors),
        }
    }
}
