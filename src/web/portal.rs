//! What every page shows of the settings, kept in memory so that no page asks for it.

use std::sync::{Arc, PoisonError, RwLock};

/// How the portal presents itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    pub name: String,
    /// Where people can ask; empty where there is no such address.
    pub support: String,
}

/// The face as it was last read from the database. Clones share it.
#[derive(Clone)]
pub struct Portal(Arc<RwLock<Arc<Face>>>);

impl Portal {
    pub fn new(face: Face) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(face))))
    }

    pub fn face(&self) -> Arc<Face> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn set(&self, face: Face) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(face);
    }
}
