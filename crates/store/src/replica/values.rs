//! Values between SQLite and the wire.

use petrel_domain::replication::Kind;
use rusqlite::types::{Value as Sql, ValueRef};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{Result, StoreError};

/// As the wire has it.
pub(crate) fn to_wire(kind: Kind, value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::from(number),
        ValueRef::Real(number) => Value::from(number),
        ValueRef::Text(_) if kind == Kind::Json => serde_json::from_str(value.as_str()?)?,
        ValueRef::Text(_) => Value::String(value.as_str()?.to_owned()),
        ValueRef::Blob(bytes) => Value::String(Uuid::from_slice(bytes).map_err(|_| unfit(kind))?.to_string()),
    })
}

/// JSON as a column of a replicated table has it, whoever writes it: with its members sorted. What comes from the hub is written so, too: were a
/// save written in the order of a type's fields, it would change what nobody touched.
pub(crate) fn json(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_value(value)?.to_string())
}

/// Whether two values of a column say the same. An older program wrote JSON in an order of its own, and files still hold it.
pub(crate) fn is_same(kind: Kind, one: ValueRef<'_>, other: ValueRef<'_>) -> bool {
    one == other || kind == Kind::Json && matches!((to_wire(kind, one), to_wire(kind, other)), (Ok(one), Ok(other)) if one == other)
}

/// As SQLite has it. JSON is written with its members sorted, so that all desks have the same text.
pub(crate) fn to_sql(kind: Kind, value: &Value) -> Result<Sql> {
    if value.is_null() {
        return Ok(Sql::Null);
    }
    Ok(match kind {
        Kind::Json => Sql::Text(json(value)?),
        Kind::Id => {
            let id = value.as_str().and_then(|text| Uuid::parse_str(text).ok()).ok_or_else(|| unfit(kind))?;
            Sql::Blob(id.as_bytes().to_vec())
        }
        Kind::Instant | Kind::Integer => Sql::Integer(value.as_i64().ok_or_else(|| unfit(kind))?),
        Kind::Truth => Sql::Integer(value.as_i64().or_else(|| value.as_bool().map(i64::from)).ok_or_else(|| unfit(kind))?),
        Kind::Date | Kind::Time | Kind::Text => Sql::Text(value.as_str().ok_or_else(|| unfit(kind))?.to_owned()),
    })
}

fn unfit(kind: Kind) -> StoreError {
    StoreError::Value(format!("a value that is no {kind:?}"))
}
