//! Connections to encrypted files, whichever hash seals their pages.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{FileKey, Result};

/// How long a write waits for another process that holds the file, before it says so.
const BUSY: Duration = Duration::from_secs(5);

/// What seals the pages of a file, besides its key. The file does not say which in the clear: it is found by trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seal {
    /// HMAC-SHA-256: new files. Processors of the last years have instructions for it, and reading a page is mostly reading its seal.
    Sha256,
    /// HMAC-SHA-512, which SQLCipher takes by itself: the first files of this program.
    Sha512,
}

impl Seal {
    /// Opens a file under this seal. Nothing is read yet.
    pub(crate) fn connect(self, path: &Path, flags: OpenFlags, key: &FileKey) -> Result<Connection> {
        let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        db.busy_timeout(BUSY)?;
        db.pragma_update(None, "key", key.pragma().as_str())?;
        if self == Self::Sha256 {
            db.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
        }
        // Sorting and statement journals stay in memory: what they hold would lie on the disk in the clear.
        db.pragma_update(None, "temp_store", "MEMORY")?;
        db.pragma_update(None, "trusted_schema", false)?;
        // A plan is made once. By itself SQLite makes it anew at every binding of a value on which its choice could depend (`starts_at < ?`).
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.set_prepared_statement_cache_capacity(128);
        Ok(db)
    }
}

/// Opens a file and reads its first page, under the seal that it has. A new file is sealed as new ones are.
///
/// # Errors
/// `wrong_key` where neither seal holds.
pub(crate) fn open(path: &Path, flags: OpenFlags, key: &FileKey) -> Result<(Connection, Seal)> {
    match read(Seal::Sha256, path, flags, key) {
        Err(crate::StoreError::Sql(error)) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            read(Seal::Sha512, path, flags, key)
        }
        opened => opened,
    }
}

fn read(seal: Seal, path: &Path, flags: OpenFlags, key: &FileKey) -> Result<(Connection, Seal)> {
    let db = seal.connect(path, flags, key)?;
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok((db, seal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_opens_under_the_seal_it_has_and_under_no_other_key() {
        let folder = tempfile::tempdir().unwrap();
        let (key, other) = (FileKey::from_bytes([5; 32]), FileKey::from_bytes([6; 32]));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        for seal in [Seal::Sha256, Seal::Sha512] {
            let path = folder.path().join(format!("{seal:?}.petrel"));
            seal.connect(&path, flags, &key).unwrap().execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (7)").unwrap();
            let (db, found) = open(&path, flags, &key).unwrap();
            assert_eq!(found, seal);
            assert_eq!(db.query_row("SELECT x FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
            assert_eq!(open(&path, flags, &other).unwrap_err().refusal().code, petrel_domain::RefusalCode::WrongKey);
        }
        let (_, new) = open(&folder.path().join("new.petrel"), flags, &key).unwrap();
        assert_eq!(new, Seal::Sha256);
    }
}
