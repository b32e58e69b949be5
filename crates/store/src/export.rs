//! Taking everything out: a folder of CSV files, one a table, or one JSON file; and one list of clients and pets that comes in again.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use petrel_domain::currency::minor_digits;
use petrel_domain::desk::{ExportFormat, ExportReport, Progress};
use petrel_domain::rights::Right;
use petrel_domain::{Millis, Refusal, RefusalCode, parse_zone};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde_json::{Map, Value};

use crate::catalog::is_instant;
use crate::cell::{csv_file, harmless};
use crate::clinic::clinic;
use crate::import::headers::of_own as own_header;
use crate::{Actor, Result, Store};

/// What is never taken out: hashes of PINs.
const SECRET: &[&str] = &["pin_hash"];
/// The list that comes in again.
const LIST: &str = "clients-and-pets.csv";
/// The column that says since when no SMS may be sent.
const NO_SMS: &str = "No SMS since";
/// Its columns, before those of the clients' own fields.
const LIST_HEADERS: &[&str] = &[
    "Client ID",
    "First name",
    "Last name",
    "Email",
    "Phone",
    "Address",
    "Notes",
    "Tags",
    "No email",
    NO_SMS,
    "Pet name",
    "Species",
    "Breed",
    "Sex",
    "Neutered",
    "Date of birth",
    "Weight",
    "Color",
    "Microchip",
    "Allergies",
    "Alerts",
    "Date of death",
];

/// The list of visits for people and their sheets: by the clinic's clock, with names.
const VISITS: &str = "visits.csv";

impl Store {
    /// Writes everything that is not deleted to `path`: a new folder for CSV, a file for JSON, in the place of one of that name. It appears when it is
    /// whole; until then what it replaces is there.
    ///
    /// # Errors
    /// `forbidden`; `duplicate` where a folder, or something that is no `.json`, is there already; `cancelled`, `read_only`, `disk_full`, with nothing
    /// left behind.
    pub fn export_all(
        &self,
        actor: &Actor,
        path: &Path,
        format: ExportFormat,
        progress: &dyn Fn(Progress),
        cancel: &AtomicBool,
    ) -> Result<ExportReport> {
        actor.require(Right::MoveData)?;
        // The system's dialog has asked whether it may be replaced. Whatever else lies there is no export.
        let may_replace = format == ExportFormat::Json && path.is_file() && path.extension().is_some_and(|kind| kind == "json");
        if path.exists() && !may_replace {
            return Err(Refusal::on(RefusalCode::Duplicate, "path").with_detail(path.display()).into());
        }
        let mut hidden = path.as_os_str().to_owned();
        hidden.push(".partial");
        let partial = Path::new(&hidden);
        let written = self.read(|db| {
            let work = Work { db, progress, cancel };
            match format {
                ExportFormat::Csv => work.csv(partial),
                ExportFormat::Json => work.json(partial),
            }
        });
        let finished = written.and_then(|report| Ok(std::fs::rename(partial, path).map(|()| report)?));
        if finished.is_err() {
            // What is half written helps nobody; that it cannot be removed changes nothing about why it was not finished.
            let _ = if partial.is_dir() { std::fs::remove_dir_all(partial) } else { std::fs::remove_file(partial) };
        }
        let report = finished.map_err(|error| error.at(path))?;
        Ok(ExportReport { path: path.display().to_string(), ..report })
    }
}

struct Work<'a> {
    db: &'a Connection,
    progress: &'a dyn Fn(Progress),
    cancel: &'a AtomicBool,
}

impl Work<'_> {
    fn tables(&self) -> Result<Vec<String>> {
        let sql = "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'deleted_at' ORDER BY m.name";
        let mut statement = self.db.prepare(sql)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Each living row of a table.
    fn each(&self, table: &str, mut visit: impl FnMut(&[String], &Row<'_>) -> Result<()>) -> Result<u32> {
        let mut statement = self.db.prepare(&format!("SELECT * FROM {table} WHERE deleted_at IS NULL ORDER BY id"))?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            visit(&names, row)?;
            count += 1;
            self.refuse_cancelled(count)?;
        }
        Ok(count)
    }

    fn csv(&self, folder: &Path) -> Result<ExportReport> {
        std::fs::create_dir_all(folder)?;
        let tables = self.tables()?;
        let mut rows = 0;
        for (done, table) in tables.iter().enumerate() {
            self.tell(done, tables.len());
            let mut writer = csv_file(&folder.join(format!("{table}.csv")))?;
            let mut is_first = true;
            rows += self.each(table, |names, row| {
                let shown: Vec<usize> = (0..names.len()).filter(|index| is_shown(&names[*index])).collect();
                if std::mem::take(&mut is_first) {
                    writer.write_record(shown.iter().map(|index| &names[*index]))?;
                }
                let cells = shown.iter().map(|index| Ok(text(&names[*index], row.get_ref(*index)?))).collect::<Result<Vec<_>>>()?;
                Ok(writer.write_record(cells.iter().map(|cell| harmless(cell).into_owned()))?)
            })?;
            writer.flush()?;
        }
        self.list(&folder.join(LIST))?;
        self.visits(&folder.join(VISITS))?;
        Ok(ExportReport { path: String::new(), rows, tables: u32::try_from(tables.len()).unwrap_or(u32::MAX) })
    }

    fn json(&self, file: &Path) -> Result<ExportReport> {
        let mut out = BufWriter::new(File::create(file)?);
        let tables = self.tables()?;
        let mut rows = 0;
        write!(out, "{{")?;
        for (done, table) in tables.iter().enumerate() {
            self.tell(done, tables.len());
            write!(out, "{}\n\"{table}\": [", if done > 0 { "," } else { "" })?;
            let mut comma = "";
            rows += self.each(table, |names, row| {
                let shown = names.iter().enumerate().filter(|(_, name)| is_shown(name));
                let object =
                    shown.map(|(index, name)| Ok((name.clone(), value(name, row.get_ref(index)?)))).collect::<Result<Map<_, _>>>()?;
                write!(out, "{comma}\n{}", Value::Object(object))?;
                comma = ",";
                Ok(())
            })?;
            write!(out, "\n]")?;
        }
        writeln!(out, "\n}}")?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(ExportReport { path: String::new(), rows, tables: u32::try_from(tables.len()).unwrap_or(u32::MAX) })
    }

    /// Clients and pets as one list, under headers that the import knows.
    fn list(&self, path: &Path) -> Result<()> {
        let own = self.own_fields()?;
        let mut writer = csv_file(path)?;
        let headers = LIST_HEADERS.iter().map(|header| (*header).to_owned()).chain(own.iter().map(|name| own_header(name)));
        writer.write_record(headers.map(|header| harmless(&header).into_owned()))?;
        let mut statement = self.db.prepare(include_str!("export_list.sql"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(LIST_HEADERS.len() + own.len());
            for (index, header) in LIST_HEADERS.iter().enumerate() {
                cells.push(text(if *header == NO_SMS { "sms_opted_out_at" } else { "" }, row.get_ref(index)?));
            }
            let fields: Map<String, Value> = serde_json::from_str(row.get_ref(LIST_HEADERS.len())?.as_str()?)?;
            cells.extend(own.iter().map(|name| match fields.get(name) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
            }));
            writer.write_record(cells.iter().map(|cell| harmless(cell).into_owned()))?;
        }
        Ok(writer.flush()?)
    }

    /// Visits as one list. (The tables have them by ids, and times in UTC.)
    fn visits(&self, path: &Path) -> Result<()> {
        const HEADERS: [&str; 14] = [
            "Date",
            "From",
            "Until date",
            "Until",
            "Client",
            "Phone",
            "Pet",
            "Service",
            "Title",
            "Colleague",
            "Status",
            "Amount",
            "Currency",
            "Payment",
        ];
        let Some(clinic) = clinic(self.db)? else { return Ok(()) };
        let zone = parse_zone(&clinic.details.timezone)?;
        let mut writer = csv_file(path)?;
        writer.write_record(HEADERS)?;
        let mut statement = self.db.prepare(
            "SELECT a.starts_at, a.ends_at, trim(coalesce(c.first_name, '') || ' ' || coalesce(c.last_name, '')), c.phone, p.name, s.name, a.title,
               trim(coalesce(m.first_name, '') || ' ' || coalesce(m.last_name, '')), a.status, coalesce(a.final_cost_cents, a.estimated_cost_cents),
               coalesce(a.payment_currency, ?1), a.payment_status
             FROM appointments a LEFT JOIN clients c ON c.id = a.client_id LEFT JOIN pets p ON p.id = a.pet_id
               LEFT JOIN services s ON s.id = a.service_id LEFT JOIN staff m ON m.id = a.staff_id
             WHERE a.deleted_at IS NULL ORDER BY a.starts_at, a.id",
        )?;
        let mut rows = statement.query([&clinic.details.currency])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let [from, until] = [0, 1].map(|column| row.get(column).map(Millis));
            let local = |at: Millis| at.in_zone(zone).naive_local();
            let (from, until) = (local(from?), local(until?));
            let day = |at: chrono::NaiveDateTime| at.format("%F").to_string();
            let clock = |at: chrono::NaiveDateTime| at.format("%H:%M").to_string();
            let told = |column: usize| Ok::<_, crate::StoreError>(text("", row.get_ref(column)?));
            let currency = told(10)?;
            let amount = row.get::<_, Option<i64>>(9)?.map_or_else(String::new, |amount| decimal(amount, minor_digits(&currency)));
            let has_amount = !amount.is_empty();
            let cells = [
                day(from),
                clock(from),
                day(until),
                clock(until),
                told(2)?,
                told(3)?,
                told(4)?,
                told(5)?,
                told(6)?,
                told(7)?,
                told(8)?,
                amount,
                if has_amount { currency } else { String::new() },
                told(11)?,
            ];
            writer.write_record(cells.iter().map(|cell| harmless(cell).into_owned()))?;
            count += 1;
            self.refuse_cancelled(count)?;
        }
        Ok(writer.flush()?)
    }

    /// The names of all fields that clients have of the clinic's own.
    fn own_fields(&self) -> Result<Vec<String>> {
        let sql = "SELECT DISTINCT f.key FROM clients c, json_each(c.custom_fields) f WHERE c.deleted_at IS NULL ORDER BY f.key";
        let mut statement = self.db.prepare(sql)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Looks after so many rows whether it is to be stopped.
    fn refuse_cancelled(&self, rows: u32) -> Result<()> {
        let is_stopped = rows.is_multiple_of(5000) && self.cancel.load(Ordering::Relaxed);
        if is_stopped { Err(Refusal::new(RefusalCode::Cancelled).into()) } else { Ok(()) }
    }

    fn tell(&self, done: usize, total: usize) {
        (self.progress)(Progress { done: u32::try_from(done).unwrap_or(u32::MAX), total: u32::try_from(total).unwrap_or(u32::MAX) });
    }
}

/// An amount in the smallest unit of its currency as a decimal number: 4500 of two digits is `45.00`.
fn decimal(amount: i64, digits: u8) -> String {
    let power = 10_u64.pow(u32::from(digits));
    let (sign, amount) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    match digits {
        0 => format!("{sign}{amount}"),
        _ => format!("{sign}{}.{:0width$}", amount / power, amount % power, width = usize::from(digits)),
    }
}

fn is_shown(column: &str) -> bool {
    column != "deleted_at" && !SECRET.contains(&column)
}

fn is_structured(column: &str) -> bool {
    const STRUCTURED: &[&str] = &[
        "metadata",
        "settings",
        "custom_fields",
        "notification_settings",
        "staff_roles",
        "form_fields",
        "breaks",
        "data",
        "variables",
        "keywords",
        "segment",
        "message",
        "ab_test",
        "flow",
        "message_config",
    ];
    STRUCTURED.contains(&column)
}

fn uuid_text(bytes: &[u8]) -> String {
    bytes.try_into().map_or_else(|_| hex::encode(bytes), |bytes| uuid::Uuid::from_bytes(bytes).to_string())
}

fn instant(column: &str, number: i64) -> Option<String> {
    is_instant(column).then(|| Millis(number).utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

/// A value as text: ids as UUIDs, instants by ISO 8601.
fn text(column: &str, value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => instant(column, number).unwrap_or_else(|| number.to_string()),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => uuid_text(bytes),
    }
}

fn value(column: &str, value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) if column.starts_with("is_") => Value::Bool(number != 0),
        ValueRef::Integer(number) => instant(column, number).map_or_else(|| number.into(), Value::String),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) if is_structured(column) => serde_json::from_slice(text).unwrap_or(Value::Null),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(bytes) => uuid_text(bytes).into(),
    }
}
