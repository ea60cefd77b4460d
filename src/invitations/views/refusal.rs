//! Why nobody was invited.

use super::check::number;
use crate::invitations::{Checked, MAX_AT_ONCE, Via};
use crate::throttles::Shortage;
use crate::throttles::{INVITE_ADMIN, Rule};
use crate::web::chrome::{ErrorSummary, Link};
use crate::web::invite::{Invite, InviteCheck};

pub const NO_MAIL: &str = "Mail is not configured, so Guestlist cannot send it; open it in your email app";

/// What one admin may send within a day.
const DAILY: i32 = match INVITE_ADMIN {
    Rule::Window { limit, .. } => limit,
    Rule::Growing { free, .. } => free,
};

pub fn nobody(checked: &Checked, via: Via) -> String {
    let has_holders = via == Via::Server && !checked.ready.is_empty();
    match (has_holders, checked.known.is_empty(), checked.bad.is_empty()) {
        (false, true, true) => "Enter at least one email address".into(),
        (true, true, true) => "Whoever stands here holds an invitation already".into(),
        (false, false, true) => "Whoever stands here is registered already".into(),
        (false, true, false) => "None of these is an email address".into(),
        _ => "Nobody here can be invited".into(),
    }
}

pub fn too_many(checked: &Checked) -> String {
    format!("These are {} people; at most {MAX_AT_ONCE} can be invited at once", number(checked.ready.len()))
}

pub fn day_limit(checked: &Checked, Shortage { left, .. }: Shortage) -> String {
    let asked = number(checked.without_link().len());
    match left {
        ..=0 => {
            format!("One admin can send {DAILY} invitations within a day, and you have; your email app has no limit")
        }
        left => {
            format!("One admin can send {DAILY} invitations within a day; you have {left} left, and these are {asked}")
        }
    }
}

/// The box with what was typed, and why nobody was invited.
pub fn refused(invite: Invite, typed: &str, check: InviteCheck, why: String) -> Invite {
    let links = vec![Link { label: why.clone(), href: "#addresses".into() }];
    let error_summary = Some(ErrorSummary { title: "There is a problem", links });
    Invite { addresses: typed.to_owned(), error: Some(why), error_summary, check, ..invite }
}
