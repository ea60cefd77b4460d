//! The developer's own side: password, links that mails carry, signing in, the account page.
//!
//! Only somebody approved comes in. Whoever knows the password and is not approved is told the state in words; whoever
//! does not know it is told the same as everybody.

mod forms;
pub mod handlers;
mod link;
mod operations;
mod queries;
mod session;
mod views;

pub use handlers::session::{CurrentDeveloper, DeveloperDoor};
pub use handlers::visitor;
pub use link::Purpose;
pub use operations::{ask_for_link, choose_password, issue_link, prove};
pub use queries::{Link, find_link, set_password};
