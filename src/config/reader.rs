//! Reads variables and the files that hold them, and collects what is wrong.

use std::fmt;
use std::fs;

use super::mail::{MailRoute, parse_sender, parse_server};

/// Reads all of them before any stops the start.
pub(super) struct Reader<F> {
    pub variable: F,
    pub wrong: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn given(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.trim().is_empty())
    }

    pub fn is_given(&self, name: &str) -> bool {
        self.given(name).is_some() || self.given(&format!("{name}_FILE")).is_some()
    }

    pub fn refuse(&mut self, name: &str, why: impl fmt::Display) {
        self.wrong.push(format!("{name} {why}"));
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        let file = self.given(&format!("{name}_FILE"));
        match (self.given(name), file) {
            (Some(_), Some(_)) => {
                self.refuse(name, format!("is given twice, also as {name}_FILE"));
                None
            }
            (Some(value), None) => Some(value.trim().to_owned()),
            (None, Some(path)) => match fs::read_to_string(&path) {
                Ok(value) => Some(value.trim().to_owned()),
                Err(error) => {
                    self.refuse(&format!("{name}_FILE"), format!("names {path}, which cannot be read: {error}"));
                    None
                }
            },
            (None, None) => None,
        }
    }

    /// Both or none: a server without a sender sends nothing, and a sender alone means that the server was forgotten.
    pub fn mail(&mut self) -> Option<MailRoute> {
        const NAMES: [&str; 2] = ["GUESTLIST_SMTP_URL", "GUESTLIST_MAIL_FROM"];
        for (name, other) in [(NAMES[0], NAMES[1]), (NAMES[1], NAMES[0])] {
            if self.is_given(other) && !self.is_given(name) {
                self.refuse(name, format!("must be given, because {other} is"));
            }
        }
        let server = self.parsed(NAMES[0], parse_server);
        let from = self.parsed(NAMES[1], parse_sender);
        Some(MailRoute { server: server?, from: from? })
    }

    pub fn parsed<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(name)?;
        parse(&text).map_err(|why| self.refuse(name, why)).ok()
    }
}
