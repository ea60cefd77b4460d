//! Which database: the one that is given, else a private one.

use diesel::result::Error as DieselError;

use super::migrations::{self, MigrationError};
use super::private_cluster::{ClusterError, PrivateCluster, Settings};
use super::{Conn, connect};
use crate::config::Config;

/// Why no database could be reached.
#[derive(Debug, thiserror::Error)]
pub enum ReachError {
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] DieselError),
    #[error(transparent)]
    Migrate(#[from] MigrationError),
}

/// A database, and the right to use it where it is private.
pub struct Database {
    pub url: String,
    _cluster: Option<PrivateCluster>,
}

impl Database {
    /// # Errors
    /// There is neither a given database nor a way to run one.
    pub fn reach(config: &Config, say: fn(&str)) -> Result<Self, ReachError> {
        if let Some(url) = &config.database_url {
            return Ok(Self { url: impatient(url), _cluster: None });
        }
        let settings =
            Settings { data_dir: config.data_dir.clone(), durable: true, program_dir: config.pg_bin.clone(), say };
        let cluster = PrivateCluster::attach_or_start(&settings)?;
        Ok(Self { url: impatient(&cluster.url("guestlist")), _cluster: Some(cluster) })
    }

    /// A connection to the database at this program's version.
    ///
    /// # Errors
    /// It cannot be reached, or not be migrated.
    pub fn connect_migrated(&self) -> Result<Conn, ReachError> {
        let mut conn = connect(&self.url)?;
        let ran = migrations::run(&mut conn)?;
        if !ran.is_empty() {
            tracing::info!(migrations = ran.join(", "), "the database was migrated");
        }
        Ok(conn)
    }
}

/// libpq waits for ever for a host that is gone unless it is told otherwise. What the URL says itself stays.
fn impatient(url: &str) -> String {
    let is_url = url.contains("://");
    let mut url = url.to_owned();
    for (name, value) in [
        ("connect_timeout", "2"),
        ("keepalives_idle", "5"),
        ("keepalives_interval", "2"),
        ("keepalives_count", "2"),
        ("tcp_user_timeout", "5000"),
    ] {
        if url.contains(&format!("{name}=")) {
            continue;
        }
        let before = match (is_url, url.contains('?')) {
            (false, _) => ' ',
            (true, true) => '&',
            (true, false) => '?',
        };
        url.push(before);
        url += &format!("{name}={value}");
    }
    url
}

#[cfg(test)]
mod tests {
    use super::impatient;

    #[test]
    fn what_the_url_says_itself_stays() {
        assert!(
            impatient("postgres://h/d?connect_timeout=9").starts_with("postgres://h/d?connect_timeout=9&keepalives")
        );
        assert!(impatient("postgres://h/d").starts_with("postgres://h/d?connect_timeout=2&"));
        assert!(impatient("host=h dbname=d").starts_with("host=h dbname=d connect_timeout=2 "));
    }
}
