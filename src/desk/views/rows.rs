//! What the rows of every list have in common.

use chrono::{DateTime, Utc};

use super::{Moves, delete_query, noun_of};
use crate::desk::list::List;
use crate::desk::record::Record;
use crate::web::moments::Moment;

/// What the rows of a page have in common, said once for all of them, and what was found out for all at once.
pub struct RowContext<Beside> {
    pub beside: Beside,
    pub now: DateTime<Utc>,
    query: String,
    here: String,
    delete_query: String,
}

impl<Beside> RowContext<Beside> {
    pub fn new(list: &List, beside: Beside, now: DateTime<Utc>) -> Self {
        let here = list.url();
        Self { beside, now, delete_query: delete_query(&here), here, query: list.query() }
    }

    pub fn moves(&self, record: &impl Record) -> Moves {
        Moves::new(record, self.here.clone(), &self.delete_query, Some(self.record_url(record)))
    }

    pub fn record_url(&self, record: &impl Record) -> String {
        format!("{}/{}?{}", noun_of(record).path(), record.id(), self.query)
    }

    /// An undecided record stands on no tab of decided ones; its request time is shown should it ever.
    pub fn decided(&self, record: &impl Record) -> Moment {
        Moment::new(record.decided_at().unwrap_or(record.requested_at()), self.now)
    }
}
