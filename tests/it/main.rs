//! The desk from outside: a real server, a real database, real HTML. A module per noun and handler.

mod support;

mod developers;
mod private_cluster;
