//! Applications at the desk: `desk::handlers`, to which an application is a case like another, and an edit.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::admins::CurrentAdmin;
use crate::applications::forms::EditForm;
use crate::applications::operations;
use crate::applications::queries::{self, Application};
use crate::applications::views::{self, AnyRowAlone, Beside, Facts, Record, RecordAlone, Show};
use crate::audit::{self, Occasion};
use crate::db::{Conn, QueryResult};
use crate::desk::{
    Answer, Around, Case, History, List, ListPage, Move, Noun, Origin, Outcome, TIMELINE, id_of, list_behind,
};
use crate::developers;
use crate::error::AppError;
use crate::gateway;
use crate::ids::{ApplicationId, DeveloperId};
use crate::keys;
use crate::outbox::{self, Post};
use crate::web::chrome::Chrome;
use crate::web::flash::shortened;
use crate::web::form::{FieldErrors, Form};
use crate::web::page::{Rendered, html};
use crate::web::query::Query;

/// How many keys the page shows: those that work first.
const SHOWN: i64 = 100;

impl Case for Application {
    type Beside = Beside;
    type Facts = Facts;

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
            keys: keys::of_applications(conn, &[self.id], SHOWN, Utc::now())?,
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

    fn list_page(view: ListPage<Self, Beside>) -> Result<Rendered, AppError> {
        views::list_page(view)
    }

    fn row(&self, beside: Beside, list: &List, now: DateTime<Utc>) -> Result<Rendered, AppError> {
        Rendered::of(&AnyRowAlone::new(self, beside, list, now))
    }

    fn part(&self, facts: &Facts, list: &List, now: DateTime<Utc>) -> Result<Rendered, AppError> {
        Rendered::of(&RecordAlone { record: Record::new(self, facts, list, now) })
    }

    fn page(
        &self,
        facts: &Facts,
        list: &List,
        (chrome, around): (Chrome, Around),
        now: DateTime<Utc>,
    ) -> Result<Rendered, AppError> {
        Rendered::of(&Show::new(chrome, around, Record::new(self, facts, list, now)))
    }
}

/// `POST /admin/applications/{id}`
pub async fn edit(
    admin: CurrentAdmin,
    answer: Answer,
    id: Path<String>,
    query: Query,
    form: Form<EditForm>,
) -> Result<HttpResponse, AppError> {
    let id = ApplicationId(id_of(&id)?);
    let typed = form.0;
    let details = match typed.details.parse() {
        Ok(details) => details,
        Err(errors) => return refused(&admin, answer, id, query, (typed, errors)).await,
    };
    let (version, occasion) = (typed.version, admin.occasion());
    let here = Origin::new(Noun::Application, answer.here(), &answer.htmx);
    let edit = move |conn: &mut Conn| operations::edit(conn, id, version, &details, &occasion);
    let decided = answer.decide(&here, edit).await?;
    let saved = |application: &Application| format!("Saved {}.", shortened(&application.name));
    answer.to(&admin, id.0, here, decided, saved).await
}

/// An edit that cannot be taken, with what was typed.
async fn refused(
    admin: &CurrentAdmin,
    answer: Answer,
    id: ApplicationId,
    query: Query,
    (typed, errors): (EditForm, FieldErrors),
) -> Result<HttpResponse, AppError> {
    let application: Application = answer.record(id.0).await?;
    let list = list_behind(&query, &application);
    let (shown, (chrome, around)) = answer.record_page(admin, application, list, "").await?;
    let record = Record::new(&shown.record, &shown.facts, &shown.list, Utc::now()).with_edit(&typed, &errors);
    html(StatusCode::UNPROCESSABLE_ENTITY, &Show::new(chrome, around, record))
}
