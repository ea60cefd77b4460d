//! Passwords: what makes a good one (in `judge`), and argon2id behind a gate.
//!
//! A hash costs 35 ms and 19 MiB. Two threads of their own compute them, which let everybody else go first; a bounded
//! queue waits before these, and whoever would wait longer than [`PATIENCE`] is told to come back: fifty sign-ins at once
//! slow down nobody else.

mod judge;

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use argon2::password_hash::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::oneshot;

pub use judge::{MAX_CHARS, MIN_CHARS, judge};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const THREADS: usize = 2;
const QUEUE: usize = 16;
const PATIENCE: Duration = Duration::from_secs(2);
/// After this long without a sign-in a thread gives its memory back.
const KEEP_MEMORY: Duration = Duration::from_secs(10);
/// Of a password nobody knows, by today's parameters: an unknown address takes as long as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Z3Vlc3RsaXN0LW5vYm9keQ$5a0m0mW4P8mCk4D6c3l0vM3m2m7o2k0S8f1n0Jb0r9k";

/// Why no hash was computed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many at once: try again in a few seconds.
    #[error("too many passwords are being checked")]
    Busy,
    #[error("the password could not be hashed: {0}")]
    Failed(String),
}

/// The answer to a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, and hashed by parameters of another day: store this one instead.
    RightRenewed(String),
}

enum Job {
    Hash { password: String, answer: oneshot::Sender<Result<String, PasswordError>> },
    Verify { password: String, hash: Option<String>, answer: oneshot::Sender<Result<Verdict, PasswordError>> },
}

/// The gate. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    queue: SyncSender<Job>,
}

impl Passwords {
    /// Starts the threads, which live as long as the gate.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..THREADS {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new().name("argon2".into()).spawn(move || work(&jobs))?;
        }
        Ok(Self { queue })
    }

    /// The PHC string of a new password.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.ask(|answer| Job::Hash { password, answer }).await
    }

    /// Compares a password with a PHC string; without one it takes as long and says wrong.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<Verdict, PasswordError> {
        self.ask(|answer| Job::Verify { password, hash, answer }).await
    }

    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, PasswordError>>) -> Job,
    ) -> Result<T, PasswordError> {
        let (answer, answered) = oneshot::channel();
        match self.queue.try_send(job(answer)) {
            Err(TrySendError::Full(_)) => return Err(PasswordError::Busy),
            Err(TrySendError::Disconnected(_)) => return Err(PasswordError::Failed("its threads are gone".into())),
            Ok(()) => {}
        }
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(PasswordError::Failed("its thread is gone".into())),
            Err(_) => Err(PasswordError::Busy),
        }
    }
}

/// The PHC string of a new password, here and now: for the command line.
///
/// # Errors
/// [`PasswordError`].
pub fn hash_now(password: &str) -> Result<String, PasswordError> {
    hash_with(password, &mut Vec::new())
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    let_others_go_first();
    let mut memory = Vec::new();
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(KEEP_MEMORY);
        match next {
            Ok(Job::Hash { password, answer }) if !answer.is_closed() => {
                let _ = answer.send(hash_with(&password, &mut memory));
            }
            Ok(Job::Verify { password, hash, answer }) if !answer.is_closed() => {
                let _ = answer.send(verify_with(&password, hash.as_deref(), &mut memory));
            }
            // Whoever asked has gone.
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => memory = Vec::new(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Of this thread alone, which only Linux knows of: a page or a check that is due does not wait for the end of its turn.
#[cfg(target_os = "linux")]
fn let_others_go_first() {
    const NICE: libc::c_int = 10;
    // SAFETY: it takes numbers and gives one back. Where it is refused, everything is only slower.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
}

#[cfg(not(target_os = "linux"))]
fn let_others_go_first() {}

fn failed(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Failed(error.to_string())
}

fn todays_parameters() -> Result<Params, PasswordError> {
    Params::new(MEMORY_KIB, PASSES, 1, Some(Params::DEFAULT_OUTPUT_LEN)).map_err(failed)
}

fn compute(
    password: &str,
    salt: &[u8],
    params: Params,
    memory: &mut Vec<Block>,
) -> Result<[u8; Params::DEFAULT_OUTPUT_LEN], PasswordError> {
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::default());
    }
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, &mut *memory)
        .map_err(failed)?;
    Ok(output)
}

fn hash_with(password: &str, memory: &mut Vec<Block>) -> Result<String, PasswordError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(failed)?;
    let output = compute(password, &salt, todays_parameters()?, memory)?;
    let b64 = |bytes: &[u8]| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
    };
    Ok(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${}${}", b64(&salt), b64(&output)))
}

fn verify_with(password: &str, hash: Option<&str>, memory: &mut Vec<Block>) -> Result<Verdict, PasswordError> {
    let stored = PasswordHash::new(hash.unwrap_or(NOBODY)).map_err(failed)?;
    let params = Params::try_from(&stored).map_err(failed)?;
    let is_todays = params.m_cost() == MEMORY_KIB && params.t_cost() == PASSES && params.p_cost() == 1;
    let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else {
        return Err(PasswordError::Failed("the stored hash is not whole".into()));
    };
    let mut salt_bytes = [0; 64];
    let salt = salt.decode_b64(&mut salt_bytes).map_err(failed)?;
    let output = compute(password, salt, params, memory)?;
    // Compared in constant time, as `Output` promises.
    let is_same = Output::new(&output).map_err(failed)? == expected;
    match (hash.is_some() && is_same, is_todays) {
        (false, _) => Ok(Verdict::Wrong),
        (true, true) => Ok(Verdict::Right),
        (true, false) => hash_with(password, memory).map(Verdict::RightRenewed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password() {
        let mut memory = Vec::new();
        let hash = hash_with("vier Körbe voller Wind", &mut memory).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let verdict = |password: &str, memory: &mut _| verify_with(password, Some(&hash), memory).unwrap();
        assert_eq!(verdict("vier Körbe voller Wind", &mut memory), Verdict::Right);
        assert_eq!(verdict("vier Körbe voller Wind ", &mut memory), Verdict::Wrong);
        assert_eq!(verify_with("anything", None, &mut memory).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_hash_of_another_day_is_renewed() {
        let params = Params::new(8 * 1024, 3, 1, None).unwrap();
        let mut memory = Vec::new();
        let output = compute("four baskets of wind", b"0123456789abcdef", params, &mut memory).unwrap();
        use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as B64};
        let old = format!("$argon2id$v=19$m=8192,t=3,p=1${}${}", B64.encode("0123456789abcdef"), B64.encode(output));
        let Verdict::RightRenewed(new) = verify_with("four baskets of wind", Some(&old), &mut memory).unwrap() else {
            panic!("the old hash was kept");
        };
        assert_eq!(verify_with("four baskets of wind", Some(&new), &mut memory).unwrap(), Verdict::Right);
    }

    #[test]
    fn every_character_counts() {
        let long = "ж".repeat(128);
        let other = format!("{}x{}", "ж".repeat(99), "ж".repeat(28));
        let mut memory = Vec::new();
        let hash = hash_with(&long, &mut memory).unwrap();
        assert_eq!(verify_with(&other, Some(&hash), &mut memory).unwrap(), Verdict::Wrong);
    }
}
