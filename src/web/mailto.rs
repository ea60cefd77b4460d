//! Links that open the reader's own mail program (RFC 6068).

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::cookies::Cookies;
use crate::values::grouped;

/// Mail programs cut links at about 2,000 characters, Gmail at 1,620.
const MAX_LINK: usize = 1_600;
/// Mail servers refuse or delay mail to more people at once.
const MAX_PEOPLE: usize = 45;
/// A longer text would leave room for hardly anybody.
const MAX_TEXT: usize = 1_100;
/// The `@` stays, whatever else could mean something is encoded: a space is `%20` and never `+`.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// The cookie that remembers which mail program somebody has.
const SEMICOLONS: &str = "semicolons";

/// A link to one person.
pub fn mailto(email: &str) -> String {
    format!("mailto:{}", utf8_percent_encode(email, PART))
}

/// What stands between addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// As the standard says.
    #[default]
    Comma,
    /// Outlook on Windows takes a comma for a part of a name.
    Semicolon,
}

impl Separator {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Semicolon => ";",
        }
    }

    /// As a tick called "semicolons" posts it.
    pub fn ticked(value: &str) -> Self {
        if value == "yes" { Self::Semicolon } else { Self::Comma }
    }

    /// What this browser chose before.
    pub fn of(request: &HttpRequest, cookies: &Cookies) -> Self {
        request.cookie(&cookies.name(SEMICOLONS)).map_or(Self::Comma, |cookie| Self::ticked(cookie.value()))
    }

    /// Remembers it, or forgets that it was ever another than the usual one.
    pub fn cookie(self, cookies: &Cookies) -> Cookie<'static> {
        match self {
            Self::Comma => cookies.cookie(SEMICOLONS, String::new(), Duration::ZERO),
            Self::Semicolon => cookies.cookie(SEMICOLONS, "yes".into(), Duration::days(365)),
        }
    }
}

/// A link to some people, none of whom sees the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLink {
    pub href: String,
    /// How many people it is to.
    pub people: usize,
}

/// Links that together reach everybody once, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLinks {
    pub links: Vec<MailLink>,
    /// Whether the text stands in them; one that is too long has to be copied.
    pub has_text: bool,
}

impl MailLinks {
    /// Everybody in Bcc. `subject` and `body` may be empty; a line of the body ends with `\n`.
    pub fn new(addresses: &[&str], subject: &str, body: &str, separator: Separator) -> Self {
        let body: String = body.lines().collect::<Vec<_>>().join("\r\n");
        let whole = field("subject", subject) + &field("body", &body);
        let addresses: Vec<String> =
            addresses.iter().map(|address| utf8_percent_encode(address, PART).to_string()).collect();
        let longest = addresses.iter().map(String::len).max().unwrap_or_default();
        let has_text = whole.len() <= MAX_TEXT && START.len() + longest + whole.len() <= MAX_LINK;
        let text = if has_text { whole } else { String::new() };
        let mut links = Vec::new();
        let mut bcc = String::new();
        let mut people = 0;
        let mut finish = |bcc: &str, people| {
            links.push(MailLink { href: format!("{START}{bcc}{text}"), people });
        };
        for address in addresses {
            let length = START.len() + bcc.len() + separator.as_str().len() + address.len() + text.len();
            if people > 0 && (people == MAX_PEOPLE || length > MAX_LINK) {
                finish(&bcc, people);
                bcc.clear();
                people = 0;
            }
            if people > 0 {
                bcc += separator.as_str();
            }
            bcc += &address;
            people += 1;
        }
        if people > 0 {
            finish(&bcc, people);
        }
        Self { links, has_text }
    }
}

const START: &str = "mailto:?bcc=";

fn field(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("&{name}={}", utf8_percent_encode(value, PART)) }
}

/// Links to some people as a page shows them.
pub struct ShownLinks {
    /// The only one.
    pub only: Option<String>,
    /// All of several.
    pub several: Vec<NumberedLink>,
    /// Whether the text stands in them.
    pub has_text: bool,
    /// Everybody, as they go into a field of a mail program.
    pub addresses: String,
}

/// One of several links.
pub struct NumberedLink {
    /// "Open message 1 of 3".
    pub label: String,
    pub href: String,
    /// "45 people".
    pub people: String,
}

impl ShownLinks {
    /// As [`MailLinks::new`].
    pub fn new(addresses: &[&str], subject: &str, body: &str, separator: Separator) -> Self {
        let MailLinks { mut links, has_text } = MailLinks::new(addresses, subject, body, separator);
        let count = links.len();
        let only = if count == 1 { links.pop().map(|link| link.href) } else { None };
        let numbered = links.into_iter().zip(1..).map(|(link, n)| NumberedLink {
            label: format!("Open message {n} of {count}"),
            href: link.href,
            people: people(link.people),
        });
        let addresses = addresses.join(&format!("{} ", separator.as_str()));
        Self { only, several: numbered.collect(), has_text, addresses }
    }
}

/// "1 person", "45 people".
pub fn people(n: usize) -> String {
    match i64::try_from(n).unwrap_or(i64::MAX) {
        1 => "1 person".into(),
        n => format!("{} people", grouped(n)),
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;
    use crate::values::EmailAddress;

    /// The fields of a link as a mail program reads them: it knows no `+` for a space.
    fn fields(href: &str) -> Vec<(&str, &str)> {
        let query = href.strip_prefix("mailto:?").expect("nobody stands in To");
        query.split('&').map(|field| field.split_once('=').expect("a name and a value")).collect()
    }

    fn decoded(value: &str) -> String {
        percent_decode_str(value).decode_utf8().expect("UTF-8").into_owned()
    }

    fn valid_address() -> impl Strategy<Value = String> {
        let domain = "[a-zäöß0-9]{1,20}(\\.[a-zü]{2,20}){1,8}";
        let address =
            ("[A-Za-z0-9+&%#?'ü!$*/=^_`{|}~-]{1,60}", domain).prop_map(|(local, domain)| format!("{local}@{domain}"));
        address.prop_filter("valid", |address| EmailAddress::parse(address).is_ok())
    }

    proptest! {
        /// Read back, the links hold the same people in the same order, each within the limits and all in Bcc.
        #[test]
        fn links_decode_back_to_the_same_people(
            addresses in prop::collection::vec(valid_address(), 1..150),
            subject in "[^\\p{Cc}]{0,60}",
            body in "([^\\p{Cc}]{0,80}\n){0,12}",
            semicolons in any::<bool>(),
        ) {
            let separator = if semicolons { Separator::Semicolon } else { Separator::Comma };
            let all: Vec<&str> = addresses.iter().map(String::as_str).collect();
            let MailLinks { links, has_text } = MailLinks::new(&all, &subject, &body, separator);
            let mut read = Vec::new();
            for MailLink { href, people } in &links {
                prop_assert!(href.len() <= MAX_LINK && *people <= MAX_PEOPLE, "{} for {people}", href.len());
                prop_assert!(href.is_ascii() && !href.contains(['\r', '\n', ' ', '+', '"', '<', '>', '#']), "{href}");
                let fields = fields(href);
                let own: Vec<String> = fields[0].1.split(separator.as_str()).map(decoded).collect();
                prop_assert_eq!(fields[0].0, "bcc");
                prop_assert_eq!(own.len(), *people);
                prop_assert!(own.iter().all(|address| !address.contains(['\r', '\n'])));
                read.extend(own);
                let text = |name: &str| fields.iter().find(|field| field.0 == name).map(|field| decoded(field.1));
                let expected = |value: &str| (has_text && !value.is_empty()).then(|| value.to_owned());
                prop_assert_eq!(text("subject"), expected(&subject));
                let lines = body.lines().collect::<Vec<_>>().join("\r\n");
                prop_assert_eq!(text("body"), expected(&lines));
            }
            prop_assert_eq!(read, addresses);
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_left_to_be_copied() {
        let short = MailLinks::new(&["ada@x.example"], "Hello", "you & I,\nhere + now", Separator::Comma);
        let href = "mailto:?bcc=ada@x.example&subject=Hello&body=you%20%26%20I%2C%0D%0Ahere%20%2B%20now";
        assert_eq!(short, MailLinks { links: vec![MailLink { href: href.into(), people: 1 }], has_text: true });
        let long = MailLinks::new(&["ada@x.example"], "Hello", &"ж".repeat(300), Separator::Comma);
        assert_eq!(long.links[0].href, "mailto:?bcc=ada@x.example");
        assert!(!long.has_text);
        assert_eq!(MailLinks::new(&[], "Hello", "", Separator::Comma).links, []);
    }

    #[test]
    fn more_people_than_a_mail_takes_get_several() {
        let all = vec!["a@x.example"; 100];
        let people = |all: &[&str]| {
            MailLinks::new(all, "", "", Separator::Semicolon).links.iter().map(|link| link.people).collect::<Vec<_>>()
        };
        assert_eq!(people(&all), [45, 45, 10]);
        assert_eq!(people(&all[..45]), [45]);
    }
}
