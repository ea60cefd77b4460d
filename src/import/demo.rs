//! Made-up developers and what they build, so that a newcomer sees the desk at work.

mod applications;

use chrono::{TimeDelta, Utc};
use diesel::Connection;

use super::table;
use crate::audit::Occasion;
use crate::db::{Conn, QueryResult};
use crate::developers::{self, Decided, NewRecord, Status};
use crate::ids::DeveloperId;
use crate::values::{EmailAddress, LongText};

const COUNT: usize = 320;

const FIRST: [&str; 24] = [
    "Priya", "Tomás", "Wei-Ling", "Amara", "Jonas", "Sofia", "Dev", "Hannah", "Yuki", "Ines", "Olena", "Kwame",
    "Lucía", "Mehmet", "Astrid", "Noor", "Rafael", "Zoë", "Ivan", "Chiara", "Samuel", "Fatima", "Liam", "Anh",
];
const LAST: [&str; 23] = [
    "Raman",
    "Ortega",
    "Chen",
    "Okafor",
    "Lindqvist",
    "Rossi",
    "Patel",
    "Müller",
    "Tanaka",
    "Duarte",
    "Kovalenko",
    "Mensah",
    "Fernández",
    "Yılmaz",
    "Berg",
    "Haddad",
    "Souza",
    "van Dijk",
    "Petrov",
    "Bianchi",
    "Adeyemi",
    "Rahman",
    "Nguyễn",
];
const COMPANIES: [(&str, &str); 17] = [
    ("Northwind Logistics", "northwind"),
    ("Fintual", "fintual"),
    ("Harbor Lab", "harbor-lab"),
    ("Paywave", "paywave"),
    ("", "mailbox"),
    ("Comune di Torino", "comune-di-torino"),
    ("Quickship", "quickship"),
    ("Energie Süd", "energie-sued"),
    ("Tanaka Works", "tanaka-works"),
    ("Blue Fern Clinic", "bluefern"),
    ("Stadtwerke Lindau", "stadtwerke-lindau"),
    ("Orchard & Daughters", "orchard"),
    ("Kestrel Maps", "kestrel"),
    ("Nimbus Weather", "nimbus"),
    ("Open Ledger", "open-ledger"),
    ("Marula Foods", "marula"),
    ("Tidewater Bank", "tidewater"),
];
const PURPOSES: [&str; 13] = [
    "Track parcels in our warehouse app; about 50k calls a day",
    "Reconcile payouts nightly",
    "Research prototype for port congestion",
    "Move our merchant onboarding to your KYC API",
    "Side project",
    "Open data portal for mobility",
    "Rates and labels in the checkout",
    "Smart meter readings for tenants",
    "Replace the CSV upload by the orders API",
    "Mobile app, first release planned for spring",
    "Internal dashboards for the support team",
    "Compare your rates with ours",
    "",
];
const ADMINS: [&str; 3] = ["Kim Lee", "Marta Nowak", "Theo Brandt"];
const REFUSALS: [&str; 5] = [
    "Please apply with your company address.",
    "The purpose does not say what you want to build.",
    "",
    "We could not reach anybody at this company.",
    "This API is for partners only.",
];
const REVOCATIONS: [&str; 3] = ["Left the company.", "Calls exceeded what was agreed, twice.", "Contract ended."];

/// Fills an empty database; false when there are developers already.
///
/// # Errors
/// The database gave up; then nothing was written.
pub fn fill(conn: &mut Conn) -> QueryResult<bool> {
    let records: Vec<NewRecord> = (0..COUNT).filter_map(made_up).collect();
    conn.transaction(|conn| {
        if developers::any_exist(conn)? {
            return Ok(false);
        }
        let occasion = Occasion::system("demo");
        developers::enter(conn, &records, &occasion)?;
        applications::enter(conn, &records, &occasion)?;
        Ok(true)
    })
}

/// The nth person. Strides that share no factor with the lists keep the combinations apart.
fn made_up(n: usize) -> Option<NewRecord> {
    let (first, last) = (FIRST[n % FIRST.len()], LAST[n % LAST.len()]);
    let (company, domain) = COMPANIES[n * 5 % COMPANIES.len()];
    let status = match n * 7 % 20 {
        0..3 => Status::Requested,
        3..17 => Status::Approved,
        17..19 => Status::Rejected,
        _ => Status::Revoked,
    };
    let plain = |name: &str| name.to_lowercase().replace(' ', "-");
    let email = EmailAddress::parse(&format!("{}.{}@{domain}.example", plain(first), plain(last))).ok()?;
    let at = i64::try_from(n).ok()?;
    let age = match status {
        Status::Requested => TimeDelta::minutes(12 + at * at / 10),
        _ => TimeDelta::hours(30 + at * 17),
    };
    let requested_at = Utc::now() - age;
    let decided_at = requested_at + TimeDelta::minutes(20 + at * 13 % 1_400);
    let purpose = PURPOSES[n * 3 % PURPOSES.len()];
    let name = format!("{first} {last}");
    let record =
        table::record(DeveloperId::new(), email, status, (requested_at, decided_at), [&name, company, purpose]).ok()?;
    let reasons: &[&str] = match status {
        Status::Rejected => &REFUSALS,
        Status::Revoked => &REVOCATIONS,
        Status::Requested | Status::Approved => &[""],
    };
    let reason = LongText::parse(reasons[n % reasons.len()], "The reason").ok()?;
    let decided = Decided { at: decided_at, by: ADMINS[n % ADMINS.len()], reason };
    let is_proven = status == Status::Approved || !n.is_multiple_of(5);
    Some(NewRecord { is_proven, decided, ..record })
}
