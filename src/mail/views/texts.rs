//! The texts of mails, as admins change them.

use askama::Template;

use super::{Piece, paragraphs};
use crate::mail::forms::{MAX_SUBJECT, TextForm};
use crate::mail::text::Text;
use crate::outbox::{Kind, MARK, Placeholder};
use crate::policy::Policy;
use crate::settings::Conflict;
use crate::web::chrome::{Chrome, ErrorSummary, Field, Link, ShownMessage};
use crate::web::form::FieldErrors;

/// The path of the list of texts.
pub const PATH: &str = "/admin/settings/mails";

/// A kind in the list.
pub struct Line {
    pub label: &'static str,
    pub href: String,
    pub subject: String,
    pub is_changed: bool,
}

#[derive(Template)]
#[template(path = "mail/texts.html")]
pub struct Texts {
    chrome: Chrome,
    lines: Vec<Line>,
}

impl Texts {
    pub fn new(chrome: Chrome, policy: &Policy) -> Self {
        let line = |kind: &Kind| {
            let text = Text::saved(policy, *kind);
            let is_changed = text != Text::usual(*kind);
            Line { label: kind.label(), href: format!("{PATH}/{kind}"), subject: text.subject, is_changed }
        };
        Self { chrome, lines: Kind::ALL.iter().map(line).collect() }
    }
}

/// How a mail would look.
pub struct Preview {
    pub subject: String,
    /// As programs show it that show no HTML.
    pub plain: String,
    /// As all others show it.
    pub paragraphs: Vec<Vec<Piece>>,
}

#[derive(Template)]
#[template(path = "mail/text.html")]
pub struct TextPage {
    pub chrome: Chrome,
    pub label: &'static str,
    pub action: String,
    pub version: i32,
    pub fields: Vec<Field>,
    pub placeholders: Vec<Placeholder>,
    /// Whether what is saved is not the usual text.
    pub is_changed: bool,
    pub preview: Option<Preview>,
    pub error_summary: Option<ErrorSummary>,
    pub conflict: Option<Conflict>,
}

impl TextPage {
    /// What is saved now.
    pub fn new(chrome: Chrome, kind: Kind, policy: &Policy) -> Self {
        let saved = Text::saved(policy, kind);
        Self {
            chrome,
            label: kind.label(),
            action: format!("{PATH}/{kind}"),
            version: policy.version,
            fields: fields(&saved.subject, &saved.body, &FieldErrors::default()),
            placeholders: kind.placeholders().collect(),
            is_changed: saved != Text::usual(kind),
            preview: None,
            error_summary: None,
            conflict: None,
        }
    }

    /// With what was typed and what is wrong with it.
    #[must_use]
    pub fn typed(self, typed: &TextForm, errors: &FieldErrors) -> Self {
        let fields = fields(&typed.subject, &typed.body, errors);
        let error_summary = ErrorSummary::of(&fields);
        let chrome = self.chrome.with_error(error_summary.is_some());
        Self { chrome, version: typed.version, fields, error_summary, ..self }
    }

    #[must_use]
    pub fn previewing(self, policy: Policy, kind: Kind, text: &Text) -> Self {
        let filled = text.sample(policy, kind);
        let link = kind.placeholders().find(|own| own.name == "link").map_or("", |own| own.sample);
        let preview = Preview {
            plain: filled.body.replace(MARK, link),
            paragraphs: paragraphs(&filled.body, link),
            subject: filled.subject,
        };
        Self { preview: Some(preview), ..self }
    }

    /// What was typed after somebody else saved something; whoever saves again has seen what.
    #[must_use]
    pub fn conflicting(self, typed: &TextForm, policy: &Policy, kind: Kind, who: String) -> Self {
        let page = self.typed(typed, &FieldErrors::default());
        let saved = Text::saved(policy, kind);
        let mut fields = page.fields;
        for (field, saved) in fields.iter_mut().zip([saved.subject, saved.body]) {
            field.error = (field.value.replace("\r\n", "\n").trim() != saved).then(|| format!("Saved now: “{saved}”"));
        }
        let differing = fields.iter().filter(|field| field.error.is_some());
        let links = differing.map(|field| Link { label: field.label.to_owned(), href: format!("#{}", field.name) });
        let conflict = Some(Conflict { who, links: links.collect() });
        Self { chrome: page.chrome.with_error(true), version: policy.version, fields, conflict, ..page }
    }

    /// With a word about what was done.
    #[must_use]
    pub fn saying(mut self, words: String) -> Self {
        self.chrome.messages = vec![ShownMessage { kind: "done", text: words }];
        self
    }
}

fn fields(subject: &str, body: &str, errors: &FieldErrors) -> Vec<Field> {
    let lines = "Paragraphs are divided by an empty line. One that is empty once it is filled in is left out.";
    vec![
        Field { maxlength: MAX_SUBJECT, ..Field::new("subject", "Subject", "text", "off") }.filled(subject, errors),
        Field { hint: Some(lines), ..Field::area("body", "Text", 16) }.filled(body, errors),
    ]
}
