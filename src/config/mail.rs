//! How mail leaves: `GUESTLIST_SMTP_URL` and `GUESTLIST_MAIL_FROM`.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;

use crate::values::EmailAddress;

/// The mail server, and who mail is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRoute {
    pub server: MailServer,
    pub from: Sender,
}

/// Where a mail server listens, and how it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    pub encryption: Encryption,
    /// A name, or an address without brackets.
    pub host: String,
    pub port: u16,
    pub login: Option<Login>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// `smtp+starttls://`: asked for before anything else is said, and required.
    StartTls,
    /// `smtps://`: from the first byte.
    Implicit,
    /// `smtp://`: none, so only within this machine.
    None,
}

/// How this program signs in at the mail server.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Who mail is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// None: the portal's name.
    pub name: Option<String>,
    /// In ASCII.
    pub address: String,
}

impl MailServer {
    /// As it is named in messages: never with user or password.
    pub fn place(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

/// # Errors
/// What is wrong with the URL. It holds a password, so no part of it is repeated.
pub fn parse_server(url: &str) -> Result<MailServer, String> {
    let (encryption, usual_port, rest) = match url.split_once("://") {
        Some(("smtp+starttls", rest)) => (Encryption::StartTls, 587, rest),
        Some(("smtps", rest)) => (Encryption::Implicit, 465, rest),
        Some(("smtp", rest)) => (Encryption::None, 25, rest),
        _ => return Err("must begin with smtp+starttls://, smtps:// or, within this machine, smtp://".into()),
    };
    // A password may hold an @ that is not encoded; a host holds none.
    let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
    let login = login.map(parse_login).transpose()?;
    let (host, port) = parse_place(place.strip_suffix('/').unwrap_or(place))?;
    if encryption == Encryption::None && !is_loopback(&host) {
        return Err("begins with smtp://, which sends passwords and links readable: only to localhost. \
                    Use smtp+starttls:// or smtps://"
            .into());
    }
    Ok(MailServer { encryption, host, port: port.unwrap_or(usual_port), login })
}

fn parse_login(text: &str) -> Result<Login, String> {
    let decoded = |part: &str| {
        let text = percent_decode_str(part).decode_utf8().ok().filter(|text| !text.contains(['\r', '\n', '\0']));
        text.map(|text| text.into_owned()).ok_or("holds a user or a password that is no text")
    };
    match text.split_once(':') {
        Some((user, password)) if !user.is_empty() && !password.is_empty() => {
            Ok(Login { user: decoded(user)?, password: decoded(password)? })
        }
        _ => Err("names a user without a password, or a password without a user: user:password@host".into()),
    }
}

fn parse_place(text: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) if host.parse::<IpAddr>().is_ok() => (host, port),
        Some(_) => return Err("has no address of version 6 between its brackets".into()),
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    if host.is_empty() || !host.chars().all(is_name) {
        return Err("names no host, or has more than a port behind it: smtp+starttls://user:password@host:587 \
                    (in a password, write / ? # % as %2F %3F %23 %25)"
            .into());
    }
    let port = match port {
        "" => None,
        port => match port.strip_prefix(':').and_then(|digits| digits.parse().ok()).filter(|port| *port > 0) {
            Some(port) => Some(port),
            None => return Err("has a port that is no number from 1 to 65535".into()),
        },
    };
    Ok((host.to_ascii_lowercase(), port))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// An address, or `Name <address>`.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn parse_sender(text: &str) -> Result<Sender, String> {
    let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').trim(), address),
        None => ("", text),
    };
    let wrong = |why: String| format!("must be an address, as in guests@acme.example: {why}");
    if name.chars().any(char::is_control) {
        return Err(wrong("the name has control characters".into()));
    }
    let email = EmailAddress::parse(address).map_err(|refused| wrong(refused.0))?;
    let address = email.deliverable();
    if !address.is_ascii() {
        return Err(wrong("the part before the @ must be ASCII, or many servers refuse it".into()));
    }
    Ok(Sender { name: Some(name.to_owned()).filter(|name| !name.is_empty()), address })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_say_how_a_server_is_spoken_to() {
        for (url, encryption, place) in [
            ("smtp+starttls://mail.acme.example", Encryption::StartTls, "mail.acme.example:587"),
            ("smtps://Mail.acme.example/", Encryption::Implicit, "mail.acme.example:465"),
            ("smtps://[2001:db8::1]:8465", Encryption::Implicit, "[2001:db8::1]:8465"),
            ("smtp://localhost", Encryption::None, "localhost:25"),
            ("smtp://127.0.0.9:2525", Encryption::None, "127.0.0.9:2525"),
            ("smtp://[::1]:2525", Encryption::None, "[::1]:2525"),
        ] {
            let server = parse_server(url).unwrap_or_else(|why| panic!("{url} {why}"));
            assert_eq!((server.encryption, server.place().as_str()), (encryption, place), "{url}");
            assert_eq!(server.login, None, "{url}");
        }
    }

    #[test]
    fn user_and_password_are_decoded_once() {
        let login = |url| parse_server(url).unwrap().login.unwrap();
        let plain = login("smtps://guests%40acme.example:p%2540%2Fss@mail.acme.example");
        assert_eq!((plain.user.as_str(), plain.password.as_str()), ("guests@acme.example", "p%40/ss"));
        let raw = login("smtps://guests:p@ss:w@mail.acme.example");
        assert_eq!((raw.user.as_str(), raw.password.as_str()), ("guests", "p@ss:w"));
        assert!(!format!("{raw:?}").contains("p@ss"), "{raw:?}");
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said_without_repeating_it() {
        for url in [
            "mail.secret.example:587",
            "http://guests:secret@mail.acme.example",
            "smtp://guests:secret@mail.acme.example",
            "smtp://localhost.secret.example",
            "smtp://10.0.0.25",
            "smtps://secret@mail.acme.example",
            "smtps://:secret@mail.acme.example",
            "smtps://guests:%FFsecret@mail.acme.example",
            "smtps://guests:a%0d%0aQUIT@secret.example",
            "smtps://",
            "smtps://guests:secret@",
            "smtps://secret.example:0",
            "smtps://secret.example:70000",
            "smtps://secret.example:587:587",
            "smtps://secret.example/path",
            "smtps://secret.example?tls=none",
            "smtps://guests:sec/ret@mail.acme.example/x",
            "smtps://[secret]:465",
            "smtps://secret.exämple",
        ] {
            let why = parse_server(url).map(|server| server.place()).unwrap_err();
            assert!(!why.contains("secret") && !why.contains("QUIT"), "{url}: {why}");
        }
    }

    #[test]
    fn a_sender_is_an_address_and_perhaps_a_name() {
        let both = |text| parse_sender(text).map(|sender| (sender.name.unwrap_or_default(), sender.address));
        assert_eq!(both("guests@Acme.example"), Ok((String::new(), "guests@acme.example".into())));
        assert_eq!(
            both("Acme APIs <guests@bücher.example>"),
            Ok(("Acme APIs".into(), "guests@xn--bcher-kva.example".into()))
        );
        assert_eq!(both("\"Acme, APIs\" <g@acme.example>"), Ok(("Acme, APIs".into(), "g@acme.example".into())));
        for bad in ["guests", "Acme <guests>", "a@x.example, b@x.example", "jürgen@x.example", "a\nb <a@x.example>"] {
            assert!(parse_sender(bad).is_err(), "{bad}");
        }
    }
}
