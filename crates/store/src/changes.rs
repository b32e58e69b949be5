//! Recorded changes, read back: SQLite's changeset with names instead of positions.

use std::io::Read;

use petrel_domain::replication::Kind as WireKind;
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::hooks::Action as Op;
use rusqlite::session::{ChangesetItem, ChangesetIter};
use rusqlite::types::ValueRef;

use crate::catalog::{Catalog, Table};
use crate::replica::is_same;
use crate::{Result, StoreError};

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Inserted,
    Updated,
}

/// One changed row.
pub(crate) struct Change<'a> {
    pub(crate) table: &'a Table,
    pub(crate) kind: Kind,
    pub(crate) id: [u8; 16],
    values: Values<'a>,
}

/// Where the values come from.
enum Values<'a> {
    Recorded(&'a ChangesetItem),
    /// Those of a new row that was not recorded, by their positions; the others are empty.
    Told(&'a [usize], &'a [ValueRef<'a>]),
}

impl<'a> Change<'a> {
    /// A row that was just made without being recorded: the values at these positions. Defaults of the schema are not told.
    pub(crate) fn made(table: &'a Table, id: [u8; 16], positions: &'a [usize], values: &'a [ValueRef<'a>]) -> Self {
        Self { table, kind: Kind::Inserted, id, values: Values::Told(positions, values) }
    }

    /// The value before, by position; none where the column did not change, or the row is new.
    pub(crate) fn before(&self, position: usize) -> Option<ValueRef<'_>> {
        match self.kind {
            Kind::Inserted => None,
            Kind::Updated => match self.values {
                Values::Recorded(item) => item.old_value(position).ok(),
                Values::Told(..) => None,
            },
        }
    }

    /// The value after, by position; none where the column did not change. JSON that says what it said did not, in whatever order an older
    /// program had written it: it would be sent over what another desk has written.
    pub(crate) fn after(&self, position: usize) -> Option<ValueRef<'_>> {
        match self.values {
            Values::Recorded(item) => {
                let after = item.new_value(position).ok()?;
                let kind = self.table.kinds[position];
                let said = if kind == WireKind::Json { self.before(position) } else { None };
                said.is_none_or(|said| !is_same(kind, said, after)).then_some(after)
            }
            Values::Told(positions, values) => {
                let place = positions.iter().position(|told| *told == position);
                Some(place.and_then(|place| values.get(place)).copied().unwrap_or(ValueRef::Null))
            }
        }
    }

    /// Whether one of these columns changed; always so for a new row.
    pub(crate) fn touches(&self, columns: &[&str]) -> Result<bool> {
        for column in columns {
            if self.after(self.table.position(column)?).is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The values of a column before and after, as far as the change holds them.
    pub(crate) fn values(&self, column: &str) -> Result<impl Iterator<Item = ValueRef<'_>>> {
        let position = self.table.position(column)?;
        Ok(self.before(position).into_iter().chain(self.after(position)))
    }

    /// The ids a reference held before and after, as far as the change holds them.
    pub(crate) fn ids(&self, column: &str) -> Result<impl Iterator<Item = [u8; 16]>> {
        Ok(self.values(column)?.filter_map(|value| value.as_blob().ok()?.try_into().ok()))
    }

    /// The instants a column held before and after, as far as the change holds them.
    pub(crate) fn instants(&self, column: &str) -> Result<impl Iterator<Item = i64>> {
        Ok(self.values(column)?.filter_map(|value| value.as_i64().ok()))
    }
}

/// Walks through a changeset in its order. Answers how many rows it holds.
pub(crate) fn each(changeset: &[u8], catalog: &Catalog, mut visit: impl FnMut(&Change<'_>) -> Result<()>) -> Result<usize> {
    let mut bytes = changeset;
    let input: &mut dyn Read = &mut bytes;
    let mut rows = ChangesetIter::start_strm(&input)?;
    let mut count = 0;
    while let Some(item) = rows.next()? {
        let operation = item.op()?;
        let table = catalog.table(operation.table_name())?;
        let kind = match operation.code() {
            Op::SQLITE_INSERT => Kind::Inserted,
            Op::SQLITE_UPDATE => Kind::Updated,
            _ => return Err(StoreError::Value(format!("a row of {} was physically deleted", table.name))),
        };
        let key = if kind == Kind::Inserted { item.new_value(0)? } else { item.old_value(0)? };
        let id = key.as_blob().ok().and_then(|id| id.try_into().ok());
        let id = id.ok_or_else(|| StoreError::Value(format!("a row of {} has no id", table.name)))?;
        visit(&Change { table, kind, id, values: Values::Recorded(item) })?;
        count += 1;
    }
    Ok(count)
}
