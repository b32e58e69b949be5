//! Answers to the form of a service.

use petrel_domain::desk::FormAnswer;
use petrel_domain::{AppointmentId, FieldType, natural_id};
use rusqlite::{Connection, params};

use crate::row::RowExt;
use crate::{Result, Tx};

/// The answers of a visit, in the order they were given.
pub(crate) fn answers(db: &Connection, id: AppointmentId) -> Result<Vec<FormAnswer>> {
    let sql = "SELECT field_name, field_type, coalesce(field_value, '') AS value FROM appointment_form_answers
               WHERE appointment_id = ?1 AND deleted_at IS NULL ORDER BY id";
    let mut statement = db.prepare_cached(sql)?;
    let answers = statement.query_map([id.bytes()], |row| {
        let field_type = row.choice("field_type", FieldType::parse).unwrap_or(FieldType::Text);
        Ok(FormAnswer { name: row.named("field_name")?, field_type, value: row.named("value")? })
    })?;
    Ok(answers.collect::<Result<_, _>>()?)
}

/// Gives a new visit what was answered for another: on two desks that make the same visit, the same rows.
pub(super) fn copy(tx: &Tx<'_>, from: AppointmentId, to: AppointmentId) -> Result<()> {
    let sql = "INSERT INTO appointment_form_answers (id, appointment_id, field_name, field_type, field_value, created_at, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
    for (place, answer) in (0_u16..).zip(answers(tx.db(), from)?) {
        let mut id = natural_id("appointment_form_answers", &[&to.bytes(), answer.name.as_bytes()]).into_bytes();
        // They are read by their ids.
        [id[0], id[1]] = place.to_be_bytes();
        let values = params![id, to.bytes(), answer.name, answer.field_type.as_str(), answer.value, tx.now().0];
        tx.db().prepare_cached(sql)?.execute(values)?;
    }
    Ok(())
}

/// Makes the answers of a visit these: changes, adds and removes rows, and leaves alone what is the same.
pub(crate) fn save(tx: &Tx<'_>, id: AppointmentId, wanted: &[FormAnswer]) -> Result<()> {
    let present = answers(tx.db(), id)?;
    for answer in wanted.iter().filter(|answer| !present.contains(answer)) {
        let update = "UPDATE appointment_form_answers SET field_type = ?3, field_value = ?4, updated_at = ?5
                      WHERE appointment_id = ?1 AND field_name = ?2 AND deleted_at IS NULL";
        let values = params![id.bytes(), answer.name, answer.field_type.as_str(), answer.value, tx.now().0];
        if tx.db().prepare_cached(update)?.execute(values)? == 0 {
            let insert =
                "INSERT INTO appointment_form_answers (id, appointment_id, field_name, field_type, field_value, created_at, updated_at)
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
            let new = tx.new_id();
            let values = params![new.as_bytes(), id.bytes(), answer.name, answer.field_type.as_str(), answer.value, tx.now().0];
            tx.db().prepare_cached(insert)?.execute(values)?;
        }
    }
    for answer in present.iter().filter(|answer| !wanted.iter().any(|other| other.name == answer.name)) {
        let remove = "UPDATE appointment_form_answers SET deleted_at = ?3, updated_at = ?3
                      WHERE appointment_id = ?1 AND field_name = ?2 AND deleted_at IS NULL";
        tx.db().prepare_cached(remove)?.execute(params![id.bytes(), answer.name, tx.now().0])?;
    }
    Ok(())
}
