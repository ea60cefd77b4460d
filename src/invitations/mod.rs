//! Invitations: an admin asks people to register, by mail from the admin's own program or from here.
//!
//! ```text
//!   mail program: prepared ───────────────────────────────▶ registered
//!   from here:    queued ──▶ sent ──▶ opened ─────────────▶ registered
//!                    └─ failed                         after 14 days: expired
//!                 any of them, until it is used ── withdraw ──▶ withdrawn
//! ```
//!
//! Only what goes out from here has a personal link, which is bound to the address, proves it, and works once. What an
//! admin's mail program does nobody here knows: such an invitation is prepared, and never said to be sent.

mod addresses;
mod forms;
pub mod handlers;
mod list;
mod operations;
mod queries;
mod state;
mod views;

use chrono::TimeDelta;

use self::operations::{Bad, Checked, Invited, Known};
use crate::text_enum::text_enum;

pub use operations::{Holder, Standing, hold, holder, lock_holder, opened, registered, used};
pub use queries::Invitation;

/// How many people can be invited at once.
pub const MAX_AT_ONCE: usize = 500;

/// How long a personal link works.
pub const LIFETIME: TimeDelta = TimeDelta::days(14);

text_enum! {
    /// How an invitation gets to somebody.
    pub enum Via {
        /// The admin's own mail program, in one message to all.
        MailApp = "mail_app",
        /// This server's mail, one for each.
        Server = "server",
    }
}
