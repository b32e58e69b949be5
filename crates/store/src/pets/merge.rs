//! Merging two pets of one client into one. Everything of the one goes to the other; one undo takes it back.

use petrel_domain::checked::Checked;
use petrel_domain::desk::{MergePetsInput, Pet, PetPair, Saved};
use petrel_domain::merge_pets::{differing, filled, merged};
use petrel_domain::rights::Right;
use petrel_domain::{PetId, Refusal, RefusalCode};
use rusqlite::{Connection, OptionalExtension, params};

use super::{pet, update_pet};
use crate::merge::hand_over;
use crate::{Action, Actor, Result, Store, StoreError, Tx};

impl Store {
    /// Two pets side by side, before one is merged into the other: what they say otherwise, and why they cannot be one as they are.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn compare_pets(&self, actor: &Actor, into: PetId, from: PetId) -> Result<PetPair> {
        actor.require(Right::ReadRecords)?;
        let now = self.now().0;
        self.read(|db| {
            let (into, from) = (pet(db, into)?, pet(db, from)?);
            let hindrance = match refuse_two(db, &into, &from, now) {
                Ok(()) => None,
                Err(StoreError::Refused(refusal)) => Some(refusal),
                Err(error) => return Err(error),
            };
            let differs = differing(&into.details, &from.details, is_weighed_last(db, from.id, into.id)?);
            let fills = filled(&into.details, &from.details);
            Ok(PetPair { into, from, differs, fills, hindrance })
        })
    }

    /// Merges one pet into another of the same client: visits, records, report cards, what it waits for and what is attached to it go over, what the
    /// other lacks is filled in. What records say stays as it was written: whoever may write the clinic's pets may merge two.
    ///
    /// # Errors
    /// `forbidden`, `not_found`; `invalid` where both are the same, or on a field of which both cannot stand; `other_owner`; `in_use` where one of them
    /// died and something is planned for the other; or what the check of the fields says of the one that comes of it.
    pub fn merge_pets(&self, actor: &Actor, input: MergePetsInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let today = self.today()?;
        self.write(actor, Action::MergePets, |tx| {
            let (into, from) = (pet(tx.db(), input.into_id)?, pet(tx.db(), input.from_id)?);
            refuse_two(tx.db(), &into, &from, tx.now().0)?;
            let is_from_last = is_weighed_last(tx.db(), from.id, into.id)?;
            let one = merged(&into.details, &from.details, &input.choices, is_from_last)?.checked(today)?;
            hand_over(tx, "pets", from.id.bytes(), into.id.bytes(), |_| false)?;
            update_pet(tx, into.id, &one)?;
            take_photo(tx, into.id, from.id)?;
            // Where another desk merges the two the other way, or deletes this one, it has to be seen that something was written into it: hardly anybody
            // edits this.
            tx.say_again("pets", into.id.bytes(), "species")?;
            if into.details.deceased_on.is_some() != from.details.deceased_on.is_some() {
                crate::messages::cancel_of_the_dead(tx, into.id)?;
            }
            let gone = "UPDATE pets SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1";
            tx.db().prepare_cached(gone)?.execute(params![from.id.bytes(), tx.now().0])?;
            Ok(())
        })
    }
}

/// Refuses two pets that cannot become one as they are.
fn refuse_two(db: &Connection, into: &Pet, from: &Pet, now: i64) -> Result<()> {
    if into.id == from.id {
        return Err(Refusal::on(RefusalCode::Invalid, "from_id").into());
    }
    if into.client_id != from.client_id {
        return Err(Refusal::on(RefusalCode::OtherOwner, "from_id").into());
    }
    // Whoever is right about the death: what is planned for the living one is to be ended, or the death taken back, by a person first.
    let living = match (into.details.deceased_on, from.details.deceased_on) {
        (None, Some(_)) => into.id,
        (Some(_), None) => from.id,
        _ => return Ok(()),
    };
    let planned = [
        ("appointments", "dead_visit", "status IN ('pending', 'confirmed', 'reminded') AND ends_at > ?2"),
        ("waitlist_entries", "dead_wait", "status IN ('active', 'offered') AND ?2 IS NOT NULL"),
    ];
    for (table, what, is_open) in planned {
        let sql = format!("SELECT 1 FROM {table} WHERE pet_id = ?1 AND {is_open} AND deleted_at IS NULL");
        if db.prepare_cached(&sql)?.exists(params![living.bytes(), now])? {
            return Err(Refusal::on(RefusalCode::InUse, "pets").with_detail(what).into());
        }
    }
    Ok(())
}

/// Whether, of two pets, the first was put on the scales last.
fn is_weighed_last(db: &Connection, first: PetId, second: PetId) -> Result<bool> {
    let sql = "SELECT pet_id = ?1 FROM medical_records WHERE pet_id IN (?1, ?2) AND kind = 'weight' AND deleted_at IS NULL
               ORDER BY recorded_at DESC, id DESC LIMIT 1";
    let last = db.prepare_cached(sql)?.query_row([first.bytes(), second.bytes()], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(false))
}

/// The picture of one that has none is the other's.
fn take_photo(tx: &Tx<'_>, into: PetId, from: PetId) -> Result<()> {
    let sql = "UPDATE pets SET photo_attachment_id = (SELECT photo_attachment_id FROM pets WHERE id = ?2) WHERE id = ?1 AND photo_attachment_id IS NULL";
    tx.db().prepare_cached(sql)?.execute([into.bytes(), from.bytes()])?;
    Ok(())
}
