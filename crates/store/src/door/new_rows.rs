//! New rows as SQLite's session would record them, without asking the file what was just written into it.

use rusqlite::types::ValueRef;

use crate::catalog::Table;

/// Recorded changes of one table.
struct Recorded<'a> {
    table: &'a Table,
    changes: Vec<u8>,
}

/// New rows, by table. A session keeps the key of each row and reads the rows once more at its end, which is a seventh of the time of
/// an import; who makes a row knows what is in it. The format is that of `sqlite3session_changeset`, whose description is in SQLite's `sqlite3session.c`.
#[derive(Default)]
pub(crate) struct NewRows<'a> {
    tables: Vec<Recorded<'a>>,
    count: usize,
}

impl<'a> NewRows<'a> {
    /// Records a row: the values at these positions, and at the others what the schema gives a column that is not told.
    pub(crate) fn add(&mut self, table: &'a Table, positions: &[usize], values: &[ValueRef<'_>]) {
        let place = self.tables.iter().position(|of| std::ptr::eq(of.table, table)).unwrap_or_else(|| {
            self.tables.push(Recorded { table, changes: header(table) });
            self.tables.len() - 1
        });
        let Some(Recorded { changes, .. }) = self.tables.get_mut(place) else { return };
        changes.extend([INSERT, 0]);
        for (position, default) in table.defaults.iter().enumerate() {
            let told = positions.iter().position(|told| *told == position).and_then(|place| values.get(place));
            write(changes, told.copied().unwrap_or_else(|| default.as_ref().map(ValueRef::from).into()));
        }
        self.count += 1;
    }

    /// How much is recorded by now.
    pub(crate) fn mark(&self) -> Mark {
        Mark { tables: self.tables.iter().map(|of| of.changes.len()).collect(), count: self.count }
    }

    /// Forgets what was recorded since: those rows are rolled back.
    pub(crate) fn rewind(&mut self, mark: &Mark) {
        self.tables.truncate(mark.tables.len());
        self.tables.iter_mut().zip(&mark.tables).for_each(|(of, length)| of.changes.truncate(*length));
        self.count = mark.count;
    }

    /// What was recorded, tables in the order in which they were first written to, and how many rows it is; forgets it.
    pub(crate) fn take(&mut self) -> (Vec<u8>, usize) {
        let tables = self.tables.drain(..);
        (tables.flat_map(|of| of.changes).collect(), std::mem::take(&mut self.count))
    }
}

/// How much was recorded at some moment.
pub(crate) struct Mark {
    tables: Vec<usize>,
    count: usize,
}

/// SQLite's own number for an insert.
const INSERT: u8 = 18;

fn header(table: &Table) -> Vec<u8> {
    let mut header = vec![b'T'];
    varint(&mut header, table.columns.len());
    // The key is the first column of every replicated table.
    header.extend((0..table.columns.len()).map(|position| u8::from(position == 0)));
    header.extend(table.name.as_bytes());
    header.push(0);
    header
}

fn write(changes: &mut Vec<u8>, value: ValueRef<'_>) {
    let sized = |changes: &mut Vec<u8>, kind: u8, bytes: &[u8]| {
        changes.push(kind);
        varint(changes, bytes.len());
        changes.extend(bytes);
    };
    match value {
        ValueRef::Integer(number) => {
            changes.push(1);
            changes.extend(number.to_be_bytes());
        }
        ValueRef::Real(number) => {
            changes.push(2);
            changes.extend(number.to_be_bytes());
        }
        ValueRef::Text(text) => sized(changes, 3, text),
        ValueRef::Blob(bytes) => sized(changes, 4, bytes),
        ValueRef::Null => changes.push(5),
    }
}

/// A number in SQLite's variable length: seven bits a byte, the highest first. (Its ninth byte holds eight; no length here comes near.)
fn varint(out: &mut Vec<u8>, number: usize) {
    let groups = (usize::BITS - number.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let bits = u8::try_from(number >> (7 * group) & 0x7f).unwrap_or(0x7f);
        out.push(if group == 0 { bits } else { bits | 0x80 });
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::types::ToSqlOutput;
    use rusqlite::{Connection, params_from_iter};

    use super::*;
    use crate::catalog::Catalog;
    use crate::door::record;

    #[test]
    fn a_new_row_is_recorded_as_sqlite_records_it() {
        let db = Connection::open_in_memory().unwrap();
        let schema =
            "CREATE TABLE things (id BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL, note TEXT, size REAL, data TEXT NOT NULL DEFAULT '{}',
                      count INTEGER NOT NULL DEFAULT -7, deleted_at INTEGER) STRICT";
        db.execute_batch(schema).unwrap();
        let catalog = Catalog::load(&db).unwrap();
        let table = catalog.table("things").unwrap();
        let positions: Vec<usize> = ["id", "note", "count", "name", "size"].map(|column| table.position(column).unwrap()).to_vec();
        // Lengths about those at which SQLite's own numbers take another byte.
        let texts: Vec<String> =
            [0, 1, 127, 128, 16_383, 16_384, 70_000].map(|length| "ñ".repeat(length / 2) + &"n".repeat(length % 2)).to_vec();
        for (place, text) in texts.iter().enumerate() {
            let id = [u8::try_from(place).unwrap(); 16];
            let count = [0, 1, -1, i64::MAX, i64::MIN, 1 << 40, 255][place];
            let note = if place % 2 == 0 { ValueRef::Null } else { ValueRef::from(text.as_str()) };
            let values = [id.as_slice().into(), note, ValueRef::Integer(count), text.as_str().into(), ValueRef::Real(count as f64 / 3.0)];

            let mut session = record(&db, &catalog).unwrap();
            let sql = "INSERT INTO things (id, note, count, name, size) VALUES (?1, ?2, ?3, ?4, ?5)";
            db.execute(sql, params_from_iter(values.iter().copied().map(ToSqlOutput::Borrowed))).unwrap();
            let mut recorded = Vec::new();
            session.changeset_strm(&mut recorded).unwrap();

            let mut rows = NewRows::default();
            rows.add(table, &positions, &values);
            assert!(rows.take() == (recorded, 1), "row {place}");
            assert!(rows.take() == (Vec::new(), 0), "what was taken is forgotten");
        }
    }
}
