//! Developers whom an admin adds.

use super::letter;
use crate::accounts::{self, Purpose};
use crate::audit::Occasion;
use crate::db::{Conn, QueryResult};
use crate::developers::{self, Addition, Registered, Status};
use crate::invitations;
use crate::outbox::{Kind, Letter, Post};
use crate::policy::Policy;

/// Adds a developer, unless the mailbox has a record. Whoever may sign in, or may hope to, gets a link to choose a
/// password; it proves the mailbox as well.
pub fn add(conn: &mut Conn, new: &Addition, post: &Post, occasion: &Occasion) -> QueryResult<Registered> {
    let invited = invitations::hold(conn, new.email.mailbox())?;
    let registered = developers::add(conn, new, occasion)?;
    let Registered::New(developer) = &registered else { return Ok(registered) };
    // They need no other link, proven or not.
    invited.iter().try_for_each(|open| invitations::used(conn, open, developer.id, occasion))?;
    let state = match developer.status {
        Status::Approved => "After that you can sign in.",
        Status::Requested => "An admin decides about your access, and you hear by mail.",
        Status::Rejected | Status::Revoked => return Ok(registered),
    };
    let letter = letter(Kind::AccountCreated, developer);
    let words = [("admin", occasion.actor.name().to_owned()), ("state", state.to_owned())];
    let values = letter.values.iter().cloned().chain(words).collect();
    let link = accounts::issue_link(conn, Purpose::Welcome, developer.id, occasion.at)?;
    let policy = Policy::read(conn)?;
    post.enqueue(conn, &policy, &Letter { values, ..letter }.linking(link), occasion.at)?;
    Ok(registered)
}
