//! What the tests are made with: the real server on a real database, and people who use it.

pub mod actors;
pub mod app;
pub mod applications;
pub mod db;
pub mod gateway;
pub mod html;
pub mod mail;
pub mod mailto;
pub mod wire;
pub mod world;

pub use actors::{Admin, Developer, both_ways};
pub use app::{Answer, App, Browser};
pub use world::{AtTheDesk, Person, somebody};

use std::time::{Duration, Instant};

/// Waits for the outside world: looks again and again until it holds.
pub async fn eventually<F: Future<Output = bool>>(within: Duration, what: &str, mut holds: impl FnMut() -> F) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < within, "after {within:?} still not: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
