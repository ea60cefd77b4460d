//! What the templates read: the developers' own pages, and what applications have at the desk.

mod list;
mod own;
mod parts;
mod record;
mod rows;
mod words;

pub use list::list_page;
pub use own::{KeyShown, Own, OwnList, PATH, Typed, full, own_url};
pub use parts::application_fields;
pub use record::{Facts, Record, RecordAlone, Show, losses};
pub use rows::{AnyRowAlone, Beside};
pub use words::{created, made_before, no_keys, no_more_applications, revoked_before, saved};
