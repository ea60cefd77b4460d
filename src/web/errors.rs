//! The outermost layer: whatever goes wrong inside becomes a page in the same look, and every answer gets its headers.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use tracing_actix_web::RequestId;

use super::chrome::{Chrome, Frame, Link, ShownMessage};
use super::cookies::Cookies;
use super::htmx::Htmx;
use super::moments::counted;
use super::{flash, headers, page};
use crate::config::Config;
use crate::error::AppError;

/// Tells htmx to leave the page as it is.
pub const HX_RESWAP: HeaderName = HeaderName::from_static("hx-reswap");

/// Marks an answer for machines: it stays as it is.
pub struct ForMachines;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    chrome: Chrome,
    heading: &'static str,
    text: String,
    request_id: Option<String>,
    next: Link,
}

/// For htmx below 500: a message, and nothing is swapped. From 500 on the script on the page speaks.
#[derive(Template)]
#[template(path = "error_message.html")]
pub struct ErrorMessage {
    pub message: ShownMessage,
}

/// What is needed of a request after it is gone.
struct Reader {
    frame: Frame,
    wants_fragment: bool,
    request_id: Option<String>,
    message_came_along: bool,
    is_at_the_desk: bool,
}

impl Reader {
    fn of(request: &HttpRequest, cookies: &Cookies) -> Self {
        Self {
            frame: Frame::of(request),
            wants_fragment: Htmx::of(request).wants_fragment,
            request_id: request.extensions().get::<RequestId>().map(ToString::to_string),
            message_came_along: flash::came_along(request, cookies),
            is_at_the_desk: request.path().starts_with("/admin"),
        }
    }
}

/// Turns faults into pages and adds the headers.
///
/// # Errors
/// Only with a finished page inside: a layer that fails instead of answering leaves no request to answer to.
pub async fn dress(
    config: Data<Config>,
    cookies: Data<Cookies>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let reader = Reader::of(request.request(), &cookies);
    let request_id = reader.request_id.clone();
    let removes_message = reader.message_came_along && !reader.wants_fragment;
    let mut answer = match next.call(request).await {
        Ok(response) => Ok(response.map_into_boxed_body()),
        Err(error) => Err(error),
    };
    answer = match answer {
        Ok(response) if !needs_a_page(&response) => Ok(response),
        Ok(response) => {
            let status = response.status();
            log(status, response.response().error());
            let wait = wait(response.headers());
            Ok(response.map_body(|head, _| {
                head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(page::HTML));
                head.headers.insert(HX_RESWAP, HeaderValue::from_static("none"));
                head.headers.remove(CONTENT_LENGTH);
                BoxBody::new(body(reader, status, wait))
            }))
        }
        // The session layer fails like this when its store does not answer.
        Err(error) => {
            let status = error
                .as_error::<AppError>()
                .map_or(StatusCode::SERVICE_UNAVAILABLE, |_| error.as_response_error().status_code());
            log(status, Some(&error));
            let mut response = HttpResponse::build(status)
                .insert_header((CONTENT_TYPE, page::HTML))
                .insert_header((RETRY_AFTER, "2"))
                .insert_header((HX_RESWAP, "none"))
                .body(body(reader, status, None));
            headers::add(response.headers_mut(), &config, request_id.as_deref());
            return Err(InternalError::from_response(error, response).into());
        }
    };
    answer.map(|mut response| {
        let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
        if is_page && removes_message {
            let _ = response.response_mut().add_cookie(&flash::removal(&cookies));
        }
        headers::add(response.headers_mut(), &config, request_id.as_deref());
        response
    })
}

/// Whatever is not a page of ours: our own come as HTML.
fn needs_a_page(response: &ServiceResponse) -> bool {
    let is_fault = response.status().is_client_error() || response.status().is_server_error();
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    let leads_elsewhere = response.headers().contains_key("HX-Redirect");
    is_fault && !is_page && !leads_elsewhere && !response.response().extensions().contains::<ForMachines>()
}

fn log(status: StatusCode, error: Option<&Error>) {
    let error = error.map(ToString::to_string).unwrap_or_default();
    if status.is_server_error() {
        tracing::error!(status = status.as_u16(), "{error}");
    } else {
        tracing::info!(status = status.as_u16(), "{error}");
    }
}

/// How many seconds the answer asks to wait.
fn wait(headers: &HeaderMap) -> Option<i64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
}

fn body(reader: Reader, status: StatusCode, wait: Option<i64>) -> String {
    let (heading, text) = words(status);
    let text = match (status, wait) {
        (StatusCode::TOO_MANY_REQUESTS, Some(wait)) => {
            let minutes = (wait.max(1) + 59) / 60;
            let wait = if minutes > 90 { counted((minutes + 59) / 60, "hour") } else { counted(minutes, "minute") };
            format!("Wait {wait}, then try again. Nothing was changed.")
        }
        _ => text.to_owned(),
    };
    let page = if reader.wants_fragment && status.is_server_error() {
        return String::new();
    } else if reader.wants_fragment {
        ErrorMessage { message: ShownMessage { kind: "refused", text: format!("{heading}. {text}") } }.render()
    } else {
        let next = match status {
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => Link { label: "To the start".into(), href: "/".into() },
            _ if reader.is_at_the_desk => Link { label: "Try again".into(), href: "/admin".into() },
            _ => Link { label: "Try again".into(), href: "/".into() },
        };
        let chrome = reader.frame.chrome(heading, "").leading_back_to("/".into());
        ErrorPage { chrome, heading, text, request_id: reader.request_id, next }.render()
    };
    page.unwrap_or_else(|_| heading.to_owned())
}

/// What the person may know, and what to do.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::BAD_REQUEST => (
            "This form cannot be read",
            "Go back, load the page again and send the form once more. Nothing was changed.",
        ),
        StatusCode::FORBIDDEN => (
            "This came from another site",
            "Guestlist only takes what its own pages send. Open the page here and try again. Nothing was changed.",
        ),
        StatusCode::NOT_FOUND => ("Page not found", "The address is wrong, or what was here has been deleted."),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("This page cannot do that", "Open it from the list instead. Nothing was changed.")
        }
        StatusCode::REQUEST_TIMEOUT => ("The form took too long", "Check your connection and send it again."),
        StatusCode::PAYLOAD_TOO_LARGE => ("The form is too large", "Shorten the texts and send it again."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("This is not a form", "Use the forms on the pages. Nothing was changed.")
        }
        StatusCode::TOO_MANY_REQUESTS => ("Too many attempts", "Wait a minute, then try again."),
        StatusCode::SERVICE_UNAVAILABLE => {
            ("Guestlist is busy", "The database does not answer just now. Try again in a few seconds.")
        }
        status if status.is_server_error() => (
            "Something went wrong here",
            "It is not your doing. If it happens again, tell your administrator the request id.",
        ),
        _ => ("This request is not valid", "Go back and try again. Nothing was changed."),
    }
}
