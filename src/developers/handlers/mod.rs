//! The desk: the list, one developer, a move, an edit, a deletion.

mod answer;
mod selected;

pub use selected::email;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::Utc;

use self::answer::{Answer, page_of, record_title};
use super::forms::{DeleteForm, EditForm, MoveForm, Origin};
use super::list::{List, Tab};
use super::operations::{self, Outcome};
use super::queries::{self, Developer};
use super::views::{self, Delete, ListPage, Show};
use crate::admins::CurrentAdmin;
use crate::config::Config;
use crate::db::{Conn, Db};
use crate::error::AppError;
use crate::ids::DeveloperId;
use crate::outbox::Post;
use crate::web::chrome::Frame;
use crate::web::flash::shortened;
use crate::web::form::Form;
use crate::web::htmx::Htmx;
use crate::web::invite::Invite;
use crate::web::local_path::LocalPath;
use crate::web::page::{html, rendered};
use crate::web::query::Query;

const SECTION: &str = "developers";
/// An id in the path; what is none is no page.
fn id_of(path: &str) -> Result<DeveloperId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

/// `GET /admin/developers`
pub async fn list(
    admin: CurrentAdmin,
    config: Data<Config>,
    db: Data<Db>,
    (frame, htmx, invite): (Frame, Htmx, Invite),
    query: Query,
) -> Result<HttpResponse, AppError> {
    let list = List::parse(&query);
    let page = db.run(move |conn| queries::page(conn, &list)).await?;
    let chrome = admin.chrome(frame, &views::title(page.list.tab, &page.totals), SECTION);
    let base_url = config.base_url.as_str();
    let view = ListPage { page: &page, chrome, invite, base_url, now: Utc::now(), wants_fragment: htmx.wants_fragment };
    Ok(rendered(StatusCode::OK, view.render()?))
}

/// The list one came from; without one, the tab on which the developer stands.
fn list_behind(query: &Query, developer: &Developer) -> List {
    let list = List::parse(query);
    if query.is_empty() { list.on(Tab::One(developer.status)) } else { list }
}

/// `GET /admin/developers/{id}`
pub async fn show(
    admin: CurrentAdmin,
    db: Data<Db>,
    frame: Frame,
    id: Path<String>,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let page = db
        .run(move |conn| {
            let Some(developer) = queries::find(conn, id)? else { return Ok(None) };
            page_of(conn, &developer, &list_behind(&query, &developer)).map(Some)
        })
        .await?
        .ok_or(AppError::NotFound)?;
    let chrome = admin.chrome(frame, &record_title(&page.record.name), SECTION);
    html(StatusCode::OK, &Show::new(chrome, page))
}

/// `POST /admin/developers/{id}/transitions`
pub async fn transition(
    admin: CurrentAdmin,
    answer: Answer,
    post: Data<Post>,
    id: Path<String>,
    form: Form<MoveForm>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let origin = form.0.origin(&answer.htmx);
    let wanted = match form.0.parse() {
        Ok(wanted) => wanted,
        Err(why) => return answer.refused_reason(&admin, id, origin, (form.0.reason, why)).await,
    };
    let (action, occasion) = (wanted.action, admin.occasion());
    let work = move |conn: &mut Conn| operations::transition(conn, id, &wanted, &post, &occasion);
    let decided = answer.decide(&origin, work).await?;
    let done = |developer: &Developer| format!("{} {}.", action.report(), shortened(developer.shown_name()));
    answer.to(&admin, id, origin, decided, done).await
}

/// `POST /admin/developers/{id}`
pub async fn edit(
    admin: CurrentAdmin,
    answer: Answer,
    id: Path<String>,
    query: Query,
    form: Form<EditForm>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let typed = form.0;
    let (name, organization) = match typed.parse() {
        Ok(person) => person,
        Err(errors) => return answer.refused_edit(&admin, id, query, (typed, errors)).await,
    };
    let (version, occasion) = (typed.version, admin.occasion());
    let here = Origin::new(answer.here(), &answer.htmx);
    let edit = move |conn: &mut Conn| operations::edit(conn, id, version, (&name, &organization), &occasion);
    let decided = answer.decide(&here, edit).await?;
    let saved = |developer: &Developer| format!("Saved {}.", shortened(developer.shown_name()));
    answer.to(&admin, id, here, decided, saved).await
}

/// `GET /admin/developers/{id}/delete`
pub async fn confirm_delete(
    admin: CurrentAdmin,
    db: Data<Db>,
    frame: Frame,
    id: Path<String>,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let developer = db.run(move |conn| queries::find(conn, id)).await?.ok_or(AppError::NotFound)?;
    let chrome = admin.chrome(frame, &format!("Delete {} · Developers", developer.shown_name()), SECTION);
    let return_to = query.get("return_to").and_then(LocalPath::parse);
    html(StatusCode::OK, &Delete::new(chrome, &developer, return_to))
}

/// `POST /admin/developers/{id}/delete`
pub async fn delete(
    admin: CurrentAdmin,
    answer: Answer,
    id: Path<String>,
    form: Form<DeleteForm>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let (version, occasion) = (form.0.version, admin.occasion());
    let origin = Origin::new(&form.0.return_to, &answer.htmx).unless_of(id);
    let decided = answer.decide(&origin, move |conn| operations::delete(conn, id, version, &occasion)).await?;
    if let Outcome::Done(developer) = &decided.outcome {
        let words = format!("Deleted {}.", shortened(developer.shown_name()));
        return answer.deleted(id, &origin, decided.numbers, words).await;
    }
    answer.to(&admin, id, origin, decided, |_| String::new()).await
}
