//! Every variable of the environment, on one page.
//!
//! Each may also be given as `NAME_FILE`, a file that holds the value: for secrets. All of them are read before any is
//! judged, so that one start names everything that is wrong.

mod addresses;
mod gateway;
mod mail;
mod reader;
mod secret;

use std::fmt;
use std::io::{self, IsTerminal};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

pub use self::addresses::{BaseUrl, Network};
pub use self::gateway::GatewayToken;
pub use self::mail::{Encryption, Login, MailRoute, MailServer, Sender};
use self::reader::Reader;
use self::secret::MIN_SECRET;

/// One row of the table in `docs/settings.md`.
pub struct Variable {
    pub name: &'static str,
    pub default: &'static str,
    pub effect: &'static str,
}

/// The variables, in the order of that table.
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
        effect: "signs cookies, seals the links of waiting mail; at least 64 bytes; several instances share one",
    },
    Variable {
        name: "GUESTLIST_TRUSTED_PROXIES",
        default: "none",
        effect: "addresses or networks, separated by commas, whose `X-Forwarded-For` is believed",
    },
    Variable {
        name: "GUESTLIST_SMTP_URL",
        default: "none: mail is kept and shown, not sent",
        effect: "mail server: `smtp+starttls://user:password@host:587` or `smtps://…`; `smtp://` only within this machine",
    },
    Variable {
        name: "GUESTLIST_MAIL_FROM",
        default: "none; needed where mail is sent",
        effect: "address that mail is from, with or without a name; the usual name is the portal's",
    },
    Variable {
        name: "GUESTLIST_GATEWAY_TOKEN",
        default: "none: only this machine may ask",
        effect: "what gateways send as `X-Gateway-Token` to ask `/gateway/check` and `/metrics`; at least 16 characters",
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
    /// None: mail is kept, not sent.
    pub mail: Option<MailRoute>,
    /// None: only this machine may ask as a gateway.
    pub gateway_token: Option<GatewayToken>,
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
                BaseUrl::of_listener(listen)
            }
        };
        let data_dir = reader.text("GUESTLIST_DATA_DIR").map_or_else(|| PathBuf::from("data"), PathBuf::from);
        let secret_key = reader.text("GUESTLIST_SECRET_KEY");
        if let Some(length) = secret_key.as_ref().map(String::len).filter(|n| *n < MIN_SECRET) {
            reader.refuse("GUESTLIST_SECRET_KEY", format!("must have at least {MIN_SECRET} bytes, not {length}"));
        }
        let trusted_proxies = reader.parsed("GUESTLIST_TRUSTED_PROXIES", networks).unwrap_or_default();
        let mail = reader.mail();
        let gateway_token = reader.parsed("GUESTLIST_GATEWAY_TOKEN", GatewayToken::parse);
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
            mail,
            gateway_token,
            pg_bin,
            log_level,
            log_format,
        })
    }

    /// What is allowed and hardly meant: connections may come from this machine, people by their address do not, and
    /// neither the proxy that may stand between them nor the gateways are known by anything else.
    pub fn warning(&self) -> Option<&'static str> {
        let listens_here = self.listen.ip().is_loopback() || self.listen.ip().is_unspecified();
        let is_open =
            listens_here && !self.base_url.is_local() && !self.trusts_this_machine() && self.gateway_token.is_none();
        is_open.then_some(
            "If a proxy on this machine stands before Guestlist, whoever comes through it counts as a gateway, and \
             /gateway/check and /metrics are open to everybody. Set GUESTLIST_GATEWAY_TOKEN, or name the proxy in GUESTLIST_TRUSTED_PROXIES.",
        )
    }

    fn trusts_this_machine(&self) -> bool {
        let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        here.iter().any(|address| self.trusted_proxies.iter().any(|network| network.contains(*address)))
    }

    /// How mail leaves, for whoever cannot do without.
    ///
    /// # Errors
    /// Names what is missing.
    pub fn mail_route(&self) -> Result<&MailRoute, ConfigErrors> {
        let missing =
            || ConfigErrors(vec!["GUESTLIST_SMTP_URL and GUESTLIST_MAIL_FROM must be given to send mail".into()]);
        self.mail.as_ref().ok_or_else(missing)
    }

    /// The secret that signs cookies: the given one, or the one in the data directory, made at the first start.
    ///
    /// # Errors
    /// The data directory cannot be written, or its secret is too short to be one.
    pub fn secret(&self) -> io::Result<Vec<u8>> {
        match &self.secret_key {
            Some(key) => Ok(key.clone().into_bytes()),
            None => secret::generated(&self.data_dir),
        }
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
mod tests;
