//! The schema as the file has it: columns by position, references by table.

use std::collections::HashMap;

use petrel_domain::manifest::{REGISTERS, REPLICATED};
use petrel_domain::replication::{Column, Kind, Schema};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::{Result, StoreError};

/// A replicated table.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its columns, in the order of the file (and of recorded changes).
    pub(crate) columns: Vec<String>,
    /// The positions of those but for the id, by name: the wire has them so.
    pub(crate) by_name: Vec<usize>,
    /// Where each is. Asked for every column of every row that comes from a hub.
    positions: HashMap<String, usize, foldhash::fast::FixedState>,
    /// What each holds.
    pub(crate) kinds: Vec<Kind>,
    /// Whether each may be empty.
    nullable: Vec<bool>,
    /// What each holds where it is not told; none where the schema does not say.
    pub(crate) defaults: Vec<Option<Value>>,
    /// Columns that are won and lost together, by position.
    pub(crate) registers: Vec<Vec<usize>>,
    /// Columns of other replicated tables that refer to this one.
    pub(crate) referred_by: Vec<(String, String)>,
}

impl Table {
    /// The position of a column.
    pub(crate) fn position(&self, column: &str) -> Result<usize> {
        self.positions.get(column).copied().ok_or_else(|| StoreError::Value(format!("{} has no column {column}", self.name)))
    }

    /// The positions of columns that hold nothing in a row that does not say them.
    pub(crate) fn empty_when_new(&self) -> impl Iterator<Item = usize> {
        (1..self.columns.len()).filter(|position| self.nullable[*position] && self.defaults[*position].is_none())
    }
}

/// The replicated tables: those that have `deleted_at`.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    tables: HashMap<String, Table>,
}

impl Catalog {
    /// Reads it from the file.
    pub(crate) fn load(db: &Connection) -> Result<Self> {
        let names = "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'deleted_at'";
        let names = strings(db, names, "")?;
        let mut tables = HashMap::new();
        for name in &names {
            tables.insert(name.clone(), table(db, name)?);
        }
        for child in &names {
            let mut statement = db.prepare("SELECT \"table\", \"from\" FROM pragma_foreign_key_list(?1)")?;
            let references = statement.query_map([child], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            for reference in references {
                let (parent, column) = reference?;
                if let Some(parent) = tables.get_mut(&parent) {
                    parent.referred_by.push((child.clone(), column));
                }
            }
        }
        Ok(Self { tables })
    }

    /// A replicated table by its name.
    pub(crate) fn table(&self, name: &str) -> Result<&Table> {
        self.tables.get(name).ok_or_else(|| StoreError::Value(format!("{name} is no replicated table")))
    }

    /// The same, in replication's words.
    pub(crate) fn schema(&self) -> Schema {
        let tables = self.tables.values().map(|table| {
            let columns = table.columns.iter().zip(&table.kinds).zip(&table.nullable).zip(&table.defaults).skip(1);
            let columns = columns.map(|(((name, kind), is_nullable), default)| Column {
                name: name.clone(),
                kind: *kind,
                is_nullable: *is_nullable,
                has_default: default.is_some(),
            });
            (table.name.clone(), columns.collect())
        });
        Schema { tables: tables.collect() }
    }

    /// The file's replicated tables, parents before the tables that refer to them.
    pub(crate) fn in_order(&self) -> impl DoubleEndedIterator<Item = &Table> {
        REPLICATED.iter().filter_map(|name| self.tables.get(*name))
    }

    /// The names of the replicated tables.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }
}

fn table(db: &Connection, name: &str) -> Result<Table> {
    let sql: String = db.query_row("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", [name], |row| row.get(0))?;
    let mut statement = db.prepare("SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info(?1) ORDER BY cid")?;
    let mut rows = statement.query([name])?;
    let (mut columns, mut kinds, mut nullable, mut constants) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let column: String = row.get(0)?;
        kinds.push(kind(&sql, &column, row.get_ref(1)?.as_str()?));
        nullable.push(!row.get::<_, bool>(2)?);
        constants.push(row.get(3)?);
        columns.push(column);
    }
    let defaults = defaults(db, &constants)?;
    let of = REGISTERS.iter().filter(|(table, _)| *table == name);
    let position = |column: &&str| columns.iter().position(|known| known == column);
    let registers = of.map(|(_, members)| members.iter().filter_map(position).collect()).collect();
    let positions = columns.iter().enumerate().map(|(position, name)| (name.clone(), position)).collect();
    let mut by_name: Vec<usize> = (1..columns.len()).collect();
    by_name.sort_by_key(|position| &columns[*position]);
    Ok(Table { name: name.to_owned(), columns, by_name, positions, kinds, nullable, defaults, registers, referred_by: Vec::new() })
}

/// The values of constants as SQL writes them, where there are any.
fn defaults(db: &Connection, constants: &[Option<String>]) -> Result<Vec<Option<Value>>> {
    let texts: Vec<_> = constants.iter().map(|constant| constant.as_deref().unwrap_or("NULL")).collect();
    let values = |row: &rusqlite::Row<'_>| {
        let each = constants.iter().enumerate().map(|(place, constant)| constant.as_ref().map(|_| row.get(place)).transpose());
        each.collect::<rusqlite::Result<_>>()
    };
    Ok(db.query_row(&format!("SELECT {}", texts.join(", ")), [], values)?)
}

/// Whether a whole number of this name is an instant.
pub(crate) fn is_instant(column: &str) -> bool {
    column.ends_with("_at") || column == "scheduled_for"
}

/// What a column holds, by the schema's conventions for types, names and checks.
fn kind(sql: &str, column: &str, declared: &str) -> Kind {
    let is_truth = || sql.contains(&format!("CHECK ({column} IN (0, 1))"));
    match declared {
        "BLOB" => Kind::Id,
        "INTEGER" if is_instant(column) => Kind::Instant,
        "INTEGER" if is_truth() => Kind::Truth,
        "INTEGER" => Kind::Integer,
        _ if sql.contains(&format!("json_valid({column})")) => Kind::Json,
        _ if column.ends_with("_on") => Kind::Date,
        _ if column.ends_with("_time") => Kind::Time,
        _ => Kind::Text,
    }
}

fn strings(db: &Connection, sql: &str, argument: &str) -> Result<Vec<String>> {
    let mut statement = db.prepare(sql)?;
    let arguments: &[&dyn rusqlite::ToSql] = if statement.parameter_count() == 0 { &[] } else { &[&argument] };
    let rows = statement.query_map(arguments, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
