//! The keys of a developer's own applications.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::Utc;

use super::own::id_of;
use super::visit::Visit;
use crate::applications::forms::KeyForm;
use crate::applications::operations::{self, KeyCreated};
use crate::applications::views::{self, Typed, own_url};
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::KeyId;
use crate::keys::Revocation;
use crate::web::flash::shortened;
use crate::web::form::Form;
use crate::web::page::html;

/// `POST /account/applications/{id}/keys`: the answer itself shows the key, because nothing keeps it until another page.
pub async fn create(visit: Visit, id: Path<String>, form: Form<KeyForm>) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let new = match form.0.parse(Utc::now()) {
        Ok(new) => new,
        Err(key_errors) => {
            let typed = |details| Typed { details, key: form.0, key_errors, ..Typed::default() };
            return html(StatusCode::UNPROCESSABLE_ENTITY, &visit.page(id, typed).await?);
        }
    };
    let (developer, post, occasion) = (visit.visitor.id(), visit.post.clone(), visit.visitor.occasion());
    let work = move |conn: &mut Conn| operations::create_key(conn, (developer, id), &new, &post, &occasion);
    let why = match visit.db.transaction(work).await? {
        KeyCreated::Done(application, created) => {
            return html(StatusCode::OK, &visit.key_page(&application, &created));
        }
        KeyCreated::TooMany(wait) => return Err(AppError::TooMany { wait: wait.0.to_std().unwrap_or_default() }),
        KeyCreated::Gone => return Err(AppError::NotFound),
        KeyCreated::Already(key) => views::made_before(&key),
        KeyCreated::Full(_) => views::full(),
        KeyCreated::NotAllowed(application) => views::no_keys(&application),
    };
    let typed = |details| Typed { details, key: form.0, ..Typed::default() };
    html(StatusCode::CONFLICT, &visit.page(id, typed).await?.refusing(why))
}

/// `POST /account/keys/{id}/revoke`
pub async fn revoke(visit: Visit, id: Path<String>) -> Result<HttpResponse, AppError> {
    let id: KeyId = id.parse().map_err(|_| AppError::NotFound)?;
    let (developer, occasion) = (visit.visitor.id(), visit.visitor.occasion());
    let work = move |conn: &mut Conn| operations::revoke_key(conn, developer, id, &occasion);
    let (application, revocation) = visit.db.transaction(work).await?.ok_or(AppError::NotFound)?;
    match revocation {
        Revocation::Done(key) => {
            let words = format!("Revoked the key {}.", shortened(&key.name));
            Ok(visit.done(&own_url(application.id), words))
        }
        Revocation::Already(key) => {
            let page = visit.page(application.id, |details| Typed { details, ..Typed::default() }).await?;
            html(StatusCode::CONFLICT, &page.refusing(views::revoked_before(&key, Utc::now())))
        }
        Revocation::Gone => Err(AppError::NotFound),
    }
}
