//! What some of the made-up developers build. The secrets of their keys are thrown away.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ADMINS, REFUSALS};
use crate::applications::{self, ApplicationName, CallbackUrl, Details};
use crate::audit::Occasion;
use crate::db::{Conn, QueryResult};
use crate::developers::{NewRecord, Status};
use crate::ids::ApplicationId;
use crate::keys::{self, Holder, KeyName, Past};
use crate::values::LongText;

const BUILT: [(&str, &str, &str); 11] = [
    ("Checkout", "Rates and labels while customers pay", "https://shop.example/callback"),
    ("Warehouse sync", "Parcels in and out, every minute", ""),
    ("Mobile app", "iOS and Android; first release planned for spring", "https://app.example/signed-in"),
    ("Nightly payouts", "Reconciles payouts with our ledger at 02:00 UTC", ""),
    ("Staging", "", "http://localhost:3000/callback"),
    ("Route planner", "Shortest way through the port, with congestion", "https://routes.example/oauth"),
    ("Tenant portal", "Smart meter readings, once an hour and flat", "https://tenants.example/back"),
    ("Support dashboard", "What our support team sees of an order", ""),
    ("Price watch", "Compares rates once a day", ""),
    ("Open data mirror", "", "https://data.example/hook"),
    ("Partner gateway", "Passes orders on to three partners", "https://partners.example/return"),
];
const KEYS: [&str; 4] = ["Production", "Staging", "CI", "Laptop of the on-call engineer"];

/// Applications and keys of some who are, or were, approved.
pub fn enter(conn: &mut Conn, developers: &[NewRecord], occasion: &Occasion) -> QueryResult<()> {
    let had_access = developers.iter().filter(|one| matches!(one.status, Status::Approved | Status::Revoked));
    let builders = had_access.enumerate().filter(|(n, _)| n % 3 != 2);
    let owners = builders.flat_map(|(n, owner)| std::iter::repeat_n(owner, if n % 5 == 0 { 2 } else { 1 }));
    let built: Vec<_> = owners.enumerate().filter_map(|(n, owner)| made_up(n, owner, occasion.at)).collect();
    applications::enter(conn, &built, occasion)?;
    let with_keys =
        built.iter().enumerate().filter(|(_, one)| matches!(one.status, Status::Approved | Status::Revoked));
    let keys: Vec<Past> = with_keys.flat_map(|(n, one)| keys_of(n, one, developers, occasion.at)).collect();
    keys::enter(conn, &keys, occasion)
}

/// Since when and until when somebody could build.
fn access(owner: &NewRecord, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    match owner.status {
        Status::Revoked => (owner.requested_at, owner.decided.at),
        _ => (owner.decided.at, now),
    }
}

/// The nth application.
fn made_up(n: usize, owner: &NewRecord, now: DateTime<Utc>) -> Option<applications::NewRecord> {
    let (name, description, callback_url) = BUILT[n * 4 % BUILT.len()];
    let status = match n * 5 % 18 {
        0 | 1 => Status::Requested,
        2 => Status::Rejected,
        3 => Status::Revoked,
        _ => Status::Approved,
    };
    let at = i64::try_from(n).ok()?;
    let (since, until) = access(owner, now);
    let age = (until - since).num_minutes();
    let requested_at = match status {
        Status::Requested => until - TimeDelta::minutes((5 + at * at / 20).min(age)),
        _ => since + TimeDelta::minutes(age / 4),
    };
    let (by, reason) = match status {
        Status::Approved | Status::Requested => ("auto-approval", ""),
        Status::Rejected => (ADMINS[n % ADMINS.len()], REFUSALS[n % REFUSALS.len()]),
        Status::Revoked => (ADMINS[n % ADMINS.len()], "Too many calls that nobody waits for."),
    };
    let waited = if status == Status::Approved { 0 } else { age / 8 };
    Some(applications::NewRecord {
        id: ApplicationId::new(),
        developer: owner.id,
        email: owner.email.clone(),
        details: Details {
            name: ApplicationName::parse(name).ok()?,
            description: LongText::parse(description, "The description").ok()?,
            callback_url: CallbackUrl::parse(callback_url).ok()?,
        },
        status,
        requested_at,
        decided: (requested_at + TimeDelta::minutes(waited), by, LongText::parse(reason, "The reason").ok()?),
    })
}

/// One key, or two.
fn keys_of(n: usize, of: &applications::NewRecord, developers: &[NewRecord], now: DateTime<Utc>) -> Vec<Past> {
    let Some(owner) = developers.iter().find(|one| one.id == of.developer) else { return Vec::new() };
    let (_, until) = access(owner, now);
    let holder = Holder {
        application: of.id,
        application_name: of.details.name.as_str().to_owned(),
        developer: owner.id,
        developer_name: owner.name.as_ref().map_or_else(String::new, |name| name.as_str().to_owned()),
        email: owner.email.as_str().to_owned(),
    };
    let key = |i: usize| {
        let seed = n * 3 + i;
        let minutes = i64::try_from(seed * seed * 7 % 9_000).ok()?;
        let created_at = of.decided.0 + (until - of.decided.0) / 10;
        let is_revoked = seed % 7 == 4;
        Some(Past {
            holder: holder.clone(),
            name: KeyName::parse(KEYS[i + usize::from(i > 0) * (n % 3)]).ok()?,
            created_at,
            expires_at: (seed % 6 == 2).then(|| now + TimeDelta::days(if n.is_multiple_of(2) { 5 } else { 200 })),
            revoked_at: is_revoked.then(|| created_at + (until - created_at) / 2),
            last_used_at: (seed % 5 != 3 && !is_revoked).then(|| created_at.max(until - TimeDelta::minutes(minutes))),
        })
    };
    (0..1 + n % 2).filter_map(key).collect()
}
