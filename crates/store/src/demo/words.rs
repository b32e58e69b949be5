//! The words a made-up clinic is made of.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Result;
use crate::breeds::is_spanish;

const ALL: &str = include_str!("words.json");

#[derive(Deserialize)]
struct All {
    en: Language,
    es: Language,
    pets: Vec<String>,
}

/// The words of a language.
#[derive(Clone, Deserialize)]
pub(super) struct Language {
    pub(super) clinic: String,
    pub(super) first: Vec<String>,
    pub(super) last: Vec<String>,
    pub(super) streets: Vec<String>,
    pub(super) alerts: Vec<String>,
    pub(super) allergies: Vec<String>,
    pub(super) reasons: Vec<String>,
    pub(super) cancelled: Vec<String>,
    pub(super) vaccines: BTreeMap<String, Vec<String>>,
    pub(super) notes: Vec<String>,
}

/// The words of a clinic.
pub(super) struct Words {
    pub(super) language: Language,
    pub(super) pets: Vec<String>,
    pub(super) is_spanish: bool,
}

impl Words {
    pub(super) fn of(locale: &str) -> Result<Self> {
        let all: All = serde_json::from_str(ALL)?;
        let is_spanish = is_spanish(locale);
        Ok(Self { language: if is_spanish { all.es } else { all.en }, pets: all.pets, is_spanish })
    }
}
