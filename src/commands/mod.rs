//! What can be said on the command line.

mod admin;
mod health;
mod import;
mod logging;
mod mail;
mod serve;

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use guestlist::config::{Config, ConfigErrors};
use guestlist::db::Conn;
use guestlist::db::reach::Database;
use guestlist::settings;

/// Why a command did not do what it was told.
pub enum Failure {
    Configuration(ConfigErrors),
    Usage(String),
    Fault(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(errors) => write!(f, "the configuration is wrong:\n{errors}"),
            Self::Usage(why) | Self::Fault(why) => f.write_str(why),
        }
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::Configuration(errors)
    }
}

impl<E: std::error::Error> From<E> for Failure
where
    E: FaultLike,
{
    fn from(error: E) -> Self {
        Self::Fault(error.to_string())
    }
}

/// Errors that are faults wherever they come from.
pub trait FaultLike {}
impl FaultLike for std::io::Error {}
impl FaultLike for guestlist::db::reach::ReachError {}
impl FaultLike for guestlist::import::ImportError {}
impl FaultLike for guestlist::outbox::SmtpFault {}
impl FaultLike for guestlist::outbox::Unwritten {}
impl FaultLike for guestlist::passwords::PasswordError {}
impl FaultLike for diesel::result::Error {}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the desk (the default)
    #[command(
        after_help = "Example:\n  GUESTLIST_LISTEN=0.0.0.0:8080 GUESTLIST_BASE_URL=https://guests.example.com guestlist serve"
    )]
    Serve,
    /// Bring the database to this version, and end
    #[command(after_help = "Example:\n  DATABASE_URL=postgres://guestlist@db.example.com/guestlist guestlist migrate")]
    Migrate,
    /// Fill an empty database with made-up developers
    #[command(after_help = "Example:\n  guestlist demo && guestlist")]
    Demo,
    /// Import developers from a CSV file or from Kong's `GET /developers`
    #[command(after_help = import::EXAMPLES)]
    Import(ImportArguments),
    /// Add an admin, or give one a new password
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Try out whether mail can be sent
    #[command(subcommand)]
    Mail(MailCommand),
    /// Say whether the environment is good, and what follows from it
    #[command(after_help = "Examples:\n  guestlist check-config || echo \"exit code $?\"\n  \
        guestlist check-config --markdown > docs/settings.md")]
    CheckConfig {
        /// List every variable, setting and placeholder instead, as docs/settings.md does
        #[arg(long)]
        markdown: bool,
    },
    /// Ask a running Guestlist whether it can serve
    #[command(after_help = "Example, in a container:\n  HEALTHCHECK CMD [\"guestlist\", \"healthcheck\"]")]
    Healthcheck,
}

#[derive(Args)]
pub struct ImportArguments {
    /// The file; which kind it is shows in its first byte
    file: PathBuf,
    /// Find the same counts and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the refused records there as CSV, with place and reason
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum AdminCommand {
    /// Add an admin; the password comes from the terminal or from standard input
    #[command(after_help = "Examples:\n  guestlist admin create --email kim@acme.example --name 'Kim Lee'\n  \
        pass show guestlist | guestlist admin create --email kim@acme.example --name 'Kim Lee'")]
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
    },
    /// Give an admin a new password and end their sessions
    #[command(after_help = "Example:\n  guestlist admin reset-password --email kim@acme.example")]
    ResetPassword {
        #[arg(long)]
        email: String,
    },
}

#[derive(Subcommand)]
pub enum MailCommand {
    /// Send a test to this address now, and say what the mail server answered
    #[command(after_help = "Example:\n  GUESTLIST_SMTP_URL=smtp+starttls://guests:secret@mail.acme.example \\\n  \
        GUESTLIST_MAIL_FROM=guests@acme.example guestlist mail test kim@acme.example")]
    Test { address: String },
}

impl Command {
    pub fn run(self) -> Result<(), Failure> {
        let config = Config::from_env()?;
        match self {
            Self::Serve => serve::serve(config),
            Self::Migrate => with_database(&config, |_| {
                println!("The database is at this program's version.");
                Ok(())
            }),
            Self::Demo => with_database(&config, import::demo),
            Self::Import(arguments) => import::import(&config, &arguments),
            Self::Admin(command) => admin::run(&config, command),
            Self::Mail(command) => mail::run(&config, command),
            Self::CheckConfig { markdown: true } => {
                print!("{}", settings::markdown());
                Ok(())
            }
            Self::CheckConfig { markdown: false } => {
                health::check_config(&config);
                Ok(())
            }
            Self::Healthcheck => health::healthcheck(&config),
        }
    }
}

fn say(line: &str) {
    eprintln!("{line}");
}

/// Runs a command with a connection that takes its time, beside whatever else uses the database.
fn with_database(config: &Config, work: impl FnOnce(&mut Conn) -> Result<(), Failure>) -> Result<(), Failure> {
    logging::start(config, tracing::Level::WARN);
    let database = Database::reach(config, say)?;
    let mut conn = database.connect_migrated()?;
    work(&mut conn)
}
