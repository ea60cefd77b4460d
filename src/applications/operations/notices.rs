//! Admins hear of applications that wait.

use chrono::{DateTime, TimeDelta, Utc};

use crate::admins;
use crate::applications::queries::Application;
use crate::db::{Conn, QueryResult};
use crate::developers::Developer;
use crate::outbox::{self, Kind, Letter, Post};
use crate::policy::Policy;

/// An admin hears of so many applications an hour one by one. More than that is a flood, which the list shows better.
const SINGLE_NOTICES: i64 = 20;

/// Writes to the admins who want to hear of each request.
pub fn tell_admins(
    conn: &mut Conn,
    (application, owner): (&Application, &Developer),
    (policy, post): (&Policy, &Post),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let an_hour_ago = now - TimeDelta::hours(1);
    for address in admins::told_at_once(conn)? {
        if outbox::recent_notices(conn, Kind::ApplicationWaiting, &address, an_hour_ago)? >= SINGLE_NOTICES {
            continue;
        }
        let values = vec![
            ("name", owner.shown_name().to_owned()),
            ("email", owner.email.clone()),
            ("application", application.name.clone()),
        ];
        let letter = Letter::new(Kind::ApplicationWaiting, &address, values)
            .about(owner.id)
            .about_application(application.id)
            .linking(format!("/admin/applications/{}", application.id));
        post.enqueue(conn, policy, &letter, now)?;
    }
    Ok(())
}
