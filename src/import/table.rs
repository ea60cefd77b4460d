//! CSV: `email,full_name,organization,purpose,status,requested_at`, in any order; other columns are left alone.

use chrono::{DateTime, Utc};
use csv::{ByteRecord, ReaderBuilder, Trim};

use super::{ImportError, Item, Source};
use crate::developers::{Decided, NewRecord, Status};
use crate::ids::DeveloperId;
use crate::values::{EmailAddress, LongText, Organization, PersonName};

const NEEDED: [&str; 3] = ["email", "status", "requested_at"];

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front; reading takes it off again.
pub fn guarded(cell: &str) -> String {
    if cell.starts_with(is_formula_start) { format!("'{cell}") } else { cell.to_owned() }
}

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(is_formula_start)).unwrap_or(cell)
}

fn is_formula_start(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\0')
}

/// # Errors
/// There is no header that names the needed columns.
pub fn read(bytes: &[u8]) -> Result<Source, ImportError> {
    let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::Headers).from_reader(bytes);
    let header: Vec<String> = match reader.byte_headers() {
        Ok(header) => header.iter().map(|cell| String::from_utf8_lossy(cell).to_lowercase()).collect(),
        Err(error) => return Err(ImportError::NotOurs(format!("the first line is no header: {error}"))),
    };
    let missing: Vec<&str> = NEEDED.into_iter().filter(|name| !header.iter().any(|own| own == name)).collect();
    if !missing.is_empty() {
        let why = format!(
            "the file is neither Kong's JSON nor CSV with a header: the first line lacks {}. \
             Expected: email,full_name,organization,purpose,status,requested_at",
            missing.join(", ")
        );
        return Err(ImportError::NotOurs(why));
    }
    let items = reader.byte_records().map(|record| item(&header, record)).collect();
    Ok(Source { unit: "line", header, items, remark: None })
}

fn item(header: &[String], record: csv::Result<ByteRecord>) -> Item {
    let record = match record {
        Ok(record) => record,
        Err(error) => return Item { place: 0, record: Err(error.to_string()), cells: Vec::new() },
    };
    let place = record.position().map_or(0, csv::Position::line);
    let cells: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
    let is_text = record.iter().all(|cell| std::str::from_utf8(cell).is_ok());
    let parsed = if !is_text {
        Err("it holds bytes that are no UTF-8".into())
    } else if cells.len() != header.len() {
        Err(format!("it has {} cells, the header has {}", cells.len(), header.len()))
    } else {
        parse(|name| header.iter().position(|own| own == name).map_or("", |at| unguarded(&cells[at])))
    };
    Item { place, record: parsed, cells }
}

fn parse<'a>(cell: impl Fn(&str) -> &'a str) -> Result<NewRecord, String> {
    let email = EmailAddress::parse(cell("email")).map_err(|e| e.0)?;
    let status: Status = cell("status").trim().parse().map_err(|_| {
        let words: Vec<_> = Status::ALL.iter().map(|status| status.as_str()).collect();
        format!("the status {:?} is none of {}", cell("status"), words.join(", "))
    })?;
    let requested_at = DateTime::parse_from_rfc3339(cell("requested_at").trim())
        .map_err(|_| format!("requested_at {:?} is not a time such as 2026-11-20T09:01:21Z", cell("requested_at")))?
        .with_timezone(&Utc);
    record(
        DeveloperId::new(),
        email,
        status,
        (requested_at, requested_at),
        [cell("full_name"), cell("organization"), cell("purpose")],
    )
}

/// What both kinds of file have in common. `times` are the request's and the decision's.
///
/// # Errors
/// What is wrong, as a sentence.
pub fn record(
    id: DeveloperId,
    email: EmailAddress,
    status: Status,
    times: (DateTime<Utc>, DateTime<Utc>),
    [name, organization, purpose]: [&str; 3],
) -> Result<NewRecord, String> {
    let name = if name.trim().is_empty() { None } else { Some(PersonName::parse(name).map_err(|e| e.0)?) };
    Ok(NewRecord {
        id,
        email,
        // Whoever was let in elsewhere has shown there whose mailbox it is.
        is_proven: status == Status::Approved,
        name,
        organization: Organization::parse(organization).map_err(|e| e.0)?,
        purpose: LongText::parse(purpose, "The purpose").map_err(|e| e.0)?,
        requested_at: times.0,
        status,
        decided: Decided { at: times.1, by: "import", reason: LongText::default() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_survives_the_way_through_a_spreadsheet() {
        for cell in ["=1+1", "+49 30", "-", "@home", "\tx", "plain", "'quoted'", ""] {
            assert_eq!(unguarded(&guarded(cell)), cell);
        }
        assert_eq!(guarded("=HYPERLINK(1)"), "'=HYPERLINK(1)");
    }

    #[test]
    fn places_are_lines_of_the_file() {
        let file = b"email,status,requested_at,purpose\n\
            a@x.example,requested,2026-01-01T00:00:00Z,\"two\nlines\"\n\
            b@x.example,maybe,2026-01-01T00:00:00Z,\n\
            c@x.example,requested,yesterday,\n\
            d@x.example,requested\n\
            \xff@x.example,requested,2026-01-01T00:00:00Z,\n";
        let source = read(file).unwrap();
        let told: Vec<_> = source.items.iter().map(|i| (i.place, i.record.as_ref().err().cloned())).collect();
        assert_eq!(told[0], (2, None));
        assert_eq!(told[1].0, 4);
        assert!(told[1].1.as_ref().is_some_and(|why| why.contains("\"maybe\"")));
        assert!(told[2].1.as_ref().is_some_and(|why| why.contains("\"yesterday\"")));
        assert!(told[3].1.as_ref().is_some_and(|why| why.contains("2 cells")));
        assert!(told[4].1.as_ref().is_some_and(|why| why.contains("UTF-8")));
    }

    #[test]
    fn a_file_of_another_kind_is_named() {
        let error = read(b"name;mail\nAda;ada@x.example\n").err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains("lacks email, status, requested_at"), "{error}");
    }
}
