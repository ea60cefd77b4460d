//! The desk: the list, one record, other words for it, a move, a deletion. Each is written once, for every noun that is
//! a [`Case`].

mod answer;
mod edit;

pub use answer::{Answer, Decided};
pub use edit::edit;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use self::answer::{page_of, record_title};
use super::forms::{DeleteForm, MoveForm, Origin};
use super::list::{List, Tab};
use super::operations::{Move, Outcome};
use super::queries::{self, Listed};
use super::views::{self, Around, Delete, Edit, ListPage};
use crate::admins::CurrentAdmin;
use crate::audit::Occasion;
use crate::config::Config;
use crate::db::{Conn, Db, QueryResult};
use crate::error::AppError;
use crate::outbox::Post;
use crate::web::chrome::{Chrome, Field, Frame};
use crate::web::flash::shortened;
use crate::web::form::{FieldErrors, Form};
use crate::web::htmx::Htmx;
use crate::web::invite::Invite;
use crate::web::local_path::LocalPath;
use crate::web::page::{Rendered, html, rendered};
use crate::web::query::Query;

/// What these handlers need of a noun: how it is found, what is done to it, how it is shown.
pub trait Case: Listed + Clone + Send + 'static {
    /// What rows tell besides themselves: what a move would stop, whose they are.
    type Beside: Send + 'static;

    /// What its page tells besides the row: its history, and what belongs to it.
    type Facts: Send + 'static;

    /// The fields with which an admin changes its words.
    type Form: DeserializeOwned + Send + 'static;

    /// What was read from them.
    type Words: Send + Sync + 'static;

    /// # Errors
    /// The database.
    fn find(conn: &mut Conn, id: Uuid) -> QueryResult<Option<Self>>;

    /// Of all rows of a page at once.
    ///
    /// # Errors
    /// The database.
    fn beside(conn: &mut Conn, rows: &[Self]) -> QueryResult<Self::Beside>;

    /// # Errors
    /// The database.
    fn facts(&self, conn: &mut Conn) -> QueryResult<Self::Facts>;

    /// What a deletion takes along, a line each.
    ///
    /// # Errors
    /// The database.
    fn losses(&self, conn: &mut Conn) -> QueryResult<Vec<String>>;

    /// One move: the body of a transaction.
    ///
    /// # Errors
    /// The database; then nothing was done.
    fn transition(
        conn: &mut Conn,
        id: Uuid,
        wanted: &Move,
        post: &Post,
        occasion: &Occasion,
    ) -> QueryResult<Outcome<Self>>;

    /// The end of the record: the body of a transaction.
    ///
    /// # Errors
    /// The database; then nothing was done.
    fn delete(conn: &mut Conn, id: Uuid, version: i32, occasion: &Occasion) -> QueryResult<Outcome<Self>>;

    /// Its words as they stand in the form.
    fn form(&self) -> Self::Form;

    /// The fields with what stands in them, and what is wrong with it.
    fn fields(typed: &Self::Form, errors: &FieldErrors) -> Vec<Field>;

    /// # Errors
    /// What is wrong, field by field.
    fn parse(typed: &Self::Form) -> Result<Self::Words, FieldErrors>;

    /// Other words: the body of a transaction.
    ///
    /// # Errors
    /// The database; then nothing was done.
    fn edit(
        conn: &mut Conn,
        id: Uuid,
        version: i32,
        words: &Self::Words,
        occasion: &Occasion,
    ) -> QueryResult<Outcome<Self>>;

    /// A page of the list, or its changing part: what `tabs!` makes.
    ///
    /// # Errors
    /// A template cannot be rendered.
    fn list_page(view: ListPage<Self, Self::Beside>) -> Result<Rendered, AppError>;

    /// A row by itself, which fits under the headers of every tab.
    ///
    /// # Errors
    /// A template cannot be rendered.
    fn row(&self, beside: Self::Beside, list: &List, now: DateTime<Utc>) -> Result<Rendered, AppError>;

    /// The record by itself, as it stands on its page.
    ///
    /// # Errors
    /// A template cannot be rendered.
    fn part(&self, facts: &Self::Facts, list: &List, edit: Edit, now: DateTime<Utc>) -> Result<Rendered, AppError>;

    /// Its page, reached from that list.
    ///
    /// # Errors
    /// A template cannot be rendered.
    fn page(
        &self,
        facts: &Self::Facts,
        list: &List,
        edit: Edit,
        frame: (Chrome, Around),
        now: DateTime<Utc>,
    ) -> Result<Rendered, AppError>;
}

/// An id in the path; what is none is no page.
///
/// # Errors
/// 404.
pub fn id_of(path: &str) -> Result<Uuid, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

/// `GET /admin/developers`
pub async fn list<C: Case>(
    admin: CurrentAdmin,
    config: Data<Config>,
    db: Data<Db>,
    (frame, htmx, invite): (Frame, Htmx, Invite),
    query: Query,
) -> Result<HttpResponse, AppError> {
    let list = List::parse(C::NOUN, &query);
    let found = db.run(move |conn| {
        let page = queries::page::<C>(conn, &list)?;
        let beside = C::beside(conn, &page.slice.rows)?;
        Ok((page, beside))
    });
    let (page, beside) = found.await?;
    let chrome = admin.chrome(frame, &views::title(&page.list, &page.totals), C::NOUN.plural());
    let base_url = config.base_url.as_str().to_owned();
    let view =
        ListPage { page, beside, chrome, invite, base_url, now: Utc::now(), wants_fragment: htmx.wants_fragment };
    Ok(rendered(StatusCode::OK, C::list_page(view)?))
}

/// The list one came from; without one, the tab on which the record stands.
pub fn list_behind<C: Case>(query: &Query, record: &C) -> List {
    let list = List::parse(C::NOUN, query);
    if query.is_empty() { list.on(Tab::One(record.status())) } else { list }
}

/// `GET /admin/developers/{id}`
pub async fn show<C: Case>(
    admin: CurrentAdmin,
    db: Data<Db>,
    frame: Frame,
    id: Path<String>,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let found = db.run(move |conn| {
        let Some(record) = C::find(conn, id)? else { return Ok(None) };
        let list = list_behind(&query, &record);
        page_of(conn, &record, &list).map(Some)
    });
    let (shown, around) = found.await?.ok_or(AppError::NotFound)?;
    let chrome = admin.chrome(frame, &shown.title(), C::NOUN.plural());
    Ok(rendered(StatusCode::OK, shown.page((chrome, around))?))
}

/// `POST /admin/developers/{id}/transitions`
pub async fn transition<C: Case>(
    admin: CurrentAdmin,
    answer: Answer,
    post: Data<Post>,
    id: Path<String>,
    form: Form<MoveForm>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let origin = form.0.origin(C::NOUN, &answer.htmx);
    let wanted = match form.0.parse() {
        Ok(wanted) => wanted,
        Err(why) => return answer.refused_reason::<C>(&admin, id, origin, (form.0.reason, why)).await,
    };
    let (action, occasion) = (wanted.action, admin.occasion());
    let work = move |conn: &mut Conn| C::transition(conn, id, &wanted, &post, &occasion);
    let decided = answer.decide(&origin, work).await?;
    let done = |record: &C| format!("{} {}.", action.report(), shortened(record.name()));
    answer.to(&admin, id, origin, decided, done).await
}

/// `GET /admin/developers/{id}/delete`
pub async fn confirm_delete<C: Case>(
    admin: CurrentAdmin,
    db: Data<Db>,
    frame: Frame,
    id: Path<String>,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let found = db.run(move |conn| {
        let Some(record) = C::find(conn, id)? else { return Ok(None) };
        let losses = record.losses(conn)?;
        Ok(Some((record, losses)))
    });
    let (record, losses) = found.await?.ok_or(AppError::NotFound)?;
    let title = format!("Delete {}", record_title(&record));
    let chrome = admin.chrome(frame, &title, C::NOUN.plural());
    let return_to = query.get("return_to").and_then(LocalPath::parse);
    html(StatusCode::OK, &Delete::new(chrome, &record, losses, return_to))
}

/// `POST /admin/developers/{id}/delete`
pub async fn delete<C: Case>(
    admin: CurrentAdmin,
    answer: Answer,
    id: Path<String>,
    form: Form<DeleteForm>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let (version, occasion) = (form.0.version, admin.occasion());
    let origin = Origin::new(C::NOUN, &form.0.return_to, &answer.htmx).unless_of(id);
    let decided = answer.decide(&origin, move |conn| C::delete(conn, id, version, &occasion)).await?;
    if let Outcome::Done(record) = &decided.outcome {
        let words = format!("Deleted {}.", shortened(record.name()));
        return answer.deleted::<C>(id, &origin, decided.numbers, words).await;
    }
    answer.to(&admin, id, origin, decided, |_| String::new()).await
}
