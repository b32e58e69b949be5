//! The key of a clinic's file.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{Result, StoreError};

/// The random 32-byte key of a clinic's file. Raw: SQLCipher derives nothing from it, so opening takes under a millisecond.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct FileKey([u8; 32]);

impl FileKey {
    /// A new key from the system's randomness.
    ///
    /// # Errors
    /// `internal` where the system has none to give.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Value(error.to_string()))?;
        Ok(Self(bytes))
    }

    /// From its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes, for whoever keeps it.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As SQLCipher's `PRAGMA key` wants a raw key.
    pub(crate) fn pragma(&self) -> zeroize::Zeroizing<String> {
        let digits = zeroize::Zeroizing::new(hex::encode(self.0));
        zeroize::Zeroizing::new(format!("x'{}'", *digits))
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(…)")
    }
}
