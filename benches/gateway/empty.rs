//! The handler that does nothing: the same server with the same settings, in a process of its own.

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::System;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::Anyhow;
use crate::client::Connection;
use crate::process::Process;
use crate::program::free_address;

/// The argument by which the benchmark is this handler and nothing else; its address follows.
pub const ARGUMENT: &str = "--empty-handler";

/// Serves until it is killed.
pub fn serve(address: &str) -> Anyhow<()> {
    let listener = TcpListener::bind(address.parse::<SocketAddr>()?)?;
    let nothing = || async { HttpResponse::NoContent().finish() };
    System::new().block_on(async {
        // As in `src/server`.
        HttpServer::new(move || App::new().route("/gateway/check", web::to(nothing)))
            .disable_signals()
            .client_request_timeout(Duration::from_secs(8))
            .client_disconnect_timeout(Duration::from_secs(2))
            .keep_alive(Duration::from_secs(75))
            .max_connections(10_000)
            .listen(listener)?
            .run()
            .await
    })?;
    Ok(())
}

pub struct Empty {
    pub process: Process,
    pub address: SocketAddr,
}

impl Empty {
    pub fn start() -> Anyhow<Self> {
        let address = free_address()?;
        let mut own = Command::new(std::env::current_exe()?);
        own.arg(ARGUMENT).arg(address.to_string()).env_clear().stdin(Stdio::null()).stdout(Stdio::null());
        let mut process = Process::spawn(&mut own, libc::SIGKILL)?;
        until_answered(&mut process, address, "/gateway/check")?;
        Ok(Self { process, address })
    }
}

/// Waits for the first 204.
pub fn until_answered(process: &mut Process, address: SocketAddr, path: &str) -> Anyhow<()> {
    let begun = Instant::now();
    loop {
        if let Ok(mut connection) = Connection::open(address) {
            return Ok(connection.get(path, "")?.expect(204).map(|_| ())?);
        }
        process.still_runs()?;
        if begun.elapsed() > Duration::from_secs(10) {
            return Err(format!("nobody answers at {address}").into());
        }
        thread::sleep(Duration::from_millis(1));
    }
}
