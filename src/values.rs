//! Values that are right by construction: whoever holds one need not check it again.

use unicode_normalization::UnicodeNormalization;

/// Why a text is refused, as a sentence for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

fn refused<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(why.into()))
}

/// NFKC and lower case: how texts are compared, searched and sorted.
pub fn folded(text: &str) -> String {
    let lower: String = text.nfkc().collect::<String>().to_lowercase();
    lower.nfkc().collect()
}

/// The folded text that a name is sorted by, cut so that it fits an index entry whatever NFKC made of it.
pub fn sort_text(name: &str) -> String {
    folded(name).chars().take(100).collect()
}

/// An address as it was typed, and the mailbox it stands for.
///
/// Two addresses are the same person when their [`mailbox`](Self::mailbox) is the same: trimmed, NFKC, lower case,
/// the domain in ASCII. Local part at most 64 octets, the whole at most 254 (RFC 5321, 4.5.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    typed: String,
    mailbox: String,
}

impl EmailAddress {
    pub const MAX_OCTETS: usize = 254;

    /// # Errors
    /// A sentence that says what is wrong with the address.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let typed = text.trim();
        if typed.is_empty() {
            return refused("Enter an email address");
        }
        if typed.chars().any(|c| c.is_control() || is_invisible(c)) {
            return refused("The email address must not contain line breaks or invisible characters");
        }
        if typed.chars().any(char::is_whitespace) {
            return refused("The email address must not contain spaces");
        }
        let whole = folded(typed);
        let Some((local, domain)) = whole.split_once('@') else {
            return refused("The email address needs an @, as in name@company.example");
        };
        if domain.contains('@') {
            return refused("The email address must contain only one @");
        }
        if local.is_empty() || !local.chars().all(is_local) || local.starts_with('.') || local.ends_with('.') {
            return refused("The part of the email address before the @ is not valid");
        }
        let Ok(domain) = idna::domain_to_ascii_strict(domain) else {
            return refused("The part of the email address after the @ is not a domain");
        };
        if domain != "localhost" && (!domain.contains('.') || domain.starts_with('.') || domain.ends_with('.')) {
            return refused("The part of the email address after the @ is not a domain");
        }
        let typed_local = typed.split('@').next().map_or(0, str::len);
        if local.len() > 64 || typed_local > 64 {
            return refused("The part of the email address before the @ must have at most 64 characters");
        }
        let mailbox = format!("{local}@{domain}");
        if mailbox.len() > Self::MAX_OCTETS || typed.len() > Self::MAX_OCTETS {
            return refused("The email address must have at most 254 characters");
        }
        Ok(Self { typed: typed.to_owned(), mailbox })
    }

    /// As it was typed: this is shown and mailed.
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// The key that makes spellings of one mailbox one person.
    pub fn mailbox(&self) -> &str {
        &self.mailbox
    }

    /// How a mail server is told it: the part before the @ in the case it was typed in, the domain in ASCII. Letters
    /// that only look different, as an input method for Japanese makes them, become the usual ones.
    pub fn deliverable(&self) -> String {
        let typed: String = self.typed.nfkc().collect();
        let local = typed.split('@').next().unwrap_or_default();
        let domain = self.mailbox.rsplit('@').next().unwrap_or_default();
        format!("{local}@{domain}")
    }
}

/// RFC 5322 `atext` and dots, and letters of every script (RFC 6531); quoted local parts are refused.
fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c) || (!c.is_ascii() && c.is_alphanumeric())
}

/// Characters that show nothing or turn the direction of what follows: harmless in a name, a disguise in an address.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The name of a person: 1 to 200 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    pub const MAX: usize = 200;

    /// # Errors
    /// A sentence that says what is wrong with the name.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = short_text(text, "The name", Self::MAX)?;
        if text.is_empty() {
            return refused("Enter a name");
        }
        Ok(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An organisation, possibly none: up to 200 characters, no control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization(String);

impl Organization {
    pub const MAX: usize = 200;

    /// # Errors
    /// A sentence that says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        short_text(text, "The organisation", Self::MAX).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A reason or a purpose, possibly none: up to 2,000 characters; line breaks are welcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LongText(String);

impl LongText {
    pub const MAX: usize = 2000;

    /// # Errors
    /// A sentence that says what is wrong with the text; `what` begins it ("The reason").
    pub fn parse(text: &str, what: &str) -> Result<Self, Refused> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return refused(format!("{what} must not contain control characters"));
        }
        within(text, what, Self::MAX)?;
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One line without control characters, of up to `max` characters; `what` begins the sentence.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn short_text(text: &str, what: &str, max: usize) -> Result<String, Refused> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return refused(format!("{what} must not contain line breaks or control characters"));
    }
    within(text, what, max)?;
    Ok(text.to_owned())
}

fn within(text: &str, what: &str, max: usize) -> Result<(), Refused> {
    let length = text.chars().count();
    if length > max {
        let shown = |n: usize| grouped(i64::try_from(n).unwrap_or(i64::MAX));
        return refused(format!("{what} must have at most {} characters; these are {}", shown(max), shown(length)));
    }
    Ok(())
}

/// "12,349".
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if n < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(text: &str) -> String {
        EmailAddress::parse(text).map(|e| e.mailbox).unwrap_or_else(|e| format!("refused: {e}"))
    }

    #[test]
    fn spellings_of_one_mailbox_are_one() {
        assert_eq!(mailbox("Ada@X.example"), mailbox("ada@x.example "));
        assert_eq!(mailbox("ada@bücher.example"), mailbox("ADA@xn--bcher-kva.example"));
        assert_eq!(mailbox("ａｄａ@x.example"), "ada@x.example");
        assert_eq!(EmailAddress::parse(" Ada@X.example ").unwrap().as_str(), "Ada@X.example");
    }

    #[test]
    fn mail_goes_to_the_local_part_as_typed() {
        let deliverable = |text: &str| EmailAddress::parse(text).unwrap().deliverable();
        assert_eq!(deliverable("Ada@Bücher.example"), "Ada@xn--bcher-kva.example");
        assert_eq!(deliverable("Ａｄａ＠ｘ．ｅｘａｍｐｌｅ"), "Ada@x.example");
        assert_eq!(deliverable("Jürgen@x.example"), "Jürgen@x.example");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            " ",
            "ada",
            "ada@",
            "@x.example",
            "a@b@c.example",
            "ada@x",
            "ada@x..example",
            "ada@.example",
            "ada @x.example",
            "ada\r\nBcc: eve@x.example@y.example",
            "ada\0@x.example",
            "ada\u{2028}@x.example",
            ".ada@x.example",
            "ada@x.example.",
            "ada<b>@x.example",
            "ada,b@x.example",
            "\"ada b\"@x.example",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?} was taken");
        }
        assert!(EmailAddress::parse(&format!("{}@x.example", "a".repeat(64))).is_ok());
        assert!(EmailAddress::parse(&format!("{}@x.example", "a".repeat(65))).is_err());
        let label = "b".repeat(60);
        assert!(EmailAddress::parse(&format!("a@{label}.{label}.{label}.{label}.{label}.example")).is_err());
    }

    #[test]
    fn unusual_addresses_are_taken() {
        for good in ["o'hara+api@x.example", "a&b%c#d?e@x.example", "jürgen@x.example", "root@localhost"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good} was refused");
        }
    }

    #[test]
    fn lengths_count_characters() {
        assert!(PersonName::parse(&"ж".repeat(200)).is_ok());
        assert!(PersonName::parse(&"ж".repeat(201)).is_err());
        assert!(PersonName::parse("Ada\nLovelace").is_err());
        assert!(LongText::parse("one\r\ntwo", "The reason").is_ok_and(|t| t.as_str() == "one\ntwo"));
        assert!(LongText::parse("a\u{7}b", "The reason").is_err());
        assert!(LongText::parse(&"x".repeat(2001), "The reason").is_err());
    }

    #[test]
    fn a_sort_text_fits_an_index_entry() {
        assert!(sort_text(&"ﷺ".repeat(200)).len() <= 400);
    }

    #[test]
    fn numbers_are_grouped() {
        let shown: Vec<_> = [0, 999, 1_000, 1_486, 1_000_000, -12_349].into_iter().map(grouped).collect();
        assert_eq!(shown, ["0", "999", "1,000", "1,486", "1,000,000", "-12,349"]);
    }
}
