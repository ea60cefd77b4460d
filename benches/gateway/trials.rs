//! Two instances on one database: how long after a change until the other instance answers by it.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use crate::client::{Connection, Timing};
use crate::ground::Ground;
use crate::program::Program;
use crate::secrets::secret;
use crate::sight::header;
use crate::{Anyhow, started};

/// Between two questions to the other instance.
const PAUSE: Duration = Duration::from_micros(100);
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where the numbers of keys begin that are not among the million.
const KEPT: u64 = 1 << 40;
const NEW: u64 = 1 << 41;

#[derive(Clone, Copy)]
enum Change {
    NewKey,
    KeyRevoked,
    ApplicationRevoked,
    ApplicationReapproved,
    DeveloperRevoked,
    DeveloperReapproved,
    RevokeClicked,
    ReapproveClicked,
    DeveloperDeleted,
}

/// In the order in which one person goes through them.
const CHANGES: [Change; 9] = [
    Change::NewKey,
    Change::KeyRevoked,
    Change::ApplicationRevoked,
    Change::ApplicationReapproved,
    Change::DeveloperRevoked,
    Change::DeveloperReapproved,
    Change::RevokeClicked,
    Change::ReapproveClicked,
    Change::DeveloperDeleted,
];

impl Change {
    fn what(self) -> &'static str {
        match self {
            Self::NewKey => "new key",
            Self::KeyRevoked => "key revoked",
            Self::ApplicationRevoked => "application revoked",
            Self::ApplicationReapproved => "application reapproved",
            Self::DeveloperRevoked => "developer revoked",
            Self::DeveloperReapproved => "developer reapproved",
            Self::RevokeClicked => "developer revoked by a click",
            Self::ReapproveClicked => "developer reapproved by a click",
            Self::DeveloperDeleted => "developer deleted",
        }
    }

    /// What is answered then.
    fn status(self) -> u16 {
        match self {
            Self::KeyRevoked | Self::DeveloperDeleted => 401,
            Self::ApplicationRevoked | Self::DeveloperRevoked | Self::RevokeClicked => 403,
            Self::NewKey | Self::ApplicationReapproved | Self::DeveloperReapproved | Self::ReapproveClicked => 204,
        }
    }

    /// What an admin clicks on; of the others the statement that changes access is enough.
    fn action(self) -> Option<&'static str> {
        match self {
            Self::RevokeClicked => Some("revoke"),
            Self::ReapproveClicked => Some("reapprove"),
            _ => None,
        }
    }

    fn sql(self, person: &Person) -> String {
        let Person { developer, application, new_key, new_secret, .. } = person;
        let moved = |table: &str, to: &str, id: &str| {
            format!(
                "update {table} set status = '{to}', version = version + 1, decided_at = now(), decided_by = 'Kim Lee' \
                 where id = '{id}'"
            )
        };
        match self {
            Self::NewKey => key(new_key, application, new_secret),
            Self::KeyRevoked => format!("update keys set revoked_at = now() where id = '{new_key}'"),
            Self::ApplicationRevoked => moved("applications", "revoked", application),
            Self::ApplicationReapproved => moved("applications", "approved", application),
            Self::DeveloperRevoked | Self::RevokeClicked => moved("developers", "revoked", developer),
            Self::DeveloperReapproved | Self::ReapproveClicked => moved("developers", "approved", developer),
            Self::DeveloperDeleted => format!("delete from developers where id = '{developer}'"),
        }
    }
}

fn key(id: &str, application: &str, secret: &str) -> String {
    format!(
        "insert into keys (id, application_id, secret_hash, shown_start, shown_end, name, created_at) \
         values ('{id}', '{application}', sha256('{secret}'), left('{secret}', 8), right('{secret}', 4), 'Trial', now())"
    )
}

/// Somebody with an application, a key that stays and one that comes and goes.
struct Person {
    developer: String,
    application: String,
    key: String,
    new_key: String,
    number: u64,
    new_secret: String,
}

impl Person {
    fn new(n: u64) -> Self {
        let id = |kind: u16| format!("01900000-0000-7000-{kind}-{n:012x}");
        let [developer, application, key, new_key] = [9000, 9001, 9002, 9003].map(id);
        Self { developer, application, key, new_key, number: n, new_secret: secret(NEW + n) }
    }
}

/// How long one kind of change took to be known on the other instance.
pub struct Delay {
    pub what: &'static str,
    pub is_refusal: bool,
    /// From when the commit, or the click, was acknowledged.
    pub after: Timing,
    /// From when the commit was asked for, or the button clicked.
    pub whole: Timing,
}

/// So many people, each of whom goes through everything.
pub fn measure(ground: &mut Ground, people: u64) -> Anyhow<Vec<Delay>> {
    ground.conn.batch_execute(&include_str!("trials.sql").replace("{n}", &people.to_string()))?;
    for person in (1..=people).map(Person::new) {
        ground.conn.batch_execute(&key(&person.key, &person.application, &secret(KEPT + person.number)))?;
    }
    let (here, there) = (started(ground, &[])?, started(ground, &[])?);
    let session = here.sign_in(0)?;
    let mut asking = Connection::open(there.address)?;
    let mut delays = CHANGES.map(|change| Delay {
        what: change.what(),
        is_refusal: change.status() != 204,
        after: Timing::default(),
        whole: Timing::default(),
    });
    for person in (1..=people).map(Person::new) {
        for (change, delay) in CHANGES.into_iter().zip(&mut delays) {
            let (after, whole) = one(ground, &here, &session, &mut asking, change, &person)
                .map_err(|e| format!("{}, the {}th: {e}", change.what(), person.number))?;
            delay.after.add(after);
            delay.whole.add(whole);
        }
    }
    Ok(delays.into())
}

fn one(
    ground: &mut Ground,
    here: &Program,
    session: &str,
    asking: &mut Connection,
    change: Change,
    person: &Person,
) -> Anyhow<(Duration, Duration)> {
    let shown = match change {
        Change::NewKey | Change::KeyRevoked => header(NEW + person.number),
        _ => header(KEPT + person.number),
    };
    // Whatever the answer is now, it is known from now on.
    let before = asking.get("/gateway/check", &shown)?.status;
    if before == change.status() {
        return Err(format!("{before} already").into());
    }
    thread::scope(|scope| {
        let answered = scope.spawn(|| until(asking, &shown, change.status()));
        let begun = match change.action() {
            Some(action) => click(ground, here, session, action, person)?,
            None => {
                ground.conn.batch_execute(&format!("begin; {}", change.sql(person)))?;
                let begun = Instant::now();
                ground.conn.batch_execute("commit")?;
                begun
            }
        };
        let done = Instant::now();
        let at = answered.join().map_err(|_| "a client panicked")??;
        Ok((at.saturating_duration_since(done), at.saturating_duration_since(begun)))
    })
}

/// Asks until this is answered, and then a few times more: no answer of before may follow.
fn until(asking: &mut Connection, shown: &str, status: u16) -> Result<Instant, String> {
    let begun = Instant::now();
    let mut ask = || asking.get("/gateway/check", shown).map(|answer| answer.status).map_err(|e| e.to_string());
    while ask()? != status {
        if begun.elapsed() > PATIENCE {
            return Err("it never came to be known".into());
        }
        thread::sleep(PAUSE);
    }
    let at = Instant::now();
    (0..3).try_for_each(|_| match ask()? {
        later if later == status => Ok(()),
        later => Err(format!("{later} after {status}")),
    })?;
    Ok(at)
}

/// When an admin clicked.
fn click(ground: &mut Ground, here: &Program, session: &str, action: &str, person: &Person) -> Anyhow<Instant> {
    let developer = &person.developer;
    let version = ground.number(&format!("select version::bigint as n from developers where id = '{developer}'"))?;
    let form = format!("action={action}&version={version}&return_to=%2Fadmin%2Fdevelopers");
    let mut connection = Connection::open(here.address)?;
    let begun = Instant::now();
    connection.post(&format!("/admin/developers/{developer}/transitions"), session, &form)?.expect(303)?;
    Ok(begun)
}
