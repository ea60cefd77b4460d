//! The rows of the five tabs: each tells what one wants to know there, and whose the application is.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};

use crate::applications::queries::Application;
use crate::desk::{Decision, List, Moves, Noun, RowContext, reason, status_chip};
use crate::developers::Developer;
use crate::ids::{ApplicationId, DeveloperId};
use crate::keys::{Stops, stops_in_words};
use crate::web::chrome::Chip;
use crate::web::moments::Moment;

/// What rows tell besides themselves.
#[derive(Default)]
pub struct Beside {
    pub owners: HashMap<DeveloperId, Developer>,
    /// What a revoke would stop, of those that can be revoked.
    pub stops: HashMap<ApplicationId, Stops>,
}

impl Beside {
    pub fn owner(&self, application: &Application) -> Owner {
        let owner = self.owners.get(&application.developer_id);
        Owner {
            name: owner.map_or(application.email.as_str(), Developer::shown_name).to_owned(),
            href: format!("{}/{}", Noun::Developer.path(), application.developer_id),
            status: owner.map(|owner| status_chip(owner.status)),
        }
    }

    pub fn stops(&self, application: &Application, now: DateTime<Utc>) -> Option<String> {
        // That the application itself stops goes without saying.
        let mut stops = self.stops.get(&application.id)?.clone();
        stops.working.applications = 0;
        stops_in_words(&stops, now)
    }
}

type Context = RowContext<Beside>;

fn moves(application: &Application, context: &Context) -> Moves {
    context.moves(application).stopping(context.beside.stops(application, context.now))
}

/// Whose it is.
pub struct Owner {
    pub name: String,
    /// The developer's page.
    pub href: String,
    /// None where they are just being deleted.
    pub status: Option<Chip>,
}

/// Name, and the owner's address.
pub struct Named {
    pub id: String,
    pub name: String,
    pub email: String,
    /// The name's first letter, for the eye only.
    pub initial: String,
    pub href: String,
}

impl Named {
    fn new(application: &Application, context: &Context) -> Self {
        Self {
            id: application.id.to_string(),
            name: application.name.clone(),
            email: application.email.clone(),
            initial: application.name.chars().take(1).flat_map(char::to_uppercase).collect(),
            href: context.record_url(application),
        }
    }
}

pub struct RequestedRow {
    pub named: Named,
    pub moves: Moves,
    pub owner: Owner,
    pub description: String,
    pub requested: Moment,
}

impl RequestedRow {
    pub fn new(application: &Application, context: &Context) -> Self {
        Self {
            named: Named::new(application, context),
            moves: moves(application, context),
            owner: context.beside.owner(application),
            description: application.description.clone(),
            requested: Moment::new(application.requested_at, context.now),
        }
    }
}

pub struct ApprovedRow {
    pub named: Named,
    pub moves: Moves,
    pub owner: Owner,
    pub description: String,
    pub decided: Moment,
    pub decided_by: String,
}

impl ApprovedRow {
    pub fn new(application: &Application, context: &Context) -> Self {
        Self {
            named: Named::new(application, context),
            moves: moves(application, context),
            owner: context.beside.owner(application),
            description: application.description.clone(),
            decided: context.decided(application),
            decided_by: application.decided_by.clone().unwrap_or_default(),
        }
    }
}

/// Rejected and revoked applications.
pub struct RefusedRow {
    pub named: Named,
    pub moves: Moves,
    pub owner: Owner,
    pub reason: Option<String>,
    pub decided: Moment,
    pub decided_by: String,
}

impl RefusedRow {
    pub fn new(application: &Application, context: &Context) -> Self {
        Self {
            named: Named::new(application, context),
            moves: moves(application, context),
            owner: context.beside.owner(application),
            reason: reason(application),
            decided: context.decided(application),
            decided_by: application.decided_by.clone().unwrap_or_default(),
        }
    }
}

pub struct AnyRow {
    pub named: Named,
    pub moves: Moves,
    pub owner: Owner,
    pub status: Chip,
    pub requested: Moment,
    pub decision: Option<Decision>,
}

impl AnyRow {
    pub fn new(application: &Application, context: &Context) -> Self {
        Self {
            named: Named::new(application, context),
            moves: moves(application, context),
            owner: context.beside.owner(application),
            status: status_chip(application.status),
            requested: Moment::new(application.requested_at, context.now),
            decision: Decision::of(application, context.now),
        }
    }
}

/// A row by itself, as it stands on All: it fits under the headers of every tab.
#[derive(Template)]
#[template(path = "applications/_any_row.html")]
pub struct AnyRowAlone {
    pub row: AnyRow,
}

impl AnyRowAlone {
    pub fn new(application: &Application, beside: Beside, list: &List, now: DateTime<Utc>) -> Self {
        Self { row: AnyRow::new(application, &RowContext::new(list, beside, now)) }
    }
}
