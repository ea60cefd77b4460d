//! A mail as its receiver sees it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A mail that the sink took.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Of the envelope.
    pub from: String,
    /// Of the envelope.
    pub to: Vec<String>,
    /// As it came over the wire.
    pub raw: String,
    headers: Vec<(String, String)>,
    pub text: String,
    pub html: String,
}

impl Mail {
    pub fn parse(from: &str, to: &[String], raw: &[u8]) -> Self {
        let raw = String::from_utf8(raw.to_vec()).expect("a mail in UTF-8");
        // Where servers read a bare line break otherwise than this program writes it, a text could end its mail early.
        assert!(!raw.replace("\r\n", "").contains(['\r', '\n']), "a bare line break:\n{raw:?}");
        let whole = Part::parse(&raw);
        let (mut text, mut html) = (String::new(), String::new());
        for part in whole.parts() {
            match part.content_type() {
                kind if kind.starts_with("text/plain") => text = part.content(),
                kind if kind.starts_with("text/html") => html = part.content(),
                kind => panic!("a part of the type {kind}"),
            }
        }
        Self { from: from.to_owned(), to: to.to_vec(), headers: whole.headers, text, html, raw }
    }

    /// The header, decoded; it stands there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let first = all.next().map(|(_, value)| value.as_str());
        assert!(all.next().is_none(), "{name} stands there twice:\n{}", self.raw);
        first
    }

    pub fn header_names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub fn subject(&self) -> &str {
        self.header("Subject").unwrap_or_default()
    }

    /// The one address that it asks its reader to open. The HTML has the same.
    #[track_caller]
    pub fn link(&self) -> &str {
        let mut links = self.text.split_whitespace().filter(|word| word.starts_with("http"));
        let link = links.next().unwrap_or_else(|| panic!("no link in:\n{}", self.text));
        assert!(links.next().is_none(), "two links in:\n{}", self.text);
        assert!(self.html.contains(&format!("<a href=\"{link}\">{link}</a>")), "another link in:\n{}", self.html);
        link
    }

    /// The path of that address, for a browser of the same server.
    #[track_caller]
    pub fn path(&self) -> &str {
        let link = self.link();
        let (_, place) = link.split_once("://").unwrap();
        &place[place.find('/').unwrap_or(place.len())..]
    }
}

struct Part {
    headers: Vec<(String, String)>,
    body: String,
}

impl Part {
    fn parse(raw: &str) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no end of the headers:\n{raw}"));
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no header: {line:?}"));
            (name.to_owned(), words(value.trim()))
        };
        Self { headers: unfolded.split("\r\n").map(header).collect(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    fn content_type(&self) -> &str {
        self.header("Content-Type")
    }

    fn parts(&self) -> Vec<Part> {
        let boundary = self.content_type().split_once("boundary=\"").and_then(|(_, rest)| rest.split_once('"'));
        let Some((boundary, _)) = boundary else { panic!("not of several parts: {}", self.content_type()) };
        let (body, divider) = (format!("\r\n{}", self.body), format!("\r\n--{boundary}"));
        let pieces = body.split(&divider).skip(1).filter(|piece| !piece.starts_with("--"));
        pieces.map(|piece| Self::parse(piece.trim_start_matches("\r\n"))).collect()
    }

    fn content(&self) -> String {
        let bytes = match self.header("Content-Transfer-Encoding") {
            "7bit" => self.body.clone().into_bytes(),
            "base64" => STANDARD.decode(self.body.replace("\r\n", "")).unwrap(),
            "quoted-printable" => quoted(&self.body.replace("=\r\n", ""), '='),
            other => panic!("encoded as {other}"),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n").trim_end().to_owned()
    }
}

/// The bytes that `=41` or `%41` stand for.
fn quoted(text: &str, sign: char) -> Vec<u8> {
    let mut pieces = text.split(sign);
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap_or_else(|_| panic!("{sign}{piece}")));
        bytes.extend(&piece.as_bytes()[2..]);
    }
    bytes
}

/// The words of a header: RFC 2047. White space between two encoded ones belongs to neither.
fn words(value: &str) -> String {
    let mut said = String::new();
    let mut was_encoded = false;
    for word in value.split(' ') {
        let parts = word.strip_prefix("=?utf-8?").and_then(|rest| rest.strip_suffix("?="));
        let decoded = parts.map(|parts| match parts.split_at(2) {
            ("b?", text) => String::from_utf8(STANDARD.decode(text).unwrap()).unwrap(),
            ("q?", text) => String::from_utf8(quoted(&text.replace('_', " "), '=')).unwrap(),
            _ => panic!("encoded by {word}"),
        });
        let is_one_word = was_encoded && decoded.is_some();
        if !said.is_empty() && !is_one_word {
            said.push(' ');
        }
        was_encoded = decoded.is_some();
        said += decoded.as_deref().unwrap_or(word);
    }
    said
}
