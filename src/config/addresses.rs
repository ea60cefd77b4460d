//! How Guestlist is reached, and by whom.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// How browsers reach Guestlist: a scheme and a host, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Where no other is given.
    pub fn of_listener(listen: SocketAddr) -> Self {
        Self(format!("http://{listen}"))
    }

    /// For links: no slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host alone, an address of version 6 in its brackets.
    pub fn host(&self) -> &str {
        let place = self.0.split_once("://").map_or(self.0.as_str(), |(_, place)| place);
        let end = if place.starts_with('[') { place.find(']').map(|at| at + 1) } else { place.find(':') };
        &place[..end.unwrap_or(place.len())]
    }

    /// Whether only browsers on this machine get there.
    pub fn is_local(&self) -> bool {
        let host = self.host().trim_matches(['[', ']']);
        host == "localhost" || host.ends_with(".localhost") || host.parse().is_ok_and(|host: IpAddr| host.is_loopback())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_no_port() {
        let host = |url: &str| url.parse::<BaseUrl>().unwrap().host().to_owned();
        assert_eq!(host("https://guests.example"), "guests.example");
        assert_eq!(host("http://127.0.0.1:8080/"), "127.0.0.1");
        assert_eq!(host("http://[::1]:8080"), "[::1]");
    }

    #[test]
    fn a_local_address_is_reached_from_here_alone() {
        let is_local = |url: &str| url.parse::<BaseUrl>().unwrap().is_local();
        for here in ["http://127.0.0.1:8080", "http://[::1]", "https://LOCALHOST:8443", "http://desk.localhost"] {
            assert!(is_local(here), "{here}");
        }
        for elsewhere in ["https://guests.example", "http://10.0.0.5:8080", "https://localhost.example", "http://[::2]"]
        {
            assert!(!is_local(elsewhere), "{elsewhere}");
        }
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
