//! The developer's own page.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::Utc;

use super::session::{CurrentDeveloper, DeveloperDoor};
use crate::accounts::forms::{AccountForm, PasswordForm, new_password};
use crate::accounts::operations::{self, Knock};
use crate::accounts::session::SignedIn;
use crate::accounts::views::{Account, AccountFacts};
use crate::db::{Conn, Db};
use crate::developers::{self, Developer};
use crate::error::AppError;
use crate::outbox::Post;
use crate::passwords::{Passwords, Verdict};
use crate::values::{EmailAddress, Refused};
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::Message;
use crate::web::form::{FieldErrors, Form};
use crate::web::moments::Moment;
use crate::web::page::{html, see_other};
use crate::web::peer::{client_address, throttle_group};
use crate::web::session::begin;

const HOME: &str = "/account";

async fn own_record(db: &Db, visitor: &CurrentDeveloper) -> Result<Developer, AppError> {
    let id = visitor.id();
    db.run(move |conn| developers::find(conn, id)).await?.ok_or(AppError::NotFound)
}

/// What was refused, if anything was: on the form with the name, and on the one with the password.
#[derive(Default)]
struct Refusals {
    person: FieldErrors,
    password: FieldErrors,
}

fn page(
    visitor: &CurrentDeveloper,
    frame: Frame,
    developer: &Developer,
    typed: (&str, &str),
    refusals: &Refusals,
) -> Result<HttpResponse, AppError> {
    let is_refused = !refusals.person.is_empty() || !refusals.password.is_empty();
    let facts = AccountFacts {
        name: developer.shown_name().to_owned(),
        email: developer.email.clone(),
        organization: developer.organization.clone(),
        since: Moment::new(developer.requested_at, Utc::now()),
    };
    let chrome = visitor.chrome(frame, "Your account").leading_back_to(HOME.into());
    let view = Account::new(chrome, facts, typed, &refusals.person, &refusals.password);
    html(if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &view)
}

/// `GET /account`
pub async fn show(visitor: CurrentDeveloper, db: Data<Db>, frame: Frame) -> Result<HttpResponse, AppError> {
    let developer = own_record(&db, &visitor).await?;
    page(&visitor, frame, &developer, (&developer.full_name, &developer.organization), &Refusals::default())
}

/// `POST /account`
pub async fn edit(
    visitor: CurrentDeveloper,
    db: Data<Db>,
    cookies: Data<Cookies>,
    frame: Frame,
    form: Form<AccountForm>,
) -> Result<HttpResponse, AppError> {
    let AccountForm { full_name, organization } = &form.0;
    let (name, company) = match developers::parse_person(full_name, organization) {
        Ok(person) => person,
        Err(person) => {
            let developer = own_record(&db, &visitor).await?;
            let refusals = Refusals { person, ..Refusals::default() };
            return page(&visitor, frame, &developer, (full_name, organization), &refusals);
        }
    };
    let (id, occasion) = (visitor.id(), visitor.occasion());
    let edit = move |conn: &mut Conn| developers::edit_own(conn, id, (&name, &company), &occasion);
    db.transaction(edit).await?.ok_or(AppError::NotFound)?;
    Ok(see_other(HOME, Some((&Message::done("Saved."), &cookies))))
}

/// `POST /account/password`: the old one is asked for, whoever sits in front of the screen.
pub async fn change_password(
    (session, visitor): (Session, CurrentDeveloper),
    state: (Data<Db>, Data<Passwords>, Data<Post>, Data<Cookies>),
    request: HttpRequest,
    form: Form<PasswordForm>,
) -> Result<HttpResponse, AppError> {
    let (db, passwords, post, cookies) = state;
    let PasswordForm { current_password, password } = form.0;
    let frame = Frame::of(&request);
    let developer = own_record(&db, &visitor).await?;
    let context = [developer.full_name.as_str(), &developer.email, &developer.organization, frame.portal()];
    let mut errors = new_password(&password, &context).err().unwrap_or_default();
    if let Err(why) = confirmed(&db, &passwords, &request, &visitor, current_password).await? {
        errors.add("current_password", Refused(why.to_owned()));
    }
    if !errors.is_empty() {
        let refusals = Refusals { password: errors, ..Refusals::default() };
        return page(&visitor, frame, &developer, (&developer.full_name, &developer.organization), &refusals);
    }
    let hash = passwords.hash(password).await?;
    let (id, occasion) = (visitor.id(), visitor.occasion());
    let change = move |conn: &mut Conn| operations::change_password(conn, id, &hash, &post, &occasion);
    let signed_in: SignedIn = db.transaction(change).await?.ok_or(AppError::NotFound)?;
    // Every browser was signed out; this one comes in again, by a new key.
    begin::<DeveloperDoor>(&session, &signed_in)?;
    let words = "Your password is changed. Every other browser was signed out.";
    Ok(see_other(HOME, Some((&Message::done(words), &cookies))))
}

/// Whether this is the developer's password, counted and recorded like an attempt to sign in; else why not.
async fn confirmed(
    db: &Db,
    passwords: &Passwords,
    request: &HttpRequest,
    visitor: &CurrentDeveloper,
    password: String,
) -> Result<Result<(), &'static str>, AppError> {
    let email = EmailAddress::parse(visitor.email()).map_err(AppError::fault)?;
    let group = client_address(request).map(throttle_group).unwrap_or_default();
    let occasion = visitor.occasion();
    let knock = {
        let (email, occasion) = (email.clone(), occasion.clone());
        db.transaction(move |conn| operations::knock(conn, &email, &group, &occasion)).await?
    };
    let hash = match knock {
        Knock::AddressWaits(wait) => return Err(AppError::TooMany { wait: wait.0.to_std().unwrap_or_default() }),
        Knock::AccountWaits => return Ok(Err("Too many attempts: wait up to 15 minutes, then try again")),
        Knock::Looked(hash) => hash,
    };
    let is_right = passwords.verify(password, hash).await? != Verdict::Wrong;
    db.transaction(move |conn| match is_right {
        true => operations::confirmed(conn, &email, &occasion),
        false => operations::sign_in_failed(conn, &email, &occasion, "wrong current password"),
    })
    .await?;
    Ok(if is_right { Ok(()) } else { Err("This is not your current password") })
}
