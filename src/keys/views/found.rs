//! The page that says whose key it is. The key itself stands nowhere on it.

use askama::Template;
use chrono::{DateTime, Utc};

use super::KeyRow;
use crate::desk::Status;
use crate::keys::queries::Found;
use crate::keys::sought::{SHOWN, Sought};
use crate::web::chrome::{Chip, Chrome, Empty, Link};
use crate::web::moments::counted;

/// More begin alike only where somebody typed two letters of a key.
pub const AT_MOST: i64 = 50;
const DEVELOPERS: &str = "/admin/developers";

pub struct FoundRow {
    pub key: KeyRow,
    pub owner: String,
    /// The owner's first letter, for the eye only.
    pub initial: String,
    pub email: String,
    pub owner_href: String,
    pub application: String,
    pub application_href: String,
    /// Whether a gateway would let it pass, or what is in its way.
    pub state: Chip,
}

impl FoundRow {
    fn new(found: &Found, now: DateTime<Utc>) -> Self {
        let key = KeyRow::new(&found.key, now);
        let owner = if found.full_name.is_empty() { &found.email } else { &found.full_name };
        let works = [found.developer_status, found.application_status].iter().all(|status| *status == Status::Approved);
        let state = match &key.ended {
            Some(ended) => Chip { text: ended.text, tone: ended.tone },
            None if works => Chip { text: "Works", tone: "good" },
            None => Chip { text: "Not approved", tone: "bad" },
        };
        Self {
            owner: owner.clone(),
            initial: owner.chars().take(1).flat_map(char::to_uppercase).collect(),
            email: found.email.clone(),
            owner_href: format!("{DEVELOPERS}/{}", found.developer),
            application: found.application_name.clone(),
            application_href: format!("/admin/applications/{}", found.application),
            state,
            key,
        }
    }
}

#[derive(Template)]
#[template(path = "keys/found.html", blocks = ["list"])]
pub struct FoundKeys {
    chrome: Chrome,
    heading: String,
    rows: Vec<FoundRow>,
    empty: Option<Empty>,
}

impl FoundKeys {
    pub fn new(chrome: Chrome, sought: &Sought, found: &[Found], now: DateTime<Utc>) -> Self {
        let rows: Vec<FoundRow> = found.iter().map(|found| FoundRow::new(found, now)).collect();
        let many = i64::try_from(rows.len()).unwrap_or(AT_MOST);
        let heading = match (sought, many) {
            (Sought::Whole(_), 0) => "Nobody has this key".to_owned(),
            (Sought::Whole(_), _) => "Whose key this is".to_owned(),
            (Sought::Start(start), 0) => format!("No key begins with {start}"),
            (Sought::Start(start), AT_MOST) => format!("The newest {AT_MOST} keys that begin with {start}"),
            (Sought::Start(start), n) => format!("{} beginning with {start}", counted(n, "key")),
        };
        let hint = match sought {
            Sought::Start(start) if start.len() < SHOWN => "Paste more of it.".to_owned(),
            Sought::Start(_) => format!(
                "Only the first {SHOWN} characters were compared: a whole key has 42, and a letter of this one is wrong or \
                 missing."
            ),
            Sought::Whole(_) => "It is well-formed. Deleted keys are not known any more.".to_owned(),
        };
        let empty = rows.is_empty().then(|| Empty {
            title: heading.clone(),
            text: hint,
            links: vec![Link { label: "See all developers".into(), href: format!("{DEVELOPERS}?status=all") }],
        });
        Self { chrome, heading, rows, empty }
    }
}
