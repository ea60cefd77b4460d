//! All of a developer's rows: the list in every order, the counts, the lock, the one statement that writes a status.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::list::{Cursor, Key, List, Sort, Tab};
use super::status::{Status, Transition};
use crate::db::search::{self, Matches, Term};
use crate::db::{Conn, QueryResult};
use crate::ids::DeveloperId;
use crate::schema::{developer_totals, developers};
use crate::values::{folded, sort_text};
use crate::web::pagination::{Place, Slice};

/// A developer as the database has them.
#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Developer {
    pub id: DeveloperId,
    pub email: String,
    pub mailbox: String,
    pub full_name: String,
    pub organization: String,
    pub purpose: String,
    pub status: Status,
    pub version: i32,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub requested_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
    pub reason: String,
    pub name_order: String,
}

impl Developer {
    /// The name, or the address of somebody who came without one.
    pub fn shown_name(&self) -> &str {
        if self.full_name.is_empty() { &self.email } else { &self.full_name }
    }
}

/// A developer to be written; the texts for search and order follow from the others.
#[derive(Insertable)]
#[diesel(table_name = developers)]
pub struct NewDeveloper<'a> {
    pub id: DeveloperId,
    pub email: &'a str,
    pub mailbox: &'a str,
    pub full_name: &'a str,
    pub organization: &'a str,
    pub purpose: &'a str,
    pub status: Status,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub requested_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<&'a str>,
    pub reason: &'a str,
    pub name_order: String,
    pub search_text: String,
}

/// The text that names are sorted by: the shown name's.
pub fn name_order(full_name: &str, email: &str) -> String {
    sort_text(if full_name.is_empty() { email } else { full_name })
}

/// The text that searches look into.
pub fn search_text(email: &str, full_name: &str, organization: &str) -> String {
    folded(&[email, full_name, organization].join("\n"))
}

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
                let slice = found(conn, &list, &term)?;
                let here = count_found(conn, &list, &term)?;
                let everywhere = match here {
                    Matches::Exactly(0) => count_found(conn, &list.on(Tab::All), &term)?,
                    _ => here,
                };
                QueryResult::Ok((slice, totals(conn)?, Some((here, everywhere))))
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

/// The numbers around a list after something changed: the counts, and the matches of its search.
pub fn numbers(conn: &mut Conn, list: &List) -> QueryResult<(Totals, Option<Matches>)> {
    let matches =
        Term::parse(&list.q).map(|term| conn.transaction(|conn| count_found(conn, list, &term))).transpose()?;
    Ok((totals(conn)?, matches))
}

/// The counts alone.
pub fn totals(conn: &mut Conn) -> QueryResult<Totals> {
    let (counts, oldest): (Vec<i64>, _) =
        developer_totals::table.select((developer_totals::counts, developer_totals::oldest_request)).first(conn)?;
    Ok(Totals::new(&counts, oldest))
}

pub fn find(conn: &mut Conn, id: DeveloperId) -> QueryResult<Option<Developer>> {
    developers::table.find(id).select(Developer::as_select()).first(conn).optional()
}

/// The row, held until the end of the transaction: decisions about one person happen one after the other.
pub fn lock(conn: &mut Conn, id: DeveloperId) -> QueryResult<Option<Developer>> {
    developers::table.find(id).select(Developer::as_select()).for_update().first(conn).optional()
}

/// Carries out a move; the only statement that changes a status.
pub fn set_status(
    conn: &mut Conn,
    id: DeveloperId,
    transition: Transition,
    decided: (DateTime<Utc>, &str),
    reason: &str,
) -> QueryResult<Developer> {
    diesel::update(developers::table.find(id).filter(developers::status.eq(transition.from())))
        .set((
            developers::status.eq(transition.to()),
            developers::decided_at.eq(Some(decided.0)),
            developers::decided_by.eq(Some(decided.1)),
            developers::reason.eq(reason),
            developers::version.eq(developers::version + 1),
        ))
        .returning(Developer::as_returning())
        .get_result(conn)
}

pub fn set_person(
    conn: &mut Conn,
    developer: &Developer,
    full_name: &str,
    organization: &str,
) -> QueryResult<Developer> {
    diesel::update(developers::table.find(developer.id))
        .set((
            developers::full_name.eq(full_name),
            developers::organization.eq(organization),
            developers::name_order.eq(name_order(full_name, &developer.email)),
            developers::search_text.eq(search_text(&developer.email, full_name, organization)),
            developers::version.eq(developers::version + 1),
        ))
        .returning(Developer::as_returning())
        .get_result(conn)
}

pub fn delete(conn: &mut Conn, id: DeveloperId) -> QueryResult<usize> {
    diesel::delete(developers::table.find(id)).execute(conn)
}

/// Writes those whose mailbox and id are free, and says which these were.
pub fn insert_new(conn: &mut Conn, new: &[NewDeveloper<'_>]) -> QueryResult<HashSet<DeveloperId>> {
    diesel::insert_into(developers::table)
        .values(new)
        .on_conflict_do_nothing()
        .returning(developers::id)
        .get_results(conn)
        .map(|ids: Vec<DeveloperId>| ids.into_iter().collect())
}

pub fn any_exist(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(developers::table.select(developers::id))).get_result(conn)
}

/// Those of the mailboxes that are taken.
pub fn known_mailboxes(conn: &mut Conn, mailboxes: &[&str]) -> QueryResult<HashSet<String>> {
    let known: Vec<String> =
        developers::table.filter(developers::mailbox.eq_any(mailboxes)).select(developers::mailbox).load(conn)?;
    Ok(known.into_iter().collect())
}

/// Those of the ids that are taken.
pub fn known_ids(conn: &mut Conn, ids: &[DeveloperId]) -> QueryResult<HashSet<DeveloperId>> {
    let known: Vec<DeveloperId> =
        developers::table.filter(developers::id.eq_any(ids)).select(developers::id).load(conn)?;
    Ok(known.into_iter().collect())
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

/// The page of a search: the nearest rows first, the index where they do not fill it. Inside a transaction.
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
    let count = |conn: &mut Conn, edge: Option<Key>| -> QueryResult<i64> {
        let query = developers::table.select(diesel::dsl::count_star()).into_boxed();
        within(matching(on_tab(query, list.tab), Some(term)), &list, edge).first(conn)
    };
    search::by_walking(conn)?;
    let edge = window_edge(conn, &list)?;
    let all_were_seen = edge.is_none();
    let near = count(conn, edge)?;
    // One in a hundred: by the index that would be too many rows to fetch for a number nobody needs exactly.
    if all_were_seen || near >= search::WINDOW / 100 {
        return Ok(Matches::counted(near, all_were_seen));
    }
    search::by_index(conn)?;
    Ok(Matches::counted(count(conn, None)?, true))
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
        Tab::All => query,
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
