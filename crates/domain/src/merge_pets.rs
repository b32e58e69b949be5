//! What stands in the one record after two of the same animal were merged. Visits, records and what it waits for go over by the references.

use crate::desk::{PetChoice, PetDetails};
use crate::merge_clients::joined_notes;
use crate::text::fold;
use crate::{PetField, PetTake, Refusal, Sex};

/// Whether both of two may stand, one under the other: what everyone must know before touching it is never the one or the other.
fn is_joinable(field: PetField) -> bool {
    matches!(field, PetField::Alerts | PetField::Allergies)
}

/// What a pet has under a field, as it is compared; none where nothing is known.
fn key(pet: &PetDetails, field: PetField) -> Option<String> {
    let text = |text: &Option<String>| text.as_deref().and_then(compared);
    match field {
        PetField::Name => compared(&pet.name),
        PetField::Species => Some(pet.species.as_str().to_owned()),
        PetField::Breed => text(&pet.breed),
        PetField::Color => text(&pet.color),
        PetField::Sex => (pet.sex != Sex::Unknown).then(|| pet.sex.as_str().to_owned()),
        PetField::IsNeutered => pet.is_neutered.map(|is| is.to_string()),
        PetField::BornOn => pet.born_on.map(|date| date.to_string()),
        PetField::WeightGrams => pet.weight_grams.map(|grams| grams.to_string()),
        PetField::Microchip => text(&pet.microchip),
        PetField::DeceasedOn => pet.deceased_on.map(|date| date.to_string()),
        PetField::Alerts => text(&pet.alerts),
        PetField::Allergies => text(&pet.allergies),
    }
}

/// A text without its case, accents and signs; one of signs alone as it is.
fn compared(text: &str) -> Option<String> {
    let folded = fold(text).split_whitespace().collect::<Vec<_>>().join(" ");
    Some(if folded.is_empty() { text.trim().to_owned() } else { folded }).filter(|text| !text.is_empty())
}

/// What both have and say otherwise, each with what is suggested: the one that stays keeps its own, of what everyone must know both stand, and the
/// weight is that of the last weighing.
pub fn differing(kept: &PetDetails, other: &PetDetails, is_other_weighed_last: bool) -> Vec<PetChoice> {
    let differs = |field: &PetField| matches!((key(kept, *field), key(other, *field)), (Some(kept), Some(other)) if kept != other);
    let suggested = |field: PetField| match field {
        PetField::WeightGrams if is_other_weighed_last => PetTake::Other,
        _ if is_joinable(field) => PetTake::Both,
        _ => PetTake::Kept,
    };
    PetField::ALL.iter().copied().filter(differs).map(|field| PetChoice { field, take: suggested(field) }).collect()
}

/// What the one that stays lacks and the other has.
pub fn filled(kept: &PetDetails, other: &PetDetails) -> Vec<PetField> {
    PetField::ALL.iter().copied().filter(|field| key(kept, *field).is_none() && key(other, *field).is_some()).collect()
}

/// The one that stays, with what it lacks filled in from the other, and what differs as it was chosen, or else as [`differing`] suggests.
///
/// # Errors
/// `invalid` on a field of which both cannot stand.
pub fn merged(kept: &PetDetails, other: &PetDetails, chosen: &[PetChoice], is_other_weighed_last: bool) -> Result<PetDetails, Refusal> {
    if let Some(choice) = chosen.iter().find(|choice| choice.take == PetTake::Both && !is_joinable(choice.field)) {
        return Err(Refusal::invalid(choice.field.as_str()));
    }
    let mut one = kept.clone();
    for field in filled(kept, other) {
        take(&mut one, other, field);
    }
    for PetChoice { field, take: suggested } in differing(kept, other, is_other_weighed_last) {
        match chosen.iter().find(|choice| choice.field == field).map_or(suggested, |choice| choice.take) {
            PetTake::Kept => {}
            PetTake::Other => take(&mut one, other, field),
            PetTake::Both if field == PetField::Alerts => one.alerts = joined_notes([kept.alerts.clone(), other.alerts.clone()]),
            PetTake::Both => one.allergies = joined_notes([kept.allergies.clone(), other.allergies.clone()]),
        }
    }
    Ok(one)
}

/// Takes one field over from another pet.
fn take(one: &mut PetDetails, other: &PetDetails, field: PetField) {
    match field {
        PetField::Name => one.name.clone_from(&other.name),
        PetField::Species => one.species = other.species,
        PetField::Breed => one.breed.clone_from(&other.breed),
        PetField::Color => one.color.clone_from(&other.color),
        PetField::Sex => one.sex = other.sex,
        PetField::IsNeutered => one.is_neutered = other.is_neutered,
        PetField::BornOn => one.born_on = other.born_on,
        PetField::WeightGrams => one.weight_grams = other.weight_grams,
        PetField::Microchip => one.microchip.clone_from(&other.microchip),
        PetField::DeceasedOn => one.deceased_on = other.deceased_on,
        PetField::Alerts => one.alerts.clone_from(&other.alerts),
        PetField::Allergies => one.allergies.clone_from(&other.allergies),
    }
}

/// Whether two pets of one client may be one animal: one chip, or one name and species. Two chips are two animals; and of one that died, a family may
/// have named the next.
pub fn is_like(one: &PetDetails, other: &PetDetails) -> bool {
    let same = |field| key(one, field) == key(other, field);
    match (key(one, PetField::Microchip), key(other, PetField::Microchip)) {
        (Some(one), Some(other)) => one == other,
        _ => same(PetField::Name) && same(PetField::Species) && one.deceased_on.is_some() == other.deceased_on.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RefusalCode, Species};

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

    fn date(text: &str) -> Option<chrono::NaiveDate> {
        Some(text.parse().unwrap())
    }

    fn full() -> PetDetails {
        PetDetails {
            breed: Some("Beagle".into()),
            sex: Sex::Male,
            is_neutered: Some(false),
            born_on: date("2020-01-01"),
            weight_grams: Some(12_000),
            color: Some("brown".into()),
            microchip: Some("985112345678900".into()),
            allergies: Some("Penicillin".into()),
            alerts: Some("Bites".into()),
            deceased_on: date("2026-01-01"),
            ..rex()
        }
    }

    /// Another value of every field.
    fn otherwise() -> PetDetails {
        PetDetails {
            name: "Rexy".into(),
            species: Species::Cat,
            breed: Some("Poodle".into()),
            sex: Sex::Female,
            is_neutered: Some(true),
            born_on: date("2021-01-01"),
            weight_grams: Some(9_000),
            color: Some("white".into()),
            microchip: Some("985112345678901".into()),
            allergies: Some("Chicken".into()),
            alerts: Some("Never alone".into()),
            deceased_on: date("2026-02-01"),
        }
    }

    #[test]
    fn what_is_lacking_is_filled_in_and_what_is_there_stays() {
        assert_eq!(merged(&rex(), &full(), &[], false), Ok(full()));
        assert_eq!(merged(&full(), &rex(), &[], false), Ok(full()));
        assert_eq!(filled(&rex(), &full()).len(), PetField::ALL.len() - 2, "a name and a species it has");
        assert!(differing(&rex(), &full(), false).is_empty() && filled(&full(), &full()).is_empty());
        let accents = PetDetails { name: "RÉX".into(), breed: Some("BEAGLE".into()), ..full() };
        assert_eq!(differing(&full(), &accents, false), [], "the same, written otherwise");
    }

    #[test]
    fn what_differs_is_as_it_was_chosen() {
        let differs = differing(&full(), &otherwise(), false);
        assert_eq!(differs.iter().map(|choice| choice.field).collect::<Vec<_>>(), PetField::ALL);
        let all = |take: PetTake| PetField::ALL.iter().map(|field| PetChoice { field: *field, take }).collect::<Vec<_>>();
        assert_eq!(merged(&full(), &otherwise(), &all(PetTake::Kept), true), Ok(full()));
        assert_eq!(merged(&full(), &otherwise(), &all(PetTake::Other), false), Ok(otherwise()));
        assert_eq!(merged(&full(), &rex(), &all(PetTake::Other), false), Ok(full()), "nothing is taken where nothing is");
        let suggested = PetDetails {
            alerts: Some("Bites\n\nNever alone".into()),
            allergies: Some("Penicillin\n\nChicken".into()),
            weight_grams: Some(9_000),
            ..full()
        };
        assert_eq!(merged(&full(), &otherwise(), &[], true), Ok(suggested));
        let refusal = merged(&full(), &otherwise(), &[PetChoice { field: PetField::Breed, take: PetTake::Both }], false).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("breed")));
    }

    #[test]
    fn two_of_one_name_may_be_one_unless_something_tells_them_apart() {
        assert!(is_like(&rex(), &PetDetails { name: "réx".into(), ..full() }.living()));
        assert!(!is_like(&rex(), &full()), "named after one that died");
        assert!(!is_like(&rex(), &PetDetails { species: Species::Cat, ..rex() }));
        assert!(!is_like(&full(), &PetDetails { microchip: otherwise().microchip, ..full() }));
        assert!(is_like(&full(), &PetDetails { microchip: full().microchip, ..otherwise() }), "one chip is one animal");
    }

    impl PetDetails {
        fn living(self) -> Self {
            Self { deceased_on: None, ..self }
        }
    }
}
