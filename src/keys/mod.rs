//! What gateways are shown: a secret that its owner sees once, and of which only the SHA-256 is kept.
//!
//! ```text
//!  create ──▶ alive ──▶ expired
//!               └── revoke ──▶ revoked
//! ```
//!
//! A key that is alive works while its application and its developer are approved. Nothing here asks who may have a
//! key: whoever calls holds the rows of both, and says whose key it is.

pub mod handlers;
mod operations;
mod queries;
mod secret;
mod sought;
mod values;
mod views;

pub use operations::{Created, Creation, Holder, NewKey, Past, Revocation, create, enter, revoke, warn_expiring};
pub use queries::{
    Holding, Key, LastUsed, Stops, application_of, holdings, of_applications, stops_of_applications,
    stops_of_developers,
};
pub use secret::{KeyHash, KeySecret, hash_of};
pub use values::{Expiry, KeyName, Once};
pub use views::{HoldingRow, KeyRow, lost_keys, stops_in_words};

/// How many keys of an application may be alive at once: one can be replaced without an outage.
pub const MAX_ALIVE: i64 = 5;

/// How many keys an application's page lists: those that are alive first.
pub const LISTED: i64 = 100;
