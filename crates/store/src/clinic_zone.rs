//! The clinic's zone, in which every wall clock of it is read.

use chrono_tz::Tz;
use petrel_domain::parse_zone;
use rusqlite::{Connection, OptionalExtension};

use crate::Result;

/// The clinic's zone; none before there is a clinic.
pub(crate) fn clinic_zone(db: &Connection) -> Result<Option<Tz>> {
    let mut statement = db.prepare_cached("SELECT timezone FROM clinics WHERE deleted_at IS NULL")?;
    let name: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(name.map(|name| parse_zone(&name)).transpose()?)
}
