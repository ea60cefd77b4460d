//! A page of the outbox, as its URL says it.

use crate::ids::MailId;
use crate::outbox::{Counts, Mail, State};
use crate::web::pagination::{PER_PAGE, Place, Slice, per_page};
use crate::web::query::{Query, QueryString};

/// The path of the list.
pub const PATH: &str = "/admin/mail";

/// The mails in one state. What makes no sense in the URL falls back to what is usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailList {
    pub state: State,
    pub place: Place<MailId>,
    pub per_page: i64,
}

impl MailList {
    pub fn parse(query: &Query) -> Self {
        let id = |name| query.get(name).and_then(|text| text.parse().ok());
        let place = match (id("after"), id("before")) {
            (Some(after), _) => Place::After(after),
            (None, Some(before)) => Place::Before(before),
            (None, None) => Place::Start,
        };
        let state = query.get("state").and_then(|word| word.parse().ok()).unwrap_or(State::Waiting);
        Self { state, place, per_page: per_page(query.get("per_page")) }
    }

    pub fn url(&self) -> String {
        let per_page = (self.per_page != PER_PAGE[0]).then(|| self.per_page.to_string());
        let settings = QueryString::new().with("state", self.state.as_str()).with_some("per_page", per_page.as_deref());
        let query = match self.place {
            Place::Start => settings,
            Place::After(id) | Place::UpTo(id) => settings.with("after", &id.to_string()),
            Place::Before(id) => settings.with("before", &id.to_string()),
        };
        format!("{PATH}?{}", query.into_string())
    }

    pub fn at(&self, place: Place<MailId>) -> Self {
        Self { place, ..self.clone() }
    }

    /// Another tab, from its start.
    pub fn on(&self, state: State) -> Self {
        Self { state, place: Place::Start, ..self.clone() }
    }

    pub fn with_per_page(&self, per_page: i64) -> Self {
        Self { per_page, place: Place::Start, ..self.clone() }
    }
}

/// What such a page shows.
pub struct Page {
    pub list: MailList,
    pub slice: Slice<Mail>,
    pub counts: Counts,
    /// What keeps the mail server from being reached.
    pub trouble: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_falls_back_to_what_is_usual() {
        for query in ["", "state=x&per_page=7&after=zz", "state=&before=1", "after=%00"] {
            let list = MailList::parse(&Query::parse(query));
            assert_eq!((list.state, list.per_page, list.place), (State::Waiting, 25, Place::Start), "{query}");
        }
    }

    #[test]
    fn a_list_is_its_url() {
        let list = MailList { state: State::Failed, place: Place::Before(MailId::new()), per_page: 50 };
        let url = list.url();
        assert_eq!(MailList::parse(&Query::parse(url.split_once('?').unwrap().1)), list);
    }
}
