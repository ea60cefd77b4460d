//! The list, and what is done with one invitation.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::Utc;

use super::SECTION;
use crate::admins::CurrentAdmin;
use crate::config::Config;
use crate::db::{Conn, Db};
use crate::error::AppError;
use crate::ids::InvitationId;
use crate::invitations::list::{InvitationList, PATH};
use crate::invitations::operations::{self, Repeated, Withdrawal};
use crate::invitations::queries;
use crate::invitations::views::{self, List, Page};
use crate::outbox::Post;
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::Message;
use crate::web::htmx::Htmx;
use crate::web::invite::Invite;
use crate::web::page::{Rendered, html, rendered, see_other};
use crate::web::query::Query;

/// An id in the path; what is none is no page.
fn id_of(path: &str) -> Result<InvitationId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

/// What every page of the list needs.
type State = (Data<Config>, Data<Db>, Data<Cookies>);

async fn page_of(
    admin: &CurrentAdmin,
    (config, db, _): &State,
    (frame, invite): (Frame, Invite),
    list: InvitationList,
) -> Result<List, AppError> {
    let now = Utc::now();
    let work = move |conn: &mut Conn| {
        let slice = queries::page(conn, &list, now)?;
        Ok(Page { list: list.clone(), slice, any_exist: queries::any_exist(conn)? })
    };
    let page = db.run(work).await?;
    let chrome = admin.chrome(frame, "Invitations", SECTION).leading_back_to(page.list.url());
    Ok(List::new(chrome, invite, &page, config.base_url.as_str(), now))
}

/// `GET /admin/invitations`
pub async fn list(
    admin: CurrentAdmin,
    state: State,
    page: (Frame, Invite),
    htmx: Htmx,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let page = page_of(&admin, &state, page, InvitationList::parse(&query)).await?;
    if htmx.wants_fragment {
        let fragment = Rendered::of(&page.as_list())?.and(Rendered::of(&page.as_tabs())?);
        return Ok(rendered(StatusCode::OK, fragment));
    }
    html(StatusCode::OK, &page)
}

/// `POST /admin/invitations/{id}/resend`. Its form has no fields: where it leads back to stands in the address.
pub async fn resend(
    admin: CurrentAdmin,
    state: State,
    post: Data<Post>,
    page: (Frame, Invite),
    id: Path<String>,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let (id, occasion) = (id_of(&id)?, admin.occasion());
    let work = move |conn: &mut Conn| operations::resend(conn, id, &post, &occasion);
    let why = match state.1.transaction(work).await? {
        Repeated::Done(invitation) => return Ok(done(&query, views::resent(&invitation), &state)),
        Repeated::Waits(wait) => return Err(AppError::TooMany { wait: wait.0.to_std().unwrap_or_default() }),
        Repeated::Gone => return Err(AppError::NotFound),
        Repeated::Superseded(invitation) => return Ok(done(&query, views::superseded(&invitation), &state)),
        Repeated::Refused(listed) => views::settled(&listed, Utc::now()),
        Repeated::NoMail => views::NO_RESEND.to_owned(),
    };
    let page = page_of(&admin, &state, page, behind(&query)).await?;
    html(StatusCode::CONFLICT, &page.refusing(why))
}

/// `POST /admin/invitations/{id}/withdraw`, as above.
pub async fn withdraw(
    admin: CurrentAdmin,
    state: State,
    page: (Frame, Invite),
    id: Path<String>,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let (id, occasion) = (id_of(&id)?, admin.occasion());
    let work = move |conn: &mut Conn| operations::withdraw(conn, id, &occasion);
    let why = match state.1.transaction(work).await? {
        Withdrawal::Done(invitation) => return Ok(done(&query, views::withdrawn(&invitation), &state)),
        Withdrawal::Gone => return Err(AppError::NotFound),
        Withdrawal::Refused(listed) => views::settled(&listed, Utc::now()),
    };
    let page = page_of(&admin, &state, page, behind(&query)).await?;
    html(StatusCode::CONFLICT, &page.refusing(why))
}

fn done(query: &Query, words: String, (_, _, cookies): &State) -> HttpResponse {
    see_other(&behind(query).url(), Some((&Message::done(words), cookies)))
}

/// The list one came from; without one, its usual tab.
fn behind(query: &Query) -> InvitationList {
    let back = query.get("return_to").and_then(|path| path.split_once('?')).filter(|(path, _)| *path == PATH);
    InvitationList::parse(&Query::parse(back.map_or("", |(_, query)| query)))
}
