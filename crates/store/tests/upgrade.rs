//! Files of older schemas are brought up to date, with all that is in them.
//!
//! Each of `fixtures` was made by `petrel-demo --clients 8 --pets 12 --visits 60 --years 1 --seed 8` when the migration in its name was the newest,
//! and is never made anew. When a migration is added, a file of the schema before it joins them.

use std::path::{Path, PathBuf};

use petrel_domain::Millis;
use petrel_store::{Backups, FileKey, Kept, KeyFile, OpenOptions, Store, check_file, restore};
use rusqlite::types::Value;

/// A copy of a frozen file, and its key.
fn frozen(name: &str) -> (PathBuf, FileKey, tempfile::TempDir) {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clinic.petrel");
    std::fs::copy(format!("{fixtures}/{name}.petrel"), &path).unwrap();
    let hexadecimal = std::fs::read_to_string(format!("{fixtures}/{name}.key")).unwrap();
    let key = FileKey::from_bytes(hex::decode(hexadecimal.trim()).unwrap().try_into().unwrap());
    (path, key, folder)
}

/// Opens a copy of a frozen file, which migrates it.
fn upgraded(name: &str) -> (Store, FileKey, tempfile::TempDir) {
    let (path, key, folder) = frozen(name);
    (Store::open(&OpenOptions::new(&path, key.clone())).unwrap(), key, folder)
}

fn rows(store: &Store, sql: &str) -> Vec<Vec<Value>> {
    store
        .read(|db| {
            let mut statement = db.prepare(sql)?;
            let width = statement.column_count();
            let rows = statement.query_map([], |row| (0..width).map(|place| row.get(place)).collect())?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap()
}

const FROZEN: [&str; 3] = ["v0008", "v0017", "v0018"];

#[test]
fn a_file_of_an_older_schema_has_all_its_rows_and_the_schema_of_a_new_one() {
    FROZEN.iter().for_each(|name| check_upgraded(name));
}

fn check_upgraded(name: &str) {
    let (store, key, folder) = upgraded(name);
    for (table, count) in [("clinics", 1), ("clients", 8), ("pets", 12)] {
        assert_eq!(rows(&store, &format!("SELECT count(*) FROM {table}")), [[Value::Integer(count)]], "{table}");
    }
    let visits = rows(&store, "SELECT count(*) FROM appointments");
    assert!(matches!(visits[0][0], Value::Integer(count) if count > 30), "{visits:?}");
    let new = Store::open(&OpenOptions::new(folder.path().join("new.petrel"), FileKey::from_bytes([1; 32]))).unwrap();
    let schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name";
    assert_eq!(rows(&store, schema), rows(&new, schema));
    // What the file held before is sent by the replica it was then, as soon as there is a hub.
    assert_eq!(rows(&store, "SELECT count(*) FROM outbox WHERE replica_id IS NULL"), [[Value::Integer(0)]]);
    for table in ["client_stats", "daily_stats", "hourly_stats"] {
        let all = format!("SELECT * FROM {table} ORDER BY 1, 2, 3");
        let kept = rows(&store, &all);
        store.rebuild_derived().unwrap();
        assert_eq!(kept, rows(&store, &all), "{table}");
    }
    let path = store.path().to_owned();
    drop(store);
    check_file(&path, &key, true).unwrap();
}

/// Before it is brought up to date a file is backed up, as it is.
#[test]
fn a_file_of_an_older_schema_is_backed_up_and_put_back() {
    FROZEN.iter().for_each(|name| check_put_back(name));
}

fn check_put_back(name: &str) {
    let (path, key, _folder) = frozen(name);
    let key_file = KeyFile::new(uuid::Uuid::from_u128(8), Kept::File);
    let backup = Backups::of(&path).make_of(&path, &key, &key_file, Millis(1_790_000_000_000)).unwrap();
    restore(Path::new(&backup.path), Some(&key), &key_file, &path, "replaced", Millis(1_790_000_001_000)).unwrap();
    let store = Store::open(&OpenOptions::new(&path, key)).unwrap();
    assert_eq!(rows(&store, "SELECT count(*) FROM clients"), [[Value::Integer(8)]]);
}
