//! Values between Postgres and the wire.

use chrono::{DateTime, NaiveDate, NaiveTime, Timelike, Utc};
use petrel_domain::replication::{Columns, Kind, TableSchema};
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::{Json, ToSql};
use uuid::Uuid;

use crate::db::DbError;

/// A value of a row, as the wire has it.
fn read(row: &Row, place: usize, kind: Kind) -> Result<Value, DbError> {
    Ok(match kind {
        Kind::Id => row.try_get::<_, Option<Uuid>>(place)?.map_or(Value::Null, |id| Value::String(id.to_string())),
        Kind::Instant => row.try_get::<_, Option<DateTime<Utc>>>(place)?.map_or(Value::Null, |at| Value::from(at.timestamp_millis())),
        Kind::Date => {
            row.try_get::<_, Option<NaiveDate>>(place)?.map_or(Value::Null, |on| Value::String(on.format("%Y-%m-%d").to_string()))
        }
        Kind::Time => row.try_get::<_, Option<WallTime>>(place)?.map_or(Value::Null, |time| Value::String(time.0)),
        Kind::Integer => row.try_get::<_, Option<i64>>(place)?.map_or(Value::Null, Value::from),
        Kind::Truth => row.try_get::<_, Option<bool>>(place)?.map_or(Value::Null, |truth| Value::from(i64::from(truth))),
        Kind::Json => row.try_get::<_, Option<Value>>(place)?.unwrap_or(Value::Null),
        Kind::Text => row.try_get::<_, Option<String>>(place)?.map_or(Value::Null, Value::String),
    })
}

/// The columns of a row that are not empty; the first stands at `first`.
pub(super) fn columns_of(row: &Row, first: usize, schema: &TableSchema) -> Result<Columns, DbError> {
    let values = schema.columns().iter().zip(first..).map(|(column, place)| Ok((column.name.as_str(), read(row, place, column.kind)?)));
    values.filter(|column| !column.as_ref().is_ok_and(|(_, value)| value.is_null())).collect()
}

/// `HH:MM`; Postgres' `time` knows 24:00, which `chrono` does not.
struct WallTime(String);

impl tokio_postgres::types::FromSql<'_> for WallTime {
    fn from_sql(kind: &tokio_postgres::types::Type, raw: &[u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let minutes = i64::from_be_bytes(raw.try_into()?) / 60_000_000;
        if minutes < 1440 {
            let time = NaiveTime::from_sql(kind, raw)?;
            return Ok(Self(format!("{:02}:{:02}", time.hour(), time.minute())));
        }
        Ok(Self("24:00".to_owned()))
    }

    fn accepts(kind: &tokio_postgres::types::Type) -> bool {
        *kind == tokio_postgres::types::Type::TIME
    }
}

/// A column of many rows, as one parameter.
pub(super) type Array<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// The type of a column in an `unnest`, and how its values are made from that (a wall clock travels as text).
pub(super) fn array_type(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Id => ("uuid[]", ""),
        Kind::Instant => ("timestamptz[]", ""),
        Kind::Date => ("date[]", ""),
        Kind::Time => ("text[]", "::time"),
        Kind::Integer => ("bigint[]", ""),
        Kind::Truth => ("boolean[]", ""),
        Kind::Json => ("jsonb[]", ""),
        Kind::Text => ("text[]", ""),
    }
}

/// One column of many rows.
pub(super) fn array<'a>(kind: Kind, values: impl Iterator<Item = &'a Value>) -> Result<Array<'a>, DbError> {
    let unfit = || DbError::Value(format!("a value that is no {kind:?}"));
    fn each<'a, T>(
        values: impl Iterator<Item = &'a Value>,
        read: impl Fn(&'a Value) -> Option<T>,
        unfit: impl Fn() -> DbError,
    ) -> Result<Vec<Option<T>>, DbError> {
        values.map(|value| if value.is_null() { Ok(None) } else { read(value).map(Some).ok_or_else(&unfit) }).collect()
    }
    Ok(match kind {
        Kind::Id => Box::new(each(values, |value| Uuid::parse_str(value.as_str()?).ok(), unfit)?),
        Kind::Instant => Box::new(each(values, |value| DateTime::from_timestamp_millis(value.as_i64()?), unfit)?),
        Kind::Date => Box::new(each(values, |value| value.as_str()?.parse::<NaiveDate>().ok(), unfit)?),
        Kind::Time | Kind::Text => Box::new(each(values, Value::as_str, unfit)?),
        Kind::Integer => Box::new(each(values, Value::as_i64, unfit)?),
        Kind::Truth => Box::new(each(values, |value| value.as_i64().map(|truth| truth == 1).or_else(|| value.as_bool()), unfit)?),
        Kind::Json => Box::new(each(values, |value| Some(Json(value)), unfit)?),
    })
}
