//! The door: set-up, sign-in, sign-out.

pub(super) mod session;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use self::session::AdminDoor;
use super::forms::{LoginForm, SetupForm};
use super::operations::{self, Knock};
use super::session::SignedIn;
use super::{queries, views};
use crate::audit::Actor;
use crate::db::Db;
use crate::error::AppError;
use crate::passwords::{Passwords, Verdict};
use crate::values::EmailAddress;
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::Message;
use crate::web::form::{FieldErrors, Form};
use crate::web::local_path::LocalPath;
use crate::web::occasion::occasion;
use crate::web::page::{html, see_other};
use crate::web::peer::{client_address, throttle_group};
use crate::web::query::Query;
use crate::web::session::{Door, begin, goodbye, signed_in};
use crate::web::tokens::token_hash;

const DESK: &str = "/admin/developers";

/// `/admin`: to the desk, and from there to whatever is missing.
pub async fn start() -> HttpResponse {
    see_other(DESK, None)
}

pub async fn login(session: Session, db: Data<Db>, frame: Frame, query: Query) -> Result<HttpResponse, AppError> {
    let next = query.get("next").and_then(LocalPath::parse);
    if signed_in::<AdminDoor>(&session).is_some() {
        return Ok(see_other(next.as_ref().map_or(DESK, LocalPath::as_str), None));
    }
    let needs_setup = !db.run(queries::any_exist).await?;
    let view = views::Login::new(frame.chrome("Sign in", ""), "", next.map(LocalPath::into_string));
    html(StatusCode::OK, &views::Login { needs_setup, ..view })
}

pub async fn sign_in(
    session: Session,
    db: Data<Db>,
    passwords: Data<Passwords>,
    request: HttpRequest,
    form: Form<LoginForm>,
) -> Result<HttpResponse, AppError> {
    let LoginForm { email: typed, password, next } = form.0;
    let next = LocalPath::parse(&next);
    match admitted(&db, &passwords, &request, &typed, password).await? {
        Some(admin) => {
            begin::<AdminDoor>(&session, &admin)?;
            Ok(see_other(next.as_ref().map_or(DESK, LocalPath::as_str), None))
        }
        None => {
            let chrome = Frame::of(&request).chrome("Sign in", "").with_error(true);
            let view = views::Login::new(chrome, &typed, next.map(LocalPath::into_string));
            html(StatusCode::UNAUTHORIZED, &views::Login { refusal: Some(views::REFUSAL), ..view })
        }
    }
}

/// Whoever knows the password; none for all others, after the same time.
async fn admitted(
    db: &Db,
    passwords: &Passwords,
    request: &HttpRequest,
    typed: &str,
    password: String,
) -> Result<Option<SignedIn>, AppError> {
    let Ok(email) = EmailAddress::parse(typed) else { return Ok(None) };
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
        Knock::AccountWaits => return Ok(None),
        Knock::Known(admin) => Some(admin.password_hash),
        Knock::Unknown => None,
    };
    let renewed = match passwords.verify(password, hash).await? {
        Verdict::Right => None,
        Verdict::RightRenewed(hash) => Some(hash),
        Verdict::Wrong => {
            tracing::info!(event = "sign_in_failed", "a password was wrong, or nobody has the address");
            db.transaction(move |conn| operations::sign_in_failed(conn, &email, &occasion, "wrong password")).await?;
            return Ok(None);
        }
    };
    Ok(db.transaction(move |conn| operations::sign_in(conn, &email, renewed.as_deref(), &occasion)).await?)
}

pub async fn sign_out(session: Session, db: Data<Db>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    if let Some(admin) = signed_in::<AdminDoor>(&session) {
        let occasion = occasion(&request, Actor::Visitor);
        db.transaction(move |conn| operations::signed_out(conn, &admin, &occasion)).await?;
    }
    Ok(goodbye::<AdminDoor>(&session))
}

/// What a set-up link is worth now.
enum Link {
    Good,
    /// There is an admin already.
    Spent,
}

/// # Errors
/// 404 for a link that never was one.
async fn link(db: &Db, token: &str) -> Result<Link, AppError> {
    let hash = token_hash(token);
    let found = db.run(move |conn| Ok((queries::any_exist(conn)?, queries::is_setup_link(conn, &hash)?)));
    match found.await? {
        (true, _) => Ok(Link::Spent),
        (false, true) => Ok(Link::Good),
        (false, false) => Err(AppError::NotFound),
    }
}

fn spent(cookies: &Cookies) -> HttpResponse {
    see_other(AdminDoor::PATH, Some((&Message::problem("Guestlist is set up already. Sign in."), cookies)))
}

pub async fn setup(
    db: Data<Db>,
    cookies: Data<Cookies>,
    frame: Frame,
    token: Path<String>,
) -> Result<HttpResponse, AppError> {
    if let Link::Spent = link(&db, &token).await? {
        return Ok(spent(&cookies));
    }
    let chrome = frame.chrome("Set up", "");
    html(StatusCode::OK, &views::Setup::new(chrome, &token, &SetupForm::default(), &FieldErrors::default()))
}

pub async fn set_up(
    session: Session,
    state: (Data<Db>, Data<Passwords>, Data<Cookies>),
    request: HttpRequest,
    token: Path<String>,
    form: Form<SetupForm>,
) -> Result<HttpResponse, AppError> {
    let (db, passwords, cookies) = state;
    if let Link::Spent = link(&db, &token).await? {
        return Ok(spent(&cookies));
    }
    let frame = Frame::of(&request);
    let (name, email) = match form.0.parse(frame.portal()) {
        Ok(person) => person,
        Err(errors) => {
            let chrome = frame.chrome("Set up", "");
            let view = views::Setup::new(chrome, &token, &form.0, &errors);
            return html(StatusCode::UNPROCESSABLE_ENTITY, &view);
        }
    };
    let hash = passwords.hash(form.0.password).await?;
    let occasion = occasion(&request, Actor::System("set-up link"));
    let made = db.transaction(move |conn| operations::set_up(conn, &token, (&name, &email), &hash, &occasion)).await?;
    match made {
        Some(admin) => {
            begin::<AdminDoor>(&session, &admin)?;
            Ok(see_other(DESK, None))
        }
        None => Ok(spent(&cookies)),
    }
}
