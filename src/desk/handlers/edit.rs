//! Other words for a record.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use uuid::Uuid;

use super::{Answer, Case, id_of, list_behind};
use crate::admins::CurrentAdmin;
use crate::db::Conn;
use crate::desk::forms::{EditForm, Origin};
use crate::error::AppError;
use crate::web::flash::shortened;
use crate::web::form::{FieldErrors, Form};
use crate::web::page::rendered;
use crate::web::query::Query;

/// `POST /admin/developers/{id}`
pub async fn edit<C: Case>(
    admin: CurrentAdmin,
    answer: Answer,
    id: Path<String>,
    query: Query,
    form: Form<EditForm<C::Form>>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let words = match C::parse(&form.0.typed) {
        Ok(words) => words,
        Err(errors) => return refused::<C>(&admin, answer, id, query, (form.0, errors)).await,
    };
    let (version, occasion) = (form.0.version, admin.occasion());
    let here = Origin::new(C::NOUN, answer.here(), &answer.htmx);
    let work = move |conn: &mut Conn| C::edit(conn, id, version, &words, &occasion);
    let decided = answer.decide(&here, work).await?;
    let saved = |record: &C| format!("Saved {}.", shortened(record.name()));
    answer.to(&admin, id, here, decided, saved).await
}

/// What cannot be taken, as it was typed.
async fn refused<C: Case>(
    admin: &CurrentAdmin,
    answer: Answer,
    id: Uuid,
    query: Query,
    (form, errors): (EditForm<C::Form>, FieldErrors),
) -> Result<HttpResponse, AppError> {
    let record: C = answer.record(id).await?;
    let (list, wants_fragment) = (list_behind(&query, &record), answer.htmx.wants_fragment);
    let (shown, frame) = answer.record_page(admin, record, list, "").await?;
    let shown = shown.with_edit(form.version, C::fields(&form.typed, &errors));
    let body = if wants_fragment { shown.part()? } else { shown.page(frame)? };
    Ok(rendered(StatusCode::UNPROCESSABLE_ENTITY, body))
}
