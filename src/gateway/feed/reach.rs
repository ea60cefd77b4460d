//! Where the feed finds PostgreSQL: the address that libpq is given as well, read as libpq reads it.
//!
//! What it does not take over: password files, service files, certificates of its own.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config};

use super::Fault;
use super::link::drive;

/// What both read alike, and how the feed's library calls it.
const ALIKE: [(&str, &str); 15] = [
    ("user", "user"),
    ("password", "password"),
    ("dbname", "dbname"),
    ("options", "options"),
    ("host", "host"),
    ("hostaddr", "hostaddr"),
    ("port", "port"),
    ("connect_timeout", "connect_timeout"),
    ("tcp_user_timeout", "tcp_user_timeout"),
    ("keepalives", "keepalives"),
    ("keepalives_idle", "keepalives_idle"),
    ("keepalives_interval", "keepalives_interval"),
    ("keepalives_count", "keepalives_retries"),
    ("target_session_attrs", "target_session_attrs"),
    ("load_balance_hosts", "load_balance_hosts"),
];

/// Where libpq looks for a server that has no host.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A database, ready to be connected to.
pub struct Target {
    config: Config,
}

impl Target {
    /// # Errors
    /// What is wrong with the address, without repeating it.
    pub fn parse(url: &str) -> Result<Self, Fault> {
        Self::read(url, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn read(url: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Fault> {
        let wants_tls = |mode: &str| ["require", "verify-ca", "verify-full"].contains(&mode);
        let modes = ["require", "verify-ca", "verify-full"].map(|mode| format!("sslmode={mode}"));
        let is_asked = modes.iter().any(|mode| url.replace([' ', '\''], "").contains(mode));
        if is_asked || variable("PGSSLMODE").is_some_and(|mode| wants_tls(&mode)) {
            return Err(Fault::Target("the feed cannot speak TLS".to_owned()));
        }
        let text = if url.contains("://") { of_url(url) } else { of_pairs(url) };
        // The error of the library may repeat the address, which may hold a password.
        let mut config: Config =
            text.parse().map_err(|_| Fault::Target("the feed cannot read DATABASE_URL".to_owned()))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            match variable("PGHOST") {
                Some(host) => config.host(host),
                None => SOCKETS.iter().fold(&mut config, |config, folder| config.host_path(folder)),
            };
        }
        if let Some(port) =
            variable("PGPORT").and_then(|port| port.parse().ok()).filter(|_| config.get_ports().is_empty())
        {
            config.port(port);
        }
        if let Some(user) = variable("PGUSER").filter(|_| config.get_user().is_none()) {
            config.user(user);
        }
        if let Some(password) = variable("PGPASSWORD").filter(|_| config.get_password().is_none()) {
            config.password(password);
        }
        if let Some(name) = variable("PGDATABASE").filter(|_| config.get_dbname().is_none()) {
            config.dbname(name);
        }
        Ok(Self { config })
    }

    /// A connection, and the task that carries it.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub async fn connect(&self, woken: &Arc<Notify>) -> Result<(Client, JoinHandle<()>), Fault> {
        let (client, connection) = self.config.connect(tokio_postgres::NoTls).await?;
        Ok((client, tokio::spawn(drive(connection, Arc::clone(woken)))))
    }
}

fn alike(name: &str) -> Option<&'static str> {
    ALIKE.iter().find(|(own, _)| *own == name).map(|(_, name)| *name)
}

fn of_url(url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let kept = query.split('&').filter_map(|pair| pair.split_once('='));
    let kept = kept.filter_map(|(name, value)| Some(format!("{}={value}", alike(name)?)));
    format!("{place}?{}", kept.collect::<Vec<_>>().join("&"))
}

fn of_pairs(text: &str) -> String {
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('\'', "\\'");
    let kept = pairs(text).into_iter();
    let kept = kept.filter_map(|(name, value)| Some(format!("{}='{}'", alike(&name)?, quoted(&value))));
    kept.collect::<Vec<_>>().join(" ")
}

/// `name = value` with optional quotes, and backslashes before what shall mean itself.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let mut letters = after.trim_start().char_indices().peekable();
        let after = after.trim_start();
        let is_quoted = letters.next_if(|(_, letter)| *letter == '\'').is_some();
        let (mut value, mut end) = (String::new(), after.len());
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
                '\'' if is_quoted => {
                    end = at + 1;
                    break;
                }
                letter if !is_quoted && letter.is_whitespace() => {
                    end = at;
                    break;
                }
                letter => value.push(letter),
            }
        }
        pairs.push((name.trim().to_owned(), value));
        rest = after[end..].trim_start();
    }
    pairs
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use tokio_postgres::config::Host;

    use super::*;

    fn read(url: &str) -> Config {
        Target::read(url, |_| None).ok().unwrap().config
    }

    #[test]
    fn what_only_libpq_knows_is_left_out() {
        let config = read(
            "postgres://guests:p%40ss@db.acme.example:5433/desk?sslmode=prefer&connect_timeout=2&keepalives_count=3&\
             keepalives_idle=5&gssencmode=disable&application_name=x",
        );
        assert_eq!(config.get_hosts(), [Host::Tcp("db.acme.example".into())]);
        assert_eq!((config.get_user(), config.get_password()), (Some("guests"), Some(&b"p@ss"[..])));
        assert_eq!((config.get_dbname(), config.get_ports()), (Some("desk"), &[5433][..]));
        assert_eq!(config.get_keepalives_retries(), Some(3));
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(2)));
    }

    #[test]
    fn sockets_are_found() {
        let config = read("postgresql://guestlist@%2Ftmp%2Fdesk:5432/guestlist?sslmode=disable");
        assert_eq!(config.get_hosts(), [Host::Unix(PathBuf::from("/tmp/desk"))]);
        assert_eq!(read("dbname=desk").get_hosts(), SOCKETS.map(|folder| Host::Unix(PathBuf::from(folder))));
    }

    #[test]
    fn pairs_are_read_with_their_quotes() {
        let config = read(
            r"host = /tmp/desk  user='guest list' password = 'it\'s \\ ' dbname=desk sslcert=x keepalives_count=2",
        );
        assert_eq!(config.get_hosts(), [Host::Unix(PathBuf::from("/tmp/desk"))]);
        assert_eq!((config.get_user(), config.get_dbname()), (Some("guest list"), Some("desk")));
        assert_eq!((config.get_password(), config.get_keepalives_retries()), (Some(&b"it's \\ "[..]), Some(2)));
    }

    #[test]
    fn what_the_address_leaves_open_the_environment_says() {
        let variable = |name: &str| {
            let known =
                [("PGHOST", "db.acme.example"), ("PGUSER", "guests"), ("PGPASSWORD", "s3cret"), ("PGPORT", "6000")];
            known.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
        };
        let open = Target::read("postgres:///desk", variable).ok().unwrap().config;
        assert_eq!(open.get_hosts(), [Host::Tcp("db.acme.example".into())]);
        assert_eq!(
            (open.get_user(), open.get_password(), open.get_ports()),
            (Some("guests"), Some(&b"s3cret"[..]), &[6000][..])
        );
        let said = Target::read("postgres://ada@here:1/desk", variable).ok().unwrap().config;
        assert_eq!((said.get_user(), said.get_ports()), (Some("ada"), &[1][..]));
        assert!(Target::read("host=a port=s3cret", variable).is_err_and(|fault| !fault.to_string().contains("s3cret")));
    }
}
