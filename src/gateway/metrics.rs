//! Numbers for Prometheus, in its text format.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Rises.
#[derive(Default)]
pub struct Count(AtomicU64);

impl Count {
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What one thread has answered: each counts for itself, so that none waits for another's memory.
#[derive(Default)]
pub struct Answers {
    pub good: Count,
    pub unknown: Count,
    pub forbidden: Count,
    pub undecided: Count,
    /// Whoever asked was no gateway.
    pub refused: Count,
}

/// What is counted here.
#[derive(Default)]
pub struct Numbers {
    threads: Mutex<Vec<Arc<Answers>>>,
    pub look_ups: Count,
    pub failed_look_ups: Count,
    pub changes: Count,
    pub reloads: Count,
}

impl Numbers {
    /// For a thread that answers.
    pub fn of_thread(&self) -> Arc<Answers> {
        let answers = Arc::<Answers>::default();
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&answers));
        answers
    }

    fn sum(&self, count: fn(&Answers) -> &Count) -> u64 {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.iter().map(|answers| count(answers).get()).sum()
    }
}

/// What the database counts: in the order of the table of moves.
pub struct Totals {
    pub developers: Vec<i64>,
    pub applications: Vec<i64>,
    pub mails_waiting: i64,
    pub mails_failed: i64,
}

/// What is shown besides the counts.
pub struct Levels {
    /// Keys in memory, and keys there are.
    pub keys: (usize, usize),
    /// None before the database was heard at all.
    pub silence: Option<Duration>,
    /// None where the database does not answer.
    pub totals: Option<Totals>,
}

const STATUSES: [&str; 4] = ["requested", "approved", "rejected", "revoked"];

/// A text that grows metric by metric.
#[derive(Default)]
struct Page(String);

impl Page {
    fn metric(&mut self, name: &str, kind: &str, help: &str, values: &[(&str, &dyn std::fmt::Display)]) {
        // A String takes all that is written to it.
        let _ = writeln!(self.0, "# HELP guestlist_{name} {help}\n# TYPE guestlist_{name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(self.0, "guestlist_{name}{labels} {value}");
        }
    }

    fn count(&mut self, name: &str, help: &str, value: u64) {
        self.metric(name, "counter", help, &[("", &value)]);
    }

    fn by_status(&mut self, name: &str, help: &str, counts: &[i64]) {
        let labels = STATUSES.map(|status| format!("{{status=\"{status}\"}}"));
        let values: Vec<_> =
            labels.iter().zip(counts).map(|(label, n)| (label.as_str(), n as &dyn std::fmt::Display)).collect();
        self.metric(name, "gauge", help, &values);
    }
}

/// The page for Prometheus.
pub fn page(numbers: &Numbers, levels: &Levels) -> String {
    let mut page = Page::default();
    page.metric(
        "gateway_checks_total",
        "counter",
        "Answers to gateways.",
        &[
            ("{answer=\"204\"}", &numbers.sum(|answers| &answers.good)),
            ("{answer=\"401\"}", &numbers.sum(|answers| &answers.unknown)),
            ("{answer=\"403\"}", &numbers.sum(|answers| &answers.forbidden)),
            ("{answer=\"503\"}", &numbers.sum(|answers| &answers.undecided)),
        ],
    );
    let refused = numbers.sum(|answers| &answers.refused);
    page.count("gateway_refused_total", "Requests of somebody who is no gateway.", refused);
    page.metric(
        "gateway_keys_in_memory",
        "gauge",
        "Keys that are answered without a look-up.",
        &[("", &levels.keys.0)],
    );
    page.metric("gateway_keys_known", "gauge", "Keys that exist, as far as was heard.", &[("", &levels.keys.1)]);
    page.count("gateway_look_ups_total", "Keys that the database was asked for.", numbers.look_ups.get());
    page.count("gateway_look_up_failures_total", "Look-ups without an answer.", numbers.failed_look_ups.get());
    page.count("gateway_changes_total", "Changes that were heard of.", numbers.changes.get());
    page.count("gateway_reloads_total", "How often all keys were read.", numbers.reloads.get());
    let silence = levels.silence.map_or(f64::INFINITY, |silence| silence.as_secs_f64());
    let silence = if silence.is_finite() { format!("{silence:.3}") } else { "+Inf".to_owned() };
    page.metric("gateway_silence_seconds", "gauge", "How long ago the database was heard.", &[("", &silence)]);
    page.metric("database_up", "gauge", "Whether the database answers.", &[("", &u8::from(levels.totals.is_some()))]);
    if let Some(totals) = &levels.totals {
        page.by_status("developers", "Developers by status.", &totals.developers);
        page.by_status("applications", "Applications by status.", &totals.applications);
        page.metric(
            "mails",
            "gauge",
            "Mails that are not sent.",
            &[("{state=\"waiting\"}", &totals.mails_waiting), ("{state=\"failed\"}", &totals.mails_failed)],
        );
    }
    page.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_count_for_themselves_and_are_summed_up() {
        let numbers = Numbers::default();
        let threads = [numbers.of_thread(), numbers.of_thread()];
        threads.iter().for_each(|answers| answers.good.add(2));
        threads[0].undecided.add(1);
        let text = page(&numbers, &Levels { keys: (3, 5), silence: None, totals: None });
        for line in [
            "guestlist_gateway_checks_total{answer=\"204\"} 4",
            "guestlist_gateway_checks_total{answer=\"503\"} 1",
            "guestlist_gateway_keys_in_memory 3",
            "guestlist_gateway_silence_seconds +Inf",
            "guestlist_database_up 0",
        ] {
            assert!(text.lines().any(|own| own == line), "{line} is missing in:\n{text}");
        }
        assert!(!text.contains("guestlist_developers"), "{text}");
    }

    #[test]
    fn what_the_database_counts_stands_by_status() {
        let totals =
            Totals { developers: vec![1, 2, 3, 4], applications: vec![5, 6, 7, 8], mails_waiting: 9, mails_failed: 10 };
        let silence = Some(Duration::from_millis(1_234));
        let text = page(&Numbers::default(), &Levels { keys: (0, 0), silence, totals: Some(totals) });
        for line in [
            "guestlist_gateway_silence_seconds 1.234",
            "guestlist_developers{status=\"approved\"} 2",
            "guestlist_applications{status=\"revoked\"} 8",
            "guestlist_mails{state=\"failed\"} 10",
        ] {
            assert!(text.lines().any(|own| own == line), "{line} is missing in:\n{text}");
        }
    }
}
