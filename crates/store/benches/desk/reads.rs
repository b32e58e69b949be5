//! What the screens read.

use petrel_domain::desk::{ClientFilter, ClientSort, ClientsQuery};
use petrel_domain::{ClientId, Millis};
use petrel_store::Actor;

use crate::Bench;
use crate::bare::read;
use crate::measure::{Figures, Line, in_turn};

/// The rows of some days, as bare SQL would read them.
const DAYS: &str = "SELECT a.id, a.staff_id, a.client_id, c.first_name, c.last_name, c.phone, a.pet_id, p.name, p.species, p.alerts, p.allergies,
    a.service_id, a.title, a.starts_at, a.ends_at, a.actual_start_at, a.actual_end_at, a.status, a.updated_at, a.is_emergency, a.is_overbooked,
    a.series_id, a.group_id, a.clash_with_id
  FROM appointments a LEFT JOIN clients c ON c.id = a.client_id LEFT JOIN pets p ON p.id = a.pet_id
  WHERE a.starts_at >= ?1 AND a.starts_at < ?2 AND a.deleted_at IS NULL ORDER BY a.starts_at";

const CLIENT: &[&str] = &[
    "SELECT * FROM clients WHERE id = ?1",
    "SELECT tag FROM client_tags WHERE client_id = ?1 AND deleted_at IS NULL",
    "SELECT * FROM pets WHERE client_id = ?1 AND deleted_at IS NULL",
    "SELECT * FROM client_stats WHERE client_id = ?1",
    "SELECT a.id, a.staff_id, a.client_id, c.first_name, c.last_name, c.phone, a.pet_id, p.name, p.species, p.alerts, a.service_id, a.title, a.starts_at,
       a.ends_at, a.actual_start_at, a.actual_end_at, a.status, a.updated_at, a.is_emergency, a.is_overbooked, a.series_id, a.group_id, a.clash_with_id
     FROM appointments a LEFT JOIN clients c ON c.id = a.client_id LEFT JOIN pets p ON p.id = a.pet_id
     WHERE a.client_id = ?1 AND a.deleted_at IS NULL ORDER BY a.starts_at DESC LIMIT 50",
];

/// A page of the list: who stands on it, their living pets, their tags.
const LIST: [&str; 3] = [
    "SELECT c.id, c.first_name, c.last_name, c.email, c.phone, s.last_visit_at, s.appointments
     FROM (SELECT client_id FROM search_docs ORDER BY sort_name, client_id LIMIT 50 OFFSET ?1) d JOIN clients c ON c.id = d.client_id
     LEFT JOIN client_stats s ON s.client_id = c.id",
    "SELECT p.id, p.name, p.species, p.breed, p.alerts
     FROM (SELECT client_id AS id FROM search_docs ORDER BY sort_name, client_id LIMIT 50 OFFSET ?1) c
     JOIN pets p ON p.client_id = c.id WHERE p.deleted_at IS NULL",
    "SELECT t.tag
     FROM (SELECT client_id AS id FROM search_docs ORDER BY sort_name, client_id LIMIT 50 OFFSET ?1) c
     JOIN client_tags t ON t.client_id = c.id WHERE t.deleted_at IS NULL",
];

/// The first 20 that the index finds, unranked, and their pets.
const FOUND: [&str; 2] = [
    "SELECT c.id, c.first_name, c.last_name, c.email, c.phone, s.last_visit_at, s.appointments
     FROM (SELECT d.client_id AS id FROM search_index i JOIN search_docs d ON d.docid = i.rowid WHERE i.search_index MATCH ?1 LIMIT 20) f
     JOIN clients c ON c.id = f.id LEFT JOIN client_stats s ON s.client_id = c.id",
    "SELECT p.id, p.name, p.species, p.breed, p.alerts
     FROM (SELECT d.client_id AS id FROM search_index i JOIN search_docs d ON d.docid = i.rowid WHERE i.search_index MATCH ?1 LIMIT 20) f
     JOIN pets p ON p.client_id = f.id WHERE p.deleted_at IS NULL",
];

/// What a receptionist types, keystroke by keystroke.
const TYPED: &[&str] = &["smith", "rex garcia", "maria", "bella jones", "4477", "a s", "jo", "982000"];

pub fn lines(bench: &Bench) -> Vec<Line> {
    let full = full_days(bench);
    vec![
        days(bench, "open the day (20 staff, 200 visits)", &full, 1),
        days(bench, "open the week", &full, 7),
        client_page(bench),
        clients_list(bench),
        search(bench),
    ]
}

/// The days nearest to 200 visits, the latest of them: a desk turns the pages of the last weeks, not of sixteen years.
fn full_days(bench: &Bench) -> Vec<chrono::NaiveDate> {
    let sql = "SELECT on_date FROM hourly_stats GROUP BY on_date ORDER BY abs(sum(appointments) - 200) / 10, on_date DESC LIMIT 30";
    let days = bench.store.read(|db| {
        let mut statement = db.prepare(sql)?;
        let days = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok(days)
    });
    days.expect("the days").iter().map(|day| day.parse().expect("a date")).collect()
}

fn days(bench: &Bench, name: &'static str, days: &[chrono::NaiveDate], length: u16) -> Line {
    let actor = Actor::program();
    let bounds: Vec<(Millis, Millis)> = days
        .iter()
        .map(|day| {
            let range = bench.store.schedule_range(&actor, *day, length).expect("a range");
            (range.days[0].starts_at, range.days[range.days.len() - 1].ends_at)
        })
        .collect();
    let (ours, limit) = in_turn(
        bench.samples,
        |n| {
            std::hint::black_box(bench.store.schedule_range(&actor, days[n % days.len()], length).expect("a range"));
        },
        |n| {
            let (from, to) = bounds[n % days.len()];
            std::hint::black_box(read(&bench.bare, DAYS, [from.0, to.0]));
        },
    );
    of_read(name, ours, limit)
}

/// Clients with some history, spread over all of them.
fn some_clients(bench: &Bench) -> Vec<ClientId> {
    let sql = "SELECT client_id FROM client_stats WHERE appointments > 4 LIMIT 2000";
    let clients = bench.store.read(|db| {
        let mut statement = db.prepare(sql)?;
        let clients = statement.query_map([], |row| row.get(0).map(ClientId::from_bytes))?.collect::<Result<Vec<_>, _>>()?;
        Ok(clients)
    });
    clients.expect("the clients")
}

fn client_page(bench: &Bench) -> Line {
    let (actor, clients) = (Actor::program(), some_clients(bench));
    let (ours, limit) = in_turn(
        bench.samples,
        |n| {
            let id = clients[n * 7919 % clients.len()];
            std::hint::black_box(bench.store.client(&actor, id).expect("the client"));
            std::hint::black_box(bench.store.visits_of_client(&actor, id, None).expect("the visits"));
        },
        |n| {
            let id = clients[n * 7919 % clients.len()].bytes();
            for sql in CLIENT {
                std::hint::black_box(read(&bench.bare, sql, [id]));
            }
        },
    );
    of_read("client page with its visits", ours, limit)
}

fn clients_list(bench: &Bench) -> Line {
    let actor = Actor::program();
    let offset = |n: usize| u32::try_from(n % 20 * 50).expect("small");
    let query = |n: usize| ClientsQuery { tag: None, only: ClientFilter::Everybody, sort: ClientSort::Name, offset: offset(n), limit: 50 };
    let (ours, limit) = in_turn(
        bench.samples,
        |n| drop(std::hint::black_box(bench.store.clients(&actor, &query(n)).expect("the page"))),
        |n| {
            for sql in LIST {
                std::hint::black_box(read(&bench.bare, sql, [offset(n)]));
            }
        },
    );
    of_read("list of clients, a page", ours, limit)
}

fn search(bench: &Bench) -> Line {
    let actor = Actor::program();
    let keystrokes: Vec<&str> = TYPED.iter().flat_map(|typed| (1..=typed.len()).map(move |end| &typed[..end])).collect();
    // Numbers lie in the index from their end.
    let word = |word: &str| format!("(\"{word}\"* OR \"{}\"*)", word.chars().rev().collect::<String>());
    let question = |typed: &str| typed.split_whitespace().map(word).collect::<Vec<_>>().join(" AND ");
    let questions: Vec<String> = keystrokes.iter().map(|typed| question(typed)).collect();
    let (ours, limit) = in_turn(
        bench.samples.max(keystrokes.len() * 5),
        |n| drop(std::hint::black_box(bench.store.search(&actor, keystrokes[n % keystrokes.len()], 20).expect("the hits"))),
        |n| {
            for sql in FOUND {
                std::hint::black_box(read(&bench.bare, sql, [&questions[n % questions.len()]]));
            }
        },
    );
    let is_reached = ours.p99.as_secs_f64() < 0.010;
    let limit_name = "bare SQL, the first found, unranked";
    Line { name: "search, a keystroke", ours, limit: Some(limit), limit_name, target: "p99 < 10 ms".into(), is_reached }
}

fn of_read(name: &'static str, ours: Figures, limit: Figures) -> Line {
    let is_reached = ours.ratio(limit) <= 1.5 && ours.p99.as_secs_f64() < 0.005;
    Line { name, ours, limit: Some(limit), limit_name: "bare SQL, same rows", target: "≤ 1.5 ×, p99 < 5 ms".into(), is_reached }
}
