//! An admin: somebody who decides. The first one is made by a one-time link, the others on the command line.

mod forms;
pub mod handlers;
mod operations;
mod queries;
mod session;
mod views;

pub use handlers::session::{CurrentAdmin, layer};
pub use operations::{AdminError, create, offer_setup, reset_password};
