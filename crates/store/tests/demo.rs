//! The clinic that is made up obeys the rules of a real one.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

use petrel_domain::{AppointmentStatus, FixedClock, Millis};
use petrel_store::{Actor, DemoPlan, FileKey, OpenOptions, Store};

fn made(seed: u64) -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new(folder.path().join("demo.petrel"), FileKey::from_bytes([3; 32]));
    options.clock = std::sync::Arc::new(FixedClock::at(Millis(1_790_000_000_000)));
    let store = Store::open(&options).unwrap();
    let plan = DemoPlan { clients: 300, years: 1, seed, timezone: "Europe/Madrid".into(), locale: "es-ES".into(), ..DemoPlan::default() };
    let report = store.make_demo(&plan, &|_| {}).unwrap();
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
        let report = store.make_demo(&plan, &|_| {}).unwrap();
        assert_eq!((report.clients, report.pets, report.visits), (200, 250, visits));
        assert_eq!(count(&store, "SELECT count(*) FROM appointments"), i64::from(visits));
    }
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
fn the_same_seed_gives_the_same_clinic() {
    let sum = |seed| {
        let (store, _folder) = made(seed);
        store.read(|db| Ok(db.query_row("SELECT group_concat(hex(id) || starts_at || status) FROM (SELECT * FROM appointments ORDER BY starts_at, hex(pet_id) LIMIT 50)", [], |row| row.get::<_, String>(0))?)).unwrap()
    };
    assert_eq!(sum(5), sum(5));
}
