//! The desk from outside: a real server, a real database, real HTML. A module per noun and handler.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

mod accounts;
mod activity;
mod admins;
mod applications;
mod cli;
mod counts;
mod developers;
mod faults;
mod gateway;
mod import;
mod invitations;
mod keys;
mod mail;
mod migrations;
mod outbox;
mod private_cluster;
mod registration;
mod requirements;
mod schema;
mod secrets;
mod sessions;
mod settings;
mod throttles;
mod tidy;
mod web;
