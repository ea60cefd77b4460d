//! What the templates read: the developers' own pages.

mod own;
mod parts;
mod words;

pub use own::{KeyShown, Own, OwnList, PATH, Typed, full, own_url};
pub use words::{created, no_keys, no_more_applications, revoked_before, saved};
