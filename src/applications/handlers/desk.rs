//! Applications at the desk, which takes them as cases like others.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::applications::forms::ApplicationForm;
use crate::applications::operations;
use crate::applications::queries::{self, Application};
use crate::applications::values::Details;
use crate::applications::views::{self, AnyRowAlone, Beside, Facts, Record, RecordAlone, Show};
use crate::audit::{self, Occasion};
use crate::db::{Conn, QueryResult};
use crate::desk::{Around, Case, Edit, History, List, ListPage, Move, Outcome, TIMELINE};
use crate::developers;
use crate::error::AppError;
use crate::gateway;
use crate::ids::{ApplicationId, DeveloperId};
use crate::keys;
use crate::outbox::{self, Post};
use crate::web::chrome::{Chrome, Field};
use crate::web::form::FieldErrors;
use crate::web::page::Rendered;

impl Case for Application {
    type Beside = Beside;
    type Facts = Facts;
    type Form = ApplicationForm;
    type Words = Details;

    fn find(conn: &mut Conn, id: Uuid) -> QueryResult<Option<Self>> {
        queries::find(conn, ApplicationId(id))
    }

    fn beside(conn: &mut Conn, rows: &[Self]) -> QueryResult<Beside> {
        if rows.is_empty() {
            return Ok(Beside::default());
        }
        let mut owners: Vec<DeveloperId> = rows.iter().map(|row| row.developer_id).collect();
        owners.sort_unstable();
        owners.dedup();
        let owners = developers::by_ids(conn, &owners)?.into_iter().map(|owner| (owner.id, owner)).collect();
        let with_access = rows.iter().filter(|row| row.status.can_end_access());
        let ids: Vec<ApplicationId> = with_access.map(|row| row.id).collect();
        let stops = if ids.is_empty() { None } else { Some(keys::stops_of_applications(conn, &ids, Utc::now())?) };
        Ok(Beside { owners, stops: stops.unwrap_or_default() })
    }

    fn facts(&self, conn: &mut Conn) -> QueryResult<Facts> {
        let entries = audit::of_subject(conn, self.id.0, TIMELINE)?;
        Ok(Facts {
            history: History { entries, mails: outbox::of_application(conn, self.id, TIMELINE)? },
            keys: keys::of_applications(conn, &[self.id], keys::LISTED, Utc::now())?,
            beside: Self::beside(conn, std::slice::from_ref(self))?,
            spread: gateway::spread(conn, self.developer_id)?,
        })
    }

    fn losses(&self, conn: &mut Conn) -> QueryResult<Vec<String>> {
        let now = Utc::now();
        let stops = keys::stops_of_applications(conn, &[self.id], now)?.remove(&self.id);
        Ok(views::losses(self, &stops.unwrap_or_default(), now))
    }

    fn transition(
        conn: &mut Conn,
        id: Uuid,
        wanted: &Move,
        post: &Post,
        occasion: &Occasion,
    ) -> QueryResult<Outcome<Self>> {
        operations::transition(conn, ApplicationId(id), wanted, post, occasion)
    }

    fn delete(conn: &mut Conn, id: Uuid, version: i32, occasion: &Occasion) -> QueryResult<Outcome<Self>> {
        operations::delete(conn, ApplicationId(id), version, occasion)
    }

    fn form(&self) -> ApplicationForm {
        views::saved(self)
    }

    fn fields(typed: &ApplicationForm, errors: &FieldErrors) -> Vec<Field> {
        views::application_fields(typed, errors).into()
    }

    fn parse(typed: &ApplicationForm) -> Result<Details, FieldErrors> {
        typed.parse()
    }

    fn edit(
        conn: &mut Conn,
        id: Uuid,
        version: i32,
        words: &Details,
        occasion: &Occasion,
    ) -> QueryResult<Outcome<Self>> {
        operations::edit(conn, ApplicationId(id), version, words, occasion)
    }

    fn list_page(view: ListPage<Self, Beside>) -> Result<Rendered, AppError> {
        views::list_page(view)
    }

    fn row(&self, beside: Beside, list: &List, now: DateTime<Utc>) -> Result<Rendered, AppError> {
        Rendered::of(&AnyRowAlone::new(self, beside, list, now))
    }

    fn part(&self, facts: &Facts, list: &List, edit: Edit, now: DateTime<Utc>) -> Result<Rendered, AppError> {
        Rendered::of(&RecordAlone { record: Record::new(self, facts, (list, edit), now) })
    }

    fn page(
        &self,
        facts: &Facts,
        list: &List,
        edit: Edit,
        (chrome, around): (Chrome, Around),
        now: DateTime<Utc>,
    ) -> Result<Rendered, AppError> {
        Rendered::of(&Show::new(chrome, around, Record::new(self, facts, (list, edit), now)))
    }
}
