//! What only developers have at the desk: an edit, and mail to several at once. The rest is `desk::handlers`, to which
//! a developer is a case like another.

mod edit;
mod selected;

pub use edit::edit;
pub use selected::email;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::operations;
use super::queries::{self, Developer};
use super::views::{self, AnyRowAlone, Record, RecordAlone, Show};
use crate::audit::{self, Occasion};
use crate::db::{Conn, QueryResult};
use crate::desk::{Around, Case, History, List, ListPage, Move, Outcome, TIMELINE};
use crate::error::AppError;
use crate::ids::DeveloperId;
use crate::outbox::{self, Post};
use crate::web::chrome::Chrome;
use crate::web::page::Rendered;

impl Case for Developer {
    type Facts = History;

    fn find(conn: &mut Conn, id: Uuid) -> QueryResult<Option<Self>> {
        queries::find(conn, DeveloperId(id))
    }

    fn facts(&self, conn: &mut Conn) -> QueryResult<History> {
        let entries = audit::of_subject(conn, self.id.0, TIMELINE)?;
        Ok(History { entries, mails: outbox::of_developer(conn, self.id, TIMELINE)? })
    }

    fn losses(&self, _: &mut Conn) -> QueryResult<Vec<String>> {
        Ok(views::losses(self))
    }

    fn transition(
        conn: &mut Conn,
        id: Uuid,
        wanted: &Move,
        post: &Post,
        occasion: &Occasion,
    ) -> QueryResult<Outcome<Self>> {
        operations::transition(conn, DeveloperId(id), wanted, post, occasion)
    }

    fn delete(conn: &mut Conn, id: Uuid, version: i32, occasion: &Occasion) -> QueryResult<Outcome<Self>> {
        operations::delete(conn, DeveloperId(id), version, occasion)
    }

    fn list_page(view: ListPage<Self>) -> Result<Rendered, AppError> {
        views::list_page(view)
    }

    fn row(&self, list: &List, now: DateTime<Utc>) -> Result<Rendered, AppError> {
        Rendered::of(&AnyRowAlone::new(self, list, now))
    }

    fn part(&self, facts: &History, list: &List, now: DateTime<Utc>) -> Result<Rendered, AppError> {
        Rendered::of(&RecordAlone { record: Record::new(self, facts, list, now) })
    }

    fn page(
        &self,
        facts: &History,
        list: &List,
        (chrome, around): (Chrome, Around),
        now: DateTime<Utc>,
    ) -> Result<Rendered, AppError> {
        Rendered::of(&Show::new(chrome, around, Record::new(self, facts, list, now)))
    }
}
