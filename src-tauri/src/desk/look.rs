//! How the screens look and speak on this desk. Kept beside the clinic's file, in the clear: the screens before it is open need it.

use std::collections::BTreeMap;

use petrel_domain::{Refusal, RefusalCode};
use petrel_store::{StoreError, write_private};

use super::Desk;

/// The desk's settings that are kept here.
const KEYS: &[&str] = &["language", "theme", "zoom"];
/// In characters of JSON; what the screens choose from is far shorter.
const LIMIT: usize = 100;

/// Whether a setting of the desk is one of these.
pub(super) fn is_look(key: &str) -> bool {
    KEYS.contains(&key)
}

impl Desk {
    /// A setting of the look, as JSON; none where none was made, or the file cannot be read: then it is as on any new desk.
    pub(super) fn look(&self, key: &str) -> Option<String> {
        self.looks().remove(key).map(|value| value.to_string())
    }

    fn looks(&self) -> BTreeMap<String, serde_json::Value> {
        let kept = std::fs::read(self.inner.folder.look()).unwrap_or_default();
        serde_json::from_slice(&kept).unwrap_or_default()
    }

    /// Sets one. Needs no clinic and nobody signed in.
    pub(super) fn set_look(&self, key: &str, value: &str) -> Result<(), Refusal> {
        if value.len() > LIMIT {
            return Err(Refusal::on(RefusalCode::TooLong, "value").with_limit(LIMIT));
        }
        let value = serde_json::from_str(value).map_err(|_| Refusal::invalid("value"))?;
        let mut looks = self.looks();
        looks.insert(key.to_owned(), value);
        let json = serde_json::to_vec(&looks).map_err(Refusal::internal)?;
        self.inner.folder.make().map_err(StoreError::from)?;
        Ok(write_private(&self.inner.folder.look(), &json)?)
    }
}
