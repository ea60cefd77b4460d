//! Applications that come with a history.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::search_text;
use crate::applications::values::Details;
use crate::db::{Conn, QueryResult};
use crate::desk::Status;
use crate::ids::{ApplicationId, DeveloperId};
use crate::schema::applications;
use crate::values::{EmailAddress, LongText, sort_text};

/// An application with a history from elsewhere.
#[derive(Clone, Debug)]
pub struct NewRecord {
    pub id: ApplicationId,
    pub developer: DeveloperId,
    /// The developer's.
    pub email: EmailAddress,
    pub details: Details,
    pub status: Status,
    pub requested_at: DateTime<Utc>,
    /// Who decided when and why; of no meaning while it is requested.
    pub decided: (DateTime<Utc>, &'static str, LongText),
}

#[derive(Insertable)]
#[diesel(table_name = applications)]
struct Row<'a> {
    id: ApplicationId,
    developer_id: DeveloperId,
    name: &'a str,
    description: &'a str,
    callback_url: &'a str,
    email: &'a str,
    mailbox: &'a str,
    status: Status,
    requested_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<&'a str>,
    reason: &'a str,
    name_order: String,
    search_text: String,
}

impl<'a> From<&'a NewRecord> for Row<'a> {
    fn from(new: &'a NewRecord) -> Self {
        let (name, email) = (new.details.name.as_str(), new.email.as_str());
        let decided = (new.status != Status::Requested).then_some(&new.decided);
        Self {
            id: new.id,
            developer_id: new.developer,
            name,
            description: new.details.description.as_str(),
            callback_url: new.details.callback_url.as_str(),
            email,
            mailbox: new.email.mailbox(),
            status: new.status,
            requested_at: new.requested_at,
            decided_at: decided.map(|(at, ..)| *at),
            decided_by: decided.map(|(_, by, _)| *by),
            reason: decided.map_or("", |(.., reason)| reason.as_str()),
            name_order: sort_text(name),
            search_text: search_text(name, email),
        }
    }
}

pub fn insert_all(conn: &mut Conn, new: &[NewRecord]) -> QueryResult<()> {
    let rows: Vec<Row<'_>> = new.iter().map(Row::from).collect();
    diesel::insert_into(applications::table).values(rows).execute(conn).map(|_| ())
}
