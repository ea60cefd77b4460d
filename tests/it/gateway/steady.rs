//! While a key is looked up again and again, no answer that is over comes back.

use std::cell::Cell;

use actix_web::web::block;
use futures_util::future::{join, join_all};

use crate::support::App;
use crate::support::app::Server;
use crate::support::db::run;
use crate::support::gateway::{Gateway, identity};
use crate::support::wire::Wire;

const ROUNDS: u32 = 20;
/// At each instance, without pause.
const ASKERS: usize = 3;

/// What holds since the last change; no answer is right while one is under way.
#[derive(Default)]
struct Now {
    turn: Cell<u32>,
    status: Cell<u16>,
    is_over: Cell<bool>,
}

impl Now {
    fn is(&self, status: u16) {
        self.turn.set(self.turn.get() + 1);
        self.status.set(status);
    }
}

/// What an instance has told whoever asked.
struct Instance<'a> {
    gateway: &'a Gateway,
    /// The newest turn of which it has told what holds.
    knows: Cell<u32>,
    /// The newest name that it has told.
    name: Cell<u32>,
}

impl Instance<'_> {
    async fn is_asked(&self, secret: &str, now: &Now) {
        while !now.is_over.get() {
            let (turn, knew, name) = (now.turn.get(), self.knows.get(), self.name.get());
            let answer = self.gateway.checks(secret).await;
            assert!([204, 403].contains(&answer.status), "{}", answer.status);
            if let [.., Some(told), _] = &identity(&answer) {
                let told = told.parse().unwrap();
                assert!(told >= name, "the name is {told} again, after {name}");
                self.name.set(self.name.get().max(told));
            }
            if now.turn.get() != turn {
                continue;
            }
            if answer.status == now.status.get() {
                self.knows.set(turn);
            } else {
                assert_ne!(knew, turn, "{} comes back, after {}", answer.status, now.status.get());
            }
        }
    }
}

#[actix_web::test]
async fn neither_a_yes_nor_a_no_nor_a_name_comes_back() {
    let app = App::start().await;
    let (ada, _, key) = app.key_holder("Ada Byron");
    app.db.run("update applications set name = '0'");
    // What the other one reads is old when it arrives: it has heard of a change meanwhile.
    let wire = Wire::to(&app.db);
    let other = Server::start(&wire.url, &[]);
    let gateways = [app.gateway().await, other.gateway().await];
    let come_to = async |status| join_all(gateways.iter().map(|gateway| gateway.comes_to(&key.secret, status))).await;
    come_to(204).await;
    app.is_heard().await;
    wire.lags();
    let before = join_all(gateways.iter().map(Gateway::metrics)).await;
    let now = Now::default();
    now.is(204);
    let instances: Vec<_> =
        gateways.iter().map(|gateway| Instance { gateway, knows: Cell::new(0), name: Cell::new(0) }).collect();
    let askers = instances.iter().flat_map(|instance| [instance; ASKERS]);
    let asking = join_all(askers.map(|instance| instance.is_asked(&key.secret, &now)));
    let story = async {
        let mut names = 1_u32..;
        for _ in 0..ROUNDS {
            for (status, answer) in [("revoked", 403), ("approved", 204)] {
                let mut conn = app.db.conn();
                // Each name empties the memory, so that the change meets look-ups that began before it.
                let renaming = names.by_ref().take(5).map(|n| format!("update applications set name = '{n}'"));
                let mut changes: Vec<_> = renaming.collect();
                changes.push(format!("update developers set status = '{status}' where id = '{}'", ada.id));
                now.is(0);
                block(move || changes.iter().for_each(|sql| run(&mut conn, sql))).await.unwrap();
                now.is(answer);
                come_to(answer).await;
            }
        }
        now.is_over.set(true);
    };
    join(asking, story).await;
    for (instance, before) in instances.iter().zip(before) {
        for _ in 0..5 {
            let answer = instance.gateway.checks(&key.secret).await.is(204);
            assert_eq!(identity(&answer)[3], Some((10 * ROUNDS).to_string()));
        }
        let name = "guestlist_gateway_look_ups_total";
        let look_ups = instance.gateway.metrics().await.sum(name) - before.sum(name);
        assert!(look_ups > f64::from(2 * ROUNDS), "{look_ups} look-ups are no trial");
    }
}
