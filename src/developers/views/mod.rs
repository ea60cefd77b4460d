//! What the templates about developers read besides what the desk says of every record.

mod list;
mod record;
mod rows;
mod selected;

pub use list::list_page;
pub use record::{Facts, Record, RecordAlone, Show, losses, person_fields};
pub use rows::{AnyRowAlone, Beside};
pub use selected::Email;

use super::queries::Developer;
use crate::web::chrome::Chip;

fn verification_chip(developer: &Developer) -> Chip {
    match developer.email_verified_at {
        Some(_) => Chip { text: "Email verified", tone: "good" },
        None => Chip { text: "Not verified", tone: "warn" },
    }
}
