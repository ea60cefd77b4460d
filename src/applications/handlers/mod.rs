//! The developers' own pages: applications in `own`, their keys in `keys`.

pub mod keys;
pub mod own;
