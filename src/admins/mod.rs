//! An admin: somebody who decides. The first one is made by a one-time link, the others on the command line.

mod forms;
pub mod handlers;
mod notices;
mod operations;
mod queries;
mod session;
mod views;

pub use handlers::session::{AdminDoor, CurrentAdmin};
pub use notices::{Notices, all_with_notices, choose_notices, tell_at_once};
pub use operations::{AdminError, create, offer_setup, reset_password};
pub use queries::{Notified, take_digests};
