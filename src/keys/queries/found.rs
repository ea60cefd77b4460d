//! Whose key it is.

use diesel::prelude::*;

use super::Key;
use crate::db::{Conn, QueryResult};
use crate::desk::Status;
use crate::ids::{ApplicationId, DeveloperId};
use crate::keys::sought::Sought;
use crate::schema::{applications, developers, keys};

/// A key, what it is for, and whose it is.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = keys)]
pub struct Found {
    #[diesel(embed)]
    pub key: Key,
    #[diesel(select_expression = applications::id)]
    pub application: ApplicationId,
    #[diesel(select_expression = applications::name)]
    pub application_name: String,
    #[diesel(select_expression = applications::status)]
    pub application_status: Status,
    #[diesel(select_expression = developers::id)]
    pub developer: DeveloperId,
    #[diesel(select_expression = developers::full_name)]
    pub full_name: String,
    #[diesel(select_expression = developers::email)]
    pub email: String,
    #[diesel(select_expression = developers::status)]
    pub developer_status: Status,
    #[diesel(select_expression = developers::email_verified_at.is_not_null())]
    pub is_proven: bool,
}

/// The keys that are meant, newest first, up to `limit`.
pub fn found(conn: &mut Conn, sought: &Sought, limit: i64) -> QueryResult<Vec<Found>> {
    let all = keys::table
        .inner_join(applications::table.inner_join(developers::table))
        .order(keys::id.desc())
        .limit(limit)
        .select(Found::as_select())
        .into_boxed();
    match sought {
        Sought::Whole(hash) => all.filter(keys::secret_hash.eq(hash.as_slice())).load(conn),
        // Compared as a range of bytes, which the index is sorted by; an underscore would mean any character to LIKE.
        Sought::Start { start, .. } => {
            let column = || diesel::dsl::sql::<diesel::sql_types::Text>("shown_start collate \"C\"");
            all.filter(column().ge(start)).filter(column().lt(format!("{start}\u{7f}"))).load(conn)
        }
    }
}
