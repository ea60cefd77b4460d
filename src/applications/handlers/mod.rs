//! The developers' own pages: applications in `own`, their keys in `keys`. The admins' are in `desk`.

mod desk;
pub mod keys;
pub mod own;
mod visit;
