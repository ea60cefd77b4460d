//! What an admin pastes to learn whose key it is.

use super::secret::{KeyHash, hash_of};

const PREFIX: &str = "glk_";
/// As many of the first characters as are stored.
pub const SHOWN: usize = 8;

/// A key, or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    Whole(KeyHash),
    Start {
        /// Up to [`SHOWN`] characters of it.
        start: String,
        /// Whether more of it was pasted than can be compared.
        is_cut: bool,
    },
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
            None => Self::Start { start: key[..end.min(SHOWN)].to_owned(), is_cut: end > SHOWN },
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
        let start = |text: &str, is_cut| Some(Sought::Start { start: text.to_owned(), is_cut });
        assert_eq!(Sought::parse("glk_4fGh…9xYz"), start("glk_4fGh", false));
        assert_eq!(Sought::parse("glk_4f"), start("glk_4f", false));
        assert_eq!(Sought::parse(&key.as_str()[..41]), start(&key.as_str()[..8], true));
        assert_eq!(Sought::parse("glk"), None);
        assert_eq!(Sought::parse("ada@x.example"), None);
    }
}
