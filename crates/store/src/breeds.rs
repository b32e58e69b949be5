//! Breeds: what a clinic is offered when it writes one down. What it writes is its own.

mod common;

use std::collections::{BTreeMap, HashMap, HashSet};

use petrel_domain::Species;
use petrel_domain::rights::Right;
use petrel_domain::text::fold;
use rusqlite::Connection;
use serde::Deserialize;

pub(crate) use common::{Common, common};

use crate::{Actor, Result, Store};

/// Breeds of dogs, cats, rabbits and horses. It says itself where it is from and how it is renewed.
const LISTED: &str = include_str!("breeds/listed.json");

/// So many of the pets taken in last are asked what the clinic writes: to read all of a large one would take longer than a letter to type.
const LATELY: u32 = 5_000;

#[derive(Deserialize)]
struct Listed {
    breeds: BTreeMap<String, Vec<String>>,
}

impl Store {
    /// Breeds to offer for a species, in the clinic's language: what is written of the pets taken in last, most used first, in the newest spelling; then
    /// the common ones, commonest first; then all others by name, in English. Each is there once, whatever its case and accents.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn breeds(&self, actor: &Actor, species: Species) -> Result<Vec<String>> {
        actor.require(Right::SeeClinic)?;
        let (written, is_spanish) = self.read(|db| Ok((written(db, species)?, is_spanish(&crate::clinic::locale(db)?))))?;
        let mut seen = HashSet::new();
        let mut all: Vec<String> = written.into_iter().chain(known(species, is_spanish)?).collect();
        all.retain(|name| seen.insert(fold(name)));
        Ok(all)
    }
}

/// Whether a clinic of this locale has the Spanish names.
pub(crate) fn is_spanish(locale: &str) -> bool {
    locale.to_lowercase().starts_with("es")
}

fn written(db: &Connection, species: Species) -> Result<Vec<String>> {
    let sql = "SELECT breed FROM (SELECT breed, species, deleted_at FROM pets ORDER BY rowid DESC LIMIT ?2)
               WHERE species = ?1 AND breed IS NOT NULL AND deleted_at IS NULL";
    let mut statement = db.prepare_cached(sql)?;
    let names = statement.query_map((species.as_str(), LATELY), |row| row.get::<_, String>(0))?;
    let mut places = HashMap::new();
    let mut counted: Vec<(u32, String)> = Vec::new();
    for name in names {
        let name = name?;
        let place = *places.entry(fold(&name)).or_insert_with(|| {
            counted.push((0, name));
            counted.len() - 1
        });
        counted[place].0 += 1;
    }
    counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    Ok(counted.into_iter().map(|(_, name)| name).collect())
}

/// The common ones of a species, and what else is listed.
fn known(species: Species, is_spanish: bool) -> Result<Vec<String>> {
    let mut listed = serde_json::from_str::<Listed>(LISTED)?.breeds.remove(species.as_str()).unwrap_or_default();
    let common = common(species);
    listed.retain(|name| !common.iter().any(|one| one.listed() == name));
    Ok(common.iter().map(|one| one.name(is_spanish).to_owned()).chain(listed).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands where an animal has no pedigree: no breed, and in no list of them.
    const NO_BREED: &[&str] = &["Mixed breed", "Domestic Shorthair", "Domestic Longhair"];

    fn listed() -> BTreeMap<String, Vec<String>> {
        serde_json::from_str::<Listed>(LISTED).unwrap().breeds
    }

    #[test]
    fn the_list_has_each_breed_once_and_fit_to_be_kept() {
        for (species, names) in listed() {
            assert!(Species::parse(&species).is_some_and(|known| known != Species::Other), "{species}");
            assert!(names.len() > 40, "{species}: {}", names.len());
            let different: HashSet<String> = names.iter().map(|name| fold(name)).collect();
            assert_eq!(different.len(), names.len(), "{species}");
            let is_fit = |name: &String| name.trim() == name && (1..=100).contains(&name.chars().count()) && !name.contains("  ");
            assert!(names.iter().all(is_fit), "{species}");
        }
    }

    #[test]
    fn what_is_common_is_listed_named_once_and_has_a_weight() {
        let listed = listed();
        for species in Species::ALL {
            let all = common(*species);
            for one in all {
                if let Some(names) = listed.get(species.as_str()) {
                    let is_there = names.iter().any(|name| name == one.listed()) || NO_BREED.contains(&one.listed());
                    assert!(is_there, "{} is not in the list", one.listed());
                }
                assert!(one.share > 0 && one.grams.0 < one.grams.1, "{}", one.listed());
            }
            for is_spanish in [false, true] {
                let different: HashSet<String> = all.iter().map(|one| fold(one.name(is_spanish))).collect();
                assert_eq!(different.len(), all.len(), "{species:?}");
            }
            assert!(all.windows(2).all(|pair| pair[0].share >= pair[1].share), "{species:?}: commonest first");
        }
    }
}
