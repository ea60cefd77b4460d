//! What was typed, in words.

use std::collections::HashSet;

use super::Text;
use crate::invitations::{Bad, Checked, Known, MAX_AT_ONCE};
use crate::policy::Policy;
use crate::values::grouped;
use crate::web::flash::shortened;
use crate::web::invite::{AddressChip, InviteCheck, InviteWords, KnownAddress, MessagePreview};
use crate::web::mailto::{MailLinks, Separator};
use crate::web::moments::counted;

/// How many of a kind are named before the others are only counted.
const NAMED: usize = 10;

/// "1 developer", of a length.
pub fn many(n: usize, unit: &str) -> String {
    counted(i64::try_from(n).unwrap_or(i64::MAX), unit)
}

/// The words and the preview of a text that was looked at.
pub fn checked(checked: &Checked, policy: &Policy, text: &Text, delivers: bool) -> InviteCheck {
    let mut chips = Vec::new();
    let chip = |text: String, tone| AddressChip { text, tone, why: None };
    match checked.ready.len() {
        0 if checked.bad.is_empty() && checked.known.is_empty() => {}
        0 => chips.push(chip("Nobody is ready to invite".into(), "plain")),
        n if n > MAX_AT_ONCE => {
            chips.push(chip(format!("{} are too many at once; {MAX_AT_ONCE} can be invited", number(n)), "bad"));
        }
        n => chips.push(chip(format!("{} ready to invite", number(n)), "good")),
    }
    if let Some(duplicates) = duplicates(checked) {
        chips.push(chip(duplicates, "plain"));
    }
    chips.extend(bad(&checked.bad));
    let words = InviteWords { chips, known: known(&checked.known), notes: notes(checked, policy, delivers) };
    InviteCheck { words, preview: preview(checked, policy, text, delivers) }
}

/// "1,248".
pub fn number(n: usize) -> String {
    grouped(i64::try_from(n).unwrap_or(i64::MAX))
}

pub fn duplicates(checked: &Checked) -> Option<String> {
    let n = checked.duplicates.len();
    (n > 0).then(|| format!("{} left out", many(n, "duplicate")))
}

/// Those that are no addresses, each with its reason.
pub fn bad(bad: &[Bad]) -> Vec<AddressChip> {
    let named = bad.iter().take(NAMED).map(|bad| AddressChip {
        text: format!("Check: {}", shortened(&bad.text)),
        tone: "bad",
        why: Some(format!("{}.", bad.why)),
    });
    let others = and_more(bad.len()).map(|text| AddressChip { text, tone: "bad", why: None });
    named.chain(others).collect()
}

fn and_more(all: usize) -> Option<String> {
    (all > NAMED).then(|| format!("and {} more", number(all - NAMED)))
}

/// Those with a record, each with the way to it.
pub fn known(known: &[Known]) -> Vec<KnownAddress> {
    let named = known.iter().take(NAMED).map(|Known { email, developer }| KnownAddress {
        email: email.clone(),
        href: format!("/admin/developers/{}", developer.id),
        words: format!("is registered already ({})", developer.status.label().to_lowercase()),
    });
    named.collect()
}

/// "and 3 more are registered already".
pub fn more_known(checked: &Checked) -> Option<String> {
    let verb = if checked.known.len() == NAMED + 1 { "is" } else { "are" };
    and_more(checked.known.len()).map(|more| format!("{more} {verb} registered already"))
}

fn notes(checked: &Checked, policy: &Policy, delivers: bool) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(more_known(checked));
    if let Some(holders) = holders(checked).filter(|_| delivers) {
        notes.push(format!(
            "{holders}; Send from Guestlist leaves them out, because their link works ({})",
            named(checked, &checked.holders)
        ));
    }
    notes.extend(unwelcome(checked, delivers).filter(|_| policy.is_open()));
    notes
}

/// Those of the ready whose mailbox is one of these, as they were typed.
fn named(checked: &Checked, mailboxes: &HashSet<String>) -> String {
    let all = checked.ready.iter().filter(|email| mailboxes.contains(email.mailbox()));
    let named = all.take(NAMED).map(|email| email.as_str().to_owned());
    named.chain(and_more(mailboxes.len())).collect::<Vec<_>>().join(", ")
}

/// "2 hold an invitation already".
pub fn holders(checked: &Checked) -> Option<String> {
    match checked.holders.len() {
        0 => None,
        1 => Some("1 holds an invitation already".into()),
        n => Some(format!("{} hold an invitation already", number(n))),
    }
}

/// Why the open form, to which the message leads, admits not all of them.
pub fn no_entry(checked: &Checked, policy: &Policy, delivers: bool) -> Option<String> {
    closed(policy, delivers).or_else(|| unwelcome(checked, delivers))
}

fn closed(policy: &Policy, delivers: bool) -> Option<String> {
    let way_in = if delivers { "send from Guestlist" } else { "Guestlist sends one once mail is configured" };
    (!policy.is_open()).then(|| format!("The open form is closed. Only a personal link admits them: {way_in}."))
}

fn unwelcome(checked: &Checked, delivers: bool) -> Option<String> {
    let why = match checked.unwelcome.len() {
        0 => return None,
        1 => "1 cannot use the open form, because its domain is not allowed".into(),
        n => format!("{} cannot use the open form, because their domains are not allowed", number(n)),
    };
    let way_in = if delivers { ": send from Guestlist" } else { "" };
    Some(format!("{why}{way_in} ({})", named(checked, &checked.unwelcome)))
}

fn preview(checked: &Checked, policy: &Policy, text: &Text, delivers: bool) -> Option<MessagePreview> {
    let addresses: Vec<&str> = checked.ready.iter().map(|email| email.as_str()).collect();
    if addresses.is_empty() || addresses.len() > MAX_AT_ONCE {
        return None;
    }
    let MailLinks { links, has_text } = MailLinks::new(&addresses, &text.subject, &text.body, Separator::Comma);
    let mut notes = Vec::new();
    if links.len() > 1 {
        notes.push(format!("{}, because mail programs take only so many at once.", many(links.len(), "message")));
    }
    if !has_text {
        notes.push("The text is too long for a link: you copy it and paste it into the message.".into());
    }
    notes.extend(closed(policy, delivers));
    Some(MessagePreview {
        bcc: many(addresses.len(), "developer"),
        subject: text.subject.clone(),
        text: text.body.clone(),
        notes,
    })
}
