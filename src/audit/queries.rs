//! The one place that writes the audit log, and the three that read it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::list::ActivityList;
use super::{Actor, ActorKind, Entry, Event, Occasion, SubjectKind};
use crate::db::search::{self, Term};
use crate::db::{Conn, QueryResult};
use crate::schema::audit_entries;
use crate::values::folded;
use crate::web::pagination::{Place, Slice};

/// An entry as it stands in the log.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = audit_entries)]
pub struct AuditEntry {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub event: Event,
    pub actor_kind: ActorKind,
    pub actor_name: String,
    pub actor_email: String,
    pub subject_kind: SubjectKind,
    pub subject_id: Option<Uuid>,
    pub subject_name: String,
    pub subject_email: String,
    pub from_status: Option<String>,
    pub to_status: Option<String>,
    pub reason: String,
    pub details: serde_json::Value,
    pub request_id: Option<Uuid>,
    pub address: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = audit_entries)]
struct NewEntry<'a> {
    at: DateTime<Utc>,
    event: Event,
    actor_kind: ActorKind,
    actor_id: Option<Uuid>,
    actor_name: &'a str,
    actor_email: &'a str,
    subject_kind: SubjectKind,
    subject_id: Option<Uuid>,
    subject_name: &'a str,
    subject_email: &'a str,
    from_status: Option<&'a str>,
    to_status: Option<&'a str>,
    reason: &'a str,
    details: &'a serde_json::Value,
    request_id: Option<Uuid>,
    address: Option<&'a str>,
    search_text: String,
}

impl<'a> NewEntry<'a> {
    fn new(occasion: &'a Occasion, entry: &'a Entry) -> Self {
        let (actor_kind, actor_id, actor_email) = match &occasion.actor {
            Actor::Admin { id, email, .. } => (ActorKind::Admin, Some(id.0), email.as_str()),
            Actor::Developer { id, email, .. } => (ActorKind::Developer, Some(id.0), email.as_str()),
            Actor::System(_) => (ActorKind::System, None, ""),
            Actor::Visitor => (ActorKind::Visitor, None, ""),
        };
        let actor_name = occasion.actor.name();
        let Entry { event, subject, from, to, reason, details } = entry;
        let people = [actor_name, actor_email, subject.name.as_str(), subject.email.as_str()];
        Self {
            at: occasion.at,
            event: *event,
            actor_kind,
            actor_id,
            actor_name,
            actor_email,
            subject_kind: subject.kind,
            subject_id: subject.id,
            subject_name: &subject.name,
            subject_email: &subject.email,
            from_status: *from,
            to_status: *to,
            reason,
            details,
            request_id: occasion.request_id,
            address: occasion.address.as_deref(),
            search_text: folded(&people.join("\n")),
        }
    }
}

/// Writes an entry; called inside the transaction of what it tells.
pub fn record(conn: &mut Conn, occasion: &Occasion, entry: &Entry) -> QueryResult<()> {
    diesel::insert_into(audit_entries::table).values(NewEntry::new(occasion, entry)).execute(conn)?;
    Ok(())
}

/// Writes many entries of one occasion.
pub fn record_all(conn: &mut Conn, occasion: &Occasion, entries: &[Entry]) -> QueryResult<()> {
    let rows: Vec<_> = entries.iter().map(|entry| NewEntry::new(occasion, entry)).collect();
    diesel::insert_into(audit_entries::table).values(rows).execute(conn)?;
    Ok(())
}

/// What happened to one subject, newest first, up to `limit`.
pub fn of_subject(conn: &mut Conn, id: Uuid, limit: i64) -> QueryResult<Vec<AuditEntry>> {
    audit_entries::table
        .filter(audit_entries::subject_id.eq(id))
        .order(audit_entries::id.desc())
        .limit(limit)
        .select(AuditEntry::as_select())
        .load(conn)
}

/// One page of the log, newest first.
pub fn page(conn: &mut Conn, list: &ActivityList) -> QueryResult<Slice<AuditEntry>> {
    let term = Term::parse(&list.q);
    let Some(Term::Contains(_)) = &term else {
        return slice(conn, list, term.as_ref(), None);
    };
    conn.transaction(|conn| {
        search::by_walking(conn)?;
        let edge = window_edge(conn, list)?;
        let near = slice(conn, list, term.as_ref(), edge)?;
        if edge.is_none() || near.is_full(list.per_page) {
            return Ok(near);
        }
        search::by_index(conn)?;
        slice(conn, list, term.as_ref(), None)
    })
}

/// The entry at which the walk ends; none when the log ends before.
fn window_edge(conn: &mut Conn, list: &ActivityList) -> QueryResult<Option<i64>> {
    let ids = audit_entries::table.select(audit_entries::id);
    match list.place {
        Place::Start => ids.order(audit_entries::id.desc()).into_boxed(),
        Place::After(id) => ids.filter(audit_entries::id.lt(id)).order(audit_entries::id.desc()).into_boxed(),
        Place::Before(id) | Place::UpTo(id) => {
            ids.filter(audit_entries::id.gt(id)).order(audit_entries::id.asc()).into_boxed()
        }
    }
    .offset(search::WINDOW)
    .first(conn)
    .optional()
}

fn slice(
    conn: &mut Conn,
    list: &ActivityList,
    term: Option<&Term>,
    edge: Option<i64>,
) -> QueryResult<Slice<AuditEntry>> {
    let mut query = audit_entries::table.select(AuditEntry::as_select()).limit(list.per_page + 1).into_boxed();
    if let Some(event) = list.event {
        query = query.filter(audit_entries::event.eq(event));
    }
    match term {
        Some(Term::Contains(words)) => {
            for word in words {
                query = query.filter(audit_entries::search_text.like(word.clone()));
            }
        }
        // Each line of the text is a name or an address.
        Some(Term::Begins(start)) => {
            query = query.filter(
                audit_entries::search_text
                    .like(start.clone())
                    .or(audit_entries::search_text.like(format!("%\n{start}"))),
            );
        }
        None => {}
    }
    let backward = matches!(list.place, Place::Before(_) | Place::UpTo(_));
    query = match list.place {
        Place::Start => query,
        Place::After(id) => query.filter(audit_entries::id.lt(id)),
        Place::Before(id) | Place::UpTo(id) => query.filter(audit_entries::id.gt(id)),
    };
    query = match (edge, backward) {
        (None, _) => query,
        (Some(edge), false) => query.filter(audit_entries::id.ge(edge)),
        (Some(edge), true) => query.filter(audit_entries::id.le(edge)),
    };
    query = if backward { query.order(audit_entries::id.asc()) } else { query.order(audit_entries::id.desc()) };
    Ok(Slice::new(query.load(conn)?, &list.place, list.per_page))
}
