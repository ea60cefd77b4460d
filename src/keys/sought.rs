//! What an admin pastes to learn whose key it is.

use super::secret::{KeyHash, hash_of};

const PREFIX: &str = "glk_";
/// As many of the first characters as are stored.
pub const SHOWN: usize = 8;

/// A key, or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    Whole(KeyHash),
    /// Up to [`SHOWN`] characters of it.
    Start(String),
}

impl Sought {
    /// The first thing in the text that looks like a key; none where nothing does. What follows the shown characters
    /// of a beginning is not looked at, and goes nowhere.
    pub fn parse(text: &str) -> Option<Self> {
        let key = &text[text.find(PREFIX)?..];
        let end = key.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(key.len());
        let key = &key[..end];
        Some(match hash_of(key) {
            Some(hash) => Self::Whole(hash),
            None => Self::Start(key[..end.min(SHOWN)].to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeySecret;

    #[test]
    fn a_key_is_found_in_what_was_pasted() {
        let key = KeySecret::generate().unwrap();
        for text in
            [key.as_str(), &format!("  Authorization: Bearer {}\n", key.as_str()), &format!("\"{}\",", key.as_str())]
        {
            assert_eq!(Sought::parse(text), Some(Sought::Whole(key.hash())), "{text}");
        }
        let start = |text: &str| Some(Sought::Start(text.to_owned()));
        assert_eq!(Sought::parse("glk_4fGh…9xYz"), start("glk_4fGh"));
        assert_eq!(Sought::parse("glk_4f"), start("glk_4f"));
        assert_eq!(Sought::parse(&key.as_str()[..41]), start(&key.as_str()[..8]));
        assert_eq!(Sought::parse("glk"), None);
        assert_eq!(Sought::parse("ada@x.example"), None);
    }
}
