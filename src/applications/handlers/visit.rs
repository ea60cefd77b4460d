//! A developer among their own applications: who it is, and the pages that answers show.

use std::collections::HashMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};

use crate::accounts::CurrentDeveloper;
use crate::applications::forms::ApplicationForm;
use crate::applications::queries::{self, Application};
use crate::applications::views::{self, KeyShown, Own, OwnList, PATH, Typed, own_url};
use crate::db::{Conn, Db, QueryResult};
use crate::developers;
use crate::error::AppError;
use crate::ids::{ApplicationId, DeveloperId};
use crate::keys::{self, Key, Stops};
use crate::outbox::Post;
use crate::policy::Policy;
use crate::web::chrome::Frame;
use crate::web::cookies::Cookies;
use crate::web::flash::Message;
use crate::web::form::FieldErrors;
use crate::web::page::see_other;

/// See the module.
pub struct Visit {
    pub visitor: CurrentDeveloper,
    pub db: Data<Db>,
    pub post: Data<Post>,
    cookies: Data<Cookies>,
    frame: Frame,
}

impl FromRequest for Visit {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (Some(db), Some(post), Some(cookies)) = (request.app_data(), request.app_data(), request.app_data()) else {
            unreachable!("the server hands all three to every request");
        };
        let visitor = CurrentDeveloper::from_request(request, payload).into_inner();
        ready(visitor.map(|visitor| Self {
            visitor,
            db: Data::clone(db),
            post: Data::clone(post),
            cookies: Data::clone(cookies),
            frame: Frame::of(request),
        }))
    }
}

type Listed = (Vec<Application>, HashMap<ApplicationId, Stops>);

fn listed(conn: &mut Conn, developer: DeveloperId, now: DateTime<Utc>) -> QueryResult<Listed> {
    let applications = queries::of_developer(conn, developer)?;
    let ids: Vec<_> = applications.iter().map(|application| application.id).collect();
    let stops = keys::stops_of_applications(conn, &ids, now)?;
    Ok((applications, stops))
}

impl Visit {
    /// The list, with what was typed into its form.
    ///
    /// # Errors
    /// The database.
    pub async fn list(self, (typed, errors): (&ApplicationForm, &FieldErrors)) -> Result<OwnList, AppError> {
        let (developer, now) = (self.visitor.id(), Utc::now());
        let (applications, stops) = self.db.run(move |conn| listed(conn, developer, now)).await?;
        let chrome = self.visitor.chrome(self.frame, "Your applications").leading_back_to(PATH.into());
        Ok(OwnList::new(chrome, (&applications, &stops), (typed, errors), now))
    }

    /// The page of one of them, as it is now; `typed` is what stands in its forms, given the application.
    ///
    /// # Errors
    /// 404 where they have no such application; the database.
    pub async fn page(self, id: ApplicationId, typed: impl FnOnce(ApplicationForm) -> Typed) -> Result<Own, AppError> {
        let (application, keys, lacks_proof) = self.found(id).await?;
        let chrome = self.visitor.chrome(self.frame, &application.name).leading_back_to(own_url(id));
        let typed = typed(views::saved(&application));
        Ok(Own::new(chrome, (&application, &keys), lacks_proof, &typed, Utc::now()))
    }

    /// One of the applications, its keys, and whether these wait for the proof of the address.
    async fn found(&self, id: ApplicationId) -> Result<(Application, Vec<Key>, bool), AppError> {
        let (developer, post, now) = (self.visitor.id(), self.post.clone(), Utc::now());
        let work = move |conn: &mut Conn| {
            let own = queries::find(conn, id)?.filter(|application| application.developer_id == developer);
            let Some((application, owner)) = own.zip(developers::find(conn, developer)?) else { return Ok(None) };
            let keys = keys::of_applications(conn, &[id], keys::LISTED, now)?;
            Ok(Some((application, keys, owner.lacks_proof(&Policy::read(conn)?, post.delivers))))
        };
        self.db.run(work).await?.ok_or(AppError::NotFound)
    }

    /// The only page that ever shows a key.
    pub fn key_page(self, application: &Application, created: &keys::Created) -> KeyShown {
        let chrome = self.visitor.chrome(self.frame, "Your new key").leading_back_to(own_url(application.id));
        KeyShown::new(chrome, application, (&created.key, &created.secret), Utc::now())
    }

    /// On to another page, which says what was done.
    pub fn done(&self, path: &str, words: String) -> HttpResponse {
        see_other(path, Some((&Message::done(words), &self.cookies)))
    }
}
