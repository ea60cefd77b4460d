//! One developer, whole.

use askama::Template;
use chrono::{DateTime, Utc};

use super::verification_chip;
use crate::desk::{Around, Decision, Edit, Happening, History, List, Moves, status_chip};
use crate::developers::forms::PersonForm;
use crate::developers::queries::Developer;
use crate::gateway::Spread;
use crate::keys::{Holding, HoldingRow, Stops, lost_keys, stops_in_words};
use crate::values::{Organization, PersonName};
use crate::web::chrome::{Chip, Chrome, ErrorSummary, Field};
use crate::web::form::FieldErrors;
use crate::web::mailto::mailto;
use crate::web::moments::{Moment, counted};

/// What is told of a developer besides the row.
pub struct Facts {
    pub history: History,
    pub holdings: Vec<Holding>,
    /// What a revoke would stop; none where nothing is to be revoked.
    pub stops: Option<Stops>,
    /// Which gateways know of the last change; none where nothing changed lately that concerns them.
    pub spread: Option<Spread>,
}

/// The developer's part of the page.
#[derive(Template)]
#[template(path = "developers/_record.html")]
pub struct RecordAlone {
    pub record: Record,
}

pub struct Record {
    pub id: String,
    pub name: String,
    pub email: String,
    pub mailto: String,
    pub status: Chip,
    pub verification: Chip,
    pub organization: String,
    pub purpose: String,
    pub requested: Moment,
    pub decision: Option<Decision>,
    pub moves: Moves,
    /// The terms that were accepted, and when; none for somebody who accepted none here.
    pub terms: Option<(String, Moment)>,
    pub holdings: Vec<HoldingRow>,
    pub spread: Option<Spread>,
    pub timeline: Vec<Happening>,
    pub edit: Edit,
}

impl Record {
    pub fn new(developer: &Developer, facts: &Facts, (list, edit): (&List, Edit), now: DateTime<Utc>) -> Self {
        let stops = facts.stops.as_ref().and_then(|stops| stops_in_words(stops, now));
        Self {
            id: developer.id.to_string(),
            name: developer.shown_name().to_owned(),
            email: developer.email.clone(),
            mailto: mailto(&developer.email),
            status: status_chip(developer.status),
            verification: verification_chip(developer),
            organization: developer.organization.clone(),
            purpose: developer.purpose.clone(),
            requested: Moment::new(developer.requested_at, now),
            decision: Decision::of(developer, now),
            moves: Moves::on_page(developer, list).stopping(stops),
            terms: developer.terms_accepted_at.map(|at| (developer.terms_version.clone(), Moment::new(at, now))),
            holdings: facts.holdings.iter().map(|holding| HoldingRow::new(holding, now)).collect(),
            spread: facts.spread.clone(),
            timeline: facts.history.lines(&developer.email, now),
            edit,
        }
    }
}

pub fn person_fields(typed: &PersonForm, errors: &FieldErrors) -> Vec<Field> {
    let name = Field { maxlength: PersonName::MAX, ..Field::new("full_name", "Full name", "text", "off") };
    let organization =
        Field { maxlength: Organization::MAX, required: false, ..Field::new("organization", "Company", "text", "off") };
    vec![name.filled(&typed.full_name, errors), organization.filled(&typed.organization, errors)]
}

#[derive(Template)]
#[template(path = "developers/show.html")]
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

/// What goes with a developer when the record is deleted.
pub fn losses(developer: &Developer, stops: &Stops, now: DateTime<Utc>) -> Vec<String> {
    let applications = (stops.all.applications > 0).then(|| counted(stops.all.applications, "application"));
    let held: Vec<String> = applications.into_iter().chain(lost_keys(stops, now)).collect();
    let lines = [
        Some("the record with name, company and purpose".to_owned()),
        (!held.is_empty()).then(|| held.join(" and ")),
        (stops.sessions > 0).then(|| counted(stops.sessions, "session")),
        Some("password and unsent mail".to_owned()),
        developer.decided_at.is_some().then(|| "the last decision and its reason".to_owned()),
    ];
    lines.into_iter().flatten().collect()
}
