//! Writing to those who were ticked in the list, by the admin's own mail program.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::admins::CurrentAdmin;
use crate::db::{Conn, Db, QueryResult};
use crate::desk::Noun;
use crate::developers::forms::Selection;
use crate::developers::queries::{self, Developer};
use crate::developers::views::Email;
use crate::error::AppError;
use crate::ids::DeveloperId;
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::form::Form;
use crate::web::mailto::Separator;
use crate::web::page::html;

/// Who of them is approved, and who has a record but is not.
fn sorted_out(conn: &mut Conn, ids: &[DeveloperId]) -> QueryResult<(Vec<Developer>, Vec<Developer>)> {
    let approved = queries::approved(conn, ids)?;
    let is_approved = |id: &DeveloperId| approved.iter().any(|developer| developer.id == *id);
    let others: Vec<DeveloperId> = ids.iter().copied().filter(|id| !is_approved(id)).collect();
    let left_out = if others.is_empty() { Vec::new() } else { queries::by_ids(conn, &others)? };
    Ok((approved, left_out))
}

/// `POST /admin/developers/email`: it changes nothing, and a form can name more people than an address.
pub async fn email(
    admin: CurrentAdmin,
    db: Data<Db>,
    cookies: Data<Cookies>,
    request: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, AppError> {
    let selection = Selection::read(&form.0).map_err(|why| AppError::BadForm(why.0))?;
    let separator = selection.separator.unwrap_or_else(|| Separator::of(&request, &cookies));
    let ids = selection.ids.clone();
    let (approved, left_out) = db.run(move |conn| sorted_out(conn, &ids)).await?;
    let heading = Email::heading(approved.len());
    let chrome = admin.chrome(Frame::of(&request), &format!("{heading} · Developers"), Noun::Developer.plural());
    let view = Email::new(chrome.leading_back_to(selection.list.url()), &selection, (&approved, &left_out), separator);
    let status = if approved.is_empty() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut response = html(status, &view)?;
    if let Some(chosen) = selection.separator {
        // Without it the choice holds for this page only.
        let _ = response.add_cookie(&chosen.cookie(&cookies));
    }
    Ok(response)
}
