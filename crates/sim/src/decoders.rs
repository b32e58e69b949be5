//! What reads bytes that somebody else wrote, each by itself: the fuzzer calls these (`cargo xtask fuzz`), and so does a test of the normal suite.
//!
//! A decoder answers whether it understood. It panics where it contradicts itself; what it reads must never make it.

use std::sync::OnceLock;

use petrel_domain::replication::{Change, Columns, Kind, Ledger, Maker, Schema, Transaction, judge};
use petrel_domain::{Millis, parse_zone};
use petrel_store::{Field, FileKey, OpenOptions, Store, decode_copy, outline_copy};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// Reads bytes; answers whether they were understood.
pub type Decoder = fn(&[u8]) -> bool;

/// All there are, by name: what a hub reads, then what a desk does.
pub const DECODERS: [(&str, Decoder); 19] = [
    ("push", push),
    ("enrol", enrol),
    ("renewal", renewal),
    ("ids", ids),
    ("query", query),
    ("blob", blob),
    ("pulled", pulled),
    ("pushed", |bytes| is_read_as_written(bytes, petrel_sync::decoders::pushed)),
    ("enrolled", |bytes| is_read_as_written(bytes, petrel_sync::decoders::enrolled)),
    ("tokens", |bytes| is_read_as_written(bytes, petrel_sync::decoders::tokens)),
    ("history", |bytes| is_read_as_written(bytes, petrel_sync::decoders::history)),
    ("devices", |bytes| is_read_as_written(bytes, petrel_sync::decoders::devices)),
    ("info", |bytes| is_read_as_written(bytes, petrel_sync::decoders::info)),
    ("problem", |bytes| is_read_as_written(bytes, petrel_sync::decoders::problem)),
    ("rows", |bytes| is_read_as_written(bytes, petrel_sync::decoders::rows)),
    ("snapshot", snapshot),
    ("digest", digest),
    ("changes", changes),
    ("csv", csv),
];

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

/// The replica that made the clinic in which pushes are judged, and another that has written in it since.
const MAKER: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00a1);
const OTHER: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00a2);

/// A clinic with something in it for a push to meet: a client whose note another desk wrote, one who was deleted with a pet, and two visits. Answers the
/// next number of the log, too.
fn clinic() -> &'static (Ledger, i64) {
    static CLINIC: OnceLock<(Ledger, i64)> = OnceLock::new();
    CLINIC.get_or_init(|| {
        let id = |last: u8| format!("01900000-0000-7000-8000-0000000000{last:02x}");
        let put = |table: &str, last: u8, columns: serde_json::Value| json!({ "table": table, "id": id(last), "columns": columns });
        let visit = |last: u8, starts: i64| {
            let columns = json!({
                "client_id": id(3), "pet_id": id(4), "staff_id": id(2), "starts_at": starts, "ends_at": starts + 1_800_000,
                "status": "confirmed", "created_at": 1, "updated_at": 1
            });
            put("appointments", last, columns)
        };
        let by_maker = json!([
            put("clinics", 1, json!({ "name": "Petrel Vets", "timezone": "Europe/Berlin", "created_at": 1, "updated_at": 1 })),
            put("staff", 2, json!({ "first_name": "Ada", "role": "owner", "created_at": 1, "updated_at": 1 })),
            put("clients", 3, json!({ "first_name": "Bo", "notes": "first", "created_at": 1, "updated_at": 1 })),
            put("pets", 4, json!({ "client_id": id(3), "name": "Rex", "created_at": 1, "updated_at": 1 })),
            put("clients", 5, json!({ "first_name": "Cy", "created_at": 1, "updated_at": 1 })),
            put("pets", 6, json!({ "client_id": id(5), "name": "Tom", "created_at": 1, "updated_at": 1 })),
            visit(7, 1_795_600_800_000),
            visit(8, 1_795_602_600_000),
        ]);
        let by_other = json!([
            put("clients", 3, json!({ "notes": "second", "phone": "+34600000000", "updated_at": 2 })),
            put("clients", 5, json!({ "deleted_at": 2, "updated_at": 2 })),
            put("pets", 6, json!({ "deleted_at": 2, "updated_at": 2 })),
        ]);
        let (mut ledger, mut next) = (Ledger::default(), 1);
        for (replica, changes, clock) in [(MAKER, by_maker, 1_795_500_000_000_i64), (OTHER, by_other, 1_795_560_000_000)] {
            let clock = (clock << 16).to_string();
            let said = json!({ "replica": replica, "n": 1, "clock": clock, "seen": next - 1, "changes": changes });
            let mut transaction: Transaction = serde_json::from_value(said).unwrap_or_else(|error| panic!("a transaction: {error}"));
            let judged = judge(&mut ledger, &device().1, &mut transaction, next, NOW);
            next += judged.unwrap_or_else(|reason| panic!("a clinic: {reason}")).len() as i64;
        }
        (ledger, next)
    })
}

/// A push, as the hub reads it, and what the judge makes of it in a clinic that others have written in. Every value that was sent stands or is listed as
/// lost, and what is refused leaves nothing behind.
fn push(bytes: &[u8]) -> bool {
    let Some(push) = petrel_hub::decoders::push(bytes) else { return false };
    let (_, schema) = device();
    let (mut ledger, mut next) = clinic().clone();
    for mut transaction in push.transactions {
        let judged = judge(&mut ledger, schema, &mut transaction, next, NOW);
        let named = transaction.changes.iter().filter(|change| schema.tables.contains_key(change.table.as_str()));
        let Ok(entries) = judged else {
            // Numbers from here on are nobody's: what was refused wrote nothing by one of them.
            let stands = named.filter_map(|change| ledger.row(&change.table, change.id));
            stands.for_each(|row| assert!(row.seq < next, "a transaction that was refused left something behind"));
            continue;
        };
        assert!(!entries.is_empty(), "a transaction that did nothing was not refused");
        let numbered = || (next..).zip(&entries);
        for (seq, entry) in numbered() {
            assert!(schema.tables.contains_key(entry.table.as_str()), "a row of an unknown table: {}", entry.table);
            assert!(entry.prior < seq, "an entry that comes after itself");
        }
        let mut sent = numbered().filter(|(_, entry)| entry.maker == Maker::Desk);
        for change in &transaction.changes {
            let Some((seq, entry)) = sent.next() else { panic!("a change of {} is in no entry", change.table) };
            for (column, value) in change.columns.iter() {
                let is_lost = || entry.lost.iter().any(|lost| (lost.column.as_str(), &lost.value, lost.seq) == (column, value, seq));
                assert!(entry.columns.get(column) == Some(value) || is_lost(), "{column} of {} is told nowhere", change.table);
            }
        }
        next += entries.len() as i64;
    }
    true
}

/// A request to be let in, and its code.
fn enrol(bytes: &[u8]) -> bool {
    let halves = petrel_hub::decoders::enrol(bytes);
    halves.inspect(|(handle, secret)| assert_eq!((handle.len(), secret.len()), (4, 8))).is_some()
}

/// A request for the next pair of tokens. One that nobody handed out is no question to the database.
fn renewal(bytes: &[u8]) -> bool {
    petrel_hub::decoders::renewal(bytes).is_some_and(|may_be_known| may_be_known)
}

/// The ids of rows that a desk asks for.
fn ids(bytes: &[u8]) -> bool {
    petrel_hub::decoders::ids(bytes).is_some()
}

/// What an address asks behind its `?`: understood where every route that is asked something understands it.
fn query(bytes: &[u8]) -> bool {
    petrel_hub::decoders::query(bytes) == Some(4)
}

/// What names an attachment, a line's end, and where the upload goes on: a name becomes a path, so nothing but its own signs comes through.
fn blob(bytes: &[u8]) -> bool {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return false };
    let Ok(name) = std::str::from_utf8(&bytes[..end]) else { return false };
    let Some((hash, from)) = petrel_hub::decoders::blob(name, &bytes[end + 1..]) else { return false };
    assert!(hash.len() == 64 && hash.bytes().all(|sign| sign.is_ascii_hexdigit()), "a name that is no hash: {hash}");
    from > 0
}

/// An answer of the hub, as a desk reads it: what was read is written as it was.
fn is_read_as_written<T: Serialize>(bytes: &[u8], read: fn(&[u8]) -> Option<T>) -> bool {
    let Some(answer) = read(bytes) else { return false };
    let text = |answer: &T| serde_json::to_string(answer).unwrap_or_else(|error| panic!("an answer that cannot be written: {error}"));
    let said = text(&answer);
    let again = read(said.as_bytes()).map(|again| text(&again));
    assert_eq!(again.as_ref(), Some(&said), "an answer that is not read as it is written");
    true
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
