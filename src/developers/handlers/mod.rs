//! What only developers have at the desk: mail to several at once. The rest is `desk::handlers`, to which a developer
//! is a case like another.

mod selected;

pub use selected::email;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::forms::{PersonForm, parse_person};
use super::operations;
use super::queries::{self, Developer};
use super::views::{self, AnyRowAlone, Beside, Facts, Record, RecordAlone, Show};
use crate::audit::{self, Occasion};
use crate::db::{Conn, QueryResult};
use crate::desk::{Around, Case, Edit, History, List, ListPage, Move, Outcome, TIMELINE};
use crate::error::AppError;
use crate::gateway;
use crate::ids::DeveloperId;
use crate::keys;
use crate::outbox::{self, Post};
use crate::values::{Organization, PersonName};
use crate::web::chrome::{Chrome, Field};
use crate::web::form::FieldErrors;
use crate::web::page::Rendered;

impl Case for Developer {
    type Beside = Beside;
    type Facts = Facts;
    type Form = PersonForm;
    type Words = (PersonName, Organization);

    fn find(conn: &mut Conn, id: Uuid) -> QueryResult<Option<Self>> {
        queries::find(conn, DeveloperId(id))
    }

    fn beside(conn: &mut Conn, rows: &[Self]) -> QueryResult<Beside> {
        let with_access = rows.iter().filter(|row| row.status.can_end_access());
        let ids: Vec<DeveloperId> = with_access.map(|row| row.id).collect();
        if ids.is_empty() { Ok(Beside::new()) } else { keys::stops_of_developers(conn, &ids, Utc::now()) }
    }

    fn facts(&self, conn: &mut Conn) -> QueryResult<Facts> {
        let entries = audit::of_subject(conn, self.id.0, TIMELINE)?;
        let holdings = keys::holdings(conn, self.id, Utc::now())?;
        Ok(Facts {
            history: History { entries, mails: outbox::of_developer(conn, self.id, TIMELINE)? },
            stops: Self::beside(conn, std::slice::from_ref(self))?.remove(&self.id),
            // Gateways know nothing of somebody who has nothing.
            spread: if holdings.is_empty() { None } else { gateway::spread(conn, self.id)? },
            holdings,
        })
    }

    fn losses(&self, conn: &mut Conn) -> QueryResult<Vec<String>> {
        let now = Utc::now();
        let stops = keys::stops_of_developers(conn, &[self.id], now)?.remove(&self.id);
        Ok(views::losses(self, &stops.unwrap_or_default(), now))
    }

    fn transition(
        conn: &mut Conn,
        id: Uuid,
        wanted: &Move,
        post: &Post,
        occasion: &Occasion,
    ) -> QueryResult<Outcome<Self>> {
        operations::transition(conn, DeveloperId(id), wanted, post, occasion)
    }

    fn delete(conn: &mut Conn, id: Uuid, version: i32, occasion: &Occasion) -> QueryResult<Outcome<Self>> {
        operations::delete(conn, DeveloperId(id), version, occasion)
    }

    fn form(&self) -> PersonForm {
        PersonForm { full_name: self.full_name.clone(), organization: self.organization.clone() }
    }

    fn fields(typed: &PersonForm, errors: &FieldErrors) -> Vec<Field> {
        views::person_fields(typed, errors)
    }

    fn parse(typed: &PersonForm) -> Result<Self::Words, FieldErrors> {
        parse_person(&typed.full_name, &typed.organization)
    }

    fn edit(
        conn: &mut Conn,
        id: Uuid,
        version: i32,
        words: &Self::Words,
        occasion: &Occasion,
    ) -> QueryResult<Outcome<Self>> {
        operations::edit(conn, DeveloperId(id), version, words, occasion)
    }

    fn list_page(view: ListPage<Self, Beside>) -> Result<Rendered, AppError> {
        views::list_page(view)
    }

    fn row(&self, beside: Beside, list: &List, now: DateTime<Utc>) -> Result<Rendered, AppError> {
        Rendered::of(&AnyRowAlone::new(self, beside, list, now))
    }

    fn part(&self, facts: &Facts, list: &List, edit: Edit, now: DateTime<Utc>) -> Result<Rendered, AppError> {
        Rendered::of(&RecordAlone { record: Record::new(self, facts, (list, edit), now) })
    }

    fn page(
        &self,
        facts: &Facts,
        list: &List,
        edit: Edit,
        (chrome, around): (Chrome, Around),
        now: DateTime<Utc>,
    ) -> Result<Rendered, AppError> {
        Rendered::of(&Show::new(chrome, around, Record::new(self, facts, (list, edit), now)))
    }
}
