//! Who is at the other end: the peer of the connection, or whom a trusted proxy names.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::web::Data;

use crate::config::Config;

/// The client's address. `X-Forwarded-For` counts only from a trusted proxy, and of it only the rightmost hop that is
/// not itself a trusted proxy: everything to the left the client could have written.
pub fn client_address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let trusted = request.app_data::<Data<Config>>().map(|c| c.trusted_proxies.as_slice()).unwrap_or_default();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return Some(peer);
    }
    let hops: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
        if !is_trusted(nearest) {
            break;
        }
    }
    Some(nearest)
}

/// What limits count by: an IPv4 address, or the /64 that one IPv6 subscriber has to himself.
pub fn throttle_group(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{}/64", std::net::Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}
