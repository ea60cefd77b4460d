//! The page that says whose key it is. The key itself stands nowhere on it.

use askama::Template;
use chrono::{DateTime, Utc};

use super::KeyRow;
use crate::desk::Status;
use crate::keys::queries::Found;
use crate::keys::secret::LENGTH;
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
    fn new(found: &Found, requires_proof: bool, now: DateTime<Utc>) -> Self {
        let key = KeyRow::new(&found.key, now);
        let owner = if found.full_name.is_empty() { &found.email } else { &found.full_name };
        let state = match &key.ended {
            Some(ended) => Chip { text: ended.text, tone: ended.tone },
            None if found.developer_status != Status::Approved => Chip { text: "Owner not approved", tone: "bad" },
            None if found.application_status != Status::Approved => Chip { text: "Not approved", tone: "bad" },
            None if requires_proof && !found.is_proven => Chip { text: "Address not proven", tone: "warn" },
            None => Chip { text: "Works", tone: "good" },
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
    /// What else there is to know about what was found.
    hint: Option<String>,
    empty: Option<Empty>,
}

impl FoundKeys {
    pub fn new(chrome: Chrome, sought: &Sought, found: &[Found], requires_proof: bool, now: DateTime<Utc>) -> Self {
        let rows: Vec<FoundRow> = found.iter().map(|found| FoundRow::new(found, requires_proof, now)).collect();
        let many = i64::try_from(rows.len()).unwrap_or(AT_MOST);
        let heading = match (sought, many) {
            (Sought::Whole(_), 0) => "Nobody has this key".to_owned(),
            (Sought::Whole(_), _) => "Whose key this is".to_owned(),
            (Sought::Start { start, .. }, 0) => format!("No key begins with {start}"),
            (Sought::Start { start, .. }, AT_MOST) => format!("The newest {AT_MOST} keys that begin with {start}"),
            (Sought::Start { start, .. }, n) => format!("{} beginning with {start}", counted(n, "key")),
        };
        let hint = match sought {
            Sought::Start { is_cut: true, .. } => Some(format!(
                "Only the first {SHOWN} characters were compared: a whole key has {LENGTH}, and a letter of this one is \
                 wrong or missing."
            )),
            _ => None,
        };
        let empty = rows.is_empty().then(|| Empty {
            title: heading.clone(),
            text: match (&hint, sought) {
                (Some(hint), _) => hint.clone(),
                (None, Sought::Start { .. }) => "Deleted keys are not known any more.".to_owned(),
                (None, Sought::Whole(_)) => "It is well-formed. Deleted keys are not known any more.".to_owned(),
            },
            links: vec![Link { label: "See all developers".into(), href: format!("{DEVELOPERS}?status=all") }],
        });
        Self { chrome, heading, rows, hint, empty }
    }
}
