//! What browsers post about developers.

use serde::Deserialize;

use crate::desk::{List, Noun, Status, Tab};
use crate::ids::DeveloperId;
use crate::values::{Organization, PersonName, Refused};
use crate::web::form::FieldErrors;
use crate::web::mailto::Separator;
use crate::web::query::Query;

/// What an admin may change.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PersonForm {
    pub full_name: String,
    pub organization: String,
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
        let list = field("return_to").and_then(List::of_path).filter(|list| list.noun == Noun::Developer);
        let usual = || List::parse(Noun::Developer, &Query::default()).on(Tab::One(Status::Approved));
        let list = list.unwrap_or_else(usual);
        Ok(Self { ids, separator, list })
    }
}
