//! Looking a file over: every page's seal, SQLite's own structures, references.

use std::path::Path;

use petrel_domain::{Refusal, RefusalCode};
use rusqlite::{Connection, OpenFlags};

use super::seal;
use crate::{FileKey, Result};

/// Looks a whole file over: SQLCipher's seal of every page, then (`thorough`) SQLite's integrity check and every reference.
///
/// # Errors
/// `corrupt`, saying what was found first; `wrong_key`.
pub fn check_file(path: &Path, key: &FileKey, thorough: bool) -> Result<()> {
    let (db, _) = seal::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, key)?;
    check(&db, thorough)
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
            return Err(corrupt(&finding).into());
        }
    }
    Ok(())
}

pub(crate) fn corrupt(detail: &str) -> Refusal {
    Refusal::new(RefusalCode::Corrupt).with_detail(detail)
}
