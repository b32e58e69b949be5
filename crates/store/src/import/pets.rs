//! What several rows say of one pet, as one; and whether it is one that is here.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::NaiveDate;
use petrel_domain::desk::PetDetails;
use petrel_domain::text::fold;
use petrel_domain::{PetId, Sex, Species};
use rusqlite::params;

use crate::{Result, Tx};

/// The pets of a client's rows, in their order. A file that has a row for each visit, or for each vaccination, names a pet again and again: it is one
/// as long as nothing that is said of it differs but its weight, which is another at each visit; and what one row leaves empty another one fills.
pub(super) fn of<'a>(rows: impl Iterator<Item = &'a PetDetails>) -> Vec<Cow<'a, PetDetails>> {
    let mut pets: Vec<Cow<'a, PetDetails>> = Vec::new();
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for pet in rows {
        let namesakes = by_name.entry(fold(&pet.name)).or_default();
        let is_added = namesakes.iter().any(|place| add(&mut pets[*place], pet));
        if !is_added {
            namesakes.push(pets.len());
            pets.push(Cow::Borrowed(pet));
        }
    }
    pets
}

/// Adds what another row says of a pet of the same name. Answers whether both are one; where they are two, nothing is added.
fn add(kept: &mut Cow<'_, PetDetails>, other: &PetDetails) -> bool {
    // Most rows say the same once more: they must cost nothing.
    if **kept == *other {
        return true;
    }
    let is_one = is_one(kept, other);
    if is_one {
        *kept = Cow::Owned(filled(kept, other));
    }
    is_one
}

fn is_one(one: &PetDetails, other: &PetDetails) -> bool {
    let texts = [
        (&one.breed, &other.breed),
        (&one.color, &other.color),
        (&one.microchip, &other.microchip),
        (&one.allergies, &other.allergies),
        (&one.alerts, &other.alerts),
    ];
    is_same_species(one, other)
        && (one.sex == other.sex || one.sex == Sex::Unknown || other.sex == Sex::Unknown)
        && agree(one.is_neutered, other.is_neutered)
        && agree(one.born_on, other.born_on)
        && texts.into_iter().all(|(one, other)| agree(one.as_deref().map(fold), other.as_deref().map(fold)))
        // A death is never filled in: the one that lives may have got the name of the one before.
        && one.deceased_on == other.deceased_on
}

/// Whether a pet that is here and a pet of a row that is called the same are one.
///
/// A chip tells it, whatever else differs; without one it is asked for what an animal has for life. What changes over the years (what it must not eat, that it
/// was neutered) makes no other one, as it does within a file. A death is only a pet's of which the chip or the birthday says that it is the same: the one that
/// lives may have got the name of the one before.
///
/// A row that says no day of a death is taken for `today`: it agrees with whatever day is known here.
pub(super) fn is_here(here: &PetDetails, row: &PetDetails, today: NaiveDate) -> bool {
    let is_of_chip = here.microchip.is_some() && here.microchip == row.microchip;
    let is_of_birthday = here.born_on.is_some() && here.born_on == row.born_on;
    let is_alike = || {
        is_same_species(here, row)
            && (here.sex == row.sex || here.sex == Sex::Unknown || row.sex == Sex::Unknown)
            && agree(here.born_on, row.born_on)
            && agree(here.microchip.as_deref(), row.microchip.as_deref())
            && (is_of_birthday || agree(here.breed.as_deref().map(fold), row.breed.as_deref().map(fold)))
    };
    let is_undated = here.deceased_on.is_some() && row.deceased_on == Some(today);
    let is_dead_as = here.deceased_on == row.deceased_on || is_undated;
    let is_surely = (is_of_chip || is_of_birthday) && agree(here.deceased_on, row.deceased_on) && is_life(here, row);
    (is_of_chip || is_alike()) && (is_dead_as || is_surely)
}

/// Whether the days of both together are those of one life.
fn is_life(here: &PetDetails, row: &PetDetails) -> bool {
    let (born, died) = (here.born_on.or(row.born_on), here.deceased_on.or(row.deceased_on));
    born.zip(died).is_none_or(|(born, died)| born <= died)
}

/// Fills what is empty of a pet that is here; what is there stays. A day of death that is new ends what was planned. Answers whether anything was filled.
pub(super) fn fill_in(tx: &Tx<'_>, id: PetId, row: &PetDetails) -> Result<bool> {
    let lives = "SELECT 1 FROM pets WHERE id = ?1 AND deceased_on IS NULL";
    let dies = row.deceased_on.is_some() && tx.db().prepare_cached(lives)?.exists([id.bytes()])?;
    let PetDetails { species, breed, sex, is_neutered, weight_grams, color, microchip, allergies, alerts, .. } = row;
    let [born_on, deceased_on] = [row.born_on, row.deceased_on].map(|date| date.map(|date| date.to_string()));
    let count = tx.db().prepare_cached(include_str!("fill_pet.sql"))?.execute(params![
        id.bytes(),
        species.as_str(),
        breed,
        sex.as_str(),
        is_neutered,
        born_on,
        weight_grams,
        color,
        microchip,
        allergies,
        alerts,
        deceased_on,
        tx.now().0,
    ])?;
    if dies {
        crate::farewell::end_plans(tx, id, None)?;
    }
    Ok(count > 0)
}

fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// A species that nobody named is `other`, as is one without a name of its own, whose word is the breed then.
fn is_same_species(one: &PetDetails, other: &PetDetails) -> bool {
    let is_unnamed = |of: &PetDetails| of.species == Species::Other && of.breed.is_none();
    let is_of_breed = || one.breed.as_deref().map(fold) == other.breed.as_deref().map(fold);
    let is_other = || one.species == Species::Other || other.species == Species::Other;
    one.species == other.species || is_unnamed(one) || is_unnamed(other) || (is_other() && is_of_breed())
}

fn filled(kept: &PetDetails, other: &PetDetails) -> PetDetails {
    let text = |kept: &Option<String>, other: &Option<String>| kept.as_ref().or(other.as_ref()).cloned();
    PetDetails {
        name: kept.name.clone(),
        species: if kept.species == Species::Other { other.species } else { kept.species },
        breed: text(&kept.breed, &other.breed),
        sex: if kept.sex == Sex::Unknown { other.sex } else { kept.sex },
        is_neutered: kept.is_neutered.or(other.is_neutered),
        born_on: kept.born_on.or(other.born_on),
        weight_grams: kept.weight_grams.or(other.weight_grams),
        color: text(&kept.color, &other.color),
        microchip: text(&kept.microchip, &other.microchip),
        allergies: text(&kept.allergies, &other.allergies),
        alerts: text(&kept.alerts, &other.alerts),
        deceased_on: kept.deceased_on,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rex() -> PetDetails {
        PetDetails {
            name: "Rex".into(),
            species: Species::Dog,
            breed: None,
            sex: Sex::Unknown,
            is_neutered: None,
            born_on: None,
            weight_grams: None,
            color: None,
            microchip: None,
            allergies: None,
            alerts: None,
            deceased_on: None,
        }
    }

    fn count(rows: &[PetDetails]) -> usize {
        of(rows.iter()).len()
    }

    #[test]
    fn a_pet_that_several_rows_name_is_one_and_its_empty_fields_are_filled() {
        let born_on = "2019-05-01".parse().ok();
        let later = PetDetails { name: "REX".into(), breed: Some("Beagle".into()), born_on, is_neutered: Some(true), ..rex() };
        let last =
            PetDetails { species: Species::Other, sex: Sex::Male, breed: Some("beagle".into()), alerts: Some("Bites".into()), ..rex() };
        let rows = [rex(), rex(), later, last];
        let pets = of(rows.iter());
        let one = PetDetails {
            breed: Some("Beagle".into()),
            born_on,
            is_neutered: Some(true),
            sex: Sex::Male,
            alerts: Some("Bites".into()),
            ..rex()
        };
        assert_eq!(pets.iter().map(Cow::as_ref).collect::<Vec<_>>(), [&one]);
        assert!(matches!(of(rows[..2].iter())[..], [Cow::Borrowed(_)]), "what says nothing new is not copied");
    }

    #[test]
    fn pets_of_one_name_that_differ_stay_two() {
        let chip = |number: &str| PetDetails { microchip: Some(number.into()), ..rex() };
        let born = |date: &str| PetDetails { born_on: date.parse().ok(), ..rex() };
        let alpaca = PetDetails { species: Species::Other, breed: Some("Alpaca".into()), ..rex() };
        assert_eq!(count(&[chip("1"), chip("2"), chip("1"), rex()]), 2);
        assert_eq!(count(&[born("2019-05-01"), born("2020-05-01")]), 2);
        assert_eq!(count(&[rex(), PetDetails { species: Species::Cat, ..rex() }]), 2);
        assert_eq!(count(&[rex(), alpaca]), 2);
        assert_eq!(count(&[PetDetails { deceased_on: "2015-05-01".parse().ok(), ..rex() }, rex()]), 2, "one of them lives");
        assert_eq!(count(&[rex(), PetDetails { name: "Max".into(), ..rex() }]), 2);
    }
}
