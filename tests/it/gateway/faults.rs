//! Listeners that are killed, and notifications that do not come.

use std::time::Instant;

use super::Two;
use crate::support::App;
use crate::support::app::Server;
use crate::support::gateway::BOUND;
use crate::support::wire::Wire;

/// Ends the connections on which instances listen.
const KILL_LISTENERS: &str = "select pg_terminate_backend(pid) from pg_stat_activity \
    where datname = current_database() and pid <> pg_backend_pid() and application_name like '%gateway%'";

#[actix_web::test]
async fn a_listener_that_is_killed_just_before_is_late_by_less_than_the_bound() {
    let two = Two::start().await;
    let admin = two.app.admin("Kim Lee").await;
    let mut slowest = std::time::Duration::ZERO;
    for n in 0..5 {
        let (ada, .., key) = two.app.key_holder(&format!("Ada {n}"));
        two.know(&key.secret).await;
        let listeners = format!("select count(*) from ({KILL_LISTENERS}) as killed");
        assert_eq!(two.app.db.number(&listeners), 2, "each instance listens on a connection of its own");
        let begun = Instant::now();
        admin.revoke(&ada, "").await.done();
        for gateway in &two.gateways {
            gateway.comes_to_within(BOUND, &key.secret, 403).await;
        }
        slowest = slowest.max(begun.elapsed());
        admin.reapprove(&ada).await.done();
        two.come_to(&key.secret, 204).await;
    }
    eprintln!("listener killed: refused everywhere after {slowest:?} at the longest");
}

#[actix_web::test]
async fn a_notification_that_is_swallowed_is_made_up_for() {
    let app = App::start().await;
    let wire = Wire::to(&app.db);
    let deaf = Server::start(&wire.url, &[]);
    let gateway = deaf.gateway().await;
    wire.swallows_notifications();
    let mut slowest = std::time::Duration::ZERO;
    for n in 0..5 {
        let (ada, _, key) = app.key_holder(&format!("Ada {n}"));
        gateway.comes_to_within(BOUND, &key.secret, 204).await;
        let begun = Instant::now();
        app.db.run(&format!("update developers set status = 'revoked' where id = '{}'", ada.id));
        gateway.comes_to_within(BOUND, &key.secret, 403).await;
        slowest = slowest.max(begun.elapsed());
    }
    assert!(wire.swallowed() >= 5, "{} notifications were swallowed", wire.swallowed());
    eprintln!("notifications swallowed: refused after {slowest:?} at the longest");
}

#[actix_web::test]
async fn a_storm_of_killed_connections_lets_nobody_in_who_is_out() {
    let two = Two::start().await;
    let (ada, _, key) = two.app.key_holder("Ada Byron");
    let (.., good) = two.app.key_holder("Bo Chen");
    two.know(&key.secret).await;
    two.know(&good.secret).await;
    let mut killer = two.app.db.conn();
    for n in 0..40 {
        crate::support::db::run(&mut killer, KILL_LISTENERS);
        if n == 20 {
            two.app.db.run(&format!("update developers set status = 'revoked' where id = '{}'", ada.id));
        }
        for gateway in &two.gateways {
            let status = gateway.checks(&good.secret).await.status;
            assert!([204, 503].contains(&status), "{status}");
        }
    }
    for gateway in &two.gateways {
        gateway.comes_to_within(BOUND, &key.secret, 403).await;
        gateway.comes_to_within(BOUND, &good.secret, 204).await;
    }
}
