//! Sessions as actix-session keeps them: the key in a signed cookie, all else in the database.

use std::collections::HashMap;
use std::future::{Future, Ready, ready};

use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_session::{Session, SessionExt, SessionMiddleware};
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::REFERER;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use chrono::{TimeDelta, Utc};

use crate::admins::queries;
use crate::admins::session::SignedIn;
use crate::audit::{Actor, Occasion};
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::error::AppError;
use crate::web::chrome::{Badge, Chrome, Frame};
use crate::web::cookies::Cookies;
use crate::web::htmx::Htmx;
use crate::web::local_path::LocalPath;
use crate::web::occasion::occasion;
use crate::web::query::QueryString;
use crate::web::tokens::{new_token, token_hash};

/// How exactly the last request is remembered: not every page writes.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

const COOKIE: &str = "admin";
const STATE: &str = "admin";
/// In the state of a session whose store did not answer: the page is a 503 then, not a sign-in.
const NO_ANSWER: &str = "no_answer";

/// Signs this browser in, by a new key.
///
/// # Errors
/// The state cannot be written, which is a fault of this program.
pub fn begin(session: &Session, admin: &SignedIn) -> Result<(), AppError> {
    session.clear();
    session.renew();
    session.insert(STATE, admin).map_err(AppError::fault)
}

/// The admin who makes this request. Whoever is not signed in is sent to the door.
pub struct CurrentAdmin {
    signed_in: SignedIn,
    request: HttpRequest,
}

impl CurrentAdmin {
    pub fn name(&self) -> &str {
        &self.signed_in.name
    }

    /// The occasion of what this admin does now.
    pub fn occasion(&self) -> Occasion {
        let SignedIn { id, name, email, .. } = self.signed_in.clone();
        occasion(&self.request, Actor::Admin { id, name, email })
    }

    pub fn chrome(&self, frame: Frame, title: &str, section: &'static str) -> Chrome {
        let SignedIn { name, email, .. } = self.signed_in.clone();
        frame.chrome(title, section).signed_in(Badge { name, email })
    }
}

impl FromRequest for CurrentAdmin {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = request.get_session();
        if session.contains_key(NO_ANSWER) {
            return ready(Err(DbError::Unavailable("the session could not be read".into()).into()));
        }
        ready(match session.get::<SignedIn>(STATE) {
            Ok(Some(signed_in)) => Ok(Self { signed_in, request: request.clone() }),
            _ => Err(door(request)),
        })
    }
}

/// Who is signed in, where nobody need be.
pub fn signed_in(session: &Session) -> Option<SignedIn> {
    session.get(STATE).ok().flatten()
}

/// To the sign-in page and from there back to the page that the person saw.
fn door(request: &HttpRequest) -> AppError {
    let htmx = Htmx::of(request);
    let own_page = (request.method() == Method::GET && !htmx.wants_fragment)
        .then(|| request.uri().path_and_query().and_then(|page| LocalPath::parse(page.as_str())))
        .flatten();
    let next = own_page.or(htmx.seen_page).or_else(|| referring_page(request));
    let query = QueryString::new().with_some("next", next.as_ref().map(LocalPath::as_str)).into_string();
    let location = if query.is_empty() { "/admin/login".to_owned() } else { format!("/admin/login?{query}") };
    AppError::SignIn { location, htmx: htmx.wants_fragment }
}

fn referring_page(request: &HttpRequest) -> Option<LocalPath> {
    let base_url = request.app_data::<Data<Config>>()?.base_url.as_str();
    LocalPath::parse(request.headers().get(REFERER)?.to_str().ok()?.strip_prefix(base_url)?)
}

/// The layer around the admins' pages.
pub fn layer(db: Db, cookies: &Cookies) -> SessionMiddleware<Store> {
    SessionMiddleware::builder(Store { db }, cookies.key())
        .cookie_name(cookies.name(COOKIE))
        .cookie_secure(cookies.is_secure())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default())
        .build()
}

/// The sessions' table, as actix-session wants it. The table has a column for each thing it knows, so that a state
/// holds nothing but [`SignedIn`], and one statement ends all sessions of an admin.
pub struct Store {
    db: Db,
}

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let hash = token_hash(key.as_ref());
        let found = self.db.run(move |conn| {
            let now = Utc::now();
            let found = queries::session(conn, &hash, now)?;
            if let Some((_, seen_at)) = &found
                && now - *seen_at > TOUCH
            {
                queries::touch_session(conn, &hash, now)?;
            }
            Ok(found)
        });
        match found.await {
            Ok(Some((signed_in, _))) => {
                let state = serde_json::to_string(&signed_in).map_err(|e| LoadError::Other(e.into()))?;
                Ok(Some(HashMap::from([(STATE.to_owned(), state)])))
            }
            Ok(None) => Ok(None),
            // An error here would become an answer without a page, and an end of the session with it.
            Err(error) => {
                tracing::warn!("a session could not be read: {error}");
                Ok(Some(HashMap::from([(NO_ANSWER.to_owned(), "true".to_owned())])))
            }
        }
    }

    async fn save(&self, state: HashMap<String, String>, _: &CookieDuration) -> Result<SessionKey, SaveError> {
        let signed_in: Option<SignedIn> = state.get(STATE).and_then(|json| serde_json::from_str(json).ok());
        let Some(SignedIn { id, signed_in_at, .. }) = signed_in else {
            return Err(SaveError::Serialization(anyhow::anyhow!("a session without an admin")));
        };
        let token = new_token().map_err(|e| SaveError::Other(anyhow::anyhow!("{e}")))?;
        let hash = token_hash(&token);
        let saved = self.db.transaction(move |conn| queries::add_session(conn, &hash, id, signed_in_at));
        saved.await.map_err(|e| SaveError::Other(e.into()))?;
        SessionKey::try_from(token).map_err(|e| SaveError::Serialization(e.into()))
    }

    /// Nothing in a session changes while it lasts; and it never comes back once it was ended.
    fn update(
        &self,
        key: SessionKey,
        _: HashMap<String, String>,
        _: &CookieDuration,
    ) -> impl Future<Output = Result<SessionKey, UpdateError>> {
        ready(Ok(key))
    }

    /// The idle time is kept by `load`.
    fn update_ttl(&self, _: &SessionKey, _: &CookieDuration) -> impl Future<Output = Result<(), anyhow::Error>> {
        ready(Ok(()))
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = token_hash(key.as_ref());
        Ok(self.db.run(move |conn| queries::end_session(conn, &hash)).await?)
    }
}
