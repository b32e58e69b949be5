//! The clinic that is made up obeys the rules of a real one.

use std::cell::Cell;

use chrono::{Datelike, Timelike, Weekday};
use petrel_domain::desk::{AppointmentCard, ClinicKind, KeyStore, NewClinic, WorkBlockKind};
use petrel_domain::{AppointmentStatus, DAY, FixedClock, Millis, RefusalCode, Species, parse_zone, zone};
use petrel_store::{Actor, DemoPlan, FileKey, OpenOptions, Store};

fn made(seed: u64) -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new(folder.path().join("demo.petrel"), FileKey::from_bytes([3; 32]));
    options.clock = std::sync::Arc::new(FixedClock::at(Millis(1_790_000_000_000)));
    let store = Store::open(&options).unwrap();
    let plan = DemoPlan { clients: 300, years: 1, seed, timezone: "Europe/Madrid".into(), locale: "es-ES".into(), ..DemoPlan::default() };
    let report = store.make_demo(&plan, &|_| true).unwrap();
    assert_eq!(report.clients, 300);
    assert_eq!(report.visits, 1200, "four a client a year");
    (store, folder)
}

fn count(store: &Store, sql: &str) -> i64 {
    store.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
}

#[test]
fn nobody_is_in_two_rooms_but_for_the_one_clash_that_is_there_to_be_settled() {
    let (store, _folder) = made(1);
    let sql = "SELECT count(*) FROM appointments a JOIN appointments b ON b.staff_id = a.staff_id AND b.id > a.id
               WHERE a.starts_at < b.ends_at AND b.starts_at < a.ends_at
                 AND a.status NOT IN ('cancelled', 'no_show', 'rescheduled') AND b.status NOT IN ('cancelled', 'no_show', 'rescheduled')";
    assert!(count(&store, sql) <= 1);
    let attention = store.needs_attention(&Actor::program()).unwrap();
    assert!(attention.clashes.len() <= 1 && attention.total > 0, "{}", attention.total);
}

#[test]
fn there_are_as_many_visits_as_were_asked_for() {
    for visits in [25, 6_000] {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&OpenOptions::new(folder.path().join("demo.petrel"), FileKey::from_bytes([3; 32]))).unwrap();
        let plan = DemoPlan { clients: 200, pets: Some(250), visits: Some(visits), years: 1, ..DemoPlan::default() };
        let report = store.make_demo(&plan, &|_| true).unwrap();
        assert_eq!((report.clients, report.pets, report.visits), (200, 250, visits));
        assert_eq!(count(&store, "SELECT count(*) FROM appointments"), i64::from(visits));
    }
}

#[test]
fn one_that_is_stopped_stops_at_once_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&OpenOptions::new(folder.path().join("demo.petrel"), FileKey::from_bytes([3; 32]))).unwrap();
    let plan = DemoPlan { clients: 50, years: 2, ..DemoPlan::default() };
    let asked = Cell::new(0);
    let refused = store.make_demo(&plan, &|_| {
        asked.set(asked.get() + 1);
        asked.get() < 2
    });
    assert_eq!(refused.unwrap_err().refusal().code, RefusalCode::Cancelled);
    assert_eq!(asked.get(), 2);
    assert_eq!(count(&store, "SELECT count(*) FROM appointments"), 0);
}

#[test]
fn statuses_fit_their_times_and_every_reference_holds() {
    let (store, _folder) = made(2);
    let now = store.now().0;
    let wrong = format!(
        "SELECT count(*) FROM appointments WHERE (status = 'completed' AND starts_at > {now}) OR (status = 'pending' AND starts_at < {now})"
    );
    assert_eq!(count(&store, &wrong), 0);
    assert_eq!(count(&store, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_eq!(count(&store, "SELECT count(*) FROM outbox"), 0);
    let shares = |status: AppointmentStatus| {
        count(
            &store,
            &format!(
                "SELECT count(*) * 100 / (SELECT count(*) FROM appointments WHERE starts_at < {now}) FROM appointments WHERE starts_at < {now} AND status = '{}'",
                status.as_str()
            ),
        )
    };
    assert!((2..9).contains(&shares(AppointmentStatus::NoShow)), "{}", shares(AppointmentStatus::NoShow));
    assert!((2..10).contains(&shares(AppointmentStatus::Cancelled)));
}

#[test]
fn pets_are_picked_up_some_minutes_after_their_visits_and_some_of_today_wait_still() {
    let (store, _folder) = made(2);
    let now = store.now();
    let madrid = parse_zone("Europe/Madrid").unwrap();
    let today = zone::day_start(zone::date_of(now, madrid), madrid).0;
    let visits = |condition: &str| count(&store, &format!("SELECT count(*) FROM appointments WHERE {condition}"));
    assert_eq!(visits("picked_up_at IS NOT NULL AND status <> 'completed'"), 0);
    let wrong = "picked_up_at NOT BETWEEN actual_end_at + 60000 AND actual_end_at + 3600000";
    assert_eq!(visits(&format!("picked_up_at > {} OR {wrong}", now.0)), 0);
    assert_eq!(visits(&format!("status = 'completed' AND picked_up_at IS NULL AND starts_at < {today}")), 0);
    let (all, gone) = (format!("status = 'completed' AND starts_at >= {today}"), "picked_up_at IS NOT NULL");
    let (all, gone) = (visits(&all), visits(&format!("{all} AND {gone}")));
    assert!(gone < all && gone * 2 > all, "{gone} of {all}");
}

#[test]
fn the_same_seed_gives_the_same_clinic() {
    let sum = |seed| {
        let (store, _folder) = made(seed);
        store.read(|db| Ok(db.query_row("SELECT group_concat(hex(id) || starts_at || status) FROM (SELECT * FROM appointments ORDER BY starts_at, hex(pet_id) LIMIT 50)", [], |row| row.get::<_, String>(0))?)).unwrap()
    };
    assert_eq!(sum(5), sum(5));
}

/// What a query finds, a text a row.
fn rows(store: &Store, sql: &str) -> Vec<String> {
    let read = |db: &rusqlite::Connection| {
        let mut statement = db.prepare(sql)?;
        let found = statement.query_map([], |row| row.get(0))?;
        Ok(found.collect::<Result<Vec<String>, _>>()?)
    };
    store.read(read).unwrap()
}

#[test]
fn nobody_is_booked_where_an_override_closes_the_day_or_the_hour() {
    let actor = Actor::program();
    let mut closed = 0;
    for seed in 1..4 {
        let (store, _folder) = made(seed);
        let today = zone::date_of(store.now(), parse_zone("Europe/Madrid").unwrap());
        for ahead in 0..56 {
            let day = store.schedule_range(&actor, today + chrono::Days::new(ahead), 1).unwrap();
            let blocks = day.blocks.iter().filter(|block| block.kind == WorkBlockKind::Closed && block.reason.is_some());
            for block in blocks {
                closed += 1;
                let stands_in = |visit: &&AppointmentCard| {
                    visit.staff_id == Some(block.staff_id) && visit.starts_at < block.ends_at && block.starts_at < visit.ends_at
                };
                assert_eq!(day.appointments.iter().filter(stands_in).count(), 0, "{block:?}");
            }
        }
    }
    assert!(closed > 12, "{closed}: a holiday and several meetings");
}

#[test]
fn nobody_is_vaccinated_or_weighed_at_night() {
    let (store, _folder) = made(1);
    let madrid = parse_zone("Europe/Madrid").unwrap();
    let records = rows(&store, "SELECT CAST(recorded_at AS TEXT) FROM medical_records");
    let local = |at: &String| Millis(at.parse().unwrap()).in_zone(madrid).naive_local();
    let is_odd = |at: &&String| local(at).weekday() == Weekday::Sun || !(9..13).contains(&local(at).hour());
    let odd = records.iter().filter(is_odd).count();
    // Who came today, or died on the first day.
    assert!(records.len() > 500 && odd * 100 < records.len(), "{odd} of {}", records.len());
}

#[test]
fn nothing_is_written_down_after_a_death() {
    let mut dead = 0;
    for seed in 1..4 {
        let (store, _folder) = made(seed);
        dead += count(&store, "SELECT count(*) FROM medical_records r JOIN pets p ON p.id = r.pet_id WHERE p.deceased_on IS NOT NULL");
        // In Greenwich, whose day is never ahead of the clinic's.
        let late = |at: &str| format!("date({at} / 1000, 'unixepoch') > p.deceased_on");
        let records = format!("SELECT count(*) FROM medical_records r JOIN pets p ON p.id = r.pet_id WHERE {}", late("r.recorded_at"));
        assert_eq!(count(&store, &records), 0);
        let visits = format!("SELECT count(*) FROM appointments a JOIN pets p ON p.id = a.pet_id WHERE {}", late("a.starts_at"));
        assert_eq!(count(&store, &visits), 0);
        assert_eq!(count(&store, "SELECT count(*) FROM pets WHERE deceased_on < date(created_at / 1000, 'unixepoch')"), 0, "it came alive");
    }
    assert!(dead > 10, "{dead}: some died");
}

#[test]
fn weights_go_by_breed_and_ages_by_species() {
    let (mut small, mut large) = (0, 0);
    for seed in 1..4 {
        let (store, _folder) = made(seed);
        for (breed, most) in [("Chihuahua", 3_000), ("Pomerania", 3_500), ("Roborovski", 30), ("Sirio", 160), ("Maine Coon", 8_500)] {
            small += count(&store, &format!("SELECT count(*) FROM pets WHERE breed = '{breed}'"));
            let heavy = format!("SELECT count(*) FROM pets WHERE breed = '{breed}' AND weight_grams > {most}");
            assert_eq!(count(&store, &heavy), 0, "{breed}");
            let weighed = "SELECT count(*) FROM medical_records r JOIN pets p ON p.id = r.pet_id WHERE r.kind = 'weight' AND json_extract(r.data, '$.grams')";
            assert_eq!(count(&store, &format!("{weighed} > {most} * 1.04 AND p.breed = '{breed}'")), 0, "{breed}");
        }
        for (breed, least) in [("Rottweiler", 36_000), ("Pastor Alemán", 22_000)] {
            large += count(&store, &format!("SELECT count(*) FROM pets WHERE breed = '{breed}'"));
            let grown = format!("born_on < date({} / 1000 - 380 * 86400, 'unixepoch') AND deceased_on IS NULL", store.now().0);
            assert_eq!(
                count(&store, &format!("SELECT count(*) FROM pets WHERE breed = '{breed}' AND weight_grams < {least} AND {grown}")),
                0,
                "{breed}"
            );
        }
        for (species, years) in
            [(Species::Hamster, 2.6), (Species::GuineaPig, 7.1), (Species::Rabbit, 9.1), (Species::Dog, 15.1), (Species::Cat, 18.1)]
        {
            let old = format!(
                "SELECT name FROM pets WHERE species = '{}' AND julianday(coalesce(deceased_on, date({} / 1000, 'unixepoch'))) - julianday(born_on) > {years} * 365.25",
                species.as_str(),
                store.now().0
            );
            assert!(rows(&store, &old).is_empty(), "{species:?}: {:?}", rows(&store, &old));
        }
    }
    assert!(small > 20 && large > 20, "{small}, {large}");
}

/// A Spanish clinic that has written nothing yet.
fn empty() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&OpenOptions::new(folder.path().join("empty.petrel"), FileKey::from_bytes([3; 32]))).unwrap();
    let clinic = NewClinic {
        name: "Del Puerto".into(),
        timezone: "Europe/Madrid".into(),
        locale: "es-ES".into(),
        currency: "EUR".into(),
        kind: ClinicKind::Both,
        owner_first_name: "Ada".into(),
        owner_last_name: "Ruiz".into(),
        owner_email: None,
        owner_pin: None,
        key_store: KeyStore::Keychain,
        passphrase: None,
    };
    store.create_clinic(clinic).unwrap();
    (store, folder)
}

#[test]
fn breeds_are_those_that_are_offered_and_the_common_ones_are_common() {
    let ((store, _folder), (empty, _other)) = (made(1), empty());
    for species in Species::ALL {
        let offered = empty.breeds(&Actor::program(), *species).unwrap();
        let written =
            rows(&store, &format!("SELECT DISTINCT breed FROM pets WHERE species = '{}' AND breed IS NOT NULL", species.as_str()));
        let unknown: Vec<&String> = written.iter().filter(|breed| !offered.contains(breed)).collect();
        assert!(unknown.is_empty(), "{species:?}: {unknown:?}");
    }
    let dogs = |breed: &str| count(&store, &format!("SELECT count(*) FROM pets WHERE species = 'dog' AND breed = '{breed}'"));
    let all = count(&store, "SELECT count(*) FROM pets WHERE species = 'dog'");
    assert!(dogs("Mestizo") * 100 > all * 15 && dogs("Mestizo") * 100 < all * 40, "{} of {all}", dogs("Mestizo"));
    assert!(dogs("Labrador Retriever") > dogs("San Bernardo"));
}

#[test]
fn who_walks_in_was_not_booked_ahead_and_is_there() {
    let (store, _folder) = made(1);
    assert!(count(&store, "SELECT count(*) FROM appointments WHERE booking_method = 'walk_in'") > 50);
    let ahead = format!(
        "SELECT count(*) FROM appointments WHERE booking_method = 'walk_in' AND (starts_at > {} OR starts_at - created_at > 900000 OR status NOT IN ('in_progress', 'completed'))",
        store.now().0
    );
    assert_eq!(count(&store, &ahead), 0);
    let booked = format!(
        "SELECT count(*) FROM appointments WHERE booking_method <> 'walk_in' AND starts_at - created_at < {DAY} AND starts_at < {}",
        store.now().0 - DAY
    );
    assert_eq!(count(&store, &booked), 0, "all others were");
}
