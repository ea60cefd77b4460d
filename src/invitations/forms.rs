//! What browsers post about invitations.

use serde::Deserialize;

use super::Via;
use crate::web::mailto::Separator;

/// Five hundred people with their names, as mail programs write them.
pub const MAX_KIB: usize = 256;

#[derive(Deserialize)]
pub struct InviteForm {
    #[serde(default)]
    pub addresses: String,
    /// Which button was pressed.
    pub via: Via,
    #[serde(default)]
    semicolons: String,
}

impl InviteForm {
    pub fn separator(&self) -> Separator {
        Separator::ticked(&self.semicolons)
    }
}

/// A look at what was typed, before any button.
#[derive(Deserialize)]
pub struct CheckForm {
    #[serde(default)]
    pub addresses: String,
    #[serde(default)]
    semicolons: String,
}

impl CheckForm {
    pub fn separator(&self) -> Separator {
        Separator::ticked(&self.semicolons)
    }
}
