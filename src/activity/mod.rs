//! The audit log as admins read it.

pub mod handlers;
mod views;
