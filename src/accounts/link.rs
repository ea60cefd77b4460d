//! Links that mails carry: for one developer and one purpose, for a while, once.

use chrono::TimeDelta;

use crate::text_enum::text_enum;

text_enum! {
    /// What a link is good for.
    pub enum Purpose {
        /// Shows that a mailbox is somebody's own.
        Verify = "verify",
        /// Sets a password.
        Reset = "reset",
        /// Sets the first password of somebody whom an admin added.
        Welcome = "welcome",
    }
}

impl Purpose {
    /// Those with which a password is set.
    pub const PASSWORD: &'static [Self] = &[Self::Reset, Self::Welcome];

    /// How long a link works.
    pub const fn lifetime(self) -> TimeDelta {
        match self {
            Self::Verify => TimeDelta::hours(24),
            Self::Reset => TimeDelta::minutes(30),
            // They did not ask for it, and may be away.
            Self::Welcome => TimeDelta::days(14),
        }
    }

    /// The page that a link leads to.
    pub fn path(self, token: &str) -> String {
        match self {
            Self::Verify => format!("/verify/{token}"),
            Self::Reset | Self::Welcome => format!("/password/reset/{token}"),
        }
    }
}
