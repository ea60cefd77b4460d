//! Admins hear of new requests: at once, or once a day, each as they chose.

use chrono::{DateTime, Days, NaiveTime, Utc};

use crate::admins;
use crate::applications::Application;
use crate::db::{Conn, QueryResult};
use crate::desk::{Listed, Status, Tab};
use crate::developers::Developer;
use crate::outbox::{Kind, Letter, Post};
use crate::policy::Policy;
use crate::web::moments::counted;

/// The hour (UTC) from which the day's digest is written.
const DIGEST_HOUR: u32 = 7;

/// Writes to the admins who want to hear of each request.
pub fn tell_admins(
    conn: &mut Conn,
    developer: &Developer,
    (policy, post): (&Policy, &Post),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let about = [developer.organization.as_str(), developer.purpose.as_str()];
    let about: Vec<&str> = about.into_iter().filter(|text| !text.is_empty()).collect();
    let letter = |address: &str| {
        let values = vec![
            ("name", developer.shown_name().to_owned()),
            ("email", developer.email.clone()),
            ("about", about.join(": ")),
        ];
        let letter = Letter::new(Kind::RequestWaiting, address, values).about(developer.id);
        letter.linking(format!("/admin/developers/{}", developer.id))
    };
    admins::tell_at_once(conn, letter, (policy, post), now)
}

/// Writes today's digests that are not written yet, where anything waits. Safe to be called at any time and by any
/// number of instances.
///
/// # Errors
/// The database.
pub fn digest(conn: &mut Conn, post: &Post, now: DateTime<Utc>) -> QueryResult<()> {
    let addresses = admins::take_digests(conn, digest_due(now), now)?;
    if addresses.is_empty() {
        return Ok(());
    }
    let requested = Tab::One(Status::Requested);
    let (developers, applications) = (Developer::totals(conn)?.of(requested), Application::totals(conn)?.of(requested));
    let Some(words) = waiting(developers, applications) else { return Ok(()) };
    let list = if developers > 0 { "/admin/developers" } else { "/admin/applications" };
    let policy = Policy::read(conn)?;
    for address in addresses {
        let letter = Letter::new(Kind::RequestsDigest, &address, vec![("waiting", words.clone())]);
        post.enqueue(conn, &policy, &letter.linking(list), now)?;
    }
    Ok(())
}

/// "2 requests and 1 application are"; none where nothing waits.
fn waiting(developers: i64, applications: i64) -> Option<String> {
    let counts = [(developers, "request"), (applications, "application")];
    let parts: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| counted(*n, what)).collect();
    let verb = if developers + applications == 1 { "is" } else { "are" };
    (!parts.is_empty()).then(|| format!("{} {verb}", parts.join(" and ")))
}

/// The last time at which digests became due.
fn digest_due(now: DateTime<Utc>) -> DateTime<Utc> {
    let hour = NaiveTime::from_hms_opt(DIGEST_HOUR, 0, 0).unwrap_or_default();
    let today = now.date_naive().and_time(hour).and_utc();
    if today <= now { today } else { today.checked_sub_days(Days::new(1)).unwrap_or(today) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_in_words() {
        let words = |developers, applications| waiting(developers, applications).unwrap_or_default();
        assert_eq!(words(0, 0), "");
        assert_eq!([words(1, 0), words(0, 1)], ["1 request is", "1 application is"]);
        assert_eq!([words(2, 0), words(0, 1_200)], ["2 requests are", "1,200 applications are"]);
        assert_eq!(words(1, 1), "1 request and 1 application are");
    }

    #[test]
    fn digests_are_due_at_seven() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        assert_eq!(digest_due(at("2026-11-23T06:59:59Z")), at("2026-11-22T07:00:00Z"));
        assert_eq!(digest_due(at("2026-11-23T07:00:00Z")), at("2026-11-23T07:00:00Z"));
    }
}
