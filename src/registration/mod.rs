//! Signing up: the portal's front page, the form, the proof of the mailbox, and whoever has to hear of a new request.
//!
//! Nobody can find out here whether an address is known: the answers are the same, after the same time. Only the
//! owner of the mailbox is told, by mail.

mod forms;
pub mod handlers;
mod notices;
mod operations;
mod views;

pub use notices::digest;
