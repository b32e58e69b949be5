//! What every screen asks has a plan that reads no large table from end to end. There are no statistics in the file (nobody runs ANALYZE),
//! so the plans do not depend on how full it is: they are the same at a hundred thousand clients.

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::common::{at, salon_with};
use petrel_domain::desk::{
    AppointmentNotes, BookInput, BookPet, ClientDetails, ClientFilter, ClientSort, ClientsQuery, FreeSlotsQuery, RhythmInput,
    ScheduleOverride, WaitlistMatchQuery, WriteInput,
};
use petrel_domain::{BookingMethod, OverrideKind, SeriesScope, Species};

static ASKED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn asked(sql: &str) {
    ASKED.lock().unwrap().insert(sql.to_owned());
}

/// Tables that hold as many rows as the clinic has clients, visits or messages.
const LARGE: &[&str] = &[
    "clients",
    "client_tags",
    "pets",
    "appointments",
    "visit_cards",
    "client_likeness",
    "appointment_form_answers",
    "medical_records",
    "messages",
    "message_events",
    "calls",
    "client_stats",
    "report_cards",
    "campaign_sends",
    "outbox",
    "search_docs",
    "hourly_stats",
];

/// Scans that are meant, each with its reason.
const MEANT: &[(&str, &str)] = &[
    ("search_docs d ORDER BY d.sort_name", "walks the index by name and stops at the page's end"),
    ("search_docs d ORDER BY d.client_id DESC LIMIT", "walks the key and stops at the page's end"),
    ("FROM pets ORDER BY rowid DESC LIMIT", "walks the table from its end and stops at a number of rows"),
    ("SELECT count(*) FROM search_docs", "counts the small pages of an index of two columns"),
    ("HAVING count(*) > 1", "looks for pairs along an index, not along the rows"),
    ("m.status = 'failed'", "walks an index that holds the failed ones alone"),
    ("o.action <> 'create_clinic'", "walks the outbox from its end and stops at the first that can be undone"),
];

#[test]
fn no_screen_reads_a_large_table_from_end_to_end() {
    let salon = salon_with(|options| options.trace = Some(asked));
    let (store, owner) = (&salon.store, &salon.owner);
    let pet = BookPet {
        pet_id: Some(salon.pet),
        service_id: Some(salon.service),
        staff_id: salon.staff,
        starts_at: at("2026-06-01", "10:00"),
        duration_minutes: None,
        answers: Vec::new(),
    };
    let input = BookInput {
        client_id: Some(salon.client),
        pets: vec![pet],
        notes: AppointmentNotes::default(),
        booking_method: BookingMethod::Phone,
        is_emergency: false,
        overruled: Vec::new(),
        recurrence: None,
        estimated_cost_cents: None,
        waitlist_entry_id: None,
    };
    let visit = store.book_appointment(owner, input).unwrap().value.appointment_ids[0];
    let day = "2026-06-01".parse().unwrap();
    store.schedule_range(owner, day, 7).unwrap();
    store.today_board(owner).unwrap();
    store.month_overview(owner, day).unwrap();
    store.appointment(owner, visit).unwrap();
    store.swap_choices(owner, visit).unwrap();
    let recurrence = "FREQ=WEEKLY;COUNT=3".into();
    let rhythm = RhythmInput { appointment_id: visit, recurrence, scope: SeriesScope::Following, is_overbooking_allowed: false };
    for _ in 0..2 {
        // Of a visit that stands alone, then of a series.
        let told = store.rhythm_plan(owner, rhythm.clone()).unwrap();
        store.set_rhythm(owner, rhythm.clone(), told).unwrap();
        store.appointment(owner, visit).unwrap();
    }
    let closed = ScheduleOverride {
        id: None,
        staff_id: salon.staff,
        kind: OverrideKind::Unavailable,
        on_date: day,
        start: None,
        end: None,
        reason: None,
        recurrence: Some("FREQ=DAILY;UNTIL=20260612".into()),
    };
    store.save_override(owner, closed, true).unwrap();
    store.visits_of_client(owner, salon.client, None).unwrap();
    store.visits_of_client(owner, salon.client, Some(at("2026-06-01", "10:00"))).unwrap();
    store.day_sheet(owner, day, None, None).unwrap();
    store.weekly_hours(owner).unwrap();
    store.schedule_overrides(owner, day, day).unwrap();
    store.rejected_changes(owner).unwrap();
    store.lost_values(owner).unwrap();
    store.write_to_client(owner, WriteInput { client_id: salon.client, body: "Hello".into() }).unwrap();
    let message = store.messages_of_client(owner, salon.client, None).unwrap().messages[0].id;
    store.messages_of_client(owner, salon.client, Some(message)).unwrap();
    store.messages_of_visit(owner, visit).unwrap();
    store.cancel_message(owner, message).unwrap();
    let query = FreeSlotsQuery {
        service_id: Some(salon.service),
        staff_id: None,
        duration_minutes: None,
        from: day,
        days: 30,
        is_emergency: false,
        moving: None,
        one_a_time: false,
        limit: None,
        starts_at: None,
    };
    store.free_slots(owner, &query).unwrap();
    store.free_slots(owner, &FreeSlotsQuery { starts_at: Some(at("2026-06-01", "10:00")), ..query }).unwrap();
    for sort in [ClientSort::Name, ClientSort::Created] {
        for tag in [None, Some("VIP".to_owned())] {
            for only in [ClientFilter::Everybody, ClientFilter::Coming, ClientFilter::Away] {
                store.clients(owner, &ClientsQuery { tag: tag.clone(), only, sort, offset: 50, limit: 50 }).unwrap();
            }
        }
    }
    store.client(owner, salon.client).unwrap();
    store.pet_page(owner, salon.pet).unwrap();
    store.all_tags(owner).unwrap();
    store.breeds(owner, Species::Dog).unwrap();
    for typed in ["g", "grace hop", "3456", "rex"] {
        store.search(owner, typed, 20).unwrap();
    }
    let like = ClientDetails {
        first_name: "Grace".into(),
        last_name: "Hopper".into(),
        phone: Some("+4930123456".into()),
        email: Some("g@example.com".into()),
        ..ClientDetails::default()
    };
    store.possible_duplicates(owner, &like, None).unwrap();
    store.waitlist(owner).unwrap();
    let left = WaitlistMatchQuery {
        staff_id: salon.staff,
        starts_at: at("2026-06-01", "10:00"),
        ends_at: at("2026-06-01", "10:30"),
        service_id: Some(salon.service),
        client_id: None,
        limit: 5,
    };
    store.add_to_waitlist(owner, salon.wish_to_wait()).unwrap();
    store.waitlist_matches(owner, &left).unwrap();
    // More than is shown, so that it is counted.
    salon.crowd(51);
    store.needs_attention(owner).unwrap();
    store.undo_offer().unwrap();

    let statements = std::mem::take(&mut *ASKED.lock().unwrap());
    assert!(statements.len() > 40, "only {} statements were seen", statements.len());
    let mut scans = Vec::new();
    for sql in statements.iter().filter(|sql| sql.starts_with("SELECT") || sql.starts_with("WITH")) {
        for line in plan(&salon, sql) {
            let is_scan = LARGE.iter().any(|table| line.starts_with(&format!("SCAN {table}")) || is_alias(&line, sql, table));
            if is_scan && !MEANT.iter().any(|(part, _)| sql.contains(part)) {
                scans.push(format!("{line}\n    {}", sql.split_whitespace().collect::<Vec<_>>().join(" ")));
            }
        }
    }
    assert!(scans.is_empty(), "read from end to end:\n{}", scans.join("\n"));
}

/// SQLite names a table by its alias: `SCAN a` where the statement says `FROM appointments a`.
fn is_alias(line: &str, sql: &str, table: &str) -> bool {
    let Some(alias) = line.strip_prefix("SCAN ").and_then(|rest| rest.split_whitespace().next()) else { return false };
    [format!("{table} {alias}"), format!("{table} AS {alias}")]
        .iter()
        .any(|named| sql.contains(&format!("{named} ")) || sql.contains(&format!("{named}\n")))
}

fn plan(salon: &crate::common::Salon, sql: &str) -> Vec<String> {
    salon
        .store
        .read(|db| {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
            let lines = statement.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3))?;
            Ok(lines.collect::<Result<Vec<_>, _>>()?)
        })
        .unwrap()
}

#[test]
fn a_plan_is_made_once_whatever_is_bound() {
    let salon = salon_with(|_| {});
    let again = salon.store.read(|db| {
        let sql =
            "SELECT id FROM appointments WHERE client_id = ?1 AND starts_at < ?2 AND deleted_at IS NULL ORDER BY starts_at DESC LIMIT ?3";
        let mut statement = db.prepare(sql)?;
        for (before, most) in [(1, 51), (i64::MAX, 51), (2, 8)] {
            statement.query((salon.client.bytes(), before, most))?.next()?;
        }
        Ok(statement.get_status(rusqlite::StatementStatus::RePrepare))
    });
    assert_eq!(again.unwrap(), 0);
}
