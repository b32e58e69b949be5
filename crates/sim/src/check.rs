//! What must be true when everything is quiet.

use std::collections::{HashMap, HashSet};

use anyhow::{Result, bail};
use petrel_domain::replication::{Entry, Ledger, Logged, Maker, Schema, judge};
use petrel_store::Store;
use petrel_sync::{Digest, Parcel};
use rusqlite::types::Value;
use uuid::Uuid;

use crate::faults::Wire;

/// What was found wrong, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Desks that differ from the hub.
    pub diverged: usize,
    /// Transactions that were acknowledged and are not in the log, or wait nowhere.
    pub lost: usize,
    /// Transactions that still wait when nothing moves any more, and desks that were never done.
    pub stuck: usize,
    /// Transactions that are in the log more than once.
    pub duplicated: usize,
    /// Values that somebody wrote, and the log says neither that they stand nor that they lost.
    pub untold: usize,
    /// Values that stand though another should have won.
    pub misjudged: usize,
    /// Visits that stand where nobody put them.
    pub misplaced: usize,
    /// Visits that clash and are not said to, or are said to and do not.
    pub misflagged: usize,
}

impl Findings {
    /// Whether nothing was.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

impl std::ops::AddAssign for Findings {
    fn add_assign(&mut self, more: Self) {
        let Self { diverged, lost, stuck, duplicated, untold, misjudged, misplaced, misflagged } = more;
        self.diverged += diverged;
        self.lost += lost;
        self.stuck += stuck;
        self.duplicated += duplicated;
        self.untold += untold;
        self.misjudged += misjudged;
        self.misplaced += misplaced;
        self.misflagged += misflagged;
    }
}

impl std::fmt::Display for Findings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { diverged, lost, stuck, duplicated, untold, misjudged, misplaced, misflagged } = self;
        write!(f, "{diverged} diverged, {lost} lost, {stuck} stuck, {duplicated} duplicated, {untold} untold, {misjudged} misjudged, ")?;
        write!(f, "{misplaced} misplaced, {misflagged} misflagged")
    }
}

/// Every transaction that was promised is in the log; nothing is there twice; no number is left out.
pub(crate) fn transactions(log: &[Logged], wire: &Wire, findings: &mut Findings) -> Result<()> {
    let mut times: HashMap<(Uuid, i64), usize> = HashMap::new();
    for logged in log {
        *times.entry((logged.replica, logged.n)).or_default() += 1;
    }
    findings.duplicated += times.values().filter(|times| **times > 1).count();
    findings.lost += wire.promised.iter().filter(|key| !times.contains_key(*key)).count();
    let mut expected = 1;
    for logged in log {
        if logged.first_seq != expected {
            bail!("the log has a gap before {}", logged.first_seq);
        }
        expected = logged.last_seq + 1;
    }
    Ok(())
}

/// A hub that reads of its clinic what it takes a transaction to need came to what one that has all of it in memory comes to.
pub(crate) fn judged_over_all(log: &[Logged], wire: &Wire, schema: &Schema) -> Result<()> {
    let pushes = wire.late.iter().filter_map(|parcel| if let Parcel::Open(push) = parcel { Some(push) } else { None });
    let sent: HashMap<_, _> = pushes.flat_map(|push| &push.transactions).map(|one| ((one.replica, one.n, one.mark), one)).collect();
    let of_the_hub = |entry: &&Entry| entry.maker != Maker::Desk;
    let mut ledger = Ledger::default();
    for logged in log {
        let key = (logged.replica, logged.n, logged.mark);
        let Some(mut transaction) = sent.get(&key).map(|sent| (*sent).clone()) else { bail!("{key:?} was never sent") };
        // Set back already, where it was ahead.
        transaction.clock = logged.clock;
        let entries = judge(&mut ledger, schema, &mut transaction, logged.first_seq, logged.clock.millis())?;
        let priors = |entries: &[Entry]| entries.iter().map(|entry| entry.prior).collect::<Vec<_>>();
        let is_same =
            priors(&entries) == priors(&logged.entries) && entries.iter().filter(of_the_hub).eq(logged.entries.iter().filter(of_the_hub));
        if !is_same {
            bail!("{key:?} was judged otherwise over all rows: {entries:?}, not {:?}", logged.entries);
        }
    }
    Ok(())
}

/// A desk has what the hub has.
pub(crate) fn agrees(store: &Store, (head, theirs): &Digest) -> Result<bool> {
    Ok(store.digest()?.is_some_and(|(cursor, mine)| cursor == *head && mine == *theirs))
}

/// The rows in which a desk and the hub differ, a line each: for whoever replays a seed.
#[expect(clippy::print_stdout, reason = "said to whoever replays a seed")]
pub(crate) async fn tell(place: usize, store: &Store, hub: &impl petrel_sync::Hub) -> Result<()> {
    for (table, schema) in store.wire_schema().tables {
        let ids = store.ids_of(&table)?;
        for (id, theirs) in hub.rows(&table, &ids).await? {
            let mine = store.row_as_sent(&table, id)?;
            for column in schema.columns() {
                let value = |row: &Option<petrel_domain::replication::Columns>| {
                    row.as_ref().and_then(|row| row.get(&column.name).cloned()).unwrap_or_default()
                };
                if value(&mine) != value(&theirs) {
                    println!("desk {place}: {table} {id} {}: {} here, {} at the hub", column.name, value(&mine), value(&theirs));
                }
            }
        }
    }
    let rows: Vec<String> = store.read(|db| {
        let mut statement =
            db.prepare("SELECT n, hex(replica_id), action, sent_at, last_seq, row_count, mark, seen FROM outbox ORDER BY n")?;
        let rows = statement.query_map([], |row| {
            Ok(format!(
                "{} {} {} sent {:?} seq {:?} rows {} mark {} seen {}",
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, Option<i64>>(3)?,
                row.get::<_, Option<i64>>(4)?,
                row.get::<_, i64>(5)?,
                row.get::<_, i64>(6)?,
                row.get::<_, i64>(7)?
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    })?;
    rows.iter().for_each(|row| println!("desk {place} outbox: {row}"));
    for rejected in store.rejected()? {
        println!("desk {place} rejected {} {}", rejected.n, rejected.reason);
    }
    let state = store.local_hub()?;
    println!("desk {place}: cursor {} of {}, {} waiting", state.cursor, state.head, state.waiting);
    Ok(())
}

/// The log, a line an entry.
#[expect(clippy::print_stdout, reason = "said to whoever replays a seed")]
pub(crate) fn tell_log(log: &[Logged]) {
    for logged in log {
        for (seq, entry) in (logged.first_seq..).zip(&logged.entries) {
            let lost: Vec<_> = entry.lost.iter().map(|lost| format!("{} {} of {}", lost.column, lost.value, lost.seq)).collect();
            println!(
                "{seq} {} n {} clock {:?} sent {:?} {} {} {:?} lost {lost:?} {:?}",
                logged.replica,
                logged.n,
                logged.clock.millis(),
                logged.sent_clock.map(|of| of.millis()),
                entry.table,
                entry.id,
                entry.columns,
                entry.maker
            );
        }
    }
}

#[expect(clippy::print_stdout, reason = "said to whoever replays a seed")]
fn tell_rows(store: &Store, sql: &str) -> Result<()> {
    let rows: Vec<Vec<Value>> = store.read(|db| {
        let mut statement = db.prepare(sql)?;
        let width = statement.column_count();
        let rows = statement.query_map([], |row| (0..width).map(|place| row.get(place)).collect())?;
        Ok(rows.collect::<Result<_, _>>()?)
    })?;
    rows.iter().for_each(|row| println!("{row:?}"));
    Ok(())
}

/// No visit stands where nobody put it: its colleague, start and end were written together, by somebody.
pub(crate) fn places(store: &Store, log: &[Logged]) -> Result<usize> {
    let column = |columns: &petrel_domain::replication::Columns, name: &str| columns.get(name).map(ToString::to_string);
    let mut written: HashSet<(Uuid, String, String)> = HashSet::new();
    for logged in log {
        for (seq, entry) in
            (logged.first_seq..).zip(&logged.entries).filter(|(_, entry)| entry.table == "appointments" && entry.maker == Maker::Desk)
        {
            // Where this desk's place lost, what the entry says stands was put there by somebody before.
            let is_lost =
                entry.lost.iter().any(|lost| lost.seq == seq && ["staff_id", "starts_at", "ends_at"].contains(&lost.column.as_str()));
            let value = |name: &str| column(&entry.columns, name);
            if let (Some(staff), Some(starts), Some(_), false) = (value("staff_id"), value("starts_at"), value("ends_at"), is_lost) {
                written.insert((entry.id, staff, starts));
            }
        }
    }
    store
        .read(|db| {
            let mut statement = db.prepare("SELECT id, staff_id, starts_at FROM appointments")?;
            let rows =
                statement.query_map([], |row| Ok((Uuid::from_bytes(row.get(0)?), Uuid::from_bytes(row.get(1)?), row.get::<_, i64>(2)?)))?;
            let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
            let lost = rows.into_iter().filter(|(id, staff, starts)| !written.contains(&(*id, format!("\"{staff}\""), starts.to_string())));
            Ok(lost.count())
        })
        .map_err(Into::into)
}

/// Of every two visits that take one colleague's one time, one is flagged; nothing else is.
pub(crate) fn clashes(store: &Store) -> Result<usize> {
    let open = "a.deleted_at IS NULL AND NOT a.is_overbooked AND a.status NOT IN ('cancelled', 'no_show', 'rescheduled', 'completed')";
    let other = open.replace("a.", "b.");
    let meets =
        format!("a.staff_id = b.staff_id AND a.id <> b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at AND {open} AND {other}");
    let untold = format!(
        "SELECT count(*) FROM appointments a JOIN appointments b ON {meets} WHERE a.clash_with_id IS NULL AND b.clash_with_id IS NULL"
    );
    let wrong = format!(
        "SELECT count(*) FROM appointments a WHERE a.clash_with_id IS NOT NULL AND a.deleted_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM appointments b WHERE b.id = a.clash_with_id AND {meets})"
    );
    if std::env::var_os("PETREL_SIM_TELL").is_some() {
        for sql in [&untold, &wrong] {
            let sql = sql.replacen("count(*)", "hex(a.id), a.starts_at, a.ends_at, hex(a.staff_id), a.status, hex(a.clash_with_id)", 1);
            tell_rows(store, &sql)?;
        }
    }
    let count = |sql: &str| -> Result<usize> { Ok(store.read(|db| Ok(db.query_row(sql, [], |row| row.get::<_, u32>(0))?))? as usize) };
    Ok(count(&untold)? + count(&wrong)?)
}

/// Derived tables are as a rebuild makes them, and every reference leads somewhere.
pub(crate) fn derived(store: &Store) -> Result<()> {
    let tables = ["client_stats", "daily_stats", "hourly_stats", "list_stats"];
    let dump = |store: &Store| -> Result<Vec<Vec<Value>>> {
        Ok(store.read(|db| {
            let mut all = Vec::new();
            for table in tables {
                let mut statement = db.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
                let width = statement.column_count();
                let rows = statement.query_map([], |row| (0..width).map(|place| row.get(place)).collect::<Result<Vec<Value>, _>>())?;
                all.extend(rows.collect::<Result<Vec<_>, _>>()?);
            }
            Ok(all)
        })?)
    };
    let kept = dump(store)?;
    store.rebuild_derived()?;
    let made = dump(store)?;
    if let Some((kept, made)) = kept.iter().zip(&made).find(|(kept, made)| kept != made) {
        bail!("derived tables differ from a rebuild: {kept:?} was kept, {made:?} was made");
    }
    if kept.len() != made.len() {
        bail!("derived tables differ from a rebuild: {} rows were kept, {} were made", kept.len(), made.len());
    }
    let broken: bool = store.read(|db| Ok(db.prepare("PRAGMA foreign_key_check")?.exists([])?))?;
    if broken {
        bail!("a reference leads nowhere");
    }
    Ok(())
}
