//! The settings page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::Utc;

use super::forms::{NoticesForm, Typed};
use super::operations::{self, Saved};
use super::present::Present;
use super::views::Show;
use crate::admins::{self, CurrentAdmin, Notices};
use crate::db::Db;
use crate::error::AppError;
use crate::outbox::Post;
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::Message;
use crate::web::form::Form;
use crate::web::moments::counted;
use crate::web::page::{html, see_other};
use crate::web::portal::Portal;

const PATH: &str = "/admin/settings";

fn page(admin: &CurrentAdmin, frame: Frame, post: &Post, present: &Present) -> Show {
    let view = Show::new(admin.chrome(frame, "Settings", "settings"), present, admin.id(), Utc::now());
    Show { delivers: post.delivers, ..view }
}

/// `GET /admin/settings`
pub async fn show(admin: CurrentAdmin, db: Data<Db>, post: Data<Post>, frame: Frame) -> Result<HttpResponse, AppError> {
    let present = db.run(Present::read).await?;
    html(StatusCode::OK, &page(&admin, frame, &post, &present))
}

/// `POST /admin/settings`
pub async fn save(
    admin: CurrentAdmin,
    state: (Data<Db>, Data<Post>, Data<Cookies>, Data<Portal>),
    frame: Frame,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, AppError> {
    let (db, post, cookies, portal) = state;
    let typed = Typed::read(&form.0).map_err(|why| AppError::BadForm(why.0))?;
    let changes = match typed.changes() {
        Ok(changes) => changes,
        Err(errors) => {
            let present = db.run(Present::read).await?;
            let view = page(&admin, frame, &post, &present).with_errors(&typed, &present.policy, &errors);
            return html(StatusCode::UNPROCESSABLE_ENTITY, &view);
        }
    };
    let (seen, occasion) = (typed.version, admin.occasion());
    match db.transaction(move |conn| operations::save(conn, seen, &changes, &occasion)).await? {
        Saved::Done(count, policy) => {
            portal.set(policy.face());
            Ok(see_other(PATH, Some((&Message::done(saved(count)), &cookies))))
        }
        Saved::Stale(present, who) => {
            let view = page(&admin, frame, &post, &present).with_conflict(&typed, &present.policy, who);
            html(StatusCode::CONFLICT, &view)
        }
    }
}

fn saved(count: usize) -> String {
    match i64::try_from(count) {
        Ok(0) => "Nothing was changed.".into(),
        count => format!("Saved {}.", counted(count.unwrap_or(i64::MAX), "setting")),
    }
}

/// `POST /admin/settings/notices`
pub async fn choose_notices(
    admin: CurrentAdmin,
    db: Data<Db>,
    cookies: Data<Cookies>,
    form: Form<NoticesForm>,
) -> Result<HttpResponse, AppError> {
    let (id, choice, occasion) = (admin.id(), form.0.new_requests, admin.occasion());
    let is_new = db.transaction(move |conn| admins::choose_notices(conn, id, choice, &occasion)).await?;
    let words = match choice {
        _ if !is_new => "Nothing was changed.",
        Notices::AtOnce => "You get a mail for each new request.",
        Notices::Daily => "You get a mail once a day while requests wait.",
        Notices::Never => "You get no more mail about new requests.",
    };
    Ok(see_other(PATH, Some((&Message::done(words), &cookies))))
}
