//! What happens to invitations: each function is the body of one transaction, or a part of one.

mod check;
mod invite;
mod link;

pub use check::{Bad, Checked, Known, check};
pub use invite::{Invited, Outcome, Repeated, Withdrawal, invite, resend, withdraw};
pub use link::{Holder, Standing, hold, holder, lock_holder, opened, registered, used};

use super::queries::Invitation;
use crate::audit::{Entry, Event, Subject, SubjectKind};

fn entry(event: Event, invitation: &Invitation) -> Entry {
    let subject = Subject {
        kind: SubjectKind::Invitation,
        id: Some(invitation.id.0),
        name: String::new(),
        email: invitation.email.clone(),
    };
    Entry::new(event, subject)
}
