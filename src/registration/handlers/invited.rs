//! Personal links: the sign-up form of somebody who is invited.

use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::Utc;

use super::{Proof, admit, received};
use crate::audit::Actor;
use crate::db::{Conn, Db};
use crate::developers::{Developer, Status};
use crate::error::AppError;
use crate::invitations::{self, Holder, Standing};
use crate::outbox::Post;
use crate::passwords::Passwords;
use crate::policy::Policy;
use crate::registration::forms::{RegisterForm, started};
use crate::registration::operations::{self, Acceptance};
use crate::registration::views::{InvitationOver, Known, Register};
use crate::values::EmailAddress;
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::Message;
use crate::web::form::{FieldErrors, Form};
use crate::web::occasion::occasion;
use crate::web::page::{html, see_other};
use crate::web::tokens::token_hash;

/// Whose link it is, and what the settings say now.
///
/// # Errors
/// 404 for a token that never was one.
async fn guest(db: &Db, token: &str) -> Result<(Holder, Policy), AppError> {
    let hash = token_hash(token);
    let found = db.run(move |conn| {
        let Some(holder) = invitations::holder(conn, &hash, Utc::now())? else { return Ok(None) };
        Ok(Some((holder, Policy::read(conn)?)))
    });
    found.await?.ok_or(AppError::NotFound)
}

fn over(frame: Frame, holder: &Holder, policy: &Policy) -> Result<HttpResponse, AppError> {
    let chrome = frame.chrome(InvitationOver::heading(holder.standing), "");
    let is_welcome = EmailAddress::parse(&holder.invitation.email).is_ok_and(|email| policy.admits(&email));
    html(StatusCode::GONE, &InvitationOver::new(chrome, holder, policy.is_open() && is_welcome))
}

fn form_page(
    status: StatusCode,
    frame: Frame,
    (holder, policy): (&Holder, &Policy),
    token: &str,
    (typed, errors): (&RegisterForm, &FieldErrors),
) -> Result<HttpResponse, AppError> {
    let view = Register::new(frame.chrome("You are invited", ""), typed, errors, policy, started(Utc::now()));
    html(status, &view.by_invitation(&holder.invitation, token))
}

/// `GET /register/{token}`: the link stays good, whoever looks at it.
pub async fn form(db: Data<Db>, request: HttpRequest, token: Path<String>) -> Result<HttpResponse, AppError> {
    let frame = Frame::of(&request);
    let (holder, policy) = guest(&db, &token).await?;
    if holder.standing != Standing::Good {
        return over(frame, &holder, &policy);
    }
    // HEAD shows the page to nobody.
    if request.method() == Method::GET {
        let id = holder.invitation.id;
        db.transaction(move |conn| invitations::opened(conn, id, Utc::now())).await?;
    }
    let nothing = (&RegisterForm::default(), &FieldErrors::default());
    form_page(StatusCode::OK, frame, (&holder, &policy), &token, nothing)
}

/// `POST /register/{token}`
pub async fn register(
    state: (Data<Db>, Data<Passwords>, Data<Post>, Data<Cookies>),
    request: HttpRequest,
    token: Path<String>,
    form: Form<RegisterForm>,
) -> Result<HttpResponse, AppError> {
    let (db, passwords, post, cookies) = state;
    let (frame, form) = (Frame::of(&request), form.0);
    let (holder, policy) = guest(&db, &token).await?;
    if holder.standing != Standing::Good {
        return over(frame, &holder, &policy);
    }
    let email = holder.invitation.email.clone();
    let invitee = match form.parse_invited(&email, frame.portal(), policy.required_terms()) {
        Ok(invitee) => invitee,
        Err(errors) => {
            let refused = StatusCode::UNPROCESSABLE_ENTITY;
            return form_page(refused, frame, (&holder, &policy), &token, (&form, &errors));
        }
    };
    let occasion = occasion(&request, Actor::Visitor);
    if form.is_by_a_program(occasion.at) {
        tracing::info!(event = "trapped", "a program filled in the form of an invitation");
        return Ok(received(&email, Proof::Given, None, &cookies));
    }
    admit(&db, &request, &occasion).await?;
    let (hash, token) = (passwords.hash(form.password).await?, token_hash(&token));
    let work = move |conn: &mut Conn| operations::accept(conn, &token, &invitee, &hash, &post, &occasion);
    answer(db.transaction(work).await?, frame, (&holder, &policy), &cookies)
}

fn answer(
    acceptance: Acceptance,
    frame: Frame,
    (holder, policy): (&Holder, &Policy),
    cookies: &Cookies,
) -> Result<HttpResponse, AppError> {
    match acceptance {
        Acceptance::Registered(developer) => Ok(welcome(&developer, cookies)),
        Acceptance::Known(developer) => {
            let chrome = frame.chrome("This address is registered already", "");
            html(StatusCode::CONFLICT, &Known::new(chrome, &developer))
        }
        Acceptance::Over(standing) => over(frame, &Holder { standing, ..holder.clone() }, policy),
        Acceptance::Unknown => Err(AppError::NotFound),
    }
}

fn welcome(developer: &Developer, cookies: &Cookies) -> HttpResponse {
    if developer.status == Status::Approved {
        let message = Message::done(format!("{} Sign in with your new password.", developer.status.told()));
        return see_other("/login", Some((&message, cookies)));
    }
    received(&developer.email, Proof::Given, None, cookies)
}
