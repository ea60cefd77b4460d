//! An application as the desk reads it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Application;
use crate::desk::{Noun, Record, Status, listed};
use crate::schema::{application_totals, applications};

listed!(applications, application_totals, Application);

impl Record for Application {
    const NOUN: Noun = Noun::Application;

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn email(&self) -> &str {
        &self.email
    }

    fn mailbox(&self) -> &str {
        &self.mailbox
    }

    fn name_order(&self) -> &str {
        &self.name_order
    }

    fn status(&self) -> Status {
        self.status
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn requested_at(&self) -> DateTime<Utc> {
        self.requested_at
    }

    fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.decided_at
    }

    fn decided_by(&self) -> Option<&str> {
        self.decided_by.as_deref()
    }

    fn reason(&self) -> &str {
        &self.reason
    }
}
