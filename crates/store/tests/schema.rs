//! The schema on a real file: every table and column of the five documents the product comes from has a home in it.
#![allow(clippy::print_stderr, reason = "what is skipped is said aloud")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use petrel_domain::manifest;
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};

/// The map: document, table, column, what became of it, where.
fn seed_map() -> Vec<[String; 5]> {
    let mut reader = csv::Reader::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/seed-map.csv")).unwrap();
    reader.deserialize().map(|line| line.unwrap()).collect()
}

/// The columns of every table, as SQLite tells them.
fn catalog() -> BTreeMap<String, BTreeSet<String>> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&OpenOptions::new(folder.path().join("clinic.petrel"), FileKey::from_bytes([1; 32]))).unwrap();
    store
        .read(|db| {
            let sql = "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";
            let mut statement = db.prepare(sql)?;
            let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for column in statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
                let (table, column) = column?;
                tables.entry(table).or_default().insert(column);
            }
            Ok(tables)
        })
        .unwrap()
}

#[test]
fn every_column_of_the_seeds_has_a_home_in_the_catalog() {
    let catalog = catalog();
    let mut holes = Vec::new();
    for [document, table, column, kind, home] in seed_map() {
        let found = match kind.as_str() {
            "column" | "row" => in_catalog(&catalog, &home) && has_column(&catalog, &home, "deleted_at"),
            "derived" => in_catalog(&catalog, &home) && !has_column(&catalog, &home, "deleted_at"),
            // The hub's tables hold secrets and accounts; what is one file here is a clinic's rows there; free times are computed.
            "hub" => {
                home.starts_with("client_accounts.") || home.starts_with("client_sessions.") || home.starts_with("integration_secrets.")
            }
            "tenant" | "computed" => true,
            _ => false,
        };
        if !found {
            holes.push(format!("{document} {table}.{column}: {kind} {home}"));
        }
    }
    assert!(holes.is_empty(), "no home for:\n{}", holes.join("\n"));
}

fn in_catalog(catalog: &BTreeMap<String, BTreeSet<String>>, home: &str) -> bool {
    home.split_once('.').is_some_and(|(table, column)| catalog.get(table).is_some_and(|columns| columns.contains(column)))
}

fn has_column(catalog: &BTreeMap<String, BTreeSet<String>>, home: &str, column: &str) -> bool {
    home.split_once('.').is_some_and(|(table, _)| catalog.get(table).is_some_and(|columns| columns.contains(column)))
}

#[test]
fn every_replicated_table_carries_what_replication_needs() {
    for (table, columns) in catalog() {
        if columns.contains("deleted_at") {
            for column in ["id", "created_at", "updated_at"] {
                assert!(columns.contains(column), "{table}.{column}");
            }
        }
    }
}

#[test]
fn the_manifest_and_the_catalog_tell_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&OpenOptions::new(folder.path().join("clinic.petrel"), FileKey::from_bytes([1; 32]))).unwrap();
    let sql = "SELECT m.name, f.\"from\", f.\"table\" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
    let found: BTreeSet<(String, String, String)> = store
        .read(|db| Ok(db.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?))
        .unwrap();
    let told = manifest::REFERENCES.iter().map(|r| (r.table.to_owned(), r.column.to_owned(), r.parent.to_owned())).collect();
    assert_eq!(found, told);

    let catalog = catalog();
    let replicated: BTreeSet<&str> =
        catalog.iter().filter(|(_, columns)| columns.contains("deleted_at")).map(|(table, _)| table.as_str()).collect();
    assert_eq!(replicated, manifest::REPLICATED.iter().copied().collect());
    for (table, columns) in manifest::REGISTERS {
        assert!(columns.iter().all(|column| catalog[*table].contains(*column)), "{table} {columns:?}");
    }
    for retention in manifest::RETENTION {
        assert!(catalog[retention.table].contains(retention.since), "{retention:?}");
    }
    let own = |table: &str| {
        let is_shadow = table.starts_with("search_index_") || table == "refinery_schema_history" || table.starts_with("sqlite_");
        is_shadow || manifest::DERIVED.contains(&table) || manifest::DEVICE.contains(&table)
    };
    for (table, columns) in &catalog {
        assert_eq!(own(table), !columns.contains("deleted_at"), "{table} is replicated, derived or the desk's own");
    }
}

#[test]
fn every_id_of_something_else_is_told_in_the_manifest() {
    let known: BTreeSet<(&str, &str)> = (manifest::REFERENCES.iter().chain(manifest::LOOSE_REFERENCES))
        .map(|reference| (reference.table, reference.column))
        .chain(manifest::OPEN_IDS.iter().copied())
        .collect();
    let catalog = catalog();
    assert!(known.iter().all(|(table, column)| catalog[*table].contains(*column)));
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&OpenOptions::new(folder.path().join("clinic.petrel"), FileKey::from_bytes([1; 32]))).unwrap();
    // An id that is a BLOB is one of ours; the ids of other people's systems are texts.
    let sql = "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
               WHERE m.type = 'table' AND c.type = 'BLOB' AND c.name <> 'id' AND m.name IN (SELECT value FROM json_each(?1))";
    let tables = serde_json::to_string(manifest::REPLICATED).unwrap();
    let ids: Vec<(String, String)> = store
        .read(|db| Ok(db.prepare(sql)?.query_map([&tables], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?))
        .unwrap();
    assert!(ids.len() > 50, "only {} were read", ids.len());
    for (table, column) in &ids {
        assert!(known.contains(&(table.as_str(), column.as_str())), "{table}.{column}");
    }
}

/// What a list in a check costs, and that lists are still kept to (migration 12).
#[test]
fn no_check_makes_a_table_for_every_row_and_each_still_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&OpenOptions::new(folder.path().join("clinic.petrel"), FileKey::from_bytes([1; 32]))).unwrap();
    for table in manifest::REPLICATED {
        let steps: Vec<String> = store
            .read(|db| {
                let mut statement = db.prepare(&format!("EXPLAIN INSERT INTO {table} DEFAULT VALUES"))?;
                Ok(statement.query_map([], |row| row.get(1))?.collect::<Result<_, _>>()?)
            })
            .unwrap();
        assert!(steps.iter().any(|step| step == "Insert" || step == "IdxInsert"), "{table}: {steps:?}");
        assert!(!steps.iter().any(|step| step == "OpenEphemeral"), "a check on {table} makes a table for every row");
    }
    let insert = |source: &str| {
        let sql = "INSERT INTO clients (id, source, created_at, updated_at) VALUES (randomblob(16), ?1, 1, 1)";
        store.write(&Actor::program(), Action::CreateClient, |tx| Ok(tx.db().execute(sql, [source])?)).map(|saved| saved.value)
    };
    assert_eq!(insert("voice").unwrap(), 1);
    assert!(insert("fax").is_err_and(|error| error.to_string().contains("CHECK")));
}

/// The documents themselves, where they lie beside the project.
fn documents() -> Option<Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seeds");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: the five documents are not beside the project ({} is missing)", folder.display());
        return None;
    };
    let texts = entries.map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name().to_string_lossy()[..3].to_owned(), std::fs::read_to_string(entry.path()).unwrap())
    });
    Some(texts.collect())
}

#[test]
fn the_map_leaves_nothing_of_the_documents_out() {
    let Some(documents) = documents() else { return };
    let map = seed_map();
    let known: BTreeSet<_> = map.iter().map(|[document, table, column, ..]| (document.clone(), table.clone(), column.clone())).collect();
    let mut missing = Vec::new();
    for (document, text) in &documents {
        let found = match document.as_str() {
            "002" | "004" => columns_of_statements(text),
            "003" => columns_of_lists(text),
            _ => columns_of_boxes(text, &map, document),
        };
        assert!(found.len() > 20, "{document}: only {} columns were read", found.len());
        missing.extend(found.into_iter().map(|(table, column)| (document.clone(), table, column)).filter(|key| !known.contains(key)));
    }
    assert!(missing.is_empty(), "not in the map: {missing:#?}");
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// `CREATE TABLE name (` … `column TYPE`.
fn columns_of_statements(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut table = None;
    for line in text.lines() {
        if let Some(rest) = line.trim().strip_prefix("CREATE TABLE ") {
            table = rest.split_whitespace().next().filter(|name| is_name(name)).map(str::to_owned);
        } else if line.trim_end() == ");" {
            table = None;
        } else if let (Some(table), Some(word)) = (&table, line.split_whitespace().next())
            && line.starts_with(' ')
            && is_name(word)
            && line.split_whitespace().nth(1).is_some_and(|kind| kind.starts_with(|c: char| c.is_ascii_uppercase()))
        {
            found.push((table.clone(), word.to_owned()));
        }
    }
    found
}

/// `### table`, then "- `column`: …".
fn columns_of_lists(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut table = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            name.clone_into(&mut table);
        } else if let Some(column) = line.trim().strip_prefix("- `").and_then(|rest| rest.split_once("`:")).map(|(column, _)| column)
            && is_name(&table)
            && is_name(column)
        {
            found.push((table.clone(), column.to_owned()));
        }
    }
    found
}

/// Drawings: a word with an underscore between box lines is a table's name or a column of one of the document's tables.
fn columns_of_boxes(text: &str, map: &[[String; 5]], document: &str) -> Vec<(String, String)> {
    let of_document: Vec<_> = map.iter().filter(|entry| entry[0] == document).collect();
    let words =
        text.lines().filter(|line| line.contains('│')).flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')));
    let names: BTreeSet<_> = words.filter(|word| word.contains('_') && is_name(word) && !word.starts_with('_')).collect();
    let values = ["one_time", "past_due"];
    names
        .into_iter()
        .filter(|name| !values.contains(name) && !of_document.iter().any(|entry| entry[1] == *name))
        .map(|name| {
            let home = of_document.iter().find(|entry| entry[2] == name);
            (home.map_or_else(|| "(drawn)".to_owned(), |entry| entry[1].clone()), name.to_owned())
        })
        .collect()
}
