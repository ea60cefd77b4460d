//! A developer: somebody who asked to use the APIs behind the portal. What is decided about them is decided at the
//! [`desk`](crate::desk); here is what only people have.

mod forms;
pub mod handlers;
mod operations;
mod queries;
mod views;

pub use crate::desk::{Action, Status, Transition};
pub use forms::parse_person;
pub use operations::{
    Addition, Decided, NewRecord, Registered, Registration, acting, add, approve_by_itself, approve_invited, claim,
    edit_own, enter, register, subject, verify,
};
pub use queries::{
    Developer, any_exist, by_ids, by_mailbox, by_mailboxes, end_sessions, find, known_ids, known_mailboxes, lock,
};
