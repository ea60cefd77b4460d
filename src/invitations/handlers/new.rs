//! The box: empty, with a look at what was typed, and with what a press on a button made of it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::Data;
use chrono::Utc;

use super::SECTION;
use crate::admins::CurrentAdmin;
use crate::config::Config;
use crate::db::{Conn, Db};
use crate::error::AppError;
use crate::invitations::Via;
use crate::invitations::forms::{CheckForm, InviteForm, MAX_KIB};
use crate::invitations::list::PATH;
use crate::invitations::operations::{self, Checked, Invited, Outcome};
use crate::invitations::views::{self, CheckAlone, InviteAlone, New, Text};
use crate::outbox::Post;
use crate::policy::Policy;
use crate::throttles::Wait;
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::Message;
use crate::web::form::Form;
use crate::web::htmx::Htmx;
use crate::web::invite::{self, Invite};
use crate::web::page::{html, see_other};

/// The box alone for htmx, else its page; or the list where nothing is left to do.
fn shown(
    status: StatusCode,
    admin: &CurrentAdmin,
    (frame, htmx, cookies): (Frame, &Htmx, &Cookies),
    invite: Invite,
) -> Result<HttpResponse, AppError> {
    if htmx.wants_fragment {
        return html(status, &InviteAlone { invite });
    }
    if let Some(words) = invite.farewell() {
        return Ok(see_other(PATH, Some((&Message::done(words), cookies))));
    }
    let chrome = admin.chrome(frame, "Invite developers", SECTION).leading_back_to(invite::PATH.into());
    html(status, &New { chrome: chrome.with_error(invite.error.is_some()), invite })
}

/// `GET /admin/invitations/new`
pub async fn new(
    admin: CurrentAdmin,
    cookies: Data<Cookies>,
    (frame, htmx, invite): (Frame, Htmx, Invite),
) -> Result<HttpResponse, AppError> {
    shown(StatusCode::OK, &admin, (frame, &htmx, &cookies), invite)
}

/// `POST /admin/invitations/check`: writes nothing.
pub async fn check(
    admin: CurrentAdmin,
    (config, db, cookies): (Data<Config>, Data<Db>, Data<Cookies>),
    (frame, htmx, invite): (Frame, Htmx, Invite),
    form: Form<CheckForm, MAX_KIB>,
) -> Result<HttpResponse, AppError> {
    let (typed, separator) = (form.0.addresses.clone(), form.0.separator());
    let look = move |conn: &mut Conn| {
        let policy = Policy::read(conn)?;
        Ok((operations::check(conn, &typed, &policy, Utc::now())?, policy))
    };
    let (checked, policy) = db.run(look).await?;
    let text = Text::new(&policy, admin.name(), &config.base_url);
    let invite_check = views::checked(&checked, &policy, &text, invite.delivers);
    if htmx.wants_fragment {
        return html(StatusCode::OK, &CheckAlone { invite_check });
    }
    let invite = Invite { addresses: form.0.addresses, check: invite_check, ..invite.with(separator) };
    shown(StatusCode::OK, &admin, (frame, &htmx, &cookies), invite)
}

/// Whom it would have been for, and why nobody was invited.
struct Refusal {
    checked: Checked,
    why: String,
    /// Until there is room for some of them again.
    wait: Option<Wait>,
}

fn judged(outcome: Outcome, via: Via) -> Result<Invited, Box<Refusal>> {
    let refusal = |why, checked, wait| Err(Box::new(Refusal { checked, why, wait }));
    match outcome {
        Outcome::Invited(invited) => Ok(invited),
        Outcome::Nobody(checked) => refusal(views::nobody(&checked, via), checked, None),
        Outcome::TooMany(checked) => refusal(views::too_many(&checked), checked, None),
        Outcome::DayLimit(checked, short) => refusal(views::day_limit(&checked, short), checked, Some(short.wait)),
        Outcome::NoMail(checked) => refusal(views::NO_MAIL.to_owned(), checked, None),
    }
}

/// `POST /admin/invitations`
pub async fn invite(
    admin: CurrentAdmin,
    (config, db, post, cookies): (Data<Config>, Data<Db>, Data<Post>, Data<Cookies>),
    (frame, htmx, invite): (Frame, Htmx, Invite),
    form: Form<InviteForm, MAX_KIB>,
) -> Result<HttpResponse, AppError> {
    let (separator, occasion) = (form.0.separator(), admin.occasion());
    let (typed, via, invite) = (form.0.addresses.clone(), form.0.via, invite.with(separator));
    let work = move |conn: &mut Conn| operations::invite(conn, &typed, via, &post, &occasion);
    let text = |policy: &Policy| Text::new(policy, admin.name(), &config.base_url);
    let (status, wait, invite) = match judged(db.transaction(work).await?, via) {
        Ok(invited) if via == Via::MailApp => {
            (StatusCode::OK, None, views::prepared(invite, &invited, &text(&invited.policy), separator))
        }
        Ok(invited) => (StatusCode::OK, None, views::queued(invite, &invited)),
        Err(refusal) => {
            let Refusal { checked, why, wait } = *refusal;
            let policy = db.run(Policy::read).await?;
            let check = views::checked(&checked, &policy, &text(&policy), invite.delivers);
            let status = if wait.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
            (status, wait, views::refused(invite, &form.0.addresses, check, why))
        }
    };
    let mut response = shown(status, &admin, (frame, &htmx, &cookies), invite)?;
    if let Some(Wait(wait)) = wait {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.num_seconds().max(1)));
    }
    // Without it the choice holds for this page only.
    let _ = response.add_cookie(&separator.cookie(&cookies));
    Ok(response)
}
