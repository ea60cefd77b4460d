//! What browsers post about developers.

use serde::Deserialize;

use super::list::{List, PATH, Tab};
use super::operations::Move;
use super::status::{Action, Status};
use crate::ids::DeveloperId;
use crate::values::{LongText, Organization, PersonName, Refused};
use crate::web::form::FieldErrors;
use crate::web::htmx::Htmx;
use crate::web::local_path::LocalPath;
use crate::web::mailto::Separator;
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

    pub fn origin(&self, htmx: &Htmx) -> Origin {
        Origin::new(&self.return_to, htmx)
    }
}

#[derive(Deserialize)]
pub struct DeleteForm {
    pub version: i32,
    #[serde(default)]
    pub return_to: String,
}

#[derive(Deserialize)]
pub struct EditForm {
    #[serde(default)]
    pub full_name: String,
    #[serde(default)]
    pub organization: String,
    pub version: i32,
}

impl EditForm {
    /// # Errors
    /// What is wrong, field by field.
    pub fn parse(&self) -> Result<(PersonName, Organization), FieldErrors> {
        parse_person(&self.full_name, &self.organization)
    }
}

/// Name and organisation as they stand in the fields `full_name` and `organization`.
///
/// # Errors
/// What is wrong, field by field.
pub fn parse_person(full_name: &str, organization: &str) -> Result<(PersonName, Organization), FieldErrors> {
    let mut errors = FieldErrors::default();
    let name = errors.take("full_name", PersonName::parse(full_name));
    let organization = errors.take("organization", Organization::parse(organization));
    match (name, organization) {
        (Some(name), Some(organization)) => Ok((name, organization)),
        _ => Err(errors),
    }
}

/// The page on which a button was pressed.
#[derive(Clone, Debug)]
pub enum Origin {
    List(Box<List>),
    /// A developer's own page, by its address.
    Record(LocalPath),
    /// Somewhere else; an answer shows the row.
    Elsewhere(LocalPath),
    Unknown,
}

impl Origin {
    /// By what the form says, else by what htmx says.
    pub fn new(return_to: &str, htmx: &Htmx) -> Self {
        let Some(path) = LocalPath::parse(return_to).or_else(|| htmx.seen_page.clone()) else {
            return Self::Unknown;
        };
        if let Some(list) = List::of_path(path.as_str()) {
            return Self::List(Box::new(list));
        }
        let is_record = path.as_str().strip_prefix(PATH).is_some_and(|rest| rest.starts_with('/'));
        if is_record { Self::Record(path) } else { Self::Elsewhere(path) }
    }

    /// A deleted developer's own page cannot be returned to.
    #[must_use]
    pub fn unless_of(self, id: DeveloperId) -> Self {
        match self {
            Self::Record(path) if path.as_str().contains(&id.to_string()) => Self::Unknown,
            origin => origin,
        }
    }

    /// The list that is shown, or whose way back is kept.
    pub fn list(&self) -> List {
        match self {
            Self::List(list) => (**list).clone(),
            Self::Record(path) => {
                let query = path.as_str().split_once('?').map_or("", |(_, query)| query);
                List::parse(&Query::parse(query))
            }
            Self::Elsewhere(_) | Self::Unknown => List::parse(&Query::default()),
        }
    }

    /// Where a browser without htmx goes next.
    pub fn path(&self) -> String {
        match self {
            Self::List(list) => list.url(),
            Self::Record(path) | Self::Elsewhere(path) => path.as_str().to_owned(),
            Self::Unknown => PATH.to_owned(),
        }
    }
}

/// How many developers can be written to at once.
const MAX_SELECTED: usize = 500;

/// Developers who were ticked in a list, to be written to.
pub struct Selection {
    pub ids: Vec<DeveloperId>,
    /// None where the form did not ask for it.
    pub separator: Option<Separator>,
    /// The list in which they were ticked.
    pub list: List,
}

impl Selection {
    /// The posted fields, of which `id` stands there once for each.
    ///
    /// # Errors
    /// An id is none, or there are too many.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, Refused> {
        let field = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str());
        let ids: Vec<&str> = pairs.iter().filter(|pair| pair.0 == "id").map(|pair| pair.1.as_str()).collect();
        if ids.len() > MAX_SELECTED {
            return Err(Refused(format!("more than {MAX_SELECTED} developers are selected")));
        }
        let ids: Result<Vec<DeveloperId>, _> = ids.into_iter().map(str::parse).collect();
        let mut ids = ids.map_err(|_| Refused("an id is none".into()))?;
        ids.sort_unstable();
        ids.dedup();
        // A box that is not ticked posts nothing, which means something only where the form has the box.
        let asks = field("semicolons").is_some() || field("whole") == Some("yes");
        let separator = asks.then(|| Separator::ticked(field("semicolons").unwrap_or_default()));
        let list = field("return_to").and_then(List::of_path);
        let list = list.unwrap_or_else(|| List::parse(&Query::default()).on(Tab::One(Status::Approved)));
        Ok(Self { ids, separator, list })
    }
}
