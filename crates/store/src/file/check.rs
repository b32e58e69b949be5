//! Looking a file over: every page's seal, SQLite's own structures, references.

use std::path::Path;

use petrel_domain::{Refusal, RefusalCode};
use rusqlite::{Connection, OpenFlags};

use super::seal::{self, Seal};
use crate::{FileKey, Result};

/// The bytes of a page, as SQLCipher makes files.
const PAGE_SIZE: u64 = 4096;

/// Looks a whole file over: SQLCipher's seal of every page, then (`thorough`) SQLite's integrity check and every reference.
///
/// # Errors
/// `corrupt`, saying what was found first; `wrong_key`.
pub fn check_file(path: &Path, key: &FileKey, thorough: bool) -> Result<()> {
    let (db, _) = seal::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, key)?;
    check(&db, thorough)
}

/// Whether a file may be one under another key: whole, and with no page that was sealed with this one. Of a damaged file all but the damaged pages are, unless
/// its first bytes are, on which every seal depends.
#[must_use]
pub fn may_be_under_another_key(path: &Path, key: &FileKey) -> bool {
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    let pages = size / PAGE_SIZE;
    // Without a look at the first page, which may be the damaged one.
    let broken = |seal: Seal| -> Result<u64> {
        let db = seal.connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, key)?;
        let mut statement = db.prepare("PRAGMA cipher_integrity_check")?;
        let mut rows = statement.query([])?;
        let mut count = 0;
        while rows.next()?.is_some() {
            count += 1;
        }
        Ok(count)
    };
    let has_own_page = || [Seal::Sha256, Seal::Sha512].into_iter().any(|seal| broken(seal).is_ok_and(|broken| broken < pages));
    pages > 0 && size.is_multiple_of(PAGE_SIZE) && !has_own_page()
}

pub(crate) fn check(db: &Connection, thorough: bool) -> Result<()> {
    refuse_findings(db, "PRAGMA cipher_integrity_check", "")?;
    if thorough {
        refuse_findings(db, "PRAGMA integrity_check(1)", "ok")?;
        let mut broken = db.prepare("PRAGMA foreign_key_check")?;
        if let Some(row) = broken.query([])?.next()? {
            return Err(corrupt(&format!("reference of {}", row.get::<_, String>(0)?)).into());
        }
    }
    Ok(())
}

fn refuse_findings(db: &Connection, pragma: &str, fine: &str) -> Result<()> {
    let mut statement = db.prepare(pragma)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let finding: String = row.get(0)?;
        if finding != fine {
            let code = if is_unread(&finding) { RefusalCode::DiskTrouble } else { RefusalCode::Corrupt };
            return Err(Refusal::new(code).with_detail(finding).into());
        }
    }
    Ok(())
}

/// Whether a finding says that the disk did not give a page, which says nothing about the page: SQLCipher's words, and SQLite's, which name the
/// error's number, or, of a list of pages, none. A file that ends inside a page, and a page with a broken seal, are found before, in other words.
fn is_unread(finding: &str) -> bool {
    let number = finding.rsplit_once("error code=").and_then(|(_, number)| number.trim().parse::<i32>().ok());
    finding.starts_with("error reading")
        || finding.contains("failed to get page")
        || number.is_some_and(|number| number & 0xff == rusqlite::ffi::SQLITE_IOERR)
}

pub(crate) fn corrupt(detail: &str) -> Refusal {
    Refusal::new(RefusalCode::Corrupt).with_detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_was_not_read_is_no_damaged_page() {
        assert!(is_unread("error reading 4096 bytes from file page 98 at offset 397312"));
        assert!(is_unread("*** in database main ***\nTree 179 page 179: unable to get the page. error code=266"));
        assert!(is_unread("*** in database main ***\nFreelist: failed to get page 155"));
        assert!(!is_unread("HMAC verification failed for page 7"));
        assert!(!is_unread("page 3 has an invalid size of 100 bytes"));
        assert!(!is_unread("Tree 179 page 179: unable to get the page. error code=11"));
    }
}
