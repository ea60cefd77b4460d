//! Which of the instances knows of a change, in words.

use askama::Template;
use chrono::TimeDelta;

use super::pulse::BOUND;
use super::queries::Heard;
use crate::ids::DeveloperId;

/// After this long something is wrong with an instance that does not know.
const LATE: TimeDelta = TimeDelta::seconds(10);

/// The part by itself, as it is fetched again and again until all know.
#[derive(Template)]
#[template(path = "gateway/_spread.html")]
pub struct SpreadAlone {
    pub spread: Spread,
}

/// Who knows of the newest change of a developer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The developer's id.
    pub developer: String,
    /// "2 of 2 instances, 0.3 s".
    pub summary: String,
    /// "good", "warn" or "bad".
    pub tone: &'static str,
    /// Those that do not know, or cannot be told.
    pub laggards: Vec<Laggard>,
    /// Whether it will soon look different.
    pub polls: bool,
}

/// An instance that is behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Laggard {
    pub instance: String,
    /// In a word or two.
    pub state: &'static str,
    /// What there is to add.
    pub words: String,
    /// "warn" or "bad".
    pub tone: &'static str,
}

impl Spread {
    /// None where no instance has a say.
    pub(super) fn new(developer: DeveloperId, heard: &[Heard]) -> Option<Self> {
        let know: Vec<_> = heard.iter().filter(|heard| heard.knows).collect();
        let slowest = know.iter().filter_map(|heard| Some(heard.applied_at? - heard.changed_at)).max();
        let time = slowest.map(|slowest| format!(", {}", seconds(slowest))).unwrap_or_default();
        let laggards: Vec<_> = heard.iter().filter_map(Laggard::of).collect();
        let tone = match laggards.iter().any(|laggard| laggard.tone == "bad") {
            true => "bad",
            false if laggards.is_empty() => "good",
            false => "warn",
        };
        let instances = if heard.len() == 1 { "instance" } else { "instances" };
        (!heard.is_empty()).then(|| Self {
            developer: developer.to_string(),
            summary: format!("{} of {} {instances}{time}", know.len(), heard.len()),
            tone,
            polls: know.len() < heard.len(),
            laggards,
        })
    }
}

impl Laggard {
    fn of(heard: &Heard) -> Option<Self> {
        let (silence, age) = (heard.now - heard.heard_at, heard.now - heard.changed_at);
        let is_silent = silence.to_std().is_ok_and(|silence| silence > BOUND);
        let words = match (heard.knows, is_silent) {
            (true, false) => return None,
            (_, true) => format!("has heard nothing for {} and lets nobody pass", seconds(silence)),
            (false, false) => format!("after {}", seconds(age)),
        };
        let state = if heard.knows { "Silent" } else { "Does not know" };
        let tone = if !heard.knows && age >= LATE { "bad" } else { "warn" };
        Some(Self { instance: heard.instance.clone(), state, words, tone })
    }
}

/// "0.3 s", "75 s".
fn seconds(span: TimeDelta) -> String {
    let tenths = ((span.num_milliseconds() + 99) / 100).max(1);
    match tenths {
        ..100 => format!("{}.{} s", tenths / 10, tenths % 10),
        _ => format!("{} s", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn heard(instance: &str, now: DateTime<Utc>, age: i64, silence: i64, applied_after: Option<i64>) -> Heard {
        let changed_at = now - TimeDelta::milliseconds(age);
        Heard {
            instance: instance.into(),
            changed_at,
            heard_at: now - TimeDelta::milliseconds(silence),
            knows: applied_after.is_some(),
            applied_at: applied_after.map(|after| changed_at + TimeDelta::milliseconds(after)),
            now,
        }
    }

    fn spread(heard: &[Heard]) -> Spread {
        Spread::new(DeveloperId::new(), heard).unwrap()
    }

    #[test]
    fn all_know() {
        let now = Utc::now();
        let two = [heard("web1:8080", now, 4_000, 200, Some(17)), heard("web2:8080", now, 4_000, 900, Some(280))];
        let all = spread(&two);
        assert_eq!((all.summary.as_str(), all.tone, all.polls), ("2 of 2 instances, 0.3 s", "good", false));
        assert!(all.laggards.is_empty());
        assert_eq!(spread(&two[..1]).summary, "1 of 1 instance, 0.1 s");
        let began_later = Heard { applied_at: None, ..two[0].clone() };
        assert_eq!(spread(&[began_later]).summary, "1 of 1 instance");
        assert!(Spread::new(DeveloperId::new(), &[]).is_none());
    }

    #[test]
    fn who_does_not_know_is_named_and_after_ten_seconds_it_is_bad() {
        let now = Utc::now();
        let knows = heard("web1:8080", now, 12_000, 200, Some(17));
        let early = spread(&[knows.clone(), heard("web2:8080", now, 2_000, 900, None)]);
        assert_eq!((early.summary.as_str(), early.tone, early.polls), ("1 of 2 instances, 0.1 s", "warn", true));
        assert_eq!(early.laggards[0].words, "after 2.0 s");
        let late = spread(&[knows.clone(), heard("web2:8080", now, 12_000, 900, None)]);
        assert_eq!((late.tone, late.laggards[0].instance.as_str()), ("bad", "web2:8080"));
        let silent = spread(&[knows.clone(), heard("web2:8080", now, 12_000, 75_000, None)]);
        let words = "has heard nothing for 75 s and lets nobody pass";
        assert_eq!((silent.tone, silent.laggards[0].words.as_str()), ("bad", words));
        let gone = spread(&[knows, heard("web2:8080", now, 12_000, 6_000, Some(20))]);
        assert_eq!((gone.tone, gone.polls), ("warn", false));
        assert_eq!(gone.laggards[0].words, "has heard nothing for 6.0 s and lets nobody pass");
    }
}
