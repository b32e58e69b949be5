//! Where what was set aside of a clinic's file lies, and what must not lie in it.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use uuid::Uuid;

use crate::file::seal;
use crate::{FileKey, KeyFile, Result};

/// How the name of a file ends that was set aside because it is damaged.
const DAMAGED: &str = "-damaged.petrel";

/// Where what was set aside of a clinic's file lies.
pub fn set_aside_folder(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new(".")).join("set-aside")
}

/// Takes what opens the hub's door out of every file that was set aside and is of the device at work, which uses it up: a file that came back with
/// what was used before would have the device locked out. Put back, it joins again with a code. Answers how many held some.
///
/// # Errors
/// What the system says of the folder; no folder holds none. A file that cannot be read is left as it is, and so is one that is damaged.
pub fn forget_hub_keys_aside(file: &Path, key: &FileKey, key_file: &KeyFile, device: Uuid) -> Result<usize> {
    let entries = match fs::read_dir(set_aside_folder(file)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut forgotten = 0;
    for entry in entries {
        let path = entry?.path();
        let is_whole = path.extension().is_some_and(|kind| kind == "petrel") && !path.to_string_lossy().ends_with(DAMAGED);
        let is_of = || KeyFile::read_beside(&path).ok().flatten().is_some_and(|of| of.key_id == key_file.key_id);
        if is_whole && is_of() {
            match forget_in(&path, key, device) {
                Ok(had) => forgotten += usize::from(had),
                Err(error) => tracing::warn!(%error, "a file that was set aside may still hold keys to the hub"),
            }
        }
    }
    Ok(forgotten)
}

fn forget_in(path: &Path, key: &FileKey, device: Uuid) -> Result<bool> {
    let (db, _) = seal::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, key)?;
    if !has_hub_keys(&db)? {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM sync_state WHERE device_id = ?1 AND refresh_token IS NOT NULL";
    let holds = db.query_row(sql, [device.as_bytes()], |_| Ok(())).optional()?.is_some();
    if holds {
        forget_hub_keys(&db)?;
    }
    db.close().map_err(|(_, error)| error)?;
    Ok(holds)
}

/// A file from before there were hubs has no place for keys.
fn has_hub_keys(db: &Connection) -> Result<bool> {
    Ok(db.prepare("SELECT 1 FROM pragma_table_info('sync_state') WHERE name = 'access_token'")?.exists([])?)
}

/// Takes what opens the hub's door out of a file.
pub(super) fn forget_hub_keys(db: &Connection) -> Result<()> {
    if has_hub_keys(db)? {
        db.execute("UPDATE sync_state SET access_token = NULL, access_expires_at = 0, refresh_token = NULL", [])?;
    }
    Ok(())
}
