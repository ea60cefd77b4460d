//! Inviting people, and looking after the invitations.

mod list;
mod new;

pub use list::{list, resend, withdraw};
pub use new::{check, invite, new};

const SECTION: &str = "invitations";
