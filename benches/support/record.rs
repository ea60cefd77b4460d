//! What the program says to the database, read from the log of the server: so nothing here repeats a query, and what
//! `pgbench` runs is always what the program runs.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::Anyhow;

/// Stands in what every instance asks each second, whether anybody asks it or not.
const BY_ITSELF: &str = "gateway_instances";

/// A statement with its parameters as text; none is null.
#[derive(Clone, Debug)]
pub struct Statement {
    pub sql: String,
    pub parameters: Vec<Option<String>>,
    /// In milliseconds: what was parsed and planned since the statement before, and the running.
    pub time: f64,
}

/// The log of the server, from where it ended.
pub struct Log(File);

impl Log {
    pub fn from_end(path: &Path) -> Anyhow<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self(file))
    }

    /// What has been written since, for connections whose statements are written down.
    ///
    /// # Errors
    /// It is no statement at all.
    pub fn recorded(mut self) -> Anyhow<Vec<Statement>> {
        let mut text = Vec::new();
        self.0.read_to_end(&mut text)?;
        let statements = parse(&String::from_utf8_lossy(&text));
        if statements.is_empty() {
            return Err("the server wrote down no statement".into());
        }
        Ok(statements)
    }
}

/// `LOG:  duration: 0.12 ms  execute name: sql`, then perhaps `DETAIL:  parameters: $1 = '…'`; the lines of a text
/// with several begin with a tabulator.
fn parse(log: &str) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    let (mut was_run, mut time) = (false, 0.0);
    for line in log.replace("\n\t", "\u{1}").lines() {
        let line = line.replace('\u{1}', "\n");
        if let Some((_, duration)) = line.split_once("LOG:  duration: ") {
            let (took, what) = duration.split_once(" ms").unwrap_or((duration, ""));
            let what = what.trim_start();
            if what.contains(BY_ITSELF) {
                was_run = false;
                continue;
            }
            time += took.parse::<f64>().unwrap_or_default();
            let run = what
                .strip_prefix("statement: ")
                .or_else(|| what.strip_prefix("execute ").and_then(|named| named.split_once(": ")).map(|(_, sql)| sql));
            was_run = run.is_some();
            if let Some(sql) = run {
                statements.push(Statement {
                    sql: sql.to_owned(),
                    parameters: Vec::new(),
                    time: std::mem::take(&mut time),
                });
            }
        } else if let Some((_, detail)) = line.split_once("DETAIL:  ")
            && was_run
            && let Some(last) = statements.last_mut()
            && let Some((_, list)) = detail.split_once("arameters: ")
        {
            last.parameters = parameters(list);
        }
    }
    statements
}

/// `$1 = 'it''s', $2 = NULL`
fn parameters(mut list: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    while let Some((_, rest)) = list.split_once(" = ") {
        let Some(quoted) = rest.strip_prefix('\'') else {
            found.push(None);
            list = rest.strip_prefix("NULL").unwrap_or(rest);
            continue;
        };
        let mut value = String::new();
        let mut letters = quoted.char_indices().peekable();
        let mut end = quoted.len();
        while let Some((at, letter)) = letters.next() {
            if letter != '\'' {
                value.push(letter);
            } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
                value.push('\'');
            } else {
                end = at + 1;
                break;
            }
        }
        found.push(Some(value));
        list = &quoted[end..];
    }
    found
}
