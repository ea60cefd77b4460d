//! What is in memory: the keys that were shown, a mark of every key there is, and which were asked for in vain.
//!
//! A look-up begins with [`Cache::generation`] and ends with [`Cache::keep`] or [`Cache::keep_absence`], which do nothing
//! if any change was applied in between: what the look-up read may be older than the change.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::access::Access;
use super::fingerprints::{Fingerprint, Fingerprints, fingerprint};
use crate::ids::DeveloperId;
use crate::keys::KeyHash;

/// Keys in memory. One more takes the place of the one that is there for longest.
pub const MAX_KEYS: u32 = 200_000;
/// Keys asked for in vain. One more, and all are forgotten.
pub const MAX_ABSENT: usize = 10_000;
/// How long it is remembered that a key was asked for in vain.
pub const ABSENT_FOR: Duration = Duration::from_secs(60);

/// SHA-256 is as good a hash as any; nobody can choose what is in here.
#[derive(Default)]
pub struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    }

    /// The length, which is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn write_i64(&mut self, n: i64) {
        self.0 = n.cast_unsigned();
    }
}

pub type ByHash = BuildHasherDefault<FirstBytes>;

/// A key in memory, with what is answered where it is good.
pub struct Entry<A> {
    pub access: Access,
    pub answer: A,
    /// In minutes since 1970.
    last_used: AtomicU32,
    /// Its place in the ring.
    slot: u32,
}

impl<A> Entry<A> {
    /// Whether this is the key's first good use within the minute.
    pub fn is_first_use(&self, minute: u32) -> bool {
        let last = self.last_used.load(Ordering::Relaxed);
        last < minute && self.last_used.compare_exchange(last, minute, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// See the module.
pub struct Cache<A> {
    keys: papaya::HashMap<KeyHash, Entry<A>, ByHash>,
    fingerprints: RwLock<Fingerprints>,
    ground: Mutex<Ground>,
    max_keys: u32,
}

/// What only fills and changes touch.
#[derive(Default)]
struct Ground {
    /// How many changes were applied.
    generation: u64,
    /// The places of their keys in the ring.
    by_developer: HashMap<DeveloperId, Vec<u32>>,
    /// Every key in memory has one of at most `max_keys` slots; `next` is taken over next.
    ring: Vec<KeyHash>,
    next: u32,
    absent: HashMap<Fingerprint, (KeyHash, Instant), ByHash>,
}

impl<A: Send + Sync + 'static> Cache<A> {
    pub fn new(max_keys: u32) -> Self {
        Self {
            keys: papaya::HashMap::with_hasher(ByHash::default()),
            fingerprints: RwLock::default(),
            ground: Mutex::default(),
            max_keys: max_keys.max(1),
        }
    }

    /// Reads a key in memory. Waits for nobody.
    pub fn read<R>(&self, hash: &KeyHash, read: impl FnOnce(&Entry<A>) -> R) -> Option<R> {
        self.keys.pin().get(hash).map(read)
    }

    /// False is certain: there is no such key.
    pub fn may_exist(&self, hash: &KeyHash) -> bool {
        self.fingerprints.read().unwrap_or_else(PoisonError::into_inner).contains(fingerprint(hash))
    }

    /// Whether the key was asked for in vain a short while ago.
    pub fn is_absent(&self, hash: &KeyHash, now: Instant) -> bool {
        let ground = self.ground();
        ground
            .absent
            .get(&fingerprint(hash))
            .is_some_and(|(absent, at)| absent == hash && now.saturating_duration_since(*at) < ABSENT_FOR)
    }

    /// To be read before a look-up.
    pub fn generation(&self) -> u64 {
        self.ground().generation
    }

    /// Keeps what a look-up found, unless something has changed since it began.
    pub fn keep(&self, generation: u64, hash: KeyHash, access: Access, answer: A) {
        let mut ground = self.ground();
        if ground.generation != generation {
            return;
        }
        let slot = ground.next;
        ground.next = (slot + 1) % self.max_keys;
        match ground.ring.get_mut(slot as usize) {
            None => ground.ring.push(hash),
            Some(place) => {
                let former = std::mem::replace(place, hash);
                self.evict(&mut ground, &former, slot);
            }
        }
        let developer = access.developer;
        let last_used = AtomicU32::new(access.last_used);
        let present = self.read(&hash, |entry| entry.slot);
        present.into_iter().for_each(|slot| self.evict(&mut ground, &hash, slot));
        ground.by_developer.entry(developer).or_default().push(slot);
        self.keys.pin().insert(hash, Entry { access, answer, last_used, slot });
    }

    fn evict(&self, ground: &mut Ground, hash: &KeyHash, slot: u32) {
        let keys = self.keys.pin();
        let Some(entry) = keys.get(hash).filter(|entry| entry.slot == slot) else { return };
        let developer = entry.access.developer;
        keys.remove(hash);
        if let Some(slots) = ground.by_developer.get_mut(&developer) {
            slots.retain(|own| *own != slot);
            if slots.is_empty() {
                ground.by_developer.remove(&developer);
            }
        }
    }

    /// Keeps that a look-up found nothing, unless something has changed since it began.
    pub fn keep_absence(&self, generation: u64, hash: KeyHash, now: Instant) {
        let mut ground = self.ground();
        if ground.generation != generation {
            return;
        }
        if ground.absent.len() >= MAX_ABSENT {
            ground.absent = HashMap::default();
        }
        ground.absent.insert(fingerprint(&hash), (hash, now));
    }

    /// All that is known about these developers is void; these keys are new.
    pub fn apply(&self, developers: &[DeveloperId], new: &[Fingerprint]) {
        // First, so that nobody who sees the later generation misses a key.
        if !new.is_empty() {
            self.fingerprints.write().unwrap_or_else(PoisonError::into_inner).add(new);
        }
        let mut ground = self.ground();
        ground.generation += 1;
        let keys = self.keys.pin();
        for developer in developers {
            for slot in ground.by_developer.remove(developer).unwrap_or_default() {
                ground.ring.get(slot as usize).map(|hash| keys.remove(hash));
            }
        }
        for fingerprint in new {
            ground.absent.remove(fingerprint);
        }
    }

    /// Forgets everything; these keys exist.
    pub fn begin_anew(&self, fingerprints: Fingerprints) {
        let former = {
            let mut present = self.fingerprints.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *present, fingerprints)
        };
        let mut ground = self.ground();
        *ground = Ground { generation: ground.generation + 1, ..Ground::default() };
        self.keys.pin().clear();
        drop(ground);
        drop(former);
    }

    /// How many keys are in memory, and how many there are.
    pub fn sizes(&self) -> (usize, usize) {
        (self.keys.len(), self.fingerprints.read().unwrap_or_else(PoisonError::into_inner).len())
    }

    fn ground(&self) -> MutexGuard<'_, Ground> {
        self.ground.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
