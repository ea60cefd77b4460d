//! Admins hear of applications that wait.

use chrono::{DateTime, Utc};

use crate::admins;
use crate::applications::queries::Application;
use crate::db::{Conn, QueryResult};
use crate::developers::Developer;
use crate::outbox::{Kind, Letter, Post};
use crate::policy::Policy;

/// Writes to the admins who want to hear of each request.
pub fn tell_admins(
    conn: &mut Conn,
    (application, owner): (&Application, &Developer),
    (policy, post): (&Policy, &Post),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let letter = |address: &str| {
        let values = vec![
            ("name", owner.shown_name().to_owned()),
            ("email", owner.email.clone()),
            ("application", application.name.clone()),
        ];
        Letter::new(Kind::ApplicationWaiting, address, values)
            .about(owner.id)
            .about_application(application.id)
            .linking(format!("/admin/applications/{}", application.id))
    };
    admins::tell_at_once(conn, letter, (policy, post), now)
}
