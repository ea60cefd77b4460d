//! Why a page cannot be served. Handlers return these with `?`; `web::errors` turns them into pages.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, LOCATION, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};

use crate::db::DbError;
use crate::passwords::PasswordError;

/// A request that ends without its page. What the person may know is in `web::errors`; what went wrong is logged.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("not found")]
    NotFound,
    /// The form is not one of ours: a field twice, no text, an unknown action.
    #[error("bad form: {0}")]
    BadForm(String),
    #[error("the form was not sent in time")]
    SlowForm,
    #[error("the form is too large")]
    LargeForm,
    #[error("not a form")]
    NotAForm,
    #[error("sent from another site")]
    ForeignOrigin,
    #[error("embedded by another page")]
    Embedded,
    #[error("method not allowed")]
    Method { allowed: &'static str },
    #[error("too many attempts")]
    TooMany { wait: Duration },
    /// Sends the browser to the sign-in page.
    #[error("not signed in")]
    SignIn { location: String, htmx: bool },
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("{0}")]
    Fault(String),
}

impl AppError {
    /// A fault of this program or its machine.
    pub fn fault(error: impl fmt::Display) -> Self {
        Self::Fault(error.to_string())
    }

    /// How long until trying again makes sense.
    fn wait(&self) -> Option<Duration> {
        match self {
            Self::TooMany { wait } => Some(*wait),
            Self::Database(DbError::Unavailable(_)) | Self::Password(PasswordError::Busy) => {
                Some(Duration::from_secs(2))
            }
            _ => None,
        }
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadForm(_) => StatusCode::BAD_REQUEST,
            Self::SlowForm => StatusCode::REQUEST_TIMEOUT,
            Self::LargeForm => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ForeignOrigin | Self::Embedded => StatusCode::FORBIDDEN,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::SignIn { htmx: true, .. } => StatusCode::UNAUTHORIZED,
            Self::SignIn { htmx: false, .. } => StatusCode::SEE_OTHER,
            Self::Database(DbError::Unavailable(_)) | Self::Password(PasswordError::Busy) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Database(DbError::Failed(_)) | Self::Password(PasswordError::Failed(_)) | Self::Fault(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(wait) = self.wait() {
            response.insert_header((RETRY_AFTER, wait.as_secs().max(1).to_string()));
        }
        match self {
            Self::Method { allowed } => {
                response.insert_header((ALLOW, *allowed));
            }
            // A 302 would be followed by htmx and land in a row of the list.
            Self::SignIn { location, htmx: true } => {
                response.insert_header(("HX-Redirect", location.as_str()));
            }
            Self::SignIn { location, htmx: false } => {
                response.insert_header((LOCATION, location.as_str()));
            }
            _ => {}
        }
        response.finish()
    }
}
