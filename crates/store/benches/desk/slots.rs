//! Free times, computed, against a table of them made beforehand.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use petrel_domain::availability::{Colleague, Window, Wish, days, free_slots};
use petrel_domain::desk::{FreeSlot, FreeSlotsQuery};
use petrel_store::Actor;
use rusqlite::params;

use crate::Bench;
use crate::bare::read;
use crate::measure::{Line, in_turn};

const DAYS: u16 = 30;

pub fn lines(bench: &Bench) -> Vec<Line> {
    let actor = Actor::program();
    let from = today(bench);
    // Of everybody, and beside all visits: who asks for boarding is asked about kennels alone.
    let query = FreeSlotsQuery {
        service_id: None,
        staff_id: None,
        duration_minutes: Some(30),
        from,
        days: DAYS,
        is_emergency: false,
        moving: None,
        one_a_time: false,
        limit: None,
        starts_at: None,
    };
    fill_table(bench, &query);
    let (ours, limit) = in_turn(
        bench.samples / 2,
        |_| drop(std::hint::black_box(bench.store.free_slots(&actor, &query).expect("the times"))),
        |_| {
            // What the table is asked: the free ones of some days for those who may do the service.
            let sql = "SELECT staff_id, slot_date, start_time, end_time, duration_minutes, max_appointments, current_appointments FROM slots.available_time_slots
                       WHERE slot_date >= ?1 AND slot_date < date(?1, '+30 days') AND is_available = 1 AND max_appointments > current_appointments
                       ORDER BY slot_date, start_time";
            std::hint::black_box(read(&bench.bare, sql, [from.to_string()]));
        },
    );
    let is_reached = ours.ratio(limit) <= 1.0;
    vec![Line {
        name: "free times, 30 days × 20 staff",
        ours,
        limit: Some(limit),
        limit_name: "table of times made beforehand",
        target: "< 1 ×".into(),
        is_reached,
    }]
}

fn today(bench: &Bench) -> NaiveDate {
    bench.store.now().utc().date_naive()
}

/// The table of the seeds: every slot of every member of staff, free or not, with its index.
fn fill_table(bench: &Bench, query: &FreeSlotsQuery) {
    let db = &bench.bare;
    db.execute("ATTACH ':memory:' AS slots KEY ''", []).expect("a table in memory, where it is quickest");
    db.execute_batch(
        "CREATE TABLE slots.available_time_slots (id BLOB PRIMARY KEY, staff_id BLOB, slot_date TEXT, start_time TEXT, end_time TEXT, duration_minutes INTEGER,
           max_appointments INTEGER, current_appointments INTEGER, is_available INTEGER);
         CREATE INDEX slots.search ON available_time_slots (slot_date, is_available, staff_id);",
    )
    .expect("the table");
    let free: BTreeSet<FreeSlot> = bench.store.free_slots(&Actor::program(), query).expect("the times").into_iter().collect();
    for (n, slot) in all(bench, query).iter().enumerate() {
        let (from, to) = (slot.starts_at.utc(), slot.ends_at.utc());
        let sql = "INSERT INTO slots.available_time_slots VALUES (?1, ?2, ?3, ?4, ?5, 30, 1, ?6, 1)";
        let values = params![
            n.to_be_bytes().to_vec(),
            slot.staff_id.bytes(),
            from.date_naive().to_string(),
            from.format("%H:%M").to_string(),
            to.format("%H:%M").to_string(),
            !free.contains(slot)
        ];
        db.prepare_cached(sql).expect("an insert").execute(values).expect("a slot");
    }
}

/// Every time of the hours, whether or not somebody has it.
fn all(bench: &Bench, query: &FreeSlotsQuery) -> Vec<FreeSlot> {
    let actor = Actor::program();
    let zone = bench.store.clinic().expect("the clinic").expect("a clinic").details.timezone.parse().expect("a zone");
    let until = query.from + chrono::Days::new(u64::from(query.days));
    let (hours, overrides) = (bench.store.weekly_hours(&actor), bench.store.schedule_overrides(&actor, query.from, until));
    let (hours, overrides) = (hours.expect("the hours"), overrides.expect("the exceptions"));
    let bookable =
        bench.store.staff(&actor).expect("the staff").into_iter().filter(|person| person.details.is_active && person.details.is_bookable);
    let colleague = |staff_id| Colleague {
        staff_id,
        hours: hours.iter().filter(|line| line.staff_id == staff_id).cloned().collect(),
        overrides: overrides.iter().filter(|other| other.staff_id == staff_id).cloned().collect(),
    };
    let colleagues: Vec<_> = bookable.map(|person| colleague(person.id)).collect();
    let asked: Vec<_> = colleagues.iter().map(|colleague| (colleague, &[][..])).collect();
    let wish = Wish { duration_minutes: 30, buffer_minutes: 0, is_boarding: false, is_emergency: false, max_per_slot: 1, service_id: None };
    free_slots(&asked, &days(query.from, query.days, zone), &wish, &Window::from_now(bench.store.now()))
}
