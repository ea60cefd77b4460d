//! What gateways show of themselves: `GUESTLIST_GATEWAY_TOKEN`.

use std::fmt;
use std::hint::black_box;

/// A shorter one could be guessed.
const MIN: usize = 16;

/// What gateways and this program share. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewayToken(String);

impl GatewayToken {
    /// # Errors
    /// It is too short, or no header can hold it. No part of it is repeated.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text.chars().count() {
            length if length < MIN => Err(format!("must have at least {MIN} characters, not {length}")),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err("must be printable ASCII without spaces, as it is sent in a header".into())
            }
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Whether this is it. How long that takes tells nothing but the length.
    pub fn is(&self, shown: &[u8]) -> bool {
        let own = self.0.as_bytes();
        let differs = own.iter().zip(shown).fold(0, |differs, (a, b)| black_box(differs | (a ^ b)));
        own.len() == shown.len() && differs == 0
    }
}

impl fmt::Debug for GatewayToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GatewayToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_itself_alone_and_is_never_shown() {
        let token = GatewayToken::parse("between-us-two-alone").unwrap();
        assert!(token.is(b"between-us-two-alone"));
        for other in
            ["", "between-us-two-alonE", "between-us-two-alone ", "between-us-two-alon", "Between-us-two-alone"]
        {
            assert!(!token.is(other.as_bytes()), "{other}");
        }
        assert!(!format!("{token:?}").contains("between"));
    }

    #[test]
    fn what_is_short_or_fits_no_header_stops_the_start() {
        for bad in ["fifteen-letters", "sixteen letters!", "sixteen-lettérs!", "line\nbreak-in-it-"] {
            let why = GatewayToken::parse(bad).unwrap_err();
            assert!(!why.contains(bad), "{why}");
        }
        assert!(GatewayToken::parse("sixteen-letters!").is_ok());
    }
}
