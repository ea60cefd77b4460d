//! A mail before it is written: its kind, whom it goes to, and the words that take the placeholders' places.

use chrono::{DateTime, TimeDelta, Utc};

use super::kind::Kind;
use super::queries::{self, NewMail};
use crate::config::BaseUrl;
use crate::db::{Conn, QueryResult};
use crate::ids::{ApplicationId, DeveloperId, MailId};
use crate::policy::Policy;
use crate::values::Refused;
use crate::web::seal::Seal;

/// Stands in a stored text in the link's place. People cannot type it.
pub const MARK: char = '\u{1}';

/// A mail to be.
#[derive(Clone, Debug)]
pub struct Letter {
    pub kind: Kind,
    /// An address as it was typed.
    pub to: String,
    /// In whose timeline it stands.
    pub developer: Option<DeveloperId>,
    /// And of which of their applications.
    pub application: Option<ApplicationId>,
    /// Words for the placeholders of its kind; those of every mail and the link need none.
    pub values: Vec<(&'static str, String)>,
    /// Path of this program; it may hold a token.
    pub link: Option<String>,
    /// How long it waits before it is sent.
    pub hold: TimeDelta,
    /// Of a decision: the status that the developer last heard of.
    pub known_status: Option<String>,
}

impl Letter {
    /// One that is sent at once, without a link.
    pub fn new(kind: Kind, to: &str, values: Vec<(&'static str, String)>) -> Self {
        Self {
            kind,
            to: to.to_owned(),
            developer: None,
            application: None,
            values,
            link: None,
            hold: TimeDelta::zero(),
            known_status: None,
        }
    }

    #[must_use]
    pub fn about(self, developer: DeveloperId) -> Self {
        Self { developer: Some(developer), ..self }
    }

    #[must_use]
    pub fn about_application(self, application: ApplicationId) -> Self {
        Self { application: Some(application), ..self }
    }

    #[must_use]
    pub fn linking(self, path: impl Into<String>) -> Self {
        Self { link: Some(path.into()), ..self }
    }
}

/// What this process adds to every mail it writes. Cheap to clone.
#[derive(Clone)]
pub struct Post {
    pub base_url: BaseUrl,
    pub seal: Seal,
    /// Whether mail can be sent; else it is kept.
    pub delivers: bool,
}

impl Post {
    /// Writes a mail into the outbox, in the transaction of what it tells.
    ///
    /// # Errors
    /// The database; or the link cannot be sealed, which undoes the transaction as well.
    pub fn enqueue(
        &self,
        conn: &mut Conn,
        policy: &Policy,
        letter: &Letter,
        now: DateTime<Utc>,
    ) -> QueryResult<MailId> {
        let mail = self.written(policy, letter, now)?;
        queries::insert(conn, std::slice::from_ref(&mail))?;
        Ok(mail.id)
    }

    /// The same of several; their ids are in the order of the letters.
    ///
    /// # Errors
    /// As with one: all of them are written or none.
    pub fn enqueue_all(
        &self,
        conn: &mut Conn,
        policy: &Policy,
        letters: &[Letter],
        now: DateTime<Utc>,
    ) -> QueryResult<Vec<MailId>> {
        let mails = letters.iter().map(|letter| self.written(policy, letter, now)).collect::<QueryResult<Vec<_>>>()?;
        queries::insert(conn, &mails)?;
        Ok(mails.iter().map(|mail| mail.id).collect())
    }

    fn written<'a>(&self, policy: &Policy, letter: &'a Letter, now: DateTime<Utc>) -> QueryResult<NewMail<'a>> {
        let Filled { subject, body } = fill(policy, letter.kind, &letter.values);
        let link =
            letter.link.as_ref().map(|path| self.seal.close(&format!("{}{path}", self.base_url.as_str()))).transpose();
        let link = link.map_err(|e| diesel::result::Error::SerializationError(Box::new(e)))?;
        Ok(NewMail {
            id: MailId::new(),
            kind: letter.kind,
            developer_id: letter.developer,
            application_id: letter.application,
            recipient: &letter.to,
            subject,
            body,
            link,
            next_attempt_at: now + letter.hold,
            known_status: letter.known_status.as_deref(),
            created_at: now,
        })
    }
}

/// A subject and a text with [`MARK`] in the link's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    pub subject: String,
    pub body: String,
}

/// The texts of the policy, or the usual ones, with words in the placeholders' places.
pub fn fill(policy: &Policy, kind: Kind, values: &[(&'static str, String)]) -> Filled {
    let support = match policy.support_address() {
        "" => String::new(),
        address => format!("Questions? Write to {address}."),
    };
    let common = [("portal", policy.portal_name().to_owned()), ("support", support), ("link", MARK.to_string())];
    let word = |name: &str| {
        let mut all = values.iter().chain(&common);
        all.find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    };
    let subject = policy.text(&kind.subject_key()).unwrap_or(kind.subject());
    let body = policy.text(&kind.body_key()).unwrap_or(kind.body());
    let paragraphs: Vec<String> = body
        .split("\n\n")
        .map(|paragraph| replaced(paragraph, word).trim().to_owned())
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    // A subject is one line, whatever stands in the words.
    let subject: String = replaced(subject, word).split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ");
    Filled { subject, body: paragraphs.join("\n\n") }
}

/// Each `{word}` that is known is replaced once; what stands in the words themselves stays as it is.
fn replaced<'a>(text: &str, word: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out += before;
        match after.split_once('}').and_then(|(name, tail)| Some((word(name)?, tail))) {
            Some((value, tail)) => {
                out += value;
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

/// The names in braces that could be meant as placeholders.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == '_'))
}

/// # Errors
/// Names a placeholder that this kind does not have, and those it has.
fn check_names(kind: Kind, text: &str, allowed: impl Fn(&str) -> bool) -> Result<(), Refused> {
    let known: Vec<&str> = kind.placeholders().map(|own| own.name).filter(|name| allowed(name)).collect();
    match named(text).find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => {
            let list: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
            Err(Refused(format!("{{{name}}} cannot stand here; these can: {}", list.join(", "))))
        }
    }
}

/// # Errors
/// A sentence that says what is wrong with the subject.
pub fn check_subject(kind: Kind, text: &str) -> Result<(), Refused> {
    if text.is_empty() {
        return Err(Refused("The subject must not be empty".into()));
    }
    check_names(kind, text, |name| !["link", "support", "reason", "about"].contains(&name))
}

/// # Errors
/// A sentence that says what is wrong with the text.
pub fn check_body(kind: Kind, text: &str) -> Result<(), Refused> {
    if text.is_empty() {
        return Err(Refused("The text must not be empty".into()));
    }
    check_names(kind, text, |_| true)?;
    if kind.needs_link() && !text.contains("{link}") {
        return Err(Refused("The text needs {link}; without it nobody can follow".into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_take_their_places_once() {
        let word = |name: &str| match name {
            "name" => Some("{email} {{7*7}}"),
            "email" => Some("ada@x.example"),
            _ => None,
        };
        assert_eq!(replaced("{name} <{email}> {other} {", word), "{email} {{7*7}} <ada@x.example> {other} {");
    }

    #[test]
    fn the_usual_texts_are_good() {
        for kind in Kind::ALL {
            assert_eq!(check_subject(*kind, kind.subject()), Ok(()), "{kind}");
            assert_eq!(check_body(*kind, kind.body()), Ok(()), "{kind}");
        }
    }

    #[test]
    fn a_placeholder_of_another_kind_is_named() {
        let why = check_body(Kind::Test, "Dear {name}").unwrap_err().0;
        assert!(why.contains("{name}") && why.contains("{portal}"), "{why}");
        assert!(check_body(Kind::Approved, "You are in, {name}.").is_err());
        assert!(check_subject(Kind::Approved, "{link}").is_err());
        assert_eq!(check_body(Kind::Test, "a { b } {7*7} {}"), Ok(()));
    }
}
