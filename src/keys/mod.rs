//! What gateways are shown: a secret that its owner sees once, and of which only the SHA-256 is kept.

mod secret;

pub use secret::{KeyHash, KeySecret, hash_of};
