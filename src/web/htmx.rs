//! Whether htmx asks for a part of a page.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::local_path::LocalPath;

/// What htmx says about a request.
#[derive(Clone, Debug)]
pub struct Htmx {
    /// A fragment is wanted. Not when the browser goes back and htmx fetches the page anew.
    pub wants_fragment: bool,
    /// The page that the person sees.
    pub seen_page: Option<LocalPath>,
}

impl Htmx {
    pub fn of(request: &HttpRequest) -> Self {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let is_htmx = header("HX-Request") == Some("true");
        let restores = header("HX-History-Restore-Request") == Some("true");
        let seen_page = header("HX-Current-URL").and_then(path_of);
        Self { wants_fragment: is_htmx && !restores, seen_page }
    }
}

/// The path of an absolute URL, whatever its host: it names a page of this program or nothing.
fn path_of(url: &str) -> Option<LocalPath> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    LocalPath::parse(rest.find('/').map_or("/", |at| &rest[at..]))
}

impl FromRequest for Htmx {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
