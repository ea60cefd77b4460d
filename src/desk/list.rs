//! What a list page shows: which tab, which search, which order, which stretch. All of it stands in the URL.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Utc};
use uuid::Uuid;

use super::noun::Noun;
use super::record::Record;
use super::status::Status;
use crate::text_enum::text_enum;
use crate::web::pagination::{PER_PAGE, Place, per_page};
use crate::web::query::{Query, QueryString};

/// A tab: one status, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    One(Status),
    All,
}

impl Tab {
    pub fn all() -> impl Iterator<Item = Self> {
        Status::ALL.iter().copied().map(Self::One).chain([Self::All])
    }

    /// As it stands in the URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::One(status) => status.as_str(),
            Self::All => "all",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::One(status) => status.label(),
            Self::All => "All",
        }
    }

    fn parse(key: &str) -> Option<Self> {
        Self::all().find(|tab| tab.key() == key)
    }

    /// Whoever waits longest comes first; decisions and the whole list begin with the newest.
    const fn usual_order(self) -> Order {
        match self {
            Self::One(Status::Requested) => Order { by: Sort::RequestedAt, descending: false },
            Self::One(_) => Order { by: Sort::DecidedAt, descending: true },
            Self::All => Order { by: Sort::RequestedAt, descending: true },
        }
    }
}

text_enum! {
    /// What a list can be sorted by.
    pub enum Sort {
        RequestedAt = "requested_at",
        DecidedAt = "decided_at",
        Name = "name",
        Email = "email",
    }
}

/// A sort and its direction; `-name` in the URL is descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub by: Sort,
    pub descending: bool,
}

impl Order {
    fn parse(text: &str) -> Option<Self> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        name.parse().ok().map(|by| Self { by, descending })
    }

    pub fn text(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.by)
    }
}

/// What a row is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Time(DateTime<Utc>),
    Text(String),
}

/// A row's place in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub key: Key,
    pub id: Uuid,
}

impl Cursor {
    pub fn of(record: &impl Record, sort: Sort) -> Self {
        let key = match sort {
            Sort::RequestedAt => Key::Time(record.requested_at()),
            Sort::DecidedAt => Key::Time(record.decided_at().unwrap_or_default()),
            Sort::Name => Key::Text(record.name_order().to_owned()),
            Sort::Email => Key::Text(record.mailbox().to_owned()),
        };
        Self { key, id: record.id() }
    }

    fn parse(text: &str, sort: Sort) -> Option<Self> {
        let (key, id) = text.split_once('.')?;
        let id = id.parse().ok()?;
        let key = match sort {
            Sort::RequestedAt | Sort::DecidedAt => {
                // chrono knows years that PostgreSQL does not.
                let at = DateTime::from_timestamp_micros(key.parse().ok()?)?;
                Key::Time(Some(at).filter(|at| (0..=9_999).contains(&at.year()))?)
            }
            Sort::Name | Sort::Email => {
                let text = String::from_utf8(URL_SAFE_NO_PAD.decode(key).ok()?).ok()?;
                if text.contains('\0') {
                    return None;
                }
                Key::Text(text)
            }
        };
        Some(Self { key, id })
    }

    fn text(&self) -> String {
        match &self.key {
            Key::Time(at) => format!("{}.{}", at.timestamp_micros(), self.id),
            Key::Text(text) => format!("{}.{}", URL_SAFE_NO_PAD.encode(text), self.id),
        }
    }
}

/// A list page as its URL says it. What makes no sense there falls back to what is usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    pub noun: Noun,
    pub tab: Tab,
    pub q: String,
    pub order: Order,
    pub place: Place<Cursor>,
    pub per_page: i64,
}

impl List {
    pub fn parse(noun: Noun, query: &Query) -> Self {
        let tab = query.get("status").and_then(Tab::parse).unwrap_or(Tab::One(Status::Requested));
        let order = query.get("sort").and_then(Order::parse).unwrap_or(tab.usual_order());
        let cursor = |name| query.get(name).and_then(|text| Cursor::parse(text, order.by));
        let place = match (cursor("after"), cursor("before")) {
            (Some(after), _) => Place::After(after),
            (None, Some(before)) => Place::Before(before),
            (None, None) => Place::Start,
        };
        Self { noun, tab, q: query.search(), order, place, per_page: per_page(query.get("per_page")) }
    }

    /// The list that a local path names, if it names one.
    pub fn of_path(path: &str) -> Option<Self> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Noun::of_path(path).map(|noun| Self::parse(noun, &Query::parse(query)))
    }

    /// Everything but the place, shortest form: what is usual is left out, `status` never.
    fn settings(&self) -> QueryString {
        QueryString::new()
            .with("status", self.tab.key())
            .with_some("q", (!self.q.is_empty()).then_some(self.q.as_str()))
            .with_some("sort", self.sort_unless_usual().as_deref())
            .with_some("per_page", self.per_page_unless_usual().map(|n| n.to_string()).as_deref())
    }

    pub fn sort_unless_usual(&self) -> Option<String> {
        (self.order != self.tab.usual_order()).then(|| self.order.text())
    }

    pub fn per_page_unless_usual(&self) -> Option<i64> {
        (self.per_page != PER_PAGE[0]).then_some(self.per_page)
    }

    /// The query string, place included.
    pub fn query(&self) -> String {
        let settings = self.settings();
        match &self.place {
            Place::Start => settings,
            Place::After(cursor) | Place::UpTo(cursor) => settings.with("after", &cursor.text()),
            Place::Before(cursor) => settings.with("before", &cursor.text()),
        }
        .into_string()
    }

    pub fn url(&self) -> String {
        format!("{}?{}", self.noun.path(), self.query())
    }

    /// The page of one of its records, which knows the way back to the list.
    pub fn record_url(&self, id: Uuid) -> String {
        format!("{}/{id}?{}", self.noun.path(), self.query())
    }

    pub fn at(&self, place: Place<Cursor>) -> Self {
        Self { place, ..self.clone() }
    }

    /// The same search on another tab, in that tab's usual order.
    pub fn on(&self, tab: Tab) -> Self {
        Self { tab, order: tab.usual_order(), place: Place::Start, ..self.clone() }
    }

    /// The same list from its start by another order.
    pub fn sorted(&self, order: Order) -> Self {
        Self { order, place: Place::Start, ..self.clone() }
    }

    pub fn without_search(&self) -> Self {
        Self { q: String::new(), place: Place::Start, ..self.clone() }
    }

    pub fn with_per_page(&self, per_page: i64) -> Self {
        Self { per_page, place: Place::Start, ..self.clone() }
    }

    /// Whether the rows are walked from high to low: a page before another is walked the other way round.
    pub fn walks_down(&self) -> bool {
        self.order.descending != matches!(self.place, Place::Before(_) | Place::UpTo(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_falls_back_to_what_is_usual() {
        for query in [
            "status=x&sort=-&per_page=7&after=zz&q=%00",
            "per_page=-1",
            "after=9e9.x",
            "status=&sort=drop",
            "q=Bearer+glk_4fGh",
        ] {
            let list = List::parse(Noun::Developer, &Query::parse(query));
            assert_eq!(list.tab, Tab::One(Status::Requested), "{query}");
            assert_eq!(list.order, Order { by: Sort::RequestedAt, descending: false }, "{query}");
            assert_eq!((list.per_page, list.place, list.q.as_str()), (25, Place::Start, ""), "{query}");
        }
    }

    #[test]
    fn a_list_is_its_url() {
        for noun in [Noun::Developer, Noun::Application] {
            let at = Cursor { key: Key::Text("ж & ?".into()), id: Uuid::now_v7() };
            let list = List {
                noun,
                tab: Tab::All,
                q: "a&b=c +d".into(),
                order: Order { by: Sort::Name, descending: true },
                place: Place::After(at),
                per_page: 100,
            };
            assert_eq!(List::of_path(&list.url()), Some(list));
        }
    }
}
