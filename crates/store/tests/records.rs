//! Medical records: what they say is overdue, and who may delete them.

use crate::common::{Salon, at, salon};
use petrel_domain::desk::{TimelineEntry, WeightInput};
use petrel_domain::{RefusalCode, Role};
use petrel_store::Actor;

impl Salon {
    /// A vaccination of the dog, as the n-th.
    fn vaccinated(&self, n: i64, title: &str, due_on: Option<&str>) {
        let due_on = due_on.map_or_else(|| "NULL".to_owned(), |date| format!("'{date}'"));
        self.sql(&format!(
            "INSERT INTO medical_records (id, pet_id, kind, title, recorded_at, due_on, created_at, updated_at)
             SELECT randomblob(16), id, 'vaccination', '{title}', {n}, {due_on}, 1, 1 FROM pets"
        ));
    }

    fn overdue(&self) -> Vec<String> {
        let id = self.store.visits_of_client(&self.owner, self.client, None).unwrap().visits[0].id;
        self.store.appointment(&self.owner, id).unwrap().overdue_vaccinations
    }
}

#[test]
fn a_vaccination_is_overdue_by_when_it_was_given_last() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:00"));
    salon.vaccinated(1, "Rabies", Some("2026-01-01"));
    salon.vaccinated(1, "Lepto", Some("2026-01-01"));
    salon.vaccinated(1, "Parvo", Some("2030-01-01"));
    assert_eq!(salon.overdue(), ["Lepto", "Rabies"]);
    salon.vaccinated(2, " rabies", Some("2027-01-01"));
    assert_eq!(salon.overdue(), ["Lepto"], "it was given again, however it was typed");
    salon.vaccinated(2, "Lepto", None);
    assert!(salon.overdue().is_empty(), "it was given for the last time");
    salon.vaccinated(2, "Parvo", Some("2026-05-28"));
    assert_eq!(salon.overdue(), ["Parvo"], "the last word counts");
    salon.sql("UPDATE pets SET deceased_on = '2026-05-28'");
    assert!(salon.overdue().is_empty(), "nothing is due for the dead");
}

#[test]
fn who_may_not_write_medical_records_deletes_none_with_their_pet() {
    let salon = salon();
    let desk = Actor::staff(salon.staff, Role::FrontDesk);
    let spare = salon.add_pet("Kit");
    salon.store.delete_pet(&desk, spare).unwrap();
    salon
        .store
        .record_weight(&salon.owner, WeightInput { pet_id: salon.pet, grams: 9_000, recorded_at: None, appointment_id: None })
        .unwrap();
    let of_pet = salon.store.delete_pet(&desk, salon.pet).unwrap_err().refusal();
    let of_client = salon.store.delete_client(&desk, salon.client).unwrap_err().refusal();
    for refusal in [of_pet, of_client] {
        assert_eq!((refusal.code, refusal.detail.as_deref()), (RefusalCode::Forbidden, Some("write_records")));
    }
    let living = "SELECT (SELECT count(*) FROM clients WHERE deleted_at IS NULL) + (SELECT count(*) FROM pets WHERE deleted_at IS NULL)
                    + (SELECT count(*) FROM medical_records WHERE deleted_at IS NULL)";
    assert_eq!(salon.count(living), 3, "nothing is changed");
    salon.sql("UPDATE medical_records SET deleted_at = 1");
    salon.store.delete_pet(&desk, salon.pet).unwrap();
    salon.sql("UPDATE medical_records SET deleted_at = NULL");
    salon.sql("UPDATE pets SET deleted_at = NULL");
    salon.store.delete_pet(&Actor::staff(salon.staff, Role::Groomer), salon.pet).unwrap();
}

#[test]
fn what_was_noted_of_a_visit_stands_beside_it_on_the_page_of_the_pet() {
    let salon = salon();
    let (one, other) = (salon.book(at("2026-06-01", "10:00")), salon.book(at("2026-06-02", "10:00")));
    let mut edit = salon.edit_of(one);
    (edit.notes.reason, edit.notes.internal_notes) = (Some("Full groom".into()), Some("Blade 7, hates the dryer".into()));
    salon.store.edit_appointment(&salon.owner, edit).unwrap();
    let page = salon.store.pet_page(&salon.owner, salon.pet).unwrap();
    let told: Vec<_> = page
        .timeline
        .iter()
        .filter_map(|entry| match entry {
            TimelineEntry::Visit { visit, notes } => Some((visit.id, notes.as_deref())),
            TimelineEntry::Record { .. } => None,
        })
        .collect();
    assert_eq!(told, [(other, None), (one, Some("Full groom · Blade 7, hates the dryer"))]);
}
