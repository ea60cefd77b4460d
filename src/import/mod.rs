//! People who were managed elsewhere: a CSV file, or what Kong's Admin API answers to `GET /developers`.
//!
//! All good rows come in, in batches; a bad one is refused with its place and the reason. Records that exist stay
//! untouched, so that a file may be imported again. Nobody is mailed.

mod demo;
mod kong;
mod table;

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use diesel::Connection;

use crate::audit::Occasion;
use crate::db::{Conn, QueryResult};
use crate::developers::{self, NewRecord};

pub use demo::fill as fill_demo;

const BATCH: usize = 500;

/// Why a file was not imported at all, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, #[source] io::Error),
    #[error("{0}")]
    NotOurs(String),
    #[error("the refused records cannot be written: {0}")]
    Refused(#[source] io::Error),
    #[error("the database gave up, and what was imported before stays: {0}")]
    Database(#[from] diesel::result::Error),
}

/// What a file holds.
pub struct Source {
    /// "line" or "entry": what the places count.
    pub unit: &'static str,
    /// The header of the refused records.
    header: Vec<String>,
    items: Vec<Item>,
    /// Something to say about the file as a whole.
    pub remark: Option<String>,
}

/// A record as it stands in the file.
struct Item {
    place: u64,
    record: Result<NewRecord, String>,
    /// Its cells, should it be refused.
    cells: Vec<String>,
}

impl Source {
    /// Reads a file, whichever of the two kinds it is.
    ///
    /// # Errors
    /// It cannot be read, or is of neither kind.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| ImportError::Unreadable(name, error))?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{' | b'[') => kong::read(bytes),
            Some(_) => table::read(bytes),
            None => Err(ImportError::NotOurs("the file is empty".into())),
        }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// How an import ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub read: usize,
    pub entered: usize,
    pub known: usize,
    pub refused: usize,
}

/// What an import tells while it runs.
pub trait Witness {
    /// So many records have been read.
    fn progress(&mut self, read: usize);
    /// A record was refused.
    fn refused(&mut self, unit: &str, place: u64, reason: &str);
}

/// Imports a source. A dry run finds the same counts and writes nothing.
///
/// # Errors
/// The database gave up, or the refused records cannot be written.
pub fn run(
    conn: &mut Conn,
    source: &Source,
    is_dry: bool,
    refused: Option<&mut dyn Write>,
    witness: &mut dyn Witness,
) -> Result<Counts, ImportError> {
    let mut counts = Counts::default();
    let mut refusals = Refusals::new(source, refused)?;
    let mut seen = Seen::default();
    let occasion = Occasion::system("import");
    for batch in source.items.chunks(BATCH) {
        let mut good = Vec::with_capacity(batch.len());
        for item in batch {
            counts.read += 1;
            match item.record.clone().and_then(|record| seen.first(source.unit, item.place, record)) {
                Ok(record) => good.push(record),
                Err(reason) => {
                    counts.refused += 1;
                    witness.refused(source.unit, item.place, &reason);
                    refusals.write(item, &reason)?;
                }
            }
        }
        let entered = if is_dry {
            unknown(conn, &good)?
        } else {
            conn.transaction(|conn| developers::enter(conn, &good, &occasion))?
        };
        counts.entered += entered;
        counts.known += good.len() - entered;
        witness.progress(counts.read);
    }
    refusals.finish()?;
    Ok(counts)
}

/// How many of the records are new.
fn unknown(conn: &mut Conn, records: &[NewRecord]) -> QueryResult<usize> {
    let mailboxes: Vec<&str> = records.iter().map(|record| record.email.mailbox()).collect();
    let ids: Vec<_> = records.iter().map(|record| record.id).collect();
    let known_mailboxes = developers::known_mailboxes(conn, &mailboxes)?;
    let known_ids = developers::known_ids(conn, &ids)?;
    let is_new =
        |record: &&NewRecord| !known_mailboxes.contains(record.email.mailbox()) && !known_ids.contains(&record.id);
    Ok(records.iter().filter(is_new).count())
}

/// What stood in this file before.
#[derive(Default)]
struct Seen {
    mailboxes: HashMap<String, u64>,
    ids: HashSet<crate::ids::DeveloperId>,
}

impl Seen {
    fn first(&mut self, unit: &str, place: u64, record: NewRecord) -> Result<NewRecord, String> {
        if let Some(before) = self.mailboxes.get(record.email.mailbox()) {
            return Err(format!("the same mailbox as {unit} {before}"));
        }
        if !self.ids.insert(record.id) {
            return Err(format!("the id {} stands in this file before", record.id));
        }
        self.mailboxes.insert(record.email.mailbox().to_owned(), place);
        Ok(record)
    }
}

/// The file of refused records: place and reason, and the record as it was. Rows of a CSV can be mended there and
/// imported again; of Kong's JSON each record stands whole in a cell.
struct Refusals<'a>(Option<csv::Writer<&'a mut dyn Write>>);

impl<'a> Refusals<'a> {
    fn new(source: &Source, file: Option<&'a mut dyn Write>) -> Result<Self, ImportError> {
        // A record with too many cells or too few is refused for that, and kept as it was.
        let mut writer = file.map(|file| csv::WriterBuilder::new().flexible(true).from_writer(file));
        if let Some(writer) = &mut writer {
            let head = [source.unit.to_owned(), "reason".to_owned()];
            writer.write_record(head.iter().chain(&source.header)).map_err(cannot_write)?;
        }
        Ok(Self(writer))
    }

    fn write(&mut self, item: &Item, reason: &str) -> Result<(), ImportError> {
        let Some(writer) = &mut self.0 else { return Ok(()) };
        let head = [item.place.to_string(), reason.to_owned()];
        let cells = item.cells.iter().map(|cell| table::guarded(cell));
        writer.write_record(head.into_iter().chain(cells)).map_err(cannot_write)
    }

    fn finish(self) -> Result<(), ImportError> {
        self.0.map_or(Ok(()), |mut writer| writer.flush().map_err(ImportError::Refused))
    }
}

fn cannot_write(error: csv::Error) -> ImportError {
    ImportError::Refused(io::Error::other(error))
}
