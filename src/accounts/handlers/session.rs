//! The developers' door.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};

use crate::accounts::queries;
use crate::accounts::session::SignedIn;
use crate::audit::{Actor, Occasion};
use crate::db::{Conn, QueryResult};
use crate::error::AppError;
use crate::ids::DeveloperId;
use crate::web::chrome::{Badge, Chrome, Frame};
use crate::web::occasion::occasion;
use crate::web::session::{Door, required};

/// Where developers come in.
pub struct DeveloperDoor;

impl Door for DeveloperDoor {
    type SignedIn = SignedIn;
    const NAME: &'static str = "developer";
    const PATH: &'static str = "/login";

    fn find(conn: &mut Conn, hash: &[u8], now: DateTime<Utc>) -> QueryResult<Option<(SignedIn, DateTime<Utc>)>> {
        queries::session(conn, hash, now)
    }

    fn add(conn: &mut Conn, hash: &[u8], who: &SignedIn) -> QueryResult<()> {
        queries::add_session(conn, hash, who.id, who.signed_in_at)
    }

    fn touch(conn: &mut Conn, hash: &[u8], now: DateTime<Utc>) -> QueryResult<()> {
        queries::touch_session(conn, hash, now)
    }

    fn end(conn: &mut Conn, hash: &[u8]) -> QueryResult<()> {
        queries::end_session(conn, hash)
    }
}

/// The developer who makes this request. Whoever is not signed in is sent to the door.
pub struct CurrentDeveloper {
    signed_in: SignedIn,
    request: HttpRequest,
}

impl CurrentDeveloper {
    pub fn id(&self) -> DeveloperId {
        self.signed_in.id
    }

    pub fn email(&self) -> &str {
        &self.signed_in.email
    }

    /// The occasion of what this developer does now.
    pub fn occasion(&self) -> Occasion {
        let SignedIn { id, name, email, .. } = self.signed_in.clone();
        occasion(&self.request, Actor::Developer { id, name, email })
    }

    pub fn chrome(&self, frame: Frame, title: &str) -> Chrome {
        let SignedIn { name, email, .. } = self.signed_in.clone();
        frame.chrome(title, "").visited_by(Badge { name, email })
    }
}

impl FromRequest for CurrentDeveloper {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let signed_in = required::<DeveloperDoor>(request);
        ready(signed_in.map(|signed_in| Self { signed_in, request: request.clone() }))
    }
}
