//! Applications: what developers do with their own, and what admins decide about them.

mod create;
mod delete;
mod edit;
mod foreign;
mod list;
mod own;
mod removal;
mod show;
mod transition;

/// Where admins see all of them.
pub const ALL: &str = "/admin/applications?status=all";
