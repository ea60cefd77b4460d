//! The admins' door.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};

use crate::admins::queries;
use crate::admins::session::SignedIn;
use crate::audit::{Actor, Occasion};
use crate::db::{Conn, QueryResult};
use crate::error::AppError;
use crate::ids::AdminId;
use crate::web::chrome::{Badge, Chrome, Frame};
use crate::web::occasion::occasion;
use crate::web::session::{Door, required};

/// Where admins come in.
pub struct AdminDoor;

impl Door for AdminDoor {
    type SignedIn = SignedIn;
    const NAME: &'static str = "admin";
    const PATH: &'static str = "/admin/login";

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

/// The admin who makes this request. Whoever is not signed in is sent to the door.
pub struct CurrentAdmin {
    signed_in: SignedIn,
    request: HttpRequest,
}

impl CurrentAdmin {
    pub fn id(&self) -> AdminId {
        self.signed_in.id
    }

    pub fn name(&self) -> &str {
        &self.signed_in.name
    }

    pub fn email(&self) -> &str {
        &self.signed_in.email
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
        let signed_in = required::<AdminDoor>(request);
        ready(signed_in.map(|signed_in| Self { signed_in, request: request.clone() }))
    }
}
