//! Staff.

use petrel_domain::checked::Checked;
use petrel_domain::desk::{LeftVisits, Saved, SignInChoice, Staff, StaffDetails};
use petrel_domain::rights::Right;
use petrel_domain::{Refusal, RefusalCode, Role, StaffId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::hours::{coming, told};
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx, pin};

const SELECT: &str = "SELECT id, first_name, last_name, email, role, color, is_active, pin_hash IS NOT NULL AS has_pin,
    coalesce(settings ->> 'is_bookable', 1) AS is_bookable FROM staff WHERE deleted_at IS NULL";

impl Store {
    /// The staff, active ones first, by name.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn staff(&self, actor: &Actor) -> Result<Vec<Staff>> {
        actor.require(Right::SeeClinic)?;
        self.read(|db| {
            let order = "ORDER BY is_active DESC, first_name COLLATE NOCASE, last_name COLLATE NOCASE, id";
            let mut statement = db.prepare_cached(&format!("{SELECT} {order}"))?;
            let staff = statement.query_map([], read_staff)?.collect::<Result<_, _>>()?;
            Ok(staff)
        })
    }

    /// Who may sign in at this desk: shown before anybody has.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn sign_in_choices(&self) -> Result<Vec<SignInChoice>> {
        let staff = self.staff(&Actor::program())?;
        let choices = staff.into_iter().filter(|staff| staff.details.is_active).map(|staff| {
            Ok(SignInChoice {
                locked_until: pin::locked_until(self, staff.id)?,
                id: staff.id,
                first_name: staff.details.first_name,
                last_name: staff.details.last_name,
                role: staff.details.role,
                color: staff.details.color,
                has_pin: staff.has_pin,
            })
        });
        choices.collect()
    }

    /// Somebody who works here now: who they are is asked anew at every command, so a change of role counts at once.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn colleague(&self, id: StaffId) -> Result<Option<Staff>> {
        Ok(self.read(|db| member(db, id))?.filter(|staff| staff.details.is_active))
    }

    /// Takes on somebody. Who is given no hours is not offered for booking.
    ///
    /// # Errors
    /// `forbidden`, or what the check of the fields says.
    pub fn create_staff(&self, actor: &Actor, input: StaffDetails) -> Result<Saved<StaffId>> {
        actor.require(Right::ManageClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::CreateStaff, |tx| {
            refuse_climbing(tx.db(), tx.actor(), input.role)?;
            insert_staff(tx, &input)
        })
    }

    /// Changes somebody's details. Of one who works here no more, or has no column any more, it says which visits are still to come.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `last_owner`, or what the check of the fields says.
    pub fn save_staff(&self, actor: &Actor, id: StaffId, input: StaffDetails) -> Result<Saved<LeftVisits>> {
        actor.require(Right::ManageClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::SaveStaff, |tx| save_staff(tx, id, &input))
    }

    /// Removes somebody who has no visits; who has some is made inactive instead.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `last_owner`, `in_use`.
    pub fn delete_staff(&self, actor: &Actor, id: StaffId) -> Result<Saved<()>> {
        actor.require(Right::ManageClinic)?;
        self.write(actor, Action::DeleteStaff, |tx| {
            let before = member(tx.db(), id)?.ok_or_else(|| Refusal::not_found("staff"))?;
            refuse_climbing(tx.db(), tx.actor(), before.details.role)?;
            refuse_last_owner(tx, &before)?;
            crate::delete::soft_delete(tx, "staff", id.bytes())
        })
    }
}

/// Only an owner makes owners, changes them, or removes them. Where two desks left none (each owner stepped down while the other was one there), an admin may.
pub(crate) fn refuse_climbing(db: &Connection, actor: &Actor, role: Role) -> Result<()> {
    let may = role != Role::Owner
        || match actor.role() {
            None | Some(Role::Owner) => true,
            Some(Role::Admin) => !has_owner(db, None)?,
            Some(_) => false,
        };
    if may { Ok(()) } else { Err(Refusal::new(RefusalCode::Forbidden).with_detail("owner").into()) }
}

/// Whether somebody owns the clinic, besides a colleague.
pub(crate) fn has_owner(db: &Connection, besides: Option<StaffId>) -> Result<bool> {
    let sql = "SELECT 1 FROM staff WHERE role = 'owner' AND is_active AND deleted_at IS NULL AND id IS NOT ?1";
    Ok(db.prepare_cached(sql)?.exists([besides.map(StaffId::bytes)])?)
}

/// Changes the row of a colleague by a statement of its own: what only an owner may do is refused, by what the colleague is before and after.
pub(crate) fn change_member(tx: &Tx<'_>, id: [u8; 16], change: impl FnOnce(&Tx<'_>) -> Result<()>) -> Result<()> {
    let refuse = || {
        let mut role = tx.db().prepare_cached("SELECT role FROM staff WHERE id = ?1")?;
        let role = role.query_row([id], |row| row.choice("role", Role::parse)).optional()?;
        role.map_or(Ok(()), |role| refuse_climbing(tx.db(), tx.actor(), role))
    };
    refuse()?;
    change(tx)?;
    refuse()
}

fn refuse_last_owner(tx: &Tx<'_>, before: &Staff) -> Result<()> {
    if before.details.role != Role::Owner || !before.details.is_active {
        return Ok(());
    }
    if has_owner(tx.db(), Some(before.id))? { Ok(()) } else { Err(Refusal::new(RefusalCode::LastOwner).into()) }
}

/// Refuses where the clinic has people and none of them owns it: nobody could manage it any more.
pub(crate) fn refuse_ownerless(tx: &Tx<'_>) -> Result<()> {
    let sql = "SELECT 1 WHERE EXISTS (SELECT 1 FROM staff WHERE deleted_at IS NULL)
               AND NOT EXISTS (SELECT 1 FROM staff WHERE role = 'owner' AND is_active AND deleted_at IS NULL)";
    if tx.db().prepare_cached(sql)?.exists([])? { Err(Refusal::new(RefusalCode::LastOwner).into()) } else { Ok(()) }
}

/// Somebody who works, or worked, here.
pub(crate) fn member(db: &Connection, id: StaffId) -> Result<Option<Staff>> {
    Ok(db.prepare_cached(&format!("{SELECT} AND id = ?1"))?.query_row([id.bytes()], read_staff).optional()?)
}

pub(crate) fn insert_staff(tx: &mut Tx<'_>, input: &StaffDetails) -> Result<StaffId> {
    let id = StaffId(tx.new_id());
    let sql = "INSERT INTO staff (id, first_name, last_name, email, role, color, is_active, settings, created_at, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, json_object('is_bookable', json(?8)), ?9, ?9)";
    write_staff(tx, sql, id, input)?;
    Ok(id)
}

fn save_staff(tx: &mut Tx<'_>, id: StaffId, input: &StaffDetails) -> Result<LeftVisits> {
    let before = member(tx.db(), id)?.ok_or_else(|| Refusal::not_found("staff"))?;
    for role in [before.details.role, input.role] {
        refuse_climbing(tx.db(), tx.actor(), role)?;
    }
    if input.role != Role::Owner || !input.is_active {
        refuse_last_owner(tx, &before)?;
    }
    let sql = "UPDATE staff SET first_name = ?2, last_name = ?3, email = ?4, role = ?5, color = ?6, is_active = ?7,
               settings = json_set(settings, '$.is_bookable', json(?8)), updated_at = ?9 WHERE id = ?1";
    write_staff(tx, sql, id, input)?;
    let has_column = |details: &StaffDetails| details.is_active && details.is_bookable;
    let is_gone = has_column(&before.details) && !has_column(input);
    let left = if is_gone { coming(tx, &[id])? } else { Vec::new() };
    told(tx, left.iter().map(|visit| (visit.starts_at, visit.id)).collect())
}

fn write_staff(tx: &Tx<'_>, sql: &str, id: StaffId, input: &StaffDetails) -> Result<()> {
    tx.db().prepare_cached(sql)?.execute(params![
        id.bytes(),
        input.first_name,
        input.last_name,
        input.email,
        input.role.as_str(),
        input.color,
        input.is_active,
        if input.is_bookable { "true" } else { "false" },
        tx.now().0,
    ])?;
    Ok(())
}

fn read_staff(row: &Row<'_>) -> rusqlite::Result<Staff> {
    Ok(Staff {
        id: row.id("id", StaffId::from_bytes)?,
        details: StaffDetails {
            first_name: row.named("first_name")?,
            last_name: row.named("last_name")?,
            email: row.named("email")?,
            role: row.choice("role", Role::parse)?,
            color: row.named("color")?,
            is_active: row.named("is_active")?,
            is_bookable: row.named("is_bookable")?,
        },
        has_pin: row.named("has_pin")?,
    })
}
