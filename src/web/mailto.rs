//! Links that open a mail program.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 6068: the `@` stays, whatever else could mean something is encoded.
pub fn mailto(email: &str) -> String {
    const ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_').remove(b'~');
    format!("mailto:{}", utf8_percent_encode(email, ADDRESS))
}
