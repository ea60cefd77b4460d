//! The controls of a form, and the links to what is wrong with them.

use super::chrome::Link;
use super::form::FieldErrors;
use crate::passwords::{MAX_CHARS, MIN_CHARS};
use crate::values::LongText;

/// What a person types into, picks from or ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// An `<input>` of this type.
    Input(&'static str),
    /// A `<textarea>` of so many rows.
    Area(u8),
    /// A `<select>` of these values, each with its label.
    Select(&'static [(&'static str, &'static str)]),
    /// A box that posts this value when it is ticked, and nothing when it is not.
    Tick(&'static str),
}

/// One control of a form, with its label and what is wrong with it.
pub struct Field {
    pub name: &'static str,
    /// The name, but where a page has two fields of one name.
    pub id: &'static str,
    pub label: &'static str,
    pub control: Control,
    /// Means something in an input only.
    pub autocomplete: &'static str,
    /// A select shows the option and a box is ticked that has this value.
    pub value: String,
    /// 0 where there is no least.
    pub minlength: usize,
    /// 0 where there is no most.
    pub maxlength: usize,
    pub required: bool,
    /// An input that is posted and cannot be typed into.
    pub readonly: bool,
    pub hint: Option<&'static str>,
    pub error: Option<String>,
}

impl Field {
    /// An input of this type.
    pub fn new(name: &'static str, label: &'static str, kind: &'static str, autocomplete: &'static str) -> Self {
        Self {
            name,
            id: name,
            label,
            control: Control::Input(kind),
            autocomplete,
            value: String::new(),
            minlength: 0,
            maxlength: 200,
            required: true,
            readonly: false,
            hint: None,
            error: None,
        }
    }

    /// For a password that is chosen now.
    pub fn new_password(label: &'static str) -> Self {
        const { assert!(MIN_CHARS == 15) };
        Self {
            minlength: MIN_CHARS,
            maxlength: MAX_CHARS * 2,
            hint: Some("At least 15 characters; a few words that do not belong together are good."),
            ..Self::new("password", label, "password", "new-password")
        }
    }

    /// A long text.
    pub fn area(name: &'static str, label: &'static str, rows: u8) -> Self {
        Self { control: Control::Area(rows), maxlength: LongText::MAX, ..Self::new(name, label, "", "off") }
    }

    /// One of several: values and labels.
    pub fn select(name: &'static str, label: &'static str, choices: &'static [(&'static str, &'static str)]) -> Self {
        Self { control: Control::Select(choices), ..Self::new(name, label, "", "off") }
    }

    /// A box that posts `value` when it is ticked. It need not be, unless `required` says so.
    pub fn tick(name: &'static str, label: &'static str, value: &'static str) -> Self {
        Self { control: Control::Tick(value), required: false, ..Self::new(name, label, "", "off") }
    }

    /// What was typed and what is wrong with it.
    #[must_use]
    pub fn filled(self, value: &str, errors: &FieldErrors) -> Self {
        Self { value: value.to_owned(), error: errors.of(self.name), ..self }
    }

    /// The ids of the texts that tell more about it, for `aria-describedby`.
    pub fn described_by(&self) -> Option<String> {
        let texts = [self.hint.map(|_| "hint"), self.error.as_ref().map(|_| "error")];
        let ids: Vec<String> = texts.into_iter().flatten().map(|text| format!("{}-{text}", self.id)).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// Links from the head of an invalid form to its fields, in the words that stand there.
pub struct ErrorSummary {
    pub title: &'static str,
    pub links: Vec<Link>,
}

impl ErrorSummary {
    /// None when nothing is wrong.
    pub fn of<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Option<Self> {
        let links: Vec<Link> = fields
            .into_iter()
            .filter_map(|field| {
                field.error.as_ref().map(|error| Link { label: error.clone(), href: format!("#{}", field.id) })
            })
            .collect();
        (!links.is_empty()).then_some(Self { title: "There is a problem", links })
    }
}
