//! `guestlist serve`.

use std::time::{Duration, Instant};

use actix_web::rt::System;
use actix_web::rt::signal::unix::{SignalKind, signal};
use guestlist::admins;
use guestlist::audit::Occasion;
use guestlist::config::Config;
use guestlist::db::reach::{Database, ReachError};
use guestlist::db::{Conn, knows_all_letters};
use guestlist::policy::Policy;
use guestlist::server::{self, Shared};
use guestlist::web::tokens::new_token;

use super::{Failure, logging, say};

/// How long a start waits for a database that is itself starting.
const PATIENCE: Duration = Duration::from_secs(60);
/// While the process stops: how long whoever asks `/readyz` has to send requests elsewhere.
const FAREWELL: Duration = Duration::from_millis(500);

pub fn serve(config: Config) -> Result<(), Failure> {
    logging::start(&config, tracing::Level::TRACE);
    // First of all, so that a busy port is said at once.
    let listener = server::bind(config.listen)?;
    let database = Database::reach(&config, say)?;
    let mut conn = patiently(&database)?;
    if !knows_all_letters(&mut conn)? {
        say("The database's locale knows ASCII letters only: searches will not find other scripts quickly. \
             Create the database with the locale C.UTF-8 or en_US.UTF-8.");
    }
    let setup_link = setup_link(&mut conn, &config)?;
    let policy = Policy::read(&mut conn)?;
    drop(conn);
    let shared = Shared::new(config.clone(), &database.url, &policy)?;
    println!("Guestlist serves at {}", config.base_url.as_str());
    if let Some(warning) = config.warning() {
        println!("{warning}");
    }
    if let Some(link) = setup_link {
        println!("There is no admin yet. Create the first one here, once:\n  {link}");
    }
    if config.mail.is_none() {
        println!(
            "Mail is kept, not sent: set GUESTLIST_SMTP_URL and GUESTLIST_MAIL_FROM. Until then see {}/admin/mail",
            config.base_url.as_str()
        );
    }
    System::new().block_on(until_told_to_stop(listener, shared))?;
    Ok(())
}

/// A connection at this program's version, from a database that may still be starting.
fn patiently(database: &Database) -> Result<Conn, ReachError> {
    let begun = Instant::now();
    loop {
        match database.connect_migrated() {
            Err(ReachError::Connect(error)) if begun.elapsed() < PATIENCE => {
                say(&format!("waiting for the database: {error}"));
                std::thread::sleep(Duration::from_secs(1));
            }
            reached => return reached,
        }
    }
}

fn setup_link(conn: &mut Conn, config: &Config) -> Result<Option<String>, Failure> {
    let token = new_token().map_err(|e| Failure::Fault(format!("there is no randomness: {e}")))?;
    let is_offered = admins::offer_setup(conn, &token, &Occasion::system("start"))?;
    Ok(is_offered.then(|| format!("{}/admin/setup/{token}", config.base_url.as_str())))
}

async fn until_told_to_stop(listener: std::net::TcpListener, shared: Shared) -> std::io::Result<()> {
    let readiness = shared.readiness.clone();
    let (server, background) = server::run(listener, shared)?;
    let handle = server.handle();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    actix_web::rt::spawn(async move {
        let waits = tokio::select! {
            _ = terminate.recv() => true,
            _ = interrupt.recv() => false,
        };
        readiness.stop();
        if waits {
            tokio::time::sleep(FAREWELL).await;
        }
        tokio::select! {
            () = handle.stop(true) => {}
            // Whoever asks twice does not want to wait.
            _ = interrupt.recv() => handle.stop(false).await,
        }
    });
    let served = server.await;
    background.stop().await;
    served
}
