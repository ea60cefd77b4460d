//! Who is at the other end: the peer of the connection, or whom a trusted proxy names.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::web::Data;

use crate::config::Config;

/// The address of the connection.
pub fn peer_address(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|peer| peer.ip().to_canonical())
}

/// The client's address, or that of the proxy in front of a client that it does not name.
pub fn client_address(request: &HttpRequest) -> Option<IpAddr> {
    named_client(request).or_else(|| peer_address(request))
}

/// The client's address. `X-Forwarded-For` counts only from a trusted proxy, and of it only the rightmost hop that is
/// not itself a trusted proxy: everything to the left the client could have written. None where that hop is no address:
/// whoever it is, it is not the proxy.
pub fn named_client(request: &HttpRequest) -> Option<IpAddr> {
    let peer = peer_address(request)?;
    let trusted = request.app_data::<Data<Config>>().map(|c| c.trusted_proxies.as_slice()).unwrap_or_default();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return Some(peer);
    }
    // A client may have written bytes to the left that are no text.
    let lines = request.headers().get_all("x-forwarded-for").map(|value| String::from_utf8_lossy(value.as_bytes()));
    let lines: Vec<_> = lines.collect();
    let hops: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).collect();
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        nearest = address_of(hop)?;
        if !is_trusted(nearest) {
            break;
        }
    }
    Some(nearest)
}

/// Some proxies add the port.
fn address_of(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    hop.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// What limits count by: an IPv4 address, or the /64 that one IPv6 subscriber has to himself.
pub fn throttle_group(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{}/64", std::net::Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}
