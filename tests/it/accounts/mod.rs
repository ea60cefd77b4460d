//! The developers' own side: the door, the password, the account, and what they hear of decisions.

mod account;
mod doors;
mod login;
mod news;
mod password;
mod throttles;
mod timing;

/// Nobody's password.
const WRONG: &str = "wrong wrong wrong wrong";
/// What people choose next.
const NEW: &str = "neun Dachse ohne Uhr";
/// With this a test's requests come from whatever address they name.
const BEHIND_PROXY: [(&str, &str); 1] = [("GUESTLIST_TRUSTED_PROXIES", "127.0.0.1")];
