//! A developer's own applications.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};

use super::parts::{UNPROVEN, application_fields, key_fields, status_chip, told};
use crate::applications::MAX_PER_DEVELOPER;
use crate::applications::forms::{ApplicationForm, KeyForm};
use crate::applications::queries::Application;
use crate::developers::Status;
use crate::ids::ApplicationId;
use crate::keys::{self, Key, KeyRow, KeySecret, Once, Stops};
use crate::web::chrome::{Chip, Chrome, ErrorSummary, Field};
use crate::web::form::FieldErrors;
use crate::web::moments::{Moment, counted};

pub const PATH: &str = "/account/applications";

/// The address of one of them.
pub fn own_url(id: ApplicationId) -> String {
    format!("{PATH}/{id}")
}

/// A line of the list.
pub struct OwnRow {
    pub href: String,
    pub name: String,
    pub state: Chip,
    /// "2 keys", "no keys".
    pub keys: String,
    /// When one of them was used last.
    pub used: Option<Moment>,
}

#[derive(Template)]
#[template(path = "applications/own_list.html")]
pub struct OwnList {
    chrome: Chrome,
    rows: Vec<OwnRow>,
    /// None where there are as many as there may be.
    fields: Option<[Field; 3]>,
    most: i64,
    error_summary: Option<ErrorSummary>,
    /// Why what was asked for was not done.
    refusal: Option<String>,
}

impl OwnList {
    pub fn new(
        chrome: Chrome,
        (applications, stops): (&[Application], &HashMap<ApplicationId, Stops>),
        (typed, errors): (&ApplicationForm, &FieldErrors),
        now: DateTime<Utc>,
    ) -> Self {
        let nothing = Stops::default();
        let row = |application: &Application| {
            let stops = stops.get(&application.id).unwrap_or(&nothing);
            OwnRow {
                href: own_url(application.id),
                name: application.name.clone(),
                state: status_chip(application.status),
                keys: if stops.all.keys == 0 { "no keys".to_owned() } else { counted(stops.all.keys, "key") },
                used: stops.all.last_used.as_ref().map(|last| Moment::new(last.at, now)),
            }
        };
        let has_room = i64::try_from(applications.len()).is_ok_and(|n| n < MAX_PER_DEVELOPER);
        let fields = has_room.then(|| application_fields(typed, errors));
        let error_summary = ErrorSummary::of(fields.iter().flatten());
        Self {
            chrome: chrome.with_error(error_summary.is_some()),
            rows: applications.iter().map(row).collect(),
            fields,
            most: MAX_PER_DEVELOPER,
            error_summary,
            refusal: None,
        }
    }

    /// Says that nothing was created, and why.
    #[must_use]
    pub fn refusing(self, why: String) -> Self {
        Self { chrome: self.chrome.with_error(true), refusal: Some(why), ..self }
    }
}

/// What stands in the two forms of an application's page, and what is wrong with it.
#[derive(Default)]
pub struct Typed {
    pub details: ApplicationForm,
    pub detail_errors: FieldErrors,
    pub key: KeyForm,
    pub key_errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "applications/own.html")]
pub struct Own {
    chrome: Chrome,
    name: String,
    href: String,
    state: Chip,
    told: Option<&'static str>,
    registered: Moment,
    keys: Vec<KeyRow>,
    /// Revoked and expired.
    ended: Vec<KeyRow>,
    /// None where it can have no more keys.
    key_fields: Option<[Field; 2]>,
    once: Once,
    /// Why not, where that is not what `told` tells.
    full: Option<String>,
    details: [Field; 3],
    /// What ends with it.
    losses: String,
    error_summary: Option<ErrorSummary>,
    refusal: Option<String>,
}

impl Own {
    pub fn new(
        chrome: Chrome,
        (application, keys): (&Application, &[Key]),
        lacks_proof: bool,
        typed: &Typed,
        now: DateTime<Utc>,
    ) -> Self {
        let (alive, ended): (Vec<&Key>, Vec<&Key>) = keys.iter().partition(|key| key.is_alive(now));
        let is_full = i64::try_from(alive.len()).is_ok_and(|n| n >= keys::MAX_ALIVE);
        let may_have = application.status == Status::Approved;
        let key_fields = (may_have && !is_full).then(|| key_fields(&typed.key, &typed.key_errors));
        let details = application_fields(&typed.details, &typed.detail_errors);
        let error_summary = ErrorSummary::of(details.iter().chain(key_fields.iter().flatten()));
        Self {
            chrome: chrome.with_error(error_summary.is_some()),
            name: application.name.clone(),
            href: own_url(application.id),
            state: status_chip(application.status),
            told: told(application.status).or_else(|| lacks_proof.then_some(UNPROVEN)),
            registered: Moment::new(application.requested_at, now),
            losses: losses(&alive, now),
            keys: alive.into_iter().map(|key| KeyRow::new(key, now)).collect(),
            ended: ended.into_iter().map(|key| KeyRow::new(key, now)).collect(),
            key_fields,
            once: Once::fresh(),
            full: (may_have && is_full).then(full),
            details,
            error_summary,
            refusal: None,
        }
    }

    /// Says that nothing was done, and why.
    #[must_use]
    pub fn refusing(self, why: String) -> Self {
        Self { chrome: self.chrome.with_error(true), refusal: Some(why), ..self }
    }
}

/// As many keys as there may be.
pub fn full() -> String {
    format!("An application has at most {} keys. Revoke one to create another.", keys::MAX_ALIVE)
}

/// What a deletion takes along.
fn losses(alive: &[&Key], now: DateTime<Utc>) -> String {
    let used = alive.iter().filter_map(|key| Some((key.last_used_at?, key))).max_by_key(|(at, _)| *at);
    let used = used.map(|(at, key)| format!(" “{}” was used last, {}.", key.name, Moment::new(at, now).relative));
    match alive.len() {
        0 => "It has no keys that work.".to_owned(),
        1 => format!("Its key ends with it, at once and for good.{}", used.unwrap_or_default()),
        n => format!("Its {n} keys end with it, at once and for good.{}", used.unwrap_or_default()),
    }
}

/// The only page that ever shows a key.
#[derive(Template)]
#[template(path = "applications/key_created.html")]
pub struct KeyShown {
    chrome: Chrome,
    key: KeyRow,
    secret: String,
    application: String,
    href: String,
}

impl KeyShown {
    pub fn new(
        chrome: Chrome,
        application: &Application,
        (key, secret): (&Key, &KeySecret),
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            chrome,
            key: KeyRow::new(key, now),
            secret: secret.as_str().to_owned(),
            application: application.name.clone(),
            href: own_url(application.id),
        }
    }
}
