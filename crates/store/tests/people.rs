//! Clients on a real file: found again although written otherwise, merged, waiting.

use crate::common::{Salon, at, everything, salon};
use petrel_domain::desk::{
    BookInput, BookPet, ClientDetails, ClientFilter, ClientSort, ClientsQuery, DuplicateReason, MergeInput, PetDeath, PetDeathInput,
    PetDetails, WaitlistInput, WeightCorrection, WeightInput,
};
use petrel_domain::{AppointmentId, AppointmentStatus, BookingMethod, ClientId, DAY, PetId, RefusalCode};

impl Salon {
    fn create(&self, details: ClientDetails) -> ClientId {
        self.store.create_client(&self.owner, details).unwrap().value
    }

    fn like(&self, details: &ClientDetails) -> Vec<ClientId> {
        self.store.possible_duplicates(&self.owner, details, None).unwrap().iter().map(|row| row.id).collect()
    }

    fn visit(&self) -> AppointmentId {
        self.visit_of(self.client, self.pet, "2026-06-01", "10:00")
    }

    fn visit_of(&self, client: ClientId, pet: PetId, date: &str, time: &str) -> AppointmentId {
        let input = BookInput {
            client_id: Some(client),
            pets: vec![BookPet {
                pet_id: Some(pet),
                service_id: Some(self.service),
                staff_id: self.staff,
                starts_at: at(date, time),
                duration_minutes: None,
                answers: Vec::new(),
            }],
            notes: Default::default(),
            booking_method: BookingMethod::Phone,
            is_emergency: false,
            overruled: Vec::new(),
            recurrence: None,
            estimated_cost_cents: None,
            waitlist_entry_id: None,
        };
        self.store.book_appointment(&self.owner, input).unwrap().value.appointment_ids[0]
    }
}

fn named(first: &str, last: &str) -> ClientDetails {
    ClientDetails { first_name: first.into(), last_name: last.into(), ..ClientDetails::default() }
}

#[test]
fn somebody_is_found_again_although_typed_otherwise() {
    let salon = salon();
    let jose = salon.create(ClientDetails {
        email: Some("Jose@Example.com".into()),
        phone: Some("+34 612 345 678".into()),
        ..named("José", "García-Núñez")
    });
    salon.create(named("José María", "García Núñez"));
    assert_eq!(salon.like(&named("jose", "garcia nunez")), [jose], "the other has a second given name");
    assert_eq!(salon.like(&ClientDetails { email: Some("jose@example.COM".into()), ..named("", "") }), [jose]);
    assert_eq!(salon.like(&ClientDetails { phone: Some("+34612345678".into()), ..named("", "") }), [jose]);
    assert!(salon.like(&named("", "garcia nunez")).is_empty(), "half a name is nobody's");
    assert!(salon.like(&named("\" OR names : \"", "*")).is_empty());
    assert!(salon.store.possible_duplicates(&salon.owner, &named("José", "García Núñez"), Some(jose)).unwrap().is_empty());
}

#[test]
fn the_end_of_a_phone_a_microchip_and_an_e_mail_each_find_their_client() {
    let salon = salon();
    let named = |n: u32| ClientDetails {
        phone: Some(format!("+1415200{:04}", 1000 + n * 37)),
        email: Some(format!("client{n}@mail{n}.example.com")),
        ..named("Some", &format!("Body{n}"))
    };
    let clients: Vec<ClientId> = (0..30).map(|n| salon.create(named(n))).collect();
    for (n, client) in clients.iter().enumerate() {
        let pet = salon.add_pet_of(*client, "Rex");
        salon.sql(&format!(
            "UPDATE pets SET microchip = '98200000000{:04}', updated_at = updated_at + 1 WHERE id = x'{}'",
            5000 + n * 41,
            pet.0.simple()
        ));
    }
    let found = |typed: &str| salon.store.search(&salon.owner, typed, 20).unwrap().iter().map(|hit| hit.client.id).collect::<Vec<_>>();
    for n in [0_usize, 7, 29] {
        let phone = format!("{:04}", 1000 + n * 37);
        assert_eq!(found(&phone), [clients[n]], "{phone}");
        assert_eq!(found(&format!("415-200-{phone}")), [clients[n]], "a number in groups");
        assert_eq!(found(&format!("{:04}", 5000 + n * 41)), [clients[n]], "the end of a microchip");
        assert_eq!(found(&format!("98200000000{:04}", 5000 + n * 41)), [clients[n]], "the whole of it");
        assert_eq!(found(&format!("client{n}@mail{n}.example.com")), [clients[n]]);
        assert_eq!(found(&format!("mail{n}.ex")).first(), Some(&clients[n]), "a piece of it");
    }
}

#[test]
fn pairs_are_found_without_their_accents_and_forgotten_once_they_differ() {
    let salon = salon();
    let (first, second) = (salon.create(named("José", "Núñez")), salon.create(named("JOSE", "Nunez")));
    let (pet, _) = (salon.add_pet_of(first, "Lúna"), salon.add_pet_of(second, "luna"));
    salon.add_pet_of(salon.create(named("José", "Núñez")), "Kira");
    let pairs = || {
        let all = salon.store.needs_attention(&salon.owner).unwrap().duplicates;
        all.into_iter().map(|pair| (pair.first.id, pair.second.id, pair.reason)).collect::<Vec<_>>()
    };
    assert_eq!(pairs(), [(first.min(second), first.max(second), DuplicateReason::NameAndPet)]);
    salon.sql(&format!("UPDATE pets SET name = 'Nala', updated_at = updated_at + 1 WHERE id = x'{}'", pet.0.simple()));
    assert_eq!(pairs(), []);
}

#[test]
fn of_three_with_one_number_each_pair_is_asked_about() {
    let salon = salon();
    let of = |first| salon.create(ClientDetails { phone: Some("+442079460958".into()), ..named(first, "Byron") });
    let all = [of("Ann"), of("Bo"), of("Ann")];
    let pairs = || salon.store.needs_attention(&salon.owner).unwrap().duplicates.len();
    assert_eq!(pairs(), 3);
    salon.store.dismiss_duplicate(&salon.owner, all[0], all[1], true).unwrap();
    salon.store.dismiss_duplicate(&salon.owner, all[1], all[2], true).unwrap();
    assert_eq!(pairs(), 1, "the two Anns are still to be told apart");
}

#[test]
fn a_merge_fills_in_keeps_every_no_loses_nothing_and_is_undone_in_one() {
    let salon = salon();
    let into = salon.create(ClientDetails { tags: vec!["vip".into()], ..named("Ada", "Byron") });
    let from = salon.create(ClientDetails {
        email: Some("ada@example.com".into()),
        phone: Some("+442079460958".into()),
        notes: Some("Pays cash".into()),
        tags: vec!["cash".into(), "vip".into()],
        ..named("Ada", "Lovelace")
    });
    let dog = salon.add_pet_of(from, "Turing");
    salon.sql(
        "UPDATE clients SET email_status = 'unsubscribed', sms_opted_out_at = 7, membership_status = 'active' WHERE last_name = 'Lovelace'",
    );
    let before = everything(&salon);
    let merge = salon.store.merge_clients(&salon.owner, MergeInput { into_id: into, from_id: from }).unwrap();

    let one = salon.store.client(&salon.owner, into).unwrap();
    assert_eq!(one.details.last_name, "Byron");
    assert_eq!((one.details.email.as_deref(), one.details.phone.as_deref()), (Some("ada@example.com"), Some("+442079460958")));
    assert_eq!(one.details.notes.as_deref(), Some("Pays cash\n\nAda Lovelace"));
    assert_eq!(one.details.tags, ["cash", "vip"]);
    assert_eq!((one.email_status.as_str(), one.membership_status.as_str()), ("unsubscribed", "active"));
    assert!(one.sms_opted_out_at.is_some());
    assert_eq!(one.pets.iter().map(|pet| pet.id).collect::<Vec<_>>(), [dog]);
    assert_eq!(salon.store.search(&salon.owner, "turing byron", 5).unwrap().len(), 1);

    salon.store.undo(&salon.owner, merge.undo.unwrap()).unwrap();
    assert_eq!(everything(&salon), before, "every row of every table is as it was");
    let again = salon.store.client(&salon.owner, from).unwrap();
    assert_eq!((again.details.last_name.as_str(), again.pets.len()), ("Lovelace", 1));
    assert_eq!(salon.store.client(&salon.owner, into).unwrap().details.email, None);
}

#[test]
fn two_of_whom_one_client_would_have_too_much_are_not_merged() {
    let salon = salon();
    let many = |letter: char| (0..26).map(move |n| format!("{letter}{n}"));
    let with = |letter: char, notes: usize, tags: bool, own: bool| ClientDetails {
        notes: Some(letter.to_string().repeat(notes)),
        tags: many(letter).filter(|_| tags).collect(),
        custom_fields: many(letter).filter(|_| own).map(|name| (name, "x".to_owned())).collect(),
        ..named("Ada", "Byron")
    };
    for (notes, tags, own, code, field, limit) in [
        (6_000, false, false, RefusalCode::TooLong, "notes", 10_000),
        (1, true, false, RefusalCode::TooLarge, "tags", 50),
        (1, false, true, RefusalCode::TooLarge, "custom_fields", 50),
    ] {
        let [into, from] = ['a', 'b'].map(|letter| salon.create(with(letter, notes, tags, own)));
        let before = everything(&salon);
        let refused = salon.store.merge_clients(&salon.owner, MergeInput { into_id: into, from_id: from }).unwrap_err().refusal();
        assert_eq!((refused.code, refused.field.as_deref(), refused.limit), (code, Some(field), Some(limit)));
        assert_eq!(everything(&salon), before);
    }
    // Tags that both have count once.
    let [into, from] = ['c', 'C'].map(|letter| salon.create(with(letter, 4_000, true, false)));
    salon.store.merge_clients(&salon.owner, MergeInput { into_id: into, from_id: from }).unwrap();
    let one = salon.store.client(&salon.owner, into).unwrap().details;
    salon.store.save_client(&salon.owner, into, one).unwrap();
}

#[test]
fn what_a_pet_waits_for_goes_to_its_new_owner() {
    let salon = salon();
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    salon.store.add_to_waitlist(&salon.owner, waits(salon.client, salon.pet)).unwrap();
    let moved = salon.store.move_pet(&salon.owner, salon.pet, ida).unwrap();
    let owner = || salon.store.waitlist(&salon.owner).unwrap()[0].wish.client_id;
    assert_eq!(owner(), ida);
    salon.store.undo(&salon.owner, moved.undo.unwrap()).unwrap();
    assert_eq!(owner(), salon.client);
}

#[test]
fn a_phone_is_found_as_it_is_dialled() {
    let salon = salon();
    let found = |typed: &str| salon.store.search(&salon.owner, typed, 20).unwrap().iter().map(|hit| hit.client.id).collect::<Vec<_>>();
    for typed in ["030 123456", "030123456", "0049 30 123456", "+49 30 123456", "30/12 34 56"] {
        assert_eq!(found(typed), [salon.client], "{typed}");
    }
    assert!(found("040 123456").is_empty());
}

#[test]
fn of_many_of_one_name_those_who_were_here_last_come_first() {
    let salon = salon();
    for _ in 0..130 {
        salon.create(named("Maria", "Garcia"));
    }
    let last = salon.create(named("Maria", "Garcia"));
    let pet = salon.add_pet_of(last, "Kira");
    let visit = salon.visit_of(last, pet, "2026-06-01", "10:00");
    salon.clock.set(at("2026-06-01", "11:00"));
    for status in [AppointmentStatus::CheckedIn, AppointmentStatus::Completed] {
        salon.store.set_appointment_status(&salon.owner, visit, status).unwrap();
    }
    assert_eq!(salon.store.search(&salon.owner, "maria garcia", 20).unwrap()[0].client.id, last);
}

#[test]
fn a_phone_with_more_than_a_number_needs_attention() {
    let salon = salon();
    let phones = ["+1 415 555 2671 ext 5", "+12345", "ask Maria", "+14155552671"];
    for phone in phones {
        salon.create(ClientDetails { phone: Some(phone.into()), ..named("Ida", "Rhodes") });
    }
    let mut unclear: Vec<_> = salon.store.needs_attention(&salon.owner).unwrap().unclear_phones.into_iter().map(|one| one.phone).collect();
    unclear.sort_unstable();
    assert_eq!(unclear, ["+1 415 555 2671 ext 5", "+12345", "ask Maria"]);
}

fn waits(client: ClientId, pet: PetId) -> WaitlistInput {
    WaitlistInput {
        client_id: client,
        pet_id: Some(pet),
        service_id: None,
        staff_id: None,
        requested_on: None,
        earliest: None,
        latest: None,
        priority: 0,
        notes: None,
    }
}

#[test]
fn a_death_ends_what_was_planned_for_that_pet_alone_and_is_undone_in_one() {
    let salon = salon();
    let other = salon.add_pet("Ada");
    let past = salon.visit_of(salon.client, salon.pet, "2026-06-01", "10:00");
    salon.later(5 * DAY);
    let coming = salon.visit_of(salon.client, salon.pet, "2026-06-10", "10:00");
    let family = salon.visit_of(salon.client, other, "2026-06-10", "11:00");
    for pet in [salon.pet, other] {
        salon.store.add_to_waitlist(&salon.owner, waits(salon.client, pet)).unwrap();
    }
    let before = everything(&salon);

    let input = PetDeathInput { pet_id: salon.pet, died_on: "2026-06-02".parse().unwrap(), reason: Some(" Rex has died ".into()) };
    let saved = salon.store.record_death(&salon.owner, input).unwrap();
    assert_eq!(saved.value, PetDeath { cancelled_visits: 1, closed_entries: 1 });
    let read = |id| salon.store.appointment(&salon.owner, id).unwrap();
    assert_eq!(read(coming).card.status, AppointmentStatus::Cancelled);
    assert_eq!(read(coming).cancellation_reason.as_deref(), Some("Rex has died"));
    assert_eq!((read(past).card.status, read(family).card.status), (AppointmentStatus::Confirmed, AppointmentStatus::Confirmed));
    assert_eq!(salon.store.waitlist(&salon.owner).unwrap().iter().map(|entry| entry.wish.pet_id).collect::<Vec<_>>(), [Some(other)]);
    assert_eq!(salon.store.pet_page(&salon.owner, salon.pet).unwrap().pet.details.deceased_on, "2026-06-02".parse().ok());

    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(everything(&salon), before, "every row of every table is as it was");
}

#[test]
fn a_day_of_death_is_neither_to_come_nor_before_birth() {
    let salon = salon();
    salon.sql("UPDATE pets SET born_on = '2020-03-01' WHERE name = 'Rex'");
    let die = |day: &str| {
        let input = PetDeathInput { pet_id: salon.pet, died_on: day.parse().unwrap(), reason: None };
        let refusal = salon.store.record_death(&salon.owner, input).unwrap_err().refusal();
        (refusal.code, refusal.field)
    };
    assert_eq!(die("2026-05-30"), (RefusalCode::InFuture, Some("died_on".into())));
    assert_eq!(die("2020-02-29"), (RefusalCode::BeforeBirth, Some("died_on".into())));
}

#[test]
fn a_day_of_death_among_the_details_ends_what_was_planned_too() {
    let salon = salon();
    let visit = salon.visit();
    let mut details = salon.store.pet_page(&salon.owner, salon.pet).unwrap().pet.details;
    details.deceased_on = "2026-05-28".parse().ok();
    salon.store.save_pet(&salon.owner, salon.pet, details).unwrap();
    assert_eq!(salon.store.appointment(&salon.owner, visit).unwrap().card.status, AppointmentStatus::Cancelled);
}

#[test]
fn clients_are_listed_by_who_comes_and_by_who_has_long_not_come() {
    let salon = salon();
    let (ida, bo) = (salon.add_client("Ida", "Rhodes", "+4930111111"), salon.add_client("Bo", "Diddley", "+4930222222"));
    let (cat, dog) = (salon.add_pet_of(ida, "Tom"), salon.add_pet_of(bo, "Rip"));
    let seen = [salon.visit(), salon.visit_of(ida, cat, "2026-06-02", "10:00")];
    for (id, status) in seen.into_iter().zip(["completed", "no_show"]) {
        salon.sql(&format!("UPDATE appointments SET status = '{status}', updated_at = updated_at + 1 WHERE id = x'{}'", id.0.simple()));
    }
    let list = |only, tag: Option<&str>| {
        let query = ClientsQuery { tag: tag.map(Into::into), only, sort: ClientSort::Name, offset: 0, limit: 10 };
        let page = salon.store.clients(&salon.owner, &query).unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        page.rows
    };
    let ids = |only, tag| list(only, tag).iter().map(|row| row.id).collect::<Vec<_>>();
    assert!(ids(ClientFilter::Coming, None).is_empty() && ids(ClientFilter::Away, None).is_empty());
    let all = list(ClientFilter::Everybody, None);
    let figures = |id| all.iter().find(|row| row.id == id).map(|row| (row.completed, row.no_shows));
    assert_eq!((figures(salon.client), figures(ida), figures(bo)), (Some((1, 0)), Some((0, 1)), Some((0, 0))));

    salon.later(370 * DAY);
    salon.visit_of(bo, dog, "2027-06-07", "10:00");
    salon.visit_of(ida, cat, "2027-06-04", "10:00");
    salon.visit_of(bo, dog, "2027-06-03", "10:00");
    assert_eq!(ids(ClientFilter::Coming, None), [bo, ida], "the soonest first, each once");
    assert_eq!(ids(ClientFilter::Away, None), [salon.client], "who never came was never seen");
    salon.store.save_client(&salon.owner, ida, ClientDetails { tags: vec!["vip".into()], ..named("Ida", "Rhodes") }).unwrap();
    assert_eq!(ids(ClientFilter::Coming, Some("vip")), [ida]);
    assert!(ids(ClientFilter::Away, Some("vip")).is_empty());
}

#[test]
fn clients_are_listed_as_people_sort_names() {
    let salon = salon();
    let eva = salon.create(named("Eva", "Ávila"));
    for (first, last) in [("Zoe", "Zamora"), ("Íñigo", "Alonso"), ("Bo", "Álvarez"), ("Ann", "Alonso"), ("Ona", "O'Dell")] {
        salon.create(named(first, last));
    }
    let listed = |tag: Option<&str>| {
        let query = ClientsQuery { tag: tag.map(Into::into), only: ClientFilter::Everybody, sort: ClientSort::Name, offset: 0, limit: 50 };
        let rows = salon.store.clients(&salon.owner, &query).unwrap().rows;
        rows.into_iter().filter(|row| row.id != salon.client).map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(listed(None), ["Ann Alonso", "Íñigo Alonso", "Bo Álvarez", "Eva Ávila", "Ona O'Dell", "Zoe Zamora"]);
    let details = ClientDetails { tags: vec!["vip".into()], ..named("Eva", "Zubiri") };
    salon.store.save_client(&salon.owner, eva, details).unwrap();
    assert_eq!(listed(None).last().map(String::as_str), Some("Eva Zubiri"), "another name, another place");
    assert_eq!(listed(Some("vip")), ["Eva Zubiri"]);
}

fn weigh(salon: &Salon, grams: u32, date: Option<&str>) -> petrel_store::Result<petrel_domain::RecordId> {
    let recorded_at = date.map(|date| at(date, "12:00"));
    let input = WeightInput { pet_id: salon.pet, grams, recorded_at, appointment_id: None };
    salon.store.record_weight(&salon.owner, input).map(|saved| saved.value)
}

#[test]
fn a_mistyped_weight_is_set_right_or_taken_out_and_the_pets_own_follows() {
    let salon = salon();
    let own = || salon.store.pet_page(&salon.owner, salon.pet).unwrap().pet.details.weight_grams;
    let all = || salon.store.pet_page(&salon.owner, salon.pet).unwrap().weights.iter().map(|point| point.grams).collect::<Vec<_>>();
    let before = weigh(&salon, 9_000, Some("2026-05-01")).unwrap();
    let wrong = weigh(&salon, 93_000, None).unwrap();
    assert_eq!((own(), all()), (Some(93_000), vec![9_000, 93_000]));
    let right = WeightCorrection { record_id: wrong, grams: 9_300, recorded_at: None };
    let saved = salon.store.correct_weight(&salon.owner, right.clone()).unwrap();
    assert_eq!((own(), all()), (Some(9_300), vec![9_000, 9_300]));
    assert_eq!(saved.changes, ["medical_records", "pets"]);
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(own(), Some(93_000));
    // An older one is set right without a word about today's.
    salon.sql("UPDATE pets SET weight_grams = 9400, updated_at = updated_at + 1");
    salon.store.correct_weight(&salon.owner, WeightCorrection { record_id: before, grams: 8_900, recorded_at: None }).unwrap();
    assert_eq!((own(), all()), (Some(9_400), vec![8_900, 93_000]));
    let earlier = WeightCorrection { recorded_at: Some(at("2026-04-01", "12:00")), ..right };
    salon.store.correct_weight(&salon.owner, earlier).unwrap();
    assert_eq!((own(), all()), (Some(8_900), vec![9_300, 8_900]), "the other one is the latest now");
    let removed = salon.store.remove_weight(&salon.owner, before).unwrap();
    assert_eq!((own(), all()), (Some(9_300), vec![9_300]));
    assert_eq!(salon.store.remove_weight(&salon.owner, before).unwrap_err().refusal().code, RefusalCode::NotFound);
    salon.store.undo(&salon.owner, removed.undo.unwrap()).unwrap();
    assert_eq!(all(), [9_300, 8_900]);
    let front = petrel_store::Actor::staff(salon.staff, petrel_domain::Role::FrontDesk);
    assert_eq!(salon.store.remove_weight(&front, before).unwrap_err().refusal().code, RefusalCode::Forbidden);
}

#[test]
fn a_weight_typed_in_a_pets_form_is_an_entry_and_what_it_came_with_is_kept() {
    let salon = salon();
    let page = |pet| salon.store.pet_page(&salon.owner, pet).unwrap();
    let told = |pet| (page(pet).pet.details.weight_grams, page(pet).weights.iter().map(|point| point.grams).collect::<Vec<_>>());
    let details = |pet, weight_grams| PetDetails { weight_grams, ..page(pet).pet.details };
    let pet = salon.store.create_pet(&salon.owner, salon.client, details(salon.pet, Some(12_000))).unwrap().value;
    assert_eq!(told(pet), (Some(12_000), vec![12_000]));
    salon.clock.set(at("2026-06-01", "09:00"));
    let saved = salon.store.save_pet(&salon.owner, pet, details(pet, Some(12_400))).unwrap();
    assert_eq!(told(pet), (Some(12_400), vec![12_000, 12_400]));
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(told(pet), (Some(12_000), vec![12_000]));
    salon.store.save_pet(&salon.owner, pet, PetDetails { name: "Rex".into(), ..details(pet, Some(12_000)) }).unwrap();
    salon.store.save_pet(&salon.owner, pet, details(pet, None)).unwrap();
    assert_eq!(told(pet), (Some(12_000), vec![12_000]), "it is still what was weighed");
    // Whoever may write no records knows what an owner said, until somebody weighed.
    let front = petrel_store::Actor::staff(salon.staff, petrel_domain::Role::FrontDesk);
    let refused = salon.store.save_pet(&front, pet, details(pet, Some(1))).unwrap_err().refusal();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::Forbidden, Some("weight_grams")));
    let said = salon.store.create_pet(&front, salon.client, details(pet, Some(3_000))).unwrap().value;
    salon.store.save_pet(&front, said, details(said, Some(3_100))).unwrap();
    assert_eq!(told(said), (Some(3_100), vec![]));
    salon.clock.set(at("2026-06-02", "09:00"));
    let wrong = WeightInput { pet_id: said, grams: 41_000, recorded_at: None, appointment_id: None };
    let wrong = salon.store.record_weight(&salon.owner, wrong).unwrap().value;
    assert_eq!(told(said), (Some(41_000), vec![3_100, 41_000]));
    salon.store.remove_weight(&salon.owner, wrong).unwrap();
    assert_eq!(told(said), (Some(3_100), vec![3_100]));
}

#[test]
fn nothing_is_weighed_on_a_day_to_come_or_before_it_was_born() {
    let salon = salon();
    salon.sql("UPDATE pets SET born_on = '2026-03-01', updated_at = updated_at + 1");
    let refused = |date| weigh(&salon, 9_000, Some(date)).unwrap_err().refusal();
    assert_eq!((refused("2026-05-30").code, refused("2026-05-30").field.as_deref()), (RefusalCode::InFuture, Some("recorded_at")));
    assert_eq!((refused("2026-02-28").code, refused("2026-02-28").field.as_deref()), (RefusalCode::BeforeBirth, Some("recorded_at")));
    let id = weigh(&salon, 9_000, Some("2026-03-01")).unwrap();
    // Later on the same day is no day to come.
    weigh(&salon, 9_100, Some("2026-05-29")).unwrap();
    let moved = WeightCorrection { record_id: id, grams: 9_000, recorded_at: Some(at("2026-05-30", "00:00")) };
    assert_eq!(salon.store.correct_weight(&salon.owner, moved).unwrap_err().refusal().code, RefusalCode::InFuture);
}
