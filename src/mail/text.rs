//! Subject and text of a kind of mail, with the placeholders in them.

use crate::outbox::{self, Filled, Kind};
use crate::policy::Policy;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub subject: String,
    pub body: String,
}

impl Text {
    /// As the program brings it along.
    pub fn usual(kind: Kind) -> Self {
        Self { subject: kind.subject().to_owned(), body: kind.body().to_owned() }
    }

    /// As it is mailed now.
    pub fn saved(policy: &Policy, kind: Kind) -> Self {
        let usual = Self::usual(kind);
        let text = |key: String| policy.text(&key).map(str::to_owned);
        Self {
            subject: text(kind.subject_key()).unwrap_or(usual.subject),
            body: text(kind.body_key()).unwrap_or(usual.body),
        }
    }

    /// With samples in the placeholders' places.
    pub fn sample(&self, policy: Policy, kind: Kind) -> Filled {
        outbox::fill(&self.as_test(policy), Kind::Test, &samples(kind))
    }

    /// A policy under which a test has this text. Whatever is tried out goes as a test, so that no limit for mails of
    /// its own kind counts it.
    pub fn as_test(&self, policy: Policy) -> Policy {
        policy
            .with_text(Kind::Test.subject_key(), self.subject.clone())
            .with_text(Kind::Test.body_key(), self.body.clone())
    }
}

/// Words for the placeholders of a kind. The portal's name and the line about support are real, and a link is no word.
pub fn samples(kind: Kind) -> Vec<(&'static str, String)> {
    let own = kind.own_placeholders().iter().filter(|own| own.name != "link");
    own.map(|own| (own.name, own.sample.to_owned())).collect()
}
