//! The box in which an admin invites people, ready to be shown: in a dialog on the list pages, and on a page of its own.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::chrome::ErrorSummary;
use super::cookies::Cookies;
use super::htmx::Htmx;
use super::mailto::{Separator, ShownLinks};
use crate::config::Config;

/// The page that holds nothing but the box.
pub const PATH: &str = "/admin/invitations/new";

/// The box. As it comes out of a request it is empty.
pub struct Invite {
    /// It can be closed.
    pub in_dialog: bool,
    /// Whether mail can be sent from here.
    pub delivers: bool,
    pub semicolons: bool,
    /// What has to be mended, or was typed and not taken.
    pub addresses: String,
    /// What is wrong with all of it.
    pub error: Option<String>,
    pub error_summary: Option<ErrorSummary>,
    pub check: InviteCheck,
    pub result: Option<InviteResult>,
}

/// How a text stands up to a look at it.
#[derive(Default)]
pub struct InviteCheck {
    pub words: InviteWords,
    /// Only where somebody can be invited.
    pub preview: Option<MessagePreview>,
}

/// What there is to say about the addresses of a text.
#[derive(Default)]
pub struct InviteWords {
    pub chips: Vec<AddressChip>,
    pub known: Vec<KnownAddress>,
    pub notes: Vec<String>,
}

/// `tone` as with any chip.
pub struct AddressChip {
    pub text: String,
    pub tone: &'static str,
    pub why: Option<String>,
}

/// Somebody with a record.
pub struct KnownAddress {
    pub email: String,
    pub href: String,
    /// "is registered already (approved)".
    pub words: String,
}

/// The message as it will be.
pub struct MessagePreview {
    pub bcc: String,
    pub subject: String,
    pub text: String,
    pub notes: Vec<String>,
}

/// What was done.
pub struct InviteResult {
    pub words: String,
    /// The same for another page, where nobody needs the box any more.
    pub farewell: Option<String>,
    /// Those of the others who need no mending.
    pub others: InviteWords,
    /// For the admin's mail program.
    pub prepared: Option<PreparedMessage>,
}

/// A message that waits for the admin to send it.
pub struct PreparedMessage {
    pub links: ShownLinks,
    /// Subject, an empty line, text.
    pub message: String,
}

impl Invite {
    fn of(request: &HttpRequest) -> Self {
        let (Some(config), Some(cookies)) = (request.app_data::<Data<Config>>(), request.app_data::<Data<Cookies>>())
        else {
            unreachable!("the server hands both to every request");
        };
        let htmx = Htmx::of(request);
        let is_on_page = htmx.seen_page.is_some_and(|page| page.as_str().split('?').next() == Some(PATH));
        Self {
            in_dialog: htmx.wants_fragment && !is_on_page,
            delivers: config.mail.is_some(),
            semicolons: Separator::of(request, cookies) == Separator::Semicolon,
            addresses: String::new(),
            error: None,
            error_summary: None,
            check: InviteCheck::default(),
            result: None,
        }
    }

    /// Whether there is something left to type or to mend.
    pub fn asks(&self) -> bool {
        self.result.is_none() || !self.addresses.is_empty()
    }

    /// What to say on another page, where this one has nothing left to do.
    pub fn farewell(&self) -> Option<&str> {
        self.result.as_ref().filter(|_| !self.asks())?.farewell.as_deref()
    }

    #[must_use]
    pub fn with(self, separator: Separator) -> Self {
        Self { semicolons: separator == Separator::Semicolon, ..self }
    }

    /// For the pages that hold the dialog.
    #[must_use]
    pub fn in_dialog(self) -> Self {
        Self { in_dialog: true, ..self }
    }
}

impl InviteWords {
    pub fn is_empty(&self) -> bool {
        self.chips.is_empty() && self.known.is_empty() && self.notes.is_empty()
    }
}

impl FromRequest for Invite {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
