//! Which key a request shows. No I/O, no clock.

use percent_encoding::percent_decode;

use crate::keys::{KeyHash, hash_of};

/// What every key begins with.
const MARK: &[u8] = b"glk_";

/// Collects, header by header, what a request shows.
#[derive(Default)]
pub struct Presented<'a> {
    shown: Option<&'a [u8]>,
    /// Two different keys, or one in an address: whatever stands there besides, this request has no good key.
    spoilt: bool,
}

impl<'a> Presented<'a> {
    /// Looks at a header, whose name is in lower case. It may occur several times.
    pub fn header(&mut self, name: &str, value: &'a [u8]) {
        match name {
            "x-api-key" | "apikey" => self.show(value.trim_ascii()),
            "authorization" => {
                // What is no key of ours is somebody else's, and passes.
                if let Some(token) = bearer(value).filter(|token| token.starts_with(MARK)) {
                    self.show(token);
                }
            }
            // The address that was asked for, as a gateway hands it on.
            "x-original-uri" | "x-original-url" | "x-forwarded-uri" | "x-envoy-original-path" => self.address(value),
            _ => {}
        }
    }

    /// Looks at an address, or a part of one: it ends in logs, so that no key may stand in it, encoded or not.
    pub fn address(&mut self, text: &[u8]) {
        let has_mark = |text: &[u8]| text.windows(MARK.len()).any(|part| part == MARK);
        self.spoilt |= has_mark(text) || (text.contains(&b'%') && has_mark(&percent_decode(text).collect::<Vec<u8>>()));
    }

    /// What to look up; none where there is no key, no well-formed one, or one too many.
    pub fn hash(&self) -> Option<KeyHash> {
        let shown = self.shown.filter(|_| !self.spoilt)?;
        hash_of(std::str::from_utf8(shown).ok()?)
    }

    fn show(&mut self, value: &'a [u8]) {
        match self.shown {
            _ if value.is_empty() => {}
            None => self.shown = Some(value),
            Some(other) => self.spoilt |= other != value,
        }
    }
}

/// The token of `Bearer <token>`; how the scheme is written does not matter.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let value = value.trim_ascii();
    let (scheme, token) = value.split_at_checked("Bearer".len())?;
    let is_separate = token.first().is_some_and(u8::is_ascii_whitespace);
    (scheme.eq_ignore_ascii_case(b"Bearer") && is_separate).then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeySecret;

    fn shown(headers: &[(&str, &str)], address: &str) -> Option<KeyHash> {
        let mut presented = Presented::default();
        presented.address(address.as_bytes());
        headers.iter().for_each(|(name, value)| presented.header(name, value.as_bytes()));
        presented.hash()
    }

    fn bearer_of(token: &str) -> String {
        format!("Bearer {token}")
    }

    #[test]
    fn a_key_may_be_shown_in_three_places() {
        let key = KeySecret::generate().unwrap();
        let (text, hash) = (key.as_str(), Some(key.hash()));
        assert_eq!(shown(&[("authorization", &bearer_of(text))], "/"), hash);
        assert_eq!(shown(&[("authorization", &format!("bEARER \t {text} "))], "/"), hash);
        assert_eq!(shown(&[("x-api-key", text)], "/"), hash);
        assert_eq!(shown(&[("apikey", &format!(" {text}"))], "/"), hash);
        let all = [("apikey", text), ("x-api-key", text), ("authorization", &bearer_of(text)), ("apikey", text)];
        assert_eq!(shown(&all, "/"), hash, "the same key everywhere is one key");
        assert_eq!(shown(&[("apikey", text), ("x-api-key", "")], "/"), hash, "an empty header shows nothing");
    }

    #[test]
    fn two_different_keys_are_none() {
        let (key, other) = (KeySecret::generate().unwrap(), KeySecret::generate().unwrap());
        let (key, other) = (key.as_str(), other.as_str());
        for (first, second) in [
            (("apikey", key), ("apikey", other)),
            (("apikey", key), ("x-api-key", other)),
            (("x-api-key", key), ("x-api-key", "anything")),
            (("authorization", bearer_of(other).as_str()), ("apikey", key)),
            (("authorization", "Bearer glk_wrong"), ("apikey", key)),
        ] {
            assert_eq!(shown(&[first, second], "/"), None, "{first:?} {second:?}");
            assert_eq!(shown(&[second, first], "/"), None, "{second:?} {first:?}");
        }
        assert_eq!(shown(&[("apikey", &format!("{key}, {key}"))], "/"), None);
    }

    #[test]
    fn somebody_elses_authorization_does_not_matter() {
        let key = KeySecret::generate().unwrap();
        for other in ["Bearer eyJhbGciOi.x.y", "Basic Z2xrXzp4", "Bearer", "", "Bearer  ", "Bear", "Digest a=\"glk_\""]
        {
            assert_eq!(shown(&[("authorization", other), ("apikey", key.as_str())], "/"), Some(key.hash()), "{other}");
            assert_eq!(shown(&[("authorization", other)], "/"), None, "{other}");
        }
        assert_eq!(shown(&[("authorization", &format!("Bearer{}", key.as_str()))], "/"), None);
        assert_eq!(shown(&[("authorization", key.as_str())], "/"), None);
        assert_eq!(shown(&[("x-key", key.as_str())], "/"), None);
    }

    #[test]
    fn a_key_in_an_address_is_none_and_spoils_a_good_one() {
        let key = KeySecret::generate().unwrap();
        let good = ("apikey", key.as_str());
        assert_eq!(shown(&[good], "/gateway/check/glk_x"), None);
        for name in ["x-original-uri", "x-original-url", "x-forwarded-uri", "x-envoy-original-path"] {
            for spoilt in ["/things?key=glk_x", "/things?key=%67lk_x", "/glk%5fx", "/%67%6c%6B%5F?100%"] {
                assert_eq!(shown(&[good, (name, spoilt)], "/"), None, "{name}: {spoilt}");
            }
            assert_eq!(shown(&[(name, "/things?key=%2567lk_x&of=100%"), good], "/"), Some(key.hash()), "{name}");
            assert_eq!(shown(&[(name, "/things?key=abc"), good], "/"), Some(key.hash()), "{name}");
        }
    }

    #[test]
    fn garbage_is_none() {
        let key = KeySecret::generate().unwrap();
        let cut = &key.as_str()[..41];
        for bad in ["", "glk_", cut, "glk_ääääääääääääääääääääääääääääääääääääää", "\u{0}"]
        {
            assert_eq!(shown(&[("apikey", bad)], "/"), None, "{bad}");
        }
        let mut presented = Presented::default();
        presented.header("apikey", b"glk_\xff\xfe");
        assert_eq!(presented.hash(), None);
    }
}
