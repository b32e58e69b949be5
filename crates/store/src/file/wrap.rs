//! A file's key under a passphrase: argon2id makes a key of the passphrase, and that seals the file's (XChaCha20-Poly1305).

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use petrel_domain::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{FileKey, Result, StoreError};

/// Memory in KiB, passes, lanes: OWASP's least for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// More than this is no cost that this program has ever written: a forged file must neither take all the memory there is nor keep the program busy for hours.
const MOST: (u32, u32, u32) = (1 << 20, 10, 16);

/// A file's key, sealed by a passphrase. What is needed to open it, besides the passphrase, is here: stronger costs can come later.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKey {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    #[serde(with = "hex::serde")]
    salt: [u8; 16],
    #[serde(with = "hex::serde")]
    nonce: [u8; 24],
    #[serde(with = "hex::serde")]
    sealed: Vec<u8>,
}

impl WrappedKey {
    /// Seals a key. `id` is sealed with it, so that a wrapped key cannot be passed off as another.
    ///
    /// # Errors
    /// `internal` where the system has no randomness or memory to give.
    pub fn seal(key: &FileKey, id: Uuid, passphrase: &str) -> Result<Self> {
        let (memory_kib, passes, lanes) = COST;
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut nonce)).map_err(|error| StoreError::Value(error.to_string()))?;
        let mut wrapped = Self { memory_kib, passes, lanes, salt, nonce, sealed: Vec::new() };
        let payload = Payload { msg: key.bytes(), aad: id.as_bytes() };
        let sealed = wrapped.cipher(passphrase)?.encrypt(XNonce::from_slice(&nonce), payload);
        wrapped.sealed = sealed.map_err(|error| StoreError::Value(error.to_string()))?;
        Ok(wrapped)
    }

    /// Opens it.
    ///
    /// # Errors
    /// `wrong_key` on `passphrase` where it is not the one, or the wrapped key was altered.
    pub fn open(&self, id: Uuid, passphrase: &str) -> Result<FileKey> {
        let wrong = || StoreError::from(Refusal::on(RefusalCode::WrongKey, "passphrase"));
        let (memory_kib, passes, lanes) = MOST;
        if self.memory_kib > memory_kib || self.passes > passes || self.lanes > lanes {
            return Err(wrong());
        }
        let payload = Payload { msg: &self.sealed, aad: id.as_bytes() };
        let opened = self.cipher(passphrase)?.decrypt(XNonce::from_slice(&self.nonce), payload).map_err(|_| wrong())?;
        let bytes: [u8; 32] = Zeroizing::new(opened).as_slice().try_into().map_err(|_| wrong())?;
        Ok(FileKey::from_bytes(bytes))
    }

    fn cipher(&self, passphrase: &str) -> Result<XChaCha20Poly1305> {
        let bad = |error: argon2::Error| StoreError::Value(error.to_string());
        let params = argon2::Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(bad)?;
        let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let mut key = Zeroizing::new([0; 32]);
        argon2.hash_password_into(passphrase.as_bytes(), &self.salt, key.as_mut()).map_err(bad)?;
        Ok(XChaCha20Poly1305::new((&*key).into()))
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappedKey(…)")
    }
}
