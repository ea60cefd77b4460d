//! Addresses that a form or a link may send a browser back to: only pages of this program.

/// A path and query of this program, safe in a `Location` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// None for whatever a browser could read as another host, and for what is no path.
    pub fn parse(text: &str) -> Option<Self> {
        let second = text.chars().nth(1);
        let is_local = text.starts_with('/')
            && !matches!(second, Some('/' | '\\'))
            && text.len() <= 2_000
            && text.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        is_local.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_program_pass() {
        for good in ["/", "/admin/developers?status=all&q=a%20b", "/admin/developers/1#x"] {
            assert!(LocalPath::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "admin",
            "//evil.example",
            "/\\evil.example",
            "///evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            " /admin",
            "/a\r\nSet-Cookie: x=1",
            "/\u{2028}/evil.example",
            "data:text/html,x",
            "/ü",
            "?x",
            "#x",
            ".//evil.example",
            "/a\\..\\b",
            "/a b",
        ] {
            assert!(LocalPath::parse(bad).is_none(), "{bad:?}");
        }
    }
}
