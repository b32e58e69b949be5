//! What is offered where a breed is written down.

use crate::common::{Salon, rex, salon};
use petrel_domain::desk::PetDetails;
use petrel_domain::{PetId, Species};

fn add(salon: &Salon, species: Species, breed: &str) -> PetId {
    let details = PetDetails { species, breed: Some(breed.into()), ..rex() };
    salon.store.create_pet(&salon.owner, salon.client, details).unwrap().value
}

#[test]
fn what_the_clinic_writes_leads_and_nothing_is_offered_twice() {
    let salon = salon();
    let offered = |species| salon.store.breeds(&salon.owner, species).unwrap();
    let before = offered(Species::Dog);
    assert_eq!(before[..2], ["Mixed breed", "Labrador Retriever"]);
    assert!(before.iter().any(|name| name == "Azawakh") && before.iter().any(|name| name == "Bichon Frisé"));
    for breed in ["Bodeguero", "labrador retriever", "bichon frise", "Labrador retriever"] {
        add(&salon, Species::Dog, breed);
    }
    let gone = add(&salon, Species::Dog, "Wolpertinger");
    salon.store.delete_pet(&salon.owner, gone).unwrap();
    add(&salon, Species::Cat, "Bodega cat");
    let after = offered(Species::Dog);
    // Twice, in its newest spelling; then once each, the newest first.
    assert_eq!(after[..4], ["Labrador retriever", "bichon frise", "Bodeguero", "Mixed breed"]);
    assert_eq!(after.len(), before.len() + 1);
    assert!(!after.iter().any(|name| ["Labrador Retriever", "Bichon Frisé", "Wolpertinger", "Bodega cat"].contains(&name.as_str())));
    assert_eq!(offered(Species::Cat)[0], "Bodega cat");
    assert!(offered(Species::Ferret).is_empty(), "they are of one breed");
}

#[test]
fn the_common_ones_are_named_in_the_clinics_language() {
    let salon = salon();
    let mut clinic = salon.store.clinic().unwrap().unwrap().details;
    clinic.locale = "es-ES".into();
    salon.store.save_clinic(&salon.owner, clinic).unwrap();
    let dogs = salon.store.breeds(&salon.owner, Species::Dog).unwrap();
    assert_eq!(dogs[..2], ["Mestizo", "Labrador Retriever"]);
    assert!(dogs.iter().any(|name| name == "Pastor Alemán") && !dogs.iter().any(|name| name == "German Shepherd Dog"));
    assert!(dogs.iter().any(|name| name == "Azawakh"), "the others are there, too");
}
