//! The outbox: its list, one mail, and trying again.

pub mod texts;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::Utc;

use super::list::{MailList, PATH};
use super::operations::{self, Retried};
use super::views::{List, Show};
use crate::admins::CurrentAdmin;
use crate::config::Config;
use crate::db::Db;
use crate::error::AppError;
use crate::ids::MailId;
use crate::outbox::{self, Mail, Post};
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::{Message, shortened};
use crate::web::local_path::LocalPath;
use crate::web::moments::counted;
use crate::web::page::{html, see_other};
use crate::web::query::Query;

const SECTION: &str = "mail";

/// An id in the path; what is none is no page.
fn id_of(path: &str) -> Result<MailId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

/// `GET /admin/mail`
pub async fn list(
    admin: CurrentAdmin,
    state: (Data<Config>, Data<Db>, Data<Post>),
    frame: Frame,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let (config, db, post) = state;
    let list = MailList::parse(&query);
    let page = db.run(move |conn| operations::page(conn, &list)).await?;
    let chrome = admin.chrome(frame, "Mail", SECTION);
    html(StatusCode::OK, &List::new(chrome, &page, post.delivers, config.base_url.as_str(), Utc::now()))
}

/// `GET /admin/mail/{id}`
pub async fn show(
    admin: CurrentAdmin,
    db: Data<Db>,
    post: Data<Post>,
    frame: Frame,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let mail = db.run(move |conn| outbox::find(conn, id)).await?.ok_or(AppError::NotFound)?;
    html(StatusCode::OK, &page_of(&admin, frame, &mail, &post))
}

fn page_of(admin: &CurrentAdmin, frame: Frame, mail: &Mail, post: &Post) -> Show {
    let chrome = admin.chrome(frame, &format!("{} · Mail", mail.subject), SECTION);
    let here = format!("{PATH}/{}", mail.id);
    Show::new(chrome.leading_back_to(here), mail, post, Utc::now())
}

/// `POST /admin/mail/{id}/retry`. Its form has no fields: where it leads back to stands in the address.
pub async fn retry(
    admin: CurrentAdmin,
    state: (Data<Db>, Data<Post>, Data<Cookies>),
    frame: Frame,
    id: Path<String>,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let (db, post, cookies) = state;
    let (id, delivers, occasion) = (id_of(&id)?, post.delivers, admin.occasion());
    let words = match db.transaction(move |conn| operations::retry(conn, id, delivers, &occasion)).await? {
        Retried::Done(mail) if delivers => format!("The mail to {} is tried again.", shortened(&mail.recipient)),
        Retried::Done(_) => "The mail waits again. It goes out once mail is configured.".into(),
        Retried::Soon if delivers => "This mail is tried within a minute by itself.".into(),
        Retried::Soon => "This mail waits. It goes out once mail is configured.".into(),
        Retried::Settled(mail) => {
            let view = page_of(&admin, frame, &mail, &post).refusing(&mail);
            return html(StatusCode::CONFLICT, &view);
        }
        Retried::Gone => return Err(AppError::NotFound),
    };
    Ok(see_other(&back(&query), Some((&Message::done(words), &cookies))))
}

/// `POST /admin/mail/retry`
pub async fn retry_failed(
    admin: CurrentAdmin,
    db: Data<Db>,
    cookies: Data<Cookies>,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let occasion = admin.occasion();
    let count = db.transaction(move |conn| operations::retry_failed(conn, &occasion)).await?;
    let words = match i64::try_from(count) {
        Ok(0) => "No mail has failed, so nothing was tried again.".into(),
        count => format!("{} back among those that wait.", counted(count.unwrap_or(i64::MAX), "mail")),
    };
    Ok(see_other(&back(&query), Some((&Message::done(words), &cookies))))
}

fn back(query: &Query) -> String {
    query.get("return_to").and_then(LocalPath::parse).map_or_else(|| PATH.to_owned(), LocalPath::into_string)
}
