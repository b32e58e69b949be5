//! Row 14: bits flip in a file, and rows change behind the program's back. The first is found by the seal of each page and never read as if it were
//! right; the second by comparing with the hub, and made good.

use std::path::Path;

use anyhow::Result;
use petrel_domain::{RefusalCode, SystemClock};
use petrel_store::{Store, StoreError, check_file};
use petrel_sync::{compare, repair, round};

use super::desk::{read_key, write_numbered};
use super::killed_desk::{KEY, Town, founded, open};
use super::{Ground, Tally, Wrong};
use crate::edits::edit;

/// Every row of every table of a clinic.
type Content = Vec<(String, Vec<String>)>;

pub(super) fn bits(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let mut rng = ground.rng();
    let folder = crate::fast_folder()?;
    let path = folder.path().join("clinic.petrel");
    let key = read_key(KEY)?;
    let store = founded(&path, &mut rng)?;
    for n in 0..200 {
        write_numbered(&store, n)?;
        edit(&store, &mut rng)?;
    }
    let right = content(&store)?;
    drop(store);
    let whole = std::fs::read(&path)?;
    let (mut not_opened, mut read_with_error, mut not_touched) = (0, 0, 0);
    for _ in 0..cycles {
        tally.cycles += 1;
        let (at, bit) = (rng.usize(0..whole.len()), rng.u8(0..8));
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << bit;
        std::fs::write(&path, &flipped)?;
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.path().join(format!("clinic.petrel{suffix}")));
        }
        match check_file(&path, &key, false).map_err(|error| error.refusal().code) {
            Err(RefusalCode::Corrupt | RefusalCode::WrongKey) => {}
            Err(code) => tally.find(Wrong::Unclear, format!("byte {at}, bit {bit} is told as {code:?}")),
            Ok(()) => tally.find(Wrong::Corrupt, format!("byte {at}, bit {bit} is not found")),
        }
        // And who opens it all the same reads what is right, or an error.
        match open_and_read(&path) {
            Ok(read) if read == right => not_touched += 1,
            Ok(_) => tally.find(Wrong::Corrupt, format!("byte {at}, bit {bit} is read as if it were right")),
            Err((was_open, code)) => {
                if was_open {
                    read_with_error += 1
                } else {
                    not_opened += 1
                }
                if !matches!(code, RefusalCode::Corrupt | RefusalCode::WrongKey) {
                    tally.find(Wrong::Unclear, format!("byte {at}, bit {bit} is told as {code:?} when it is met"));
                }
            }
        }
    }
    tally.note(format!(
        "a file of {} pages; all found by the check; without it {not_opened} do not open, {read_with_error} fail when they are read, {not_touched} \
         lie where nothing was read",
        whole.len() / 4096
    ));
    Ok(())
}

fn open_and_read(path: &Path) -> Result<Content, (bool, RefusalCode)> {
    let refuse = |was_open: bool| move |error: StoreError| (was_open, error.refusal().code);
    let key = read_key(KEY).map_err(|_| (false, RefusalCode::Internal))?;
    let mut options = petrel_store::OpenOptions::new(path, key);
    options.readers = 1;
    let store = Store::open(&options).map_err(refuse(false))?;
    content(&store).map_err(refuse(true))
}

/// Every row of every replicated table, as text.
pub(super) fn content(store: &Store) -> Result<Content, StoreError> {
    store.read(|db| {
        let mut tables = Vec::new();
        for table in petrel_domain::manifest::REPLICATED {
            let mut statement = db.prepare(&format!("SELECT * FROM {table} ORDER BY id"))?;
            let width = statement.column_count();
            let rows = statement.query_map([], |row| {
                let values = (0..width).map(|place| Ok(format!("{:?}", row.get_ref(place)?)));
                Ok(values.collect::<rusqlite::Result<Vec<_>>>()?.join(" "))
            })?;
            tables.push(((*table).to_owned(), rows.collect::<Result<_, _>>()?));
        }
        Ok(tables)
    })
}

pub(super) fn divergence(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let town = Town::build()?;
    let mut rng = ground.rng();
    let folder = crate::fast_folder()?;
    let path = folder.path().join("desk.petrel");
    let (_, mut store, mut hub) = town.first_desk(&path, &mut rng)?;
    for _ in 0..60 {
        edit(&store, &mut rng)?;
    }
    town.agree(&store, &hub)?;
    let mut tables: Vec<&str> = Vec::new();
    for table in petrel_domain::manifest::REPLICATED {
        if !store.ids_of(table)?.is_empty() {
            tables.push(table);
        }
    }
    for cycle in 0..cycles {
        tally.cycles += 1;
        let right = content(&store)?;
        let table = tables[usize::try_from(cycle)? % tables.len()];
        drop((store, hub));
        change_behind(&path, table, &mut rng)?;
        store = open(&path, &read_key(KEY)?)?;
        hub = super::desk::hub_of(&store)?;
        town.runtime.block_on(async {
            round(&store, &hub, &SystemClock).await?;
            let told = compare(&store, &hub).await?;
            if told.as_deref() != Some(&[table.to_owned()]) {
                tally.find(Wrong::Differs, format!("a change in {table} is told as {told:?}"));
            }
            for table in told.unwrap_or_default() {
                repair(&store, &hub, &table).await?;
            }
            round(&store, &hub, &SystemClock).await?;
            anyhow::Ok(())
        })?;
        tally.must(Wrong::Differs, town.agree(&store, &hub));
        // What the hub does not have is kept as deleted until nothing refers to it, then it goes.
        if content(&store)? != right {
            tally.find(Wrong::Differs, format!("{table} is not as it was"));
        }
    }
    tally.note(format!("in {} tables: a value, a row that is gone, a row too many", tables.len()));
    Ok(())
}

/// Changes a value, removes a row, or adds one, past the program's door.
fn change_behind(path: &Path, table: &str, rng: &mut fastrand::Rng) -> Result<()> {
    let db = rusqlite::Connection::open(path)?;
    db.pragma_update(None, "key", format!("x'{KEY}'"))?;
    db.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
    db.pragma_update(None, "foreign_keys", false)?;
    let victim = format!("(SELECT id FROM {table} ORDER BY id LIMIT 1 OFFSET (SELECT abs(random()) % count(*) FROM {table}))");
    match rng.u8(0..3) {
        0 => db.execute(&format!("UPDATE {table} SET updated_at = updated_at + 1 WHERE id = {victim}"), [])?,
        1 => db.execute(&format!("DELETE FROM {table} WHERE id = {victim}"), [])?,
        _ => {
            let copy = format!(
                "CREATE TEMP TABLE copied AS SELECT * FROM {table} WHERE id = {victim}; UPDATE copied SET id = randomblob(16);
                 INSERT INTO {table} SELECT * FROM copied; DROP TABLE copied;"
            );
            db.execute_batch(&copy)?;
            1
        }
    };
    Ok(())
}
