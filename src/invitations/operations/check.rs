//! What was typed, sorted: who can be invited, and who cannot and why.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::db::{Conn, QueryResult};
use crate::developers::{self, Developer};
use crate::invitations::addresses::addresses;
use crate::invitations::queries;
use crate::policy::Policy;
use crate::values::EmailAddress;

/// Who has a record already.
#[derive(Clone, Debug)]
pub struct Known {
    pub email: String,
    pub developer: Developer,
}

/// What is no address, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    pub text: String,
    pub why: String,
}

/// The addresses of a text, each once.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Who can be invited, in the order in which they were typed.
    pub ready: Vec<EmailAddress>,
    /// Those of them who hold a personal link that works; their mailboxes.
    pub holders: HashSet<String>,
    /// Those of them whose domain may not register by the open form; their mailboxes.
    pub unwelcome: HashSet<String>,
    /// Those that stand there a second time.
    pub duplicates: Vec<String>,
    pub known: Vec<Known>,
    pub bad: Vec<Bad>,
}

impl Checked {
    /// Who gets a mail from here: whoever holds no link that works.
    pub fn without_link(&self) -> Vec<&EmailAddress> {
        self.ready.iter().filter(|email| !self.holders.contains(email.mailbox())).collect()
    }

    pub fn all_ready(&self) -> Vec<&EmailAddress> {
        self.ready.iter().collect()
    }

    /// What has to be mended, as it goes back into the box.
    pub fn rest(&self) -> String {
        self.bad.iter().map(|bad| bad.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

pub fn check(conn: &mut Conn, typed: &str, policy: &Policy, now: DateTime<Utc>) -> QueryResult<Checked> {
    let mut checked = Checked::default();
    let mut seen = HashSet::new();
    for text in addresses(typed) {
        match EmailAddress::parse(&text) {
            Err(why) => checked.bad.push(Bad { text, why: why.0 }),
            Ok(email) if seen.insert(email.mailbox().to_owned()) => checked.ready.push(email),
            Ok(_) => checked.duplicates.push(text),
        }
    }
    let mailboxes: Vec<&str> = checked.ready.iter().map(EmailAddress::mailbox).collect();
    let developers = developers::by_mailboxes(conn, &mailboxes)?;
    let open = queries::open(conn, &mailboxes)?;
    let mut developers: HashMap<String, Developer> =
        developers.into_iter().map(|developer| (developer.mailbox.clone(), developer)).collect();
    let (known, ready): (Vec<_>, Vec<_>) =
        checked.ready.into_iter().partition(|email| developers.contains_key(email.mailbox()));
    let known = known.into_iter().filter_map(|email| {
        let developer = developers.remove(email.mailbox())?;
        Some(Known { email: email.as_str().to_owned(), developer })
    });
    checked.known = known.collect();
    checked.ready = ready;
    checked.holders =
        open.into_iter().filter(|open| open.state(now).is_live()).map(|open| open.invitation.mailbox).collect();
    let unwelcome = checked.ready.iter().filter(|email| !policy.admits(email));
    checked.unwelcome = unwelcome.map(|email| email.mailbox().to_owned()).collect();
    Ok(checked)
}
