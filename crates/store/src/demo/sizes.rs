//! How heavy animals become, and how old.

use petrel_domain::{DAY, Species};

use crate::breeds::Common;

/// The least and the most that a grown animal weighs, in grams. Those of no common breed are ferrets.
pub(super) fn range(breed: Option<&Common>) -> (u32, u32) {
    breed.map_or((700, 1_800), |breed| breed.grams)
}

/// The most days that an animal lives.
pub(super) fn lifetime(species: Species) -> i64 {
    let months = match species {
        Species::Dog => 15 * 12,
        Species::Cat => 18 * 12,
        Species::Rabbit => 9 * 12,
        Species::GuineaPig | Species::Ferret => 7 * 12,
        Species::Bird => 10 * 12,
        Species::Hamster => 30,
        Species::Reptile => 20 * 12,
        Species::Horse => 28 * 12,
        Species::Other => 6 * 12,
    };
    months * 365 / 12
}

/// What an animal weighs when it is grown.
#[derive(Clone, Copy)]
pub(super) struct Frame(pub(super) u32);

impl Frame {
    /// What it weighs at an age, in grams: it is born with a part, and grows in its first months or year.
    pub(super) fn grams(self, species: Species, age_millis: i64) -> u32 {
        let grown_after = match species {
            Species::Dog | Species::Cat => 365,
            Species::Horse | Species::Reptile => 900,
            _ => 120,
        };
        let days = (age_millis / DAY).clamp(0, grown_after);
        let percent = 15 + u32::try_from(85 * days / grown_after).unwrap_or(85);
        let grams = (self.0 * percent / 100).max(10);
        // Only small animals are weighed to the gram.
        if grams < 1_000 { grams } else { grams / 10 * 10 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn animals_grow_to_their_weight() {
        let weight = |days| Frame(20_000).grams(Species::Dog, days * DAY);
        assert_eq!((weight(0), weight(365), weight(3_000)), (3_000, 20_000, 20_000));
        assert!((3_000..20_000).contains(&weight(100)));
    }
}
