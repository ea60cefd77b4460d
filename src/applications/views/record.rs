//! One application, whole, as admins see it.

use askama::Template;
use chrono::{DateTime, Utc};

use super::rows::{Beside, Owner};
use crate::applications::queries::Application;
use crate::desk::{Around, Decision, Edit, Happening, History, List, Moves, status_chip};
use crate::gateway::Spread;
use crate::keys::{Key, KeyRow, Stops, lost_keys};
use crate::web::chrome::{Chip, Chrome, ErrorSummary};
use crate::web::mailto::mailto;
use crate::web::moments::Moment;

/// What is told of an application besides the row.
pub struct Facts {
    pub history: History,
    pub keys: Vec<Key>,
    pub beside: Beside,
    /// Which gateways know of the last change; none where nothing changed lately that concerns them.
    pub spread: Option<Spread>,
}

/// The application's part of the page.
#[derive(Template)]
#[template(path = "applications/_record.html")]
pub struct RecordAlone {
    pub record: Record,
}

pub struct Record {
    pub id: String,
    pub name: String,
    pub status: Chip,
    pub owner: Owner,
    pub email: String,
    pub mailto: String,
    pub description: String,
    /// Empty where there is none.
    pub callback_url: String,
    /// Whether a browser may be led there.
    pub is_link: bool,
    pub requested: Moment,
    pub decision: Option<Decision>,
    pub moves: Moves,
    pub keys: Vec<KeyRow>,
    pub spread: Option<Spread>,
    pub timeline: Vec<Happening>,
    pub edit: Edit,
}

impl Record {
    pub fn new(application: &Application, facts: &Facts, (list, edit): (&List, Edit), now: DateTime<Utc>) -> Self {
        let stops = facts.beside.stops(application, now);
        Self {
            id: application.id.to_string(),
            name: application.name.clone(),
            status: status_chip(application.status),
            owner: facts.beside.owner(application),
            email: application.email.clone(),
            mailto: mailto(&application.email),
            description: application.description.clone(),
            callback_url: application.callback_url.clone(),
            is_link: is_link(&application.callback_url),
            requested: Moment::new(application.requested_at, now),
            decision: Decision::of(application, now),
            moves: Moves::on_page(application, list).stopping(stops),
            keys: facts.keys.iter().map(|key| KeyRow::new(key, now)).collect(),
            spread: facts.spread.clone(),
            timeline: facts.history.lines(&application.email, now),
            edit,
        }
    }
}

/// Of what stands in the database: the form takes nothing else, but a link must not depend on that.
fn is_link(address: &str) -> bool {
    let starts_with = |scheme: &str| address.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme));
    starts_with("https://") || starts_with("http://")
}

#[derive(Template)]
#[template(path = "applications/show.html")]
pub struct Show {
    chrome: Chrome,
    around: Around,
    record: Record,
}

impl Show {
    pub fn new(chrome: Chrome, mut around: Around, mut record: Record) -> Self {
        around.error_summary = around.error_summary.or_else(|| ErrorSummary::of(&record.edit.fields));
        record.moves.reason = std::mem::take(&mut around.reason);
        Self { chrome: chrome.with_error(around.error_summary.is_some()), around, record }
    }
}

/// What goes with an application when it is deleted.
pub fn losses(application: &Application, stops: &Stops, now: DateTime<Utc>) -> Vec<String> {
    let lines = [
        Some("the record with name, description and callback URL".to_owned()),
        lost_keys(stops, now),
        Some("unsent mail about it".to_owned()),
        application.decided_at.is_some().then(|| "the last decision and its reason".to_owned()),
    ];
    lines.into_iter().flatten().collect()
}
