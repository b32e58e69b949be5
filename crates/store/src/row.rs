//! Reading columns as the domain's types.

use petrel_domain::{Cents, Millis};
use rusqlite::Row;
use rusqlite::types::{FromSql, Type};

use crate::StoreError;

/// Reads columns by name as what they are in the domain; a value that does not fit names its column.
pub(crate) trait RowExt {
    /// An id.
    fn id<T>(&self, column: &str, make: fn([u8; 16]) -> T) -> rusqlite::Result<T>;
    /// An id that may be missing.
    fn id_opt<T>(&self, column: &str, make: fn([u8; 16]) -> T) -> rusqlite::Result<Option<T>>;
    /// An instant.
    fn millis(&self, column: &str) -> rusqlite::Result<Millis>;
    /// An instant that may be missing.
    fn millis_opt(&self, column: &str) -> rusqlite::Result<Option<Millis>>;
    /// Money that may be missing.
    fn cents_opt(&self, column: &str) -> rusqlite::Result<Option<Cents>>;
    /// A value of a closed list.
    fn choice<T>(&self, column: &str, parse: fn(&str) -> Option<T>) -> rusqlite::Result<T>;
    /// Text in a form of its own (a date, a wall clock).
    fn parsed<T: std::str::FromStr>(&self, column: &str) -> rusqlite::Result<T>;
    /// The same, where it may be missing.
    fn parsed_opt<T: std::str::FromStr>(&self, column: &str) -> rusqlite::Result<Option<T>>;
    /// JSON.
    fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> rusqlite::Result<T>;
    /// Anything SQLite knows.
    fn named<T: FromSql>(&self, column: &str) -> rusqlite::Result<T>;
}

impl RowExt for Row<'_> {
    fn id<T>(&self, column: &str, make: fn([u8; 16]) -> T) -> rusqlite::Result<T> {
        self.get(column).map(make)
    }

    fn id_opt<T>(&self, column: &str, make: fn([u8; 16]) -> T) -> rusqlite::Result<Option<T>> {
        Ok(self.get::<_, Option<[u8; 16]>>(column)?.map(make))
    }

    fn millis(&self, column: &str) -> rusqlite::Result<Millis> {
        self.get(column).map(Millis)
    }

    fn millis_opt(&self, column: &str) -> rusqlite::Result<Option<Millis>> {
        Ok(self.get::<_, Option<i64>>(column)?.map(Millis))
    }

    fn cents_opt(&self, column: &str) -> rusqlite::Result<Option<Cents>> {
        Ok(self.get::<_, Option<i64>>(column)?.map(Cents))
    }

    fn choice<T>(&self, column: &str, parse: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
        let text = self.get_ref(column)?.as_str()?;
        parse(text).ok_or_else(|| unfit(self, column, text))
    }

    fn parsed<T: std::str::FromStr>(&self, column: &str) -> rusqlite::Result<T> {
        let text = self.get_ref(column)?.as_str()?;
        text.parse().map_err(|_| unfit(self, column, text))
    }

    fn parsed_opt<T: std::str::FromStr>(&self, column: &str) -> rusqlite::Result<Option<T>> {
        match self.get_ref(column)?.as_str_or_null()? {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| unfit(self, column, text)),
        }
    }

    fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> rusqlite::Result<T> {
        let text = self.get_ref(column)?.as_str()?;
        serde_json::from_str(text).map_err(|_| unfit(self, column, text))
    }

    fn named<T: FromSql>(&self, column: &str) -> rusqlite::Result<T> {
        self.get(column)
    }
}

fn unfit(row: &Row<'_>, column: &str, text: &str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    // The length alone: what a record says does not belong into a log.
    let cause = StoreError::Value(format!("{column} does not fit ({} bytes)", text.len()));
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(cause))
}
