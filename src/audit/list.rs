//! A page of the log, as its URL says it.

use super::Event;
use crate::web::pagination::{PER_PAGE, Place, per_page};
use crate::web::query::{Query, QueryString};

/// The path of the log.
pub const PATH: &str = "/admin/activity";

/// A page of the log. What makes no sense in the URL falls back to what is usual.
#[derive(Clone, Debug)]
pub struct ActivityList {
    /// A person: somebody who acted, or whom it is about.
    pub q: String,
    pub event: Option<Event>,
    pub place: Place<i64>,
    pub per_page: i64,
}

impl ActivityList {
    pub fn parse(query: &Query) -> Self {
        let id = |name| query.get(name).and_then(|text| text.parse::<i64>().ok());
        let place = match (id("after"), id("before")) {
            (Some(after), _) => Place::After(after),
            (None, Some(before)) => Place::Before(before),
            (None, None) => Place::Start,
        };
        Self {
            q: query.search(),
            event: query.get("kind").and_then(|kind| kind.parse().ok()),
            place,
            per_page: per_page(query.get("per_page")),
        }
    }

    pub fn per_page_unless_usual(&self) -> Option<i64> {
        (self.per_page != PER_PAGE[0]).then_some(self.per_page)
    }

    pub fn url(&self) -> String {
        let settings = QueryString::new()
            .with_some("q", (!self.q.is_empty()).then_some(self.q.as_str()))
            .with_some("kind", self.event.map(Event::as_str))
            .with_some("per_page", self.per_page_unless_usual().map(|n| n.to_string()).as_deref());
        let query = match self.place {
            Place::Start => settings,
            Place::After(id) | Place::UpTo(id) => settings.with("after", &id.to_string()),
            Place::Before(id) => settings.with("before", &id.to_string()),
        }
        .into_string();
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    }

    pub fn at(&self, place: Place<i64>) -> Self {
        Self { place, ..self.clone() }
    }

    pub fn with_per_page(&self, per_page: i64) -> Self {
        Self { per_page, place: Place::Start, ..self.clone() }
    }
}
