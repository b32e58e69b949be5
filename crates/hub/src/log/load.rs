//! What the judge must see of a clinic to judge a batch: the rows it names, what those belong to, what hangs on rows it deletes, and the visits
//! around those it places.

use std::collections::{HashMap, HashSet};

use chrono::DateTime;
use deadpool_postgres::Transaction as Pg;
use futures_util::future::{try_join, try_join_all};
use petrel_domain::appointment::takes_time;
use petrel_domain::manifest::{REFERENCES, Replicated, replicated};
use petrel_domain::replication::{Change, Clock, Columns, Ledger, Name, Op, Row, Stamp, TableSchema, Transaction};
use petrel_domain::{AppointmentStatus, DAY, MINUTE};
use serde_json::Value;
use uuid::Uuid;

use super::values::columns_of;
use crate::catalog::Catalog;
use crate::db::DbError;

/// How long before a visit another may have begun that still goes on, in milliseconds. Those that take more than a day are found apart, whenever
/// they began.
const REACH: i64 = 2 * DAY;
/// The longest time that a service keeps free after a visit, in milliseconds; what says more counts as this.
const LONGEST_BUFFER: i64 = DAY;

/// Rows still to be read, by table.
type Wanted = HashMap<&'static str, HashSet<Uuid>>;
/// Rows that are asked for, by table; and what is answered for each table.
type Asked = Vec<(&'static str, Vec<Uuid>)>;
type Answers = Vec<Vec<tokio_postgres::Row>>;

/// Reads what a batch needs.
pub(super) async fn load(pg: &Pg<'_>, catalog: &Catalog, clinic: Uuid, batch: &[Transaction]) -> Result<Ledger, DbError> {
    let mut loader = Loader { pg, catalog, clinic, ledger: Ledger::default(), known: HashSet::new(), services: HashMap::new() };
    let changes = batch.iter().flat_map(|transaction| &transaction.changes);
    let changes: Vec<(&Replicated, &Change)> = changes.filter_map(|change| Some((replicated(&change.table)?, change))).collect();
    loader.ledger.reserve(changes.len());
    let (mut changed, mut referred) = (Wanted::new(), Wanted::new());
    for (table, change) in &changes {
        if table.name == "services" {
            let longest = loader.services.entry(change.id).or_default();
            *longest = (*longest).max(buffer_in(&change.columns));
        }
        changed.entry(table.name).or_default().insert(change.id);
        for reference in &table.references {
            if let Some(id) = id_in(&change.columns, reference.column) {
                // How long a visit takes is its service's to say.
                let is_read = (table.name, reference.column) == ("appointments", "service_id");
                (if is_read { &mut changed } else { &mut referred }).entry(reference.parent).or_default().insert(id);
            }
        }
    }
    let (changed, referred) = (loader.unread(changed), loader.unseen(referred));
    let (read, seen) = try_join(loader.ask_for_rows(&changed), loader.ask_whether(&referred)).await?;
    loader.keep_rows(&changed, read)?;
    let mut rows: Vec<_> = changed.iter().flat_map(|(table, ids)| ids.iter().map(|id| (*table, *id))).collect();
    rows.extend(loader.keep_seen(&referred, seen).await?);
    loader.parents(rows).await?;
    loader.along(batch).await?;
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
    /// What services keep free after a visit as the batch says it, the longest of each, in minutes.
    services: HashMap<Uuid, i64>,
}

/// What a service keeps free after a visit, in minutes: a day at the most, as where it is judged.
fn buffer_in(columns: &Columns) -> i64 {
    columns.get("buffer_minutes").and_then(Value::as_i64).unwrap_or(0).clamp(0, LONGEST_BUFFER / MINUTE)
}

impl Loader<'_> {
    /// Asks for the ids, and some columns, of those rows of a table that are there. Of several that are asked at the same time one after the other is
    /// sent, and none waits for the answer to another.
    async fn ask(&self, table: &str, columns: &str, ids: &Vec<Uuid>) -> Result<Vec<tokio_postgres::Row>, DbError> {
        let sql = format!("SELECT id, {columns} FROM {table} WHERE clinic_id = $1 AND id = ANY ($2)");
        let statement = self.pg.prepare_cached(&sql).await?;
        Ok(self.pg.query(&statement, &[&self.clinic, ids]).await?)
    }

    /// Reads rows that were not read yet.
    async fn read(&mut self, wanted: Wanted) -> Result<(), DbError> {
        let asked = self.unread(wanted);
        let answers = self.ask_for_rows(&asked).await?;
        self.keep_rows(&asked, answers)
    }

    /// Those of the rows that were not asked for yet; from here on they are known.
    fn unread(&mut self, wanted: Wanted) -> Asked {
        let mut new = |table, ids: HashSet<Uuid>| ids.into_iter().filter(|id| self.known.insert((table, *id))).collect::<Vec<_>>();
        let tables = &self.catalog.schema.tables;
        let wanted = wanted.into_iter().filter(|(table, _)| tables.contains_key(*table));
        wanted.map(|(table, ids)| (table, new(table, ids))).filter(|(_, ids)| !ids.is_empty()).collect()
    }

    async fn ask_for_rows(&self, asked: &Asked) -> Result<Answers, DbError> {
        let columns = |table: &str| {
            let names = self.catalog.schema.tables.get(table).into_iter().flat_map(TableSchema::names).collect::<Vec<_>>().join(", ");
            format!("made_clock, made_seq, made_replica, seq, clocks, {names}")
        };
        try_join_all(asked.iter().map(async |(table, ids)| self.ask(table, &columns(table), ids).await)).await
    }

    fn keep_rows(&mut self, asked: &Asked, answers: Answers) -> Result<(), DbError> {
        for ((table, _), rows) in asked.iter().zip(answers) {
            let Some(schema) = self.catalog.schema.tables.get(*table) else { continue };
            for found in rows {
                let columns = columns_of(&found, 6, schema)?;
                let made = Stamp { clock: Clock(found.try_get(1)?), seq: found.try_get(2)?, replica: found.try_get(3)? };
                let row = Row { columns, made, written: written(&found.try_get(5)?)?, seq: found.try_get(4)? };
                self.ledger.load(table, found.try_get(0)?, row);
            }
        }
        Ok(())
    }

    /// Looks whether rows are there. Of one that lives nothing else is asked, but by who reads it for its own sake; those that are deleted are read,
    /// and answered.
    async fn look(&mut self, wanted: Wanted) -> Result<Vec<(&'static str, Uuid)>, DbError> {
        let asked = self.unseen(wanted);
        let answers = self.ask_whether(&asked).await?;
        self.keep_seen(&asked, answers).await
    }

    /// Those of the rows of which it is not known whether they are there. Of those that were asked for and are not there, the batch makes some.
    fn unseen(&self, wanted: Wanted) -> Asked {
        let is_open = |table, id| !self.known.contains(&(table, id)) && self.ledger.row(table, id).is_none();
        let open = |table, ids: HashSet<Uuid>| ids.into_iter().filter(|id| is_open(table, *id)).collect::<Vec<_>>();
        wanted.into_iter().map(|(table, ids)| (table, open(table, ids))).filter(|(_, ids)| !ids.is_empty()).collect()
    }

    async fn ask_whether(&self, asked: &Asked) -> Result<Answers, DbError> {
        try_join_all(asked.iter().map(async |(table, ids)| self.ask(table, "deleted_at IS NOT NULL", ids).await)).await
    }

    async fn keep_seen(&mut self, asked: &Asked, answers: Answers) -> Result<Vec<(&'static str, Uuid)>, DbError> {
        let mut deleted = Wanted::new();
        for ((table, _), rows) in asked.iter().zip(answers) {
            for found in rows {
                let id = found.try_get(0)?;
                if found.try_get(1)? {
                    deleted.entry(table).or_default().insert(id);
                } else {
                    self.ledger.load(table, id, Row::default());
                }
            }
        }
        let found = deleted.iter().flat_map(|(table, ids)| ids.iter().map(|id| (*table, *id))).collect();
        self.read(deleted).await?;
        Ok(found)
    }

    /// What rows belong to; and, where that is deleted, what it belongs to in its turn.
    async fn parents(&mut self, mut rows: Vec<(&'static str, Uuid)>) -> Result<(), DbError> {
        while !rows.is_empty() {
            let mut wanted = Wanted::new();
            for (table, id) in &rows {
                let Some(row) = self.ledger.row(table, *id) else { continue };
                for reference in replicated(table).into_iter().flat_map(Replicated::needs) {
                    if let Some(parent) = row.id(reference.column).filter(|parent| self.ledger.row(reference.parent, *parent).is_none()) {
                        wanted.entry(reference.parent).or_default().insert(parent);
                    }
                }
            }
            rows = self.look(wanted).await?;
        }
        Ok(())
    }

    /// What was deleted along with rows that may come back, and what that belongs to. Of what this batch deletes, too: a large deletion comes in
    /// portions, and what goes last may be what somebody wrote into. What went along is asked for what went along with it in its turn, though by itself
    /// it may not come back: the desk that brings back what it hangs on may be the one that deleted it.
    async fn along(&mut self, batch: &[Transaction]) -> Result<(), DbError> {
        // A file that became another replica sends what it wrote as either.
        let mut seen_by: HashMap<Uuid, i64> = HashMap::new();
        for of in batch {
            seen_by.entry(of.replica).and_modify(|seen| *seen = (*seen).min(of.seen)).or_insert(of.seen);
        }
        let is_unseen = |by: Stamp| seen_by.iter().any(|(replica, seen)| by.seq > *seen && by.replica != *replica);
        let may_come_back = |row: &Row| row.is_deleted() && is_unseen(row.stamp("deleted_at"));
        let changes = batch.iter().flat_map(|of| &of.changes);
        let sent =
            changes.filter_map(|change| Some((replicated(&change.table)?.name, change.id, change.columns.get("deleted_at")?.as_i64()?)));
        // What the batch deletes is no part of `done`: a row of it may have been deleted before, by somebody else and at another moment.
        let mut sent: Vec<(&str, Uuid, i64)> = sent.collect();
        let mut done = HashSet::<(&str, Uuid)>::new();
        let mut went_along = Vec::<(&'static str, Uuid)>::new();
        loop {
            let found = self.known.iter().filter(|(table, id)| self.ledger.row(table, *id).is_some_and(may_come_back));
            let found = found.copied().chain(went_along).filter(|key| done.insert(*key)).collect::<Vec<_>>();
            if found.is_empty() && sent.is_empty() {
                return Ok(());
            }
            let mut wanted = Wanted::new();
            for reference in REFERENCES.iter().filter(|of| of.is_needed()) {
                let deleted = found.iter().filter(|(table, _)| *table == reference.parent);
                let deleted = deleted.filter_map(|(table, id)| Some((*id, self.ledger.row(table, *id)?.value("deleted_at").as_i64()?)));
                let deleted = deleted.chain(sent.iter().filter(|(table, ..)| *table == reference.parent).map(|(_, id, at)| (*id, *at)));
                let (ids, at): (Vec<Uuid>, Vec<_>) = deleted.map(|(id, at)| (id, DateTime::from_timestamp_millis(at))).unzip();
                if ids.is_empty() {
                    continue;
                }
                let sql = format!(
                    "SELECT c.id FROM unnest($2::uuid[], $3::timestamptz[]) AS p (id, at)
                     JOIN {} c ON c.clinic_id = $1 AND c.{} = p.id AND c.deleted_at = p.at",
                    reference.table, reference.column
                );
                let statement = self.pg.prepare_cached(&sql).await?;
                for row in self.pg.query(&statement, &[&self.clinic, &ids, &at]).await? {
                    wanted.entry(reference.table).or_default().insert(row.try_get(0)?);
                }
            }
            sent.clear();
            went_along = wanted.iter().flat_map(|(table, ids)| ids.iter().map(|id| (*table, *id))).collect();
            self.read(wanted).await?;
            self.parents(went_along.clone()).await?;
        }
    }

    /// The living rows that cannot do without one that is deleted.
    async fn children(&mut self, changes: &[(&Replicated, &Change)]) -> Result<(), DbError> {
        let is_deletion = |change: &Change| change.op == Op::Delete || change.columns.get("deleted_at").is_some_and(|at| !at.is_null());
        let deleted: HashSet<_> =
            changes.iter().filter(|(_, change)| is_deletion(change)).map(|(table, change)| (table.name, change.id)).collect();
        let mut wanted = Wanted::new();
        for reference in REFERENCES.iter().filter(|of| of.is_needed()) {
            let ids: Vec<Uuid> = deleted.iter().filter(|(table, _)| *table == reference.parent).map(|(_, id)| *id).collect();
            if ids.is_empty() {
                continue;
            }
            let sql = format!(
                "SELECT id FROM {} WHERE clinic_id = $1 AND {} = ANY ($2) AND deleted_at IS NULL AND id <> ALL ($3) LIMIT 10000",
                reference.table, reference.column
            );
            // Those that go along are read already: of a long list they must not hide the one that stays.
            let along: Vec<Uuid> = deleted.iter().filter(|(table, _)| *table == reference.table).map(|(_, id)| *id).collect();
            let statement = self.pg.prepare_cached(&sql).await?;
            for row in self.pg.query(&statement, &[&self.clinic, &ids, &along]).await? {
                wanted.entry(reference.table).or_default().insert(row.try_get(0)?);
            }
        }
        self.read(wanted).await
    }

    /// The visits around those that are placed, those that are said to clash with them, and the services of all.
    async fn visits(&mut self, changes: &[(&Replicated, &Change)]) -> Result<(), DbError> {
        // What is sent of each, in its order: a later change may say only what it changes of an earlier one.
        let mut visits: HashMap<Uuid, Vec<&Columns>> = HashMap::new();
        for (_, change) in changes.iter().filter(|(table, _)| table.name == "appointments") {
            visits.entry(change.id).or_default().push(&change.columns);
        }
        // One that is deleted may be brought back by what is written of what hangs on it, and then stands where it stood.
        for (_, id) in self.known.iter().filter(|(table, _)| *table == "appointments") {
            if self.ledger.row("appointments", *id).is_some_and(Row::is_deleted) {
                visits.entry(*id).or_default();
            }
        }
        if visits.is_empty() {
            return Ok(());
        }
        let services = visits.iter().flat_map(|(id, sent)| self.services_of(*id, sent)).collect();
        self.read(Wanted::from([("services", services)])).await?;
        // None is said to clash with a visit that is not there yet.
        let ids: Vec<Uuid> = visits.keys().copied().filter(|id| self.ledger.row("appointments", *id).is_some()).collect();
        let places = visits.iter().flat_map(|(id, sent)| self.places(*id, sent)).collect();
        let (mut around, others) = try_join(self.around(places), self.flagged_because_of(&ids)).await?;
        let mut flagged: HashSet<Uuid> = ids.iter().filter_map(|id| self.ledger.row("appointments", *id)?.id("clash_with_id")).collect();
        flagged.extend(others);
        around.extend(&flagged);
        self.read_with_services(around.clone()).await?;
        // What was said of one that stands over another is a question again when the other moves away, and a third may be in its way: what stands
        // around it is read, too.
        let is_said = |row: &Row| row.id("clash_with_id").is_some() || row.value("is_overbooked").as_i64() == Some(1);
        flagged.extend(around.iter().filter(|id| self.ledger.row("appointments", **id).is_some_and(is_said)));
        let around = self.around(flagged.iter().flat_map(|id| self.places(*id, &[])).collect()).await?;
        self.read_with_services(around).await
    }

    /// The visits that are said to clash with these.
    async fn flagged_because_of(&self, visits: &Vec<Uuid>) -> Result<Vec<Uuid>, DbError> {
        if visits.is_empty() {
            return Ok(Vec::new());
        }
        let statement = self.pg.prepare_cached("SELECT id FROM appointments WHERE clinic_id = $1 AND clash_with_id = ANY ($2)").await?;
        let found = self.pg.query(&statement, &[&self.clinic, visits]).await?;
        Ok(found.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Reads visits, and their services.
    async fn read_with_services(&mut self, visits: HashSet<Uuid>) -> Result<(), DbError> {
        self.read(Wanted::from([("appointments", visits.clone())])).await?;
        let services = visits.iter().filter_map(|id| self.ledger.row("appointments", *id)?.id("service_id")).collect();
        self.read(Wanted::from([("services", services)])).await
    }

    /// The visits that may stand in these places.
    async fn around(&self, mut places: Vec<Place>) -> Result<HashSet<Uuid>, DbError> {
        places.sort_unstable_by_key(|place| (place.staff, place.from));
        // Of a day that was filled, one look reads all of it.
        places.dedup_by(|next, place| {
            let is_one = next.staff == place.staff && next.from <= place.until;
            if is_one {
                place.until = place.until.max(next.until);
            }
            is_one
        });
        if places.is_empty() {
            return Ok(HashSet::new());
        }
        let staff: Vec<Uuid> = places.iter().map(|place| place.staff).collect();
        let instants = |of: fn(&Place) -> i64| places.iter().map(|place| DateTime::from_timestamp_millis(of(place))).collect::<Vec<_>>();
        let (first, from, until) = (
            instants(|place| place.from.saturating_sub(REACH)),
            instants(|place| place.from.saturating_sub(LONGEST_BUFFER)),
            instants(|place| place.until),
        );
        let sql = "SELECT a.id FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[]) AS w (staff_id, first_at, from_at, until_at)
                   CROSS JOIN LATERAL (SELECT id, status, deleted_at FROM appointments
                     WHERE clinic_id = $1 AND staff_id = w.staff_id AND starts_at >= w.first_at AND starts_at < w.until_at AND ends_at > w.from_at
                     UNION ALL SELECT id, status, deleted_at FROM appointments
                     WHERE clinic_id = $1 AND staff_id = w.staff_id AND starts_at < w.first_at AND ends_at > w.from_at
                       AND ends_at - starts_at > interval '1 day') a
                   WHERE a.deleted_at IS NULL AND a.status NOT IN ('cancelled', 'no_show', 'rescheduled', 'completed')";
        let statement = self.pg.prepare_cached(sql).await?;
        let found = self.pg.query(&statement, &[&self.clinic, &staff, &first, &from, &until]).await?;
        Ok(found.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// The services of a visit: the one it is of, and those that it will be of by what is sent.
    fn services_of(&self, visit: Uuid, sent: &[&Columns]) -> HashSet<Uuid> {
        let stands = self.ledger.row("appointments", visit).and_then(|row| row.id("service_id"));
        sent.iter().filter_map(|sent| id_in(sent, "service_id")).chain(stands).collect()
    }

    /// Where a visit stands, and will stand by what is sent of it, one change after the other; each with the longest time that any of its services
    /// keeps free after it.
    fn places(&self, visit: Uuid, sent: &[&Columns]) -> Vec<Place> {
        let known = self.ledger.row("appointments", visit);
        let is_over = |sent: &&&Columns| {
            let status = sent.get("status").and_then(Value::as_str).and_then(AppointmentStatus::parse);
            status.is_some_and(|status| !takes_time(status) || status == AppointmentStatus::Completed)
        };
        // One that is over when it is made, and stays so.
        if known.is_none()
            && sent.first().is_some_and(|first| is_over(&first))
            && sent.iter().skip(1).all(|sent| !sent.contains_key("status"))
        {
            return Vec::new();
        }
        let buffer_of = |id: &Uuid| {
            let stands = self.ledger.row("services", *id).map_or(0, |row| buffer_in(&row.columns));
            self.services.get(id).copied().unwrap_or_default().max(stands)
        };
        let buffer = self.services_of(visit, sent).iter().map(buffer_of).max().unwrap_or(0).saturating_mul(MINUTE);
        let mut place: [Value; 3] = PLACE.map(|column| known.map_or(Value::Null, |row| row.value(column).clone()));
        let mut places = Vec::with_capacity(sent.len() + 1);
        let add = |places: &mut Vec<Place>, [staff, from, until]: &[Value; 3]| {
            let staff = staff.as_str().and_then(|id| Uuid::parse_str(id).ok());
            if let (Some(staff), Some(from), Some(until)) = (staff, from.as_i64(), until.as_i64()) {
                places.push(Place { staff, from, until: until.saturating_add(buffer) });
            }
        };
        add(&mut places, &place);
        for sent in sent.iter().filter(|sent| PLACE.iter().any(|column| sent.contains_key(column))) {
            for (said, column) in place.iter_mut().zip(PLACE) {
                if let Some(value) = sent.get(column) {
                    *said = value.clone();
                }
            }
            add(&mut places, &place);
        }
        places
    }
}

/// What says where a visit stands.
const PLACE: [&str; 3] = ["staff_id", "starts_at", "ends_at"];

/// Where a visit stands: with whom, and from when until when its time is taken, in Unix milliseconds.
struct Place {
    staff: Uuid,
    from: i64,
    until: i64,
}

/// Who wrote which register: register → [clock, number, replica].
fn written(clocks: &Value) -> Result<Vec<(Name, Stamp)>, DbError> {
    let unfit = || DbError::Value("clocks that cannot be read".to_owned());
    let members = clocks.as_object().ok_or_else(unfit)?;
    members
        .iter()
        .map(|(register, stamp)| {
            let clock = Clock(stamp[0].as_i64().ok_or_else(unfit)?);
            let replica = stamp[2].as_str().and_then(|id| Uuid::parse_str(id).ok()).ok_or_else(unfit)?;
            Ok((register.into(), Stamp { clock, seq: stamp[1].as_i64().ok_or_else(unfit)?, replica }))
        })
        .collect()
}

/// The same, to be kept.
pub(super) fn clocks(row: &Row) -> Value {
    let members = row.written.iter().map(|(register, stamp)| {
        (
            register.to_string(),
            Value::Array(vec![Value::from(stamp.clock.0), Value::from(stamp.seq), Value::String(stamp.replica.to_string())]),
        )
    });
    Value::Object(members.collect())
}
