//! People at the desk: who asked, and in which state they are.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use diesel::prelude::*;
use guestlist::audit::{AuditEntry, Occasion};
use guestlist::developers::{self, Decided, Developer, NewRecord, Status};
use guestlist::ids::DeveloperId;
use guestlist::outbox::{self, MARK, State};
use guestlist::policy::{self, Change, Changed, Policy};
use guestlist::schema::{audit_entries, developers as rows, outbox as mail_rows};
use guestlist::values::{EmailAddress, LongText, Organization, PersonName};
use guestlist::web::seal::Seal;

use super::app::{App, SECRET};
use super::db::all_texts;

/// A developer whom a test knows.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: DeveloperId,
    pub name: String,
    pub email: String,
}

impl Person {
    pub fn row_id(&self) -> String {
        format!("developer-{}", self.id)
    }

    /// The address of their page.
    pub fn path(&self) -> String {
        format!("/admin/developers/{}", self.id)
    }

    pub fn moves(&self) -> String {
        format!("{}/transitions", self.path())
    }

    pub fn deletion(&self) -> String {
        format!("{}/delete", self.path())
    }
}

/// What admins decide about: it has a row on a list and a page of its own.
pub trait AtTheDesk {
    /// Of its row, and of the record on its page.
    fn row_id(&self) -> String;

    /// The address of its page.
    fn path(&self) -> String;

    fn moves(&self) -> String {
        format!("{}/transitions", self.path())
    }

    fn deletion(&self) -> String {
        format!("{}/delete", self.path())
    }
}

impl AtTheDesk for Person {
    fn row_id(&self) -> String {
        self.row_id()
    }

    fn path(&self) -> String {
        self.path()
    }
}

/// Somebody who asked for access an hour ago.
pub fn somebody(name: &str) -> Newcomer {
    let local: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '.' })
        .collect::<String>()
        .split('.')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(".");
    let requested_at = Utc::now().trunc_subsecs(3) - TimeDelta::minutes(61);
    Newcomer {
        name: name.to_owned(),
        email: format!("{local}@x.example"),
        company: String::new(),
        purpose: String::new(),
        status: Status::Requested,
        is_proven: false,
        requested_at,
        decided_at: requested_at + TimeDelta::minutes(30),
        reason: String::new(),
    }
}

/// Somebody who is about to be at the desk.
#[derive(Clone, Debug)]
pub struct Newcomer {
    name: String,
    email: String,
    company: String,
    purpose: String,
    status: Status,
    is_proven: bool,
    requested_at: DateTime<Utc>,
    decided_at: DateTime<Utc>,
    reason: String,
}

impl Newcomer {
    #[must_use]
    pub fn at(self, email: &str) -> Self {
        Self { email: email.to_owned(), ..self }
    }

    #[must_use]
    pub fn of(self, company: &str) -> Self {
        Self { company: company.to_owned(), ..self }
    }

    #[must_use]
    pub fn wanting(self, purpose: &str) -> Self {
        Self { purpose: purpose.to_owned(), ..self }
    }

    #[must_use]
    pub fn now(self, status: Status) -> Self {
        Self { status, ..self }
    }

    #[must_use]
    pub fn proven(self) -> Self {
        Self { is_proven: true, ..self }
    }

    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..self }
    }

    #[must_use]
    pub fn since(self, requested_at: DateTime<Utc>) -> Self {
        Self { requested_at, decided_at: requested_at + TimeDelta::minutes(30), ..self }
    }

    #[must_use]
    pub fn decided(self, decided_at: DateTime<Utc>) -> Self {
        Self { decided_at, ..self }
    }

    pub fn record(&self) -> NewRecord {
        NewRecord {
            id: DeveloperId::new(),
            email: EmailAddress::parse(&self.email).unwrap(),
            is_proven: self.is_proven,
            name: (!self.name.is_empty()).then(|| PersonName::parse(&self.name).unwrap()),
            organization: Organization::parse(&self.company).unwrap(),
            purpose: LongText::parse(&self.purpose, "The purpose").unwrap(),
            requested_at: self.requested_at,
            status: self.status,
            decided: Decided {
                at: self.decided_at,
                by: "Mo Decider",
                reason: LongText::parse(&self.reason, "The reason").unwrap(),
            },
        }
    }
}

impl App {
    pub async fn requested(&self, name: &str) -> Person {
        self.enters(somebody(name))
    }

    pub fn enters(&self, newcomer: Newcomer) -> Person {
        self.enter_all(vec![newcomer]).remove(0)
    }

    pub fn enter_all(&self, newcomers: Vec<Newcomer>) -> Vec<Person> {
        let records: Vec<_> = newcomers.iter().map(Newcomer::record).collect();
        let mut entered = 0;
        let conn = &mut self.db.conn();
        for batch in records.chunks(500) {
            entered += developers::enter(conn, batch, &Occasion::system("test")).unwrap();
        }
        assert_eq!(entered, records.len(), "two newcomers with one mailbox");
        let people = records.iter().zip(&newcomers);
        people
            .map(|(record, newcomer)| Person {
                id: record.id,
                name: if newcomer.name.is_empty() { newcomer.email.clone() } else { newcomer.name.clone() },
                email: newcomer.email.clone(),
            })
            .collect()
    }

    /// The developer's row as it is now.
    #[track_caller]
    pub fn row(&self, person: &Person) -> Developer {
        self.find(person.id).expect("the developer is there")
    }

    pub fn find(&self, id: DeveloperId) -> Option<Developer> {
        let found = rows::table.find(id).select(Developer::as_select()).first(&mut self.db.conn());
        found.optional().unwrap()
    }

    /// The audit log, oldest first, without what made the world.
    pub fn entries(&self) -> Vec<AuditEntry> {
        audit_entries::table
            .filter(audit_entries::actor_name.ne("test"))
            .order(audit_entries::id)
            .select(AuditEntry::as_select())
            .load(&mut self.db.conn())
            .unwrap()
    }

    /// What the log says about developers.
    pub fn decisions(&self) -> Vec<AuditEntry> {
        let entries = self.entries().into_iter();
        entries.filter(|entry| entry.event.as_str().starts_with("developer.")).collect()
    }

    /// All that a request may change, in words: to compare before and after.
    pub fn state(&self) -> Vec<String> {
        state(&mut self.db.conn())
    }
}

/// See [`App::state`].
pub fn state(conn: &mut PgConnection) -> Vec<String> {
    // The ends of a key are different each time.
    all_texts(conn, &STATE).iter().map(|line| without_ends(line)).collect()
}

/// A refused sign-in is recorded by law.
const STATE: [&str; 8] = [
    "select concat_ws('|', email, full_name, organization, purpose, status, version, decided_by, reason, \
     email_verified_at is null, decided_at is null) from developers order by mailbox",
    "select concat_ws('|', event, actor_kind, actor_name, actor_email, subject_name, subject_email, from_status, \
     to_status, reason, details) from audit_entries \
     where split_part(event, '.', 1) in ('developer', 'invitation', 'application', 'key') \
     and event <> 'developer.sign_in_failed' order by id",
    "select concat_ws('|', name, description, callback_url, email, status, version, decided_by, reason, \
     decided_at is null) from applications order by id",
    "select concat_ws('|', a.name, k.name, expires_at, revoked_at is null, warned_at is null, last_used_at is null) \
     from keys as k join applications as a on a.id = application_id order by k.id",
    "select concat_ws('|', i.email, via, invited_by, mail_id is null, opened_at is null, registered_at is null, \
     developer_id is null, withdrawn_at is null, count(token_hash), count(ended_at)) \
     from invitations as i left join invitation_links on invitation_id = i.id group by i.id order by i.id",
    "select concat_ws('|', kind, recipient, subject, body, state) from outbox order by id",
    "select concat_ws('|', key, value, version) from settings order by key",
    "select concat_ws('|', 'password of', email) from developer_passwords \
     join developers on id = developer_id order by mailbox",
];

/// With each "glk_4fGh…9xYz" written as "glk_…".
fn without_ends(line: &str) -> String {
    let mut parts = line.split("glk_");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('…').map_or(part, |(_, rest)| rest);
        text += "glk_…";
        text.extend(rest.chars().skip(4));
    }
    text
}

/// A mail of the outbox, with its link opened.
#[derive(Clone, Debug)]
pub struct Mail {
    pub kind: outbox::Kind,
    pub to: String,
    pub subject: String,
    /// With the link in its place.
    pub text: String,
    pub state: State,
    link: Option<String>,
    /// How long it is held back.
    pub hold: TimeDelta,
}

impl Mail {
    /// Where the link leads on this server.
    #[track_caller]
    pub fn path(&self) -> String {
        let link = self.link.as_deref().unwrap_or_else(|| panic!("{} has no link", self.subject));
        let (_, path) = link.split_once("://").and_then(|(_, rest)| rest.split_once('/')).unwrap();
        format!("/{path}")
    }

    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    /// The token in the link.
    pub fn token(&self) -> String {
        self.path().rsplit('/').next().unwrap().to_owned()
    }
}

impl App {
    /// All mail that was written, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        let rows: Vec<outbox::Mail> =
            mail_rows::table.order(mail_rows::id).select(outbox::Mail::as_select()).load(&mut self.db.conn()).unwrap();
        let seal = Seal::new(SECRET.as_bytes());
        rows.into_iter()
            .map(|row| {
                let link = row.link.map(|sealed| seal.open(&sealed).expect("sealed by the tests' secret"));
                Mail {
                    kind: row.kind,
                    to: row.recipient,
                    subject: row.subject,
                    text: row.body.replace(MARK, link.as_deref().unwrap_or("(gone)")),
                    state: row.state,
                    link,
                    hold: row.next_attempt_at - row.created_at,
                }
            })
            .collect()
    }

    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// The newest mail to this address.
    #[track_caller]
    pub fn mail_to(&self, address: &str) -> Mail {
        self.mails_to(address).pop().unwrap_or_else(|| panic!("no mail to {address}"))
    }

    /// The kinds of the mail to this address, oldest first.
    pub fn told(&self, address: &str) -> Vec<&'static str> {
        self.mails_to(address).iter().map(|mail| mail.kind.as_str()).collect()
    }

    /// Changes a setting, as the settings' page does.
    pub fn setting(&self, key: &str, value: &str) {
        let conn = &mut self.db.conn();
        let seen = Policy::read(conn).unwrap().version;
        let default = policy::setting(key).map_or("", |setting| setting.default);
        let change = Change { key: key.into(), label: key.into(), default: default.into(), value: value.into() };
        let changed =
            conn.transaction(|conn| policy::change(conn, seen, &[change], &Occasion::system("test"))).unwrap();
        assert_eq!(changed, Changed::Saved(1), "{key}");
    }

    /// What the log says of this kind, oldest first.
    pub fn events(&self, event: &str) -> Vec<AuditEntry> {
        self.entries().into_iter().filter(|entry| entry.event.as_str() == event).collect()
    }
}
