//! What the desk reads of a record, whatever it is.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::noun::Noun;
use super::status::Status;

/// A row that is decided about.
pub trait Record {
    const NOUN: Noun;

    fn id(&self) -> Uuid;
    /// As people see it, never empty.
    fn name(&self) -> &str;
    /// Of the developer whom decisions concern, as it was typed.
    fn email(&self) -> &str;
    /// The same as the lists sort by it.
    fn mailbox(&self) -> &str;
    /// What the lists sort names by.
    fn name_order(&self) -> &str;
    fn status(&self) -> Status;
    /// Rises with every change of what the desk shows.
    fn version(&self) -> i32;
    fn requested_at(&self) -> DateTime<Utc>;
    fn decided_at(&self) -> Option<DateTime<Utc>>;
    fn decided_by(&self) -> Option<&str>;
    /// Empty where none was given.
    fn reason(&self) -> &str;
}
