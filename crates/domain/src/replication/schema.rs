//! The replicated tables as hub and desk read them from their own catalogs, and what a value of a column may be.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::columns::Columns;
use super::wire::Reason;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A UUID, as text.
    Id,
    /// Unix milliseconds.
    Instant,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM`.
    Time,
    /// A whole number.
    Integer,
    /// 0 or 1.
    Truth,
    /// Any JSON.
    Json,
    /// Text.
    Text,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be empty.
    pub is_nullable: bool,
    /// Whether a new row may leave it out although it may not be empty.
    pub has_default: bool,
}

/// A replicated table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSchema {
    /// Its columns but for the id, by name, as those of a row are.
    columns: Vec<Column>,
}

impl FromIterator<Column> for TableSchema {
    fn from_iter<I: IntoIterator<Item = Column>>(columns: I) -> Self {
        let mut columns: Vec<_> = columns.into_iter().collect();
        columns.sort_by(|one, other| one.name.cmp(&other.name));
        Self { columns }
    }
}

impl TableSchema {
    /// Its columns but for the id, by name.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names of its columns but for the id, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Every replicated table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// By name.
    pub tables: BTreeMap<String, TableSchema>,
}

/// The longest text of one column, in bytes: a medical history of a thousand pages.
const MAX_TEXT: usize = 4 << 20;
/// How far on both sides of the epoch an instant may lie, in milliseconds: the calendar's end in Postgres is nearer than that of the wire.
const MAX_INSTANT: i64 = 9_000_000_000_000_000 / 100;

impl Schema {
    /// Holds a change against the schema, and writes its values the one way they are written (truth as 0 and 1).
    ///
    /// # Errors
    /// The reason, naming table and column.
    pub fn check(&self, table: &str, id: Uuid, columns: &mut Columns) -> Result<(), Reason> {
        let Some(schema) = self.tables.get(table) else {
            // The name came from outside: it is told back only as far as a table's name would be long.
            return Err(Reason::of("unknown_table", &table.chars().take(64).collect::<String>(), id, ""));
        };
        let mut known = schema.columns.iter();
        columns.replace(|name, value| {
            // Both by name: those of the table that are passed over are not said.
            let Some(column) = known.find(|column| column.name.as_str() >= name).filter(|column| column.name == name) else {
                return Err(Reason::of("unknown_column", table, id, &name.chars().take(64).collect::<String>()));
            };
            if value.is_null() {
                return if column.is_nullable { Ok(None) } else { Err(Reason::of("missing_value", table, id, name)) };
            }
            fitted(column.kind, value).ok_or_else(|| Reason::of("bad_value", table, id, name))
        })
    }

    /// Whether a new row has all it must have.
    ///
    /// # Errors
    /// The reason, naming the first column that is missing.
    pub fn check_new(&self, table: &str, id: Uuid, columns: &Columns) -> Result<(), Reason> {
        let Some(schema) = self.tables.get(table) else { return Ok(()) };
        let is_missing = |(column, value): &(&Column, Option<_>)| !column.is_nullable && !column.has_default && value.is_none();
        match schema.columns.iter().zip(columns.along(schema.names())).find(is_missing) {
            Some((column, _)) => Err(Reason::of("missing_value", table, id, &column.name)),
            None => Ok(()),
        }
    }

    /// The tables' names.
    pub fn names(&self) -> HashSet<&str> {
        self.tables.keys().map(String::as_str).collect()
    }
}

/// Whether a value fits: then the other that is put in its place, if it was not written the one way.
#[expect(clippy::option_option, reason = "the outer one says whether, the inner one whether otherwise")]
fn fitted(kind: Kind, value: &Value) -> Option<Option<Value>> {
    let fits = match kind {
        Kind::Id => {
            // One way of writing an id: lower case, with hyphens.
            let text = value.as_str()?;
            let id = Uuid::parse_str(text).ok()?;
            let is_written_so = id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
            return Some((!is_written_so).then(|| Value::String(id.to_string())));
        }
        Kind::Instant => value.as_i64().is_some_and(|at| (-MAX_INSTANT..=MAX_INSTANT).contains(&at)),
        Kind::Integer => value.as_i64().is_some(),
        Kind::Date => value.as_str().is_some_and(is_date),
        Kind::Time => value.as_str().is_some_and(|text| text.parse::<crate::WallTime>().is_ok()),
        Kind::Truth => match value {
            Value::Bool(truth) => return Some(Some(Value::from(i64::from(*truth)))),
            _ => value.as_i64().is_some_and(|number| (0..=1).contains(&number)),
        },
        Kind::Json => is_storable(value),
        Kind::Text => value.as_str().is_some_and(|text| text.len() <= MAX_TEXT && !text.contains('\0')),
    };
    fits.then_some(None)
}

fn is_date(text: &str) -> bool {
    // chrono takes spaces and signs before its numbers, a file does not.
    let is_shaped = text.bytes().enumerate().all(|(place, byte)| if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    text.len() == 10 && is_shaped && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Postgres keeps no NUL in JSON.
fn is_storable(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= MAX_TEXT && !text.contains('\0'),
        Value::Array(values) => values.iter().all(is_storable),
        Value::Object(members) => members.iter().all(|(name, value)| !name.contains('\0') && is_storable(value)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        let column = |name: &str, kind, is_nullable, has_default| Column { name: name.to_owned(), kind, is_nullable, has_default };
        let columns = vec![
            column("name", Kind::Text, false, false),
            column("client_id", Kind::Id, true, false),
            column("is_active", Kind::Truth, false, true),
            column("starts_at", Kind::Instant, true, false),
            column("born_on", Kind::Date, true, false),
            column("start_time", Kind::Time, true, false),
            column("settings", Kind::Json, false, true),
            column("weight_grams", Kind::Integer, true, false),
        ];
        Schema { tables: BTreeMap::from([("pets".to_owned(), columns.into_iter().collect())]) }
    }

    fn checked(columns: Value) -> Result<Columns, Reason> {
        let mut columns: Columns = serde_json::from_value(columns).unwrap();
        schema().check("pets", Uuid::nil(), &mut columns).map(|()| columns)
    }

    #[test]
    fn values_are_written_one_way() {
        let columns = checked(json!({"is_active": true, "client_id": "0190F5C4-0000-7000-8000-00000000000A"})).unwrap();
        assert_eq!(serde_json::to_value(columns).unwrap(), json!({"is_active": 1, "client_id": "0190f5c4-0000-7000-8000-00000000000a"}));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (columns, code, column) in [
            (json!({"nam": "x"}), "unknown_column", "nam"),
            (json!({"name": null}), "missing_value", "name"),
            (json!({"name": 1}), "bad_value", "name"),
            (json!({"name": "a\u{0}b"}), "bad_value", "name"),
            (json!({"client_id": "'; DROP TABLE pets; --"}), "bad_value", "client_id"),
            (json!({"is_active": 2}), "bad_value", "is_active"),
            (json!({"starts_at": 1.5}), "bad_value", "starts_at"),
            (json!({"starts_at": i64::MAX}), "bad_value", "starts_at"),
            (json!({"born_on": "2024-02-30"}), "bad_value", "born_on"),
            (json!({"born_on": "12024-02-3"}), "bad_value", "born_on"),
            (json!({"born_on": "2024-01- 1"}), "bad_value", "born_on"),
            (json!({"born_on": "+2024-1-01"}), "bad_value", "born_on"),
            (json!({"start_time": "25:00"}), "bad_value", "start_time"),
            (json!({"settings": {"a": ["\u{0}"]}}), "bad_value", "settings"),
            (json!({"weight_grams": "heavy"}), "bad_value", "weight_grams"),
        ] {
            let reason = checked(columns.clone()).unwrap_err();
            assert_eq!((reason.code.as_str(), reason.column.as_str()), (code, column), "{columns}");
        }
    }

    #[test]
    fn a_new_row_may_leave_out_what_has_a_default() {
        let columns = Columns::from_iter([("client_id", Value::Null)]);
        assert_eq!(schema().check_new("pets", Uuid::nil(), &columns).unwrap_err().column, "name");
        let columns = Columns::from_iter([("name", json!("Rex"))]);
        assert!(schema().check_new("pets", Uuid::nil(), &columns).is_ok());
        assert_eq!(schema().check("cats", Uuid::nil(), &mut Columns::new()).unwrap_err().code, "unknown_table");
    }
}
