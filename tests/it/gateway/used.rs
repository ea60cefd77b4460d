//! When a key was last used: to the minute, some seconds late, never on the way of a check.

use std::time::Duration;

use crate::support::app::Server;
use crate::support::{App, eventually};

#[actix_web::test]
async fn the_use_of_a_key_is_written_down_soon() {
    let app = App::start().await;
    let (_, weather, key) = app.key_holder("Ada Byron");
    let idle = app.key(&weather, "Idle");
    let gateway = app.gateway().await;
    gateway.checks(&key.secret).await.is(204);
    let used = |id| {
        format!(
            "select count(*) from keys where id = '{id}' and last_used_at = date_trunc('minute', last_used_at) and last_used_at > now() - interval '2 minutes'"
        )
    };
    eventually(Duration::from_secs(15), "the use is written", async || app.db.number(&used(key.id)) == 1).await;
    assert_eq!(app.db.number(&used(idle.id)), 0);
}

#[actix_web::test]
async fn what_is_not_written_yet_is_written_at_the_end() {
    let app = App::start().await;
    let (_, weather, key) = app.key_holder("Ada Byron");
    let revoked = app.key(&weather, "Revoked");
    app.db.run(&format!("update keys set revoked_at = now() where id = '{}'", revoked.id));
    let server: Server = app.another(&[]);
    let gateway = server.gateway().await;
    gateway.checks(&key.secret).await.is(204);
    gateway.checks(&revoked.secret).await.is(401);
    drop(server);
    let used = app.db.texts("select name from keys where last_used_at is not null");
    assert_eq!(used, ["Production"], "a key that is refused is not used");
}

#[actix_web::test]
async fn a_later_use_is_not_overwritten_by_an_earlier_one() {
    let app = App::start().await;
    let (_, _, key) = app.key_holder("Ada Byron");
    let server: Server = app.another(&[]);
    let gateway = server.gateway().await;
    gateway.checks(&key.secret).await.is(204);
    app.db.run("update keys set last_used_at = now() + interval '1 hour'");
    drop(server);
    assert_eq!(app.db.number("select count(*) from keys where last_used_at > now() + interval '50 minutes'"), 1);
}
