//! What the settings page shows.

use crate::admins::{self, Notified};
use crate::db::{Conn, QueryResult};
use crate::policy::Policy;

/// The settings of one moment, and who is notified.
#[derive(Clone)]
pub struct Present {
    pub policy: Policy,
    /// All admins, each with their choice about notices.
    pub admins: Vec<Notified>,
}

impl Present {
    /// # Errors
    /// The database.
    pub fn read(conn: &mut Conn) -> QueryResult<Self> {
        Ok(Self { policy: Policy::read(conn)?, admins: admins::all_with_notices(conn)? })
    }
}
