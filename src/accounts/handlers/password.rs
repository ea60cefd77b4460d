//! A password that was forgotten, and the first one of people who came without.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::Utc;

use crate::accounts::forms::{ForgotForm, ResetForm, new_password};
use crate::accounts::link::Purpose;
use crate::accounts::operations;
use crate::accounts::queries::{self, Link};
use crate::accounts::views::{Forgot, Reset, ResetOver};
use crate::audit::Actor;
use crate::db::Db;
use crate::developers::{self, Developer, Status};
use crate::error::AppError;
use crate::outbox::Post;
use crate::passwords::Passwords;
use crate::values::EmailAddress;
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::Message;
use crate::web::form::{FieldErrors, Form};
use crate::web::occasion::occasion;
use crate::web::pace::steady;
use crate::web::page::{html, see_other};
use crate::web::peer::{client_address, throttle_group};
use crate::web::tokens::token_hash;

const FORGOT: &str = "Forgot your password?";

/// `GET /password/forgot`
pub async fn forgot(frame: Frame) -> Result<HttpResponse, AppError> {
    html(StatusCode::OK, &Forgot::new(frame.chrome(FORGOT, ""), "", &FieldErrors::default()))
}

/// `POST /password/forgot`: the same answer after the same time, whoever has the address.
pub async fn ask(
    state: (Data<Db>, Data<Post>, Data<Cookies>),
    request: HttpRequest,
    form: Form<ForgotForm>,
) -> Result<HttpResponse, AppError> {
    let (db, post, cookies) = state;
    let mut errors = FieldErrors::default();
    let Some(email) = errors.take("email", EmailAddress::parse(&form.0.email)) else {
        let chrome = Frame::of(&request).chrome(FORGOT, "");
        return html(StatusCode::UNPROCESSABLE_ENTITY, &Forgot::new(chrome, &form.0.email, &errors));
    };
    let group = client_address(&request).map(throttle_group).unwrap_or_default();
    let work =
        db.transaction(move |conn| operations::ask_for_link(conn, Purpose::Reset, &email, &group, &post, Utc::now()));
    if let Err(wait) = steady(work).await? {
        tracing::warn!(event = "throttled", "links to reset a password are asked for too often");
        return Err(AppError::TooMany { wait: wait.0.to_std().unwrap_or_default() });
    }
    let words = "If we know this address, a mail with a link is on its way. The link works for 30 minutes.";
    Ok(see_other("/login", Some((&Message::done(words), &cookies))))
}

/// Somebody with a link to set a password.
struct Holder {
    developer: Developer,
    purpose: Purpose,
}

/// Whose link it is, while it is good.
///
/// # Errors
/// 404 for a token that never was one.
async fn holder(db: &Db, token: &str) -> Result<Option<Holder>, AppError> {
    let hash = token_hash(token);
    let found = db.run(move |conn| {
        let Some(Link { purpose, developer, is_good }) =
            queries::find_link(conn, Purpose::PASSWORD, &hash, Utc::now())?
        else {
            return Ok(None);
        };
        let holder = developers::find(conn, developer)?.map(|developer| Holder { developer, purpose });
        Ok(Some(holder.filter(|_| is_good)))
    });
    found.await?.ok_or(AppError::NotFound)
}

fn over(frame: Frame) -> Result<HttpResponse, AppError> {
    html(StatusCode::GONE, &ResetOver::new(frame.chrome("This link is over", "")))
}

fn form_page(
    status: StatusCode,
    frame: Frame,
    token: &str,
    purpose: Purpose,
    errors: &FieldErrors,
) -> Result<HttpResponse, AppError> {
    let is_first = purpose == Purpose::Welcome;
    let title = if is_first { "Choose your password" } else { "Choose a new password" };
    html(status, &Reset::new(frame.chrome(title, ""), token, is_first, errors))
}

/// `GET /password/reset/{token}`: the link stays good, whoever looks at it.
pub async fn reset(db: Data<Db>, frame: Frame, token: Path<String>) -> Result<HttpResponse, AppError> {
    match holder(&db, &token).await? {
        Some(Holder { purpose, .. }) => form_page(StatusCode::OK, frame, &token, purpose, &FieldErrors::default()),
        None => over(frame),
    }
}

/// `POST /password/reset/{token}`
pub async fn set(
    state: (Data<Db>, Data<Passwords>, Data<Post>, Data<Cookies>),
    request: HttpRequest,
    token: Path<String>,
    form: Form<ResetForm>,
) -> Result<HttpResponse, AppError> {
    let (db, passwords, post, cookies) = state;
    let frame = Frame::of(&request);
    let Some(Holder { developer, purpose }) = holder(&db, &token).await? else { return over(frame) };
    let context = [&developer.full_name, &developer.email, &developer.organization].map(String::as_str);
    if let Err(errors) = new_password(&form.0.password, &[&context[..], &[frame.portal()]].concat()) {
        return form_page(StatusCode::UNPROCESSABLE_ENTITY, frame, &token, purpose, &errors);
    }
    let hash = passwords.hash(form.0.password).await?;
    let occasion = occasion(&request, Actor::Visitor);
    let work = move |conn: &mut _| operations::reset(conn, &token, &hash, &post, &occasion);
    match db.transaction(work).await? {
        Some(developer) => Ok(see_other("/login", Some((&Message::done(password_is_set(developer.status)), &cookies)))),
        None => over(frame),
    }
}

fn password_is_set(status: Status) -> String {
    match status {
        Status::Approved => "Your password is set. Sign in with it.".into(),
        status => format!("Your password is set. {}", status.told()),
    }
}
