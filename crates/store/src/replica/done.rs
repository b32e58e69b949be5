//! What people did at this desk: who, when, what, and to which record. It is the only way to a record that was deleted.

use petrel_domain::desk::{Done, DonePage, DoneTo, Seq};
use petrel_domain::replication::Change;
use petrel_domain::rights::Right;
use petrel_domain::{Millis, StaffId};
use rusqlite::{Connection, params};

use super::named::{label, staff_name};
use super::outgoing::{COLUMNS, transaction};
use crate::catalog::Catalog;
use crate::{Action, Actor, Result, Store};

/// How many come at once.
const PAGE: usize = 50;

/// Tables by whose rows people know what was done, the first first, where the action does not say which it is about.
const TOLD_BY: &[&str] = &[
    "appointments",
    "waitlist_entries",
    "medical_records",
    "pets",
    "clients",
    "staff",
    "services",
    "staff_schedules",
    "schedule_overrides",
    "clinics",
];

impl Store {
    /// What was done at this desk, by one colleague or by all, the newest first. What was sent to a hub is forgotten after a while
    /// ([`petrel_domain::manifest::RETENTION`]); what other desks did is in the history of each record.
    ///
    /// # Errors
    /// `forbidden` to who may not manage the clinic.
    pub fn what_was_done(&self, actor: &Actor, staff: Option<StaffId>, before: Option<Seq>) -> Result<DonePage> {
        actor.require(Right::ManageClinic)?;
        self.read(|db| {
            let mut actions = db.prepare_cached(
                "SELECT action_id, sum(row_count), (SELECT action FROM outbox u WHERE u.action_id = o.undoes_action_id LIMIT 1),
                   EXISTS (SELECT 1 FROM outbox u WHERE u.undoes_action_id = o.action_id)
                 FROM outbox o WHERE action_id < ?1 AND action <> 'tell_everything' AND (?2 IS NULL OR staff_id = ?2)
                 GROUP BY action_id ORDER BY action_id DESC",
            )?;
            let mut first =
                db.prepare_cached(&format!("SELECT {COLUMNS}, created_at FROM outbox WHERE action_id = ?1 ORDER BY n LIMIT 1"))?;
            let mut rows = actions.query(params![before.map_or(i64::MAX, |seq| seq.0), staff.map(StaffId::bytes)])?;
            let mut entries: Vec<Done> = Vec::new();
            while let Some(row) = rows.next()? {
                if entries.len() == PAGE {
                    return Ok(DonePage { next_before: entries.last().map(|oldest| oldest.seq), entries });
                }
                let id: i64 = row.get(0)?;
                let (done, at) = first.query_row([id], |row| Ok((transaction(row, self.catalog()), row.get("created_at")?)))?;
                let done = done?;
                entries.push(Done {
                    seq: Seq(id),
                    at: Millis(at),
                    staff_name: staff_name(db, done.staff_id)?,
                    about: about(db, self.catalog(), &done.action, &done.changes)?,
                    action: done.action,
                    taken_back: row.get(2)?,
                    is_taken_back: row.get(3)?,
                    records: row.get(1)?,
                });
            }
            Ok(DonePage { entries, next_before: None })
        })
    }
}

/// The record that people would say something was done to.
fn about(db: &Connection, catalog: &Catalog, action: &str, changes: &[Change]) -> Result<Option<DoneTo>> {
    let subject = Action::parse(action).and_then(Action::subject);
    for table in subject.iter().chain(TOLD_BY) {
        for change in changes.iter().filter(|change| &*change.table == *table) {
            let name = label(db, table, change.id)?;
            if !name.is_empty() {
                let table = catalog.table(table)?.name.clone();
                return Ok(Some(DoneTo { table, id: change.id, name }));
            }
        }
    }
    Ok(None)
}
