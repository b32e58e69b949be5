//! An import, against bare inserts of the same rows.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use petrel_domain::desk::BadRowWords;
use petrel_store::{Actor, FileKey, OpenOptions, Store};
use rusqlite::params;
use uuid::Uuid;

use crate::Bench;
use crate::measure::{Figures, Line};

/// The key of the files that are written into.
const KEY: [u8; 32] = [9; 32];

/// How often it is imported; the middle one counts.
const TIMES: usize = 3;

pub fn lines(bench: &Bench) -> Vec<Line> {
    let csv = bench.folder.path().join("clients.csv");
    std::fs::write(&csv, rows(bench.import_rows)).expect("the CSV can be written");
    let (ours, limit): (Vec<_>, Vec<_>) = (0..TIMES).map(|_| (imported(bench, &csv), inserted(bench, &csv))).unzip();
    let (ours, limit) = (Figures::of(ours), Figures::of(limit));
    let per_second = bench.import_rows as f64 / ours.p50.as_secs_f64();
    vec![Line {
        name: "import a CSV of clients and pets",
        ours,
        limit: Some(limit),
        limit_name: "the same rows by bare inserts",
        target: format!("30,000 rows/s: {per_second:.0}"),
        is_reached: per_second >= 30_000.0,
    }]
}

/// How long an import into an empty clinic takes.
fn imported(bench: &Bench, csv: &Path) -> Duration {
    let (store, actor) = (empty_clinic(bench, "import.petrel"), Actor::program());
    let plan = store.preview_import(&actor, &csv.to_string_lossy(), None).expect("a preview").plan;
    let start = Instant::now();
    let report = store.run_import(&actor, &plan, &BadRowWords::default(), &|_| {}, &AtomicBool::new(false)).expect("the import runs");
    let took = start.elapsed();
    assert_eq!(report.clients as usize, bench.import_rows, "every row is imported");
    took
}

/// How long the same rows take by bare inserts.
fn inserted(bench: &Bench, csv: &Path) -> Duration {
    drop(empty_clinic(bench, "bare-import.petrel"));
    let bare = crate::bare::open(&bench.folder.path().join("bare-import.petrel"), &hex::encode(KEY));
    let start = Instant::now();
    insert(&bare, csv);
    start.elapsed()
}

fn rows(count: usize) -> String {
    let mut csv = String::from("First Name,Last Name,Email,Phone,Address,Pet Name,Species,Breed,Date of Birth,Weight\n");
    for n in 0..count {
        let line = writeln!(
            csv,
            "First{n},Last{n},client{n}@example.com,+1415{:07},{n} Main Street,Pet{n},Dog,Beagle,2020-{:02}-{:02},{} kg",
            2_000_000 + n,
            n % 12 + 1,
            n % 28 + 1,
            n % 40 + 1
        );
        line.expect("text can be written into a string");
    }
    csv
}

fn empty_clinic(bench: &Bench, name: &str) -> Store {
    let path = bench.folder.path().join(name);
    for beside in ["", "-wal", "-shm"] {
        // What the time before left.
        let _ = std::fs::remove_file(format!("{}{beside}", path.display()));
    }
    let store = Store::open(&OpenOptions::new(path, FileKey::from_bytes(KEY))).expect("a new file");
    let clinic = |tx: &mut petrel_store::Tx<'_>| {
        let sql = "INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (?1, 'Bench', 'America/New_York', ?2, ?2)";
        tx.db().execute(sql, params![tx.new_id().as_bytes(), tx.now().0])?;
        Ok(())
    };
    store.write(&Actor::program(), petrel_store::Action::CreateClinic, clinic).expect("a clinic");
    store
}

fn insert(db: &rusqlite::Connection, csv: &Path) {
    let mut reader = csv::Reader::from_path(csv).expect("the CSV opens");
    db.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
    for record in reader.records() {
        let record = record.expect("a row");
        let (client, pet) = (Uuid::now_v7(), Uuid::now_v7());
        let sql = "INSERT INTO clients (id, first_name, last_name, email, phone, address, source, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'csv', 1, 1)";
        db.prepare_cached(sql)
            .expect("an insert")
            .execute(params![client.as_bytes(), &record[0], &record[1], &record[2], &record[3], &record[4]])
            .expect("a row");
        let sql = "INSERT INTO pets (id, client_id, name, species, breed, born_on, weight_grams, created_at, updated_at) VALUES (?1, ?2, ?3, 'dog', ?4, ?5, 1000, 1, 1)";
        db.prepare_cached(sql)
            .expect("an insert")
            .execute(params![pet.as_bytes(), client.as_bytes(), &record[5], &record[7], &record[8]])
            .expect("a row");
    }
    db.execute_batch("COMMIT").expect("a commit");
}
