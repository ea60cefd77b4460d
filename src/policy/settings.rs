//! Every setting, on one page: the form of the admins, `docs/settings.md` and what the code reads follow from it.

use super::{Verification, domains};
use crate::values::{EmailAddress, LongText, Refused, short_text};

/// What a setting can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of up to so many characters; `may_be_empty` says whether there must be one.
    Line { max: usize, may_be_empty: bool },
    /// Up to 2,000 characters.
    Text,
    /// "on" or "off".
    Switch,
    /// One of these words, each with its meaning.
    Choice(&'static [(&'static str, &'static str)]),
    /// An address, or none.
    Email,
    /// Domains, one a line.
    Domains,
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    pub key: &'static str,
    pub label: &'static str,
    pub kind: Kind,
    pub default: &'static str,
    pub effect: &'static str,
}

/// The settings, in the order of the page.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "portal_name",
        label: "Portal name",
        kind: Kind::Line { max: 60, may_be_empty: false },
        default: "Guestlist",
        effect: "names the portal on every page and in every mail",
    },
    Setting {
        key: "support_address",
        label: "Support address",
        kind: Kind::Email,
        default: "",
        effect: "where developers can ask: stands on their pages and in mails, and answers to mails go there",
    },
    Setting {
        key: "welcome",
        label: "Welcome text",
        kind: Kind::Text,
        default: "Ask for access, and you hear by mail when it was decided.",
        effect: "stands on the portal's front page",
    },
    Setting {
        key: "registration",
        label: "Registration is open",
        kind: Kind::Switch,
        default: "on",
        effect: "off: only people with a personal invitation can register",
    },
    Setting {
        key: "allowed_domains",
        label: "Allowed domains",
        kind: Kind::Domains,
        default: "",
        effect: "only addresses of these domains and everything below them may register; empty: all may",
    },
    Setting {
        key: "denied_domains",
        label: "Denied domains",
        kind: Kind::Domains,
        default: "",
        effect: "addresses of these domains may not register. They get the same answer as all others; only the log tells",
    },
    Setting {
        key: "auto_approval",
        label: "Approve requests automatically",
        kind: Kind::Switch,
        default: "off",
        effect: "on: a request is approved as soon as it is there, or as soon as its address is proven where that is required",
    },
    Setting {
        key: "invited_approval",
        label: "Approve invited people at once",
        kind: Kind::Switch,
        default: "off",
        effect: "on: whoever registers by a personal invitation, which proves the address, is approved at once",
    },
    Setting {
        key: "application_auto_approval",
        label: "Approve applications automatically",
        kind: Kind::Switch,
        default: "on",
        effect: "on: an application that a developer registers can have keys at once; off: an admin decides first",
    },
    Setting {
        key: "verification",
        label: "Developers prove their address",
        kind: Kind::Choice(&[
            (Verification::WithMail.as_str(), "When mail is configured"),
            (Verification::Always.as_str(), "Always"),
            (Verification::Never.as_str(), "Never"),
        ]),
        default: Verification::WithMail.as_str(),
        effect: "where it is required, only developers with a proven address sign in, and only their keys work",
    },
    Setting {
        key: "terms_text",
        label: "Terms",
        kind: Kind::Text,
        default: "I use the APIs for the purpose I gave, keep my keys to myself, and know that access can be revoked.",
        effect: "must be accepted to register; empty: nothing has to be accepted",
    },
    Setting {
        key: "terms_version",
        label: "Version of the terms",
        kind: Kind::Line { max: 60, may_be_empty: false },
        default: "1",
        effect: "is kept with the time at which somebody accepted them; change it together with the text",
    },
];

/// The setting of that key.
pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The value to store for what was typed.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn checked(setting: &Setting, typed: &str) -> Result<String, Refused> {
    match setting.kind {
        Kind::Line { max, may_be_empty } => {
            let line = short_text(typed, setting.label, max)?;
            match line.is_empty() && !may_be_empty {
                true => Err(Refused(format!("{} must not be empty", setting.label))),
                false => Ok(line),
            }
        }
        Kind::Text => LongText::parse(typed, setting.label).map(|text| text.as_str().to_owned()),
        Kind::Switch => Ok(if typed == "on" { "on" } else { "off" }.to_owned()),
        Kind::Choice(choices) if choices.iter().any(|(word, _)| *word == typed) => Ok(typed.to_owned()),
        Kind::Choice(_) => Err(Refused(format!("{}: choose one of the list", setting.label))),
        Kind::Email if typed.trim().is_empty() => Ok(String::new()),
        Kind::Email => EmailAddress::parse(typed).map(|email| email.as_str().to_owned()),
        Kind::Domains => domains::parse(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value() {
        for setting in SETTINGS {
            assert_eq!(checked(setting, setting.default).as_deref(), Ok(setting.default), "{}", setting.key);
        }
    }
}
