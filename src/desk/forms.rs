//! What browsers post about any record that is decided about.

use serde::Deserialize;
use uuid::Uuid;

use super::list::List;
use super::noun::Noun;
use super::operations::Move;
use super::status::Action;
use crate::values::{LongText, Refused};
use crate::web::htmx::Htmx;
use crate::web::local_path::LocalPath;
use crate::web::query::Query;

#[derive(Deserialize)]
pub struct MoveForm {
    action: Action,
    version: i32,
    #[serde(default)]
    pub reason: String,
    /// "yes" quotes the reason in the mail.
    #[serde(default)]
    tell: String,
    #[serde(default)]
    return_to: String,
}

impl MoveForm {
    /// # Errors
    /// The reason is too long or holds control characters.
    pub fn parse(&self) -> Result<Move, Refused> {
        let reason = LongText::parse(&self.reason, "The reason")?;
        Ok(Move { action: self.action, version: self.version, reason, tell: self.tell == "yes" })
    }

    pub fn origin(&self, noun: Noun, htmx: &Htmx) -> Origin {
        Origin::new(noun, &self.return_to, htmx)
    }
}

/// Other words for a record.
#[derive(Deserialize)]
pub struct EditForm<F> {
    pub version: i32,
    #[serde(flatten)]
    pub typed: F,
}

#[derive(Deserialize)]
pub struct DeleteForm {
    pub version: i32,
    #[serde(default)]
    pub return_to: String,
}

/// The page on which a button was pressed.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A list of the noun that was decided about.
    List(Box<List>),
    /// The page of one of its records, by its address.
    Record(LocalPath),
    /// Somewhere else; an answer shows the row.
    Elsewhere(LocalPath),
    Unknown,
}

impl Origin {
    /// By what the form says, else by what htmx says.
    pub fn new(noun: Noun, return_to: &str, htmx: &Htmx) -> Self {
        let Some(path) = LocalPath::parse(return_to).or_else(|| htmx.seen_page.clone()) else {
            return Self::Unknown;
        };
        if let Some(list) = List::of_path(path.as_str()).filter(|list| list.noun == noun) {
            return Self::List(Box::new(list));
        }
        let is_record = path.as_str().strip_prefix(noun.path()).is_some_and(|rest| rest.starts_with('/'));
        if is_record { Self::Record(path) } else { Self::Elsewhere(path) }
    }

    /// A deleted record's own page cannot be returned to.
    #[must_use]
    pub fn unless_of(self, id: Uuid) -> Self {
        match self {
            Self::Record(path) if path.as_str().contains(&id.to_string()) => Self::Unknown,
            origin => origin,
        }
    }

    /// The list that is shown, or whose way back is kept; the usual one of the noun where there is none.
    pub fn list(&self, noun: Noun) -> List {
        match self {
            Self::List(list) => (**list).clone(),
            Self::Record(path) => {
                let query = path.as_str().split_once('?').map_or("", |(_, query)| query);
                List::parse(noun, &Query::parse(query))
            }
            Self::Elsewhere(_) | Self::Unknown => List::parse(noun, &Query::default()),
        }
    }

    /// Where a browser without htmx goes next.
    pub fn path(&self, noun: Noun) -> String {
        match self {
            Self::List(list) => list.url(),
            Self::Record(path) | Self::Elsewhere(path) => path.as_str().to_owned(),
            Self::Unknown => noun.path().to_owned(),
        }
    }
}
