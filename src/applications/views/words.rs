//! What is said of what was done, or why it was not.

use chrono::{DateTime, Utc};

use super::parts::told;
use crate::applications::MAX_PER_DEVELOPER;
use crate::applications::forms::ApplicationForm;
use crate::applications::queries::Application;
use crate::developers::Status;
use crate::keys::Key;
use crate::web::flash::shortened;
use crate::web::moments::Moment;

/// As it stands in its form.
pub fn saved(application: &Application) -> ApplicationForm {
    ApplicationForm {
        name: application.name.clone(),
        description: application.description.clone(),
        callback_url: application.callback_url.clone(),
    }
}

pub fn created(application: &Application) -> String {
    let name = shortened(&application.name);
    match application.status {
        Status::Approved => format!("Registered {name}. It can have keys now."),
        _ => format!("Registered {name}. It waits for approval."),
    }
}

pub fn no_more_applications() -> String {
    format!("You have {MAX_PER_DEVELOPER} applications, and there can be no more. Delete one to register another.")
}

/// Why an application can have no key.
pub fn no_keys(application: &Application) -> String {
    told(application.status).unwrap_or("It can have no keys now.").to_owned()
}

/// What a reload of the page that showed a key is answered.
pub fn made_before(key: &Key) -> String {
    let name = shortened(&key.name);
    format!(
        "This form created the key “{name}” already, and a key is shown only once. If you did not see it, revoke it and \
         create another."
    )
}

pub fn revoked_before(key: &Key, now: DateTime<Utc>) -> String {
    let when = key.revoked_at.map_or_else(String::new, |at| format!(" {}", Moment::new(at, now).relative));
    format!("The key “{}” was revoked{when} already.", shortened(&key.name))
}
