//! Every variable, setting and placeholder, as the file `docs/settings.md`: made from the tables that the program itself
//! reads.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::admins::Notices;
use crate::config::VARIABLES;
use crate::outbox;
use crate::policy::{Kind, SETTINGS, Setting};

/// The file's text.
pub fn markdown() -> String {
    let mut text = String::new();
    // A String takes whatever it is given.
    let _ = write(&mut text);
    text
}

fn write(out: &mut String) -> fmt::Result {
    writeln!(out, "# Settings\n")?;
    writeln!(
        out,
        "Facts of a deployment are variables of the environment; a wrong one stops the start. Everything else is chosen \
         on the page\n`/admin/settings` and kept in the database; every change is an entry of the log with old and new \
         value.\n\nThis file is made by `guestlist check-config --markdown`.\n"
    )?;
    variables(out)?;
    settings(out)?;
    notices(out)?;
    mails(out)
}

fn variables(out: &mut String) -> fmt::Result {
    writeln!(out, "## Variables\n\nEach may also be given as `NAME_FILE`, a file that holds the value.\n")?;
    table(out, ["variable", "default", "effect"])?;
    for variable in VARIABLES {
        row(out, [&code(variable.name), variable.default, variable.effect])?;
    }
    writeln!(out)
}

fn settings(out: &mut String) -> fmt::Result {
    writeln!(out, "## Settings\n")?;
    table(out, ["setting", "key", "what it can be", "default", "effect"])?;
    for setting in SETTINGS {
        row(out, [setting.label, &code(setting.key), &values(setting.kind), &usual(setting), setting.effect])?;
    }
    writeln!(out)
}

fn values(kind: Kind) -> String {
    match kind {
        Kind::Line { max, may_be_empty: true } => format!("a line of up to {max} characters, or nothing"),
        Kind::Line { max, may_be_empty: false } => format!("a line of up to {max} characters"),
        Kind::Text => "a text of up to 2,000 characters, or nothing".into(),
        Kind::Switch => "`on`, `off`".into(),
        Kind::Choice(choices) => words(choices),
        Kind::Email => "an email address, or nothing".into(),
        Kind::Domains => "domains, separated by lines, commas or spaces, or nothing".into(),
    }
}

fn usual(setting: &Setting) -> String {
    match setting.kind {
        _ if setting.default.is_empty() => "nothing".into(),
        Kind::Switch | Kind::Choice(_) => code(setting.default),
        Kind::Line { .. } | Kind::Text | Kind::Email | Kind::Domains => setting.default.into(),
    }
}

fn notices(out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "## Notices\n\nEach admin chooses on the same page when to hear of new requests: {}. The default is {}.\n",
        words(Notices::CHOICES),
        code(Notices::AtOnce.as_str()),
    )
}

fn mails(out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "## Mail texts\n\nSubject and text of each mail can be changed on `/admin/settings/mails`. A word in braces is \
         replaced when the mail is written;\na paragraph that is empty then is left out.\n"
    )?;
    table(out, ["mail", "keys", "usual subject", "placeholders"])?;
    let mut meanings = BTreeMap::new();
    for kind in outbox::Kind::ALL {
        let keys = format!("{}, {}", code(&kind.subject_key()), code(&kind.body_key()));
        let names: Vec<String> = kind.placeholders().map(|own| placeholder(own.name)).collect();
        row(out, [kind.label(), &keys, kind.subject(), &names.join(" ")])?;
        meanings.extend(kind.placeholders().map(|own| (own.name, own.meaning)));
    }
    writeln!(out)?;
    table(out, ["placeholder", "what takes its place"])?;
    meanings.into_iter().try_for_each(|(name, meaning)| row(out, [&placeholder(name), meaning]))
}

fn placeholder(name: &str) -> String {
    format!("`{{{name}}}`")
}

fn code(word: &str) -> String {
    format!("`{word}`")
}

/// "`at_once` (At once), `never` (Never)".
fn words(choices: &[(&str, &str)]) -> String {
    let choices: Vec<String> = choices.iter().map(|(word, label)| format!("{} ({label})", code(word))).collect();
    choices.join(", ")
}

fn table<const N: usize>(out: &mut String, heads: [&str; N]) -> fmt::Result {
    row(out, heads)?;
    row(out, ["---"; N])
}

fn row<const N: usize>(out: &mut String, cells: [&str; N]) -> fmt::Result {
    let cells = cells.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
    writeln!(out, "| {} |", cells.join(" | "))
}
