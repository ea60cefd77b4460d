//! Whose key it is, as headers say it.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::gateway::queries::Owner;

const NAMES: [HeaderName; 5] = [
    HeaderName::from_static("x-developer-id"),
    HeaderName::from_static("x-developer-email"),
    HeaderName::from_static("x-application-id"),
    HeaderName::from_static("x-application-name"),
    HeaderName::from_static("x-key-id"),
];

/// What is not printable ASCII is written as the bytes of its UTF-8, `%C3%A4`; so is the `%` itself.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// The values of [`NAMES`], ready to be sent: parts of one piece of memory.
#[derive(Clone)]
pub struct Identity([HeaderValue; 5]);

impl Identity {
    /// None where a header cannot hold it, which the encoding rules out.
    pub fn of(owner: &Owner) -> Option<Self> {
        let texts = [
            owner.developer.to_string(),
            utf8_percent_encode(&owner.email, ENCODED).to_string(),
            owner.application.to_string(),
            utf8_percent_encode(&owner.application_name, ENCODED).to_string(),
            owner.key.to_string(),
        ];
        let whole = Bytes::from(texts.concat().into_boxed_str().into_boxed_bytes());
        let mut at = 0;
        let mut values = texts.iter().map(|text| {
            let part = whole.slice(at..at + text.len());
            at += text.len();
            HeaderValue::from_maybe_shared(part).ok()
        });
        let mut next = || values.next().flatten();
        Some(Self([next()?, next()?, next()?, next()?, next()?]))
    }

    pub fn write(self, headers: &mut HeaderMap) {
        for (name, value) in NAMES.into_iter().zip(self.0) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ApplicationId, DeveloperId, KeyId};

    #[test]
    fn names_and_addresses_of_every_script_fit_into_headers() {
        let owner = Owner {
            developer: DeveloperId::new(),
            email: "jürgen+100%@bücher.example".into(),
            application: ApplicationId::new(),
            application_name: "Wetter \r\nX-Key-Id: 日本".into(),
            key: KeyId::new(),
        };
        let mut headers = HeaderMap::new();
        Identity::of(&owner).unwrap().write(&mut headers);
        let value = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(value("x-developer-id"), owner.developer.to_string());
        assert_eq!(value("x-developer-email"), "j%C3%BCrgen+100%25@b%C3%BCcher.example");
        assert_eq!(value("x-application-name"), "Wetter %0D%0AX-Key-Id: %E6%97%A5%E6%9C%AC");
        assert_eq!(value("x-application-id"), owner.application.to_string());
        assert_eq!(value("x-key-id"), owner.key.to_string());
        assert_eq!(headers.len(), 5);
    }
}
