//! Requests that another site makes in a person's name. No tokens in forms: the browser itself says where a request
//! comes from.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{COOKIE, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest};

use crate::config::Config;
use crate::error::AppError;

/// Lets a request pass only where it came from here.
///
/// # Errors
/// 403 for an unsafe method from another origin, and for a page that another page loads as an image or a script.
pub async fn refuse_foreign(
    config: Data<Config>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_safe && !comes_from_here(request.request(), &config) {
        tracing::warn!(event = "foreign_origin", "an unsafe request from another origin was refused");
        return Err(AppError::ForeignOrigin.into());
    }
    let is_private = ["/admin", "/account"].iter().any(|folder| request.path().starts_with(folder));
    if is_private && is_safe && is_embedded(request.request()) {
        return Err(AppError::Embedded.into());
    }
    next.call(request).await
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"))
}

fn comes_from_here(request: &HttpRequest, config: &Config) -> bool {
    match (header(request, "sec-fetch-site"), header(request, ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == config.base_url.as_str(),
        // No browser of the last years: a program. Without a cookie it acts in nobody's name.
        (None, None) => !request.headers().contains_key(COOKIE),
    }
}

/// Pages are opened or fetched by this program's own script, never loaded as a part of something.
fn is_embedded(request: &HttpRequest) -> bool {
    header(request, "sec-fetch-dest").is_some_and(|dest| !matches!(dest, "document" | "empty"))
}
