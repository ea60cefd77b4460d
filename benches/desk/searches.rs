//! How long the database takes for every kind of search.

use crate::Anyhow;
use crate::ground::Ground;
use crate::recorder::Recorder;

pub const RARE: &str = "quokkafax";
pub const COMMON: &str = "martin";

const TABS: [&str; 5] = ["requested", "approved", "rejected", "revoked", "all"];

/// What is typed, and of what kind it is. How often each occurs stands in `people.sql`.
const TERMS: [(&str, &str); 18] = [
    ("everybody", "example"),
    ("common", COMMON),
    ("medium", "zephyrine"),
    ("rare", RARE),
    ("absent", "nowherefound"),
    ("common, but long ago", "heliograph"),
    ("two words, often together", "martin%20acme"),
    ("two words, never together", "castellan%20ironbridge"),
    ("one letter, common", "m"),
    ("one letter, medium", "x"),
    ("one letter, rare", "y"),
    ("one letter, absent", "%D0%B6"),
    ("two letters, common", "ma"),
    ("two letters, medium", "xe"),
    ("two letters, absent", "qz"),
    ("three letters, common", "mar"),
    ("three letters, rare", "quo"),
    ("three letters, absent", "qzx"),
];
const TIMES: usize = 3;

pub struct Search {
    pub kind: &'static str,
    pub tab: &'static str,
    pub typed: &'static str,
    /// In milliseconds, the middle of several.
    pub time: f64,
}

/// Every term on every tab, the slowest first.
pub fn all(ground: &mut Ground) -> Anyhow<Vec<Search>> {
    let mut recorder = Recorder::start(ground)?;
    let mut searches = Vec::new();
    for tab in TABS {
        for (kind, typed) in TERMS {
            let path = format!("/admin/developers?status={tab}&q={typed}");
            let mut times = Vec::new();
            for _ in 0..TIMES {
                times.push(recorder.page(&path)?.iter().map(|statement| statement.time).sum::<f64>());
            }
            times.sort_by(f64::total_cmp);
            searches.push(Search { kind, tab, typed, time: times[TIMES / 2] });
        }
    }
    searches.sort_by(|one, other| other.time.total_cmp(&one.time));
    Ok(searches)
}
