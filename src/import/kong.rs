//! The JSON of Kong's Admin API: `{"data": [{"id", "email", "status", "meta", "created_at", "updated_at"}], "next"}`.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ImportError, Item, Source, table};
use crate::developers::{NewRecord, Status};
use crate::ids::DeveloperId;
use crate::values::EmailAddress;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default)]
    next: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Developer {
    #[serde(default)]
    id: Option<String>,
    email: String,
    status: i64,
    #[serde(default)]
    meta: Option<String>,
    created_at: i64,
    #[serde(default)]
    updated_at: Option<i64>,
}

/// What Kong's portals ask for at sign-up; the names of the fields are each portal's own.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    #[serde(alias = "name")]
    full_name: Option<String>,
    #[serde(alias = "company", alias = "organisation")]
    organization: Option<String>,
    #[serde(alias = "use_case", alias = "description")]
    purpose: Option<String>,
}

/// # Errors
/// It is not JSON, or not Kong's.
pub fn read(bytes: &[u8]) -> Result<Source, ImportError> {
    // The bare list is what is left when somebody kept only the `data` of several pages.
    let is_bare = bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[');
    let page: serde_json::Result<Page<'_>> = if is_bare {
        serde_json::from_slice(bytes).map(|data| Page { data, next: None })
    } else {
        serde_json::from_slice(bytes)
    };
    let Page { data: entries, next } = page
        .map_err(|e| ImportError::NotOurs(format!("the file begins like JSON, but is not what Kong answers: {e}")))?;
    let items = entries.iter().zip(0..).map(|(raw, place)| Item {
        place,
        record: parse(raw.get()),
        cells: vec![raw.get().to_owned()],
    });
    let remark = next.filter(|next| !next.is_null()).map(|_| {
        "This file is one page of several (its `next` is not null): ask Kong for the other pages and import them too."
            .to_owned()
    });
    Ok(Source { unit: "entry", header: vec!["record".into()], items: items.collect(), remark })
}

fn parse(json: &str) -> Result<NewRecord, String> {
    let developer: Developer =
        serde_json::from_str(json).map_err(|e| format!("it is not a developer of Kong's: {e}"))?;
    let email = EmailAddress::parse(&developer.email).map_err(|e| e.0)?;
    let status = match developer.status {
        0 => Status::Approved,
        // 5 is a request whose address is not proven; ours are none of them proven before they are approved.
        1 | 5 => Status::Requested,
        2 => Status::Rejected,
        3 => Status::Revoked,
        4 => return Err("the status 4 means invited: invite them anew".into()),
        other => return Err(format!("the status {other} is none of Kong's")),
    };
    let meta = match developer.meta.as_deref().map(str::trim) {
        None | Some("") => Meta::default(),
        Some(text) => serde_json::from_str(text).map_err(|e| format!("its meta is not JSON: {e}"))?,
    };
    let id = match developer.id {
        None => DeveloperId::new(),
        Some(id) => id.parse().map_err(|_| format!("its id {id:?} is not a UUID"))?,
    };
    let requested_at = time(developer.created_at)?;
    let decided_at = developer.updated_at.map_or(Ok(requested_at), time)?;
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let texts = [text(&meta.full_name), text(&meta.organization), text(&meta.purpose)];
    table::record(id, email, status, (requested_at, decided_at), texts.each_ref().map(String::as_str))
}

fn time(seconds: i64) -> Result<DateTime<Utc>, String> {
    let plausible = (0..253_402_300_800).contains(&seconds);
    DateTime::from_timestamp(seconds, 0)
        .filter(|_| plausible)
        .ok_or_else(|| format!("the time {seconds} is none in seconds since 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(entry: &str) -> Result<(Status, String), String> {
        parse(entry).map(|r| (r.status, r.name.map(|n| n.as_str().to_owned()).unwrap_or_default()))
    }

    #[test]
    fn kongs_numbers_are_words_here() {
        let entry = |status: &str, meta: &str| {
            format!(r#"{{"email":"ada@x.example","status":{status},"meta":{meta},"created_at":1700000000}}"#)
        };
        let meta = r#""{\"full_name\":\"Ada\"}""#;
        assert_eq!(told(&entry("0", meta)), Ok((Status::Approved, "Ada".into())));
        assert_eq!(told(&entry("5", "null")), Ok((Status::Requested, String::new())));
        assert_eq!(told(&entry("3", "\"\"")), Ok((Status::Revoked, String::new())));
        assert!(told(&entry("4", meta)).is_err_and(|why| why.contains("invited")));
        assert!(told(&entry("9", meta)).is_err_and(|why| why.contains("status 9")));
        assert!(told(&entry("1", "\"not json\"")).is_err_and(|why| why.contains("meta is not JSON")));
    }

    #[test]
    fn one_page_of_several_is_said_to_be_one() {
        let page = |next: &str| read(format!(r#"{{"data":[],"next":{next}}}"#).as_bytes()).map(|s| s.remark);
        assert!(page("null").is_ok_and(|remark| remark.is_none()));
        assert!(page("\"/developers?offset=x\"").is_ok_and(|remark| remark.is_some()));
        assert!(read(b"{\"developers\":[]}").is_err());
        assert!(read(b"[]").is_ok());
    }
}
