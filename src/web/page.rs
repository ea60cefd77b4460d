//! Templates become answers.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;
use askama::filters::HtmlSafe;

use super::cookies::Cookies;
use super::flash::Message;
use crate::error::AppError;

/// A list page of 25 rows; growing there by doubling would copy it several times.
const USUAL_SIZE: usize = 80 * 1_024;

pub const HTML: &str = "text/html; charset=utf-8";

/// A page, or a part of one.
///
/// # Errors
/// The template cannot be rendered, which is a fault of this program.
pub fn html(status: StatusCode, template: &impl Template) -> Result<HttpResponse, AppError> {
    Ok(rendered(status, Rendered::of(template)?))
}

/// The same of what is rendered already.
pub fn rendered(status: StatusCode, body: Rendered) -> HttpResponse {
    HttpResponseBuilder::new(status).insert_header((CONTENT_TYPE, HTML)).body(body.0)
}

/// The result of a template. It has escaped what it was given, so that it may stand in another one as it is.
pub struct Rendered(String);

impl Rendered {
    /// # Errors
    /// The template cannot be rendered.
    pub fn of(template: &impl Template) -> Result<Self, AppError> {
        let mut text = String::with_capacity(USUAL_SIZE);
        template.render_into(&mut text).map_err(AppError::fault)?;
        Ok(Self(text))
    }

    /// This one and then another.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0 += &other.0;
        self
    }
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Rendered {}

/// To another page, with a message for it.
pub fn see_other(location: &str, message: Option<(&Message, &Cookies)>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, location));
    if let Some((message, cookies)) = message {
        response.cookie(message.cookie(cookies));
    }
    response.finish()
}
