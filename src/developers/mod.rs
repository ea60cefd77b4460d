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

pub use operations::{Decided, NewRecord, enter};
pub use queries::{Developer, any_exist, known_ids, known_mailboxes};
pub use status::{Action, Status, Transition};
