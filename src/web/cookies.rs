//! Cookies: `__Host-`, Secure, HttpOnly, SameSite=Lax; on plain http the same without the prefix and Secure.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};

use crate::config::Config;

/// How cookies are named, marked and signed here. Cheap to clone.
#[derive(Clone)]
pub struct Cookies {
    secure: bool,
    key: Key,
}

impl Cookies {
    /// `secret` must have at least 64 bytes, as [`Config::secret`] sees to.
    pub fn new(config: &Config, secret: &[u8]) -> Self {
        Self { secure: config.base_url.is_https(), key: Key::from(secret) }
    }

    pub fn name(&self, name: &str) -> String {
        if self.secure { format!("__Host-{name}") } else { name.to_owned() }
    }

    pub fn is_secure(&self) -> bool {
        self.secure
    }

    pub fn key(&self) -> Key {
        self.key.clone()
    }

    /// A cookie that lives for `max_age`; zero removes it.
    pub fn cookie(&self, name: &str, value: String, max_age: Duration) -> Cookie<'static> {
        Cookie::build(self.name(name), value)
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax)
            .max_age(max_age)
            .finish()
    }

    /// The same, signed, so that only what was written here is read.
    pub fn signed(&self, name: &str, value: String, max_age: Duration) -> Cookie<'static> {
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add(self.cookie(name, value, max_age));
        let signed = jar.get(&self.name(name)).cloned();
        signed.unwrap_or_else(|| self.cookie(name, String::new(), Duration::ZERO))
    }

    /// The value of a signed cookie.
    pub fn read_signed(&self, request: &HttpRequest, name: &str) -> Option<String> {
        let mut jar = CookieJar::new();
        jar.add_original(request.cookie(&self.name(name))?);
        jar.signed(&self.key).get(&self.name(name)).map(|cookie| cookie.value().to_owned())
    }
}
