//! Whether a key may pass, as gateways hear it.

mod answers;
mod begins;
mod changes;
mod door;
mod faults;
mod latency;
mod memory;
mod metrics;
mod shown;
mod sights;
mod silence;
mod spread;
mod steady;
mod used;

use futures_util::future::join_all;

use crate::support::App;
use crate::support::app::Server;
use crate::support::gateway::Gateway;

/// Two instances on one database, each with its gateway.
struct Two {
    app: App,
    gateways: [Gateway; 2],
    _other: Server,
}

impl Two {
    async fn start() -> Self {
        let app = App::start().await;
        let other = app.another(&[]);
        let gateways = [app.gateway().await, other.gateway().await];
        Self { app, gateways, _other: other }
    }

    /// Both let the key through, so that both have it in memory.
    async fn know(&self, secret: &str) {
        self.come_to(secret, 204).await;
    }

    /// Both let the key through at once, whatever happened to others.
    async fn still_know(&self, secret: &str) {
        join_all(self.gateways.iter().map(|gateway| gateway.stays_at(secret, 204))).await;
    }

    /// Both answer so soon, and stay at it.
    async fn come_to(&self, secret: &str, status: u16) {
        join_all(self.gateways.iter().map(|gateway| gateway.comes_to(secret, status))).await;
    }
}
