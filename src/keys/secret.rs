//! The secret that a gateway is shown: `glk_`, 32 random characters, 6 characters of checksum.
//!
//! The checksum refuses what was mistyped or made up without a look-up. It protects nothing: anybody can compute a CRC.

use sha2::{Digest, Sha256};

const PREFIX: &str = "glk_";
const RANDOM: usize = 32;
const CHECKSUM: usize = 6;
/// Characters of a whole one.
pub const LENGTH: usize = PREFIX.len() + RANDOM + CHECKSUM;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// SHA-256 of a secret: what is stored and looked up.
pub type KeyHash = [u8; 32];

/// A secret that is shown once. It has no `Debug`, so that no log can hold one by mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySecret(String);

impl KeySecret {
    /// A new one, of 190 random bits.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut text = String::with_capacity(LENGTH);
        text.push_str(PREFIX);
        let mut bytes = [0; 64];
        while text.len() < PREFIX.len() + RANDOM {
            getrandom::fill(&mut bytes)?;
            // The last bytes before 256 would make some characters likelier than others.
            let fair = bytes.iter().filter(|byte| **byte < 248).map(|byte| ALPHABET[usize::from(*byte) % 62]);
            text.extend(fair.take(PREFIX.len() + RANDOM - text.len()).map(char::from));
        }
        let checksum = checksum(&text);
        text.extend(checksum.map(char::from));
        Ok(Self(text))
    }

    /// None for what never was a key.
    pub fn parse(text: &str) -> Option<Self> {
        hash_of(text).map(|_| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> KeyHash {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// What is shown later: the first 8 and the last 4 characters.
    pub fn ends(&self) -> (&str, &str) {
        (&self.0[..8], &self.0[LENGTH - 4..])
    }
}

/// What to look up for a text that may be a key; none where its form or its checksum is wrong. Allocates nothing.
pub fn hash_of(text: &str) -> Option<KeyHash> {
    if text.len() != LENGTH || !text.starts_with(PREFIX) || !text.is_ascii() {
        return None;
    }
    let (key, sum) = text.split_at(LENGTH - CHECKSUM);
    (checksum(key) == sum.as_bytes()).then(|| Sha256::digest(text.as_bytes()).into())
}

/// CRC-32 in base 62.
fn checksum(key: &str) -> [u8; CHECKSUM] {
    let mut rest = crc32fast::hash(key.as_bytes()) as usize;
    let mut sum = [b'0'; CHECKSUM];
    for place in sum.iter_mut().rev() {
        *place = ALPHABET[rest % 62];
        rest /= 62;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_form_and_its_checksum() {
        let key = KeySecret::generate().unwrap();
        let text = key.as_str();
        assert_eq!(text.len(), 42);
        assert!(text.starts_with("glk_") && text[4..].bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text}");
        assert_eq!(hash_of(text), Some(key.hash()));
        assert_eq!(key.ends(), (&text[..8], &text[38..]));
        for at in 0..text.len() {
            let mut other = text.as_bytes().to_vec();
            other[at] = if other[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(hash_of(std::str::from_utf8(&other).unwrap()), None, "changed at {at}");
        }
        for bad in [
            "",
            "glk_",
            &text[..41],
            &format!("{text}0"),
            &text.to_lowercase(),
            "glk_ääääääääääääääääääääääääääääääääääääää",
        ] {
            assert_eq!(hash_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_checksum_is_this_one() {
        // Computed elsewhere. With another one every key that somebody holds would be none.
        for (key, sum) in
            [("glk_00000000000000000000000000000000", "10gMoB"), ("glk_4fGhJ7kLmN2pQrS9tUvWxYz13456Bbcd", "1O2mGj")]
        {
            assert_eq!(checksum(key), sum.as_bytes(), "{key}");
            let whole = format!("{key}{sum}");
            assert_eq!(hash_of(&whole), Some(Sha256::digest(&whole).into()));
        }
    }

    #[test]
    fn no_two_keys_are_alike_and_no_character_is_favoured() {
        let keys: Vec<_> = (0..2_000).map(|_| KeySecret::generate().unwrap()).collect();
        let mut counts = std::collections::HashMap::new();
        for key in &keys {
            for byte in key.as_str()[4..36].bytes() {
                *counts.entry(byte).or_insert(0) += 1;
            }
        }
        assert_eq!(counts.len(), 62);
        let expected = 2_000 * 32 / 62;
        assert!(counts.values().all(|n| (expected * 7 / 10..expected * 13 / 10).contains(n)), "{counts:?}");
    }
}
