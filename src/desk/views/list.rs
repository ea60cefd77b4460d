//! The list page of a noun: five tabs on one frame.

use chrono::{DateTime, Utc};

use crate::db::search::Matches;
use crate::desk::list::{Cursor, List, Order, Sort, Tab};
use crate::desk::noun::{Nobody, Noun};
use crate::desk::queries::{Page, Totals};
use crate::desk::record::Record;
use crate::desk::status::Status;
use crate::values::grouped;
use crate::web::chrome::{Choice, Chrome, Column, Empty, Link, Pager, Search};
use crate::web::invite::{self, Invite};
use crate::web::moments::{counted, span};
use crate::web::pagination::{PER_PAGE, Place};
use crate::web::query::Query;

/// The title of a tab, without the portal's name.
pub fn title(list: &List, totals: &Totals) -> String {
    format!("{} ({}) · {}", list.tab.label(), grouped(totals.of(list.tab)), list.noun.heading())
}

pub struct TabLink {
    pub key: &'static str,
    pub label: &'static str,
    pub href: String,
    pub count: String,
    pub current: bool,
}

pub fn tab_links(list: &List, totals: &Totals) -> Vec<TabLink> {
    Tab::all()
        .map(|tab| TabLink {
            key: tab.key(),
            label: tab.label(),
            href: list.without_search().on(tab).url(),
            count: grouped(totals.of(tab)),
            current: tab == list.tab,
        })
        .collect()
}

/// "12 are waiting for a decision, the oldest for 4 days."
pub fn waiting(noun: Noun, totals: &Totals, now: DateTime<Utc>) -> String {
    let n = totals.of(Tab::One(Status::Requested));
    let age = totals.oldest_request.and_then(|oldest| span(oldest, now));
    match (n, age) {
        (0, _) => format!("{} is waiting for a decision.", noun.none()),
        (1, None) => "1 is waiting for a decision.".into(),
        (1, Some(age)) => format!("1 is waiting for a decision, for {age}."),
        (n, None) => format!("{} are waiting for a decision.", grouped(n)),
        (n, Some(age)) => format!("{} are waiting for a decision, the oldest for {age}.", grouped(n)),
    }
}

pub fn total(list: &List, totals: &Totals, matches: Option<Matches>) -> String {
    match matches {
        None => counted(totals.of(list.tab), list.noun.singular()),
        Some(Matches::Exactly(1)) => "1 match".into(),
        Some(Matches::Exactly(n)) => format!("{} matches", grouped(n)),
        Some(Matches::AtLeast(n)) => format!("{}+ matches", grouped(n)),
    }
}

/// All of a list page but its rows.
pub struct Desk {
    pub noun: Noun,
    /// The page's own address, for whoever leaves it to come back.
    pub here: String,
    pub tabs: Vec<TabLink>,
    pub waiting: String,
    /// How the list is sorted, in words.
    pub order: String,
    pub search: Search,
    pub columns: Vec<Column>,
    pub pager: Pager,
    pub empty: Option<Empty>,
    /// For the lists that offer an invitation.
    pub invite: Invite,
}

impl Desk {
    pub fn new<R: Record>(page: &Page<R>, invite: Invite, printed_at: &str, now: DateTime<Utc>) -> Self {
        let list = &page.list;
        Self {
            noun: list.noun,
            here: list.url(),
            tabs: tab_links(list, &page.totals),
            waiting: waiting(list.noun, &page.totals, now),
            order: format!("{}.", order_label(list.order)),
            search: search(list),
            columns: columns(list),
            pager: pager(page, printed_at, now),
            empty: page.slice.rows.is_empty().then(|| empty(page)),
            invite: invite.in_dialog(),
        }
    }
}

fn search(list: &List) -> Search {
    let mut keep = Vec::new();
    if list.tab != Tab::One(Status::Requested) {
        keep.push(("status", list.tab.key().to_owned()));
    }
    if let Some(n) = list.per_page_unless_usual() {
        keep.push(("per_page", n.to_string()));
    }
    let usual = list.on(list.tab).order;
    let mut orders = vec![usual, Order { descending: !usual.descending, ..usual }];
    orders.extend([Sort::Name, Sort::Email].map(|by| Order { by, descending: false }));
    if !orders.contains(&list.order) {
        orders.push(list.order);
    }
    let sorts = orders
        .into_iter()
        .map(|order| Choice {
            label: order_label(order).into(),
            value: if order == usual { String::new() } else { order.text() },
            current: order == list.order,
        })
        .collect();
    Search { q: list.q.clone(), label: list.noun.search_label(), keep, sorts }
}

fn order_label(order: Order) -> &'static str {
    match (order.by, order.descending) {
        (Sort::RequestedAt, false) => "Oldest request first",
        (Sort::RequestedAt, true) => "Newest request first",
        (Sort::DecidedAt, false) => "Oldest decision first",
        (Sort::DecidedAt, true) => "Newest decision first",
        (Sort::Name, false) => "Name A to Z",
        (Sort::Name, true) => "Name Z to A",
        (Sort::Email, false) => "Email A to Z",
        (Sort::Email, true) => "Email Z to A",
    }
}

fn columns(list: &List) -> Vec<Column> {
    let (about, note) = list.noun.columns(list.tab);
    let (when, when_sort) = match list.tab {
        Tab::One(Status::Requested) | Tab::All => (Status::Requested.label(), Sort::RequestedAt),
        Tab::One(status) => (status.label(), Sort::DecidedAt),
    };
    let sortable = |label, place, by| {
        let current = list.order.by == by;
        // A time is wanted newest first, a name from A; a second click turns it round.
        let first = Order { by, descending: matches!(by, Sort::RequestedAt | Sort::DecidedAt) };
        let next = if current { Order { by, descending: !list.order.descending } } else { first };
        let sort = if list.order.descending { "descending" } else { "ascending" };
        Column { label, place, href: Some(list.sorted(next).url()), sort: current.then_some(sort) }
    };
    let plain = |label, place| Column { label, place, href: None, sort: None };
    vec![
        sortable("Name", "name", Sort::Name),
        sortable("Email", "mail", Sort::Email),
        plain(about, "about"),
        sortable(when, "when", when_sort),
        plain(note, "note"),
        plain("Actions", "moves"),
    ]
}

fn pager<R: Record>(page: &Page<R>, printed_at: &str, now: DateTime<Utc>) -> Pager {
    let (list, slice) = (&page.list, &page.slice);
    let link = |row: Option<&R>, there: bool, place: fn(Cursor) -> Place<Cursor>| {
        row.filter(|_| there).map(|row| list.at(place(Cursor::of(row, list.order.by))).url())
    };
    Pager {
        previous: link(slice.rows.first(), slice.has_previous, Place::Before),
        next: link(slice.rows.last(), slice.has_next, Place::After),
        total: total(list, &page.totals, page.matches.map(|(here, _)| here)),
        sizes: PER_PAGE
            .into_iter()
            .map(|n| Choice { label: n.to_string(), value: list.with_per_page(n).url(), current: n == list.per_page })
            .collect(),
        printed: format!("{printed_at}{} · printed {}", list.url(), now.format("%-d %b %Y, %H:%M UTC")),
    }
}

/// Nobody ever, nobody now, no match: each says what to do next.
fn empty<R>(page: &Page<R>) -> Empty {
    let list = &page.list;
    let link = |label: String, href: String| Link { label, href };
    if let Some((_, everywhere)) = page.matches {
        let mut links = vec![link("Clear the search".into(), list.without_search().url())];
        let elsewhere = match everywhere {
            Matches::Exactly(0) => None,
            Matches::Exactly(n) => Some(grouped(n)),
            Matches::AtLeast(n) => Some(format!("{}+", grouped(n))),
        };
        if let Some(n) = elsewhere.filter(|_| list.tab != Tab::All) {
            links.insert(0, link(format!("Search all statuses ({n})"), list.on(Tab::All).url()));
        }
        return Empty {
            title: format!("No matches for “{}” in {}", list.q, list.tab.label()),
            text: list.noun.searched().into(),
            links,
        };
    }
    if page.totals.of(Tab::All) == 0 {
        let Nobody { title, text, invites } = list.noun.nobody();
        let invitation = invites.then(|| link("Invite developers".into(), invite::PATH.into()));
        return Empty { title: title.into(), text: text.into(), links: invitation.into_iter().collect() };
    }
    let all = vec![link(
        format!("See all {}", list.noun.plural()),
        List::parse(list.noun, &Query::default()).on(Tab::All).url(),
    )];
    match list.tab {
        Tab::One(Status::Requested) => {
            Empty { title: "All caught up".into(), text: "No request is waiting for a decision.".into(), links: all }
        }
        tab => Empty {
            title: format!("{} is {} now", list.noun.none(), tab.label().to_lowercase()),
            text: list.noun.promise().into(),
            links: all,
        },
    }
}

/// A page of the list, whole or its changing part.
pub struct ListPage<R, Beside> {
    pub page: Page<R>,
    /// What its rows tell besides themselves.
    pub beside: Beside,
    pub chrome: Chrome,
    pub invite: Invite,
    /// Scheme and host, for paper.
    pub base_url: String,
    pub now: DateTime<Utc>,
    pub wants_fragment: bool,
}

/// The five tabs of a noun: a page each, whose template extends the list and holds rows of its own. Makes `list_page`,
/// which renders the one that is asked for; a row is made by `new(record, context)`.
macro_rules! tabs {
    ($record:ident beside $beside:ty: $($tab:pat => $page:ident of $row:ident in $path:literal,)+) => {
        $(
            #[derive(askama::Template)]
            #[template(path = $path, blocks = ["list", "lead", "tabs"])]
            struct $page {
                chrome: $crate::web::chrome::Chrome,
                desk: $crate::desk::Desk,
                rows: Vec<$row>,
            }
        )+

        /// # Errors
        /// A template cannot be rendered.
        pub fn list_page(
            view: $crate::desk::ListPage<$record, $beside>,
        ) -> Result<$crate::web::page::Rendered, $crate::error::AppError> {
            use $crate::web::page::Rendered;

            let $crate::desk::ListPage { page, beside, chrome, invite, base_url, now, wants_fragment } = view;
            let context = $crate::desk::RowContext::new(&page.list, beside, now);
            let desk = $crate::desk::Desk::new(&page, invite, &base_url, now);
            match page.list.tab {
                $($tab => {
                    let rows = page.slice.rows.iter().map(|row| $row::new(row, &context)).collect();
                    let view = $page { chrome, desk, rows };
                    if wants_fragment {
                        Ok(Rendered::of(&view.as_list())?
                            .and(Rendered::of(&view.as_lead())?)
                            .and(Rendered::of(&view.as_tabs())?))
                    } else {
                        Rendered::of(&view)
                    }
                })+
            }
        }
    };
}

pub(crate) use tabs;
