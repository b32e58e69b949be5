//! Derived tables after any writes are what they would be if they were made anew.

use std::sync::atomic::AtomicBool;

use crate::common::{Salon, at, everything, knowingly, rex, salon};
use petrel_domain::desk::{
    AppointmentNotes, BadRowWords, BookInput, BookPet, CancelInput, ClientDetails, ClinicDetails, MergeInput, MergePetsInput, MoveInput,
    PetDetails,
};
use petrel_domain::{AppointmentId, AppointmentStatus, BookingMethod, ClientId, PetId, RefusalCode, Role, SeriesScope};
use petrel_store::Actor;
use proptest::prelude::*;

/// One step of somebody's day. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    AddClient(usize),
    AddPet(usize),
    Rename(usize, usize),
    RenamePet(usize, usize),
    Book(usize, u16, u8),
    SetStatus(usize, usize),
    PickUp(usize, bool),
    Cancel(usize),
    Move(usize, u16),
    Reschedule(usize, u16),
    Merge(usize, usize),
    MergePets(usize, usize),
    MovePet(usize, usize),
    Delete(usize),
    Undo,
    NewZone(usize),
    Fact(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0usize..5).prop_map(Step::AddClient),
        (0usize..9).prop_map(Step::AddPet),
        (0usize..9, 0usize..5).prop_map(|(who, name)| Step::Rename(who, name)),
        (0usize..9, 0usize..5).prop_map(|(who, name)| Step::RenamePet(who, name)),
        (0usize..9, 0u16..40, 0u8..20).prop_map(|(who, slot, day)| Step::Book(who, slot, day)),
        (0usize..9, 0usize..5).prop_map(|(which, status)| Step::SetStatus(which, status)),
        (0usize..9, any::<bool>()).prop_map(|(which, is)| Step::PickUp(which, is)),
        (0usize..9).prop_map(Step::Cancel),
        (0usize..9, 0u16..40).prop_map(|(which, slot)| Step::Move(which, slot)),
        (0usize..9, 0u16..40).prop_map(|(which, slot)| Step::Reschedule(which, slot)),
        (0usize..9, 0usize..9).prop_map(|(from, into)| Step::Merge(from, into)),
        (0usize..9, 0usize..9).prop_map(|(from, into)| Step::MergePets(from, into)),
        (0usize..9, 0usize..9).prop_map(|(pet, client)| Step::MovePet(pet, client)),
        (0usize..9).prop_map(Step::Delete),
        Just(Step::Undo),
        (0usize..3).prop_map(Step::NewZone),
        (0usize..8).prop_map(Step::Fact),
    ]
}

const NAMES: &[&str] = &["Müller", "O’Brien", "García", "Smith", "Łukasik"];

struct Day {
    salon: Salon,
    clients: Vec<ClientId>,
    pets: Vec<(PetId, ClientId)>,
    visits: Vec<AppointmentId>,
}

impl Day {
    /// What a rule refuses is refused; the tables must be right then, too.
    fn take(&mut self, step: &Step) {
        self.salon.later(60_000);
        let (store, owner) = (self.salon.store.clone(), self.salon.owner);
        let client = |n: usize| self.clients[n % self.clients.len()];
        let slot = |slot: u16, day: u8| at(&format!("2026-06-{:02}", day % 28 + 1), &format!("{:02}:{:02}", 9 + slot / 4, slot % 4 * 15));
        match step {
            Step::AddClient(name) => {
                let input = ClientDetails {
                    last_name: NAMES[*name].into(),
                    phone: Some(format!("+49301234{name}{}", self.clients.len())),
                    ..ClientDetails::default()
                };
                self.clients.push(store.create_client(&owner, input).unwrap().value);
            }
            Step::AddPet(who) => {
                let owner_of = client(*who);
                if let Ok(saved) = store.create_pet(&owner, owner_of, pet()) {
                    self.pets.push((saved.value, owner_of));
                }
            }
            Step::Rename(who, name) => {
                let input = ClientDetails { first_name: "Zoë".into(), last_name: NAMES[*name].into(), ..ClientDetails::default() };
                let _ = store.save_client(&owner, client(*who), input);
            }
            Step::RenamePet(who, name) => {
                let input = PetDetails { name: NAMES[*name].into(), alerts: (*name > 2).then(|| "Bites".into()), ..pet() };
                let _ = store.save_pet(&owner, self.pets[*who % self.pets.len()].0, input);
            }
            Step::Book(who, quarter, day) => {
                let (pet_id, client_id) = self.pets[*who % self.pets.len()];
                let pet = BookPet {
                    pet_id: Some(pet_id),
                    service_id: Some(self.salon.service),
                    staff_id: self.salon.staff,
                    starts_at: slot(*quarter, *day),
                    duration_minutes: None,
                    answers: Vec::new(),
                };
                let input = BookInput {
                    client_id: Some(client_id),
                    pets: vec![pet],
                    notes: AppointmentNotes::default(),
                    booking_method: BookingMethod::Phone,
                    is_emergency: false,
                    overruled: Vec::new(),
                    recurrence: None,
                    estimated_cost_cents: None,
                    waitlist_entry_id: None,
                };
                if let Ok(saved) = store.book_appointment(&owner, input) {
                    self.visits.extend(saved.value.appointment_ids);
                }
            }
            Step::SetStatus(which, status) => {
                let to = [
                    AppointmentStatus::CheckedIn,
                    AppointmentStatus::InProgress,
                    AppointmentStatus::Completed,
                    AppointmentStatus::NoShow,
                    AppointmentStatus::Confirmed,
                ];
                self.with_visit(*which, |id| drop(store.set_appointment_status(&owner, id, to[*status])));
            }
            Step::PickUp(which, is) => self.with_visit(*which, |id| drop(store.set_picked_up(&owner, &[id], *is))),
            Step::Cancel(which) => self.with_visit(*which, |id| {
                drop(store.cancel_appointment(
                    &owner,
                    CancelInput { appointment_id: id, reason: None, scope: SeriesScope::This, with: Vec::new() },
                ))
            }),
            Step::Move(which, quarter) => self.with_visit(*which, |id| drop(store.move_appointment(&owner, moved(id, slot(*quarter, 3))))),
            Step::Reschedule(which, quarter) => {
                let made = self
                    .visits
                    .get(*which % self.visits.len().max(1))
                    .and_then(|id| store.reschedule_appointment(&owner, moved(*id, slot(*quarter, 9))).ok());
                self.visits.extend(made.map(|saved| saved.value));
            }
            Step::Merge(from, into) => drop(store.merge_clients(&owner, MergeInput { from_id: client(*from), into_id: client(*into) })),
            Step::MergePets(from, into) => {
                let pet = |n: usize| self.pets[n % self.pets.len()].0;
                let input = MergePetsInput { from_id: pet(*from), into_id: pet(*into), choices: Vec::new() };
                drop(store.merge_pets(&owner, input));
            }
            Step::MovePet(pet, to) => drop(store.move_pet(&owner, self.pets[*pet % self.pets.len()].0, client(*to))),
            Step::Delete(who) => drop(store.delete_client(&owner, client(*who))),
            Step::Undo => {
                if let Some(offer) = store.undo_offer().unwrap() {
                    let _ = store.undo(&owner, offer.action_id);
                }
            }
            Step::NewZone(zone) => {
                let timezone = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"][*zone].to_owned();
                let details = ClinicDetails {
                    name: "Oak".into(),
                    timezone,
                    locale: "en-US".into(),
                    currency: "EUR".into(),
                    ..ClinicDetails::default()
                };
                store.save_clinic(&owner, details).unwrap();
            }
            Step::Fact(which) => self.fact(*which),
        }
    }

    fn with_visit(&self, which: usize, work: impl FnOnce(AppointmentId)) {
        if let Some(id) = self.visits.get(which % self.visits.len().max(1)) {
            work(*id);
        }
    }

    /// Rows that later areas will write: messages, events, members, views, scans, calls.
    fn fact(&self, which: usize) {
        let sql = [
            "INSERT INTO calls (id, client_id, direction, status, started_at, cost_micros, created_at, updated_at) SELECT randomblob(16), id, 'inbound', 'completed', created_at, 9, created_at, created_at FROM clients LIMIT 2",
            "INSERT INTO messages (id, direction, channel, status, client_id, cost_micros, created_at, updated_at) SELECT randomblob(16), 'outbound', 'sms', 'sent', id, 7, created_at, created_at FROM clients LIMIT 2",
            "INSERT INTO lists (id, name, created_at, updated_at) VALUES (randomblob(16), 'All', 1, 1)",
            "INSERT INTO list_members (id, list_id, client_id, created_at, updated_at) SELECT randomblob(16), l.id, c.id, 1, 1 FROM lists l, clients c LIMIT 3",
            "UPDATE list_members SET deleted_at = 5, updated_at = updated_at + 1 WHERE id = (SELECT min(id) FROM list_members WHERE deleted_at IS NULL)",
            "INSERT INTO message_events (id, message_id, campaign_id, client_id, kind, occurred_at, created_at, updated_at) SELECT randomblob(16), id, x'00112233445566778899aabbccddeeff', client_id, 'opened', 1, 1, 1 FROM messages LIMIT 2",
            "UPDATE clients SET email = 'none', updated_at = updated_at + 1 WHERE id = (SELECT max(id) FROM clients)",
            "UPDATE appointments SET starts_at = starts_at + 60000, updated_at = updated_at + 1 WHERE id = (SELECT min(id) FROM appointments WHERE ends_at - starts_at > 120000)",
        ];
        self.salon.sql(sql[which]);
    }
}

fn pet() -> PetDetails {
    PetDetails { name: "Luna".into(), breed: Some("Galgo Español".into()), microchip: Some("982000123456789".into()), ..rex() }
}

fn moved(appointment_id: AppointmentId, starts_at: petrel_domain::Millis) -> MoveInput {
    MoveInput {
        appointment_id,
        staff_id: None,
        starts_at,
        ends_at: starts_at.plus_minutes(45),
        scope: SeriesScope::This,
        overruled: knowingly(),
    }
}

/// Every derived row as text, the search index by what it finds.
fn dump(salon: &Salon) -> Vec<String> {
    let tables = [
        "client_stats",
        "list_stats",
        "campaign_stats",
        "report_card_stats",
        "qr_code_stats",
        "template_stats",
        "faq_stats",
        "daily_stats",
        "hourly_stats",
        "visit_cards",
        "client_likeness",
        "unclear_emails",
    ];
    let mut all = Vec::new();
    for table in tables {
        let rows = salon.store.read(|db| {
            let mut statement = db.prepare(&format!("SELECT * FROM {table}"))?;
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| {
                (0..columns).map(|n| Ok(format!("{:?}", row.get_ref(n)?))).collect::<Result<Vec<_>, rusqlite::Error>>()
            })?;
            let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
            rows.sort();
            Ok(rows)
        });
        // A day on which nothing was made any more is a row of zeros or none: both say the same.
        let nothing = |cells: &Vec<String>| table == "daily_stats" && cells[1..].iter().all(|cell| cell == "Integer(0)");
        all.extend(rows.unwrap().into_iter().filter(|cells| !nothing(cells)).map(|cells| format!("{table} {}", cells.join(" "))));
    }
    for typed in ["muller", "obrien", "garcia", "smith", "zoe", "luna", "galgo", "6789", "1234"] {
        let mut found: Vec<_> =
            salon.store.search(&salon.owner, typed, 100).unwrap().into_iter().map(|hit| hit.client.id.to_string()).collect();
        found.sort();
        all.push(format!("search {typed} {found:?}"));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn kept_row_by_row_they_are_as_if_made_anew(steps in prop::collection::vec(step(), 1..40)) {
        let salon = salon();
        let mut day = Day { clients: vec![salon.client], pets: vec![(salon.pet, salon.client)], visits: Vec::new(), salon };
        for step in &steps {
            day.take(step);
        }
        let kept = dump(&day.salon);
        day.salon.store.rebuild_derived().unwrap();
        prop_assert_eq!(kept, dump(&day.salon));
        prop_assert_eq!(day.salon.count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    }
}

#[test]
fn what_an_import_keeps_is_as_if_made_anew() {
    let salon = salon();
    let import = |rows: &str| {
        let path = salon.folder.path().join("clients.csv");
        std::fs::write(&path, format!("First Name,Last Name,Email,Phone,Pet Name,Breed\n{rows}")).unwrap();
        let plan = salon.store.preview_import(&salon.owner, &path.to_string_lossy(), None).unwrap().plan;
        salon.store.run_import(&salon.owner, &plan, &BadRowWords::default(), &|_| {}, &AtomicBool::new(false)).unwrap()
    };
    // More than one stretch of the log, two pets a family, an e-mail that can be none, and, now and then, the names that are searched for.
    let rows: String = (0..2_500)
        .map(|n| {
            let [first, last, email, pet] =
                if n % 50 == 7 { ["Zoë", "García", "zoe at home", "Luna"] } else { ["Ada", "Byron", "", "Rex"] };
            format!("{first}{n},{last}{n},{email},+1415555{n:04},{pet}{n},Beagle\n{first}{n},{last}{n},,+1415555{n:04},Other{n},\n")
        })
        .collect();
    let report = import(&rows);
    assert_eq!((report.clients, report.pets, report.bad_rows), (2_500, 5_000, 0));
    let again = import("Zoë7,García7,,+14155550007,Müller,\nSomebody,O'Brien,,,Muller,\n");
    assert_eq!((again.clients, again.pets), (1, 2));
    let kept = dump(&salon);
    let starts = |with: &str| kept.iter().filter(|line| line.starts_with(with)).count();
    assert_eq!((starts("client_likeness"), starts("unclear_emails")), (5_000 + 2 + 1, 50));
    salon.store.rebuild_derived().unwrap();
    let made = dump(&salon);
    let difference = kept.iter().zip(&made).find(|(kept, made)| kept != made);
    assert!(kept.len() == made.len() && difference.is_none(), "{difference:?}");
}

#[test]
fn what_no_longer_says_what_the_records_say_is_made_anew_by_who_manages_the_clinic() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:00"));
    let kept = dump(&salon);
    salon.sql("UPDATE visit_cards SET client_first = 'Somebody'");
    salon.sql("DELETE FROM search_docs");
    let front_desk = Actor::staff(salon.staff, Role::FrontDesk);
    assert_eq!(salon.store.make_derived_anew(&front_desk).unwrap_err().refusal().code, RefusalCode::Forbidden);
    assert_ne!(dump(&salon), kept);
    let told = salon.store.make_derived_anew(&salon.owner).unwrap();
    assert_eq!(dump(&salon), kept);
    assert!(
        ["visit_cards", "appointments", "clients"].iter().all(|table| told.iter().any(|of| of == table)),
        "the screens ask again: {told:?}"
    );
}

/// The file itself, past the program's door.
fn behind(salon: &Salon, sql: &str) {
    let db = rusqlite::Connection::open(salon.folder.path().join("clinic.petrel")).unwrap();
    db.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).unwrap();
    db.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").unwrap();
    db.pragma_update(None, "foreign_keys", false).unwrap();
    db.execute_batch(sql).unwrap();
}

#[test]
fn rows_that_went_past_the_door_come_back_over_what_was_left_of_them() {
    let salon = salon();
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    let fee = salon.add_pet_of(ida, "Fee");
    let visit = salon.book_over(ida, at("2026-06-01", "10:00"));
    let told = salon.waiting();
    // The hub has it all.
    salon.echo();
    let was = everything(&salon);
    let gone = [("clients", ida.0), ("pets", fee.0), ("appointments", visit.0)];
    for (table, id) in gone {
        behind(&salon, &format!("DELETE FROM {table} WHERE id = x'{}'", id.as_simple()));
    }
    assert_eq!(salon.count("SELECT count(*) FROM clients WHERE first_name = 'Ida'"), 0);
    for (table, id) in gone {
        let mut changes = told.iter().flat_map(|transaction| &transaction.changes);
        let columns = changes.find(|change| change.table == table && change.id == id).unwrap().columns.clone();
        salon.store.settle_stale(table, &[(id, Some(columns))]).unwrap();
    }
    assert_eq!(everything(&salon), was);
    assert_eq!(salon.store.search(&salon.owner, "rhodes fee", 5).unwrap().len(), 1);
}
