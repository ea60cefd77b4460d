//! A message that is shown on the next page: what a form without JavaScript has done.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::cookies::Cookies;

const NAME: &str = "message";

/// Something said to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whether it tells that something was not done.
    pub is_problem: bool,
    pub text: String,
}

impl Message {
    pub fn done(text: impl Into<String>) -> Self {
        Self { is_problem: false, text: text.into() }
    }

    pub fn problem(text: impl Into<String>) -> Self {
        Self { is_problem: true, text: text.into() }
    }

    /// The cookie that carries it to the next page.
    pub fn cookie(&self, cookies: &Cookies) -> Cookie<'static> {
        let kind = if self.is_problem { '!' } else { '.' };
        let value = URL_SAFE_NO_PAD.encode(format!("{kind}{}", self.text));
        cookies.signed(NAME, value, Duration::minutes(1))
    }

    /// The message that came along, if one did.
    pub fn read(request: &HttpRequest, cookies: &Cookies) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cookies.read_signed(request, NAME)?).ok()?).ok()?;
        let is_problem = text.starts_with('!');
        Some(Self { is_problem, text: text.get(1..)?.to_owned() })
    }
}

/// A name or an address within a message, which stays under 140 characters.
pub fn shortened(name: &str) -> String {
    if name.chars().count() <= 60 { name.to_owned() } else { name.chars().take(59).chain(['…']).collect() }
}

/// Whether a message came along, shown or not.
pub fn came_along(request: &HttpRequest, cookies: &Cookies) -> bool {
    request.cookie(&cookies.name(NAME)).is_some()
}

/// The cookie that takes a shown message away.
pub fn removal(cookies: &Cookies) -> Cookie<'static> {
    cookies.cookie(NAME, String::new(), Duration::ZERO)
}
