//! Encryption of what must not stand readable in the database: AES-256-GCM under a key made of the instance's secret.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use sha2::{Digest, Sha256};

const NONCE: usize = 12;

/// Closes and opens. Cheap to clone.
#[derive(Clone)]
pub struct Seal(Aes256Gcm);

impl Seal {
    /// `secret` as [`crate::config::Config::secret`] gives it. Cookies use other keys of the same secret.
    pub fn new(secret: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"guestlist: what is sealed in the database\n");
        hash.update(secret);
        Self(Aes256Gcm::new(&hash.finalize()))
    }

    /// # Errors
    /// The operating system has no randomness to give.
    pub fn close(&self, text: &str) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| SealError)?;
        let sealed = self.0.encrypt(Nonce::from_slice(&nonce), text.as_bytes()).map_err(|_| SealError)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// None for what another secret has sealed, or nobody.
    pub fn open(&self, sealed: &[u8]) -> Option<String> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        String::from_utf8(self.0.decrypt(Nonce::from_slice(nonce), sealed).ok()?).ok()
    }
}

/// It could not be closed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("it could not be sealed")]
pub struct SealError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_secret_opens() {
        let seal = Seal::new(&[7; 64]);
        let sealed = seal.close("https://x.example/verify/abc").unwrap();
        assert_eq!(seal.open(&sealed).as_deref(), Some("https://x.example/verify/abc"));
        assert_ne!(seal.close("https://x.example/verify/abc").unwrap(), sealed);
        assert_eq!(Seal::new(&[8; 64]).open(&sealed), None);
        assert_eq!(seal.open(&sealed[..20]), None);
        assert_eq!(seal.open(b""), None);
    }
}
