//! Two records of one animal on a real file: found, merged, taken back.

use crate::common::{Salon, at, everything, rex, salon};
use petrel_domain::desk::{BookInput, MergeInput, MergePetsInput, PetChoice, PetDetails, Saved, TimelineEntry, WaitlistInput, WeightInput};
use petrel_domain::{AppointmentId, PetField, PetId, PetTake, Refusal, RefusalCode, Role, SeriesScope, StaffId};
use petrel_store::Actor;

const DAY: &str = "2026-06-01";

impl Salon {
    /// A second record of the client's.
    fn second(&self, details: PetDetails) -> PetId {
        self.store.create_pet(&self.owner, self.client, details).unwrap().value
    }

    fn merge(&self, from: PetId, choices: &[PetChoice]) -> Result<Saved<()>, Refusal> {
        let input = MergePetsInput { into_id: self.pet, from_id: from, choices: choices.to_vec() };
        self.store.merge_pets(&self.owner, input).map_err(|error| error.refusal())
    }

    fn weigh(&self, pet: PetId, grams: u32, date: &str) {
        let input = WeightInput { pet_id: pet, grams, recorded_at: Some(at(date, "09:00")), appointment_id: None };
        self.store.record_weight(&self.owner, input).unwrap();
    }

    fn book_for(&self, pet: PetId, time: &str, recurrence: Option<&str>) -> Vec<AppointmentId> {
        let mut input = BookInput { recurrence: recurrence.map(str::to_owned), ..self.wish(at(DAY, time)) };
        input.pets[0].pet_id = Some(pet);
        self.store.book_appointment(&self.owner, input).unwrap().value.appointment_ids
    }

    fn details_of(&self, pet: PetId) -> PetDetails {
        self.store.pet_page(&self.owner, pet).unwrap().pet.details
    }

    /// How many pairs the client's page tells.
    fn pairs_told(&self) -> usize {
        self.store.client(&self.owner, self.client).unwrap().same_pets.len()
    }

    fn hex(pet: PetId) -> String {
        format!("x'{}'", pet.0.simple())
    }

    /// Everything that can be had of a pet but visits, for one: records, a report card, attachments, a picture, a wish.
    fn equip(&self, pet: PetId) {
        self.weigh(pet, 12_000, "2026-05-02");
        self.store.add_to_waitlist(&self.owner, WaitlistInput { pet_id: Some(pet), ..self.wish_to_wait() }).unwrap();
        let pet = Self::hex(pet);
        for sql in [
            format!(
                "INSERT INTO medical_records (id, pet_id, kind, title, recorded_at, due_on, created_at, updated_at)
                     VALUES (randomblob(16), {pet}, 'vaccination', 'Rabies', 1, '2027-01-01', 1, 1)"
            ),
            format!(
                "INSERT INTO report_cards (id, appointment_id, pet_id, created_at, updated_at)
                     SELECT randomblob(16), id, pet_id, 1, 1 FROM appointments WHERE pet_id = {pet} LIMIT 1"
            ),
            format!(
                "INSERT INTO attachments (id, owner_table, owner_id, sha256, media_type, byte_size, created_at, updated_at)
                     VALUES (randomblob(16), 'pets', {pet}, printf('%064d', 7), 'image/png', 1, 1, 1)"
            ),
            format!("UPDATE pets SET photo_attachment_id = (SELECT id FROM attachments), updated_at = updated_at + 1 WHERE id = {pet}"),
        ] {
            self.sql(&sql);
        }
    }
}

#[test]
fn a_merge_takes_all_of_it_over_and_is_undone_in_one() {
    let salon = salon();
    let from = salon.second(PetDetails { breed: Some("Beagle".into()), microchip: Some("985112345678900".into()), ..rex() });
    let series = salon.book_for(from, "10:00", Some("FREQ=WEEKLY;COUNT=3"));
    salon.equip(from);
    let own = salon.book_for(salon.pet, "12:00", None)[0];
    let before = everything(&salon);
    salon.later(1000);
    let merged = salon.merge(from, &[]).unwrap();

    let page = salon.store.pet_page(&salon.owner, salon.pet).unwrap();
    assert_eq!(
        (page.pet.details.breed.as_deref(), page.pet.details.microchip.as_deref(), page.pet.details.weight_grams),
        (Some("Beagle"), Some("985112345678900"), Some(12_000))
    );
    let is_visit = |entry: &&TimelineEntry| matches!(entry, TimelineEntry::Visit { .. });
    assert_eq!(page.timeline.iter().filter(is_visit).count(), series.len() + 1);
    assert_eq!(page.timeline.len(), series.len() + 1 + 2, "and a weight and a vaccination");
    let of = |table: &str| salon.count(&format!("SELECT count(*) FROM {table} WHERE pet_id = {}", Salon::hex(salon.pet)));
    assert_eq!([of("waitlist_entries"), of("report_cards"), of("visit_cards")], [1, 1, 4]);
    assert_eq!(salon.count(&format!("SELECT count(*) FROM attachments WHERE owner_id = {}", Salon::hex(salon.pet))), 1);
    assert_eq!(salon.count("SELECT count(*) FROM pets WHERE photo_attachment_id IS NOT NULL AND deleted_at IS NULL"), 1);
    assert_eq!(salon.store.pet_page(&salon.owner, from).unwrap_err().refusal().code, RefusalCode::NotFound);
    let found = salon.store.search(&salon.owner, "985112345678900", 5).unwrap();
    assert_eq!(found.iter().map(|hit| hit.pet_id).collect::<Vec<_>>(), [Some(salon.pet)]);
    assert_eq!(salon.store.appointment(&salon.owner, series[1]).unwrap().card.pet_id, Some(salon.pet), "the board's card is of the one");
    assert_eq!(salon.store.undo_offer().unwrap().unwrap().action, "merge_pets");

    salon.later(1000);
    salon.store.undo(&salon.owner, merged.undo.unwrap()).unwrap();
    assert_eq!(everything(&salon), before, "every row of every table is as it was");
    assert_eq!(salon.store.appointment(&salon.owner, own).unwrap().card.pet_id, Some(salon.pet));
}

#[test]
fn what_differs_is_seen_and_chosen() {
    let salon = salon();
    salon
        .store
        .save_pet(&salon.owner, salon.pet, PetDetails { breed: Some("Beagle".into()), alerts: Some("Bites".into()), ..rex() })
        .unwrap();
    let from =
        salon.second(PetDetails { breed: Some("Poodle".into()), alerts: Some("Never alone".into()), color: Some("white".into()), ..rex() });
    salon.weigh(salon.pet, 9_000, "2026-05-01");
    salon.weigh(from, 12_000, "2026-05-02");
    let pair = salon.store.compare_pets(&salon.owner, salon.pet, from).unwrap();
    let choice = |field, take| PetChoice { field, take };
    assert_eq!(
        pair.differs,
        [choice(PetField::Breed, PetTake::Kept), choice(PetField::WeightGrams, PetTake::Other), choice(PetField::Alerts, PetTake::Both)]
    );
    assert_eq!((pair.fills, pair.hindrance), (vec![PetField::Color], None));
    let turned = salon.store.compare_pets(&salon.owner, from, salon.pet).unwrap();
    assert_eq!(turned.differs[1], choice(PetField::WeightGrams, PetTake::Kept), "it was on the scales last");

    salon.merge(from, &[choice(PetField::Breed, PetTake::Other), choice(PetField::WeightGrams, PetTake::Kept)]).unwrap();
    let one = salon.details_of(salon.pet);
    assert_eq!((one.breed.as_deref(), one.weight_grams, one.color.as_deref()), (Some("Poodle"), Some(9_000), Some("white")));
    assert_eq!(one.alerts.as_deref(), Some("Bites\n\nNever alone"));
}

/// What is refused says why, before and when it is done, and changes nothing.
#[test]
fn two_that_cannot_be_one_are_refused_with_the_reason() {
    let salon = salon();
    let refused = |from: PetId| {
        let before = everything(&salon);
        let told = salon.store.compare_pets(&salon.owner, salon.pet, from).unwrap().hindrance;
        let refusal = salon.merge(from, &[]).unwrap_err();
        assert_eq!((Some(&refusal), everything(&salon)), (told.as_ref(), before));
        (refusal.code, refusal.detail)
    };
    assert_eq!(refused(salon.pet).0, RefusalCode::Invalid);
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    assert_eq!(refused(salon.add_pet_of(ida, "Rex")).0, RefusalCode::OtherOwner);

    let dead = salon.second(rex());
    salon.die(dead, "2026-05-20");
    let visit = salon.book(at(DAY, "10:00"));
    assert_eq!(refused(dead), (RefusalCode::InUse, Some("dead_visit".into())));
    salon.cancel(visit, SeriesScope::This);
    let entry = salon.store.add_to_waitlist(&salon.owner, salon.wish_to_wait()).unwrap().value;
    assert_eq!(refused(dead), (RefusalCode::InUse, Some("dead_wait".into())));
    salon.store.remove_from_waitlist(&salon.owner, entry).unwrap();
    salon.merge(dead, &[]).unwrap();
    assert_eq!(salon.details_of(salon.pet).deceased_on, Some("2026-05-20".parse().unwrap()), "nothing is planned any more");
    assert_eq!(salon.merge(dead, &[]).unwrap_err().code, RefusalCode::NotFound, "it went already");
}

#[test]
fn nobody_merges_what_the_form_would_not_take() {
    let salon = salon();
    let alerts = |letter: &str| PetDetails { alerts: Some(letter.repeat(1_500)), ..rex() };
    salon.store.save_pet(&salon.owner, salon.pet, alerts("a")).unwrap();
    let from = salon.second(PetDetails { born_on: Some("2026-05-20".parse().unwrap()), ..alerts("b") });
    let refusal = salon.merge(from, &[]).unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::TooLong, Some("alerts")));
    // Born after it died: one of the two days is to be set right first.
    salon.sql("UPDATE pets SET deceased_on = '2026-05-19', updated_at = updated_at + 1");
    let kept = [PetChoice { field: PetField::Alerts, take: PetTake::Kept }];
    assert_eq!(salon.merge(from, &kept).unwrap_err().field.as_deref(), Some("deceased_on"));
}

/// The front desk writes no records; whose they are is for whoever may say whose the pet is.
#[test]
fn the_front_desk_may_merge() {
    let salon = salon();
    let from = salon.second(rex());
    salon.weigh(from, 12_000, "2026-05-02");
    let front = Actor::staff(StaffId(uuid::Uuid::from_u128(1)), Role::FrontDesk);
    let input = MergePetsInput { into_id: salon.pet, from_id: from, choices: Vec::new() };
    let merged = salon.store.merge_pets(&front, input).unwrap();
    salon.later(1000);
    salon.store.undo(&front, merged.undo.unwrap()).unwrap();
}

#[test]
fn what_was_written_of_the_one_since_keeps_the_merge_from_being_taken_back() {
    let salon = salon();
    let from = salon.second(rex());
    let visit = salon.book_for(from, "10:00", None)[0];
    salon.later(1000);
    let merged = salon.merge(from, &[]).unwrap();
    salon.later(1000);
    salon.store.move_appointment(&salon.owner, salon.shift(visit, at(DAY, "12:00"), SeriesScope::This)).unwrap();
    let refusal = salon.store.undo(&salon.owner, merged.undo.unwrap()).unwrap_err().refusal();
    assert_eq!(refusal.code, RefusalCode::ChangedSince);
}

#[test]
fn two_of_one_name_are_told_after_a_merge_of_clients_until_they_are_told_apart() {
    let salon = salon();
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    let other = salon.add_pet_of(ida, "RÉX");
    salon.add_pet_of(ida, "Kira");
    assert_eq!(salon.pairs_told(), 0);
    let saved = salon.store.merge_clients(&salon.owner, MergeInput { into_id: salon.client, from_id: ida }).unwrap();
    let ids = |pair: &petrel_domain::desk::SamePets| [pair.first, pair.second];
    assert_eq!(saved.value.iter().map(ids).collect::<Vec<_>>(), [[salon.pet.min(other), salon.pet.max(other)]]);
    assert_eq!((salon.pairs_told(), salon.store.pet_page(&salon.owner, other).unwrap().same.len()), (1, 1));
    salon.store.dismiss_same_pets(&salon.owner, other, salon.pet, true).unwrap();
    assert_eq!((salon.pairs_told(), salon.store.pet_page(&salon.owner, other).unwrap().same.len()), (0, 0));
    salon.store.dismiss_same_pets(&salon.owner, salon.pet, other, false).unwrap();
    assert_eq!(salon.pairs_told(), 1);
    salon.merge(other, &[]).unwrap();
    assert_eq!(salon.pairs_told(), 0);
}

/// Another desk booked for the one that went away: the hub brings it back with the visit, and it is told again.
#[test]
fn one_that_is_brought_back_is_told_again() {
    let salon = salon();
    let from = salon.second(rex());
    let merged = salon.merge(from, &[]).unwrap();
    assert_eq!(salon.pairs_told(), 0);
    salon.sql(&format!("UPDATE pets SET deleted_at = NULL, updated_at = updated_at + 1 WHERE id = {}", Salon::hex(from)));
    assert_eq!(salon.pairs_told(), 1);
    salon.later(1000);
    salon.merge(from, &[]).unwrap();
    assert_eq!(salon.pairs_told(), 0);
    assert_eq!(salon.store.undo(&salon.owner, merged.undo.unwrap()).unwrap_err().refusal().code, RefusalCode::ChangedSince);
}

#[test]
fn what_is_attached_to_a_client_goes_along_with_them() {
    let salon = salon();
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    salon.sql(
        "INSERT INTO attachments (id, owner_table, owner_id, sha256, media_type, byte_size, created_at, updated_at)
         SELECT randomblob(16), 'clients', id, printf('%064d', 7), 'image/png', 1, 1, 1 FROM clients WHERE first_name = 'Ida'",
    );
    salon.store.merge_clients(&salon.owner, MergeInput { into_id: salon.client, from_id: ida }).unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM attachments a JOIN clients c ON c.id = a.owner_id WHERE c.first_name = 'Grace'"), 1);
}
