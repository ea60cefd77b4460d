//! Mail: written in the transaction of what it tells, delivered afterwards, and never lost in between.
//!
//! ```text
//!  enqueue ──▶ waiting ──────────────▶ sent
//!                │  ▲ │ │
//!          tries │  │ │ └─ refused for good, or ten times ──▶ failed ── retry ──▶ waiting
//!                └──┘ └─── overtaken by another decision ──▶ withdrawn
//! ```
//!
//! A text is filled in when it is written. Only its link is kept apart, encrypted, and is gone from the row once the
//! mail was delivered, so that neither a dump nor the disk tells a token.

mod courier;
mod emails;
mod kind;
mod letter;
mod patience;
mod queries;
mod smtp;

use chrono::TimeDelta;

use crate::text_enum::text_enum;

pub use courier::Courier;
pub use emails::{OutgoingMail, Unwritten};
pub use kind::{Kind, Placeholder};
pub use letter::{Filled, Letter, MARK, Post, check_body, check_subject, fill};
pub use patience::Patience;
pub use queries::{
    Counts, Mail, counts, decide_again, discard_unsent, discard_unsent_of_application, find, of_application,
    of_developer, page, recent_notices, retry, retry_failed, trouble, withdraw, withdraw_of_applications,
};
pub use smtp::{Smtp, SmtpFault};

/// A decision waits this long, so that one taken back at once tells nobody.
pub const HOLD: TimeDelta = TimeDelta::seconds(10);

text_enum! {
    /// What became of a mail.
    pub enum State {
        Waiting = "waiting",
        Sent = "sent",
        Failed = "failed",
        /// Overtaken by another decision, or taken back, before it was sent.
        Withdrawn = "withdrawn",
    }
}
