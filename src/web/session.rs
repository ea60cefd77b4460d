//! Who is signed in, as actix-session keeps it: the key in a signed cookie, all else in a table of the database.
//!
//! There are two doors, the admins' and the developers', with different cookies and tables; [`Door`] is what differs.

use std::collections::HashMap;
use std::future::{Future, ready};
use std::marker::PhantomData;

use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_session::{Session, SessionExt, SessionMiddleware};
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue, REFERER};
use actix_web::web::Data;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cookies::Cookies;
use super::htmx::Htmx;
use super::local_path::LocalPath;
use super::page::see_other;
use super::query::QueryString;
use super::tokens::{new_token, token_hash};
use crate::config::Config;
use crate::db::{Conn, Db, DbError, QueryResult};
use crate::error::AppError;

/// Without a request for this long a session is over.
pub const IDLE: TimeDelta = TimeDelta::minutes(30);
/// How exactly the last request is remembered: not every page writes.
const TOUCH: TimeDelta = TimeDelta::minutes(1);
/// In the state of a session whose store did not answer: the page is a 503 then, not a sign-in.
const NO_ANSWER: &str = "no_answer";

/// A way in: who comes by it, and the table that remembers them. A row knows all that a session knows, so that one
/// statement ends all sessions of a person.
pub trait Door: 'static {
    /// What a session says.
    type SignedIn: Serialize + DeserializeOwned + Send + 'static;
    /// Of the cookie.
    const NAME: &'static str;
    /// The sign-in page.
    const PATH: &'static str;

    /// Who holds the key with this hash and was not idle for too long, and when they were last seen.
    ///
    /// # Errors
    /// The database.
    fn find(conn: &mut Conn, hash: &[u8], now: DateTime<Utc>) -> QueryResult<Option<(Self::SignedIn, DateTime<Utc>)>>;

    /// # Errors
    /// The database.
    fn add(conn: &mut Conn, hash: &[u8], who: &Self::SignedIn) -> QueryResult<()>;

    /// # Errors
    /// The database.
    fn touch(conn: &mut Conn, hash: &[u8], now: DateTime<Utc>) -> QueryResult<()>;

    /// # Errors
    /// The database.
    fn end(conn: &mut Conn, hash: &[u8]) -> QueryResult<()>;
}

/// Signs this browser in, by a new key.
///
/// # Errors
/// The state cannot be written, which is a fault of this program.
pub fn begin<D: Door>(session: &Session, who: &D::SignedIn) -> Result<(), AppError> {
    session.clear();
    session.renew();
    session.insert(D::NAME, who).map_err(AppError::fault)
}

/// Who is signed in, where nobody need be.
pub fn signed_in<D: Door>(session: &Session) -> Option<D::SignedIn> {
    session.get(D::NAME).ok().flatten()
}

/// Whether this browser still has the key of a session that ended meanwhile.
pub fn has_ended<D: Door>(request: &HttpRequest, cookies: &Cookies) -> bool {
    request.cookie(&cookies.name(D::NAME)).is_some() && signed_in::<D>(&request.get_session()).is_none()
}

/// Whoever makes this request.
///
/// # Errors
/// Leads to the sign-in page and from there back; 503 when the database does not tell.
pub fn required<D: Door>(request: &HttpRequest) -> Result<D::SignedIn, AppError> {
    let session = request.get_session();
    if session.contains_key(NO_ANSWER) {
        return Err(DbError::Unavailable("the session could not be read".into()).into());
    }
    signed_in::<D>(&session).ok_or_else(|| door::<D>(request))
}

/// The end of a session, and of what the browser kept of it.
pub fn goodbye<D: Door>(session: &Session) -> HttpResponse {
    session.purge();
    let mut response = see_other(D::PATH, None);
    let everything = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), everything);
    response
}

/// To the sign-in page and from there back to the page that the person saw.
fn door<D: Door>(request: &HttpRequest) -> AppError {
    let htmx = Htmx::of(request);
    let own_page = (request.method() == Method::GET && !htmx.wants_fragment)
        .then(|| request.uri().path_and_query().and_then(|page| LocalPath::parse(page.as_str())))
        .flatten();
    let next = own_page.or(htmx.seen_page).or_else(|| referring_page(request));
    let query = QueryString::new().with_some("next", next.as_ref().map(LocalPath::as_str)).into_string();
    let location = if query.is_empty() { D::PATH.to_owned() } else { format!("{}?{query}", D::PATH) };
    AppError::SignIn { location, htmx: htmx.wants_fragment }
}

fn referring_page(request: &HttpRequest) -> Option<LocalPath> {
    let base_url = request.app_data::<Data<Config>>()?.base_url.as_str();
    LocalPath::parse(request.headers().get(REFERER)?.to_str().ok()?.strip_prefix(base_url)?)
}

/// The layer around the pages behind a door.
pub fn layer<D: Door>(db: &Db, cookies: &Cookies) -> SessionMiddleware<Store<D>> {
    SessionMiddleware::builder(Store { db: db.clone(), door: PhantomData }, cookies.key())
        .cookie_name(cookies.name(D::NAME))
        .cookie_secure(cookies.is_secure())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default())
        .build()
}

/// The sessions' table, as actix-session wants it.
pub struct Store<D> {
    db: Db,
    door: PhantomData<D>,
}

impl<D: Door> SessionStore for Store<D> {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let hash = token_hash(key.as_ref());
        let found = self.db.run(move |conn| {
            let now = Utc::now();
            let found = D::find(conn, &hash, now)?;
            if let Some((_, seen_at)) = &found
                && now - *seen_at > TOUCH
            {
                D::touch(conn, &hash, now)?;
            }
            Ok(found)
        });
        match found.await {
            Ok(Some((signed_in, _))) => {
                let state = serde_json::to_string(&signed_in).map_err(|e| LoadError::Other(e.into()))?;
                Ok(Some(HashMap::from([(D::NAME.to_owned(), state)])))
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
        let Some(json) = state.get(D::NAME).cloned() else {
            return Err(SaveError::Serialization(anyhow::anyhow!("a session of nobody")));
        };
        let who: D::SignedIn = serde_json::from_str(&json).map_err(|e| SaveError::Serialization(e.into()))?;
        let token = new_token().map_err(|e| SaveError::Other(anyhow::anyhow!("{e}")))?;
        let hash = token_hash(&token);
        let saved = self.db.transaction(move |conn| D::add(conn, &hash, &who));
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
        Ok(self.db.run(move |conn| D::end(conn, &hash)).await?)
    }
}
