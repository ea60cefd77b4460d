//! Brings the database to the version of this program.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Conn;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();
/// Any number, the same for every Guestlist: instances that start together migrate one after the other.
const LOCK: i64 = 0x67_75_65_73_74;

/// Why the database is not at this program's version.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("the database could not be migrated: {0}")]
    Database(#[from] diesel::result::Error),
    #[error("the database could not be migrated: {0}")]
    Step(Box<dyn std::error::Error + Send + Sync>),
}

/// Runs what is missing and returns the names of what ran. The lock is the session's, so behind a pooler that shares
/// sessions between transactions this must be given a direct connection.
///
/// # Errors
/// A step failed; the steps before it stand, nothing of it does.
pub fn run(conn: &mut Conn) -> Result<Vec<String>, MigrationError> {
    // Another instance may migrate for as long as it takes.
    conn.batch_execute("set statement_timeout = 0; set lock_timeout = 0")?;
    diesel::select(pg_advisory_lock(LOCK)).execute(conn)?;
    let ran = conn
        .run_pending_migrations(MIGRATIONS)
        .map(|versions| versions.iter().map(ToString::to_string).collect())
        .map_err(MigrationError::Step);
    diesel::select(pg_advisory_unlock(LOCK)).execute(conn)?;
    ran
}

/// A name for what the migrations make: the same names give the same database.
///
/// # Errors
/// The embedded migrations cannot be read.
pub fn fingerprint() -> Result<String, MigrationError> {
    let migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(MigrationError::Step)?;
    Ok(migrations.iter().map(|m| m.name().to_string()).collect::<Vec<_>>().join(","))
}

#[diesel::declare_sql_function]
extern "SQL" {
    // Nothing of its answer is read: it is `void`.
    fn pg_advisory_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Text;
    fn pg_advisory_unlock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}
