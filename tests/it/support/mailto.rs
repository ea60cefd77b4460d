//! Links that open a mail program, as such a program reads them.

use percent_encoding::percent_decode_str;

/// The message that a mail program makes of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    pub to: String,
    pub bcc: Vec<String>,
    pub subject: String,
    /// Its lines end with `\n`.
    pub body: String,
}

impl Message {
    /// RFC 6068: a field's parts are divided before they are decoded, and a `+` is a `+`.
    #[track_caller]
    pub fn of(href: &str) -> Self {
        assert!(href.len() <= 1_600, "{} characters: {href}", href.len());
        assert!(href.is_ascii() && !href.contains([' ', '+', '\r', '\n', '#', '"', '<']), "{href}");
        let rest = href.strip_prefix("mailto:").unwrap_or_else(|| panic!("opens no mail program: {href}"));
        let (to, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut message = Self { to: decoded(to), ..Self::default() };
        for field in query.split('&').filter(|field| !field.is_empty()) {
            let (name, value) = field.split_once('=').unwrap_or_else(|| panic!("{field} of {href}"));
            match name {
                "bcc" => message.bcc = value.split([',', ';']).map(decoded).collect(),
                "subject" => message.subject = decoded(value),
                "body" => {
                    let body = decoded(value);
                    assert!(!body.replace("\r\n", "").contains(['\r', '\n']), "a bare line break: {body:?}");
                    message.body = body.replace("\r\n", "\n");
                }
                other => panic!("{other} of {href}"),
            }
        }
        assert!(message.bcc.len() <= 45, "{} people", message.bcc.len());
        message
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap_or_else(|_| panic!("no UTF-8: {text}")).into_owned()
}
