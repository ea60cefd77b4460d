//! What the templates of invitations read.

mod check;
mod list;
mod refusal;
mod result;
mod text;

pub use check::checked;
pub use list::{List, NO_RESEND, Page, resent, settled, superseded, withdrawn};
pub use refusal::{NO_MAIL, day_limit, nobody, refused, too_many};
pub use result::{prepared, queued};
pub use text::Text;

use askama::Template;

use crate::web::chrome::Chrome;
use crate::web::invite::{Invite, InviteCheck};

/// The page that holds nothing but the box.
#[derive(Template)]
#[template(path = "invitations/new.html")]
pub struct New {
    pub chrome: Chrome,
    pub invite: Invite,
}

/// The box alone.
#[derive(Template)]
#[template(path = "shared/_invite.html")]
pub struct InviteAlone {
    pub invite: Invite,
}

/// What the box says about the text in it, alone.
#[derive(Template)]
#[template(path = "shared/_invite_check.html")]
pub struct CheckAlone {
    pub invite_check: InviteCheck,
}
