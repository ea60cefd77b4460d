//! What became of a press on one of the buttons.

use super::Text;
use super::check::{bad, duplicates, holders, known, many, more_known, no_entry, number};
use crate::invitations::{Checked, Invited};
use crate::web::invite::{AddressChip, Invite, InviteCheck, InviteResult, InviteWords, PreparedMessage};
use crate::web::mailto::{Separator, ShownLinks, people};

/// The message for the admin's mail program.
pub fn prepared(invite: Invite, invited: &Invited, text: &Text, separator: Separator) -> Invite {
    let addresses: Vec<&str> = invited.reached.iter().map(|email| email.as_str()).collect();
    let prepared = PreparedMessage {
        links: ShownLinks::new(&addresses, &text.subject, &text.body, separator),
        message: format!("{}\n\n{}", text.subject, text.body),
    };
    let words = format!("Prepared for {}. Guestlist does not know whether it was sent.", people(addresses.len()));
    let mut others = others(&invited.checked, None);
    others.notes.extend(no_entry(&invited.checked, &invited.policy, invite.delivers));
    let result = InviteResult { words, farewell: None, others, prepared: Some(prepared) };
    with_rest(Invite { result: Some(result), ..invite }, &invited.checked)
}

/// Mails that wait in the outbox.
pub fn queued(invite: Invite, invited: &Invited) -> Invite {
    let Invited { checked, reached, .. } = invited;
    let words = match reached.len() {
        1 => "1 invitation is on its way.".into(),
        n => format!("{} are on their way.", many(n, "invitation")),
    };
    let farewell = match checked.known.len() + checked.holders.len() {
        0 => words.clone(),
        n => format!("{words} Left out: {}, registered or invited already.", people(n)),
    };
    let others = others(checked, holders(checked));
    let result = InviteResult { words, farewell: Some(farewell), others, prepared: None };
    with_rest(Invite { result: Some(result), ..invite }, checked)
}

/// Those who were left out and need no mending.
fn others(checked: &Checked, holders: Option<String>) -> InviteWords {
    let duplicates = duplicates(checked).map(|text| AddressChip { text, tone: "plain", why: None });
    InviteWords {
        chips: duplicates.into_iter().collect(),
        known: known(&checked.known),
        notes: [more_known(checked), holders, unmended(checked)].into_iter().flatten().collect(),
    }
}

fn unmended(checked: &Checked) -> Option<String> {
    match checked.bad.len() {
        0 => None,
        1 => Some("1 needs mending and stays in the box below".into()),
        n => Some(format!("{} need mending and stay in the box below", number(n))),
    }
}

/// What has to be mended stays in the box.
fn with_rest(invite: Invite, checked: &Checked) -> Invite {
    let words = InviteWords { chips: bad(&checked.bad), ..InviteWords::default() };
    Invite { addresses: checked.rest(), check: InviteCheck { words, preview: None }, ..invite }
}
