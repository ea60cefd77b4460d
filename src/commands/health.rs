//! `guestlist healthcheck` and `guestlist check-config`.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use guestlist::config::{Config, VARIABLES};

use super::Failure;

const PATIENCE: Duration = Duration::from_secs(3);

pub fn healthcheck(config: &Config) -> Result<(), Failure> {
    let address = reachable(config.listen);
    let unhealthy = |why: String| Failure::Fault(format!("{address} is not ready: {why}"));
    match status_line(address) {
        Ok(line) if line.contains(" 200 ") => {
            println!("ready");
            Ok(())
        }
        Ok(line) => Err(unhealthy(line)),
        Err(error) => Err(unhealthy(error.to_string())),
    }
}

/// Whoever listens everywhere listens here too.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn status_line(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.take(4_096).read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

pub fn check_config(config: &Config) {
    println!("The configuration is good.");
    println!("  listens on   {}", config.listen);
    println!("  reached at   {}", config.base_url.as_str());
    // The URL may hold a password.
    let database = if config.database_url.is_some() { "DATABASE_URL" } else { "a private PostgreSQL" };
    println!("  database     {database}");
    println!("  data         {}", config.data_dir.display());
    println!("  trusts       {} proxies", config.trusted_proxies.len());
    let mail = config.mail.as_ref().map(|route| format!("{}, from {}", route.server.place(), route.from.address));
    println!("  mail         {}", mail.as_deref().unwrap_or("is kept, not sent"));
    if let Some(warning) = config.warning() {
        println!("\n{warning}");
    }
    println!("\nVariables:");
    for variable in VARIABLES {
        println!("  {}: {} (default: {})", variable.name, variable.effect, variable.default);
    }
}
