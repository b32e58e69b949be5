//! The limit: the same rows through bare SQL, every value read, nothing made of them.

use std::path::Path;

use rusqlite::{Connection, Params};

/// Opens the file as SQLite would be opened by hand, with the durability that the door gives.
pub fn open(path: &Path, key: &str) -> Connection {
    let db = Connection::open(path).expect("the file opens");
    db.pragma_update(None, "key", format!("x'{key}'")).expect("the key fits");
    db.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").expect("a pragma");
    db.pragma_update(None, "temp_store", "MEMORY").expect("a pragma");
    db.pragma_update(None, "journal_mode", "WAL").expect("a pragma");
    db.pragma_update(None, "synchronous", "FULL").expect("a pragma");
    db.pragma_update(None, "cache_size", -8_000).expect("a pragma");
    db.set_prepared_statement_cache_capacity(64);
    db
}

/// Reads every value of every row. Answers how many rows there were.
pub fn read(db: &Connection, sql: &str, params: impl Params) -> usize {
    let mut statement = db.prepare_cached(sql).expect("the statement is right");
    let columns = statement.column_count();
    let mut rows = statement.query(params).expect("the query runs");
    let mut count = 0;
    while let Some(row) = rows.next().expect("a row") {
        for column in 0..columns {
            std::hint::black_box(row.get_ref(column).expect("a value"));
        }
        count += 1;
    }
    count
}
