//! The desk from outside: a real server, a real database, real HTML. A module per noun and handler.

mod support;

mod activity;
mod admins;
mod counts;
mod developers;
mod private_cluster;
mod sessions;
mod throttles;
mod web;
