//! `guestlist import` and `guestlist demo`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};

use guestlist::config::Config;
use guestlist::db::{Conn, without_hurry};
use guestlist::import::{self, Counts, Source, Witness};
use guestlist::values::grouped;

use super::{Failure, ImportArguments, with_database};

pub const EXAMPLES: &str = "\
CSV needs a header: email,full_name,organization,purpose,status,requested_at
(status: requested, approved, rejected or revoked; requested_at: 2026-11-20T09:01:21Z).

Examples:
  guestlist import registrations.csv --dry-run
  guestlist import registrations.csv --refused refused.csv
  curl -s http://localhost:8001/developers?size=1000 > kong.json && guestlist import kong.json";

/// Refusals printed one by one; the others stand in the file of `--refused`.
const PRINTED: usize = 100;

pub fn import(config: &Config, arguments: &ImportArguments) -> Result<(), Failure> {
    let source = Source::read(&arguments.file)?;
    let mut refused = match &arguments.refused {
        Some(path) => Some(BufWriter::new(
            File::create(path).map_err(|e| Failure::Fault(format!("{} cannot be written: {e}", path.display())))?,
        )),
        None => None,
    };
    with_database(config, |conn| {
        without_hurry(conn)?;
        let mut told = Told { total: source.len(), refused: 0, is_terminal: io::stderr().is_terminal(), last: 0 };
        let writer = refused.as_mut().map(|file| file as &mut dyn Write);
        let counts = import::run(conn, &source, arguments.dry_run, writer, &mut told)?;
        told.end(arguments);
        print(&counts, arguments.dry_run);
        if let Some(remark) = &source.remark {
            println!("{remark}");
        }
        Ok(())
    })
}

fn print(counts: &Counts, is_dry: bool) {
    let n = |n: usize| grouped(i64::try_from(n).unwrap_or(i64::MAX));
    let Counts { read, entered, known, refused } = *counts;
    let (verb, end) = if is_dry { ("would be imported", " (nothing was written)") } else { ("imported", "") };
    println!("{} read: {} {verb}, {} already there, {} refused{end}.", n(read), n(entered), n(known), n(refused));
}

pub fn demo(conn: &mut Conn) -> Result<(), Failure> {
    if !import::fill_demo(conn)? {
        return Err(Failure::Fault("there are developers already; demo only fills an empty database".into()));
    }
    println!("Some hundred made-up developers wait at the desk. Start `guestlist` to see them.");
    Ok(())
}

/// Progress and refusals, for the person at the terminal.
struct Told {
    total: usize,
    refused: usize,
    is_terminal: bool,
    last: usize,
}

impl Told {
    fn clear_line(&self) {
        if self.is_terminal {
            eprint!("\r\x1b[K");
        }
    }

    fn end(&self, arguments: &ImportArguments) {
        self.clear_line();
        if self.refused > PRINTED {
            let rest = self.refused - PRINTED;
            match &arguments.refused {
                Some(path) => eprintln!("and {rest} more, all in {}", path.display()),
                None => eprintln!("and {rest} more; --refused FILE writes them all"),
            }
        }
    }
}

impl Witness for Told {
    fn progress(&mut self, read: usize) {
        if self.is_terminal {
            eprint!("\r{read} of {} read", self.total);
        } else if read - self.last >= 5_000 || read == self.total {
            self.last = read;
            eprintln!("{read} of {} read", self.total);
        }
    }

    fn refused(&mut self, unit: &str, place: u64, reason: &str) {
        self.refused += 1;
        if self.refused <= PRINTED {
            self.clear_line();
            eprintln!("{unit} {place} refused: {reason}");
        }
    }
}
