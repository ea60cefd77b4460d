//! Where the feed finds PostgreSQL: the address that libpq is given as well, read as libpq reads it.
//!
//! What it does not take over: password files and service files.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls, Socket};

use super::Fault;
use super::link::drive;
use super::said::{Mode, Said};
#[cfg(feature = "tls")]
use super::tls::Tls;

/// Where libpq looks for a server that has no host.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A database, ready to be connected to.
pub struct Target {
    config: Config,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
}

impl Target {
    /// # Errors
    /// What is wrong with the address, without repeating it.
    pub fn parse(url: &str) -> Result<Self, Fault> {
        Self::read(url, |name| std::env::var(name).ok())
    }

    fn read(url: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Fault> {
        let said = Said::new(url, &environment);
        // The error of the library may repeat the address, which may hold a password.
        let mut config: Config = said
            .for_the_library()
            .parse()
            .map_err(|_| Fault::Target("the feed cannot read DATABASE_URL".to_owned()))?;
        complete(&mut config, &said);
        let mode = Mode::read(&said)?;
        #[cfg(not(feature = "tls"))]
        if mode.demands() {
            return Err(Fault::Target("the feed of this build cannot speak TLS, which sslmode asks for".to_owned()));
        }
        #[cfg(feature = "tls")]
        let tls = Tls::read(&mut config, mode, &said)?;
        Ok(Self {
            config,
            #[cfg(feature = "tls")]
            tls,
        })
    }

    /// A connection, and the task that carries it.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub async fn connect(&self, woken: &Arc<Notify>) -> Result<(Client, JoinHandle<()>), Fault> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return tls.connect(&self.config, woken).await;
        }
        connect(&self.config, NoTls, woken).await
    }
}

/// # Errors
/// As [`Target::connect`].
pub async fn connect<T>(config: &Config, tls: T, woken: &Arc<Notify>) -> Result<(Client, JoinHandle<()>), Fault>
where
    T: MakeTlsConnect<Socket, Stream: Send + 'static>,
{
    let (client, connection) = config.connect(tls).await?;
    Ok((client, tokio::spawn(drive(connection, Arc::clone(woken)))))
}

/// From the environment, what may stand in two places of an address.
fn complete(config: &mut Config, said: &Said) {
    if config.get_hosts().is_empty() {
        match said.variable("PGHOST") {
            Some(host) => config.host(host),
            None if config.get_hostaddrs().is_empty() => {
                SOCKETS.iter().fold(&mut *config, |config, folder| config.host_path(folder))
            }
            None => &mut *config,
        };
    }
    let port = said.variable("PGPORT").and_then(|port| port.parse().ok());
    if let Some(port) = port.filter(|_| config.get_ports().is_empty()) {
        config.port(port);
    }
    if let Some(user) = said.variable("PGUSER").filter(|_| config.get_user().is_none()) {
        config.user(user);
    }
    if let Some(password) = said.variable("PGPASSWORD").filter(|_| config.get_password().is_none()) {
        config.password(password);
    }
    if let Some(name) = said.variable("PGDATABASE").filter(|_| config.get_dbname().is_none()) {
        config.dbname(name);
    }
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

    /// Nothing, if it can be used; else why not.
    fn trouble(url: &str, variables: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Target::read(url, variable).err().map(|fault| fault.to_string())
    }

    #[test]
    fn without_tls_what_demands_it_is_refused() {
        let demands = |url: &str, variables: &[(&str, &str)]| {
            let trouble = trouble(url, variables);
            assert_eq!(trouble.is_some_and(|trouble| trouble.contains("TLS")), !cfg!(feature = "tls"), "{url}");
        };
        demands("postgres://db.acme.example/desk?sslmode=require", &[]);
        demands("postgres://db.acme.example/desk?ssl=true", &[]);
        demands("postgres://db.acme.example/desk?sslmode=%72equire", &[]);
        demands("host=db.acme.example sslmode = 'require'", &[]);
        demands("host=db.acme.example requiressl=1", &[]);
        demands("host=db.acme.example", &[("PGSSLMODE", "require")]);
        demands("host=db.acme.example", &[("PGREQUIRESSL", "1")]);
        assert_eq!(trouble("host=db.acme.example sslmode=disable", &[("PGSSLMODE", "require")]), None);
        assert_eq!(trouble("host=db.acme.example sslmode=prefer application_name='sslmode=require'", &[]), None);
        assert!(trouble("host=db.acme.example sslmode=s3cret", &[]).is_some_and(|it| !it.contains("s3cret")));
    }

    #[cfg(feature = "tls")]
    #[test]
    fn what_is_demanded_and_cannot_be_had_is_refused() {
        let refuses = |url: &str, variables: &[(&str, &str)], why: &str| {
            let trouble = trouble(url, variables);
            assert!(trouble.as_ref().is_some_and(|trouble| trouble.contains(why)), "{url}: {trouble:?}");
        };
        let file = format!("{}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
        refuses("host=db.acme.example sslmode=verify-ca", &[], "need sslrootcert");
        refuses("host=db.acme.example", &[("PGSSLMODE", "verify-full")], "need sslrootcert");
        refuses("host=db.acme.example sslmode=require sslrootcert=/no/such", &[], "/no/such");
        refuses("host=db.acme.example sslmode=require", &[("PGSSLROOTCERT", &file)], "no certificate");
        refuses("host=db.acme.example sslmode=verify-ca sslrootcert=system", &[], "verify-full");
        refuses("hostaddr=10.0.0.1 sslmode=verify-full sslrootcert=x", &[], "needs a host");
        refuses(&format!("host=db.acme.example sslmode=require sslcert={file} sslkey=/no/such"), &[], "/no/such");
        refuses(&format!("host=db.acme.example sslmode=require sslcert={file}"), &[], "sslkey");
        refuses(
            &format!("host=db.acme.example sslmode=require sslrootcert={file} sslcrl={file}"),
            &[],
            "revoked certificates",
        );
        assert_eq!(trouble("host=/tmp sslmode=verify-full", &[]), None);
        assert_eq!(trouble("host=db.acme.example sslrootcert=/no/such", &[]), None);
    }
}
