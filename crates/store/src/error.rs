//! Rich errors inside, few stable codes outside.

use petrel_domain::{Refusal, RefusalCode};
use rusqlite::ErrorCode;

/// The result of anything in this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why something was not done. Nothing was changed where this comes back.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// SQLite says no.
    #[error("database: {0}")]
    Sql(#[from] rusqlite::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] Box<refinery::Error>),
    /// A file outside the database could not be read or written.
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
    /// A file's CSV could not be read or written.
    #[error("csv: {0}")]
    Csv(#[from] csv::Error),
    /// A value in the database is not what the program writes there.
    #[error("unexpected value: {0}")]
    Value(String),
    /// A file that was filled from the hub is not whole: rows of one table refer to rows of another that are missing.
    #[error("rows of {table} refer to rows of {parent} that did not come")]
    NotWhole {
        /// The table whose rows refer to something.
        table: String,
        /// The table that lacks it.
        parent: String,
    },
}

impl StoreError {
    /// The same of a place that somebody chose to have something written to: it is that place that cannot be written, and not the clinic's file.
    #[must_use]
    pub fn at(self, path: &std::path::Path) -> Self {
        let code = self.refusal().code;
        let is_of_place = matches!(code, RefusalCode::ReadOnly | RefusalCode::FileUnreadable);
        if is_of_place { Refusal::on(RefusalCode::ReadOnly, "path").with_detail(path.display()).into() } else { self }
    }

    /// Whether a row refers to one that is not there.
    pub fn is_dangling(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
    }

    /// What a person is told.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal.clone(),
            Self::Sql(error) => of_sqlite(error),
            Self::Io(error) => of_io(error),
            Self::Csv(error) => match error.kind() {
                // What was being written found no room: the file itself is none that cannot be read.
                csv::ErrorKind::Io(error) => of_io(error),
                _ => Refusal::new(RefusalCode::FileUnreadable).with_detail(error),
            },
            Self::Migration(error) => cause(error.as_ref()).map_or_else(|| Refusal::internal(self), of_sqlite),
            Self::Value(_) => Refusal::internal(self),
            Self::NotWhole { .. } => Refusal::new(RefusalCode::HubProblem).with_detail(self),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        error.refusal()
    }
}

impl From<rusqlite::types::FromSqlError> for StoreError {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        Self::Sql(error.into())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Value(error.to_string())
    }
}

/// SQLite's error behind another one.
fn cause<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rusqlite::Error> {
    std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref())
}

fn of_sqlite(error: &rusqlite::Error) -> Refusal {
    // The memory that connections share lies on the disk, too, and needs room there.
    if error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) {
        return Refusal::new(RefusalCode::DiskFull).with_detail(error);
    }
    let code = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => RefusalCode::DiskFull,
        // Of a disk that fails while a migration has SQLite read its own schema anew, it says that memory ran out.
        Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory) => RefusalCode::DiskTrouble,
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => RefusalCode::ReadOnly,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => RefusalCode::FileBusy,
        Some(ErrorCode::NotADatabase) => RefusalCode::WrongKey,
        Some(ErrorCode::DatabaseCorrupt) => RefusalCode::Corrupt,
        Some(ErrorCode::OperationInterrupted) => RefusalCode::Cancelled,
        _ => RefusalCode::Internal,
    };
    Refusal::new(code).with_detail(error)
}

fn of_io(error: &std::io::Error) -> Refusal {
    use std::io::ErrorKind;
    let code = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => RefusalCode::DiskFull,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => RefusalCode::ReadOnly,
        ErrorKind::NotFound | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => RefusalCode::FileUnreadable,
        _ if error.raw_os_error().is_some_and(is_of_disk) => RefusalCode::DiskTrouble,
        _ if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) => RefusalCode::FileBusy,
        _ => RefusalCode::Internal,
    };
    Refusal::new(code).with_detail(error)
}

/// Whether the system says that the disk failed, or is gone (a stick that was pulled out): EIO, ENXIO, ENODEV; on Windows that it is not ready, that what was
/// read is not what was written, that it failed, or is not there any more.
const fn is_of_disk(code: i32) -> bool {
    if cfg!(windows) { matches!(code, 21 | 23 | 1117 | 1167) } else { matches!(code, 5 | 6 | 19) }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn a_disk_that_is_full_under_a_csv_file_is_said_as_under_any_other() {
        for (kind, code) in [(ErrorKind::StorageFull, RefusalCode::DiskFull), (ErrorKind::ReadOnlyFilesystem, RefusalCode::ReadOnly)] {
            assert_eq!(StoreError::Csv(Error::from(kind).into()).refusal().code, code);
            assert_eq!(StoreError::Io(kind.into()).refusal().code, code);
        }
        assert_eq!(StoreError::Io(Error::from_raw_os_error(if cfg!(windows) { 1167 } else { 5 })).refusal().code, RefusalCode::DiskTrouble);
        let mut reader = csv::Reader::from_reader(&b"a\n1,2\n"[..]);
        let uneven = reader.records().next().and_then(Result::err).expect("a row has a cell too many");
        assert_eq!(StoreError::Csv(uneven).refusal().code, RefusalCode::FileUnreadable);
    }
}
