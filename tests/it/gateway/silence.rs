//! The database gone: yes for a while, then nothing.

use std::time::{Duration, Instant};

use crate::support::app::Server;
use crate::support::applications::{Key, unknown_key};
use crate::support::gateway::{BOUND, Gateway};
use crate::support::wire::Wire;
use crate::support::{App, Person, eventually};

/// What a request may take whatever happens to the database.
const AT_MOST: Duration = Duration::from_secs(3);

/// An instance whose database can be taken away, and a key that it has in memory.
struct Remote {
    app: App,
    wire: Wire,
    gateway: Gateway,
    ada: Person,
    key: Key,
    /// In the database, and never asked for.
    unseen: Key,
    _server: Server,
}

impl Remote {
    async fn start() -> Self {
        let app = App::start().await;
        let (ada, weather, key) = app.key_holder("Ada Byron");
        let unseen = app.key(&weather, "Unseen");
        let wire = Wire::to(&app.db);
        let server = Server::start(&wire.url, &[]);
        let gateway = server.gateway().await;
        gateway.checks(&key.secret).await.is(204);
        Self { app, wire, gateway, ada, key, unseen, _server: server }
    }
}

async fn yes_for_a_while_then_503(remote: &Remote, taken: impl Fn(&Wire)) {
    taken(&remote.wire);
    let begun = Instant::now();
    // Nobody out there knows of this.
    remote.app.db.run(&format!("update developers set status = 'revoked' where id = '{}'", remote.ada.id));
    let mut yes_until = Duration::ZERO;
    let refused = loop {
        let asked = begun.elapsed();
        let answer = remote.gateway.checks(&remote.key.secret).await;
        match answer.status {
            204 => yes_until = asked,
            503 => {
                assert!(answer.header("retry-after").is_some(), "it says when to ask again");
                break begun.elapsed();
            }
            other => panic!("{other} after {asked:?}"),
        }
        assert!(asked <= BOUND, "still yes after {asked:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(yes_until > Duration::from_secs(2), "no more yes after {yes_until:?}");
    let unknown = unknown_key();
    for secret in [remote.key.secret.as_str(), &remote.unseen.secret, &unknown, &unknown] {
        let asked = Instant::now();
        remote.gateway.checks(secret).await.is(503);
        assert!(asked.elapsed() < AT_MOST, "{:?}", asked.elapsed());
    }
    remote.wire.is_mended();
    let mended = Instant::now();
    eventually(Duration::from_secs(5), "it decides again", async || {
        match remote.gateway.checks(&remote.key.secret).await.status {
            503 => false,
            403 => true,
            other => panic!("{other}: what happened meanwhile is not known"),
        }
    })
    .await;
    remote.gateway.comes_to(&remote.unseen.secret, 403).await;
    eprintln!("yes until {yes_until:?}, 503 at {refused:?}, decided again {:?} after its return", mended.elapsed());
}

#[actix_web::test]
async fn a_database_that_falls_silent_is_believed_for_five_seconds_at_most() {
    let remote = Remote::start().await;
    yes_for_a_while_then_503(&remote, Wire::falls_silent).await;
}

#[actix_web::test]
async fn a_database_that_is_gone_is_believed_for_five_seconds_at_most() {
    let remote = Remote::start().await;
    yes_for_a_while_then_503(&remote, Wire::is_cut).await;
}

#[actix_web::test]
async fn on_first_sight_a_key_is_503_in_time_when_the_database_does_not_answer() {
    let remote = Remote::start().await;
    remote.wire.falls_silent();
    let begun = Instant::now();
    remote.gateway.checks(&remote.unseen.secret).await.is(503);
    assert!(begun.elapsed() < AT_MOST, "{:?}", begun.elapsed());
    // Nothing of that is remembered.
    remote.wire.is_mended();
    remote.gateway.comes_to_within(BOUND, &remote.unseen.secret, 204).await;
}

#[actix_web::test]
async fn an_instance_that_never_heard_from_the_database_decides_nothing() {
    let app = App::start().await;
    let (.., key) = app.key_holder("Ada Byron");
    let wire = Wire::to(&app.db);
    wire.is_cut();
    let server = Server::start(&wire.url, &[]);
    let gateway = Gateway::at(server.address);
    for secret in [key.secret.clone(), unknown_key()] {
        gateway.checks(&secret).await.is(503);
    }
    // What is no key at all needs no database.
    assert!([401, 503].contains(&gateway.asks().await.status));
    wire.is_mended();
    gateway.comes_to_within(BOUND, &key.secret, 204).await;
}

#[actix_web::test]
async fn who_was_out_of_reach_for_long_knows_everything_again() {
    let remote = Remote::start().await;
    remote.wire.is_cut();
    remote.app.db.run(&format!("update developers set status = 'revoked' where id = '{}'", remote.ada.id));
    let (.., new) = remote.app.key_holder("Bo Chen");
    // As if an hour had passed: nobody keeps changes for that long.
    remote.app.db.run("delete from gateway_changes; delete from gateway_instances");
    remote.wire.is_mended();
    let knows = async || [403, 503].contains(&remote.gateway.checks(&remote.key.secret).await.status);
    tokio::time::sleep(BOUND).await;
    assert!(knows().await, "a change was missed");
    remote.gateway.comes_to(&remote.key.secret, 403).await;
    remote.gateway.comes_to(&new.secret, 204).await;
}
