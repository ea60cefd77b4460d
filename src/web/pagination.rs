//! Pages by the last row seen, not by counting rows: page 2,000 costs what the first page costs.

/// How many rows a page may hold.
pub const PER_PAGE: [i64; 3] = [25, 50, 100];

/// Where in the list a page begins; `K` names a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place<K> {
    Start,
    After(K),
    Before(K),
    /// The page that ends with this row: where a list ends now when what came after is gone.
    UpTo(K),
}

/// Some rows of a list, and whether there are others on either side.
#[derive(Debug)]
pub struct Slice<R> {
    pub rows: Vec<R>,
    pub has_previous: bool,
    pub has_next: bool,
}

impl<R> Slice<R> {
    /// `found` are up to `per_page + 1` rows in the direction that `place` looks.
    pub fn new<K>(mut found: Vec<R>, place: &Place<K>, per_page: i64) -> Self {
        let wanted = usize::try_from(per_page).unwrap_or(0);
        let more = found.len() > wanted;
        found.truncate(wanted);
        match place {
            Place::Start => Self { rows: found, has_previous: false, has_next: more },
            Place::After(_) => Self { rows: found, has_previous: true, has_next: more },
            Place::Before(_) => {
                found.reverse();
                Self { rows: found, has_previous: more, has_next: true }
            }
            Place::UpTo(_) => {
                found.reverse();
                Self { rows: found, has_previous: more, has_next: false }
            }
        }
    }

    /// Whether the page is full and is known to have a successor in the direction that was walked.
    pub fn is_full(&self, per_page: i64) -> bool {
        i64::try_from(self.rows.len()).is_ok_and(|n| n >= per_page)
    }
}

/// A number of rows that is offered, else the first of them.
pub fn per_page(asked: Option<&str>) -> i64 {
    asked.and_then(|n| n.parse().ok()).filter(|n| PER_PAGE.contains(n)).unwrap_or(PER_PAGE[0])
}
