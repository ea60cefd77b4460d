//! A developer's own applications.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;

use super::visit::Visit;
use crate::applications::forms::ApplicationForm;
use crate::applications::operations::{self, Created};
use crate::applications::views::{self, PATH, Typed, own_url};
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::ApplicationId;
use crate::web::flash::shortened;
use crate::web::form::{FieldErrors, Form};
use crate::web::page::{html, see_other};

/// An id in the path; what is none is no page.
pub fn id_of(path: &str) -> Result<ApplicationId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

/// `GET /account/applications`
pub async fn list(visit: Visit) -> Result<HttpResponse, AppError> {
    html(StatusCode::OK, &visit.list((&ApplicationForm::default(), &FieldErrors::default())).await?)
}

/// `POST /account/applications`
pub async fn create(visit: Visit, form: Form<ApplicationForm>) -> Result<HttpResponse, AppError> {
    let details = match form.0.parse() {
        Ok(details) => details,
        Err(errors) => return html(StatusCode::UNPROCESSABLE_ENTITY, &visit.list((&form.0, &errors)).await?),
    };
    let (id, post, occasion) = (visit.visitor.id(), visit.post.clone(), visit.visitor.occasion());
    let work = move |conn: &mut Conn| operations::create(conn, id, &details, &post, &occasion);
    match visit.db.transaction(work).await? {
        Created::Done(new) => Ok(visit.done(&own_url(new.id), views::created(&new))),
        Created::Full => {
            let page = visit.list((&form.0, &FieldErrors::default())).await?;
            html(StatusCode::CONFLICT, &page.refusing(views::no_more_applications()))
        }
        // Their session is over as well; the next page says so.
        Created::NotAllowed => Ok(see_other(PATH, None)),
    }
}

/// `GET /account/applications/{id}`
pub async fn show(visit: Visit, id: Path<String>) -> Result<HttpResponse, AppError> {
    let page = visit.page(id_of(&id)?, |details| Typed { details, ..Typed::default() }).await?;
    html(StatusCode::OK, &page)
}

/// `POST /account/applications/{id}`
pub async fn edit(visit: Visit, id: Path<String>, form: Form<ApplicationForm>) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let details = match form.0.parse() {
        Ok(details) => details,
        Err(detail_errors) => {
            let typed = |_| Typed { details: form.0, detail_errors, ..Typed::default() };
            return html(StatusCode::UNPROCESSABLE_ENTITY, &visit.page(id, typed).await?);
        }
    };
    let (developer, occasion) = (visit.visitor.id(), visit.visitor.occasion());
    let work = move |conn: &mut Conn| operations::edit_own(conn, developer, id, &details, &occasion);
    visit.db.transaction(work).await?.ok_or(AppError::NotFound)?;
    Ok(visit.done(&own_url(id), "Saved.".into()))
}

/// `POST /account/applications/{id}/delete`
pub async fn delete(visit: Visit, id: Path<String>) -> Result<HttpResponse, AppError> {
    let (id, developer, occasion) = (id_of(&id)?, visit.visitor.id(), visit.visitor.occasion());
    let work = move |conn: &mut Conn| operations::delete_own(conn, developer, id, &occasion);
    let deleted = visit.db.transaction(work).await?.ok_or(AppError::NotFound)?;
    Ok(visit.done(PATH, format!("Deleted {}.", shortened(&deleted.name))))
}
