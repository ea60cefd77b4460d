//! Answered from memory, within bounds.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::support::App;
use crate::support::app::Server;
use crate::support::applications::unknown_key;
use crate::support::db::run;
use crate::support::gateway::{UNDECIDED, identity};
use crate::support::wire::Wire;

/// Unknown keys of a flood.
const FLOOD: usize = 5_000;

#[actix_web::test]
async fn known_keys_are_answered_while_nothing_else_is() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let (_, weather, key) = app.key_holder("Ada Byron");
    let unseen = app.key(&weather, "Unseen");
    let gateway = app.gateway().await;
    gateway.checks(&key.secret).await.is(204);
    let mut holder = app.db.as_superuser();
    run(&mut holder, "begin; lock table developers, applications, keys, admins in access exclusive mode");
    // More requests than there are connections.
    let stuck = join_all((0..20).map(async |_| {
        let begun = Instant::now();
        (admin.gets("/admin/developers").await.status, begun.elapsed())
    }));
    let checks = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..100 {
            let begun = Instant::now();
            gateway.checks(&key.secret).await.is(204);
            slowest = slowest.max(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let begun = Instant::now();
        gateway.checks(&unseen.secret).await.is(503);
        (slowest, begun.elapsed())
    };
    let (stuck, (slowest, unseen_took)) = futures_util::future::join(stuck, checks).await;
    for (status, took) in &stuck {
        assert!(*status == 503 && *took < UNDECIDED, "{status} after {took:?}");
    }
    eprintln!("pages meanwhile: 503 after {:?} at the longest", stuck.iter().map(|(_, took)| took).max());
    assert!(slowest < Duration::from_millis(500), "a check took {slowest:?}");
    assert!(unseen_took < UNDECIDED, "{unseen_took:?}");
    eprintln!("all tables locked: a check takes {slowest:?} at the longest; on first sight 503 after {unseen_took:?}");
    // Longer than the bound: the database itself is heard.
    tokio::time::sleep(Duration::from_secs(4)).await;
    gateway.checks(&key.secret).await.is(204);
    run(&mut holder, "rollback");
    gateway.comes_to(&unseen.secret, 204).await;
}

#[actix_web::test]
async fn a_flood_of_unknown_keys_reaches_nothing() {
    let app = App::start().await;
    let wire = Wire::to(&app.db);
    let server = Server::start(&wire.url, &[]);
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = server.gateway().await;
    gateway.comes_to(&key.secret, 204).await;
    let unknown: Vec<String> = (0..FLOOD).map(|_| unknown_key()).collect();
    let before = (wire.asked(), gateway.metrics().await);
    let begun = Instant::now();
    let statuses = gateway.checks_all(&unknown);
    let took = begun.elapsed();
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), FLOOD);
    // The background asks a few things a second.
    let asked = wire.asked() - before.0;
    assert!(asked < 20 + 10 * usize::try_from(took.as_secs()).unwrap(), "{asked} statements for {FLOOD} unknown keys");
    let after = gateway.metrics().await;
    for name in ["guestlist_gateway_keys_in_memory", "guestlist_gateway_look_ups_total"] {
        assert_eq!(before.1.sum(name), after.sum(name), "{name}");
    }
    gateway.checks(&key.secret).await.is(204);
    eprintln!("{FLOOD} unknown keys in {took:?}, {asked} statements meanwhile");
}

/// The database knows their beginnings still, so that each is looked for.
#[actix_web::test]
async fn keys_that_are_gone_are_looked_for_once() {
    let app = App::start().await;
    let (_, weather, key) = app.key_holder("Ada Byron");
    let gone: Vec<_> = (0..50).map(|n| app.key(&weather, &format!("Key {n}")).secret).collect();
    let gateway = app.gateway().await;
    gateway.checks(&key.secret).await.is(204);
    app.db.run(&format!("delete from keys where id <> '{}'", key.id));
    app.is_heard().await;
    let before = gateway.metrics().await;
    for _ in 0..5 {
        for secret in &gone {
            gateway.checks(secret).await.is(401);
        }
    }
    let name = "guestlist_gateway_look_ups_total";
    let look_ups = gateway.metrics().await.sum(name) - before.sum(name);
    assert!(look_ups <= 51.0, "{look_ups} look-ups for 50 keys that are gone");
}

#[actix_web::test]
async fn many_at_once_on_first_sight_are_all_told_the_same() {
    let app = App::start().await;
    let (_, weather, _) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    for n in 0..5 {
        let key = app.key(&weather, &format!("Key {n}"));
        gateway.comes_to(&key.secret, 204).await;
        app.db.run(&format!("update applications set name = 'Name {n}'"));
        app.is_heard().await;
        let before = gateway.metrics().await;
        let answers = join_all((0..50).map(|_| gateway.checks(&key.secret).into_future())).await;
        for answer in answers {
            let [.., name, id] = identity(&answer.is(204));
            assert_eq!((name, id), (Some(format!("Name {n}")), Some(key.id.to_string())), "round {n}");
        }
        let look_ups = "guestlist_gateway_look_ups_total";
        assert_eq!(gateway.metrics().await.sum(look_ups) - before.sum(look_ups), 1.0, "it is looked up once for all");
    }
}
