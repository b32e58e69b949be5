//! The desk under load: a clinic of 100,000 clients, 150,000 pets and 1,000,000 visits, each question held against the same rows read or
//! written by bare SQL on the same file in the same run.
//!
//! `cargo xtask bench` runs it; `--file FILE --key FILE` names the clinic's file (made by `cargo xtask demo`), `--json FILE` writes the figures,
//! `--quick` takes fewer samples.

#![allow(missing_docs, reason = "a program, not a library")]

mod bare;
mod import;
mod measure;
mod reads;
mod slots;
mod writes;

use std::path::PathBuf;

use petrel_store::{FileKey, OpenOptions, Store};

/// One part of the table.
type Part = fn(&Bench) -> Vec<measure::Line>;

/// What the command line says.
struct Plan {
    file: PathBuf,
    key: PathBuf,
    json: Option<PathBuf>,
    samples: usize,
    import_rows: usize,
    /// One part alone: reads, slots, writes or import.
    only: Option<String>,
}

/// The clinic under load, on a copy, so that the next run finds the file as it was.
pub struct Bench {
    pub store: Store,
    /// The same file through bare SQL.
    pub bare: rusqlite::Connection,
    /// The key in hexadecimal digits.
    pub key: String,
    pub folder: tempfile::TempDir,
    pub samples: usize,
    pub import_rows: usize,
}

fn main() {
    let plan = plan(std::env::args().skip(1));
    let bench = open(&plan);
    let parts: [(&str, Part); 4] = [("reads", reads::lines), ("slots", slots::lines), ("writes", writes::lines), ("import", import::lines)];
    let wanted = parts.iter().filter(|(name, _)| plan.only.as_deref().is_none_or(|only| only == *name));
    let lines: Vec<_> = wanted.flat_map(|(_, measure)| measure(&bench)).collect();
    measure::print(&lines);
    if let Some(path) = plan.json {
        std::fs::write(path, measure::json(&lines).to_string()).expect("the figures can be written");
    }
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Plan {
    let mut plan = Plan {
        file: "out/bench/clinic.petrel".into(),
        key: "out/bench/clinic.petrel.hex".into(),
        json: None,
        samples: 1000,
        import_rows: 100_000,
        only: None,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || PathBuf::from(arguments.next().unwrap_or_else(|| panic!("{argument} wants a value")));
        match argument.as_str() {
            "--file" => plan.file = value(),
            "--key" => plan.key = value(),
            "--json" => plan.json = Some(value()),
            "--only" => plan.only = Some(value().to_string_lossy().into_owned()),
            "--quick" => (plan.samples, plan.import_rows) = (100, 10_000),
            // What `cargo bench` itself adds.
            "--bench" => {}
            other => panic!("unknown argument {other}"),
        }
    }
    plan
}

fn open(plan: &Plan) -> Bench {
    let folder = tempfile::tempdir_in(plan.file.parent().expect("the file lies in a folder")).expect("a folder beside the file");
    let path = folder.path().join("clinic.petrel");
    std::fs::copy(&plan.file, &path).unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask bench` makes it", plan.file.display()));
    let text = std::fs::read_to_string(&plan.key).expect("the key lies beside the file");
    let mut key = [0; 32];
    hex::decode_to_slice(text.trim(), &mut key).expect("the key is 64 hexadecimal digits");
    let bare = bare::open(&path, &hex::encode(key));
    let store = Store::open(&OpenOptions::new(&path, FileKey::from_bytes(key))).expect("the clinic's file opens");
    Bench { store, bare, key: hex::encode(key), folder, samples: plan.samples, import_rows: plan.import_rows }
}
