//! Binds, and puts the layers around the routes.

mod background;
pub mod health;
mod spans;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, scope};
use actix_web::{App, HttpServer};
use tracing_actix_web::TracingLogger;

use self::health::Readiness;
use self::spans::Spans;
use crate::config::Config;
use crate::db::Db;
use crate::gateway::Gateway;
use crate::outbox::{Patience, Post};
use crate::passwords::Passwords;
use crate::policy::Policy;
use crate::routes;
use crate::web::cookies::Cookies;
use crate::web::portal::Portal;
use crate::web::seal::Seal;
use crate::web::{compress, errors, origin};

pub use background::Background;

/// Connections per instance. More than the cores can use at once, few enough to hold a page in front of many admins.
pub const POOL_SIZE: u32 = 8;
/// Requests in flight get this long to end once the server is told to stop.
const DRAIN: u64 = 10;

/// What the handlers share.
#[derive(Clone)]
pub struct Shared {
    pub config: Config,
    pub db: Db,
    pub cookies: Cookies,
    pub passwords: Passwords,
    pub readiness: Readiness,
    pub portal: Portal,
    pub post: Post,
    /// How long the courier waits for what.
    pub patience: Patience,
    pub gateway: Gateway,
}

impl Shared {
    /// What follows from the environment and the database at `url`, whose settings say `policy`.
    ///
    /// # Errors
    /// There is no secret, or the system gives no thread.
    pub fn new(config: Config, url: &str, policy: &Policy) -> io::Result<Self> {
        let secret = config
            .secret()
            .map_err(|e| io::Error::new(e.kind(), format!("there is no secret to sign cookies: {e}")))?;
        let db = Db::new(url, POOL_SIZE);
        Ok(Self {
            gateway: Gateway::new(&config, db.clone(), url),
            db,
            cookies: Cookies::new(&config, &secret),
            passwords: Passwords::start()?,
            readiness: Readiness::default(),
            portal: Portal::new(policy.face()),
            post: Post { base_url: config.base_url.clone(), seal: Seal::new(&secret), delivers: config.mail.is_some() },
            patience: Patience::default(),
            config,
        })
    }
}

/// Takes the address.
///
/// # Errors
/// Says in words that the port is busy.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => io::Error::new(
            error.kind(),
            format!("{address} is in use by another program; choose another with GUESTLIST_LISTEN=127.0.0.1:8081"),
        ),
        _ => io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")),
    })
}

/// Serves until it is told to stop, and does beside it what has to be done beside answering.
///
/// # Errors
/// The listener cannot be used, or the mail server's certificate authorities cannot be read.
pub fn run(listener: TcpListener, shared: Shared) -> io::Result<(Server, Background)> {
    let background = Background::start(&shared)?;
    let server = HttpServer::new(move || {
        let Shared { config, db, cookies, passwords, readiness, portal, post, gateway, .. } = shared.clone();
        let route_config = {
            let (db, cookies) = (db.clone(), cookies.clone());
            move |routes: &mut actix_web::web::ServiceConfig| routes::all(routes, &db, &cookies)
        };
        let machines = {
            let (gateway, config) = (gateway.clone(), config.clone());
            move |routes: &mut actix_web::web::ServiceConfig| routes::machines(routes, &gateway, &config)
        };
        // From the inside out: an unsafe request from elsewhere is refused before anything looks at it; whatever goes
        // wrong becomes a page with headers; that is compressed; and all of it is one line of the log.
        let pages = scope("")
            .configure(route_config)
            .wrap(from_fn(origin::refuse_foreign))
            .wrap(from_fn(errors::dress))
            .wrap(from_fn(compress::pages))
            .wrap(TracingLogger::<Spans>::new());
        App::new()
            .app_data(Data::new(config))
            .app_data(Data::new(db))
            .app_data(Data::new(cookies))
            .app_data(Data::new(passwords))
            .app_data(Data::new(readiness))
            .app_data(Data::new(portal))
            .app_data(Data::new(post))
            .app_data(Data::new(gateway))
            // Before the layers, not within them: they would cost more than the answer.
            .configure(machines)
            .service(pages)
            // `OPTIONS *` is below no path.
            .default_service(routes::nowhere().wrap(from_fn(errors::dress)).wrap(TracingLogger::<Spans>::new()))
    })
    .disable_signals()
    .client_request_timeout(Duration::from_secs(8))
    .client_disconnect_timeout(Duration::from_secs(2))
    .keep_alive(Duration::from_secs(75))
    .max_connections(10_000)
    .shutdown_timeout(DRAIN)
    .listen(listener)?
    .run();
    Ok((server, background))
}
