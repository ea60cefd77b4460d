//! An application: what a developer uses the APIs with. It has the statuses and the table of moves that developers have;
//! its keys work while it and its developer are approved.
//!
//! Rows are locked in one order, whoever acts: the developer, the application, its keys and mails.

mod forms;
pub mod handlers;
mod operations;
mod queries;
mod values;
mod views;

pub use operations::{
    Created, KeyCreated, create, create_key, delete, delete_own, edit, edit_own, enter, revoke_key, subject, transition,
};
pub use queries::{Application, NewRecord, find, known_ids, of_developer};
pub use values::{ApplicationName, CallbackUrl, Details};

/// How many applications a developer may have, in whatever status.
pub const MAX_PER_DEVELOPER: i64 = 50;
