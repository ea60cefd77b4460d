//! A mark of every key there is: whoever has none of them is no key, and nobody need be asked.
//!
//! A million take 8 MB: those that were there at the start lie in a row, those that came since in a set beside it.

use std::collections::HashSet;

use super::cache::ByHash;
use crate::keys::KeyHash;

/// The first 8 bytes of a key's hash: enough to know that a key does not exist.
pub type Fingerprint = i64;

pub fn fingerprint(hash: &KeyHash) -> Fingerprint {
    let [a, b, c, d, e, f, g, h, ..] = *hash;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// See the module.
#[derive(Default)]
pub struct Fingerprints {
    sorted: Box<[Fingerprint]>,
    new: HashSet<Fingerprint, ByHash>,
}

impl From<Vec<Fingerprint>> for Fingerprints {
    fn from(mut all: Vec<Fingerprint>) -> Self {
        all.sort_unstable();
        all.dedup();
        Self { sorted: all.into(), new: HashSet::default() }
    }
}

impl Fingerprints {
    pub fn contains(&self, fingerprint: Fingerprint) -> bool {
        self.sorted.binary_search(&fingerprint).is_ok() || self.new.contains(&fingerprint)
    }

    pub fn add(&mut self, new: &[Fingerprint]) {
        let Self { sorted, new: set } = self;
        set.extend(new.iter().filter(|one| sorted.binary_search(one).is_err()));
    }

    pub fn len(&self) -> usize {
        self.sorted.len() + self.new.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_found_and_counted_once_whenever_they_came() {
        let mut all = Fingerprints::from(vec![7, i64::MAX, -3, 7, i64::MIN]);
        all.add(&[0, 7, 0, -4]);
        all.add(&[0, 5]);
        assert_eq!(all.len(), 7);
        for there in [i64::MIN, -4, -3, 0, 5, 7, i64::MAX] {
            assert!(all.contains(there), "{there}");
        }
        for absent in [i64::MIN + 1, -2, 1, 6, 8] {
            assert!(!all.contains(absent), "{absent}");
        }
        assert!(!Fingerprints::default().contains(0));
    }
}
