//! What changes access is known to every instance within a second.

use chrono::{TimeDelta, Utc};
use guestlist::applications;
use guestlist::audit::Occasion;
use guestlist::developers::Status::{Approved, Requested};

use super::Two;
use crate::support::applications::unknown_key;
use crate::support::gateway::{BOUND, Gateway, SOON, identity};
use crate::support::{App, eventually, somebody};

#[actix_web::test]
async fn a_developer_who_is_revoked_is_out_and_reapproved_is_in_again() {
    let two = Two::start().await;
    let admin = two.app.admin("Kim Lee").await;
    let (ada, .., key) = two.app.key_holder("Ada Byron");
    two.know(&key.secret).await;
    for _ in 0..3 {
        admin.revoke(&ada, "").await.done();
        two.come_to(&key.secret, 403).await;
        admin.reapprove(&ada).await.done();
        two.come_to(&key.secret, 204).await;
    }
}

#[actix_web::test]
async fn whoever_is_approved_late_gets_in_with_the_key_that_was_refused() {
    let two = Two::start().await;
    let admin = two.app.admin("Kim Lee").await;
    let ada = two.app.enters(somebody("Ada Byron").proven());
    let key = two.app.key(&two.app.application(&ada, "Weather"), "Production");
    two.come_to(&key.secret, 403).await;
    admin.approve(&ada).await.done();
    two.come_to(&key.secret, 204).await;
}

#[actix_web::test]
async fn a_status_of_an_application_counts_as_its_owners_does() {
    let two = Two::start().await;
    let ada = two.app.approved("Ada Byron");
    let weather = two.app.application_in(&ada, "Weather", Requested);
    let maps = two.app.application(&ada, "Maps");
    let keys = [two.app.key(&weather, "Production"), two.app.key(&maps, "Production")];
    two.come_to(&keys[0].secret, 403).await;
    two.know(&keys[1].secret).await;
    for (status, answer) in [("approved", 204), ("revoked", 403), ("approved", 204)] {
        two.app.db.run(&format!(
            "update applications set status = '{status}', decided_at = now(), decided_by = 'Mo' where id = '{}'",
            weather.id
        ));
        two.come_to(&keys[0].secret, answer).await;
        two.still_know(&keys[1].secret).await;
    }
}

#[actix_web::test]
async fn a_new_key_is_good_at_once_though_it_was_asked_for_before() {
    let two = Two::start().await;
    let (_, weather, first) = two.app.key_holder("Ada Byron");
    two.know(&first.secret).await;
    for n in 0..10 {
        let key = two.app.key(&weather, &format!("Key {n}"));
        two.come_to(&key.secret, 204).await;
        // Deleted and entered again: an answer of no must not outlive what it was about.
        let row = two.app.db.text(&format!("select row_to_json(keys)::text from keys where id = '{}'", key.id));
        two.app.db.run(&format!("delete from keys where id = '{}'", key.id));
        two.come_to(&key.secret, 401).await;
        two.app.db.run(&format!("insert into keys select * from json_populate_record(null::keys, '{row}')"));
        two.come_to(&key.secret, 204).await;
    }
}

#[actix_web::test]
async fn a_revoked_key_is_out_and_the_others_stay() {
    let two = Two::start().await;
    let (ada, weather, old) = two.app.key_holder("Ada Byron");
    let new = two.app.key(&weather, "New");
    two.know(&old.secret).await;
    two.know(&new.secret).await;
    let conn = &mut two.app.db.conn();
    applications::revoke_key(conn, ada.id, old.id, &Occasion::system("test")).unwrap().unwrap();
    two.come_to(&old.secret, 401).await;
    two.still_know(&new.secret).await;
}

#[actix_web::test]
async fn what_is_deleted_takes_its_keys_along() {
    for sql in [
        "delete from developers where id = '{developer}'",
        "delete from applications where id = '{application}'",
        "delete from keys where id = '{key}'",
    ] {
        let two = Two::start().await;
        let (ada, weather, key) = two.app.key_holder("Ada Byron");
        let (.., others) = two.app.key_holder("Bo Chen");
        two.know(&key.secret).await;
        two.know(&others.secret).await;
        let sql = sql.replace("{developer}", &ada.id.to_string()).replace("{application}", &weather.id.to_string());
        two.app.db.run(&sql.replace("{key}", &key.id.to_string()));
        two.come_to(&key.secret, 401).await;
        two.still_know(&others.secret).await;
    }
}

#[actix_web::test]
async fn what_is_truncated_is_gone_as_well() {
    for table in ["developers", "applications", "keys"] {
        let two = Two::start().await;
        let (_, weather, key) = two.app.key_holder("Ada Byron");
        two.know(&key.secret).await;
        two.app.db.run(&format!("truncate {table} cascade"));
        two.come_to(&key.secret, 401).await;
        if table == "keys" {
            two.come_to(&two.app.key(&weather, "New").secret, 204).await;
        }
    }
}

#[actix_web::test]
async fn a_key_that_somebody_moves_by_hand_is_its_new_owners() {
    let two = Two::start().await;
    let (_, weather, key) = two.app.key_holder("Ada Byron");
    let (bo, maps, _) = two.app.key_holder("Bo Chen");
    let is_of = async |owner: &str| {
        for gateway in &two.gateways {
            let told = async || identity(&gateway.checks(&key.secret).await)[0].as_deref() == Some(owner);
            eventually(SOON, "whose it is", told).await;
        }
    };
    two.know(&key.secret).await;
    two.app.db.run(&format!("update applications set developer_id = '{}' where id = '{}'", bo.id, weather.id));
    is_of(&bo.id.to_string()).await;
    two.app.db.run(&format!("update developers set status = 'revoked' where id = '{}'", bo.id));
    two.come_to(&key.secret, 403).await;
    two.app.db.run(&format!("update developers set status = 'approved' where id = '{}'", bo.id));
    two.know(&key.secret).await;
    two.app.db.run(&format!("update keys set application_id = '{}' where id = '{}'", maps.id, key.id));
    two.app.db.run(&format!("update applications set status = 'revoked', reason = 'x' where id = '{}'", maps.id));
    two.come_to(&key.secret, 403).await;
    two.app.db.run(&format!("update applications set status = 'approved' where id = '{}'", maps.id));
    two.know(&key.secret).await;
    let other = unknown_key();
    two.come_to(&other, 401).await;
    two.app.db.run(&format!("update keys set secret_hash = sha256('{other}') where id = '{}'", key.id));
    two.come_to(&key.secret, 401).await;
    two.know(&other).await;
}

#[actix_web::test]
async fn where_proof_of_the_address_is_required_keys_of_the_unproven_wait_for_it() {
    let two = Two::start().await;
    let ada = two.app.enters(somebody("Ada Byron").now(Approved));
    let key = two.app.key(&two.app.application(&ada, "Weather"), "Production");
    let (.., proven) = two.app.key_holder("Bo Chen");
    // Without mail nobody has to prove anything.
    two.know(&key.secret).await;
    two.app.setting("verification", "always");
    two.come_to(&key.secret, 403).await;
    two.still_know(&proven.secret).await;
    two.app.setting("verification", "never");
    two.come_to(&key.secret, 204).await;
    two.app.setting("verification", "always");
    two.come_to(&key.secret, 403).await;
    two.app.db.run(&format!("update developers set email_verified_at = now() where id = '{}'", ada.id));
    two.come_to(&key.secret, 204).await;
}

#[actix_web::test]
async fn with_mail_configured_proof_is_required_from_the_start() {
    let app = App::with(&crate::support::mail::NO_SERVER).await;
    let ada = app.enters(somebody("Ada Byron").now(Approved));
    let key = app.key(&app.application(&ada, "Weather"), "Production");
    let (.., proven) = app.key_holder("Bo Chen");
    let gateway = app.gateway().await;
    gateway.checks(&key.secret).await.is(403);
    gateway.checks(&proven.secret).await.is(204);
}

#[actix_web::test]
async fn a_key_ends_with_its_time_without_anybody_doing_anything() {
    let two = Two::start().await;
    let (_, weather, lasting) = two.app.key_holder("Ada Byron");
    let ends_at = Utc::now() + TimeDelta::seconds(3);
    let key = two.app.key_until(&weather, "Short", Some(ends_at));
    two.know(&key.secret).await;
    two.know(&lasting.secret).await;
    for gateway in &two.gateways {
        let is_out = async || {
            let before = Utc::now();
            let status = gateway.checks(&key.secret).await.status;
            assert!(status == 401 || before < ends_at + TimeDelta::seconds(1), "{status} after its end");
            assert!(status == 204 || Utc::now() >= ends_at - TimeDelta::seconds(1), "{status} before its end");
            status == 401
        };
        eventually(SOON * 5, "the key has ended", is_out).await;
        gateway.checks(&lasting.secret).await.is(204);
    }
}

#[actix_web::test]
async fn another_name_is_told_to_gateways_as_well() {
    let two = Two::start().await;
    let (_, weather, key) = two.app.key_holder("Ada Byron");
    two.know(&key.secret).await;
    two.app.db.run(&format!("update applications set name = 'Rain' where id = '{}'", weather.id));
    for gateway in &two.gateways {
        let has_name = async || {
            let answer = gateway.checks(&key.secret).await.is(204);
            identity(&answer)[3].as_deref() == Some("Rain")
        };
        eventually(SOON, "the new name", has_name).await;
        for _ in 0..5 {
            assert!(has_name().await, "the old name came back");
        }
    }
}

#[actix_web::test]
async fn a_change_that_is_committed_after_later_ones_is_not_missed() {
    let two = Two::start().await;
    let (_, _, early) = two.app.key_holder("Ada Byron");
    let (_, _, later) = two.app.key_holder("Bo Chen");
    two.know(&early.secret).await;
    two.know(&later.secret).await;
    let revoke = |id| format!("update keys set revoked_at = now() where id = '{id}'");
    // It begins first, and has its number before all others.
    let mut slow = two.app.db.conn();
    crate::support::db::run(&mut slow, "begin");
    crate::support::db::run(&mut slow, &revoke(early.id));
    for n in 0..3 {
        let (_, _, other) = two.app.key_holder(&format!("Cy {n}"));
        two.know(&other.secret).await;
        two.app.db.run(&revoke(other.id));
        two.come_to(&other.secret, 401).await;
    }
    two.app.db.run(&revoke(later.id));
    two.come_to(&later.secret, 401).await;
    for gateway in &two.gateways {
        gateway.stays_at(&early.secret, 204).await;
    }
    crate::support::db::run(&mut slow, "commit");
    two.come_to(&early.secret, 401).await;
}

#[actix_web::test]
async fn more_changes_than_can_be_told_at_once_are_all_known() {
    let two = Two::start().await;
    let (ada, _, key) = two.app.key_holder("Ada Byron");
    let (bo, weather, others) = two.app.key_holder("Bo Chen");
    two.know(&key.secret).await;
    two.know(&others.secret).await;
    let reloads = async |gateway: &Gateway| gateway.metrics().await.sum("guestlist_gateway_reloads_total");
    let before = [reloads(&two.gateways[0]).await, reloads(&two.gateways[1]).await];
    let of_bo = format!("insert into gateway_changes (developer_id) select '{}' from generate_series(1, 21000)", bo.id);
    two.app.db.run(&format!(
        "begin; {of_bo}; update developers set status = 'revoked' where id = '{}'; {of_bo}; commit",
        ada.id
    ));
    let new = two.app.key(&weather, "New");
    for (gateway, before) in two.gateways.iter().zip(before) {
        gateway.comes_to_within(BOUND, &key.secret, 403).await;
        gateway.comes_to(&new.secret, 204).await;
        gateway.stays_at(&others.secret, 204).await;
        assert!(reloads(gateway).await > before, "all keys are read anew");
    }
}

#[actix_web::test]
async fn a_change_that_is_rolled_back_is_none() {
    let two = Two::start().await;
    let (ada, _, key) = two.app.key_holder("Ada Byron");
    two.know(&key.secret).await;
    let sql = format!("begin; delete from developers where id = '{}'; rollback", ada.id);
    two.app.db.run(&sql);
    // What comes later is heard, and with it would be what never was.
    let (_, _, other) = two.app.key_holder("Bo Chen");
    two.know(&other.secret).await;
    two.still_know(&key.secret).await;
}
