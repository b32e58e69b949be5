//! Row 13: backups are made while the clinic is written to, and put back. Each is equal, row by row, to the clinic as it was after one of its
//! transactions, and says itself which.

use std::collections::BTreeMap;
use std::sync::mpsc;

use anyhow::{Result, ensure};
use petrel_domain::{Clock, SystemClock};
use petrel_store::{Action, Actor, Backups, Kept, KeyFile, Store, check_file, restore};
use rusqlite::params;
use uuid::Uuid;

use super::desk::read_key;
use super::killed_desk::{KEY, founded, open};
use super::rot::content;
use super::{Ground, Tally, Wrong};
use crate::edits::edit;

/// Clients of the load: their number, name and notes.
type Load = BTreeMap<i64, (String, Option<String>)>;

/// How many transactions are written beside each backup.
const LOAD: u32 = 150;

pub(super) fn trial(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let mut rng = ground.rng();
    let folder = crate::fast_folder()?;
    let path = folder.path().join("clinic.petrel");
    let key = read_key(KEY)?;
    let store = founded(&path, &mut rng)?;
    for _ in 0..200 {
        edit(&store, &mut rng)?;
    }
    let (base, before) = (store.transactions()?, without_load(&store)?);
    let key_file = KeyFile::new(Uuid::nil(), Kept::File);
    let (load_on, loads) = mpsc::channel();
    let (mut least, mut most, mut beside) = (i64::MAX, 0, 0);
    let written = std::thread::scope(|scope| -> Result<i64> {
        let load = scope.spawn(|| put_under_load(&store, loads));
        let mut restored = || -> Result<()> {
            let backups = Backups::of(&path);
            for cycle in 0..cycles {
                tally.cycles += 1;
                // Not without an end: the clinic would grow faster than it can be copied.
                load_on.send(LOAD)?;
                let at_least = store.transactions()?;
                let Some(backup) = tally.must(Wrong::Stuck, backups.make(&store, &key, &key_file).map_err(Into::into)) else { continue };
                beside += u64::from(store.transactions()? > at_least);
                if !backup.is_verified {
                    tally.find(Wrong::Unclear, "a backup that does not count as verified");
                }
                let target = folder.path().join(format!("restored-{cycle}.petrel"));
                let put_back = restore(std::path::Path::new(&backup.path), Some(&key), &key_file, &target, "drill", SystemClock.now());
                if tally.must(Wrong::Corrupt, put_back.map_err(Into::into)).is_none() {
                    continue;
                }
                tally.must(Wrong::Corrupt, check_file(&target, &key, true).map_err(Into::into));
                let Some(copy) = tally.must(Wrong::Corrupt, open(&target, &key)) else { continue };
                let n = copy.transactions()?;
                if n < at_least {
                    tally.find(Wrong::Lost, format!("a backup of {n} transactions, begun after {at_least}"));
                }
                (least, most) = (least.min(n - base), most.max(n - base));
                if without_load(&copy)? != before || loaded(&copy)? != expected(n - base) {
                    tally.find(Wrong::Differs, format!("the backup of transaction {n} is not the clinic of then"));
                }
                drop(copy);
                std::fs::remove_file(&target)?;
            }
            Ok(())
        };
        let result = restored();
        // Nobody asks for more: the load ends.
        drop(load_on);
        let written = load.join().map_err(|_| anyhow::anyhow!("the load panicked"))??;
        result.map(|()| written)
    })?;
    ensure!(loaded(&store)? == expected(written), "what is expected is not what is written");
    tally.note(format!("{written} transactions meanwhile, {beside} backups with some written beside them; the first backup holds {least} of them, the last {most}"));
    Ok(())
}

/// Writes as many transactions as are asked for, until nobody asks. What the nth transaction does follows from n alone. Answers how many there were.
fn put_under_load(store: &Store, loads: mpsc::Receiver<u32>) -> Result<i64> {
    let mut n = 0;
    for _ in loads.iter().flat_map(|load| 0..load) {
        n += 1;
        store.write(&Actor::program(), Action::CreateClient, |tx| {
            let sql = "INSERT INTO clients (id, first_name, last_name, created_at, updated_at) VALUES (?1, 'Loaded', ?2, 1, 1)";
            tx.db().execute(sql, params![load_id(n).as_bytes(), n.to_string()])?;
            let sql = "UPDATE clients SET notes = ?2, updated_at = ?3 WHERE id = ?1";
            tx.db().execute(sql, params![load_id(touched(n)).as_bytes(), n.to_string(), n])?;
            Ok(())
        })?;
    }
    Ok(n)
}

/// The client that the nth transaction makes.
fn load_id(n: i64) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(n.unsigned_abs()))
}

/// The client whose notes the nth transaction sets: any of those that there are.
fn touched(n: i64) -> i64 {
    (n.wrapping_mul(2_654_435_761) >> 7).rem_euclid(n) + 1
}

fn expected(transactions: i64) -> Load {
    let mut load = Load::new();
    for n in 1..=transactions {
        load.insert(n, ("Loaded".to_owned(), None));
        if let Some((_, notes)) = load.get_mut(&touched(n)) {
            *notes = Some(n.to_string());
        }
    }
    load
}

fn loaded(store: &Store) -> Result<Load> {
    Ok(store.read(|db| {
        let sql = "SELECT CAST(last_name AS INTEGER), first_name, notes FROM clients WHERE first_name = 'Loaded'";
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })?)
}

/// Every row that is not of the load.
fn without_load(store: &Store) -> Result<Vec<(String, Vec<String>)>> {
    let mut tables = content(store)?;
    tables.iter_mut().for_each(|(_, rows)| rows.retain(|row| !row.contains(&format!("{:?}", b"Loaded"))));
    Ok(tables)
}
