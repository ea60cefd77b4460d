//! The developers' door: sign-in and sign-out. Passwords in `password`, the account page in `account`.

pub mod account;
pub mod password;
pub(super) mod session;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use self::session::DeveloperDoor;
use super::forms::LoginForm;
use super::operations::{self, Entrance, Knock};
use super::session::SignedIn;
use super::views::{Login, Refusal};
use crate::audit::Actor;
use crate::db::Db;
use crate::developers::Status;
use crate::error::AppError;
use crate::outbox::Post;
use crate::passwords::{Passwords, Verdict};
use crate::values::EmailAddress;
use crate::web::chrome::{Badge, Frame};
use crate::web::cookies::Cookies;
use crate::web::form::Form;
use crate::web::local_path::LocalPath;
use crate::web::occasion::occasion;
use crate::web::page::{html, see_other};
use crate::web::peer::{client_address, throttle_group};
use crate::web::query::Query;
use crate::web::session::{begin, goodbye, has_ended, signed_in};

const HOME: &str = "/account";

/// `GET /login`
pub async fn login(
    session: Session,
    cookies: Data<Cookies>,
    request: HttpRequest,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let next = query.get("next").and_then(LocalPath::parse);
    if signed_in::<DeveloperDoor>(&session).is_some() {
        return Ok(see_other(next.as_ref().map_or(HOME, LocalPath::as_str), None));
    }
    let chrome = Frame::of(&request).chrome("Sign in", "");
    let has_ended = has_ended::<DeveloperDoor>(&request, &cookies);
    let page = Login::new(chrome, "", next.map(LocalPath::into_string), None);
    html(StatusCode::OK, &page.after_a_session(has_ended))
}

/// Who is signed in on a page that everybody may see.
pub fn visitor(session: &Session) -> Option<Badge> {
    signed_in::<DeveloperDoor>(session).map(|SignedIn { name, email, .. }| Badge { name, email })
}

/// `POST /login`
pub async fn sign_in(
    session: Session,
    state: (Data<Db>, Data<Passwords>, Data<Post>),
    request: HttpRequest,
    form: Form<LoginForm>,
) -> Result<HttpResponse, AppError> {
    let LoginForm { email, password, next } = form.0;
    let next = LocalPath::parse(&next);
    match admitted(state, &request, &email, password).await? {
        Ok(developer) => {
            begin::<DeveloperDoor>(&session, &developer)?;
            Ok(see_other(next.as_ref().map_or(HOME, LocalPath::as_str), None))
        }
        Err(refusal) => {
            let chrome = Frame::of(&request).chrome("Sign in", "");
            let view = Login::new(chrome, &email, next.map(LocalPath::into_string), Some(refusal));
            html(StatusCode::UNAUTHORIZED, &view)
        }
    }
}

/// Whoever knows the password and is approved; for all others what they are told. Unknown addresses and wrong
/// passwords are told the same, after the same time.
async fn admitted(
    (db, passwords, post): (Data<Db>, Data<Passwords>, Data<Post>),
    request: &HttpRequest,
    typed: &str,
    password: String,
) -> Result<Result<SignedIn, Refusal>, AppError> {
    let Ok(email) = EmailAddress::parse(typed) else { return Ok(Err(wrong())) };
    let occasion = occasion(request, Actor::Visitor);
    let group = client_address(request).map(throttle_group).unwrap_or_default();
    let knock = {
        let (email, occasion) = (email.clone(), occasion.clone());
        db.transaction(move |conn| operations::knock(conn, &email, &group, &occasion)).await?
    };
    let hash = match knock {
        Knock::AddressWaits(wait) => {
            tracing::warn!(event = "throttled", "sign-ins from one address are too many");
            return Err(AppError::TooMany { wait: wait.0.to_std().unwrap_or_default() });
        }
        Knock::AccountWaits => return Ok(Err(wrong())),
        Knock::Looked(hash) => hash,
    };
    let renewed = match passwords.verify(password, hash).await? {
        Verdict::Right => None,
        Verdict::RightRenewed(hash) => Some(hash),
        Verdict::Wrong => {
            tracing::info!(event = "sign_in_failed", "a password was wrong, or nobody has the address");
            db.transaction(move |conn| operations::sign_in_failed(conn, &email, &occasion, "wrong password")).await?;
            return Ok(Err(wrong()));
        }
    };
    let entrance =
        db.transaction(move |conn| operations::sign_in(conn, &email, renewed.as_deref(), &post, &occasion)).await?;
    Ok(match entrance {
        Entrance::In(developer) => Ok(developer),
        Entrance::Waits { status, proves } => Err(waits(status, proves)),
        Entrance::Unproven => Err(unproven()),
        Entrance::Gone => Err(wrong()),
    })
}

/// Said for an unknown address, a wrong password and an account that must wait, so that none can be told apart.
fn wrong() -> Refusal {
    let words = "Email or password is wrong. After several attempts an account has to wait for up to 15 minutes.";
    Refusal { words: words.into(), offers_link: false }
}

fn waits(status: Status, proves: bool) -> Refusal {
    let also = if proves { " Your email address is not confirmed either." } else { "" };
    Refusal { words: format!("{}{also}", status.told()), offers_link: proves }
}

fn unproven() -> Refusal {
    Refusal { words: "Confirm your email address first. We can send you a new link.".into(), offers_link: true }
}

/// `POST /logout`
pub async fn sign_out(session: Session, db: Data<Db>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    if let Some(developer) = signed_in::<DeveloperDoor>(&session) {
        let occasion = occasion(&request, Actor::Visitor);
        db.transaction(move |conn| operations::signed_out(conn, &developer, &occasion)).await?;
    }
    Ok(goodbye::<DeveloperDoor>(&session))
}
