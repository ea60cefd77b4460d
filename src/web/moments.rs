//! Times for people: how long ago, and exactly when.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

use crate::values::grouped;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A point in time as a page shows it.
#[derive(Clone, Debug)]
pub struct Moment {
    /// For machines: `2026-11-20T09:01:21Z`.
    pub iso: String,
    /// In full: `20 Nov 2026, 09:01 UTC`.
    pub absolute: String,
    /// For a glance: `4 days ago`.
    pub relative: String,
}

impl Moment {
    pub fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        // By hand: a page has up to two hundred of them, and chrono reads its format anew for each.
        let (year, month, day, hour, minute) = (at.year(), at.month(), at.day(), at.hour(), at.minute());
        let name = MONTHS.get(at.month0() as usize).copied().unwrap_or_default();
        Self {
            iso: format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", at.second()),
            absolute: format!("{day} {name} {year}, {hour:02}:{minute:02} UTC"),
            relative: match (span(at, now), span(now, at)) {
                (Some(past), _) => format!("{past} ago"),
                (None, Some(future)) => format!("in {future}"),
                (None, None) => "just now".into(),
            },
        }
    }
}

/// "30 Nov 2026".
pub fn day(date: NaiveDate) -> String {
    let month = MONTHS.get(date.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {:04}", date.day(), date.year())
}

/// How long ago, in the largest unit that is whole: "4 days". None within the last minute and for what is to come,
/// because two clocks never agree.
pub fn span(at: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    let minutes = (now - at).num_minutes();
    let (n, unit) = match minutes {
        ..1 => return None,
        1..60 => (minutes, "minute"),
        60..1_440 => (minutes / 60, "hour"),
        1_440..43_200 => (minutes / 1_440, "day"),
        43_200..525_600 => (minutes / 43_200, "month"),
        _ => (minutes / 525_600, "year"),
    };
    Some(counted(n, unit))
}

/// "1 day", "2 days".
pub fn counted(n: i64, unit: &str) -> String {
    format!("{} {unit}{}", grouped(n), if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_moment_is_exact_in_its_title() {
        let at = DateTime::parse_from_rfc3339("2026-11-02T09:01:07Z").unwrap().to_utc();
        let moment = Moment::new(at, at + TimeDelta::days(4));
        assert_eq!(moment.iso, "2026-11-02T09:01:07Z");
        assert_eq!((moment.absolute.as_str(), moment.relative.as_str()), ("2 Nov 2026, 09:01 UTC", "4 days ago"));
    }

    #[test]
    fn spans_use_the_largest_whole_unit() {
        let now = Utc::now();
        let ago = |delta| span(now - delta, now).unwrap_or_default();
        assert_eq!(ago(TimeDelta::seconds(59)), "");
        assert_eq!(ago(TimeDelta::minutes(1)), "1 minute");
        assert_eq!(ago(TimeDelta::minutes(119)), "1 hour");
        assert_eq!(ago(TimeDelta::days(4)), "4 days");
        assert_eq!(ago(TimeDelta::days(59)), "1 month");
        assert_eq!(ago(TimeDelta::days(800)), "2 years");
        assert_eq!(ago(TimeDelta::days(-2)), "");
        assert_eq!(Moment::new(now + TimeDelta::days(2), now).relative, "in 2 days");
    }
}
