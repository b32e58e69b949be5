//! What a person writes.

use petrel_domain::desk::{AppointmentNotes, BookInput, BookPet, FreeSlot, FreeSlotsQuery};
use petrel_domain::{BookingMethod, ClientId, PetId, ServiceId, ServiceKind};
use petrel_store::Actor;
use rusqlite::{TransactionBehavior, params};
use uuid::Uuid;

use crate::Bench;
use crate::measure::{Line, in_turn};

pub fn lines(bench: &Bench) -> Vec<Line> {
    vec![book(bench)]
}

/// A visit booked through the door (rules, capture, outbox, derived tables), against one bare insert of the same row.
fn book(bench: &Bench) -> Line {
    let actor = Actor::program();
    let samples = (bench.samples / 4).min(400);
    let service = service(bench);
    let slots = free(bench, service, samples + samples / 10);
    let pets = pets(bench);
    let bare = rows_apart(bench);
    let input = |n: usize| {
        let (client, pet) = pets[n % pets.len()];
        let pet = BookPet {
            pet_id: Some(pet),
            service_id: Some(service),
            staff_id: slots[n].staff_id,
            starts_at: slots[n].starts_at,
            duration_minutes: None,
            answers: Vec::new(),
        };
        BookInput {
            client_id: Some(client),
            pets: vec![pet],
            notes: AppointmentNotes { title: Some("Check-up".into()), ..AppointmentNotes::default() },
            booking_method: BookingMethod::Phone,
            is_emergency: false,
            overruled: Vec::new(),
            recurrence: None,
            estimated_cost_cents: None,
            waitlist_entry_id: None,
        }
    };
    let (ours, limit) = in_turn(
        samples,
        |n| drop(std::hint::black_box(bench.store.book_appointment(&actor, input(n)).expect("the visit is booked"))),
        |n| insert(&bare, pets[n % pets.len()], service, &slots[n]),
    );
    let is_reached = ours.ratio(limit) <= 3.0;
    Line {
        name: "book a visit", ours, limit: Some(limit), limit_name: "bare insert, same durability", target: "≤ 3 ×".into(), is_reached
    }
}

/// The shortest service of those that the most roles may do: its rules, buffer and price are asked at every booking.
fn service(bench: &Bench) -> ServiceId {
    let services = bench.store.services(&Actor::program()).expect("the services");
    let hands = services.into_iter().filter(|service| service.details.kind != ServiceKind::Boarding);
    let best = hands.max_by_key(|service| (service.details.staff_roles.len(), std::cmp::Reverse(service.details.duration_minutes)));
    best.expect("a service").id
}

/// Free times that do not stand in each other's way.
fn free(bench: &Bench, service: ServiceId, count: usize) -> Vec<FreeSlot> {
    let query = FreeSlotsQuery {
        service_id: Some(service),
        staff_id: None,
        duration_minutes: None,
        from: bench.store.now().utc().date_naive() + chrono::Days::new(2),
        days: 62,
        is_emergency: false,
        moving: None,
        one_a_time: false,
        limit: None,
        starts_at: None,
    };
    let mut slots = bench.store.free_slots(&Actor::program(), &query).expect("the times");
    slots.sort_by_key(|slot| (slot.staff_id, slot.starts_at));
    // A buffer of an hour between the chosen ones keeps every one of them free when its turn comes.
    let mut chosen: Vec<FreeSlot> = Vec::new();
    for slot in slots {
        if chosen.last().is_none_or(|last| last.staff_id != slot.staff_id || last.ends_at.plus_minutes(60) <= slot.starts_at) {
            chosen.push(slot);
        }
    }
    assert!(chosen.len() >= count, "only {} free times", chosen.len());
    chosen
}

fn pets(bench: &Bench) -> Vec<(ClientId, PetId)> {
    let sql = "SELECT client_id, id FROM pets WHERE deleted_at IS NULL AND deceased_on IS NULL LIMIT 1000";
    let pets = bench.store.read(|db| {
        let mut statement = db.prepare(sql)?;
        let pets = statement
            .query_map([], |row| Ok((ClientId::from_bytes(row.get(0)?), PetId::from_bytes(row.get(1)?))))?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(pets)
    });
    pets.expect("the pets")
}

/// A second copy of the file for the bare inserts: on the first one, what they write would be in the store's way.
fn rows_apart(bench: &Bench) -> rusqlite::Connection {
    let path = bench.folder.path().join("bare.petrel");
    let target = path.to_string_lossy().replace('\'', "''");
    bench.bare.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("a checkpoint");
    std::fs::copy(bench.store.path(), &path).unwrap_or_else(|error| panic!("{target}: {error}"));
    crate::bare::open(&path, &bench.key)
}

fn insert(db: &rusqlite::Connection, (client, pet): (ClientId, PetId), service: ServiceId, slot: &FreeSlot) {
    let transaction = rusqlite::Transaction::new_unchecked(db, TransactionBehavior::Immediate).expect("a transaction");
    let sql = "INSERT INTO appointments (id, client_id, pet_id, staff_id, title, starts_at, ends_at, status, booking_method, booking_reference, created_at, updated_at, service_id)
               VALUES (?1, ?2, ?3, ?4, 'Check-up', ?5, ?6, 'confirmed', 'phone', 'ABC234', ?7, ?7, ?8)";
    let id = Uuid::now_v7();
    let (staff, at) = (slot.staff_id.bytes(), slot.starts_at.0);
    let values = params![id.as_bytes(), client.bytes(), pet.bytes(), staff, at, slot.ends_at.0, at, service.bytes()];
    transaction.prepare_cached(sql).expect("an insert").execute(values).expect("a row");
    transaction.commit().expect("a commit");
}
