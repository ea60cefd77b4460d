//! A developer's applications and keys, as an admin sees them.

use chrono::{DateTime, Utc};

use super::KeyRow;
use crate::desk::{Noun, status_chip};
use crate::keys::queries::Holding;
use crate::web::chrome::Chip;

/// An application with its keys.
pub struct HoldingRow {
    pub name: String,
    /// The application's page.
    pub href: String,
    pub status: Chip,
    pub keys: Vec<KeyRow>,
}

impl HoldingRow {
    pub fn new(holding: &Holding, now: DateTime<Utc>) -> Self {
        Self {
            name: holding.name.clone(),
            href: format!("{}/{}", Noun::Application.path(), holding.application),
            status: status_chip(holding.status),
            keys: holding.keys.iter().map(|key| KeyRow::new(key, now)).collect(),
        }
    }
}
