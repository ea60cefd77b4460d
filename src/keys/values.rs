//! What a developer says of a key.

use std::fmt;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, Utc};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::ids::{ApplicationId, KeyId};
use crate::values::{Refused, short_text};
use crate::web::moments::day;

/// How a key is called: 1 to 200 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    pub const MAX: usize = 200;

    /// # Errors
    /// A sentence that says what is wrong with the name.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        match short_text(text, "The name", Self::MAX)? {
            name if name.is_empty() => Err(Refused("Enter a name, to tell this key from others".into())),
            name => Ok(Self(name)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// When a key stops working: at the end of a day (UTC), or never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expiry(Option<DateTime<Utc>>);

impl Expiry {
    const MAX_YEARS: u32 = 10;

    /// Empty is never; else the last day on which the key works, `2027-06-30`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the day.
    pub fn parse(text: &str, now: DateTime<Utc>) -> Result<Self, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        let Some(last) = date(text) else {
            return Err(Refused("Enter the day as year-month-day, for example 2027-06-30".into()));
        };
        let today = now.date_naive();
        if last < today {
            return Err(Refused("This day is over; choose one to come".into()));
        }
        let latest = today.checked_add_months(Months::new(12 * Self::MAX_YEARS)).unwrap_or(NaiveDate::MAX);
        if last > latest {
            let years = Self::MAX_YEARS;
            return Err(Refused(format!("A key works for at most {years} years: choose a day up to {}", day(latest))));
        }
        Ok(Self(last.checked_add_days(Days::new(1)).map(|after| after.and_time(NaiveTime::MIN).and_utc())))
    }

    /// The first moment at which the key does not work.
    pub fn at(self) -> Option<DateTime<Utc>> {
        self.0
    }
}

/// Which showing of a form asks for a key: the same form sent again, as by a reload, asks for the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once(Uuid);

impl Once {
    /// For a form that is about to be shown.
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }

    /// None where no page of ours holds such a text, or one dated more than a day ahead; whoever sends it asks for a new
    /// key each time.
    pub fn parse(text: &str, now: DateTime<Utc>) -> Option<Self> {
        let once = Self(Uuid::try_parse(text).ok()?);
        let is_ours = once.0.get_version_num() == 7 && once.to_string() == text;
        let latest = u64::try_from((now + Days::new(1)).timestamp_millis()).unwrap_or_default();
        (is_ours && once.milliseconds() < latest).then_some(once)
    }

    /// When its form was shown, since 1970.
    fn milliseconds(self) -> u64 {
        self.0.as_u64_pair().0 >> 16
    }

    /// The id of the key that it asks for. The application's id goes into it, so that nobody meets other people's keys
    /// by asking, nor learns which there are. It begins with the form's time: lists go by ids.
    pub fn key_of(self, application: ApplicationId) -> KeyId {
        let mixed = Sha256::digest([*application.0.as_bytes(), *self.0.as_bytes()].concat());
        let mut end = [0; 10];
        end.copy_from_slice(&mixed[..10]);
        KeyId(Builder::from_unix_timestamp_millis(self.milliseconds(), &end).into_uuid())
    }
}

impl fmt::Display for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// Digits in their places only: chrono would take signs and short years as well.
fn date(text: &str) -> Option<NaiveDate> {
    let fits = |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    let has_form = text.len() == 10 && text.bytes().enumerate().all(fits);
    has_form.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_works_until_the_end_of_its_day() {
        let now = DateTime::parse_from_rfc3339("2026-11-24T13:00:00Z").unwrap().to_utc();
        let at = |text: &str| Expiry::parse(text, now).map(|expiry| expiry.at().map(|at| at.to_rfc3339()));
        assert_eq!(at(" "), Ok(None));
        assert_eq!(at("2026-11-24"), Ok(Some("2026-11-25T00:00:00+00:00".into())));
        assert_eq!(at(" 2028-02-29 "), Ok(Some("2028-03-01T00:00:00+00:00".into())));
        assert!(at("2036-11-24").is_ok());
        for bad in
            ["2026-11-23", "2036-11-25", "2027-02-29", "2027-6-30", "+027-06-30", "30.06.2027", "9999-12-31", "never"]
        {
            assert!(at(bad).is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn a_form_asks_for_one_key_of_one_application() {
        let (once, weather, maps) = (Once::fresh(), ApplicationId::new(), ApplicationId::new());
        let now = Utc::now();
        assert_eq!(Once::parse(&once.to_string(), now), Some(once));
        assert_eq!(Once::parse(&once.to_string(), now - Days::new(2)), None, "it would be the newest for days");
        let key = once.key_of(weather);
        assert_eq!(key, once.key_of(weather));
        assert_eq!((key.0.get_version_num(), key.0.as_u64_pair().0 >> 16), (7, once.milliseconds()));
        assert_ne!(key.0, once.0);
        assert_ne!(key, once.key_of(maps));
        assert_ne!(key, Once::fresh().key_of(weather));
        let (short, other) = (once.0.simple().to_string(), Uuid::new_v4().to_string());
        for bad in ["", " ", "x", &short, &other, &format!("{{{once}}}"), &once.to_string().to_uppercase()] {
            assert_eq!(Once::parse(bad, now), None, "{bad}");
        }
    }

    #[test]
    fn a_key_has_a_name() {
        assert_eq!(KeyName::parse(" Production ").map(|name| name.as_str().to_owned()), Ok("Production".into()));
        for bad in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert!(KeyName::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
