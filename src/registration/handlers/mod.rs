//! The public pages: front, sign-up, what happens next, the proof of a mailbox.

pub mod added;
pub mod invited;

use actix_session::Session;
use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};

use super::forms::{AddressForm, RegisterForm, started};
use super::operations::{self, Outcome};
use super::views::{Closed, Front, LinkOver, Received, Register, Verified, Verify};
use crate::accounts::{self, Link, Purpose};
use crate::audit::{Actor, Occasion};
use crate::db::{Conn, Db};
use crate::developers::{self, Developer};
use crate::error::AppError;
use crate::outbox::Post;
use crate::passwords::Passwords;
use crate::policy::Policy;
use crate::throttles::Wait;
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

const RECEIVED: &str = "/register/received";
/// The cookie that remembers who signed up in this browser, for the page that says what happens next.
const COOKIE: &str = "registered";
const REMEMBERED: Duration = Duration::hours(1);
/// How long the page asks to wait before another link is asked for.
const RESEND_AFTER: i64 = 60;

async fn policy(db: &Db) -> Result<Policy, AppError> {
    Ok(db.run(Policy::read).await?)
}

/// `GET /`
pub async fn front(session: Session, db: Data<Db>, frame: Frame) -> Result<HttpResponse, AppError> {
    let policy = policy(&db).await?;
    let chrome = frame.chrome("Welcome", "");
    let chrome = match accounts::visitor(&session) {
        Some(badge) => chrome.visited_by(badge),
        None => chrome,
    };
    html(StatusCode::OK, &Front::new(chrome, policy.welcome(), policy.is_open()))
}

fn closed(frame: Frame) -> Result<HttpResponse, AppError> {
    html(StatusCode::OK, &Closed::new(frame.chrome("Registration is closed", "")))
}

fn form_page(
    status: StatusCode,
    frame: Frame,
    policy: &Policy,
    typed: &RegisterForm,
    errors: &FieldErrors,
) -> Result<HttpResponse, AppError> {
    html(status, &Register::new(frame.chrome("Register", ""), typed, errors, policy, started(Utc::now())))
}

/// `GET /register`
pub async fn form(db: Data<Db>, frame: Frame) -> Result<HttpResponse, AppError> {
    let policy = policy(&db).await?;
    match policy.is_open() {
        true => form_page(StatusCode::OK, frame, &policy, &RegisterForm::default(), &FieldErrors::default()),
        false => closed(frame),
    }
}

fn group(request: &HttpRequest) -> String {
    client_address(request).map(throttle_group).unwrap_or_default()
}

fn too_many(what: &str, wait: Wait) -> AppError {
    tracing::warn!(event = "throttled", "{what} come too often");
    AppError::TooMany { wait: wait.0.to_std().unwrap_or_default() }
}

/// Counts a sign-up.
///
/// # Errors
/// 429 where too many come from one address; the database.
async fn admit(db: &Db, request: &HttpRequest, occasion: &Occasion) -> Result<(), AppError> {
    let (group, occasion) = (group(request), occasion.clone());
    let counted = db.transaction(move |conn| operations::admit(conn, &group, &occasion)).await?;
    counted.map_err(|wait| too_many("sign-ups from one address", wait))
}

/// `POST /register`
pub async fn register(
    state: (Data<Db>, Data<Passwords>, Data<Post>, Data<Cookies>),
    request: HttpRequest,
    form: Form<RegisterForm>,
) -> Result<HttpResponse, AppError> {
    let (db, passwords, post, cookies) = state;
    let (frame, form) = (Frame::of(&request), form.0);
    let policy = policy(&db).await?;
    if !policy.is_open() {
        return closed(frame);
    }
    let wanted = match form.parse(frame.portal(), policy.required_terms()) {
        Ok(wanted) => wanted,
        Err(errors) => return form_page(StatusCode::UNPROCESSABLE_ENTITY, frame, &policy, &form, &errors),
    };
    let occasion = occasion(&request, Actor::Visitor);
    let answer = received(wanted.email.as_str(), Proof::AsUsual, None, &cookies);
    if form.is_by_a_program(occasion.at) {
        tracing::info!(event = "trapped", "a program filled in the sign-up form");
        return Ok(answer);
    }
    admit(&db, &request, &occasion).await?;
    let hash = passwords.hash(form.password).await?;
    let work = move |conn: &mut Conn| operations::register(conn, &wanted, &hash, &post, &occasion);
    match steady(db.transaction(work)).await? {
        Outcome::Taken => Ok(answer),
        Outcome::Closed => closed(frame),
    }
}

/// What the page that says what happens next need not ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// What the settings ask for.
    AsUsual,
    /// The mailbox is proven already, by a personal link.
    Given,
}

/// What this browser remembers of a sign-up.
struct Remembered {
    email: String,
    proof: Proof,
    /// How many seconds another link should wait.
    wait: u32,
}

/// To the page that says what happens next, which this browser's cookie tells the address.
fn received(email: &str, proof: Proof, message: Option<&Message>, cookies: &Cookies) -> HttpResponse {
    let mark = if proof == Proof::Given { ".proven" } else { "" };
    let value = format!("{}.{}{mark}", Utc::now().timestamp(), URL_SAFE_NO_PAD.encode(email));
    let mut response = see_other(RECEIVED, message.map(|message| (message, cookies)));
    // A cookie that cannot be written leaves the page without an address, which it can do without.
    let _ = response.add_cookie(&cookies.signed(COOKIE, value, REMEMBERED));
    response
}

fn remembered(request: &HttpRequest, cookies: &Cookies) -> Option<Remembered> {
    let value = cookies.read_signed(request, COOKIE)?;
    let (at, email) = value.split_once('.')?;
    let (email, proof) = email.split_once('.').map_or((email, Proof::AsUsual), |(email, _)| (email, Proof::Given));
    let age = Utc::now() - DateTime::from_timestamp(at.parse().ok()?, 0)?;
    let email = String::from_utf8(URL_SAFE_NO_PAD.decode(email).ok()?).ok()?;
    let wait = u32::try_from(RESEND_AFTER - age.num_seconds().max(0)).unwrap_or(0);
    Some(Remembered { email, proof, wait })
}

/// `GET /register/received`
pub async fn next_steps(
    db: Data<Db>,
    post: Data<Post>,
    cookies: Data<Cookies>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let remembered = remembered(&request, &cookies);
    let is_proven = remembered.as_ref().is_some_and(|remembered| remembered.proof == Proof::Given);
    let proves = !is_proven && policy(&db).await?.requires_proof(post.delivers);
    let (email, wait) = remembered.as_ref().map_or((None, 0), |known| (Some(known.email.as_str()), known.wait));
    let chrome = Frame::of(&request).chrome("What happens next", "");
    html(StatusCode::OK, &Received::new(chrome, email, proves, wait))
}

/// `POST /register/resend`: the same answer after the same time, whoever has the address.
pub async fn resend(
    state: (Data<Db>, Data<Post>, Data<Cookies>),
    request: HttpRequest,
    form: Form<AddressForm>,
) -> Result<HttpResponse, AppError> {
    let (db, post, cookies) = state;
    let mut errors = FieldErrors::default();
    let Some(email) = errors.take("email", EmailAddress::parse(&form.0.email)) else {
        let chrome = Frame::of(&request).chrome("A new link", "").leading_back_to(RECEIVED.into());
        return html(StatusCode::UNPROCESSABLE_ENTITY, &LinkOver::refused(chrome, &form.0.email, &errors));
    };
    let group = group(&request);
    let answer = {
        let words = "If there is something to confirm for this address, a new mail is on its way.";
        received(email.as_str(), Proof::AsUsual, Some(&Message::done(words)), &cookies)
    };
    let work =
        db.transaction(move |conn| accounts::ask_for_link(conn, Purpose::Verify, &email, &group, &post, Utc::now()));
    steady(work).await?.map_err(|wait| too_many("links to prove a mailbox", wait))?;
    Ok(answer)
}

/// A link and whose it is.
///
/// # Errors
/// 404 for a token that never was one.
async fn holder(db: &Db, token: &str) -> Result<(Link, Developer), AppError> {
    let hash = token_hash(token);
    let found = db.run(move |conn| {
        let Some(link) = accounts::find_link(conn, &[Purpose::Verify], &hash, Utc::now())? else { return Ok(None) };
        Ok(developers::find(conn, link.developer)?.map(|developer| (link, developer)))
    });
    found.await?.ok_or(AppError::NotFound)
}

/// `GET /verify/{token}`: the link stays good, whoever looks at it.
pub async fn verify(db: Data<Db>, frame: Frame, token: Path<String>) -> Result<HttpResponse, AppError> {
    match holder(&db, &token).await? {
        (_, developer) if developer.email_verified_at.is_some() => confirmed(frame, &developer, true),
        (Link { is_good: true, .. }, developer) => {
            html(StatusCode::OK, &Verify::new(frame.chrome("Confirm your address", ""), &token, &developer.email))
        }
        _ => over(frame),
    }
}

fn over(frame: Frame) -> Result<HttpResponse, AppError> {
    html(StatusCode::GONE, &LinkOver::new(frame.chrome("This link is over", "")))
}

fn confirmed(frame: Frame, developer: &Developer, is_repeat: bool) -> Result<HttpResponse, AppError> {
    html(
        StatusCode::OK,
        &Verified::new(frame.chrome("Your address is confirmed", ""), is_repeat, developer.status.told()),
    )
}

/// `POST /verify/{token}`
pub async fn confirm(
    db: Data<Db>,
    post: Data<Post>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse, AppError> {
    let frame = Frame::of(&request);
    match holder(&db, &token).await? {
        (_, developer) if developer.email_verified_at.is_some() => confirmed(frame, &developer, true),
        (Link { is_good: true, developer, .. }, _) => {
            let occasion = occasion(&request, Actor::Visitor);
            let work = move |conn: &mut Conn| accounts::prove(conn, developer, &post, &occasion);
            let developer = db.transaction(work).await?.ok_or(AppError::NotFound)?;
            confirmed(frame, &developer, false)
        }
        _ => over(frame),
    }
}
