//! Answers to forms, the same with and without htmx: what was done, who was quicker, what is wrong.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::Utc;

use super::SECTION;
use super::list_behind;
use crate::admins::CurrentAdmin;
use crate::audit;
use crate::db::{Conn, Db, QueryResult};
use crate::developers::forms::{EditForm, Origin};
use crate::developers::list::{List, PATH, Tab};
use crate::developers::operations::Outcome;
use crate::developers::queries::{self, Developer, Numbers};
use crate::developers::views::{
    self, AnyRowAlone, Conflict, History, Moved, Record, RecordAlone, RecordPage, Show, Trail,
};
use crate::error::AppError;
use crate::ids::DeveloperId;
use crate::outbox;
use crate::values::Refused;
use crate::web::chrome::{Chrome, Frame, ShownMessage, full_title};
use crate::web::cookies::Cookies;
use crate::web::errors::{ErrorMessage, HX_RESWAP};
use crate::web::flash::Message;
use crate::web::form::FieldErrors;
use crate::web::htmx::Htmx;
use crate::web::page::{Rendered, html, see_other};
use crate::web::query::Query;

/// A timeline longer than this goes on in the activity log.
const TIMELINE: i64 = 200;

/// The page of a developer as its queries find it.
pub fn page_of(conn: &mut Conn, developer: &Developer, list: &List) -> QueryResult<RecordPage> {
    let history = history(conn, developer.id)?;
    let neighbours = queries::neighbours(conn, list, developer)?;
    Ok(RecordPage { trail: Trail::new(list, &neighbours), record: Record::new(developer, &history, list, Utc::now()) })
}

fn history(conn: &mut Conn, id: DeveloperId) -> QueryResult<History> {
    let entries = audit::of_subject(conn, id.0, TIMELINE)?;
    Ok(History { entries, mails: outbox::of_developer(conn, id, TIMELINE)? })
}

pub fn record_title(name: &str) -> String {
    format!("{name} · Developers")
}

/// How a transaction ended, and the numbers as it left them.
pub struct Decided {
    pub outcome: Outcome,
    pub numbers: Numbers,
}

/// What every answer to a form needs.
pub struct Answer {
    pub db: Data<Db>,
    pub htmx: Htmx,
    cookies: Data<Cookies>,
    frame: Frame,
    here: String,
}

impl FromRequest for Answer {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (Some(db), Some(cookies)) = (request.app_data::<Data<Db>>(), request.app_data::<Data<Cookies>>()) else {
            unreachable!("the server hands both to every request");
        };
        ready(Ok(Self {
            db: db.clone(),
            cookies: cookies.clone(),
            htmx: Htmx::of(request),
            frame: Frame::of(request),
            here: request.uri().path_and_query().map_or(PATH, |page| page.as_str()).to_owned(),
        }))
    }
}

impl Answer {
    /// Path and query of this request.
    pub fn here(&self) -> &str {
        &self.here
    }

    /// Does the work, and finds the numbers that it leaves behind where the answer shows them.
    ///
    /// # Errors
    /// The database; then nothing was done.
    pub async fn decide(
        &self,
        origin: &Origin,
        work: impl Fn(&mut Conn) -> QueryResult<Outcome> + Send + 'static,
    ) -> Result<Decided, AppError> {
        let list = self.htmx.wants_fragment.then(|| origin.list());
        let decide = move |conn: &mut Conn| {
            let outcome = work(conn)?;
            let numbers = list.as_ref().map(|list| queries::numbers(conn, list)).transpose()?;
            Ok(Decided { outcome, numbers: numbers.unwrap_or_default() })
        };
        Ok(self.db.transaction(decide).await?)
    }

    /// The answer to what was decided; `done` says in words what was done.
    ///
    /// # Errors
    /// 404 when the developer is gone; the database.
    pub async fn to(
        self,
        admin: &CurrentAdmin,
        id: DeveloperId,
        origin: Origin,
        decided: Decided,
        done: impl Fn(&Developer) -> String,
    ) -> Result<HttpResponse, AppError> {
        let Decided { outcome, numbers } = decided;
        match (outcome, self.htmx.wants_fragment) {
            (Outcome::Done(developer), true) => {
                let message = Message::done(done(&developer));
                self.fragment(id, &origin, (Some(developer), numbers), message, StatusCode::OK).await
            }
            (Outcome::Done(developer), false) => {
                Ok(see_other(&origin.path(), Some((&Message::done(done(&developer)), &self.cookies))))
            }
            (Outcome::Refused(developer, last), wants_fragment) => {
                let who = views::who_was_quicker(last.as_deref(), Utc::now());
                if wants_fragment {
                    let message = Message::problem(format!("Nothing was changed. {who}"));
                    let found = (Some(developer), numbers);
                    return self.fragment(id, &origin, found, message, StatusCode::CONFLICT).await;
                }
                let (page, chrome) = self.record_page(admin, developer, origin.list(), "Not changed: ").await?;
                html(StatusCode::CONFLICT, &Conflict::new(chrome, page, who))
            }
            (Outcome::Gone, true) => {
                let message = Message::problem("This developer no longer exists.");
                self.fragment(id, &origin, (None, numbers), message, StatusCode::NOT_FOUND).await
            }
            (Outcome::Gone, false) => Err(AppError::NotFound),
        }
    }

    /// A developer was deleted.
    ///
    /// # Errors
    /// The database.
    pub async fn deleted(
        self,
        id: DeveloperId,
        origin: &Origin,
        numbers: Numbers,
        words: String,
    ) -> Result<HttpResponse, AppError> {
        if self.htmx.wants_fragment {
            return self.fragment(id, origin, (None, numbers), Message::done(words), StatusCode::OK).await;
        }
        Ok(see_other(&origin.path(), Some((&Message::done(words), &self.cookies))))
    }

    /// A reason that is too long: nothing was changed, and it is not lost.
    ///
    /// # Errors
    /// 404 when the developer is gone; the database.
    pub async fn refused_reason(
        self,
        admin: &CurrentAdmin,
        id: DeveloperId,
        origin: Origin,
        (typed, why): (String, Refused),
    ) -> Result<HttpResponse, AppError> {
        if self.htmx.wants_fragment {
            let message = ShownMessage::from(&Message::problem(format!("{}.", why.0)));
            let mut response = html(StatusCode::UNPROCESSABLE_ENTITY, &ErrorMessage { message })?;
            response.headers_mut().insert(HX_RESWAP, HeaderValue::from_static("none"));
            return Ok(response);
        }
        let developer = self.developer(id).await?;
        let (page, chrome) = self.record_page(admin, developer, origin.list(), "").await?;
        html(StatusCode::UNPROCESSABLE_ENTITY, &Show::with_refused_reason(chrome, page, typed, why.0))
    }

    /// An edit that cannot be taken, with what was typed.
    ///
    /// # Errors
    /// 404 when the developer is gone; the database.
    pub async fn refused_edit(
        self,
        admin: &CurrentAdmin,
        id: DeveloperId,
        query: Query,
        (typed, errors): (EditForm, FieldErrors),
    ) -> Result<HttpResponse, AppError> {
        let developer = self.developer(id).await?;
        let list = list_behind(&query, &developer);
        let (mut page, chrome) = self.record_page(admin, developer, list, "").await?;
        page.record = page.record.with_edit(&typed, &errors);
        html(StatusCode::UNPROCESSABLE_ENTITY, &Show::new(chrome, page))
    }

    async fn developer(&self, id: DeveloperId) -> Result<Developer, AppError> {
        self.db.run(move |conn| queries::find(conn, id)).await?.ok_or(AppError::NotFound)
    }

    async fn record_page(
        self,
        admin: &CurrentAdmin,
        developer: Developer,
        list: List,
        before_title: &str,
    ) -> Result<(RecordPage, Chrome), AppError> {
        let title = format!("{before_title}{}", record_title(developer.shown_name()));
        let own_page = format!("{PATH}/{}?{}", developer.id, list.query());
        let page = self.db.run(move |conn| page_of(conn, &developer, &list)).await?;
        Ok((page, admin.chrome(self.frame, &title, SECTION).leading_back_to(own_page)))
    }

    /// The record in its place, all numbers and the message, in one answer.
    async fn fragment(
        self,
        id: DeveloperId,
        origin: &Origin,
        (developer, (totals, matches)): (Option<Developer>, Numbers),
        message: Message,
        status: StatusCode,
    ) -> Result<HttpResponse, AppError> {
        let list = origin.list();
        let stays_on_record = matches!(origin, Origin::Record(_));
        let history = match stays_on_record {
            true => self.db.run(move |conn| history(conn, id)).await?,
            false => History::default(),
        };
        let now = Utc::now();
        let leaves = |developer: &Developer| {
            let is_list = matches!(origin, Origin::List(_));
            is_list
                && status == StatusCode::OK
                && !matches!(list.tab, Tab::All)
                && Tab::One(developer.status) != list.tab
        };
        let title = match &developer {
            Some(developer) if stays_on_record => record_title(developer.shown_name()),
            _ => views::title(list.tab, &totals),
        };
        let truth = match developer {
            Some(developer) if stays_on_record => {
                let record = Record::new(&developer, &history, &list, now);
                Some(Rendered::of(&RecordAlone { record })?)
            }
            Some(developer) if !leaves(&developer) => Some(Rendered::of(&AnyRowAlone::new(&developer, &list, now))?),
            _ => None,
        };
        let title = full_title(&title, self.frame.portal());
        let moved = Moved::new(id.to_string(), truth, title, (&list, &totals, matches), (&message).into(), now);
        html(status, &moved)
    }
}
