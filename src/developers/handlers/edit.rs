//! Another name or company.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::Utc;

use crate::admins::CurrentAdmin;
use crate::db::Conn;
use crate::desk::{Answer, Noun, Origin, id_of, list_behind};
use crate::developers::forms::EditForm;
use crate::developers::operations;
use crate::developers::queries::Developer;
use crate::developers::views::{Record, Show};
use crate::error::AppError;
use crate::ids::DeveloperId;
use crate::web::flash::shortened;
use crate::web::form::{FieldErrors, Form};
use crate::web::page::html;
use crate::web::query::Query;

/// `POST /admin/developers/{id}`
pub async fn edit(
    admin: CurrentAdmin,
    answer: Answer,
    id: Path<String>,
    query: Query,
    form: Form<EditForm>,
) -> Result<HttpResponse, AppError> {
    let id = DeveloperId(id_of(&id)?);
    let typed = form.0;
    let (name, organization) = match typed.parse() {
        Ok(person) => person,
        Err(errors) => return refused(&admin, answer, id, query, (typed, errors)).await,
    };
    let (version, occasion) = (typed.version, admin.occasion());
    let here = Origin::new(Noun::Developer, answer.here(), &answer.htmx);
    let edit = move |conn: &mut Conn| operations::edit(conn, id, version, (&name, &organization), &occasion);
    let decided = answer.decide(&here, edit).await?;
    let saved = |developer: &Developer| format!("Saved {}.", shortened(developer.shown_name()));
    answer.to(&admin, id.0, here, decided, saved).await
}

/// An edit that cannot be taken, with what was typed.
async fn refused(
    admin: &CurrentAdmin,
    answer: Answer,
    id: DeveloperId,
    query: Query,
    (typed, errors): (EditForm, FieldErrors),
) -> Result<HttpResponse, AppError> {
    let developer: Developer = answer.record(id.0).await?;
    let list = list_behind(&query, &developer);
    let (shown, (chrome, around)) = answer.record_page(admin, developer, list, "").await?;
    let record = Record::new(&shown.record, &shown.facts, &shown.list, Utc::now()).with_edit(&typed, &errors);
    html(StatusCode::UNPROCESSABLE_ENTITY, &Show::new(chrome, around, record))
}
