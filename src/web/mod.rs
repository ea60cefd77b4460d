//! What a web program needs and what knows no noun.

pub mod assets;
pub mod chrome;
pub mod compress;
pub mod cookies;
pub mod errors;
pub mod field;
pub mod flash;
pub mod form;
pub mod headers;
pub mod htmx;
pub mod invite;
pub mod local_path;
pub mod mailto;
pub mod moments;
pub mod occasion;
pub mod origin;
pub mod pace;
pub mod page;
pub mod pagination;
pub mod peer;
pub mod portal;
pub mod query;
pub mod seal;
pub mod session;
pub mod theme;
pub mod tokens;
