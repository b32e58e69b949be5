//! The limits: the same rows, out of Postgres and into SQLite, and into Postgres, by nothing but themselves.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use petrel_domain::manifest::REPLICATED;
use petrel_domain::replication::Kind;
use petrel_store::{Field, decode_copy};
use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use crate::work;
use petrel_sim::connect;

/// Rows of one insert's transaction.
const ROWS: usize = 10_000;

/// A clinic's rows as Postgres gives them out.
pub struct Pages {
    pub tables: Vec<Table>,
    pub rows: usize,
    /// How long it took to have them.
    pub time: Duration,
}

pub struct Table {
    name: &'static str,
    columns: Vec<String>,
    kinds: Vec<Kind>,
    page: Bytes,
}

/// `COPY … TO STDOUT` of every table of a clinic, one after another, by the tables' owner: no row-level security stands in between.
pub async fn copy_out(database_url: &str, clinic: Uuid, schema: &petrel_domain::replication::Schema) -> Result<Pages> {
    let client = connect(database_url).await?;
    let mut tables = Vec::new();
    let start = Instant::now();
    for name in REPLICATED {
        let columns = schema.tables[*name].columns();
        let (names, kinds): (Vec<_>, Vec<_>) =
            std::iter::once(("id".to_owned(), Kind::Id)).chain(columns.iter().map(|column| (column.name.clone(), column.kind))).unzip();
        let sql =
            format!("COPY (SELECT {} FROM {name} WHERE clinic_id = '{clinic}' ORDER BY id) TO STDOUT (FORMAT binary)", names.join(", "));
        let page = read(&client, &sql).await?;
        tables.push(Table { name, columns: names, kinds, page });
    }
    let time = start.elapsed();
    let mut rows = 0;
    for table in &tables {
        rows += decode_copy(&table.page, &table.kinds, |_| Ok(()))?;
    }
    Ok(Pages { tables, rows, time })
}

async fn read(client: &tokio_postgres::Client, sql: &str) -> Result<Bytes> {
    let stream = client.copy_out(sql).await?;
    futures_util::pin_mut!(stream);
    let mut page = BytesMut::new();
    while let Some(bytes) = stream.next().await {
        page.extend_from_slice(&bytes?);
    }
    Ok(page.freeze())
}

/// What stands in the rows, but for what is empty.
pub fn cells(pages: &Pages) -> Result<usize> {
    let mut cells = 0;
    for table in &pages.tables {
        decode_copy(&table.page, &table.kinds, |fields| {
            cells += fields.iter().filter(|field| **field != Field::Null).count();
            Ok(())
        })?;
    }
    Ok(cells)
}

/// Bare inserts of the rows into an encrypted file of the same schema: with its indexes in place, or with them made when the rows are there.
pub fn insert(pages: &Pages, path: &Path, are_indexes_last: bool) -> Result<Duration> {
    drop(work::open(path)?);
    let db = bare(path)?;
    let start = Instant::now();
    let mut indexes: Vec<(String, String)> = Vec::new();
    if are_indexes_last {
        let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
        indexes = db.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    }
    for (name, _) in &indexes {
        db.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    for table in &pages.tables {
        let places = vec!["?"; table.columns.len()].join(", ");
        let mut insert = db.prepare(&format!("INSERT INTO {} ({}) VALUES ({places})", table.name, table.columns.join(", ")))?;
        let mut rows = 0;
        db.execute_batch("BEGIN")?;
        decode_copy(&table.page, &table.kinds, |fields| {
            insert.execute(params_from_iter(fields))?;
            rows += 1;
            if rows % ROWS == 0 {
                db.execute_batch("COMMIT; BEGIN")?;
            }
            Ok(())
        })?;
        db.execute_batch("COMMIT")?;
    }
    for (_, sql) in &indexes {
        db.execute_batch(sql)?;
    }
    Ok(start.elapsed())
}

/// A file as a store opens it, without the store.
fn bare(path: &Path) -> Result<Connection> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "key", work::key_pragma())?;
    db.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
    for (name, value) in [("temp_store", "MEMORY"), ("journal_mode", "WAL"), ("synchronous", "NORMAL"), ("cache_size", "-64000")] {
        db.pragma_update(None, name, value)?;
    }
    Ok(db)
}

/// What a desk would have to do with a clinic's whole file, were it sent one: write it anew under a key of its own, and look it over. Indexes and all
/// that is derived are in it.
pub fn take_whole(path: &Path, own: &Path) -> Result<Duration> {
    let db = bare(path)?;
    db.pragma_update(None, "cipher_default_hmac_algorithm", "HMAC_SHA256")?;
    let start = Instant::now();
    db.execute("ATTACH ?1 AS own KEY ?2", [&own.to_string_lossy(), format!("x'{}'", "0a".repeat(32)).as_str()])?;
    db.query_row("SELECT sqlcipher_export('own')", [], |_| Ok(()))?;
    let verdict: String = db.query_row("PRAGMA own.quick_check(1)", [], |row| row.get(0))?;
    anyhow::ensure!(verdict == "ok", "the new file is damaged: {verdict}");
    Ok(start.elapsed())
}

/// The same by its pages: the file is copied as it lies and looked over, before that under a key of its own where `has_own_key`. That is as little as can be
/// done with a file; what it would take to have it at the hub, and to send it, is not in it.
pub fn take_pages(path: &Path, own: &Path, has_own_key: bool) -> Result<Duration> {
    let start = Instant::now();
    std::fs::copy(path, own)?;
    let db = bare(own)?;
    if has_own_key {
        db.pragma_update(None, "rekey", format!("x'{}'", "0a".repeat(32)))?;
    }
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    anyhow::ensure!(verdict == "ok", "the new file is damaged: {verdict}");
    Ok(start.elapsed())
}

/// The notes of all clients, changed by nothing but themselves: twice at Postgres, by a statement each, and once in every file, row by row in one
/// transaction.
pub async fn update_notes(database_url: &str, files: [&Path; 2], clients: usize) -> Result<Duration> {
    let client = connect(database_url).await?;
    let mut time = Duration::ZERO;
    for word in ["one", "other"] {
        let start = Instant::now();
        let changed = client.execute("UPDATE clients SET notes = $1 || id::text", &[&word]).await?;
        time += start.elapsed();
        anyhow::ensure!(changed == clients as u64, "{changed} of {clients} notes were changed at Postgres");
    }
    for path in files {
        let db = bare(path)?;
        let ids: Vec<Vec<u8>> =
            db.prepare("SELECT id FROM clients ORDER BY id")?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        anyhow::ensure!(ids.len() == clients, "{} of {clients} clients are in the file", ids.len());
        let start = Instant::now();
        db.execute_batch("BEGIN")?;
        let mut update = db.prepare("UPDATE clients SET notes = 'the other''s ' || hex(id), updated_at = updated_at + 1 WHERE id = ?1")?;
        for id in &ids {
            update.execute([id])?;
        }
        db.execute_batch("COMMIT")?;
        time += start.elapsed();
    }
    Ok(time)
}

/// `COPY … FROM STDIN` of a clinic's rows and log into the same tables under another clinic, committed once: indexes, references and all.
pub async fn copy_in(database_url: &str, clinic: Uuid, other: Uuid) -> Result<Duration> {
    let client = connect(database_url).await?;
    let mut pages = Vec::new();
    for (name, columns) in written(&client).await? {
        let sql = format!("COPY (SELECT '{other}'::uuid, {columns} FROM {name} WHERE clinic_id = '{clinic}') TO STDOUT (FORMAT binary)");
        pages.push((name, columns, read(&client, &sql).await?));
    }
    let start = Instant::now();
    client.batch_execute("BEGIN").await?;
    for (name, columns, page) in pages {
        let sink = client.copy_in(&format!("COPY {name} (clinic_id, {columns}) FROM STDIN (FORMAT binary)")).await?;
        futures_util::pin_mut!(sink);
        // In pieces, as a network would bring it.
        let mut rest = page;
        while !rest.is_empty() {
            sink.send(rest.split_to(rest.len().min(1 << 16))).await?;
        }
        sink.finish().await?;
    }
    client.batch_execute("COMMIT").await?;
    Ok(start.elapsed())
}

/// The same rows and log into the same tables under another clinic by the hub's role, which row-level security and not the owner's right to copy applies to: one statement a table,
/// from tables of the same rows that lie there already, committed once. No push can be faster: its rows come over a wire, and are judged.
pub async fn insert_as_the_hub(database_url: &str, clinic: Uuid, other: Uuid) -> Result<Duration> {
    let client = connect(database_url).await?;
    let tables = written(&client).await?;
    for (name, columns) in &tables {
        let staged = format!("CREATE UNLOGGED TABLE staged_{name} AS SELECT {columns} FROM {name} WHERE clinic_id = '{clinic}'");
        client.batch_execute(&format!("{staged}; GRANT SELECT ON staged_{name} TO petrel_hub")).await?;
    }
    let start = Instant::now();
    client.batch_execute(&format!("BEGIN; SET LOCAL ROLE petrel_hub; SET LOCAL petrel.clinic_id = '{other}'")).await?;
    for (name, columns) in &tables {
        let sql = format!("INSERT INTO {name} (clinic_id, {columns}) SELECT '{other}', {columns} FROM staged_{name}");
        client.batch_execute(&sql).await?;
    }
    client.batch_execute("COMMIT").await?;
    Ok(start.elapsed())
}

/// The tables that a push writes, each with its columns but for the clinic.
async fn written(client: &tokio_postgres::Client) -> Result<Vec<(&'static str, String)>> {
    let sql = "SELECT string_agg(attname::text, ', ' ORDER BY attnum) FROM pg_attribute
               WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'clinic_id'";
    let mut tables = Vec::new();
    for name in REPLICATED.iter().chain(&["log"]) {
        tables.push((*name, client.query_one(sql, &[name]).await?.get(0)));
    }
    Ok(tables)
}

/// Commits of a single row a second, by so many connections at once.
pub async fn commits(database_url: &str, connections: usize, time: Duration) -> Result<f64> {
    let first = connect(database_url).await?;
    first.batch_execute("CREATE TABLE IF NOT EXISTS bench_commits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text)").await?;
    let mut tasks = Vec::new();
    let start = Instant::now();
    for _ in 0..connections {
        let client = connect(database_url).await?;
        tasks.push(tokio::spawn(async move {
            let insert = client.prepare("INSERT INTO bench_commits (what) VALUES ('x')").await?;
            let mut count = 0_usize;
            while start.elapsed() < time {
                client.execute(&insert, &[]).await?;
                count += 1;
            }
            anyhow::Ok(count)
        }));
    }
    let mut count = 0;
    for task in tasks {
        count += task.await??;
    }
    Ok(crate::measure::per_second(count, start.elapsed()))
}

/// How long the disk takes to have written a page, in the middle of some tries.
pub fn fsync(folder: &Path) -> Result<Duration> {
    use std::io::Write as _;
    let mut file = std::fs::File::create(folder.join("fsync"))?;
    let mut samples = Vec::new();
    for _ in 0..100 {
        let start = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        samples.push(start.elapsed());
    }
    samples.sort_unstable();
    Ok(samples[samples.len() / 2])
}
