//! The schemas that desks and hubs speak: which there are, and what came with each.
//!
//! A hub serves its own and the two before it. What a desk's schema does not have is left out for that desk, and fetched when its program is
//! brought up to date.

use std::collections::BTreeMap;

use super::columns::Columns;
use super::schema::Schema;
use super::wire::Entry;

/// A column, or a whole table, that a later schema brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// The schema that brought it.
    pub schema: i32,
    /// Its table.
    pub table: &'static str,
    /// The column; none where all of the table is new.
    pub column: Option<&'static str>,
}

/// The schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The newest, which the program speaks.
    pub current: i32,
    /// What came after the first.
    pub added: &'static [Added],
}

/// The schemas there are. A migration that adds a column to a replicated table, or a table, raises `current` and adds what it brings: a column
/// is nullable or has a default, stands at its table's end, and is in no register with columns of an earlier schema (an older desk would send
/// that register torn).
pub const VERSIONS: Versions = Versions {
    current: 3,
    added: &[
        Added { schema: 2, table: "appointments", column: Some("checked_in_at") },
        Added { schema: 3, table: "appointments", column: Some("picked_up_at") },
    ],
};

/// The schema this program speaks.
pub const WIRE_SCHEMA: i32 = VERSIONS.current;

/// How many schemas before its own a hub serves.
const SERVED_BEFORE: i32 = 2;

impl Versions {
    /// The oldest schema that is served.
    pub fn oldest(&self) -> i32 {
        (self.current - SERVED_BEFORE).max(1)
    }

    /// The schema that brought a table.
    pub fn of_table(&self, table: &str) -> i32 {
        self.find(table, None).unwrap_or(1)
    }

    /// The schema that brought a column.
    pub fn of_column(&self, table: &str, column: &str) -> i32 {
        self.find(table, Some(column)).unwrap_or(1).max(self.of_table(table))
    }

    fn find(&self, table: &str, column: Option<&str>) -> Option<i32> {
        self.added.iter().find(|added| added.table == table && added.column == column).map(|added| added.schema)
    }

    /// The tables of which a file of an earlier schema lacks something.
    pub fn tables_since(&self, schema: i32) -> Vec<&'static str> {
        let mut tables: Vec<_> = self.added.iter().filter(|added| added.schema > schema).map(|added| added.table).collect();
        // Parents before the tables that refer to them.
        tables.sort_by_key(|table| crate::manifest::REPLICATED.iter().position(|of| of == table));
        tables.dedup();
        tables
    }
}

impl Schema {
    /// The schema as a desk has it that speaks an earlier one.
    #[must_use]
    pub fn at(&self, versions: &Versions, schema: i32) -> Self {
        let tables = self.tables.iter().filter(|(name, _)| versions.of_table(name) <= schema);
        let tables = tables.map(|(name, table)| {
            let known = table.columns().iter().filter(|column| versions.of_column(name, &column.name) <= schema);
            (name.clone(), known.cloned().collect())
        });
        Self { tables: tables.collect::<BTreeMap<_, _>>() }
    }

    /// Leaves out of an entry what this schema does not have. It keeps its number: one about a table that is not there names none.
    pub fn narrow(&self, entry: &mut Entry) {
        let Some(table) = self.tables.get(entry.table.as_str()) else {
            entry.table.clear();
            entry.columns = Columns::new();
            entry.lost.clear();
            return;
        };
        entry.columns.retain(|name| table.column(name).is_some());
        entry.lost.retain(|lost| table.column(&lost.column).is_some());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::manifest::{REGISTERS, REPLICATED};
    use crate::replication::{Column, Kind, Lost, TableSchema};

    const SOME: Versions = Versions {
        current: 4,
        added: &[
            Added { schema: 3, table: "faqs", column: None },
            Added { schema: 2, table: "pets", column: Some("allergies") },
            Added { schema: 4, table: "faqs", column: Some("keywords") },
        ],
    };

    fn schema() -> Schema {
        let column = |name: &&str| Column { name: (*name).to_owned(), kind: Kind::Text, is_nullable: true, has_default: false };
        let table = |columns: &[&str]| columns.iter().map(column).collect::<TableSchema>();
        Schema {
            tables: BTreeMap::from([
                ("pets".to_owned(), table(&["name", "allergies"])),
                ("faqs".to_owned(), table(&["question", "keywords"])),
            ]),
        }
    }

    #[test]
    fn what_came_later_is_not_in_an_earlier_schema() {
        let names = |version| {
            let schema = schema().at(&SOME, version);
            let tables = schema.tables.iter().flat_map(|(name, table)| table.names().map(move |column| format!("{name}.{column}")));
            tables.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(1), "pets.name");
        assert_eq!(names(2), "pets.allergies pets.name");
        assert_eq!(names(3), "faqs.question pets.allergies pets.name");
        assert_eq!(names(4), "faqs.keywords faqs.question pets.allergies pets.name");
        assert_eq!(SOME.oldest(), 2);
        assert_eq!(SOME.tables_since(1), ["pets", "faqs"]);
        assert_eq!(SOME.tables_since(3), ["faqs"]);
        assert!(SOME.tables_since(4).is_empty());
    }

    #[test]
    fn an_entry_keeps_its_number_whatever_is_left_out_of_it() {
        let old = schema().at(&SOME, 1);
        let columns = Columns::from_iter([("name", json!("Rex")), ("allergies", json!("fish"))]);
        let lost = ["name", "allergies"].map(|column| Lost { column: column.to_owned(), value: json!("x"), seq: 3 });
        let entry = |table: &str| Entry {
            table: table.into(),
            id: Uuid::nil(),
            op: Default::default(),
            columns: columns.clone(),
            lost: lost.to_vec(),
            prior: 2,
            maker: Default::default(),
        };
        let (mut pet, mut faq) = (entry("pets"), entry("faqs"));
        old.narrow(&mut pet);
        assert_eq!(pet.columns.keys().collect::<Vec<_>>(), ["name"]);
        assert_eq!(pet.lost.len(), 1);
        old.narrow(&mut faq);
        assert_eq!((faq.table.as_str(), faq.columns.len(), faq.lost.len()), ("", 0, 0));
    }

    /// What is wrong with a list of schemas.
    fn faults(versions: &Versions) -> Vec<String> {
        let mut known = HashSet::new();
        let is_sound = |added: &Added| (2..=versions.current).contains(&added.schema) && REPLICATED.contains(&added.table);
        let mut faults: Vec<_> = versions
            .added
            .iter()
            .filter(|added| !is_sound(added) || !known.insert((added.table, added.column)))
            .map(|added| format!("{added:?}"))
            .collect();
        for (table, columns) in REGISTERS {
            let mut schemas: Vec<_> = columns.iter().map(|column| versions.of_column(table, column)).collect();
            schemas.dedup();
            if schemas.len() > 1 {
                faults.push(format!("{table} {columns:?}"));
            }
        }
        faults
    }

    #[test]
    fn what_came_later_is_known_once_and_in_no_register_with_what_was_there() {
        assert_eq!(faults(&VERSIONS), Vec::<String>::new());
        let added = |schema, table, column| Added { schema, table, column: Some(column) };
        for (bad, count) in [
            (vec![added(1, "pets", "color")], 1),
            (vec![added(3, "pets", "color")], 1),
            (vec![added(2, "cats", "color")], 1),
            (vec![added(2, "pets", "color"), added(2, "pets", "color")], 1),
            (vec![added(2, "appointments", "ends_at")], 1),
            (vec![added(2, "pets", "color")], 0),
        ] {
            let versions = Versions { current: 2, added: bad.leak() };
            assert_eq!(faults(&versions).len(), count, "{versions:?}");
        }
    }
}
