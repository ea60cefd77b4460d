//! Answers to forms, the same with and without htmx: what was done, who was quicker, what is wrong.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::Utc;
use uuid::Uuid;

use super::Case;
use crate::admins::CurrentAdmin;
use crate::db::{Conn, Db, QueryResult};
use crate::desk::forms::Origin;
use crate::desk::list::{List, Tab};
use crate::desk::operations::Outcome;
use crate::desk::queries::{self, Numbers};
use crate::desk::views::{self, Around, Edit, Moved, Trail};
use crate::error::AppError;
use crate::values::Refused;
use crate::web::chrome::{Chrome, Field, Frame, ShownMessage, full_title};
use crate::web::cookies::Cookies;
use crate::web::errors::{ErrorMessage, HX_RESWAP};
use crate::web::flash::Message;
use crate::web::form::FieldErrors;
use crate::web::htmx::Htmx;
use crate::web::page::{Rendered, html, rendered, see_other};

/// A record with all that its page tells of it, and the list from which the page was reached.
pub struct Shown<C: Case> {
    record: C,
    facts: C::Facts,
    list: List,
    edit: Edit,
}

impl<C: Case> Shown<C> {
    fn new(record: C, facts: C::Facts, list: List) -> Self {
        let fields = C::fields(&record.form(), &FieldErrors::default());
        let edit = Edit {
            label: C::NOUN.edit_label(),
            action: list.record_url(record.id()),
            version: record.version(),
            fields,
            open: false,
        };
        Self { record, facts, list, edit }
    }

    /// With other words in its form, which could not be taken.
    #[must_use]
    pub fn with_edit(self, version: i32, fields: Vec<Field>) -> Self {
        Self { edit: Edit { version, fields, open: true, ..self.edit }, ..self }
    }

    pub fn title(&self) -> String {
        record_title(&self.record)
    }

    /// The record alone.
    ///
    /// # Errors
    /// A template cannot be rendered.
    pub fn part(self) -> Result<Rendered, AppError> {
        self.record.part(&self.facts, &self.list, self.edit, Utc::now())
    }

    /// The whole page.
    ///
    /// # Errors
    /// A template cannot be rendered.
    pub fn page(self, frame: (Chrome, Around)) -> Result<Rendered, AppError> {
        self.record.page(&self.facts, &self.list, self.edit, frame, Utc::now())
    }
}

/// The page of a record as its queries find it.
pub fn page_of<C: Case>(conn: &mut Conn, record: &C, list: &List) -> QueryResult<(Shown<C>, Around)> {
    let facts = record.facts(conn)?;
    let neighbours = queries::neighbours(conn, list, record)?;
    Ok((Shown::new(record.clone(), facts, list.clone()), Around::new(Trail::new(list, neighbours))))
}

pub fn record_title<C: Case>(record: &C) -> String {
    format!("{} · {}", record.name(), C::NOUN.heading())
}

/// How a transaction ended, and the numbers as it left them.
pub struct Decided<C> {
    pub outcome: Outcome<C>,
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
            here: request.uri().path_and_query().map_or(request.path(), |page| page.as_str()).to_owned(),
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
    pub async fn decide<C: Case>(
        &self,
        origin: &Origin,
        work: impl Fn(&mut Conn) -> QueryResult<Outcome<C>> + Send + 'static,
    ) -> Result<Decided<C>, AppError> {
        let list = self.htmx.wants_fragment.then(|| origin.list(C::NOUN));
        let decide = move |conn: &mut Conn| {
            let outcome = work(conn)?;
            let numbers = list.as_ref().map(|list| queries::numbers::<C>(conn, list)).transpose()?;
            Ok(Decided { outcome, numbers: numbers.unwrap_or_default() })
        };
        Ok(self.db.transaction(decide).await?)
    }

    /// The answer to what was decided; `done` says in words what was done.
    ///
    /// # Errors
    /// 404 when the record is gone; the database.
    pub async fn to<C: Case>(
        self,
        admin: &CurrentAdmin,
        id: Uuid,
        origin: Origin,
        decided: Decided<C>,
        done: impl Fn(&C) -> String,
    ) -> Result<HttpResponse, AppError> {
        let Decided { outcome, numbers } = decided;
        match (outcome, self.htmx.wants_fragment) {
            (Outcome::Done(record), true) => {
                let message = Message::done(done(&record));
                self.fragment(id, &origin, (Some(record), numbers), message, StatusCode::OK).await
            }
            (Outcome::Done(record), false) => {
                Ok(see_other(&origin.path(C::NOUN), Some((&Message::done(done(&record)), &self.cookies))))
            }
            (Outcome::Refused(record, last), wants_fragment) => {
                let who = views::who_was_quicker(C::NOUN, last.as_deref(), Utc::now());
                if wants_fragment {
                    let message = Message::problem(format!("Nothing was changed. {who}"));
                    let found = (Some(record), numbers);
                    return self.fragment(id, &origin, found, message, StatusCode::CONFLICT).await;
                }
                let (shown, (chrome, around)) =
                    self.record_page(admin, record, origin.list(C::NOUN), "Not changed: ").await?;
                Ok(rendered(StatusCode::CONFLICT, shown.page((chrome, around.with_conflict(who)))?))
            }
            (Outcome::Gone, true) => {
                let message = Message::problem(format!("This {} no longer exists.", C::NOUN.singular()));
                self.fragment::<C>(id, &origin, (None, numbers), message, StatusCode::NOT_FOUND).await
            }
            (Outcome::Gone, false) => Err(AppError::NotFound),
        }
    }

    /// A record was deleted.
    ///
    /// # Errors
    /// The database.
    pub async fn deleted<C: Case>(
        self,
        id: Uuid,
        origin: &Origin,
        numbers: Numbers,
        words: String,
    ) -> Result<HttpResponse, AppError> {
        if self.htmx.wants_fragment {
            return self.fragment::<C>(id, origin, (None, numbers), Message::done(words), StatusCode::OK).await;
        }
        Ok(see_other(&origin.path(C::NOUN), Some((&Message::done(words), &self.cookies))))
    }

    /// A reason that is too long: nothing was changed, and it is not lost.
    ///
    /// # Errors
    /// 404 when the record is gone; the database.
    pub async fn refused_reason<C: Case>(
        self,
        admin: &CurrentAdmin,
        id: Uuid,
        origin: Origin,
        (typed, why): (String, Refused),
    ) -> Result<HttpResponse, AppError> {
        if self.htmx.wants_fragment {
            let message = ShownMessage::from(&Message::problem(format!("{}.", why.0)));
            let mut response = html(StatusCode::UNPROCESSABLE_ENTITY, &ErrorMessage { message })?;
            response.headers_mut().insert(HX_RESWAP, HeaderValue::from_static("none"));
            return Ok(response);
        }
        let record = self.record::<C>(id).await?;
        let (shown, (chrome, around)) = self.record_page(admin, record, origin.list(C::NOUN), "").await?;
        let page = shown.page((chrome, around.with_refused_reason(typed, why.0)))?;
        Ok(rendered(StatusCode::UNPROCESSABLE_ENTITY, page))
    }

    /// The record as it is now.
    ///
    /// # Errors
    /// 404 when it is gone; the database.
    pub async fn record<C: Case>(&self, id: Uuid) -> Result<C, AppError> {
        self.db.run(move |conn| C::find(conn, id)).await?.ok_or(AppError::NotFound)
    }

    /// What the record's page is made of, as an answer to a form.
    ///
    /// # Errors
    /// The database.
    pub async fn record_page<C: Case>(
        self,
        admin: &CurrentAdmin,
        record: C,
        list: List,
        before_title: &str,
    ) -> Result<(Shown<C>, (Chrome, Around)), AppError> {
        let title = format!("{before_title}{}", record_title(&record));
        let own_page = list.record_url(record.id());
        let (shown, around) = self.db.run(move |conn| page_of(conn, &record, &list)).await?;
        let chrome = admin.chrome(self.frame, &title, C::NOUN.plural()).leading_back_to(own_page);
        Ok((shown, (chrome, around)))
    }

    /// The record in its place, all numbers and the message, in one answer.
    async fn fragment<C: Case>(
        self,
        id: Uuid,
        origin: &Origin,
        (record, (totals, matches)): (Option<C>, Numbers),
        message: Message,
        status: StatusCode,
    ) -> Result<HttpResponse, AppError> {
        let list = origin.list(C::NOUN);
        let now = Utc::now();
        let leaves = |record: &C| {
            let is_list = matches!(origin, Origin::List(_));
            is_list
                && status == StatusCode::OK
                && !matches!(list.tab, Tab::All)
                && Tab::One(record.status()) != list.tab
        };
        let (title, truth) = match record {
            Some(record) if matches!(origin, Origin::Record(_)) => {
                let seen = record.clone();
                let facts = self.db.run(move |conn| seen.facts(conn)).await?;
                (record_title(&record), Some(Shown::new(record, facts, list.clone()).part()?))
            }
            Some(record) if !leaves(&record) => {
                let seen = record.clone();
                let beside = self.db.run(move |conn| C::beside(conn, std::slice::from_ref(&seen))).await?;
                (views::title(&list, &totals), Some(record.row(beside, &list, now)?))
            }
            _ => (views::title(&list, &totals), None),
        };
        let title = full_title(&title, self.frame.portal());
        let moved = Moved::new(id, truth, title, (&list, &totals, matches), (&message).into(), now);
        html(status, &moved)
    }
}
