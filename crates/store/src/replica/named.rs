//! Records in people's words: what they are called, and what their columns hold.

use petrel_domain::Refusal;
use petrel_domain::desk::{RecordValue, ValueKind};
use petrel_domain::manifest::{LOOSE_REFERENCES, REFERENCES};
use petrel_domain::replication::{Columns, Kind};
use petrel_domain::rights::Right;
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use uuid::Uuid;

use crate::appointments::card::full_name;
use crate::catalog::Table;
use crate::{Result, StoreError};

/// Columns that tell a person nothing, and one that is nobody's to see.
const HIDDEN: &[&str] = &["created_at", "updated_at", "deleted_at", "pin_hash"];

/// Tables whose rows not every role may see. Source: the table "Who may see what" of the schema.
const MARKETING: &[&str] = &[
    "campaigns",
    "campaign_lists",
    "campaign_sends",
    "lists",
    "list_members",
    "sequences",
    "sequence_steps",
    "enrollments",
    "integrations",
];

/// What somebody must be allowed to, to see the rows of a table.
pub(super) fn right_to_see(table: &str) -> Right {
    match table {
        "medical_records" => Right::ReadRecords,
        _ if MARKETING.contains(&table) => Right::Marketing,
        _ => Right::SeeClinic,
    }
}

/// The settings of the clinic.
const SETTINGS: &[&str] = &["clinics", "staff", "services", "staff_schedules", "schedule_overrides"];

/// What somebody must be allowed to, to settle what a row of a table says.
pub(crate) fn right_to_write(table: &str) -> Right {
    match table {
        "medical_records" => Right::WriteRecords,
        _ if MARKETING.contains(&table) => Right::Marketing,
        _ if SETTINGS.contains(&table) => Right::ManageClinic,
        _ => Right::WriteClinic,
    }
}

/// Whose a pet or a visit is, after the pet's name: `(Ida Kim)`. By itself where no pet is named.
const OF_CLIENT: &str = "CASE WHEN c.id IS NULL OR c.first_name || c.last_name = '' THEN ''
    WHEN p.name IS NULL THEN trim(c.first_name || ' ' || c.last_name) ELSE '(' || trim(c.first_name || ' ' || c.last_name) || ')' END";

/// What people call a record; empty where it has no name or is not here.
pub(super) fn label(db: &Connection, table: &str, id: Uuid) -> Result<String> {
    let sql = match table {
        "clients" | "staff" => format!("SELECT first_name, last_name FROM {table} WHERE id = ?1"),
        // Whose, as many are called the same.
        "pets" => format!("SELECT p.name, {OF_CLIENT} FROM pets p LEFT JOIN clients c ON c.id = p.client_id WHERE p.id = ?1"),
        "services" | "lists" | "campaigns" | "sequences" | "message_templates" | "clinics" => {
            format!("SELECT name, '' FROM {table} WHERE id = ?1")
        }
        "staff_schedules" | "schedule_overrides" => {
            format!("SELECT s.first_name, s.last_name FROM {table} t JOIN staff s ON s.id = t.staff_id WHERE t.id = ?1")
        }
        "appointment_form_answers" => format!(
            "SELECT coalesce(p.name, ''), {OF_CLIENT} FROM appointment_form_answers f JOIN appointments t ON t.id = f.appointment_id
             LEFT JOIN pets p ON p.id = t.pet_id LEFT JOIN clients c ON c.id = t.client_id WHERE f.id = ?1"
        ),
        "appointments" | "waitlist_entries" => format!(
            "SELECT coalesce(p.name, ''), {OF_CLIENT}
             FROM {table} t LEFT JOIN pets p ON p.id = t.pet_id LEFT JOIN clients c ON c.id = t.client_id WHERE t.id = ?1"
        ),
        "medical_records" => format!(
            "SELECT p.name, {OF_CLIENT} || iif(t.title <> '', ': ' || t.title, '') FROM medical_records t JOIN pets p ON p.id = t.pet_id
             LEFT JOIN clients c ON c.id = p.client_id WHERE t.id = ?1"
        ),
        "client_tags" => "SELECT t.tag, '' FROM client_tags t WHERE t.id = ?1".to_owned(),
        _ => return Ok(String::new()),
    };
    let names = db.prepare_cached(&sql)?.query_row([id.as_bytes()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    Ok(names.optional()?.map(|(first, last)| full_name(&first, &last)).unwrap_or_default())
}

/// Who somebody is; none where the id is of nobody here.
pub(super) fn staff_name(db: &Connection, id: Option<Uuid>) -> Result<Option<String>> {
    let Some(id) = id else { return Ok(None) };
    let name = label(db, "staff", id)?;
    Ok(if name.is_empty() { None } else { Some(name) })
}

/// Columns with their values, as text. What this program does not know (a newer desk wrote it) is left out.
pub(super) fn values(db: &Connection, table: &Table, columns: &Columns) -> Result<Vec<RecordValue>> {
    let mut values = Vec::new();
    for (name, value) in columns.iter() {
        if HIDDEN.contains(&name) {
            continue;
        }
        let Ok(position) = table.position(name) else { continue };
        let kind = shown(table.kinds[position]);
        values.push(RecordValue { column: name.to_owned(), kind, value: text(db, &table.name, name, kind, value)? });
    }
    Ok(values)
}

fn shown(kind: Kind) -> ValueKind {
    match kind {
        Kind::Text => ValueKind::Text,
        Kind::Integer => ValueKind::Integer,
        Kind::Truth => ValueKind::Truth,
        Kind::Instant => ValueKind::Instant,
        Kind::Date => ValueKind::Date,
        Kind::Time => ValueKind::Time,
        Kind::Id => ValueKind::Record,
        Kind::Json => ValueKind::Json,
    }
}

fn text(db: &Connection, table: &str, column: &str, kind: ValueKind, value: &Value) -> Result<Option<String>> {
    Ok(match (kind, value) {
        (_, Value::Null) => None,
        (ValueKind::Record, Value::String(id)) => {
            let parent = REFERENCES.iter().chain(LOOSE_REFERENCES).find(|of| of.table == table && of.column == column).map(|of| of.parent);
            let named = match (parent, Uuid::parse_str(id)) {
                (Some(parent), Ok(id)) => label(db, parent, id)?,
                _ => String::new(),
            };
            Some(if named.is_empty() { id.clone() } else { named })
        }
        (ValueKind::Truth, Value::Bool(truth)) => Some(i32::from(*truth).to_string()),
        (ValueKind::Json, value) => Some(value.to_string()),
        (_, Value::String(text)) => Some(text.clone()),
        (_, value) => Some(value.to_string()),
    })
}

/// A text a person typed, as the wire has it.
///
/// # Errors
/// `invalid` on the column where it cannot be read as what the column holds; a reference to another record is not typed.
pub(super) fn read(kind: Kind, column: &str, typed: Option<&str>) -> Result<Value> {
    let invalid = || StoreError::from(Refusal::invalid(column).with_detail(typed.unwrap_or_default()));
    let Some(typed) = typed else { return Ok(Value::Null) };
    Ok(match kind {
        Kind::Text => Value::from(typed),
        Kind::Integer | Kind::Instant => Value::from(typed.trim().parse::<i64>().map_err(|_| invalid())?),
        Kind::Truth => Value::from(match typed.trim() {
            "0" => 0,
            "1" => 1,
            _ => return Err(invalid()),
        }),
        Kind::Date => Value::from(typed.trim().parse::<chrono::NaiveDate>().map_err(|_| invalid())?.format("%Y-%m-%d").to_string()),
        Kind::Time => {
            let time = chrono::NaiveTime::parse_from_str(typed.trim(), "%H:%M").map_err(|_| invalid())?;
            Value::from(time.format("%H:%M").to_string())
        }
        Kind::Json => serde_json::from_str(typed).map_err(|_| invalid())?,
        Kind::Id => return Err(invalid()),
    })
}
