//! The schema as the file has it: columns by position, references by table.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::{Result, StoreError};

/// A replicated table.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its columns, in the order of the file (and of recorded changes).
    pub(crate) columns: Vec<String>,
    /// Columns of other replicated tables that refer to this one.
    pub(crate) referred_by: Vec<(String, String)>,
}

impl Table {
    /// The position of a column.
    pub(crate) fn position(&self, column: &str) -> Result<usize> {
        let found = self.columns.iter().position(|name| name == column);
        found.ok_or_else(|| StoreError::Value(format!("{} has no column {column}", self.name)))
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
            let columns = strings(db, "SELECT name FROM pragma_table_info(?1) WHERE ?1 <> '' ORDER BY cid", name)?;
            tables.insert(name.clone(), Table { name: name.clone(), columns, referred_by: Vec::new() });
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

    /// The names of the replicated tables.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }
}

fn strings(db: &Connection, sql: &str, argument: &str) -> Result<Vec<String>> {
    let mut statement = db.prepare(sql)?;
    let arguments: &[&dyn rusqlite::ToSql] = if statement.parameter_count() == 0 { &[] } else { &[&argument] };
    let rows = statement.query_map(arguments, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
