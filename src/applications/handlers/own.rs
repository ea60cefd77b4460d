//! A developer's own applications.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};

use crate::accounts::CurrentDeveloper;
use crate::applications::forms::ApplicationForm;
use crate::applications::operations::{self, Created};
use crate::applications::queries::{self, Application};
use crate::applications::views::{self, Own, OwnList, PATH, Typed, own_url};
use crate::db::{Conn, Db, QueryResult};
use crate::developers;
use crate::error::AppError;
use crate::ids::{ApplicationId, DeveloperId};
use crate::keys::{self, Key, Stops};
use crate::outbox::Post;
use crate::policy::Policy;
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::{Message, shortened};
use crate::web::form::{FieldErrors, Form};
use crate::web::page::{html, see_other};

/// How many keys a page shows: those that work first.
const SHOWN: i64 = 100;

/// What every page of one application needs.
pub type State = (Data<Db>, Data<Cookies>, Frame, Data<Post>);

/// An id in the path; what is none is no page.
pub fn id_of(path: &str) -> Result<ApplicationId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

type Listed = (Vec<Application>, HashMap<ApplicationId, Stops>);

fn listed(conn: &mut Conn, developer: DeveloperId, now: DateTime<Utc>) -> QueryResult<Listed> {
    let applications = queries::of_developer(conn, developer)?;
    let ids: Vec<_> = applications.iter().map(|application| application.id).collect();
    let stops = keys::stops_of_applications(conn, &ids, now)?;
    Ok((applications, stops))
}

/// The list, with what was typed into its form.
async fn list_page(
    visitor: &CurrentDeveloper,
    (db, _, frame, _): State,
    (typed, errors): (&ApplicationForm, &FieldErrors),
) -> Result<OwnList, AppError> {
    let (developer, now) = (visitor.id(), Utc::now());
    let (applications, stops) = db.run(move |conn| listed(conn, developer, now)).await?;
    let chrome = visitor.chrome(frame, "Your applications").leading_back_to(PATH.into());
    Ok(OwnList::new(chrome, (&applications, &stops), (typed, errors), now))
}

/// `GET /account/applications`
pub async fn list(visitor: CurrentDeveloper, state: State) -> Result<HttpResponse, AppError> {
    let page = list_page(&visitor, state, (&ApplicationForm::default(), &FieldErrors::default())).await?;
    html(StatusCode::OK, &page)
}

/// `POST /account/applications`
pub async fn create(
    visitor: CurrentDeveloper,
    state: State,
    form: Form<ApplicationForm>,
) -> Result<HttpResponse, AppError> {
    let details = match form.0.parse() {
        Ok(details) => details,
        Err(errors) => {
            let page = list_page(&visitor, state, (&form.0, &errors)).await?;
            return html(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let (id, post, occasion) = (visitor.id(), state.3.clone(), visitor.occasion());
    let work = move |conn: &mut Conn| operations::create(conn, id, &details, &post, &occasion);
    match state.0.transaction(work).await? {
        Created::Done(new) => {
            let message = Message::done(views::created(&new));
            Ok(see_other(&own_url(new.id), Some((&message, &state.1))))
        }
        Created::Full => {
            let page = list_page(&visitor, state, (&form.0, &FieldErrors::default())).await?;
            html(StatusCode::CONFLICT, &page.refusing(views::no_more_applications()))
        }
        // Their session is over as well; the next page says so.
        Created::NotAllowed => Ok(see_other(PATH, None)),
    }
}

/// One of the developer's applications, its keys, and whether these wait for the proof of the address.
pub async fn found(
    db: &Db,
    post: Data<Post>,
    visitor: &CurrentDeveloper,
    id: ApplicationId,
) -> Result<(Application, Vec<Key>, bool), AppError> {
    let (developer, now) = (visitor.id(), Utc::now());
    let work = move |conn: &mut Conn| {
        let own = queries::find(conn, id)?.filter(|application| application.developer_id == developer);
        let Some((application, owner)) = own.zip(developers::find(conn, developer)?) else { return Ok(None) };
        let keys = keys::of_applications(conn, &[id], SHOWN, now)?;
        Ok(Some((application, keys, owner.lacks_proof(&Policy::read(conn)?, post.delivers))))
    };
    db.run(work).await?.ok_or(AppError::NotFound)
}

/// The page of one of them, as it is now; `typed` is what stands in its forms, given the application.
pub async fn page_of(
    visitor: &CurrentDeveloper,
    (db, _, frame, post): State,
    id: ApplicationId,
    typed: impl FnOnce(ApplicationForm) -> Typed,
) -> Result<Own, AppError> {
    let (application, keys, lacks_proof) = found(&db, post, visitor, id).await?;
    let chrome = visitor.chrome(frame, &application.name).leading_back_to(own_url(id));
    let typed = typed(views::saved(&application));
    Ok(Own::new(chrome, (&application, &keys), lacks_proof, &typed, Utc::now()))
}

/// `GET /account/applications/{id}`
pub async fn show(visitor: CurrentDeveloper, state: State, id: Path<String>) -> Result<HttpResponse, AppError> {
    let page = page_of(&visitor, state, id_of(&id)?, |details| Typed { details, ..Typed::default() }).await?;
    html(StatusCode::OK, &page)
}

/// `POST /account/applications/{id}`
pub async fn edit(
    visitor: CurrentDeveloper,
    state: State,
    id: Path<String>,
    form: Form<ApplicationForm>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let details = match form.0.parse() {
        Ok(details) => details,
        Err(detail_errors) => {
            let typed = |_| Typed { details: form.0, detail_errors, ..Typed::default() };
            return html(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&visitor, state, id, typed).await?);
        }
    };
    let (developer, occasion) = (visitor.id(), visitor.occasion());
    let work = move |conn: &mut Conn| operations::edit_own(conn, developer, id, &details, &occasion);
    state.0.transaction(work).await?.ok_or(AppError::NotFound)?;
    Ok(see_other(&own_url(id), Some((&Message::done("Saved."), &state.1))))
}

/// `POST /account/applications/{id}/delete`
pub async fn delete(visitor: CurrentDeveloper, state: State, id: Path<String>) -> Result<HttpResponse, AppError> {
    let (id, developer, occasion) = (id_of(&id)?, visitor.id(), visitor.occasion());
    let work = move |conn: &mut Conn| operations::delete_own(conn, developer, id, &occasion);
    let deleted = state.0.transaction(work).await?.ok_or(AppError::NotFound)?;
    let message = Message::done(format!("Deleted {}.", shortened(&deleted.name)));
    Ok(see_other(PATH, Some((&message, &state.1))))
}
