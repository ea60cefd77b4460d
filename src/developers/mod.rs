//! A developer: somebody who asked to use the APIs behind the portal.
//!
//! ```text
//!              approve                 revoke
//!  requested ───────────▶ approved ───────────▶ revoked
//!      │                    ▲   ▲                  │
//!      │ reject             │   └──── reapprove ───┘
//!      ▼        approve     │
//!   rejected ───────────────┘           any ── delete ──▶ gone
//! ```
//!
//! [`Status::transition`] is this picture as code, and the only place where it stands.

mod forms;
pub mod handlers;
mod list;
mod operations;
mod queries;
mod status;
mod views;

pub use forms::parse_person;
pub use operations::{
    Addition, Decided, NewRecord, Registered, Registration, acting, add, approve_by_itself, approve_invited, claim,
    edit_own, enter, register, subject, verify,
};
pub use queries::{
    Developer, any_exist, by_mailbox, by_mailboxes, end_sessions, find, known_ids, known_mailboxes, lock, waiting,
};
pub use status::{Action, Status, Transition};
