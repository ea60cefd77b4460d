//! A page of invitations, as its URL says it.

use crate::ids::InvitationId;
use crate::text_enum::text_enum;
use crate::web::pagination::{PER_PAGE, Place, per_page};
use crate::web::query::{Query, QueryString};

/// The path of the list.
pub const PATH: &str = "/admin/invitations";

text_enum! {
    /// A tab.
    pub enum Tab {
        /// Those that may still be followed.
        Open = "open",
        Registered = "registered",
        /// Expired or withdrawn.
        Over = "over",
        All = "all",
    }
}

/// Which invitations are shown. What makes no sense in the URL falls back to what is usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationList {
    pub tab: Tab,
    /// A part of the address.
    pub q: String,
    pub place: Place<InvitationId>,
    pub per_page: i64,
}

impl InvitationList {
    pub fn parse(query: &Query) -> Self {
        let id = |name| query.get(name).and_then(|text| text.parse().ok());
        let place = match (id("after"), id("before")) {
            (Some(after), _) => Place::After(after),
            (None, Some(before)) => Place::Before(before),
            (None, None) => Place::Start,
        };
        let tab = query.get("show").and_then(|word| word.parse().ok()).unwrap_or(Tab::Open);
        Self { tab, q: query.search(), place, per_page: per_page(query.get("per_page")) }
    }

    pub fn url(&self) -> String {
        let per_page = (self.per_page != PER_PAGE[0]).then(|| self.per_page.to_string());
        let settings = QueryString::new()
            .with("show", self.tab.as_str())
            .with_some("q", (!self.q.is_empty()).then_some(self.q.as_str()))
            .with_some("per_page", per_page.as_deref());
        let query = match self.place {
            Place::Start => settings,
            Place::After(id) | Place::UpTo(id) => settings.with("after", &id.to_string()),
            Place::Before(id) => settings.with("before", &id.to_string()),
        };
        format!("{PATH}?{}", query.into_string())
    }

    pub fn at(&self, place: Place<InvitationId>) -> Self {
        Self { place, ..self.clone() }
    }

    /// The same search on another tab, from its start.
    pub fn on(&self, tab: Tab) -> Self {
        Self { tab, place: Place::Start, ..self.clone() }
    }

    pub fn without_search(&self) -> Self {
        Self { q: String::new(), place: Place::Start, ..self.clone() }
    }

    pub fn with_per_page(&self, per_page: i64) -> Self {
        Self { per_page, place: Place::Start, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_falls_back_to_what_is_usual() {
        for query in ["", "show=x&per_page=7&after=zz", "show=&before=1", "after=%00&q=%00"] {
            let list = InvitationList::parse(&Query::parse(query));
            assert_eq!(
                (list.tab, list.q.as_str(), list.per_page, list.place),
                (Tab::Open, "", 25, Place::Start),
                "{query}"
            );
        }
    }

    #[test]
    fn a_list_is_its_url() {
        let place = Place::Before(InvitationId::new());
        let list = InvitationList { tab: Tab::Over, q: "a+b&c".into(), place, per_page: 50 };
        let url = list.url();
        assert_eq!(InvitationList::parse(&Query::parse(url.split_once('?').unwrap().1)), list);
    }
}
