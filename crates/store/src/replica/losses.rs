//! Values that lost to another desk's: both stand until a person chooses.

use std::sync::LazyLock;

use petrel_domain::desk::{LostChoice, LostVisit, Saved, Seq, WrittenValue};
use petrel_domain::manifest::REGISTERS;
use petrel_domain::replication::Change;
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, Millis, Refusal};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use uuid::Uuid;

use super::named::right_to_write;
use super::values::{to_sql, to_wire};
use crate::clinic::before_setting;
use crate::staff::{change_member, refuse_ownerless};
use crate::{Action, Actor, Result, Store, Tx};

/// The most that are shown.
const SHOWN: u32 = 100;

/// What is shown: text, and the fields that a clinic named itself; nothing that only makes sense together with other columns, nor what nobody typed or
/// can read: how a visit came to be, and in place of which, where two desks made the same. An object that holds more than texts, or what a program notes for itself, is none of them.
pub(super) static OPEN: LazyLock<String> = LazyLock::new(|| {
    let together = REGISTERS.iter().flat_map(|(table, columns)| columns.iter().map(move |column| format!("'{table}.{column}'")));
    let together = together.collect::<Vec<_>>().join(", ");
    format!(
        "settled_at IS NULL AND length(lost) > 2 AND column_name NOT IN ('pin_hash', 'metadata', 'booking_method', 'previous_appointment_id') AND table_name || '.' || column_name NOT IN ({together})
         AND (json_type(lost) = 'text' OR json_type(lost) = 'object' AND NOT EXISTS (SELECT 1 FROM json_each(lost) WHERE type <> 'text'))"
    )
});

/// A value that lost, beside the one that stands.
#[derive(Clone, Debug, PartialEq)]
pub struct LostValue {
    /// The entry of the log in which it was settled.
    pub seq: i64,
    /// The table.
    pub table: String,
    /// The row.
    pub id: Uuid,
    /// The column.
    pub column: String,
    /// What stood when it was settled.
    pub kept: Value,
    /// What lost.
    pub lost: Value,
    /// The entry that brought what lost: this one, where it never stood.
    pub lost_seq: i64,
    /// Who wrote the entry.
    pub staff_id: Option<Uuid>,
    /// When the hub settled it.
    pub at: Millis,
}

impl Store {
    /// What people wrote that did not stand and that nobody has settled, the newest first: texts alone, because a time or a status that
    /// lost shows as a clash or in the history.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn lost_values(&self, actor: &Actor) -> Result<Vec<LostValue>> {
        actor.require(Right::SeeClinic)?;
        self.read(|db| {
            let sql = format!(
                "SELECT seq, table_name, row_id, column_name, kept, lost, staff_id, written_at, lost_seq FROM lost_values
                 WHERE {} ORDER BY seq DESC LIMIT ?1",
                *OPEN
            );
            let mut statement = db.prepare_cached(&sql)?;
            let mut rows = statement.query([SHOWN])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let value = |place: usize| Ok::<Value, crate::StoreError>(serde_json::from_str(row.get_ref(place)?.as_str()?)?);
                found.push(LostValue {
                    seq: row.get(0)?,
                    table: row.get(1)?,
                    id: Uuid::from_bytes(row.get(2)?),
                    column: row.get(3)?,
                    kept: value(4)?,
                    lost: value(5)?,
                    lost_seq: row.get(8)?,
                    staff_id: row.get::<_, Option<[u8; 16]>>(6)?.map(Uuid::from_bytes),
                    at: Millis(row.get(7)?),
                });
            }
            Ok(found)
        })
    }

    /// The same in people's words: what stands and what lost, who wrote each, and when, as far as that is known at this desk. What is not the
    /// actor's to settle is left out.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn lost_choices(&self, actor: &Actor) -> Result<Vec<LostChoice>> {
        let values = self.lost_values(actor)?;
        let may_settle = |value: &LostValue| actor.require(right_to_write(&value.table)).is_ok();
        self.read(|db| values.into_iter().filter(may_settle).map(|value| self.choice(db, value)).collect())
    }

    fn choice(&self, db: &Connection, value: LostValue) -> Result<LostChoice> {
        let LostValue { seq, table, id, column, .. } = &value;
        // What somebody has written here since stands now, and would be overwritten.
        let stands = self.stands(db, table, *id, column)?.filter(|now| *now != value.kept);
        // The entry that settled it brought either the value that stands or, where its clock was the earlier one, the one that never did.
        let brought_lost = value.lost_seq == *seq;
        let written = |text: &Value, is_brought: bool| -> Result<WrittenValue> {
            let here = self.written_here(db, table, *id, column, text)?;
            let (staff, at) = match &here {
                Some((staff, at)) => (*staff, Some(*at)),
                None if is_brought => (value.staff_id, Some(value.at)),
                None => (None, None),
            };
            let staff_name = super::named::staff_name(db, staff)?;
            Ok(WrittenValue { value: lines(text), staff_name, at, is_here: here.is_some() })
        };
        Ok(LostChoice {
            seq: Seq(*seq),
            table: table.clone(),
            id: *id,
            label: super::named::label(db, table, *id)?,
            visit: visit_of(db, table, *id)?,
            column: column.clone(),
            kept: written(stands.as_ref().unwrap_or(&value.kept), !brought_lost && stands.is_none())?,
            lost: written(&value.lost, brought_lost)?,
        })
    }

    /// The value of a record as it is; none where it is gone.
    fn stands(&self, db: &Connection, table: &str, id: Uuid, column: &str) -> Result<Option<Value>> {
        let schema = self.catalog().table(table)?;
        let kind = schema.kinds[schema.position(column)?];
        let mut statement = db.prepare_cached(&format!("SELECT {column} FROM {table} WHERE id = ?1"))?;
        let mut rows = statement.query([id.as_bytes()])?;
        rows.next()?.map(|row| to_wire(kind, row.get_ref(0)?)).transpose()
    }

    /// Who wrote a value at this desk, and when: the last transaction of this desk that set it so. Large ones (an import) are passed over.
    fn written_here(&self, db: &Connection, table: &str, id: Uuid, column: &str, value: &Value) -> Result<Option<(Option<Uuid>, Millis)>> {
        let sql = format!(
            "SELECT {}, created_at FROM outbox WHERE row_count < 1000 AND instr(changes, ?1) > 0 ORDER BY n DESC LIMIT 20",
            super::outgoing::COLUMNS
        );
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query([id.as_bytes()])?;
        while let Some(row) = rows.next()? {
            let transaction = super::outgoing::transaction(row, self.catalog())?;
            let wrote = |change: &Change| change.table == table && change.id == id && change.columns.get(column) == Some(value);
            if transaction.changes.iter().any(wrote) {
                return Ok(Some((transaction.staff_id, Millis(row.get("created_at")?))));
            }
        }
        Ok(None)
    }

    /// A person has chosen. The value is written anew, also where it is the one that stands: so every desk knows that it is settled.
    ///
    /// # Errors
    /// `not_found` where there is no such value or it is settled; `forbidden`; of a clinic's zone or currency, what saving it says.
    pub fn choose_value(&self, actor: &Actor, seq: i64, column: &str, take_lost: bool) -> Result<Saved<()>> {
        self.write(actor, Action::ChooseValue, |tx| {
            let sql = format!("SELECT table_name, row_id, lost FROM lost_values WHERE seq = ?1 AND column_name = ?2 AND {}", *OPEN);
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, [u8; 16]>(1)?, row.get::<_, String>(2)?));
            let found = tx.db().query_row(&sql, params![seq, column], read).optional()?;
            let (table, id, lost) = found.ok_or_else(|| Refusal::not_found("lost_value"))?;
            tx.actor().require(right_to_write(&table))?;
            let schema = tx.catalog().table(&table)?;
            let kind = schema.kinds[schema.position(column)?];
            let now = tx.now().0;
            if take_lost {
                let lost: Value = serde_json::from_str(&lost)?;
                if table == "clinics" {
                    before_setting(tx, column, lost.as_str().unwrap_or_default())?;
                }
                let value = to_sql(kind, &lost)?;
                let sql = format!("UPDATE {table} SET {column} = ?2, updated_at = ?3 WHERE id = ?1");
                let take = |tx: &Tx<'_>| Ok(tx.db().execute(&sql, params![id, value, now]).map(drop)?);
                if table == "staff" {
                    change_member(tx, id, take)?;
                    refuse_ownerless(tx)?;
                } else {
                    take(tx)?;
                }
            } else {
                tx.db().execute(&format!("UPDATE {table} SET updated_at = ?2 WHERE id = ?1"), params![id, now])?;
            }
            // What is taken may stand by now, too.
            tx.say_again(&table, id, column)?;
            let settled =
                "UPDATE lost_values SET settled_at = ?4 WHERE table_name = ?1 AND row_id = ?2 AND column_name = ?3 AND settled_at IS NULL";
            tx.db().execute(settled, params![table, id, column, now])?;
            Ok(())
        })
    }
}

/// The visit that a row is, or an answer of.
fn visit_of(db: &Connection, table: &str, id: Uuid) -> Result<Option<LostVisit>> {
    let sql = match table {
        "appointments" => "SELECT id, starts_at, NULL FROM appointments WHERE id = ?1",
        "appointment_form_answers" => {
            "SELECT a.id, a.starts_at, f.field_name FROM appointment_form_answers f JOIN appointments a ON a.id = f.appointment_id WHERE f.id = ?1"
        }
        _ => return Ok(None),
    };
    let read = |row: &rusqlite::Row<'_>| {
        Ok(LostVisit { id: row.get(0).map(AppointmentId::from_bytes)?, starts_at: Millis(row.get(1)?), question: row.get(2)? })
    };
    Ok(db.prepare_cached(sql)?.query_row([id.as_bytes()], read).optional()?)
}

/// A value as it is compared: a text as it is, an object as a line for each of its fields.
fn lines(value: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Null => String::new(),
        Value::Object(fields) => fields.iter().map(|(name, value)| format!("{name}: {}", text(value))).collect::<Vec<_>>().join("\n"),
        value => text(value),
    }
}
