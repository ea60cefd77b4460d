//! Guestlist decides who may use an API portal. Developers ask, admins decide, the record says who decided and why.
//!
//! The modules in the order in which to read them; ARCHITECTURE.md tells how they hang together.

// What is decided, and about whom.
pub mod applications;
pub mod desk;
pub mod developers;
pub mod gateway;
pub mod keys;

// How people come in.
pub mod accounts;
pub mod invitations;
pub mod registration;

// Who decides, and what is remembered of it.
pub mod activity;
pub mod admins;
pub mod audit;

// What holds, and who hears of it.
pub mod mail;
pub mod outbox;
pub mod policy;
pub mod settings;

// How people get in from elsewhere.
pub mod import;

// What they share.
pub mod ids;
pub mod passwords;
pub mod text_enum;
pub mod throttles;
pub mod values;
pub mod web;

// What carries it.
pub mod config;
pub mod db;
pub mod error;
pub mod routes;
pub mod schema;
pub mod server;
