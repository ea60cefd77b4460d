//! The lists of the desk in every order, their searches and their counts: here what holds for every table, in
//! `statements` what each of them asks for itself.

mod statements;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::list::{Cursor, Key, List, Tab};
use super::record::Record;
use super::status::Status;
use crate::db::search::{self, Matches, Term};
use crate::db::{Conn, QueryResult};
use crate::web::pagination::{Place, Slice};

pub(crate) use statements::listed;

/// A row with the statements by which its table is listed; [`listed!`](listed) writes them.
pub trait Listed: Record + Sized {
    /// The counts alone.
    fn totals(conn: &mut Conn) -> QueryResult<Totals>;
    /// A page without a search and the counts, in one statement.
    fn rows_and_totals(conn: &mut Conn, list: &List) -> QueryResult<(Slice<Self>, Totals)>;
    /// The rows of a page, up to the edge.
    fn rows(conn: &mut Conn, list: &List, term: Option<&Term>, edge: Option<Key>) -> QueryResult<Slice<Self>>;
    /// Counts by fetching no more ids than [`search::COUNT_CAP`] allows: a common word stops there.
    fn count_up_to_cap(conn: &mut Conn, list: &List, term: &Term, edge: Option<Key>) -> QueryResult<i64>;
    /// The key at which a walk of [`search::WINDOW`] rows ends; none when the tab ends before.
    fn window_edge(conn: &mut Conn, list: &List) -> QueryResult<Option<Key>>;
}

/// How many there are, and since when the oldest request waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    counts: [i64; 4],
    pub oldest_request: Option<DateTime<Utc>>,
}

impl Totals {
    pub fn new(counts: &[i64], oldest_request: Option<DateTime<Utc>>) -> Self {
        let mut own = [0; 4];
        own.iter_mut().zip(counts).for_each(|(slot, n)| *slot = *n);
        Self { counts: own, oldest_request }
    }

    /// The view lists the counts in the order in which the statuses are declared.
    pub fn of(&self, tab: Tab) -> i64 {
        match tab {
            Tab::One(status) => Status::ALL.iter().zip(self.counts).find(|(s, _)| **s == status).map_or(0, |(_, n)| n),
            Tab::All => self.counts.iter().sum(),
        }
    }
}

/// A page of the list with the numbers that belong to it.
#[derive(Debug)]
pub struct Page<R> {
    /// The list that is shown: the one asked for, or the nearest that is not empty.
    pub list: List,
    pub slice: Slice<R>,
    pub totals: Totals,
    /// How many rows the search finds on this tab, and, where it finds none, on all; none without a search.
    pub matches: Option<(Matches, Matches)>,
}

/// One page of a list. Without a search this is one statement: rows and counts belong together whoever writes.
pub fn page<R: Listed>(conn: &mut Conn, list: &List) -> QueryResult<Page<R>> {
    let mut list = list.clone();
    loop {
        let (slice, totals, matches) = match Term::parse(&list.q) {
            None => {
                let (slice, totals) = R::rows_and_totals(conn, &list)?;
                (slice, totals, None)
            }
            Some(term) => conn.transaction(|conn| {
                // Before the search takes the planner's choices away, which these numbers need.
                let totals = R::totals(conn)?;
                let (slice, matches) = search(conn, &list, &term)?;
                QueryResult::Ok((slice, totals, Some(matches)))
            })?,
        };
        // The rows after this place may be gone since its link was made: then the list ends before it.
        list.place = match (slice.rows.is_empty(), list.place) {
            (true, Place::After(cursor)) => Place::UpTo(cursor),
            (true, Place::Before(_) | Place::UpTo(_)) => Place::Start,
            (_, place) => {
                list.place = place;
                return Ok(Page { list, slice, totals, matches });
            }
        };
    }
}

/// The rows just before and just after a record in a list.
pub fn neighbours<R: Listed>(conn: &mut Conn, list: &List, record: &R) -> QueryResult<(Option<Uuid>, Option<Uuid>)> {
    let mut one = |place| {
        let list = List { per_page: 1, ..list.at(place) };
        let slice = match Term::parse(&list.q) {
            None => R::rows(conn, &list, None, None)?,
            Some(term) => conn.transaction(|conn| found::<R>(conn, &list, &term))?,
        };
        QueryResult::Ok(slice.rows.first().map(R::id))
    };
    let cursor = Cursor::of(record, list.order.by);
    Ok((one(Place::Before(cursor.clone()))?, one(Place::After(cursor))?))
}

/// The counts, and the matches of a search where there is one.
pub type Numbers = (Totals, Option<Matches>);

/// The numbers around a list after something changed: the counts, and the matches of its search.
pub fn numbers<R: Listed>(conn: &mut Conn, list: &List) -> QueryResult<Numbers> {
    // Before the search takes the planner's choices away, which these numbers need.
    let totals = R::totals(conn)?;
    let term = Term::parse(&list.q);
    let matches = term.map(|term| conn.transaction(|conn| count_found::<R>(conn, list, &term))).transpose()?;
    Ok((totals, matches))
}

/// The page of a search, how many rows match on its tab, and, where none does, how many on all. Inside a transaction.
fn search<R: Listed>(conn: &mut Conn, list: &List, term: &Term) -> QueryResult<(Slice<R>, (Matches, Matches))> {
    let slice = found::<R>(conn, list, term)?;
    // A first page that is the last one has been counted by being shown.
    let is_whole = list.place == Place::Start && !slice.has_next;
    let here = match i64::try_from(slice.rows.len()) {
        Ok(n) if is_whole => Matches::Exactly(n),
        _ => count_found::<R>(conn, list, term)?,
    };
    let everywhere = match here {
        Matches::Exactly(0) if list.tab != Tab::All => count_by_index::<R>(conn, &list.on(Tab::All), term)?,
        _ => here,
    };
    Ok((slice, (here, everywhere)))
}

/// The rows of a search: the nearest first, the index where they do not fill the page.
fn found<R: Listed>(conn: &mut Conn, list: &List, term: &Term) -> QueryResult<Slice<R>> {
    search::by_walking(conn)?;
    let edge = R::window_edge(conn, list)?;
    let near = R::rows(conn, list, Some(term), edge.clone())?;
    if edge.is_none() || near.is_full(list.per_page) {
        return Ok(near);
    }
    search::by_index(conn)?;
    R::rows(conn, list, Some(term), None)
}

/// How many rows of the tab match: among the nearest rows, and by the index where these hold few.
fn count_found<R: Listed>(conn: &mut Conn, list: &List, term: &Term) -> QueryResult<Matches> {
    let list = list.at(Place::Start);
    search::by_walking(conn)?;
    let edge = R::window_edge(conn, &list)?;
    let all_were_seen = edge.is_none();
    let near = R::count_up_to_cap(conn, &list, term, edge)?;
    // One in a hundred: by the index that would be too many rows to fetch for a number nobody needs exactly.
    if all_were_seen || near >= search::WINDOW / 100 {
        return Ok(Matches::counted(near, all_were_seen));
    }
    count_by_index::<R>(conn, &list, term)
}

fn count_by_index<R: Listed>(conn: &mut Conn, list: &List, term: &Term) -> QueryResult<Matches> {
    search::by_index(conn)?;
    Ok(Matches::counted(R::count_up_to_cap(conn, list, term, None)?, true))
}
