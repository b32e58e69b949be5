//! What reads bytes that somebody else wrote, each by itself: the fuzzer calls these (`cargo xtask fuzz`), and so does a test of the normal suite.
//!
//! A decoder answers whether it understood. It panics where it contradicts itself; what it reads must never make it.

use std::sync::OnceLock;

use petrel_domain::replication::{Change, Columns, Kind, Ledger, Schema, judge};
use petrel_domain::{Millis, parse_zone};
use petrel_store::{Field, FileKey, OpenOptions, Store, decode_copy, outline_copy};
use uuid::Uuid;

/// Reads bytes; answers whether they were understood.
pub type Decoder = fn(&[u8]) -> bool;

/// All there are, by name.
pub const DECODERS: [(&str, Decoder); 7] =
    [("push", push), ("enrol", enrol), ("pulled", pulled), ("snapshot", snapshot), ("digest", digest), ("changes", changes), ("csv", csv)];

/// The present that clocks are judged by.
const NOW: Millis = Millis(1_795_651_200_000);

/// A file whose schema is the device's, and what it says of it.
fn device() -> &'static (Store, Schema) {
    static DEVICE: OnceLock<(Store, Schema)> = OnceLock::new();
    DEVICE.get_or_init(|| {
        let open = || -> anyhow::Result<_> {
            // The file goes with this block: what is read of it, its schema, is read by then.
            let folder = crate::fast_folder()?;
            let store = Store::open(&OpenOptions::new(folder.path().join("decoders.petrel"), FileKey::from_bytes([7; 32])))?;
            let schema = store.wire_schema();
            Ok((store, schema))
        };
        open().unwrap_or_else(|error| panic!("a file to read the schema of: {error:#}"))
    })
}

/// A push, as the hub reads it, and what the judge makes of it in an empty clinic.
fn push(bytes: &[u8]) -> bool {
    let Some(push) = petrel_hub::decoders::push(bytes) else { return false };
    let (_, schema) = device();
    let mut ledger = Ledger::default();
    let mut next = 1;
    for mut transaction in push.transactions {
        if let Ok(entries) = judge(&mut ledger, schema, &mut transaction, next, NOW) {
            assert!(!entries.is_empty(), "a transaction that did nothing was not refused");
            next += entries.len() as i64;
            for entry in entries {
                assert!(schema.tables.contains_key(entry.table.as_str()), "a row of an unknown table: {}", entry.table);
            }
        }
    }
    true
}

/// A request to be let in, and its code.
fn enrol(bytes: &[u8]) -> bool {
    let halves = petrel_hub::decoders::enrol(bytes);
    halves.inspect(|(handle, secret)| assert_eq!((handle.len(), secret.len()), (4, 8))).is_some()
}

/// A page of the log, as a desk reads it. What was read is written as it was.
fn pulled(bytes: &[u8]) -> bool {
    let Some(page) = petrel_sync::decoders::pulled(bytes) else { return false };
    let again = serde_json::to_vec(&page).ok().and_then(|bytes| petrel_sync::decoders::pulled(&bytes));
    assert!(again.as_ref() == Some(&page), "a page of the log that is not read as it is written");
    true
}

/// What a column may be of.
const KINDS: [Kind; 8] = [Kind::Id, Kind::Instant, Kind::Integer, Kind::Truth, Kind::Date, Kind::Time, Kind::Text, Kind::Json];

/// A page of a whole table. Before it stand how many columns there are, and of what kind each is: so a seed stays one, whatever columns come.
fn snapshot(bytes: &[u8]) -> bool {
    let Some((columns, rest)) = bytes.split_first() else { return false };
    let Some((kinds, page)) = rest.split_at_checked(usize::from(*columns)) else { return false };
    let kinds: Vec<Kind> = kinds.iter().map(|kind| KINDS[usize::from(*kind) % KINDS.len()]).collect();
    let counted = outline_copy(page).map(|outline| outline.rows);
    let read = decode_copy(page, &kinds, |fields| {
        assert_eq!(fields.len(), kinds.len());
        let ids = fields.iter().filter_map(|field| if let Field::Blob(id) = field { Some(id) } else { None });
        ids.for_each(|id| assert!(Uuid::from_slice(id).is_ok(), "an id of {} bytes", id.len()));
        Ok(())
    });
    // How many there are decides whether a table goes on; it is counted without looking at what they say.
    read.is_ok_and(|rows| {
        assert_eq!(Some(rows), counted);
        true
    })
}

/// Counts and hashes of the hub's tables, as a desk reads them.
fn digest(bytes: &[u8]) -> bool {
    petrel_sync::decoders::digest(bytes).is_some()
}

/// A row of the outbox: what stands before the first line's end goes with the changeset after it, as JSON.
fn changes(bytes: &[u8]) -> bool {
    let (store, schema) = device();
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return false };
    let Ok(registers) = std::str::from_utf8(&bytes[..end]) else { return false };
    let registers = Some(registers).filter(|text| !text.is_empty());
    let Ok(changes) = petrel_store::decoders::changes(store, &bytes[end + 1..], registers) else { return false };
    let from_changeset = |change: &&Change| schema.tables.contains_key(change.table.as_str());
    for Change { table, columns, .. } in changes.iter().filter(from_changeset) {
        assert!(is_known(schema, table, columns) || registers.is_some(), "a column that {table} does not have");
    }
    true
}

fn is_known(schema: &Schema, table: &str, columns: &Columns) -> bool {
    schema.tables.get(table).is_some_and(|table| columns.keys().all(|name| table.column(name).is_some()))
}

/// A file of clients and pets, as an import reads it. Every record becomes a row or a reason why not.
fn csv(bytes: &[u8]) -> bool {
    let today = parse_zone("Europe/Berlin").map(|zone| NOW.utc().with_timezone(&zone).date_naive());
    let Ok(today) = today else { return false };
    let Ok((records, rows, bad)) = petrel_store::decoders::csv(bytes, "de-DE", today) else { return false };
    assert_eq!(records, rows + bad, "a record that came to nothing");
    true
}
