//! Two desks that give the visits of one pet a rhythm, each not knowing of the other: no date has two of them afterwards.

use std::collections::HashSet;

use crate::common::{first_desk, next_desk, sql};
use petrel_domain::desk::{AppointmentNotes, BookInput, BookPet, FormAnswer, RhythmInput};
use petrel_domain::{
    AppointmentId, BookingMethod, ClientId, DAY, FieldType, Millis, PetId, RefusalCode, Role, SeriesScope, ServiceId, StaffId, SystemClock,
};
use petrel_sim::{Postgres, Served, fast_folder};
use petrel_store::{Actor, Store};
use petrel_sync::{HttpHub, compare, round};
use uuid::Uuid;

const CLINIC: &str = "
    INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (x'01900000000070008000000000000001', 'Petrel Vets', 'Europe/Berlin', 1, 1);
    INSERT INTO staff (id, first_name, role, created_at, updated_at) VALUES (x'01900000000070008000000000000002', 'Ada', 'owner', 1, 1);
    INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (x'01900000000070008000000000000003', 'Ida', 1, 1);
    INSERT INTO pets (id, client_id, name, species, created_at, updated_at)
      VALUES (x'01900000000070008000000000000004', x'01900000000070008000000000000003', 'Rex', 'dog', 1, 1);
    INSERT INTO services (id, name, kind, duration_minutes, form_fields, created_at, updated_at) VALUES (x'01900000000070008000000000000005', 'Bath', 'grooming', 30,
      '[{\"name\":\"Coat\",\"field_type\":\"text\",\"is_required\":false,\"choices\":[]},{\"name\":\"Bites\",\"field_type\":\"text\",\"is_required\":false,\"choices\":[]}]', 1, 1)";

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

/// Ten in Berlin on 1 June 2099: long after whatever day the test runs on, and long before the clock is set back.
const FIRST: Millis = Millis(4_083_984_000_000);
const WEEK: i64 = 7 * DAY;

fn owner() -> Actor {
    Actor::staff(StaffId(id(2)), Role::Owner)
}

fn book(desk: &Store, rule: Option<&str>) -> AppointmentId {
    let answer = |name: &str| FormAnswer { name: name.to_owned(), field_type: FieldType::Text, value: format!("{name}: yes") };
    let pet = BookPet {
        pet_id: Some(PetId(id(4))),
        service_id: Some(ServiceId(id(5))),
        staff_id: StaffId(id(2)),
        starts_at: FIRST,
        duration_minutes: None,
        answers: vec![answer("Coat"), answer("Bites")],
    };
    let input = BookInput {
        client_id: Some(ClientId(id(3))),
        pets: vec![pet],
        notes: AppointmentNotes::default(),
        booking_method: BookingMethod::Phone,
        is_emergency: false,
        overruled: vec![RefusalCode::SlotTaken, RefusalCode::OutsideHours, RefusalCode::EmergencyOnly],
        recurrence: rule.map(str::to_owned),
        estimated_cost_cents: None,
        waitlist_entry_id: None,
    };
    desk.book_appointment(&owner(), input).unwrap().value.appointment_ids[0]
}

fn set(desk: &Store, appointment_id: AppointmentId, rule: &str) {
    let input = RhythmInput { appointment_id, recurrence: rule.to_owned(), scope: SeriesScope::Following, is_overbooking_allowed: true };
    let told = desk.rhythm_plan(&owner(), input.clone()).unwrap();
    desk.set_rhythm(&owner(), input, told).unwrap();
}

/// When the pet's visits stand.
fn stands(desk: &Store) -> Vec<Millis> {
    let read = desk.read(|db| {
        let sql =
            "SELECT starts_at FROM appointments WHERE deleted_at IS NULL AND status NOT IN ('cancelled', 'rescheduled') ORDER BY starts_at";
        let mut statement = db.prepare(sql)?;
        let times = statement.query_map([], |row| row.get(0).map(Millis))?.collect::<Result<Vec<_>, _>>()?;
        Ok(times)
    });
    read.unwrap()
}

fn count(desk: &Store, sql: &str) -> i64 {
    desk.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
}

async fn meet(desks: &[(&Store, &HttpHub)]) {
    for _ in 0..2 {
        for (desk, hub) in desks {
            round(desk, *hub, &SystemClock).await.unwrap();
        }
    }
    for (desk, hub) in desks {
        assert_eq!(compare(desk, *hub).await.unwrap(), Some(Vec::new()));
        assert_eq!(stands(desk), stands(desks[0].0));
        assert_eq!(count(desk, "SELECT count(*) FROM rejected_changes"), 0);
    }
}

/// What both desks do, from a visit booked once or a series of that rule; the dates that may have a visit afterwards, by weeks.
async fn both(series: Option<&str>, one: &str, other: &str) -> (Vec<i64>, i64) {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (first, first_hub) = first_desk(&served, clinic, folder.path()).await;
    sql(&first, CLINIC);
    let visit = book(&first, series);
    round(&first, &first_hub, &SystemClock).await.unwrap();
    let (second, second_hub) = next_desk(&served, clinic, &folder.path().join("second.petrel")).await;
    set(&first, visit, one);
    set(&second, visit, other);
    let desks = [(&first, &first_hub), (&second, &second_hub)];
    meet(&desks).await;
    let times = stands(&first);
    assert_eq!(times.iter().collect::<HashSet<_>>().len(), times.len(), "one visit a date: {times:?}");
    assert_eq!(count(&first, "SELECT count(*) FROM appointments WHERE clash_with_id IS NOT NULL AND deleted_at IS NULL"), 0);
    let twice = "SELECT count(*) FROM (SELECT appointment_id, field_name FROM appointment_form_answers WHERE deleted_at IS NULL GROUP BY 1, 2 HAVING count(*) > 1)";
    assert_eq!(count(&first, twice), 0, "answered once");
    assert_eq!(first.lost_values(&owner()).unwrap(), [], "nothing anybody typed was lost");
    let week = |time: &Millis| (time.0 - FIRST.0) / WEEK;
    (times.iter().map(week).collect(), count(&second, "SELECT count(DISTINCT series_id) FROM appointments WHERE series_id IS NOT NULL"))
}

#[tokio::test]
async fn one_visit_that_two_desks_repeat_becomes_one_series() {
    assert_eq!(both(None, "FREQ=WEEKLY;COUNT=5", "FREQ=WEEKLY;COUNT=5").await, (vec![0, 1, 2, 3, 4], 1));
    assert_eq!(both(None, "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;INTERVAL=2;COUNT=3").await, (vec![0, 1, 2, 4], 1));
}

#[tokio::test]
async fn a_series_whose_rule_two_desks_change_has_no_date_twice() {
    let weekly = Some("FREQ=WEEKLY;COUNT=5");
    assert_eq!(both(weekly, "FREQ=WEEKLY;INTERVAL=2;COUNT=5", "FREQ=WEEKLY;INTERVAL=2;COUNT=5").await.0, [0, 2, 4, 6, 8]);
    // One makes it longer, the other slower: visits that the one adds and the other moves are the same visits.
    let (weeks, series) = both(weekly, "FREQ=WEEKLY;COUNT=9", "FREQ=WEEKLY;INTERVAL=2;COUNT=5").await;
    assert_eq!((weeks, series), (vec![0, 2, 4, 5, 6, 7, 8], 1));
    let (weeks, _) = both(weekly, "FREQ=WEEKLY;INTERVAL=2;COUNT=5", "FREQ=WEEKLY;INTERVAL=3;COUNT=5").await;
    assert!(weeks.contains(&0) && weeks.contains(&6), "{weeks:?}");
}
