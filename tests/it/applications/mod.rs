//! Applications: what developers do with their own, and what admins decide about them.

mod create;
mod delete;
mod edit;
mod foreign;
mod own;
