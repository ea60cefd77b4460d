//! What stands around every page, and the parts that pages share: strings and lists that are ready to be shown.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::assets;
use super::cookies::Cookies;
use super::flash::Message;
use super::mailto::mailto;
use super::portal::{Face, Portal};
use super::theme::{self, Theme};

pub use super::field::{Control, ErrorSummary, Field};

/// What a browser's tab shows.
pub fn full_title(title: &str, portal: &str) -> String {
    format!("{title} · {portal}")
}

/// What a request says about the page around the page.
pub struct Frame {
    face: Arc<Face>,
    theme: Option<Theme>,
    here: String,
    messages: Vec<Message>,
}

impl Frame {
    pub fn of(request: &HttpRequest) -> Self {
        let (Some(cookies), Some(portal)) = (request.app_data::<Data<Cookies>>(), request.app_data::<Data<Portal>>())
        else {
            unreachable!("the server hands both to every request");
        };
        let here = match request.query_string() {
            // A key in an address must not go on into the forms of the page.
            query if query.is_empty() || query.contains("glk_") => request.path().to_owned(),
            query => format!("{}?{query}", request.path()),
        };
        Self {
            face: portal.face(),
            theme: theme::chosen(request, cookies),
            here,
            messages: Message::read(request, cookies).into_iter().collect(),
        }
    }

    /// How the portal is called.
    pub fn portal(&self) -> &str {
        &self.face.name
    }

    fn support(&self) -> Option<Link> {
        let support = &self.face.support;
        (!support.is_empty()).then(|| Link { label: support.clone(), href: mailto(support) })
    }

    /// The frame of a page; `title` is followed by the portal's name.
    pub fn chrome(self, title: &str, section: &'static str) -> Chrome {
        Chrome {
            title: full_title(title, &self.face.name),
            portal: self.face.name.clone(),
            support: self.support(),
            theme: self.theme.map(Theme::as_str),
            here: self.here,
            assets: Assets {
                css: assets::CSS.url,
                htmx: assets::HTMX.url,
                js: assets::JS.url,
                favicon: assets::FAVICON.url,
            },
            messages: self.messages.iter().map(ShownMessage::from).collect(),
            admin: None,
            visitor: None,
            section,
        }
    }
}

impl FromRequest for Frame {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// What the layouts read.
pub struct Chrome {
    pub title: String,
    /// The portal's name.
    pub portal: String,
    /// Where people can ask.
    pub support: Option<Link>,
    /// From the cookie; none follows the system.
    pub theme: Option<&'static str>,
    /// Path and query: where a form leads back to.
    pub here: String,
    pub assets: Assets,
    pub messages: Vec<ShownMessage>,
    pub admin: Option<Badge>,
    /// The developer who is signed in.
    pub visitor: Option<Badge>,
    /// Which link of the navigation is the present one.
    pub section: &'static str,
}

impl Chrome {
    #[must_use]
    pub fn signed_in(self, badge: Badge) -> Self {
        Self { admin: Some(badge), ..self }
    }

    /// A developer's page.
    #[must_use]
    pub fn visited_by(self, badge: Badge) -> Self {
        Self { visitor: Some(badge), ..self }
    }

    /// For pages that are answers to a form: they cannot be fetched by their address.
    #[must_use]
    pub fn leading_back_to(self, here: String) -> Self {
        Self { here, ..self }
    }

    #[must_use]
    pub fn with_error(self, is_error: bool) -> Self {
        let title = if is_error { format!("Error: {}", self.title) } else { self.title };
        Self { title, ..self }
    }
}

/// Addresses with the fingerprint in them.
#[derive(Clone, Copy)]
pub struct Assets {
    pub css: &'static str,
    pub htmx: &'static str,
    pub js: &'static str,
    pub favicon: &'static str,
}

/// Who is signed in.
pub struct Badge {
    pub name: String,
    pub email: String,
}

/// `kind` is "done" or "refused"; a refusal stays until it is dismissed.
pub struct ShownMessage {
    pub kind: &'static str,
    pub text: String,
}

impl From<&Message> for ShownMessage {
    fn from(message: &Message) -> Self {
        Self { kind: if message.is_problem { "refused" } else { "done" }, text: message.text.clone() }
    }
}

pub struct Link {
    pub label: String,
    pub href: String,
}

/// One of several links or options, of which one is the present one.
pub struct Choice {
    pub label: String,
    /// An href in a list of links, a value in a `<select>`.
    pub value: String,
    pub current: bool,
}

/// `tone` is "good", "warn", "bad" or "plain". The text says it all, the tone only repeats it.
pub struct Chip {
    pub text: &'static str,
    pub tone: &'static str,
}

pub struct Pager {
    pub previous: Option<String>,
    pub next: Option<String>,
    /// "12 developers", "1,000+ matches".
    pub total: String,
    pub sizes: Vec<Choice>,
    /// Address and time, for paper.
    pub printed: String,
}

pub struct Column {
    pub label: &'static str,
    /// Which place of the grid the column has.
    pub place: &'static str,
    /// Where a click on the header leads; none cannot be sorted by.
    pub href: Option<String>,
    /// "ascending" or "descending" on the column that sorts the list now.
    pub sort: Option<&'static str>,
}

pub struct Search {
    pub q: String,
    pub label: &'static str,
    /// What the address holds besides and is not usual.
    pub keep: Vec<(&'static str, String)>,
    /// Shown on phones, where the headers are not. The usual one has an empty value.
    pub sorts: Vec<Choice>,
}

/// Stands in place of a table without rows.
pub struct Empty {
    pub title: String,
    pub text: String,
    pub links: Vec<Link>,
}
