//! Names and values of a row's columns. A push of an import has a hundred thousand of them: they lie in one piece of memory a row, and who keeps
//! them beside somebody else (the log's entry, the row that stands) shares it.

use std::fmt;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A name of a table or a column. Short ones, as all of the schema's are but a few, take no memory of their own.
pub type Name = compact_str::CompactString;

/// How many columns a row is expected to say.
const EXPECTED: usize = 24;

/// Names and values of columns, by name: ids as text, instants as milliseconds, truth as 0 and 1, JSON as JSON.
#[derive(Clone, Default, PartialEq)]
pub struct Columns(Arc<Vec<(Name, Value)>>);

/// About how many bytes a value is as JSON.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(values) => values.iter().map(|value| weight(value) + 1).sum::<usize>() + 2,
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + weight(value) + 4).sum::<usize>() + 2,
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 16,
    }
}

impl Columns {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// About how many bytes they are as JSON, with the id of their row.
    pub fn weight(&self) -> usize {
        /// A row's id, and the signs around it.
        const ROW: usize = 48;
        self.0.iter().map(|(name, value)| name.len() + weight(value) + 4).sum::<usize>() + ROW
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a column that is there.
    pub fn get(&self, name: &str) -> Option<&Value> {
        // Of a dozen names few are as long as the one that is looked for: sooner passed over than searched through by halves.
        self.0.iter().find(|(there, _)| there == name).map(|(_, value)| value)
    }

    /// The values of columns that are asked for by name, in the order of their names: one pass over the row.
    pub fn along<'a, N: AsRef<str> + 'a>(
        &'a self,
        names: impl IntoIterator<Item = N> + 'a,
    ) -> impl Iterator<Item = Option<&'a Value>> + 'a {
        let mut rest = self.0.iter().peekable();
        names.into_iter().map(move |name| {
            let name = name.as_ref();
            while let Some((there, value)) = rest.peek() {
                if there == name {
                    return Some(value);
                }
                if there.as_str() > name {
                    return None;
                }
                rest.next();
            }
            None
        })
    }

    /// Whether a column is there.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a column.
    pub fn insert(&mut self, name: impl Into<Name>, value: Value) {
        let name = name.into();
        // Who makes a row says its columns in their order more often than not.
        let place = if self.0.last().is_none_or(|(last, _)| *last < name) { Err(self.len()) } else { self.find(&name) };
        let all = Arc::make_mut(&mut self.0);
        match place {
            Ok(place) => all[place].1 = value,
            Err(place) => all.insert(place, (name, value)),
        }
    }

    /// Takes a column out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.find(name).ok()?;
        Some(Arc::make_mut(&mut self.0).remove(place).1)
    }

    /// Keeps those that `is_kept` says.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&str) -> bool) {
        if self.keys().any(|name| !is_kept(name)) {
            Arc::make_mut(&mut self.0).retain(|(name, _)| is_kept(name));
        }
    }

    /// Puts another value where `other` answers one.
    ///
    /// # Errors
    /// The first that `other` answers.
    pub fn replace<E>(&mut self, mut other: impl FnMut(&str, &Value) -> Result<Option<Value>, E>) -> Result<(), E> {
        for place in 0..self.len() {
            let (name, value) = &self.0[place];
            if let Some(value) = other(name, value)? {
                Arc::make_mut(&mut self.0)[place].1 = value;
            }
        }
        Ok(())
    }

    /// Their names, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(there, _)| there.as_str().cmp(name))
    }

    fn of(mut all: Vec<(Name, Value)>) -> Self {
        if !all.is_sorted_by(|(one, _), (next, _)| one < next) {
            all.sort_by(|(one, _), (other, _)| one.cmp(other));
            // Said twice, the later counts.
            all.dedup_by(|(later, value), (name, kept)| {
                let is_same = later == name;
                if is_same {
                    std::mem::swap(value, kept);
                }
                is_same
            });
        }
        Self(Arc::new(all))
    }
}

impl<N: Into<Name>> FromIterator<(N, Value)> for Columns {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(all: I) -> Self {
        Self::of(all.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl<N: Into<Name>> Extend<(N, Value)> for Columns {
    fn extend<I: IntoIterator<Item = (N, Value)>>(&mut self, more: I) {
        for (name, value) in more {
            self.insert(name, value);
        }
    }
}

impl IntoIterator for Columns {
    type Item = (Name, Value);
    type IntoIter = std::vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Columns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Columns;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("columns with their values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Columns, A::Error> {
                // Nothing is set aside for a row that says nothing: a push of such rows would take more of the hub than it has bytes.
                let mut all = Vec::new();
                while let Some(member) = members.next_entry()? {
                    if all.is_empty() {
                        all.reserve(EXPECTED);
                    }
                    all.push(member);
                }
                Ok(Columns::of(all))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;

    proptest! {
        #[test]
        fn they_are_what_a_map_of_json_is(steps in prop::collection::vec((0..4_u8, "[a-e]{1,2}", any::<i64>()), 0..40)) {
            let (mut columns, mut map) = (Columns::new(), Map::new());
            let mut kept = Vec::new();
            for (step, name, value) in steps {
                match step {
                    0 => prop_assert_eq!(columns.remove(&name), map.remove(&name)),
                    1 => {
                        columns.retain(|of| of != name);
                        map.retain(|of, _| *of != name);
                    }
                    2 => kept.push((columns.clone(), map.clone())),
                    _ => {
                        columns.insert(name.as_str(), json!(value));
                        map.insert(name.clone(), json!(value));
                    }
                }
                prop_assert_eq!(columns.get(&name), map.get(&name));
                let asked = ["a", "ab", "b", "cc", "d", "dd", "ee"];
                let values: Vec<_> = columns.along(asked).collect();
                prop_assert_eq!(values, asked.map(|name| map.get(name)));
            }
            kept.push((columns, map));
            for (columns, map) in kept {
                let text = serde_json::to_string(&columns).unwrap();
                prop_assert_eq!(&text, &serde_json::to_string(&map).unwrap());
                prop_assert_eq!(serde_json::from_str::<Columns>(&text).unwrap(), columns);
            }
        }

        #[test]
        fn a_text_in_any_order_says_the_same(members in prop::collection::vec(("[a-c]{1,2}", any::<i64>()), 0..9)) {
            let text = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect::<Vec<_>>().join(",");
            let text = format!("{{{text}}}");
            let (columns, map): (Columns, Map<String, Value>) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&text).unwrap());
            prop_assert_eq!(serde_json::to_value(&columns).unwrap(), Value::Object(map));
        }
    }

    #[test]
    fn values_are_put_in_place_until_one_does_not_fit() {
        let mut columns = Columns::from_iter([("a", json!(1)), ("b", json!(2)), ("c", json!(3))]);
        let twin = columns.clone();
        let refused = columns.replace(|name, value| match name {
            "c" => Err("c"),
            "b" => Ok(value.as_i64().map(|number| json!(number * 10))),
            _ => Ok(None),
        });
        assert_eq!(refused, Err("c"));
        assert_eq!(columns.get("b"), Some(&json!(20)));
        assert_eq!(twin.get("b"), Some(&json!(2)), "what another holds stays as it was");
    }
}
