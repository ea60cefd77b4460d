//! How a typed word finds rows among a million without ever walking them all.
//!
//! A word that many rows hold is found soonest by walking the page's own order and filtering; a word that few rows
//! hold, by the trigram index. Which of the two it is nobody knows beforehand, so a search first walks the nearest
//! [`WINDOW`] rows and asks the index only when these did not fill the page: then the word is rare, and the index
//! is quick. PostgreSQL's planner would guess; the two `by_…` functions take the guess away from it.

use diesel::RunQueryDsl;
use diesel::sql_types::{Bool, Text};

use super::{Conn, QueryResult};
use crate::values::folded;

/// How many rows a search walks before it asks the index.
pub const WINDOW: i64 = 5_000;
/// Matches are counted up to here; beyond, "1,000+" is all that anybody needs to know.
pub const COUNT_CAP: i64 = 1_000;
/// What a person types; the rest of a longer text is left out.
const MAX_CHARS: usize = 200;
const MAX_WORDS: usize = 6;

/// What is searched for, as patterns for `LIKE` over folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// Each must occur somewhere.
    Contains(Vec<String>),
    /// Email or name begin with it: too short for trigrams.
    Begins(String),
}

impl Term {
    /// None when there is nothing to search for.
    pub fn parse(typed: &str) -> Option<Self> {
        let text: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_CHARS).collect();
        let text = folded(&text);
        let words: Vec<&str> = text.split_whitespace().take(MAX_WORDS).collect();
        if words.is_empty() {
            return None;
        }
        if words.iter().all(|word| has_trigram(word)) {
            return Some(Self::Contains(words.iter().map(|word| format!("%{}%", escaped(word))).collect()));
        }
        // "Wei Li", "o'k": with a short word among them the whole is looked for as it was written.
        let phrase = words.join(" ");
        if words.len() > 1 && phrase.chars().count() > 3 {
            return Some(Self::Contains(vec![format!("%{}%", escaped(&phrase))]));
        }
        Some(Self::Begins(format!("{}%", escaped(&phrase))))
    }
}

/// Three letters or digits side by side: less than that the trigram index cannot narrow down.
fn has_trigram(word: &str) -> bool {
    let mut run = 0;
    word.chars().any(|c| {
        run = if c.is_alphanumeric() { run + 1 } else { 0 };
        run == 3
    })
}

fn escaped(word: &str) -> String {
    word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn set_config(name: Text, value: Text, is_local: Bool) -> Text;
}

/// Until the end of the transaction: walk the order's index, filter as you go.
///
/// # Errors
/// The connection is lost.
pub fn by_walking(conn: &mut Conn) -> QueryResult<()> {
    plan(conn, "on", "off")
}

/// Until the end of the transaction: collect from the indexes that hold the word, then sort.
///
/// # Errors
/// The connection is lost.
pub fn by_index(conn: &mut Conn) -> QueryResult<()> {
    plan(conn, "off", "on")
}

fn plan(conn: &mut Conn, index_scan: &str, bitmap_scan: &str) -> QueryResult<()> {
    diesel::select((
        set_config("plan_cache_mode", "force_custom_plan", true),
        set_config("enable_seqscan", "off", true),
        set_config("enable_indexscan", index_scan, true),
        set_config("enable_bitmapscan", bitmap_scan, true),
    ))
    .execute(conn)
    .map(|_| ())
}

/// How many rows match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matches {
    Exactly(i64),
    /// There are more; nobody walked them all.
    AtLeast(i64),
}

impl Matches {
    pub fn counted(n: i64, all_were_seen: bool) -> Self {
        if n > COUNT_CAP {
            Self::AtLeast(COUNT_CAP)
        } else if all_were_seen {
            Self::Exactly(n)
        } else {
            Self::AtLeast(n)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_may_stand_anywhere_and_short_ones_begin() {
        assert_eq!(Term::parse("  "), None);
        assert_eq!(Term::parse("Raman"), Some(Term::Contains(vec!["%raman%".into()])));
        assert_eq!(Term::parse("raman NORTH"), Some(Term::Contains(vec!["%raman%".into(), "%north%".into()])));
        assert_eq!(Term::parse("Wei Li"), Some(Term::Contains(vec!["%wei li%".into()])));
        assert_eq!(Term::parse("P"), Some(Term::Begins("p%".into())));
        assert_eq!(Term::parse("a@b"), Some(Term::Begins("a@b%".into())));
    }

    #[test]
    fn wildcards_and_control_characters_mean_nothing() {
        assert_eq!(Term::parse("50%_x\\"), Some(Term::Begins("50\\%\\_x\\\\%".into())));
        assert_eq!(Term::parse("abc\0def"), Some(Term::Contains(vec!["%abc%".into(), "%def%".into()])));
    }
}
