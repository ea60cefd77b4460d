//! When keys were last used: collected here, written in batches, never on the path of a check.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::DateTime;

use super::queries;
use crate::db::{Db, DbError};
use crate::ids::KeyId;

/// Keys in one statement.
const BATCH: usize = 1_000;

/// What is not written yet: at most one minute a key.
#[derive(Default)]
pub struct Usage(Mutex<HashMap<KeyId, u32>>);

impl Usage {
    /// The key was used in this minute since 1970.
    pub fn note(&self, key: KeyId, minute: u32) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = noted.entry(key).or_default();
        *latest = minute.max(*latest);
    }

    /// Writes what was noted. What could not be written is noted again.
    ///
    /// # Errors
    /// The database.
    pub async fn write(&self, db: &Db) -> Result<(), DbError> {
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut batches = batches(noted).into_iter();
        while let Some((minute, keys)) = batches.next() {
            let at = DateTime::from_timestamp(i64::from(minute) * 60, 0).unwrap_or_default();
            let batch = keys.clone();
            if let Err(error) = db.transaction(move |conn| queries::mark_used(conn, &batch, at)).await {
                let unwritten = std::iter::once((minute, keys)).chain(batches);
                unwritten.for_each(|(minute, keys)| keys.into_iter().for_each(|key| self.note(key, minute)));
                return Err(error);
            }
        }
        Ok(())
    }
}

/// By minute, in the order of the keys.
fn batches(noted: HashMap<KeyId, u32>) -> Vec<(u32, Vec<KeyId>)> {
    let mut noted: Vec<_> = noted.into_iter().map(|(key, minute)| (minute, key)).collect();
    noted.sort_unstable();
    let minutes = noted.chunk_by(|a, b| a.0 == b.0);
    minutes
        .flat_map(|keys| keys.chunks(BATCH))
        .filter_map(|keys| Some((keys.first()?.0, keys.iter().map(|(_, key)| *key).collect())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_noted_once_with_its_latest_minute() {
        let (usage, keys) = (Usage::default(), [KeyId::new(), KeyId::new()]);
        for (key, minute) in [(keys[0], 7), (keys[1], 7), (keys[0], 8), (keys[0], 6)] {
            usage.note(key, minute);
        }
        assert_eq!(batches(usage.0.into_inner().unwrap()), [(7, vec![keys[1]]), (8, vec![keys[0]])]);
        let many: HashMap<_, _> = (0..2_500).map(|_| (KeyId::new(), 9)).collect();
        let sizes: Vec<_> = batches(many).iter().map(|(minute, keys)| (*minute, keys.len())).collect();
        assert_eq!(sizes, [(9, 1_000), (9, 1_000), (9, 500)]);
    }
}
