//! What developers do with their own applications. Nobody else's is found here.

use super::{carry_out, notices, remove, rewrite, subject};
use crate::applications::MAX_PER_DEVELOPER;
use crate::applications::queries::{self, Application, Held};
use crate::applications::values::Details;
use crate::audit::{self, Actor, Entry, Event, Occasion};
use crate::db::{Conn, QueryResult};
use crate::desk::{Action, Status};
use crate::developers;
use crate::ids::{ApplicationId, DeveloperId};
use crate::outbox::Post;
use crate::policy::Policy;

/// How asking for an application ended.
#[derive(Debug)]
pub enum Created {
    Done(Box<Application>),
    /// The developer has as many as there may be.
    Full,
    /// The developer is gone or not approved any more.
    NotAllowed,
}

/// A new application, which waits for a decision or is approved at once, as the policy says.
pub fn create(
    conn: &mut Conn,
    developer: DeveloperId,
    new: &Details,
    post: &Post,
    occasion: &Occasion,
) -> QueryResult<Created> {
    // Held alone, so that two at once do not both become the last one.
    let Some(owner) = developers::lock(conn, developer)?.filter(|owner| owner.status == Status::Approved) else {
        return Ok(Created::NotAllowed);
    };
    if queries::count_of(conn, owner.id)? >= MAX_PER_DEVELOPER {
        return Ok(Created::Full);
    }
    let application = queries::insert(conn, &owner, new, occasion.at)?;
    let entry =
        Entry { to: Some(application.status.as_str()), ..Entry::new(Event::ApplicationCreated, subject(&application)) };
    audit::record(conn, occasion, &entry)?;
    let policy = Policy::read(conn)?;
    let approval = application.status.transition(Action::Approve).filter(|_| policy.approves_applications());
    let Some(approval) = approval else {
        notices::tell_admins(conn, (&application, &owner), (&policy, post), occasion.at)?;
        return Ok(Created::Done(Box::new(application)));
    };
    let by_itself = Occasion { actor: Actor::System("auto-approval"), ..occasion.clone() };
    let approved = carry_out(conn, (&application, &owner), approval, ("", false), (&policy, post), &by_itself)?;
    Ok(Created::Done(Box::new(approved)))
}

/// The application, where it is the developer's. Whoever lost their access a moment ago has none.
pub fn own(conn: &mut Conn, developer: DeveloperId, id: ApplicationId) -> QueryResult<Option<Held>> {
    let is_theirs = |held: &Held| held.owner.id == developer && held.owner.status == Status::Approved;
    Ok(queries::lock(conn, id)?.filter(is_theirs))
}

/// Another name, description or callback URL by the developer, who sees no version; none when they have no such
/// application.
pub fn edit_own(
    conn: &mut Conn,
    developer: DeveloperId,
    id: ApplicationId,
    details: &Details,
    occasion: &Occasion,
) -> QueryResult<Option<Application>> {
    own(conn, developer, id)?.map(|held| rewrite(conn, held.application, details, occasion)).transpose()
}

/// The same for the end of an application.
pub fn delete_own(
    conn: &mut Conn,
    developer: DeveloperId,
    id: ApplicationId,
    occasion: &Occasion,
) -> QueryResult<Option<Application>> {
    own(conn, developer, id)?.map(|held| remove(conn, held.application, occasion)).transpose()
}
