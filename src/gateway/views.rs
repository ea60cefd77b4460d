//! Which of the instances knows of a change, in words.

use askama::Template;
use chrono::TimeDelta;

use super::pulse::BOUND;
use super::queries::Heard;
use crate::ids::DeveloperId;
use crate::values::grouped;

/// After this long something is wrong with an instance that does not know.
const LATE: TimeDelta = TimeDelta::seconds(10);

/// The version of an instance that has registered, and does not know of anything yet.
const READS: i64 = 1;

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
    pub instances: Vec<Instance>,
    /// Whether it will soon look different.
    pub polls: bool,
}

/// How far one instance has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    pub name: String,
    /// In a word or two.
    pub state: &'static str,
    /// "after 0.3 s, at version 4,821".
    pub words: String,
    /// "good", "warn" or "bad".
    pub tone: &'static str,
}

impl Spread {
    /// None where no instance has a say.
    pub(super) fn new(developer: DeveloperId, heard: &[Heard]) -> Option<Self> {
        let know: Vec<_> = heard.iter().filter(|heard| heard.knows).collect();
        let slowest = know.iter().filter_map(|heard| Some(heard.applied_at? - heard.changed_at)).max();
        let time = slowest.map(|slowest| format!(", {}", seconds(slowest))).unwrap_or_default();
        let instances: Vec<_> = heard.iter().map(Instance::new).collect();
        let has = |tone: &&str| instances.iter().any(|instance| instance.tone == *tone);
        let tone = ["bad", "warn"].into_iter().find(has).unwrap_or("good");
        let units = if heard.len() == 1 { "instance" } else { "instances" };
        (!heard.is_empty()).then(|| Self {
            developer: developer.to_string(),
            summary: format!("{} of {} {units}{time}", know.len(), heard.len()),
            tone,
            polls: know.len() < heard.len(),
            instances,
        })
    }
}

impl Instance {
    fn new(heard: &Heard) -> Self {
        let (silence, age) = (heard.now - heard.heard_at, heard.now - heard.changed_at);
        let is_silent = silence.to_std().is_ok_and(|silence| silence > BOUND);
        let late = if age >= LATE { "bad" } else { "warn" };
        let version = format!(", at version {}", grouped(heard.version));
        let (state, tone, words) = match (heard.knows, is_silent, heard.applied_at) {
            // As long as it takes: until then it lets nobody pass, or nobody but those who still may.
            (false, ..) if heard.version <= READS => ("Reads all keys", "warn", format!("for {}", seconds(silence))),
            (false, true, _) => {
                ("Does not know", late, format!("and was not heard from for {}{version}", seconds(silence)))
            }
            (false, false, _) => ("Does not know", late, format!("after {}{version}", seconds(age))),
            (true, true, _) => ("Silent", "warn", format!("for {}{version}", seconds(silence))),
            (true, false, Some(at)) => ("Knows", "good", format!("after {}{version}", seconds(at - heard.changed_at))),
            (true, false, None) => ("Knows", "good", format!("since it began{version}")),
        };
        Self { name: heard.instance.clone(), state, words, tone }
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
            version: 4_821,
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
        let told: Vec<_> = all.instances.iter().map(|one| (&*one.name, one.state, &*one.words)).collect();
        assert_eq!(
            told,
            [
                ("web1:8080", "Knows", "after 0.1 s, at version 4,821"),
                ("web2:8080", "Knows", "after 0.3 s, at version 4,821")
            ]
        );
        assert_eq!(spread(&two[..1]).summary, "1 of 1 instance, 0.1 s");
        let began_later = spread(&[Heard { applied_at: None, ..two[0].clone() }]);
        assert_eq!(began_later.summary, "1 of 1 instance");
        assert_eq!(began_later.instances[0].words, "since it began, at version 4,821");
        assert!(Spread::new(DeveloperId::new(), &[]).is_none());
    }

    #[test]
    fn who_does_not_know_is_named_and_after_ten_seconds_it_is_bad() {
        let now = Utc::now();
        let with = |other| spread(&[heard("web1:8080", now, 12_000, 200, Some(17)), other]);
        let early = with(heard("web2:8080", now, 2_000, 900, None));
        assert_eq!((early.summary.as_str(), early.tone, early.polls), ("1 of 2 instances, 0.1 s", "warn", true));
        assert_eq!(early.instances[1].words, "after 2.0 s, at version 4,821");
        let late = with(heard("web2:8080", now, 12_000, 900, None));
        assert_eq!((late.tone, late.instances[1].state), ("bad", "Does not know"));
        let silent = with(heard("web2:8080", now, 12_000, 75_000, None));
        let words = "and was not heard from for 75 s, at version 4,821";
        assert_eq!((silent.tone, silent.instances[1].words.as_str()), ("bad", words));
        let gone = with(heard("web2:8080", now, 12_000, 6_000, Some(20)));
        assert_eq!((gone.tone, gone.polls, gone.instances[1].state), ("warn", false, "Silent"));
        assert_eq!(gone.instances[1].words, "for 6.0 s, at version 4,821");
        let begins = with(Heard { version: 1, ..heard("web2:8080", now, 1_800_000, 2_100, None) });
        assert_eq!((begins.tone, begins.polls, begins.instances[1].state), ("warn", true, "Reads all keys"));
        assert_eq!(begins.instances[1].words, "for 2.1 s");
    }
}
