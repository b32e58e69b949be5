//! Records of one client that may be of one animal.

use petrel_domain::PetId;
use petrel_domain::desk::{Pet, SamePets};
use petrel_domain::merge_pets::is_like;
use petrel_domain::rights::Right;

use crate::attention::{dismiss, dismissed};
use crate::{Actor, Result, Store};

/// The most pairs of one client that are told.
const TOLD: usize = 20;
/// The most pets of one client that are compared, each with each: a shelter has hundreds.
const COMPARED: usize = 100;

impl Store {
    /// Two pets of one client are two animals after all (`are_two`): they are not told as a pair again at this desk. Or that was a slip, and they may
    /// be one.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn dismiss_same_pets(&self, actor: &Actor, first: PetId, second: PetId, are_two: bool) -> Result<()> {
        actor.require(Right::WriteClinic)?;
        dismiss(self, first.min(second).to_string(), first.max(second).to_string(), are_two)
    }

    /// Of pairs of pets, those that nobody at this desk said are two. What was said is read only where there is a pair: most families have none.
    pub(crate) fn untold(&self, mut pairs: Vec<SamePets>) -> Result<Vec<SamePets>> {
        if !pairs.is_empty() {
            let told_apart = dismissed(self)?;
            pairs.retain(|pair| !told_apart.contains(&(pair.first.to_string(), pair.second.to_string())));
            pairs.truncate(TOLD);
        }
        Ok(pairs)
    }
}

/// The pairs among pets of one client that may be one animal.
pub(crate) fn same(pets: &[Pet]) -> Vec<SamePets> {
    let pets = &pets[..pets.len().min(COMPARED)];
    let mut pairs = Vec::new();
    for (place, one) in pets.iter().enumerate() {
        for other in &pets[place + 1..] {
            if is_like(&one.details, &other.details) {
                let (first, second) = (one.id.min(other.id), one.id.max(other.id));
                pairs.push(SamePets { first, second, name: one.details.name.clone() });
            }
        }
    }
    pairs
}
