//! The message as the admin's own mail program gets it.

use crate::config::BaseUrl;
use crate::outbox::{self, Filled, Kind, MARK};
use crate::policy::Policy;

/// Where everybody may register.
const OPEN_FORM: &str = "/register";

pub struct Text {
    pub subject: String,
    pub body: String,
}

impl Text {
    pub fn new(policy: &Policy, admin: &str, base_url: &BaseUrl) -> Self {
        let Filled { subject, body } = outbox::fill(policy, Kind::Invitation, &[("admin", admin.to_owned())]);
        let link = format!("{}{OPEN_FORM}", base_url.as_str());
        Self { subject, body: body.replace(MARK, &link) }
    }
}
