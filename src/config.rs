//! Every variable of the environment, on one page.
//!
//! Each may also be given as `NAME_FILE`, a file that holds the value: for secrets. All of them are read before any is
//! judged, so that one start names everything that is wrong.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// One row of the table in the README.
pub struct Variable {
    pub name: &'static str,
    pub default: &'static str,
    pub effect: &'static str,
}

/// The variables, in the order of the README.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "DATABASE_URL",
        default: "a private PostgreSQL in the data directory",
        effect: "PostgreSQL 13 to 18, as libpq reads it: `postgres://user:password@host/database`",
    },
    Variable { name: "GUESTLIST_LISTEN", default: "127.0.0.1:8080", effect: "address and port to listen on" },
    Variable {
        name: "GUESTLIST_BASE_URL",
        default: "`http://` and the listen address",
        effect: "how browsers reach it: links, the origin check and cookies follow from it",
    },
    Variable {
        name: "GUESTLIST_DATA_DIR",
        default: "./data",
        effect: "holds the private PostgreSQL and the generated secret",
    },
    Variable {
        name: "GUESTLIST_SECRET_KEY",
        default: "generated into the data directory",
        effect: "signs cookies; at least 64 bytes; several instances share one",
    },
    Variable {
        name: "GUESTLIST_TRUSTED_PROXIES",
        default: "none",
        effect: "addresses or networks, separated by commas, whose `X-Forwarded-For` is believed",
    },
    Variable {
        name: "GUESTLIST_PG_BIN",
        default: "searched for",
        effect: "folder of the server programs for the private PostgreSQL",
    },
    Variable {
        name: "GUESTLIST_LOG",
        default: "info",
        effect: "error, warn, info, debug or trace; text on a terminal, JSON lines otherwise",
    },
];

/// Everything that is wrong with the environment, a line each.
#[derive(Debug)]
pub struct ConfigErrors(Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.join("\n"))
    }
}

impl std::error::Error for ConfigErrors {}

/// How browsers reach Guestlist: a scheme and a host, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// For links: no slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether cookies can be marked secure.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim_end_matches('/');
        let Some((scheme @ ("http" | "https"), host)) = text.split_once("://") else {
            return Err("must begin with http:// or https://".into());
        };
        if host.is_empty() || host.contains(['/', '?', '#', '@', ' ', '"', '\'', '<', '>', ';', ',']) {
            return Err("must be a scheme and a host, without a path: https://guests.example.com".into());
        }
        let usual_port = if scheme == "https" { ":443" } else { ":80" };
        let host = host.strip_suffix(usual_port).unwrap_or(host);
        Ok(Self(format!("{scheme}://{}", host.to_ascii_lowercase())))
    }
}

/// A network such as `10.0.0.0/8`, or one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    pub fn contains(&self, peer: IpAddr) -> bool {
        match (self.address, peer.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(peer)) => {
                same_prefix(own.to_bits().into(), peer.to_bits().into(), 32, self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(peer)) => same_prefix(own.to_bits(), peer.to_bits(), 128, self.bits),
            _ => false,
        }
    }
}

fn same_prefix(a: u128, b: u128, width: u8, bits: u8) -> bool {
    bits == 0 || (a ^ b) >> (width - bits) == 0
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| format!("{text} is not an address or a network"))?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => width,
            Some(bits) => match bits.parse() {
                Ok(bits) if bits <= width => bits,
                _ => return Err(format!("{text} is not a network")),
            },
        };
        Ok(Self { address, bits })
    }
}

/// How lines are written to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The environment, read and found good.
#[derive(Clone, Debug)]
pub struct Config {
    /// None: a private PostgreSQL.
    pub database_url: Option<String>,
    pub listen: SocketAddr,
    pub base_url: BaseUrl,
    pub data_dir: PathBuf,
    secret_key: Option<String>,
    pub trusted_proxies: Vec<Network>,
    pub pg_bin: Option<PathBuf>,
    pub log_level: tracing::Level,
    pub log_format: LogFormat,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// Every variable that is wrong, with what would be right.
    pub fn from_env() -> Result<Self, ConfigErrors> {
        Self::read(|name| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned()))
    }

    /// Reads from wherever `variable` looks.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        let mut reader = Reader { variable, wrong: Vec::new() };
        let database_url = reader.text("DATABASE_URL");
        if let Some(why) = database_url.as_deref().and_then(unsuitable_database_url) {
            reader.refuse("DATABASE_URL", why);
        }
        let listen =
            reader.parsed("GUESTLIST_LISTEN", socket_address).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let base_url = match reader.parsed("GUESTLIST_BASE_URL", |text| text.parse::<BaseUrl>()) {
            Some(url) => url,
            None => {
                if listen.ip().is_unspecified() && !reader.is_given("GUESTLIST_BASE_URL") {
                    let why =
                        format!("must be given, because GUESTLIST_LISTEN={listen} names no host that browsers know");
                    reader.refuse("GUESTLIST_BASE_URL", why);
                }
                BaseUrl(format!("http://{listen}"))
            }
        };
        let data_dir = reader.text("GUESTLIST_DATA_DIR").map_or_else(|| PathBuf::from("data"), PathBuf::from);
        let secret_key = reader.text("GUESTLIST_SECRET_KEY");
        if let Some(length) = secret_key.as_ref().map(String::len).filter(|n| *n < MIN_SECRET) {
            reader.refuse("GUESTLIST_SECRET_KEY", format!("must have at least {MIN_SECRET} bytes, not {length}"));
        }
        let trusted_proxies = reader.parsed("GUESTLIST_TRUSTED_PROXIES", networks).unwrap_or_default();
        let pg_bin = reader.text("GUESTLIST_PG_BIN").map(PathBuf::from);
        let log_level = reader.parsed("GUESTLIST_LOG", log_level).unwrap_or(tracing::Level::INFO);
        let log_format = if io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json };
        if !reader.wrong.is_empty() {
            return Err(ConfigErrors(reader.wrong));
        }
        Ok(Self {
            database_url,
            listen,
            base_url,
            data_dir,
            secret_key,
            trusted_proxies,
            pg_bin,
            log_level,
            log_format,
        })
    }

    /// The secret that signs cookies: the given one, or the one in the data directory, made at the first start.
    ///
    /// # Errors
    /// The data directory cannot be written, or its secret is too short to be one.
    pub fn secret(&self) -> io::Result<Vec<u8>> {
        match &self.secret_key {
            Some(key) => Ok(key.clone().into_bytes()),
            None => generated_secret(&self.data_dir),
        }
    }
}

const MIN_SECRET: usize = 64;

fn generated_secret(data_dir: &Path) -> io::Result<Vec<u8>> {
    fs::create_dir_all(data_dir)?;
    let path = data_dir.join("secret-key");
    let mut secret = [0; MIN_SECRET];
    getrandom::fill(&mut secret).map_err(io::Error::other)?;
    // Written aside and linked into place, so that of two first starts one wins and nobody reads half a secret.
    let draft = data_dir.join(format!("secret-key.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, &path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let secret = fs::read(&path)?;
    if secret.len() < MIN_SECRET {
        let why = format!("{} is too short to be a secret; delete it to have a new one made", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(secret)
}

struct Reader<F> {
    variable: F,
    wrong: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn given(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.trim().is_empty())
    }

    fn is_given(&self, name: &str) -> bool {
        self.given(name).is_some() || self.given(&format!("{name}_FILE")).is_some()
    }

    fn refuse(&mut self, name: &str, why: impl fmt::Display) {
        self.wrong.push(format!("{name} {why}"));
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let file = self.given(&format!("{name}_FILE"));
        match (self.given(name), file) {
            (Some(_), Some(_)) => {
                self.refuse(name, format!("is given twice, also as {name}_FILE"));
                None
            }
            (Some(value), None) => Some(value.trim().to_owned()),
            (None, Some(path)) => match fs::read_to_string(&path) {
                Ok(value) => Some(value.trim().to_owned()),
                Err(error) => {
                    self.refuse(&format!("{name}_FILE"), format!("names {path}, which cannot be read: {error}"));
                    None
                }
            },
            (None, None) => None,
        }
    }

    fn parsed<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(name)?;
        parse(&text).map_err(|why| self.refuse(name, why)).ok()
    }
}

fn socket_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("must be an address and a port, as in 127.0.0.1:8080, not {text:?}"))
}

fn networks(text: &str) -> Result<Vec<Network>, String> {
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::parse).collect()
}

fn log_level(text: &str) -> Result<tracing::Level, String> {
    text.parse().map_err(|_| format!("must be error, warn, info, debug or trace, not {text:?}"))
}

/// Why this build cannot use the URL, if it cannot. The URL itself may hold a password and is not repeated.
fn unsuitable_database_url(url: &str) -> Option<&'static str> {
    let wants_tls = ["require", "verify-ca", "verify-full"].iter().any(|mode| url.contains(&format!("sslmode={mode}")));
    if wants_tls && !cfg!(feature = "tls") {
        return Some(
            "asks for TLS (sslmode), which this build lacks: build it with `cargo build --release --features tls`",
        );
    }
    let is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
    (!is_url && !url.contains('=')).then_some("must begin with postgres:// or be a list of key=value")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, String> {
        let find = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Config::read(find).map_err(|e| e.to_string())
    }

    #[test]
    fn nothing_given_is_a_local_desk() {
        let config = read(&[]).unwrap();
        assert_eq!(config.base_url.as_str(), "http://127.0.0.1:8080");
        assert!(config.database_url.is_none() && config.trusted_proxies.is_empty());
    }

    #[test]
    fn one_start_names_all_that_is_wrong() {
        let errors = read(&[
            ("GUESTLIST_LISTEN", "here"),
            ("GUESTLIST_BASE_URL", "ftp://x"),
            ("GUESTLIST_SECRET_KEY", "short"),
            ("GUESTLIST_TRUSTED_PROXIES", "10.0.0.0/33"),
            ("GUESTLIST_LOG", "loud"),
            ("DATABASE_URL", "postgres://db/x?sslmode=require"),
        ])
        .unwrap_err();
        for name in ["LISTEN", "BASE_URL", "SECRET_KEY", "TRUSTED_PROXIES", "LOG"] {
            assert!(errors.contains(&format!("GUESTLIST_{name} ")), "{name} is missing in:\n{errors}");
        }
        assert_eq!(errors.contains("DATABASE_URL asks for TLS"), !cfg!(feature = "tls"));
    }

    #[test]
    fn a_wildcard_address_needs_a_base_url() {
        assert!(
            read(&[("GUESTLIST_LISTEN", "0.0.0.0:8080")]).unwrap_err().contains("GUESTLIST_BASE_URL must be given")
        );
        let config =
            read(&[("GUESTLIST_LISTEN", "[::]:8080"), ("GUESTLIST_BASE_URL", "https://Guests.example:443/")]).unwrap();
        assert_eq!(config.base_url.as_str(), "https://guests.example");
    }

    #[test]
    fn networks_hold_their_addresses() {
        let ten: Network = "10.0.0.0/8".parse().unwrap();
        assert!(ten.contains("10.9.8.7".parse().unwrap()) && ten.contains("::ffff:10.9.8.7".parse().unwrap()));
        assert!(!ten.contains("11.0.0.1".parse().unwrap()));
        let one: Network = "::1".parse().unwrap();
        assert!(one.contains("::1".parse().unwrap()) && !one.contains("::2".parse().unwrap()));
    }
}
