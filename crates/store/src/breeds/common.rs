//! What comes to a clinic most, how often, how heavy it grows, and what it is called in Spanish.

use petrel_domain::Species;

/// A breed that is common, or what stands in a breed's place.
#[derive(Clone, Copy)]
pub(crate) struct Common {
    english: &'static str,
    /// Where it has a Spanish name that is used.
    spanish: Option<&'static str>,
    /// How many of the species are of it, beside the other shares of that species.
    pub(crate) share: u32,
    /// The least and the most that a grown one weighs, in grams: about what breed clubs say, both sexes together. It is for a look at the program, and
    /// no measure for an animal.
    pub(crate) grams: (u32, u32),
}

impl Common {
    /// What a clinic of a language calls it.
    pub(crate) const fn name(&self, is_spanish: bool) -> &'static str {
        match self.spanish {
            Some(name) if is_spanish => name,
            _ => self.english,
        }
    }

    /// Its name in the list.
    pub(super) const fn listed(&self) -> &'static str {
        self.english
    }
}

/// One that is called the same everywhere.
const fn one(english: &'static str, share: u32, least: u32, most: u32) -> Common {
    Common { english, spanish: None, share, grams: (least, most) }
}

const fn two(english: &'static str, spanish: &'static str, share: u32, least: u32, most: u32) -> Common {
    Common { english, spanish: Some(spanish), share, grams: (least, most) }
}

/// The common ones of a species, commonest first: purebred dogs in about the order in which kennel clubs register them. Animals without a pedigree, and
/// what no list of breeds has, are among them.
pub(crate) const fn common(species: Species) -> &'static [Common] {
    match species {
        Species::Dog => DOGS,
        Species::Cat => CATS,
        Species::Rabbit => RABBITS,
        Species::GuineaPig => GUINEA_PIGS,
        Species::Bird => BIRDS,
        Species::Hamster => HAMSTERS,
        Species::Reptile => REPTILES,
        Species::Horse => HORSES,
        Species::Other => OTHERS,
        // They are of one breed.
        Species::Ferret => &[],
    }
}

const DOGS: &[Common] = &[
    two("Mixed breed", "Mestizo", 110, 5_000, 35_000),
    one("Labrador Retriever", 22, 25_000, 36_000),
    two("French Bulldog", "Bulldog Francés", 18, 8_000, 14_000),
    two("German Shepherd Dog", "Pastor Alemán", 15, 22_000, 40_000),
    one("Golden Retriever", 14, 25_000, 34_000),
    two("Poodle", "Caniche", 13, 4_000, 28_000),
    one("Yorkshire Terrier", 12, 2_000, 3_500),
    one("Chihuahua", 12, 1_500, 3_000),
    two("Dachshund", "Teckel", 9, 7_000, 14_000),
    one("Beagle", 8, 9_000, 14_000),
    one("Border Collie", 8, 13_500, 25_000),
    one("Jack Russell Terrier", 8, 5_000, 8_000),
    two("English Cocker Spaniel", "Cocker Spaniel Inglés", 7, 11_000, 15_000),
    two("Maltese", "Bichón Maltés", 7, 2_000, 4_000),
    one("Shih Tzu", 7, 4_000, 7_300),
    two("Boxer", "Bóxer", 6, 25_000, 34_000),
    one("Rottweiler", 6, 36_000, 58_000),
    two("Pomeranian", "Pomerania", 6, 1_400, 3_500),
    two("Australian Shepherd", "Pastor Australiano", 5, 16_000, 29_000),
    two("Siberian Husky", "Husky Siberiano", 5, 16_000, 27_000),
    two("Pug", "Carlino", 5, 6_300, 8_500),
    one("Cavalier King Charles Spaniel", 5, 5_400, 8_200),
    two("Miniature Schnauzer", "Schnauzer Miniatura", 5, 5_000, 9_000),
    one("West Highland White Terrier", 4, 6_000, 10_000),
    two("Bulldog", "Bulldog Inglés", 4, 18_000, 25_000),
    two("American Staffordshire Terrier", "American Staffordshire", 4, 23_000, 32_000),
    two("Bichon Frisé", "Bichón Frisé", 4, 4_500, 8_000),
    one("Pembroke Welsh Corgi", 3, 10_000, 14_000),
    two("Doberman Pinscher", "Dóberman", 3, 32_000, 45_000),
    two("Great Dane", "Gran Danés", 2, 50_000, 80_000),
    two("Bernese Mountain Dog", "Boyero de Berna", 2, 36_000, 52_000),
    two("German Shorthaired Pointer", "Braco Alemán", 2, 20_000, 32_000),
    one("Galgo Español", 2, 20_000, 30_000),
    two("Spanish Water Dog", "Perro de Agua Español", 2, 14_000, 22_000),
    two("Spanish Mastiff", "Mastín Español", 2, 52_000, 85_000),
    one("Ratonero Bodeguero Andaluz", 2, 6_000, 9_000),
    one("Podenco Valenciano", 2, 14_000, 24_000),
    one("Boston Terrier", 2, 5_500, 11_300),
    two("Havanese", "Bichón Habanero", 2, 3_200, 5_900),
    one("English Springer Spaniel", 2, 18_000, 25_000),
    one("Staffordshire Bull Terrier", 2, 11_000, 17_000),
    two("Miniature Pinscher", "Pinscher Miniatura", 2, 3_500, 6_000),
    two("Pekingese", "Pekinés", 2, 3_000, 6_000),
    two("Dalmatian", "Dálmata", 2, 20_000, 32_000),
    one("Shiba Inu", 2, 7_000, 12_000),
    two("Samoyed", "Samoyedo", 1, 17_000, 30_000),
    one("Basset Hound", 1, 20_000, 30_000),
    two("English Setter", "Setter Inglés", 1, 20_000, 32_000),
    one("Weimaraner", 1, 25_000, 40_000),
    one("Vizsla", 1, 20_000, 29_000),
    one("Whippet", 1, 11_000, 18_000),
    two("Greyhound", "Galgo Inglés", 1, 26_000, 38_000),
    one("Shar Pei", 1, 18_000, 28_000),
    two("Newfoundland", "Terranova", 1, 45_000, 70_000),
    two("Saint Bernard", "San Bernardo", 1, 55_000, 85_000),
];

const CATS: &[Common] = &[
    two("Domestic Shorthair", "Común europeo", 120, 2_800, 6_500),
    two("Domestic Longhair", "Común de pelo largo", 24, 2_800, 6_500),
    one("Maine Coon", 9, 4_000, 8_500),
    two("Siamese", "Siamés", 9, 2_700, 5_500),
    two("British Shorthair", "Británico de pelo corto", 8, 3_500, 7_500),
    two("Persian", "Persa", 8, 3_000, 6_000),
    one("Ragdoll", 7, 4_000, 8_500),
    two("Bengal", "Bengalí", 4, 3_500, 7_000),
    one("Sphynx", 4, 2_800, 5_500),
    two("Russian Blue", "Azul ruso", 3, 3_000, 5_500),
    two("Norwegian Forest Cat", "Bosque de Noruega", 3, 3_800, 7_500),
    two("Scottish Fold", "Fold escocés", 2, 3_000, 6_000),
    two("Siberian", "Siberiano", 2, 3_800, 7_500),
    two("Birman", "Sagrado de Birmania", 2, 3_000, 6_000),
    two("Exotic Shorthair", "Exótico de pelo corto", 2, 3_000, 6_000),
    two("Abyssinian", "Abisinio", 1, 2_800, 4_800),
    one("Devon Rex", 1, 2_500, 4_500),
    two("Burmese", "Burmés", 1, 3_000, 5_800),
    two("Turkish Angora", "Angora turco", 1, 2_800, 5_000),
];

const RABBITS: &[Common] = &[
    two("Mixed breed", "Mestizo", 12, 1_200, 3_000),
    two("Netherland Dwarf", "Enano holandés", 6, 800, 1_200),
    two("Holland Lop", "Belier holandés", 6, 1_300, 1_900),
    two("Lionhead", "Cabeza de león", 5, 1_200, 1_800),
    two("Mini Lop", "Mini belier", 4, 2_000, 3_000),
    one("Mini Rex", 3, 1_500, 2_100),
    two("Dutch", "Holandés", 2, 1_800, 2_500),
    one("Rex", 2, 3_000, 4_600),
    two("English Angora", "Angora inglés", 1, 2_000, 3_500),
    two("Flemish Giant", "Gigante de Flandes", 1, 5_500, 9_000),
];

const GUINEA_PIGS: &[Common] =
    &[two("American", "Americana", 3, 700, 1_200), two("Abyssinian", "Abisinia", 2, 700, 1_200), two("Peruvian", "Peruana", 1, 700, 1_200)];

const BIRDS: &[Common] = &[
    two("Budgerigar", "Periquito", 5, 28, 45),
    two("Cockatiel", "Ninfa", 3, 75, 120),
    two("Canary", "Canario", 3, 15, 28),
    two("Lovebird", "Agaporni", 2, 40, 60),
    two("African Grey", "Loro gris", 1, 380, 520),
];

const HAMSTERS: &[Common] = &[two("Syrian", "Sirio", 3, 100, 160), two("Winter White", "Ruso", 2, 30, 50), one("Roborovski", 1, 20, 30)];

const REPTILES: &[Common] = &[
    two("Bearded Dragon", "Dragón barbudo", 3, 300, 550),
    two("Leopard Gecko", "Gecko leopardo", 2, 45, 90),
    two("Hermann's Tortoise", "Tortuga mediterránea", 2, 600, 2_500),
    two("Red-eared Slider", "Tortuga de orejas rojas", 2, 400, 1_800),
    two("Corn Snake", "Serpiente del maíz", 1, 300, 900),
    two("Ball Python", "Pitón real", 1, 1_000, 2_000),
];

const HORSES: &[Common] = &[
    one("Pura Raza Española", 3, 400_000, 520_000),
    two("Quarter Horse", "Cuarto de milla", 3, 430_000, 550_000),
    two("Thoroughbred", "Purasangre inglés", 2, 450_000, 550_000),
    two("Arabian Horse", "Árabe", 2, 360_000, 460_000),
];

const OTHERS: &[Common] = &[
    one("Chinchilla", 2, 400, 700),
    two("Rat", "Rata", 2, 250, 550),
    two("Hedgehog", "Erizo", 2, 400, 900),
    one("Alpaca", 1, 50_000, 85_000),
];
