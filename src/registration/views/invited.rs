//! What somebody who is invited is told instead of the form.

use askama::Template;

use crate::developers::Developer;
use crate::invitations::{Holder, LIFETIME, Standing};
use crate::web::chrome::Chrome;

/// Somebody who is invited has a record of their own already.
#[derive(Template)]
#[template(path = "registration/known.html")]
pub struct Known {
    chrome: Chrome,
    email: String,
    status_words: &'static str,
}

impl Known {
    pub fn new(chrome: Chrome, developer: &Developer) -> Self {
        Self { chrome, email: developer.email.clone(), status_words: developer.status.told() }
    }
}

/// A personal link that is no longer good, and what can be done instead.
#[derive(Template)]
#[template(path = "registration/invitation_over.html")]
pub struct InvitationOver {
    chrome: Chrome,
    heading: &'static str,
    text: String,
    is_used: bool,
    is_open: bool,
    invited_by: String,
}

impl InvitationOver {
    /// What is so, in a few words.
    pub const fn heading(standing: Standing) -> &'static str {
        match standing {
            Standing::Used => "You have an account already",
            Standing::Withdrawn => "This invitation was withdrawn",
            Standing::Expired => "This invitation has expired",
            Standing::Replaced => "A newer invitation was sent to you",
            Standing::Good => "This invitation cannot be used",
        }
    }

    /// `is_open`: they may register without it now.
    pub fn new(chrome: Chrome, Holder { invitation, standing }: &Holder, is_open: bool) -> Self {
        let text = match standing {
            Standing::Used => "There is an account for your address, and a personal link works once. Sign in, or choose a new password.".into(),
            Standing::Withdrawn => "Its link does not work any more.".into(),
            Standing::Expired => format!("A personal link works for {} days.", LIFETIME.num_days()),
            Standing::Replaced => "Only the link in the newest mail works.".into(),
            Standing::Good => "Its address is not valid any more.".into(),
        };
        Self {
            chrome,
            heading: Self::heading(*standing),
            text,
            is_used: *standing == Standing::Used,
            is_open,
            invited_by: invitation.invited_by.clone(),
        }
    }
}
