//! Times for people: how long ago, and exactly when.

use chrono::{DateTime, Utc};

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
        Self {
            iso: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            absolute: at.format("%-d %b %Y, %H:%M UTC").to_string(),
            relative: match (span(at, now), span(now, at)) {
                (Some(past), _) => format!("{past} ago"),
                (None, Some(future)) => format!("in {future}"),
                (None, None) => "just now".into(),
            },
        }
    }
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

/// "12,349".
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if n < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

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

    #[test]
    fn numbers_are_grouped() {
        let shown: Vec<_> = [0, 999, 1_000, 1_486, 1_000_000, -12_349].into_iter().map(grouped).collect();
        assert_eq!(shown, ["0", "999", "1,000", "1,486", "1,000,000", "-12,349"]);
    }
}
