//! The rows of the five tabs: each tells what one wants to know there.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};

use super::verification_chip;
use crate::desk::{Decision, List, Moves, RowContext, reason, status_chip};
use crate::developers::queries::Developer;
use crate::ids::DeveloperId;
use crate::keys::{Stops, stops_in_words};
use crate::web::chrome::Chip;
use crate::web::moments::Moment;

/// What a revoke would stop, of those who can be revoked.
pub type Beside = HashMap<DeveloperId, Stops>;
type Context = RowContext<Beside>;

fn moves(developer: &Developer, context: &Context) -> Moves {
    let stops = context.beside.get(&developer.id);
    context.moves(developer).stopping(stops.and_then(|stops| stops_in_words(stops, context.now)))
}

/// Name and address.
pub struct Person {
    pub id: String,
    pub name: String,
    pub email: String,
    /// The name's first letter, for the eye only.
    pub initial: String,
    pub href: String,
    /// Whether the row can be ticked.
    pub is_selectable: bool,
}

impl Person {
    fn new(developer: &Developer, context: &Context) -> Self {
        Self {
            id: developer.id.to_string(),
            name: developer.shown_name().to_owned(),
            email: developer.email.clone(),
            initial: developer.shown_name().chars().take(1).flat_map(char::to_uppercase).collect(),
            href: context.record_url(developer),
            is_selectable: false,
        }
    }
}

pub struct RequestedRow {
    pub person: Person,
    pub moves: Moves,
    pub organization: String,
    pub purpose: String,
    pub requested: Moment,
    pub verification: Chip,
}

impl RequestedRow {
    pub fn new(developer: &Developer, context: &Context) -> Self {
        Self {
            person: Person::new(developer, context),
            moves: moves(developer, context),
            organization: developer.organization.clone(),
            purpose: developer.purpose.clone(),
            requested: Moment::new(developer.requested_at, context.now),
            verification: verification_chip(developer),
        }
    }
}

pub struct ApprovedRow {
    pub person: Person,
    pub moves: Moves,
    pub organization: String,
    pub purpose: String,
    pub decided: Moment,
    pub decided_by: String,
}

impl ApprovedRow {
    pub fn new(developer: &Developer, context: &Context) -> Self {
        Self {
            person: Person { is_selectable: true, ..Person::new(developer, context) },
            moves: moves(developer, context),
            organization: developer.organization.clone(),
            purpose: developer.purpose.clone(),
            decided: context.decided(developer),
            decided_by: developer.decided_by.clone().unwrap_or_default(),
        }
    }
}

/// Rejected and revoked developers.
pub struct RefusedRow {
    pub person: Person,
    pub moves: Moves,
    pub reason: Option<String>,
    pub decided: Moment,
    pub decided_by: String,
}

impl RefusedRow {
    pub fn new(developer: &Developer, context: &Context) -> Self {
        Self {
            person: Person::new(developer, context),
            moves: moves(developer, context),
            reason: reason(developer),
            decided: context.decided(developer),
            decided_by: developer.decided_by.clone().unwrap_or_default(),
        }
    }
}

pub struct AnyRow {
    pub person: Person,
    pub moves: Moves,
    pub status: Chip,
    pub requested: Moment,
    pub decision: Option<Decision>,
}

impl AnyRow {
    pub fn new(developer: &Developer, context: &Context) -> Self {
        Self {
            person: Person::new(developer, context),
            moves: moves(developer, context),
            status: status_chip(developer.status),
            requested: Moment::new(developer.requested_at, context.now),
            decision: Decision::of(developer, context.now),
        }
    }
}

/// A row by itself, as it stands on All: it fits under the headers of every tab.
#[derive(Template)]
#[template(path = "developers/_any_row.html")]
pub struct AnyRowAlone {
    pub row: AnyRow,
}

impl AnyRowAlone {
    pub fn new(developer: &Developer, beside: Beside, list: &List, now: DateTime<Utc>) -> Self {
        Self { row: AnyRow::new(developer, &RowContext::new(list, beside, now)) }
    }
}
