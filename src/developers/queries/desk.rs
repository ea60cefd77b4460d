//! A developer as the desk reads them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Developer;
use crate::desk::{Noun, Record, Status, listed};
use crate::schema::{developer_totals, developers};

listed!(developers, developer_totals, Developer);

impl Record for Developer {
    const NOUN: Noun = Noun::Developer;

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn name(&self) -> &str {
        self.shown_name()
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
