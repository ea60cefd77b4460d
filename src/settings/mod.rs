//! The settings as admins see and change them, and as `docs/settings.md` lists them.

mod forms;
pub mod handlers;
mod operations;
mod present;
mod reference;
mod views;

pub use operations::who_was_quicker;
pub use reference::markdown;
pub use views::Conflict;
