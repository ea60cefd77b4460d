//! The settings page: one form, and who hears of new requests.

use askama::Template;
use chrono::{DateTime, Utc};

use super::forms::Typed;
use super::present::Present;
use crate::admins::{Notices, Notified};
use crate::ids::AdminId;
use crate::policy::{Kind, Policy, SETTINGS, Setting, checked};
use crate::values::EmailAddress;
use crate::web::chrome::{Chrome, ErrorSummary, Field, Link};
use crate::web::form::FieldErrors;
use crate::web::moments::Moment;

/// More domains than anybody types; the form itself has a limit as well.
const LONG_LIST: usize = 20_000;

/// Settings under one heading.
pub struct Group {
    pub title: &'static str,
    pub fields: Vec<Field>,
}

/// Somebody saved something since the form was loaded.
pub struct Conflict {
    /// Who, what and when.
    pub who: String,
    /// The fields in which what was typed differs from what is saved.
    pub links: Vec<Link>,
}

/// An admin in the list of those who are notified.
pub struct Reader {
    pub name: String,
    pub email: String,
    pub choice: &'static str,
    pub is_self: bool,
}

#[derive(Template)]
#[template(path = "settings/show.html")]
pub struct Show {
    pub chrome: Chrome,
    pub version: i32,
    pub changed: Option<Moment>,
    pub groups: Vec<Group>,
    pub error_summary: Option<ErrorSummary>,
    pub conflict: Option<Conflict>,
    pub notices: Field,
    pub readers: Vec<Reader>,
    /// Whether mail is configured.
    pub delivers: bool,
}

impl Show {
    pub fn new(chrome: Chrome, present: &Present, own: AdminId, now: DateTime<Utc>) -> Self {
        let Present { policy, admins } = present;
        let choice = admins.iter().find(|admin| admin.id == own).map_or(Notices::AtOnce, |admin| admin.notices);
        let notices = Field::select("new_requests", "Mail about new requests", Notices::CHOICES);
        Self {
            chrome,
            version: policy.version,
            changed: policy.changed_at.map(|at| Moment::new(at, now)),
            groups: groups(fields(&Typed::saved(policy), policy, &FieldErrors::default())),
            error_summary: None,
            conflict: None,
            notices: notices.filled(choice.as_str(), &FieldErrors::default()),
            readers: admins.iter().map(|admin| reader(admin, own)).collect(),
            delivers: true,
        }
    }

    /// With what was typed and what is wrong with it.
    #[must_use]
    pub fn with_errors(self, typed: &Typed, policy: &Policy, errors: &FieldErrors) -> Self {
        let fields = fields(typed, policy, errors);
        let error_summary = ErrorSummary::of(&fields);
        let chrome = self.chrome.with_error(true);
        Self { chrome, version: typed.version, groups: groups(fields), error_summary, ..self }
    }

    /// With what was typed, and what is saved where it differs: whoever saves again has seen it.
    #[must_use]
    pub fn with_conflict(self, typed: &Typed, policy: &Policy, who: String) -> Self {
        let mut fields = fields(typed, policy, &FieldErrors::default());
        for (field, setting) in fields.iter_mut().zip(SETTINGS) {
            let saved = policy.value(setting);
            let is_same = checked(setting, &field.value).is_ok_and(|typed| typed == saved);
            field.error = (!is_same).then(|| format!("Saved now: {}", shown(setting, saved)));
        }
        let links = ErrorSummary::of(&fields).map_or_else(Vec::new, |summary| summary.links);
        let links = links.into_iter().zip(fields.iter().filter(|field| field.error.is_some()));
        let links = links.map(|(link, field)| Link { label: field.label.to_owned(), ..link }).collect();
        let chrome = self.chrome.with_error(true);
        Self { chrome, groups: groups(fields), conflict: Some(Conflict { who, links }), ..self }
    }
}

fn reader(admin: &Notified, own: AdminId) -> Reader {
    Reader {
        name: admin.name.clone(),
        email: admin.email.clone(),
        choice: admin.notices.label(),
        is_self: admin.id == own,
    }
}

/// A field for each setting, in the order of the table.
fn fields(typed: &Typed, policy: &Policy, errors: &FieldErrors) -> Vec<Field> {
    let filled = |setting| field(setting).filled(typed.value(setting, policy), errors);
    SETTINGS.iter().map(filled).collect()
}

fn field(setting: &Setting) -> Field {
    let Setting { key, label, effect, .. } = setting;
    let field = match setting.kind {
        Kind::Line { max, may_be_empty } => {
            Field { maxlength: max, required: !may_be_empty, ..Field::new(key, label, "text", "off") }
        }
        Kind::Text => Field { required: false, ..Field::area(key, label, 4) },
        Kind::Switch => Field::tick(key, label, "on"),
        Kind::Choice(choices) => Field::select(key, label, choices),
        Kind::Email => {
            Field { maxlength: EmailAddress::MAX_OCTETS, required: false, ..Field::new(key, label, "email", "off") }
        }
        Kind::Domains => Field { maxlength: LONG_LIST, required: false, ..Field::area(key, label, 3) },
    };
    Field { hint: Some(effect), ..field }
}

/// A value as a sentence shows it.
fn shown(setting: &Setting, value: &str) -> String {
    match setting.kind {
        _ if value.is_empty() => "nothing".into(),
        Kind::Switch => value.to_owned(),
        Kind::Choice(choices) => {
            choices.iter().find(|(word, _)| *word == value).map_or(value, |(_, label)| label).to_owned()
        }
        Kind::Domains => value.lines().collect::<Vec<_>>().join(", "),
        Kind::Line { .. } | Kind::Text | Kind::Email => format!("“{value}”"),
    }
}

/// Each of these settings begins a part of the page; one that is new stands with those before it.
fn heading(key: &str) -> Option<&'static str> {
    match key {
        "portal_name" => Some("Portal"),
        "registration" => Some("Registration"),
        "terms_text" => Some("Terms"),
        _ => None,
    }
}

fn groups(fields: Vec<Field>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for field in fields {
        match (heading(field.name), groups.last_mut()) {
            (None, Some(group)) => group.fields.push(field),
            (title, _) => groups.push(Group { title: title.unwrap_or("Settings"), fields: vec![field] }),
        }
    }
    groups
}
