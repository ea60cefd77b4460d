//! How requests come in: the form, the proof of the mailbox, and who hears of it.

mod decide;
pub mod invited;
mod known;
mod notices;
mod refuse;
mod resend;
mod sign_up;
mod verify;

use crate::support::app::Request;
use crate::support::{Answer, App, Browser};

/// With this a test's requests come from whatever address they name.
pub const BEHIND_PROXY: [(&str, &str); 1] = [("GUESTLIST_TRUSTED_PROXIES", "127.0.0.1")];
/// Ada's own, at the sign-up.
pub const SECRET_OF_ADA: &str = "sechs Ziegen und ein Kanu";

/// The form as somebody fills it in.
#[derive(Clone)]
pub struct SignUp(Vec<(String, String)>);

/// Ada Byron signs up with this address.
pub fn sign_up(email: &str) -> SignUp {
    let fields = [
        ("full_name", "Ada Byron"),
        ("email", email),
        ("organization", "Engines & Co"),
        ("purpose", "Weather for our fields\r\nand for our goats"),
        ("password", SECRET_OF_ADA),
        ("terms", "yes"),
    ];
    SignUp(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec())
}

impl SignUp {
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(own, _)| own != name);
        self
    }

    pub fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// The request, not yet sent.
    pub fn in_browser(&self, browser: &Browser) -> Request {
        self.posted(browser, "/register")
    }

    fn posted(&self, browser: &Browser, path: &str) -> Request {
        let fields: Vec<_> = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post(path, &fields)
    }

    /// The form behind a personal link, which knows the address.
    pub async fn in_browser_at(&self, browser: &Browser, link: &str) -> Answer {
        self.posted(browser, link).await
    }

    /// In a browser of its own.
    pub async fn sent(&self, app: &App) -> Answer {
        self.in_browser(&app.browser()).await
    }
}

/// Everything that a sign-up could leave behind.
pub fn traces(app: &App) -> Vec<String> {
    let mut traces = app.state();
    traces.extend(
        app.db.texts("select 'throttle ' || encode(key, 'hex') || ' ' || attempts from throttles order by key"),
    );
    traces.extend(app.db.texts("select concat_ws('|', event, subject_email, reason) from audit_entries order by id"));
    traces.extend(app.db.texts("select 'link ' || purpose from mail_links"));
    traces
}
