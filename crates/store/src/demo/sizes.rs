//! How heavy animals become, and how old.

use petrel_domain::{DAY, Species};

/// From what weight to what weight the grown ones of a breed are, in grams: about what breed clubs say, both sexes together. It is for
/// a look at the program, and no measure for an animal.
const BREEDS: &[(&str, u32, u32)] = &[
    ("Labrador Retriever", 25_000, 36_000),
    ("French Bulldog", 8_000, 14_000),
    ("German Shepherd", 22_000, 40_000),
    ("Golden Retriever", 25_000, 34_000),
    ("Poodle", 18_000, 32_000),
    ("Beagle", 9_000, 14_000),
    ("Rottweiler", 36_000, 58_000),
    ("Dachshund", 7_000, 14_000),
    ("German Shorthaired Pointer", 20_000, 32_000),
    ("Yorkshire Terrier", 2_000, 3_500),
    ("Boxer", 25_000, 34_000),
    ("Australian Shepherd", 16_000, 29_000),
    ("Cavalier King Charles Spaniel", 5_400, 8_200),
    ("Shih Tzu", 4_000, 7_300),
    ("Siberian Husky", 16_000, 27_000),
    ("Pomeranian", 1_400, 3_500),
    ("Boston Terrier", 5_500, 11_300),
    ("Havanese", 3_200, 5_900),
    ("English Springer Spaniel", 18_000, 25_000),
    ("Border Collie", 13_500, 25_000),
    ("Cocker Spaniel", 11_000, 15_000),
    ("Chihuahua", 1_500, 3_000),
    ("Maltese", 2_000, 4_000),
    ("Schnauzer", 14_000, 22_000),
    ("Vizsla", 20_000, 29_000),
    ("Weimaraner", 25_000, 40_000),
    ("Pug", 6_300, 8_500),
    ("Bichon Frise", 4_500, 8_000),
    ("West Highland White Terrier", 6_000, 10_000),
    ("Whippet", 11_000, 18_000),
    ("Galgo Español", 20_000, 30_000),
    ("Podenco", 18_000, 28_000),
    ("Mastín Español", 52_000, 85_000),
    ("Perro de Agua Español", 14_000, 22_000),
    ("Jack Russell Terrier", 5_000, 8_000),
    ("Staffordshire Bull Terrier", 11_000, 17_000),
    ("Maine Coon", 4_000, 8_500),
    ("Ragdoll", 4_000, 8_500),
    ("Norwegian Forest Cat", 3_800, 7_500),
    ("Holland Lop", 1_300, 1_900),
    ("Netherland Dwarf", 800, 1_200),
    ("Lionhead", 1_200, 1_800),
    ("Rex", 3_000, 4_600),
    ("Mini Lop", 2_000, 3_000),
    ("Budgerigar", 28, 45),
    ("Cockatiel", 75, 120),
    ("African Grey", 380, 520),
    ("Canary", 15, 28),
    ("Syrian", 100, 160),
    ("Roborovski", 20, 30),
    ("Bearded Dragon", 300, 550),
    ("Leopard Gecko", 45, 90),
    ("Hermann's Tortoise", 600, 2_500),
    ("Hedgehog", 400, 900),
    ("Alpaca", 50_000, 85_000),
];

/// The least and the most that a grown animal weighs, in grams.
pub(super) fn range(species: Species, breed: &str) -> (u32, u32) {
    let listed = BREEDS.iter().find(|(name, ..)| *name == breed).map(|(_, least, most)| (*least, *most));
    listed.unwrap_or(match species {
        Species::Dog => (5_000, 35_000),
        Species::Cat => (2_800, 6_500),
        Species::Rabbit => (1_200, 3_000),
        Species::GuineaPig => (700, 1_200),
        Species::Bird => (30, 450),
        Species::Hamster => (25, 150),
        Species::Ferret => (700, 1_800),
        Species::Reptile => (60, 1_500),
        Species::Horse => (400_000, 600_000),
        Species::Other => (500, 5_000),
    })
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
    use crate::demo::words::Words;

    #[test]
    fn every_breed_of_the_list_has_its_size_and_none_is_listed_for_nothing() {
        let words = Words::of("en-US").unwrap();
        let named: Vec<&String> = words.breeds.values().flatten().collect();
        for (breed, least, most) in BREEDS {
            assert!(least < most && named.iter().any(|name| *name == breed), "{breed}");
        }
        let by_species =
            ["Mixed breed", "Domestic Shorthair", "Domestic Longhair", "British Shorthair", "Persian", "Siamese", "Bengal", "Sphynx"];
        let others = ["Russian Blue", "Abyssinian", "Birman", "American", "Peruvian", "Ferret", "Quarter Horse", "Pura Raza Española"];
        for name in named {
            let is_listed = BREEDS.iter().any(|(breed, ..)| breed == name);
            assert!(is_listed || by_species.iter().chain(&others).any(|other| other == name), "{name}");
        }
    }

    #[test]
    fn animals_grow_to_their_weight() {
        let weight = |days| Frame(20_000).grams(Species::Dog, days * DAY);
        assert_eq!((weight(0), weight(365), weight(3_000)), (3_000, 20_000, 20_000));
        assert!((3_000..20_000).contains(&weight(100)));
    }
}
