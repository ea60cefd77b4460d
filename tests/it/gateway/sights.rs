//! Many keys are shown for the first time at the same moment.

use std::time::Instant;

use futures_util::future::join_all;

use crate::support::App;
use crate::support::app::Server;
use crate::support::db::run;
use crate::support::gateway::UNDECIDED;
use crate::support::wire::Wire;

const KEYS: usize = 120;

#[actix_web::test]
async fn each_is_told_what_holds_for_its_own_key() {
    let app = App::start().await;
    let wire = Wire::to(&app.db);
    let server = Server::start(&wire.url, &[]);
    let (_, weather, _) = app.key_holder("Ada Byron");
    let (_, maps, _) = app.key_holder("Bo Chen");
    let keys: Vec<_> = (0..KEYS).map(|n| app.key(if n % 2 == 0 { &weather } else { &maps }, &format!("{n}"))).collect();
    app.db.run(&format!("update applications set status = 'revoked', reason = 'No' where id = '{}'", maps.id));
    for key in keys.iter().step_by(5) {
        app.db.run(&format!("update keys set revoked_at = now() where id = '{}'", key.id));
    }
    // Their beginnings are known still.
    let gateway = server.gateway().await;
    for key in keys.iter().skip(1).step_by(7) {
        app.db.run(&format!("delete from keys where id = '{}'", key.id));
    }
    app.is_heard().await;
    let asked = wire.asked();
    let answers = join_all(keys.iter().map(|key| gateway.checks(&key.secret).into_future())).await;
    let asked = wire.asked() - asked;
    for (n, (key, answer)) in keys.iter().zip(&answers).enumerate() {
        let expected = match n {
            _ if n % 7 == 1 || n % 5 == 0 => 401,
            _ if n % 2 == 1 => 403,
            _ => 204,
        };
        assert_eq!(answer.status, expected, "key {n}");
        let whose = (expected == 204).then(|| key.id.to_string());
        assert_eq!(answer.header("x-key-id"), whose.as_deref(), "key {n}");
    }
    assert!(asked < KEYS, "{asked} statements for {KEYS} keys at once");
    eprintln!("{KEYS} keys at once: {asked} statements, with those of the background");
}

#[actix_web::test]
async fn whoever_waits_for_a_database_that_hangs_is_told_so() {
    let app = App::start().await;
    let (_, weather, _) = app.key_holder("Ada Byron");
    let keys: Vec<_> = (0..KEYS).map(|n| app.key(&weather, &format!("{n}"))).collect();
    let gateway = app.gateway().await;
    let mut holder = app.db.as_superuser();
    run(&mut holder, "begin; lock table keys in access exclusive mode");
    let begun = Instant::now();
    let answers = join_all(keys.iter().map(|key| gateway.checks(&key.secret).into_future())).await;
    let took = begun.elapsed();
    assert!(answers.iter().all(|answer| answer.status == 503), "{:?}", answers.iter().map(|a| a.status).max());
    assert!(took < UNDECIDED, "{took:?}");
    eprintln!("{KEYS} keys beside a database that hangs: 503 after {took:?}");
    run(&mut holder, "rollback");
    join_all(keys.iter().map(|key| gateway.comes_to(&key.secret, 204))).await;
}
