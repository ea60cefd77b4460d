//! How an invitation stands. Nothing stores it: it follows from what happened.

use chrono::{DateTime, Utc};

use super::queries::Listed;
use super::{LIFETIME, Via};
use crate::outbox;
use crate::text_enum::text_enum;

text_enum! {
    /// How an invitation stands.
    pub enum State {
        /// Written for the admin's own mail program.
        Prepared = "prepared",
        Queued = "queued",
        Sent = "sent",
        /// The mail was refused for good.
        Failed = "failed",
        /// Somebody followed the link, or a program that reads mail did.
        Opened = "opened",
        Registered = "registered",
        Expired = "expired",
        Withdrawn = "withdrawn",
    }
}

impl State {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Prepared => "Prepared",
            Self::Queued => "Queued",
            Self::Sent => "Sent",
            Self::Failed => "Failed",
            Self::Opened => "Opened",
            Self::Registered => "Registered",
            Self::Expired => "Expired",
            Self::Withdrawn => "Withdrawn",
        }
    }

    /// Whether it can still be taken back; and sent, or sent again.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Registered | Self::Withdrawn)
    }

    /// Whether somebody holds a personal link that works, or is about to.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Sent | Self::Opened)
    }
}

impl Listed {
    pub fn state(&self, now: DateTime<Utc>) -> State {
        let Self { invitation, mail } = self;
        if invitation.registered_at.is_some() {
            return State::Registered;
        }
        if invitation.withdrawn_at.is_some() {
            return State::Withdrawn;
        }
        if invitation.via == Via::MailApp {
            return State::Prepared;
        }
        // A clock that was set back must not lengthen a link's life.
        if (now - invitation.invited_at).abs() >= LIFETIME {
            return State::Expired;
        }
        match mail {
            _ if invitation.opened_at.is_some() => State::Opened,
            Some(outbox::State::Waiting) => State::Queued,
            Some(outbox::State::Failed | outbox::State::Withdrawn) => State::Failed,
            Some(outbox::State::Sent) | None => State::Sent,
        }
    }
}
