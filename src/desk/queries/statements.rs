//! What a table of the desk asks the database for. The tables are alike in the columns that are named here, and diesel
//! has no words for "a table with these columns": hence a macro.

/// Makes a row [`Listed`](super::Listed): its table, the view of its totals, the row.
macro_rules! listed {
    ($table:ident, $totals:ident, $row:ident) => {
        const _: () = {
            use chrono::{DateTime, Utc};
            use diesel::pg::Pg;
            use diesel::prelude::*;

            use $crate::db::search::{self, Term};
            use $crate::db::{Conn, QueryResult};
            use $crate::desk::{Cursor, Key, List, Listed, Sort, Tab, Totals, listed};
            use $crate::web::pagination::{Place, Slice};

            /// A row with the numbers of the view beside it.
            type Counted = ($row, Option<Vec<i64>>, Option<DateTime<Utc>>);
            type Rows<'a, Selected> = $table::BoxedQuery<'a, Pg, Selected>;

            impl Listed for $row {
                fn totals(conn: &mut Conn) -> QueryResult<Totals> {
                    let (counts, oldest): (Vec<i64>, _) =
                        $totals::table.select(($totals::counts, $totals::oldest_request)).first(conn)?;
                    Ok(Totals::new(&counts, oldest))
                }

                fn rows_and_totals(conn: &mut Conn, list: &List) -> QueryResult<(Slice<$row>, Totals)> {
                    let query = $table::table
                        .select((
                            $row::as_select(),
                            $totals::table.select($totals::counts).single_value(),
                            $totals::table.select($totals::oldest_request).single_value(),
                        ))
                        .into_boxed();
                    let query = ordered(on_tab(query, list.tab), list, None).limit(list.per_page + 1);
                    let loaded: Vec<Counted> = query.load(conn)?;
                    let totals = match loaded.first() {
                        Some((_, counts, oldest)) => Totals::new(counts.as_deref().unwrap_or_default(), *oldest),
                        None => Self::totals(conn)?,
                    };
                    let rows = loaded.into_iter().map(|(row, _, _)| row).collect();
                    Ok((Slice::new(rows, &list.place, list.per_page), totals))
                }

                fn rows(
                    conn: &mut Conn,
                    list: &List,
                    term: Option<&Term>,
                    edge: Option<Key>,
                ) -> QueryResult<Slice<$row>> {
                    let query = $table::table.select($row::as_select()).into_boxed();
                    let query = ordered(matching(on_tab(query, list.tab), term), list, edge).limit(list.per_page + 1);
                    Ok(Slice::new(query.load(conn)?, &list.place, list.per_page))
                }

                fn count_up_to_cap(conn: &mut Conn, list: &List, term: &Term, edge: Option<Key>) -> QueryResult<i64> {
                    let query = $table::table.select($table::id).into_boxed();
                    let query = within(matching(on_tab(query, list.tab), Some(term)), list, edge);
                    let ids: Vec<uuid::Uuid> = query.limit(search::COUNT_CAP + 1).load(conn)?;
                    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
                }

                fn window_edge(conn: &mut Conn, list: &List) -> QueryResult<Option<Key>> {
                    match list.order.by {
                        Sort::RequestedAt => listed!(@edge $table, conn, list, requested_at, Key::Time),
                        Sort::DecidedAt => listed!(@edge $table, conn, list, decided_order, Key::Time),
                        Sort::Name => listed!(@edge $table, conn, list, name_order, Key::Text),
                        Sort::Email => listed!(@edge $table, conn, list, mailbox, Key::Text),
                    }
                }
            }

            fn on_tab<Selected>(query: Rows<'_, Selected>, tab: Tab) -> Rows<'_, Selected> {
                match tab {
                    Tab::One(status) => query.filter($table::status.eq(status)),
                    // What the indexes over all statuses ask for; see the migration.
                    Tab::All => query.filter($table::version.gt(0)),
                }
            }

            fn matching<'a, Selected>(mut query: Rows<'a, Selected>, term: Option<&Term>) -> Rows<'a, Selected> {
                match term {
                    None => query,
                    Some(Term::Begins(start)) => {
                        query.filter($table::mailbox.like(start.clone()).or($table::name_order.like(start.clone())))
                    }
                    Some(Term::Contains(words)) => {
                        for word in words {
                            query = query.filter($table::search_text.like(word.clone()));
                        }
                        query
                    }
                }
            }

            /// The rows from the list's place up to the edge.
            fn within<'a, Selected>(query: Rows<'a, Selected>, list: &List, edge: Option<Key>) -> Rows<'a, Selected> {
                match list.order.by {
            Sort::RequestedAt => listed!(@along $table, query, list, edge, requested_at, Key::Time),
            Sort::DecidedAt => listed!(@along $table, query, list, edge, decided_order, Key::Time),
            Sort::Name => listed!(@along $table, query, list, edge, name_order, Key::Text),
            Sort::Email => listed!(@along $table, query, list, edge, mailbox, Key::Text),
                }
            }

            /// The same in the list's order.
            fn ordered<'a, Selected>(query: Rows<'a, Selected>, list: &List, edge: Option<Key>) -> Rows<'a, Selected> {
                match list.order.by {
            Sort::RequestedAt => listed!(@by $table, query, list, edge, requested_at),
            Sort::DecidedAt => listed!(@by $table, query, list, edge, decided_order),
            Sort::Name => listed!(@by $table, query, list, edge, name_order),
            Sort::Email => listed!(@by $table, query, list, edge, mailbox),
                }
            }
        };
    };

    // Everything that depends on the column a list is sorted by. The comparison with the cursor is said twice,
    // `key <= k and (key < k or id < i)`, because PostgreSQL finds the start in the index only by the first half.
    (@along $table:ident, $query:ident, $list:ident, $edge:ident, $column:ident, $kind:path) => {{
        let down = $list.walks_down();
        let mut query = $query;
        let cursor = match &$list.place {
            Place::After(cursor) | Place::Before(cursor) | Place::UpTo(cursor) => Some(cursor.clone()),
            Place::Start => None,
        };
        if let Some(Cursor { key: $kind(key), id }) = cursor {
            let (column, row) = ($table::$column, $table::id);
            query = match (&$list.place, down) {
                (Place::UpTo(_), true) => query.filter(column.le(key.clone())).filter(column.lt(key).or(row.le(id))),
                (Place::UpTo(_), false) => query.filter(column.ge(key.clone())).filter(column.gt(key).or(row.ge(id))),
                (_, true) => query.filter(column.le(key.clone())).filter(column.lt(key).or(row.lt(id))),
                (_, false) => query.filter(column.ge(key.clone())).filter(column.gt(key).or(row.gt(id))),
            };
        }
        if let Some($kind(edge)) = $edge {
            query = if down { query.filter($table::$column.ge(edge)) } else { query.filter($table::$column.le(edge)) };
        }
        query
    }};

    (@by $table:ident, $query:ident, $list:ident, $edge:ident, $column:ident) => {
        if $list.walks_down() {
            within($query, $list, $edge).order(($table::$column.desc(), $table::id.desc()))
        } else {
            within($query, $list, $edge).order(($table::$column.asc(), $table::id.asc()))
        }
    };

    (@edge $table:ident, $conn:ident, $list:ident, $column:ident, $kind:path) => {
        ordered(on_tab($table::table.select($table::$column).into_boxed(), $list.tab), $list, None)
            .offset(search::WINDOW)
            .limit(1)
            .first($conn)
            .optional()
            .map(|key| key.map($kind))
    };
}

pub(crate) use listed;
