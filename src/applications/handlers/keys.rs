//! The keys of a developer's own applications.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::Utc;

use super::own::{State, id_of, page_of};
use crate::accounts::CurrentDeveloper;
use crate::applications::forms::KeyForm;
use crate::applications::operations::{self, KeyCreated};
use crate::applications::views::{self, KeyShown, Typed, own_url};
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::KeyId;
use crate::keys::Revocation;
use crate::web::flash::{Message, shortened};
use crate::web::form::Form;
use crate::web::page::{html, see_other};

/// `POST /account/applications/{id}/keys`: the answer itself shows the key, because nothing keeps it until another page.
pub async fn create(
    visitor: CurrentDeveloper,
    state: State,
    id: Path<String>,
    form: Form<KeyForm>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id_of(&id)?, Utc::now());
    let new = match form.0.parse(now) {
        Ok(new) => new,
        Err(key_errors) => {
            let typed = |details| Typed { details, key: form.0, key_errors, ..Typed::default() };
            return html(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&visitor, state, id, typed).await?);
        }
    };
    let (developer, post, occasion) = (visitor.id(), state.3.clone(), visitor.occasion());
    let work = move |conn: &mut Conn| operations::create_key(conn, (developer, id), &new, &post, &occasion);
    let why = match state.0.transaction(work).await? {
        KeyCreated::Done(application, created) => {
            let chrome = visitor.chrome(state.2, "Your new key").leading_back_to(own_url(id));
            let view = KeyShown::new(chrome, &application, (&created.key, &created.secret), now);
            return html(StatusCode::OK, &view);
        }
        KeyCreated::TooMany(wait) => return Err(AppError::TooMany { wait: wait.0.to_std().unwrap_or_default() }),
        KeyCreated::Gone => return Err(AppError::NotFound),
        KeyCreated::Already(key) => views::made_before(&key),
        KeyCreated::Full(_) => views::full(),
        KeyCreated::NotAllowed(application) => views::no_keys(&application),
    };
    let typed = |details| Typed { details, key: form.0, ..Typed::default() };
    html(StatusCode::CONFLICT, &page_of(&visitor, state, id, typed).await?.refusing(why))
}

/// `POST /account/keys/{id}/revoke`
pub async fn revoke(visitor: CurrentDeveloper, state: State, id: Path<String>) -> Result<HttpResponse, AppError> {
    let id: KeyId = id.parse().map_err(|_| AppError::NotFound)?;
    let (developer, occasion) = (visitor.id(), visitor.occasion());
    let work = move |conn: &mut Conn| operations::revoke_key(conn, developer, id, &occasion);
    let (application, revocation) = state.0.transaction(work).await?.ok_or(AppError::NotFound)?;
    match revocation {
        Revocation::Done(key) => {
            let message = Message::done(format!("Revoked the key {}.", shortened(&key.name)));
            Ok(see_other(&own_url(application.id), Some((&message, &state.1))))
        }
        Revocation::Already(key) => {
            let typed = |details| Typed { details, ..Typed::default() };
            let page = page_of(&visitor, state, application.id, typed).await?;
            html(StatusCode::CONFLICT, &page.refusing(views::revoked_before(&key, Utc::now())))
        }
        Revocation::Gone => Err(AppError::NotFound),
    }
}
