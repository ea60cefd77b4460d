use super::*;
use crate::ids::KeyId;

const NOW: fn() -> Instant = Instant::now;

fn hash(n: u64) -> KeyHash {
    let mut hash = [0xab; 32];
    hash[..8].copy_from_slice(&n.to_be_bytes());
    hash
}

fn access(developer: DeveloperId) -> Access {
    Access {
        key: KeyId::new(),
        developer,
        is_revoked: false,
        expires_at: None,
        is_approved: true,
        is_proven: true,
        last_used: 0,
    }
}

fn marks(keys: std::ops::Range<u64>) -> Fingerprints {
    keys.map(|n| fingerprint(&hash(n))).collect::<Vec<_>>().into()
}

/// A cache that knows of the keys 0 to 9, none of them in memory.
fn cache(max: u32) -> Cache<u64> {
    let cache = Cache::new(max);
    cache.begin_anew(marks(0..10));
    cache
}

fn fill(cache: &Cache<u64>, n: u64, developer: DeveloperId) {
    cache.keep(cache.generation(), hash(n), access(developer), n);
}

fn answer(cache: &Cache<u64>, n: u64) -> Option<u64> {
    cache.read(&hash(n), |entry| entry.answer)
}

#[test]
fn a_key_is_known_after_its_look_up_until_its_developer_changes() {
    let (cache, ada, bob) = (cache(100), DeveloperId::new(), DeveloperId::new());
    assert!(cache.may_exist(&hash(1)) && !cache.may_exist(&hash(10)));
    for (n, developer) in [(1, ada), (2, ada), (3, bob)] {
        assert_eq!(answer(&cache, n), None);
        fill(&cache, n, developer);
        assert_eq!(answer(&cache, n), Some(n));
    }
    cache.apply(&[ada], &[]);
    assert_eq!([1, 2, 3].map(|n| answer(&cache, n)), [None, None, Some(3)]);
    fill(&cache, 1, ada);
    assert_eq!(answer(&cache, 1), Some(1));
    cache.apply(&[bob, ada, bob], &[]);
    assert_eq!(cache.sizes(), (0, 10));
}

#[test]
fn what_was_read_before_a_change_is_not_kept_after_it() {
    let (cache, ada, bob) = (cache(100), DeveloperId::new(), DeveloperId::new());
    let changes: [fn(&Cache<u64>, DeveloperId); 3] = [
        |cache, developer| cache.apply(&[developer], &[]),
        |cache, _| cache.apply(&[], &[fingerprint(&hash(77))]),
        |cache, _| cache.begin_anew(marks(0..10)),
    ];
    for change in changes {
        let before = cache.generation();
        change(&cache, bob);
        cache.keep(before, hash(1), access(ada), 1);
        cache.keep_absence(before, hash(2), NOW());
        assert_eq!(answer(&cache, 1), None);
        assert!(!cache.is_absent(&hash(2), NOW()));
    }
}

#[test]
fn everything_is_forgotten_when_it_begins_anew() {
    let cache = cache(100);
    fill(&cache, 1, DeveloperId::new());
    cache.keep_absence(cache.generation(), hash(2), NOW());
    cache.begin_anew(marks(42..43));
    assert_eq!((answer(&cache, 1), cache.sizes()), (None, (0, 1)));
    assert!(!cache.is_absent(&hash(2), NOW()) && !cache.may_exist(&hash(1)) && cache.may_exist(&hash(42)));
}

#[test]
fn a_new_key_is_not_hidden_by_a_vain_look_up() {
    let cache = cache(100);
    cache.keep_absence(cache.generation(), hash(11), NOW());
    assert!(cache.is_absent(&hash(11), NOW()));
    cache.apply(&[], &[fingerprint(&hash(11))]);
    assert!(!cache.is_absent(&hash(11), NOW()) && cache.may_exist(&hash(11)));
}

#[test]
fn vain_look_ups_are_bounded_in_age_and_number() {
    let (cache, begun) = (cache(100), NOW());
    cache.keep_absence(cache.generation(), hash(1), begun);
    assert!(cache.is_absent(&hash(1), begun + ABSENT_FOR - Duration::from_millis(1)));
    assert!(!cache.is_absent(&hash(1), begun + ABSENT_FOR));
    let mut other = hash(1);
    other[31] = 0;
    assert!(!cache.is_absent(&other, begun), "another key with the same fingerprint");
    for n in 0..3 * MAX_ABSENT as u64 {
        cache.keep_absence(cache.generation(), hash(n), begun);
        assert!(cache.ground().absent.len() <= MAX_ABSENT);
    }
    assert!(cache.is_absent(&hash(3 * MAX_ABSENT as u64 - 1), begun));
}

#[test]
fn the_oldest_makes_room() {
    let (cache, ada) = (cache(3), DeveloperId::new());
    (0..5).for_each(|n| fill(&cache, n, ada));
    assert_eq!([0, 1, 2, 3, 4].map(|n| answer(&cache, n)), [None, None, Some(2), Some(3), Some(4)]);
    assert_eq!(cache.ground().by_developer[&ada].len(), 3);
    // Forgotten and read again: its former place makes room for nobody.
    cache.apply(&[ada], &[]);
    (0..3).for_each(|n| fill(&cache, n, ada));
    fill(&cache, 1, ada);
    assert_eq!([0, 1, 2].map(|n| answer(&cache, n)), [None, Some(1), Some(2)]);
    for n in 0..1_000 {
        fill(&cache, n % 7, DeveloperId::new());
        let ground = cache.ground();
        assert!(cache.keys.len() <= 3 && ground.ring.len() == 3 && ground.by_developer.len() <= 3);
    }
}

#[test]
fn the_first_use_of_a_minute_is_noticed_once() {
    let cache = cache(3);
    fill(&cache, 1, DeveloperId::new());
    let used = |minute| cache.read(&hash(1), |entry| entry.is_first_use(minute)).unwrap();
    assert_eq!([5, 5, 6, 5, 6, 7].map(used), [true, false, true, false, false, true]);
}

/// Look-ups and changes at once: whoever reads after a change was applied never sees what was there before it.
#[test]
fn nothing_old_is_read_after_a_change_whatever_the_order() {
    use std::sync::atomic::AtomicU64;
    let (cache, ada) = (cache(100), DeveloperId::new());
    // The database: what a look-up reads, and how far changes were applied.
    let (truth, applied) = (AtomicU64::new(0), AtomicU64::new(0));
    let remembered = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while applied.load(Ordering::SeqCst) < 20_000 {
                    let known = applied.load(Ordering::SeqCst);
                    if let Some(seen) = answer(&cache, 1) {
                        assert!(seen >= known, "{seen} is read after {known} was applied");
                        remembered.fetch_add(1, Ordering::Relaxed);
                        continue;
                    }
                    let generation = cache.generation();
                    let read = truth.load(Ordering::SeqCst);
                    cache.keep(generation, hash(1), access(ada), read);
                }
            });
        }
        scope.spawn(|| {
            for n in 1..=20_000 {
                truth.store(n, Ordering::SeqCst);
                cache.apply(&[ada], &[]);
                applied.store(n, Ordering::SeqCst);
            }
        });
    });
    let remembered = remembered.into_inner();
    assert!(remembered > 100, "{remembered} answers from memory are no trial");
}
