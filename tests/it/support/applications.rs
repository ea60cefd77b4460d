//! Developers' applications and the keys of these.

use chrono::{DateTime, SubsecRound, Utc};
use diesel::prelude::*;
use guestlist::applications;
use guestlist::developers::Status;
use guestlist::ids::{ApplicationId, KeyId};
use guestlist::keys::KeySecret;
use guestlist::schema::{applications as rows, keys as key_rows};
use guestlist::values::{EmailAddress, folded, sort_text};

use super::actors::Developer;
use super::app::{Answer, App};
use super::world::{AtTheDesk, Person, somebody};

/// An application that a test knows.
#[derive(Clone, Debug)]
pub struct Application {
    pub id: ApplicationId,
    pub name: String,
    pub owner: Person,
}

impl Application {
    /// Its page among its owner's.
    pub fn own_path(&self) -> String {
        format!("/account/applications/{}", self.id)
    }

    /// Where its keys are made.
    pub fn keys(&self) -> String {
        format!("{}/keys", self.own_path())
    }
}

impl AtTheDesk for Application {
    fn row_id(&self) -> String {
        format!("application-{}", self.id)
    }

    fn path(&self) -> String {
        format!("/admin/applications/{}", self.id)
    }
}

/// A key and its secret.
#[derive(Clone, Debug)]
pub struct Key {
    pub id: KeyId,
    pub name: String,
    pub secret: String,
}

impl Key {
    /// Where its owner revokes it.
    pub fn revocation(&self) -> String {
        format!("/account/keys/{}/revoke", self.id)
    }

    /// "glk_4fGh…9xYz".
    pub fn shown(&self) -> String {
        format!("{}…{}", &self.secret[..8], &self.secret[38..])
    }
}

/// A key that nobody has.
pub fn unknown_key() -> String {
    KeySecret::generate().unwrap().as_str().to_owned()
}

/// What looks like a key in a text.
pub fn secrets_in(text: &str) -> Vec<String> {
    let begun = text.split("glk_").skip(1);
    let rests = begun.map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default());
    rests.filter(|rest| rest.len() >= 30).map(|rest| format!("glk_{rest}")).collect()
}

impl App {
    /// Somebody approved, with a proven address.
    pub fn approved(&self, name: &str) -> Person {
        self.enters(somebody(name).now(Status::Approved).proven())
    }

    /// Their application, approved.
    pub fn application(&self, owner: &Person, name: &str) -> Application {
        self.application_in(owner, name, Status::Approved)
    }

    /// Their application in this status. The log does not tell of it.
    pub fn application_in(&self, owner: &Person, name: &str, status: Status) -> Application {
        let id = ApplicationId::new();
        let now = Utc::now().trunc_subsecs(3);
        let decided = (status != Status::Requested).then_some((now, "Mo Decider"));
        diesel::insert_into(rows::table)
            .values((
                rows::id.eq(id),
                rows::developer_id.eq(owner.id),
                rows::name.eq(name),
                rows::description.eq(""),
                rows::callback_url.eq(""),
                rows::email.eq(&owner.email),
                rows::mailbox.eq(EmailAddress::parse(&owner.email).unwrap().mailbox()),
                rows::status.eq(status),
                rows::requested_at.eq(now),
                rows::decided_at.eq(decided.map(|(at, _)| at)),
                rows::decided_by.eq(decided.map(|(_, by)| by)),
                rows::name_order.eq(sort_text(name)),
                rows::search_text.eq(folded(&format!("{name}\n{}", owner.email))),
            ))
            .execute(&mut self.db.conn())
            .unwrap();
        Application { id, name: name.to_owned(), owner: owner.clone() }
    }

    /// A key of it that never expires.
    pub fn key(&self, application: &Application, name: &str) -> Key {
        self.key_until(application, name, None)
    }

    /// A key of it that works until then.
    pub fn key_until(&self, application: &Application, name: &str, until: Option<DateTime<Utc>>) -> Key {
        let secret = KeySecret::generate().unwrap();
        let id = KeyId::new();
        diesel::insert_into(key_rows::table)
            .values((
                key_rows::id.eq(id),
                key_rows::application_id.eq(application.id),
                key_rows::secret_hash.eq(secret.hash().to_vec()),
                key_rows::shown_start.eq(secret.ends().0),
                key_rows::shown_end.eq(secret.ends().1),
                key_rows::name.eq(name),
                key_rows::created_at.eq(Utc::now()),
                key_rows::expires_at.eq(until),
            ))
            .execute(&mut self.db.conn())
            .unwrap();
        Key { id, name: name.to_owned(), secret: secret.as_str().to_owned() }
    }

    /// Somebody approved, their application and its key.
    pub fn key_holder(&self, name: &str) -> (Person, Application, Key) {
        let person = self.approved(name);
        let application = self.application(&person, "Weather station");
        let key = self.key(&application, "Production");
        (person, application, key)
    }

    /// The application's row as it is now.
    #[track_caller]
    pub fn application_row(&self, application: &Application) -> applications::Application {
        self.find_application(application).expect("the application is there")
    }

    pub fn find_application(&self, application: &Application) -> Option<applications::Application> {
        applications::find(&mut self.db.conn(), application.id).unwrap()
    }

    /// What the log says of applications, without what made the world.
    pub fn application_entries(&self) -> Vec<guestlist::audit::AuditEntry> {
        let entries = self.entries().into_iter();
        entries.filter(|entry| entry.event.as_str().starts_with("application.")).collect()
    }
}

impl Developer {
    /// Registers an application with nothing but a name, and has it.
    pub async fn registers(&self, app: &App, name: &str) -> Application {
        self.registers_with(&[("name", name)]).await.is(303);
        let id =
            format!("select id from applications where developer_id = '{}' order by id desc limit 1", self.person.id);
        Application { id: app.db.text(&id).parse().unwrap(), name: name.to_owned(), owner: self.person.clone() }
    }

    pub async fn registers_with(&self, fields: &[(&str, &str)]) -> Answer {
        self.browser.post("/account/applications", fields).await
    }

    /// Makes a key and copies it from the only page that ever shows it.
    pub async fn creates_key(&self, app: &App, application: &Application, name: &str) -> Key {
        let answer = self.asks_for_key(application, name).await;
        assert!([200, 201].contains(&answer.status), "{}: {}", answer.what, answer.status);
        let mut secrets = secrets_in(&answer.text());
        secrets.dedup();
        assert_eq!(secrets.len(), 1, "one key is shown: {}", answer.text());
        let secret = secrets.remove(0);
        let id = format!(
            "select id from keys where application_id = '{}' and secret_hash = sha256('{secret}') limit 1",
            application.id
        );
        Key { id: app.db.text(&id).parse().unwrap(), name: name.to_owned(), secret }
    }

    pub async fn asks_for_key(&self, application: &Application, name: &str) -> Answer {
        self.browser.post(&application.keys(), &[("name", name)]).await
    }

    pub async fn revokes_key(&self, key: &Key) -> Answer {
        self.browser.post(&key.revocation(), &[]).await
    }
}
