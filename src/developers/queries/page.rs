//! The list in every order, its searches and its counts.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::Developer;
use crate::db::search::{self, Matches, Term};
use crate::db::{Conn, QueryResult};
use crate::developers::list::{Cursor, Key, List, Sort, Tab};
use crate::developers::status::Status;
use crate::ids::DeveloperId;
use crate::schema::{developer_totals, developers};
use crate::web::pagination::{Place, Slice};

/// How many there are, and since when the oldest request waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    counts: [i64; 4],
    pub oldest_request: Option<DateTime<Utc>>,
}

impl Totals {
    fn new(counts: &[i64], oldest_request: Option<DateTime<Utc>>) -> Self {
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
pub struct Page {
    /// The list that is shown: the one asked for, or the nearest that is not empty.
    pub list: List,
    pub slice: Slice<Developer>,
    pub totals: Totals,
    /// How many rows the search finds on this tab, and, where it finds none, on all; none without a search.
    pub matches: Option<(Matches, Matches)>,
}

/// One page of a list. Without a search this is one statement: rows and counts belong together whoever writes.
pub fn page(conn: &mut Conn, list: &List) -> QueryResult<Page> {
    let mut list = list.clone();
    loop {
        let (slice, totals, matches) = match Term::parse(&list.q) {
            None => {
                let (slice, totals) = rows_and_totals(conn, &list)?;
                (slice, totals, None)
            }
            Some(term) => conn.transaction(|conn| {
                // Before the search takes the planner's choices away, which these numbers need.
                let totals = totals(conn)?;
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

/// The rows just before and just after a developer in a list.
pub fn neighbours(
    conn: &mut Conn,
    list: &List,
    developer: &Developer,
) -> QueryResult<(Option<Developer>, Option<Developer>)> {
    let mut one = |place| {
        let list = List { per_page: 1, ..list.at(place) };
        let slice = match Term::parse(&list.q) {
            None => rows(conn, &list, None, None)?,
            Some(term) => conn.transaction(|conn| found(conn, &list, &term))?,
        };
        QueryResult::Ok(slice.rows.into_iter().next())
    };
    let cursor = Cursor::of(developer, list.order.by);
    Ok((one(Place::Before(cursor.clone()))?, one(Place::After(cursor))?))
}

/// The counts, and the matches of a search where there is one.
pub type Numbers = (Totals, Option<Matches>);

/// The numbers around a list after something changed: the counts, and the matches of its search.
pub fn numbers(conn: &mut Conn, list: &List) -> QueryResult<Numbers> {
    // Before the search takes the planner's choices away, which these numbers need.
    let totals = totals(conn)?;
    let term = Term::parse(&list.q);
    let matches = term.map(|term| conn.transaction(|conn| count_found(conn, list, &term))).transpose()?;
    Ok((totals, matches))
}

/// The counts alone.
pub fn totals(conn: &mut Conn) -> QueryResult<Totals> {
    let (counts, oldest): (Vec<i64>, _) =
        developer_totals::table.select((developer_totals::counts, developer_totals::oldest_request)).first(conn)?;
    Ok(Totals::new(&counts, oldest))
}

/// A row with the numbers of the view beside it.
type Counted = (Developer, Option<Vec<i64>>, Option<DateTime<Utc>>);
type Rows<'a, Selected> = developers::BoxedQuery<'a, Pg, Selected>;

fn rows_and_totals(conn: &mut Conn, list: &List) -> QueryResult<(Slice<Developer>, Totals)> {
    let query = developers::table
        .select((
            Developer::as_select(),
            developer_totals::table.select(developer_totals::counts).single_value(),
            developer_totals::table.select(developer_totals::oldest_request).single_value(),
        ))
        .into_boxed();
    let query = ordered(on_tab(query, list.tab), list, None).limit(list.per_page + 1);
    let loaded: Vec<Counted> = query.load(conn)?;
    let totals = match loaded.first() {
        Some((_, counts, oldest)) => Totals::new(counts.as_deref().unwrap_or_default(), *oldest),
        None => totals(conn)?,
    };
    let rows = loaded.into_iter().map(|(developer, _, _)| developer).collect();
    Ok((Slice::new(rows, &list.place, list.per_page), totals))
}

fn rows(conn: &mut Conn, list: &List, term: Option<&Term>, edge: Option<Key>) -> QueryResult<Slice<Developer>> {
    let query = developers::table.select(Developer::as_select()).into_boxed();
    let query = ordered(matching(on_tab(query, list.tab), term), list, edge).limit(list.per_page + 1);
    Ok(Slice::new(query.load(conn)?, &list.place, list.per_page))
}

/// The page of a search, how many rows match on its tab, and, where none does, how many on all. Inside a transaction.
fn search(conn: &mut Conn, list: &List, term: &Term) -> QueryResult<(Slice<Developer>, (Matches, Matches))> {
    let slice = found(conn, list, term)?;
    // A first page that is the last one has been counted by being shown.
    let is_whole = list.place == Place::Start && !slice.has_next;
    let here = match i64::try_from(slice.rows.len()) {
        Ok(n) if is_whole => Matches::Exactly(n),
        _ => count_found(conn, list, term)?,
    };
    let everywhere = match here {
        Matches::Exactly(0) if list.tab != Tab::All => count_by_index(conn, &list.on(Tab::All), term)?,
        _ => here,
    };
    Ok((slice, (here, everywhere)))
}

/// The rows of a search: the nearest first, the index where they do not fill the page.
fn found(conn: &mut Conn, list: &List, term: &Term) -> QueryResult<Slice<Developer>> {
    search::by_walking(conn)?;
    let edge = window_edge(conn, list)?;
    let near = rows(conn, list, Some(term), edge.clone())?;
    if edge.is_none() || near.is_full(list.per_page) {
        return Ok(near);
    }
    search::by_index(conn)?;
    rows(conn, list, Some(term), None)
}

/// How many rows of the tab match: among the nearest rows, and by the index where these hold few.
fn count_found(conn: &mut Conn, list: &List, term: &Term) -> QueryResult<Matches> {
    let list = list.at(Place::Start);
    search::by_walking(conn)?;
    let edge = window_edge(conn, &list)?;
    let all_were_seen = edge.is_none();
    let near = count_up_to_cap(conn, &list, term, edge)?;
    // One in a hundred: by the index that would be too many rows to fetch for a number nobody needs exactly.
    if all_were_seen || near >= search::WINDOW / 100 {
        return Ok(Matches::counted(near, all_were_seen));
    }
    count_by_index(conn, &list, term)
}

fn count_by_index(conn: &mut Conn, list: &List, term: &Term) -> QueryResult<Matches> {
    search::by_index(conn)?;
    Ok(Matches::counted(count_up_to_cap(conn, list, term, None)?, true))
}

/// Counts by fetching no more ids than the cap allows: a common word stops there.
fn count_up_to_cap(conn: &mut Conn, list: &List, term: &Term, edge: Option<Key>) -> QueryResult<i64> {
    let query = developers::table.select(developers::id).into_boxed();
    let query = within(matching(on_tab(query, list.tab), Some(term)), list, edge).limit(search::COUNT_CAP + 1);
    let ids: Vec<DeveloperId> = query.load(conn)?;
    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
}

/// The key at which a walk of [`search::WINDOW`] rows ends; none when the tab ends before.
fn window_edge(conn: &mut Conn, list: &List) -> QueryResult<Option<Key>> {
    macro_rules! edge {
        ($column:ident, $kind:path) => {
            ordered(on_tab(developers::table.select(developers::$column).into_boxed(), list.tab), list, None)
                .offset(search::WINDOW)
                .limit(1)
                .first(conn)
                .optional()
                .map(|key| key.map($kind))
        };
    }
    match list.order.by {
        Sort::RequestedAt => edge!(requested_at, Key::Time),
        Sort::DecidedAt => edge!(decided_order, Key::Time),
        Sort::Name => edge!(name_order, Key::Text),
        Sort::Email => edge!(mailbox, Key::Text),
    }
}

fn on_tab<Selected>(query: Rows<'_, Selected>, tab: Tab) -> Rows<'_, Selected> {
    match tab {
        Tab::One(status) => query.filter(developers::status.eq(status)),
        // What the indexes over all statuses ask for; see the migration.
        Tab::All => query.filter(developers::version.gt(0)),
    }
}

fn matching<'a, Selected>(mut query: Rows<'a, Selected>, term: Option<&Term>) -> Rows<'a, Selected> {
    match term {
        None => query,
        Some(Term::Begins(start)) => {
            query.filter(developers::mailbox.like(start.clone()).or(developers::name_order.like(start.clone())))
        }
        Some(Term::Contains(words)) => {
            for word in words {
                query = query.filter(developers::search_text.like(word.clone()));
            }
            query
        }
    }
}

/// Everything that depends on the column a list is sorted by. The comparison with the cursor is said twice,
/// `key <= k and (key < k or id < i)`, because PostgreSQL finds the start in the index only by the first half.
macro_rules! along {
    ($query:ident, $list:ident, $edge:ident, $column:ident, $kind:path) => {{
        let down = $list.walks_down();
        let mut query = $query;
        let cursor = match &$list.place {
            Place::After(cursor) | Place::Before(cursor) | Place::UpTo(cursor) => Some(cursor.clone()),
            Place::Start => None,
        };
        if let Some(Cursor { key: $kind(key), id }) = cursor {
            let (column, row) = (developers::$column, developers::id);
            query = match (&$list.place, down) {
                (Place::UpTo(_), true) => query.filter(column.le(key.clone())).filter(column.lt(key).or(row.le(id))),
                (Place::UpTo(_), false) => query.filter(column.ge(key.clone())).filter(column.gt(key).or(row.ge(id))),
                (_, true) => query.filter(column.le(key.clone())).filter(column.lt(key).or(row.lt(id))),
                (_, false) => query.filter(column.ge(key.clone())).filter(column.gt(key).or(row.gt(id))),
            };
        }
        if let Some($kind(edge)) = $edge {
            query = if down {
                query.filter(developers::$column.ge(edge))
            } else {
                query.filter(developers::$column.le(edge))
            };
        }
        query
    }};
}

/// The rows from the list's place up to the edge.
fn within<'a, Selected>(query: Rows<'a, Selected>, list: &List, edge: Option<Key>) -> Rows<'a, Selected> {
    match list.order.by {
        Sort::RequestedAt => along!(query, list, edge, requested_at, Key::Time),
        Sort::DecidedAt => along!(query, list, edge, decided_order, Key::Time),
        Sort::Name => along!(query, list, edge, name_order, Key::Text),
        Sort::Email => along!(query, list, edge, mailbox, Key::Text),
    }
}

/// The same in the list's order.
fn ordered<'a, Selected>(query: Rows<'a, Selected>, list: &List, edge: Option<Key>) -> Rows<'a, Selected> {
    macro_rules! by {
        ($column:ident) => {
            if list.walks_down() {
                within(query, list, edge).order((developers::$column.desc(), developers::id.desc()))
            } else {
                within(query, list, edge).order((developers::$column.asc(), developers::id.asc()))
            }
        };
    }
    match list.order.by {
        Sort::RequestedAt => by!(requested_at),
        Sort::DecidedAt => by!(decided_order),
        Sort::Name => by!(name_order),
        Sort::Email => by!(mailbox),
    }
}
