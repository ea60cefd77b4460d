//! Keys of developers' applications.

mod create;
mod expire;
mod revoke;
mod search;
