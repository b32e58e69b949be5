//! Undo: the inverse of an action, applied as a new action, refused where something has changed since.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use petrel_domain::appointment::takes_time;
use petrel_domain::desk::{ActionId, Saved, UndoOffer};
use petrel_domain::manifest::is_mark;
use petrel_domain::{AppointmentId, AppointmentStatus, Millis, Refusal, RefusalCode};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::appointments::{UndoneVisits, Visit, clash, go_on, refuse_dead, refuse_new_clashes, visit};
use crate::catalog::Table;
use crate::changes::{Change, Kind, each};
use crate::replica::{is_same, right_to_write};
use crate::staff::{change_member, refuse_ownerless};
use crate::{Action, Actor, Result, Store, StoreError, Tx};

/// One row to be put back.
struct Step {
    table: String,
    id: [u8; 16],
    kind: Kind,
    /// Column, value before (none for a new row), value after.
    columns: Vec<(String, Option<Value>, Value)>,
}

impl Store {
    /// Takes back an action of this desk. A row it made is deleted (softly), a row it changed gets its old values.
    ///
    /// # Errors
    /// `nothing_to_undo` where there is no such action or it is undone already; `forbidden` where the action itself would be;
    /// `last_owner`; `changed_since` where a row was changed by a
    /// later action; `in_use` where something that was made since belongs to a row that would go, or was planned since for a pet with the client whom
    /// it would leave; `slot_taken` where a visit would come back to a time that was given away, or one that was done before its time goes on in it; `pet_deceased` where it would for a pet that died since.
    /// Nothing is changed then.
    pub fn undo(&self, actor: &Actor, action: ActionId) -> Result<Saved<()>> {
        self.write_undoing(actor, Action::Undo, Some(action), |tx| take_back(tx, action))
    }

    /// The last action of this desk that can be undone, if any: what brought another back (an undo of an undo) is one as well.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn undo_offer(&self) -> Result<Option<UndoOffer>> {
        self.read(|db| {
            let sql = "SELECT o.action_id FROM outbox o
                       WHERE o.action <> 'create_clinic' AND NOT EXISTS (SELECT 1 FROM outbox u WHERE u.undoes_action_id = o.action_id)
                       ORDER BY o.n DESC";
            let mut statement = db.prepare_cached(sql)?;
            let mut actions = statement.query([])?;
            while let Some(row) = actions.next()? {
                let action_id = ActionId(row.get(0)?);
                if let Some((action, false)) = chain(db, action_id)?.filter(|(action, _)| can_be_taken_back(action).is_some()) {
                    return Ok(Some(UndoOffer { action_id, action }));
                }
            }
            Ok(None)
        })
    }
}

/// What an action did in the end, and whether it took that back: an undo of an undo did it again.
fn chain(db: &rusqlite::Connection, mut action: ActionId) -> Result<Option<(String, bool)>> {
    let mut statement = db.prepare_cached("SELECT action, undoes_action_id FROM outbox WHERE action_id = ?1 LIMIT 1")?;
    let mut is_taken_back = false;
    loop {
        let found = statement.query_row([action.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?))).optional()?;
        match found {
            None => return Ok(None),
            Some((name, None)) => return Ok(Some((name, is_taken_back))),
            Some((_, Some(undone))) => (action, is_taken_back) = (ActionId(undone), !is_taken_back),
        }
    }
}

/// What was done, of an undo what it took back: it says what somebody must be allowed to, to take it back.
fn done_by(tx: &Tx<'_>, action: ActionId) -> Result<Action> {
    let name = chain(tx.db(), action)?.map(|(name, _)| name);
    Ok(name.and_then(|name| can_be_taken_back(&name)).ok_or_else(|| Refusal::new(RefusalCode::NothingToUndo))?)
}

/// The action of a name, where a person did it and may take it back. A PIN that was changed because somebody saw it must not come back, and of a visit
/// that stands nothing was changed.
fn can_be_taken_back(name: &str) -> Option<Action> {
    let can_not = |action: &Action| matches!(action, Action::CreateClinic | Action::MakeDemoClinic | Action::SetPin | Action::LetStand);
    Action::parse(name).filter(|action| !can_not(action))
}

fn take_back(tx: &mut Tx<'_>, action: ActionId) -> Result<()> {
    let done = done_by(tx, action)?;
    tx.actor().require(done.right())?;
    let is_of_any_table = done.is_of_any_table();
    let undone = "SELECT 1 FROM outbox WHERE undoes_action_id = ?1";
    if tx.db().prepare_cached(undone)?.exists([action.0])? {
        return Err(Refusal::new(RefusalCode::NothingToUndo).into());
    }
    let mut statement = tx.db().prepare_cached("SELECT changes, created_at FROM outbox WHERE action_id = ?1 ORDER BY n DESC")?;
    let mut transactions = statement.query([action.0])?;
    let mut gone = BTreeSet::new();
    let mut written = BTreeMap::new();
    let mut visits = UndoneVisits { all: Vec::new(), placed: Vec::new(), since: Millis(i64::MAX) };
    let (mut left, mut going_on) = (Vec::new(), BTreeSet::new());
    let (mut given_back, mut come_back) = (BTreeSet::new(), BTreeSet::new());
    let mut is_known = false;
    while let Some(row) = transactions.next()? {
        is_known = true;
        visits.since = visits.since.min(Millis(row.get(1)?));
        let steps = steps(tx, row.get_ref(0)?.as_blob()?)?;
        for step in steps.iter().rev() {
            if is_of_any_table {
                tx.actor().require(right_to_write(&step.table))?;
            }
            let at = match written.entry((step.table.clone(), step.id)) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => *new.insert(written_at(tx, step)?),
            };
            if lives_again(tx, step)? {
                touch(tx, step)?;
                continue;
            }
            if step.table == "appointments" {
                left.extend(visit(tx.db(), AppointmentId::from_bytes(step.id))?);
            }
            if step.table == "staff" {
                change_member(tx, step.id, |tx| put_back(tx, step, at))?
            } else {
                put_back(tx, step, at)?
            }
            if step.kind == Kind::Inserted {
                gone.insert((step.table.clone(), step.id));
            }
            if step.table == "appointments" {
                let id = AppointmentId::from_bytes(step.id);
                visits.all.push(id);
                if takes_time_again(step) {
                    visits.placed.push(id);
                }
                if comes_back(step) {
                    come_back.insert(id);
                }
                if goes_on(step) {
                    going_on.insert(id);
                }
            }
            if step.table == "pets" && step.kind == Kind::Updated && step.columns.iter().any(|(name, ..)| name == "client_id") {
                given_back.insert(step.id);
            }
        }
        tx.cut()?;
    }
    if !is_known {
        return Err(Refusal::new(RefusalCode::NothingToUndo).into());
    }
    for (table, id) in &gone {
        refuse_orphans(tx, tx.catalog().table(table)?, id)?;
    }
    refuse_ownerless(tx)?;
    let is_undone = |table: &str, id: [u8; 16]| written.contains_key(&(table.to_owned(), id));
    for pet in given_back {
        refuse_plans_of_others(tx, pet, &is_undone)?;
    }
    for id in come_back {
        refuse_lone_dead(tx, id, &is_undone)?;
    }
    refuse_new_clashes(tx, &visits)?;
    going_on.into_iter().try_for_each(|id| go_on(tx, id))?;
    left.iter().try_for_each(|was| clash::settle_marks(tx, was))?;
    // A mark that came back with its visit is about what stood there then.
    visits.all.iter().try_for_each(|id| clash::settle_own_mark(tx, *id))
}

/// Whether a visit that is put back takes time that it did not take until then.
fn takes_time_again(step: &Step) -> bool {
    comes_back(step) || step.columns.iter().any(|(name, ..)| matches!(name.as_str(), "starts_at" | "ends_at" | "staff_id" | "service_id"))
}

/// Whether a visit is there again that was cancelled, or deleted, or did not come.
fn comes_back(step: &Step) -> bool {
    step.columns.iter().any(|(name, before, after)| match name.as_str() {
        "status" => before.as_ref().is_some_and(is_busy) && !is_busy(after),
        "deleted_at" => matches!(before, Some(Value::Null)),
        _ => false,
    })
}

/// Whether a visit goes on that was done: that it was done gave the rest of its time away.
fn goes_on(step: &Step) -> bool {
    let is_done =
        |status: &Value| matches!(status, Value::Text(text) if AppointmentStatus::parse(text) == Some(AppointmentStatus::Completed));
    let takes_it_back = |before: &Value| is_busy(before) && !is_done(before);
    step.columns.iter().any(|(name, before, after)| name == "status" && before.as_ref().is_some_and(takes_it_back) && is_done(after))
}

/// Whether a visit of this status takes its time.
fn is_busy(status: &Value) -> bool {
    matches!(status, Value::Text(text) if AppointmentStatus::parse(text).is_some_and(takes_time))
}

fn steps(tx: &Tx<'_>, changes: &[u8]) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    each(changes, tx.catalog(), |change| {
        steps.push(Step { table: change.table.name.clone(), id: change.id, kind: change.kind, columns: columns(change) });
        Ok(())
    })?;
    Ok(steps)
}

fn columns(change: &Change<'_>) -> Vec<(String, Option<Value>, Value)> {
    let names = change.table.columns.iter().enumerate().skip(1);
    let values = names.filter_map(|(position, name)| {
        let after = Value::try_from(change.after(position)?).ok()?;
        let before = change.before(position).and_then(|value| Value::try_from(value).ok());
        Some((name.clone(), before, after))
    });
    values.collect()
}

/// When a row was written last. A long action may have written it in two stretches, and what puts back the later one writes it again.
fn written_at(tx: &Tx<'_>, step: &Step) -> Result<i64> {
    let sql = format!("SELECT updated_at FROM {} WHERE id = ?1", step.table);
    Ok(tx.db().prepare_cached(&sql)?.query_row([step.id], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// Whether a row that the action did nothing with but delete it is there again: the hub brought it back, because something new belongs to it.
fn lives_again(tx: &Tx<'_>, step: &Step) -> Result<bool> {
    let deletes = |(name, before, after): &(String, Option<Value>, Value)| match name.as_str() {
        "deleted_at" => *before == Some(Value::Null) && *after != Value::Null,
        "updated_at" | "merged_into_id" => true,
        name => is_mark(&step.table, name),
    };
    let is_deletion = step.kind == Kind::Updated && step.columns.iter().any(|(name, ..)| name == "deleted_at");
    if !is_deletion || !step.columns.iter().all(deletes) {
        return Ok(false);
    }
    let counts = |name: &str| name != "updated_at" && !is_mark(&step.table, name);
    let columns: Vec<_> = step.columns.iter().filter(|(name, ..)| counts(name)).collect();
    let names: Vec<&str> = columns.iter().map(|(name, ..)| name.as_str()).collect();
    let mut statement = tx.db().prepare_cached(&format!("SELECT {} FROM {} WHERE id = ?1", names.join(", "), step.table))?;
    let mut rows = statement.query([&step.id])?;
    let Some(row) = rows.next()? else { return Ok(false) };
    for (position, (_, before, _)) in columns.iter().enumerate() {
        if row.get_ref(position)? != before.as_ref().map_or(ValueRef::Null, ValueRef::from) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// There is nothing to put back: it is written down all the same that the action was taken back.
fn touch(tx: &Tx<'_>, step: &Step) -> Result<()> {
    let sql = format!("UPDATE {} SET updated_at = ?2 WHERE id = ?1", step.table);
    tx.db().prepare_cached(&sql)?.execute(params![step.id, tx.now().0])?;
    Ok(())
}

/// Puts one row back, if it still is as the action left it. `written_at` is when it was written last before anything was put back.
fn put_back(tx: &Tx<'_>, step: &Step, written_at: i64) -> Result<()> {
    refuse_changed(tx, step, written_at)?;
    let db = tx.db();
    let now = tx.now().0;
    if step.kind == Kind::Inserted {
        let sql = format!("UPDATE {} SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1", step.table);
        db.prepare_cached(&sql)?.execute(params![step.id, now])?;
        return Ok(());
    }
    let columns: Vec<_> = step.columns.iter().filter(|(name, ..)| name != "updated_at").collect();
    let sets: String = columns.iter().map(|(name, ..)| format!("{name} = ?, ")).collect();
    let sql = format!("UPDATE {} SET {sets}updated_at = ? WHERE id = ?", step.table);
    let mut values: Vec<Value> = columns.iter().map(|(_, before, _)| before.clone().unwrap_or(Value::Null)).collect();
    values.push(Value::Integer(now));
    values.push(Value::Blob(step.id.to_vec()));
    db.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    Ok(())
}

fn refuse_changed(tx: &Tx<'_>, step: &Step, written_at: i64) -> Result<()> {
    // Every write sets `updated_at`, so a row that was written since differs there even where the values came back.
    let names: Vec<&str> = step.columns.iter().map(|(name, ..)| name.as_str()).collect();
    let sql = format!("SELECT {} FROM {} WHERE id = ?1", if names.is_empty() { "1".to_owned() } else { names.join(", ") }, step.table);
    let mut statement = tx.db().prepare_cached(&sql)?;
    let mut rows = statement.query([&step.id])?;
    let row = rows.next()?.ok_or_else(|| changed(&step.table))?;
    let table = tx.catalog().table(&step.table)?;
    for (position, (name, _, after)) in step.columns.iter().enumerate() {
        // What the hub noted of it meanwhile was nobody's doing, and is judged again.
        if is_mark(&step.table, name) {
            continue;
        }
        let found = match after {
            Value::Integer(left_at) if name == "updated_at" => ValueRef::Integer(stood_since(tx, step, written_at, *left_at)?),
            _ => row.get_ref(position)?,
        };
        if !is_same(table.kinds[table.position(name)?], found, ValueRef::from(after)) {
            return Err(changed(&step.table));
        }
    }
    Ok(())
}

/// When a row was written last, but for what was done after `left_at` and taken back here: the row stands as it did before that.
fn stood_since(tx: &Tx<'_>, step: &Step, written_at: i64, left_at: i64) -> Result<i64> {
    let mut at = written_at;
    while at > left_at {
        match before_taken_back(tx, step, at)? {
            Some(before) if before < at => at = before,
            _ => break,
        }
    }
    Ok(at)
}

/// When a row had been written before the action that an undo of this instant took back; none where no undo wrote it then.
fn before_taken_back(tx: &Tx<'_>, step: &Step, at: i64) -> Result<Option<i64>> {
    let sql = "SELECT changes FROM outbox WHERE action_id IN (
                 SELECT undoes_action_id FROM outbox WHERE undoes_action_id IS NOT NULL AND created_at = ?1) ORDER BY n";
    let updated_at = tx.catalog().table(&step.table)?.position("updated_at")?;
    let mut statement = tx.db().prepare_cached(sql)?;
    let mut transactions = statement.query([at])?;
    let mut first = None;
    while let Some(row) = transactions.next()? {
        each(row.get_ref(0)?.as_blob()?, tx.catalog(), |change| {
            if change.id == step.id && change.table.name == step.table {
                first = first.or_else(|| change.before(updated_at)?.as_i64().ok());
            }
            Ok(())
        })?;
    }
    Ok(first)
}

fn changed(table: &str) -> StoreError {
    Refusal::on(RefusalCode::ChangedSince, table).into()
}

/// Refuses where a living row still refers to one that is gone now.
fn refuse_orphans(tx: &Tx<'_>, table: &Table, id: &[u8; 16]) -> Result<()> {
    for (child, column) in &table.referred_by {
        let sql = format!("SELECT 1 FROM {child} WHERE {column} = ?1 AND deleted_at IS NULL LIMIT 1");
        if tx.db().prepare_cached(&sql)?.exists([id])? {
            return Err(Refusal::on(RefusalCode::InUse, &table.name).with_detail(child).into());
        }
    }
    Ok(())
}

/// Refuses where a pet goes back to a client while something was planned for it since with the one whom it leaves. What is past stays with who came.
fn refuse_plans_of_others(tx: &Tx<'_>, pet: [u8; 16], is_undone: &dyn Fn(&str, [u8; 16]) -> bool) -> Result<()> {
    let open = [
        ("appointments", "visit_planned", "t.status IN ('pending', 'confirmed', 'reminded') AND t.starts_at >= ?2"),
        ("waitlist_entries", "wait_planned", "t.status IN ('active', 'offered') AND ?2 IS NOT NULL"),
    ];
    for (table, what, is_open) in open {
        let sql = format!(
            "SELECT t.id FROM {table} t JOIN pets p ON p.id = t.pet_id
             WHERE t.pet_id = ?1 AND t.client_id <> p.client_id AND {is_open} AND t.deleted_at IS NULL"
        );
        let mut statement = tx.db().prepare_cached(&sql)?;
        let planned = statement.query_map(params![pet, tx.now().0], |row| row.get(0))?.collect::<Result<Vec<[u8; 16]>, _>>()?;
        if planned.into_iter().any(|id| !is_undone(table, id)) {
            return Err(Refusal::on(RefusalCode::InUse, "pets").with_detail(what).into());
        }
    }
    Ok(())
}

/// Refuses where a visit to come is there again for a pet that died since. One that comes back with its pet is as it was.
fn refuse_lone_dead(tx: &Tx<'_>, id: AppointmentId, is_undone: &dyn Fn(&str, [u8; 16]) -> bool) -> Result<()> {
    let comes_alone = |visit: &Visit| takes_time(visit.status) && !visit.pet_id.is_some_and(|pet| is_undone("pets", pet.bytes()));
    visit(tx.db(), id)?.filter(comes_alone).map_or(Ok(()), |visit| refuse_dead(tx, &visit))
}
