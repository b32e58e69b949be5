//! What the judge must see of a clinic to judge a batch: the rows it names, what those belong to, what hangs on rows it deletes, and the visits
//! around those it places.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use deadpool_postgres::Transaction as Pg;
use futures_util::future::try_join_all;
use petrel_domain::appointment::takes_time;
use petrel_domain::manifest::{OnDelete, REFERENCES, REPLICATED};
use petrel_domain::replication::{Change, Clock, Columns, Ledger, Op, Row, Stamp, Transaction};
use petrel_domain::{AppointmentStatus, DAY};
use serde_json::Value;
use uuid::Uuid;

use super::values::read;
use crate::catalog::Catalog;
use crate::db::DbError;

/// How long before a visit another may have begun that still goes on, in milliseconds: visits of the day, and stays.
const REACH: i64 = 2 * DAY;
const REACH_OF_STAYS: i64 = 45 * DAY;

/// Rows still to be read, by table.
type Wanted = HashMap<&'static str, HashSet<Uuid>>;

/// Reads what a batch needs.
pub(super) async fn load(pg: &Pg<'_>, catalog: &Catalog, clinic: Uuid, batch: &[Transaction]) -> Result<Ledger, DbError> {
    let mut loader = Loader { pg, catalog, clinic, ledger: Ledger::default(), known: HashSet::new() };
    let changes: Vec<(&'static str, &Change)> = batch
        .iter()
        .flat_map(|transaction| &transaction.changes)
        .filter_map(|change| Some((REPLICATED.iter().find(|name| **name == change.table).copied()?, change)))
        .collect();
    let mut wanted = Wanted::new();
    for (table, change) in &changes {
        wanted.entry(table).or_default().insert(change.id);
        for reference in REFERENCES.iter().filter(|of| of.table == *table) {
            if let Some(id) = id_in(&change.columns, reference.column) {
                wanted.entry(reference.parent).or_default().insert(id);
            }
        }
    }
    loader.read(wanted).await?;
    loader.parents(changes.iter().map(|(table, change)| (*table, change.id)).collect()).await?;
    loader.children(&changes).await?;
    loader.visits(&changes).await?;
    Ok(loader.ledger)
}

fn id_in(columns: &Columns, column: &str) -> Option<Uuid> {
    Uuid::parse_str(columns.get(column)?.as_str()?).ok()
}

struct Loader<'a> {
    pg: &'a Pg<'a>,
    catalog: &'a Catalog,
    clinic: Uuid,
    ledger: Ledger,
    known: HashSet<(&'static str, Uuid)>,
}

impl Loader<'_> {
    /// Reads rows that were not read yet.
    async fn read(&mut self, wanted: Wanted) -> Result<(), DbError> {
        let mut asked = Vec::new();
        for table in REPLICATED {
            let Some(ids) = wanted.get(table) else { continue };
            let ids: Vec<Uuid> = ids.iter().filter(|id| self.known.insert((table, **id))).copied().collect();
            let Some(schema) = self.catalog.schema.tables.get(*table).filter(|_| !ids.is_empty()) else { continue };
            asked.push((*table, schema, ids));
        }
        let (pg, clinic) = (self.pg, self.clinic);
        // One after the other is sent, none waits for the answer to another.
        let answers = asked.iter().map(async |(table, schema, ids)| {
            let columns: Vec<_> = schema.columns.iter().map(|column| column.name.as_str()).collect();
            let sql = format!(
                "SELECT id, made_clock, made_seq, made_replica, seq, clocks, {} FROM {table} WHERE clinic_id = $1 AND id = ANY ($2)",
                columns.join(", ")
            );
            let statement = pg.prepare_cached(&sql).await?;
            Ok::<_, DbError>(pg.query(&statement, &[&clinic, ids]).await?)
        });
        let answers = try_join_all(answers).await?;
        for ((table, schema, _), rows) in asked.iter().zip(answers) {
            for found in rows {
                let mut columns = Columns::new();
                for (place, column) in schema.columns.iter().enumerate() {
                    let value = read(&found, place + 6, column.kind)?;
                    if !value.is_null() {
                        columns.insert(column.name.clone(), value);
                    }
                }
                let made = Stamp { clock: Clock(found.try_get(1)?), seq: found.try_get(2)?, replica: found.try_get(3)? };
                let row = Row { columns, made, written: written(&found.try_get(5)?)?, seq: found.try_get(4)? };
                self.ledger.load(table, found.try_get(0)?, row);
            }
        }
        Ok(())
    }

    /// What rows belong to; and, where that is deleted, what it belongs to in its turn.
    async fn parents(&mut self, mut rows: Vec<(&'static str, Uuid)>) -> Result<(), DbError> {
        while !rows.is_empty() {
            let mut wanted = Wanted::new();
            let mut next = Vec::new();
            for (table, id) in &rows {
                let Some(row) = self.ledger.row(table, *id) else { continue };
                for reference in REFERENCES.iter().filter(|of| of.table == *table && of.on_delete != OnDelete::SetNull) {
                    if let Some(parent) = row.id(reference.column).filter(|parent| !self.known.contains(&(reference.parent, *parent))) {
                        wanted.entry(reference.parent).or_default().insert(parent);
                        next.push((reference.parent, parent));
                    }
                }
            }
            self.read(wanted).await?;
            rows = next;
        }
        Ok(())
    }

    /// The living rows that cannot do without one that is deleted.
    async fn children(&mut self, changes: &[(&'static str, &Change)]) -> Result<(), DbError> {
        let is_deletion = |change: &Change| change.op == Op::Delete || change.columns.get("deleted_at").is_some_and(|at| !at.is_null());
        let deleted: HashSet<_> =
            changes.iter().filter(|(_, change)| is_deletion(change)).map(|(table, change)| (*table, change.id)).collect();
        let mut wanted = Wanted::new();
        for reference in REFERENCES.iter().filter(|of| of.on_delete != OnDelete::SetNull) {
            let ids: Vec<Uuid> = deleted.iter().filter(|(table, _)| *table == reference.parent).map(|(_, id)| *id).collect();
            if ids.is_empty() {
                continue;
            }
            let sql = format!(
                "SELECT id FROM {} WHERE clinic_id = $1 AND {} = ANY ($2) AND deleted_at IS NULL LIMIT 10000",
                reference.table, reference.column
            );
            let statement = self.pg.prepare_cached(&sql).await?;
            for row in self.pg.query(&statement, &[&self.clinic, &ids]).await? {
                wanted.entry(reference.table).or_default().insert(row.try_get(0)?);
            }
        }
        self.read(wanted).await
    }

    /// The visits around those that are placed, those that are said to clash with them, and the services of all.
    async fn visits(&mut self, changes: &[(&'static str, &Change)]) -> Result<(), DbError> {
        let visits: Vec<_> = changes.iter().filter(|(table, _)| *table == "appointments").map(|(_, change)| *change).collect();
        if visits.is_empty() {
            return Ok(());
        }
        let mut wanted = Wanted::new();
        for visit in &visits {
            let service = id_in(&visit.columns, "service_id").or_else(|| self.ledger.row("appointments", visit.id)?.id("service_id"));
            wanted.entry("services").or_default().extend(service);
        }
        self.read(wanted).await?;
        let (mut staff, mut from, mut until) = (Vec::new(), Vec::new(), Vec::new());
        for visit in &visits {
            for place in self.places(visit) {
                staff.push(place.0);
                from.push(place.1);
                until.push(place.2);
            }
        }
        let ids: Vec<Uuid> = visits.iter().map(|visit| visit.id).collect();
        let mut wanted = Wanted::new();
        let around = wanted.entry("appointments").or_default();
        if !staff.is_empty() {
            let sql = "SELECT DISTINCT a.id FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS w (staff_id, starts_at, ends_at)
                       JOIN appointments a ON a.clinic_id = $1 AND a.staff_id = w.staff_id AND a.starts_at >= w.starts_at AND a.starts_at < w.ends_at
                       WHERE a.deleted_at IS NULL AND a.status NOT IN ('cancelled', 'no_show', 'rescheduled', 'completed')";
            let statement = self.pg.prepare_cached(sql).await?;
            for row in self.pg.query(&statement, &[&self.clinic, &staff, &from, &until]).await? {
                around.insert(row.try_get(0)?);
            }
        }
        let statement = self.pg.prepare_cached("SELECT id FROM appointments WHERE clinic_id = $1 AND clash_with_id = ANY ($2)").await?;
        for row in self.pg.query(&statement, &[&self.clinic, &ids]).await? {
            around.insert(row.try_get(0)?);
        }
        around.extend(ids.iter().filter_map(|id| self.ledger.row("appointments", *id)?.id("clash_with_id")));
        let around: Vec<Uuid> = around.iter().copied().collect();
        self.read(wanted).await?;
        // A visit that is flagged because of one that now moves away may clash with a third: what stands around it is read, too.
        let services = around.iter().filter_map(|id| self.ledger.row("appointments", *id)?.id("service_id")).collect();
        self.read(Wanted::from([("services", services)])).await
    }

    /// Where a visit stands and will stand: colleague, the earliest start of one that may reach into it, its end with what its service keeps free.
    fn places(&self, visit: &Change) -> Vec<(Uuid, DateTime<Utc>, DateTime<Utc>)> {
        let known = self.ledger.row("appointments", visit.id);
        let value = |column: &str| {
            let sent = visit.columns.get(column);
            sent.or_else(|| known.map(|row| row.value(column))).cloned().unwrap_or(Value::Null)
        };
        let status = value("status").as_str().and_then(AppointmentStatus::parse);
        if status.is_some_and(|status| !takes_time(status) || status == AppointmentStatus::Completed) && known.is_none() {
            return Vec::new();
        }
        let service = value("service_id").as_str().and_then(|id| Uuid::parse_str(id).ok()).and_then(|id| self.ledger.row("services", id));
        let is_stay = service.is_some_and(|row| row.value("kind").as_str() == Some("boarding"));
        let buffer = service.and_then(|row| row.value("buffer_minutes").as_i64()).unwrap_or(0) * petrel_domain::MINUTE;
        let reach = if is_stay { REACH_OF_STAYS } else { REACH };
        let mut places = Vec::new();
        let sent = (value("staff_id"), value("starts_at"), value("ends_at"));
        let stands = known.map(|row| (row.value("staff_id").clone(), row.value("starts_at").clone(), row.value("ends_at").clone()));
        for (staff, starts, ends) in [Some(sent), stands].into_iter().flatten() {
            let staff = staff.as_str().and_then(|id| Uuid::parse_str(id).ok());
            let from = starts.as_i64().and_then(|at| DateTime::from_timestamp_millis(at - reach));
            let until = ends.as_i64().and_then(|at| DateTime::from_timestamp_millis(at + buffer));
            if let (Some(staff), Some(from), Some(until)) = (staff, from, until) {
                places.push((staff, from, until));
            }
        }
        places.dedup();
        places
    }
}

/// Who wrote which register: register → [clock, number, replica].
fn written(clocks: &Value) -> Result<HashMap<String, Stamp>, DbError> {
    let unfit = || DbError::Value("clocks that cannot be read".to_owned());
    let members = clocks.as_object().ok_or_else(unfit)?;
    members
        .iter()
        .map(|(register, stamp)| {
            let clock = Clock(stamp[0].as_i64().ok_or_else(unfit)?);
            let replica = stamp[2].as_str().and_then(|id| Uuid::parse_str(id).ok()).ok_or_else(unfit)?;
            Ok((register.clone(), Stamp { clock, seq: stamp[1].as_i64().ok_or_else(unfit)?, replica }))
        })
        .collect()
}

/// The same, to be kept.
pub(super) fn clocks(row: &Row) -> Value {
    let members = row.written.iter().map(|(register, stamp)| {
        (register.clone(), Value::Array(vec![Value::from(stamp.clock.0), Value::from(stamp.seq), Value::String(stamp.replica.to_string())]))
    });
    Value::Object(members.collect())
}
