//! What a developer says of an application.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::values::{LongText, Refused, short_text};

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub name: ApplicationName,
    pub description: LongText,
    pub callback_url: CallbackUrl,
}

/// The name of an application: 1 to 200 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationName(String);

impl ApplicationName {
    pub const MAX: usize = 200;

    /// # Errors
    /// A sentence that says what is wrong with the name.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        match short_text(text, "The name", Self::MAX)? {
            name if name.is_empty() => Err(Refused("Enter a name for the application".into())),
            name => Ok(Self(name)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where users of an application come back to, possibly nowhere: http or https with a host, up to 2,000 characters, as
/// it was typed. Nothing here ever follows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallbackUrl(String);

impl CallbackUrl {
    pub const MAX: usize = 2000;

    /// # Errors
    /// A sentence that says what is wrong with the address.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = short_text(text, "The callback URL", Self::MAX)?;
        if text.is_empty() {
            return Ok(Self(text));
        }
        let refused = |why: &str| Err(Refused(why.to_owned()));
        if text.chars().any(char::is_whitespace) {
            return refused("The callback URL must not contain spaces");
        }
        let Some(rest) = ["http://", "https://"].iter().find_map(|scheme| after(&text, scheme)) else {
            return refused("The callback URL must begin with https:// or http://");
        };
        if !text.chars().all(may_stand_there) {
            return refused("The callback URL contains a character that an address cannot have");
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return refused("The callback URL must not contain a user name or a password");
        }
        match is_host(authority) {
            true => Ok(Self(text)),
            false => refused("The callback URL needs a host, as in https://app.example/callback"),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What follows a beginning, in whatever case it is written.
fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

/// RFC 3986, and letters of every script as people copy them from a browser.
fn may_stand_there(c: char) -> bool {
    match c {
        '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}' => false,
        c if c.is_ascii() => c.is_ascii_graphic(),
        c => c.is_alphanumeric(),
    }
}

/// A name or an address, and possibly a port.
fn is_host(authority: &str) -> bool {
    if let Some(rest) = authority.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        return address.parse::<Ipv6Addr>().is_ok() && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_number = host.rsplit('.').next().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    let is_good = match is_number {
        true => host.parse::<Ipv4Addr>().is_ok(),
        false => idna::domain_to_ascii_strict(host).is_ok_and(|host| !host.is_empty()),
    };
    is_good && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callback_urls_lead_back_to_an_application() {
        for good in [
            "",
            "https://app.example/callback?from=guestlist&x=%20#top",
            "HTTP://localhost:8080",
            "https://bücher.example/zurück",
            "http://127.0.0.1:3000/",
            "https://[::1]:8443/cb",
            "https://intranet/cb",
            "https://app.example/mail@somewhere",
        ] {
            assert_eq!(CallbackUrl::parse(&format!(" {good} ")).as_ref().map(CallbackUrl::as_str), Ok(good));
        }
        assert!(CallbackUrl::parse(&format!("https://x.example/{}", "a".repeat(1982))).is_ok());
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for bad in [
            "app.example",
            "//app.example",
            "javascript:alert(1)",
            "JavaScript://app.example/%0aalert(1)",
            "data:text/html,x",
            "ftp://app.example",
            "https:/app.example",
            "https://",
            "https:///path",
            "https://?x",
            "https://user:secret@app.example/",
            "https://user@app.example/",
            "https://app.example\\@evil.example/",
            "https://app.example/a b",
            "https://app.example/a\nb",
            "https://app.example/\u{7}",
            "https://app.example/\u{202e}x",
            "https://app.example/\"><script>",
            "https://app.example:0/",
            "https://app.example:99999/",
            "https://app.example:+80/",
            "https://app.example:80:80/",
            "https://1.2.3.999/",
            "https://[::1/",
            "https://[::1]x/",
            "https://ex ample/",
            "https://exa_mple..com/",
        ] {
            assert!(CallbackUrl::parse(bad).is_err(), "{bad:?} was taken");
        }
        assert!(CallbackUrl::parse(&format!("https://x.example/{}", "a".repeat(1983))).is_err());
    }

    #[test]
    fn an_application_has_a_name() {
        assert!(ApplicationName::parse(&"ж".repeat(200)).is_ok());
        for bad in ["", " ", "a\u{0}b", "a\u{2028}b", &"x".repeat(201)] {
            assert!(ApplicationName::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
