//! What only the whole program shows: how long it takes to start over a large clinic, how long a day, a week and the hits of a search take to be
//! drawn, how much memory it holds. `cargo xtask bench` sets it up and prints what it writes; nothing here fails because a figure is large.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot be taken must fail")]
#![allow(clippy::print_stderr, reason = "what is skipped is said aloud")]

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use petrel_domain::AppointmentStatus as Status;
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store, Tx};
use petrel_tests::{Driver, Window};
use serde_json::{Value, json};

/// How often each is measured.
const TIMES: usize = 5;
/// Steps from day to day, and from week to week.
const STEPS: u64 = 15;
/// What is typed into the search, letter by letter: people and a pet that every large clinic has.
const SOUGHT: [&str; 4] = ["smith", "garcia", "olivia", "bella"];
/// Visits of each day that is switched to and from.
const VISITS: usize = 300;

/// Puts the large clinic into a desk's folder, with its key in a file as a desk without a keychain has it. Its last days are filled up.
fn settle(clinic: &Path, data: &Path) {
    let id = "01900000-0000-7000-8000-000000000001";
    std::fs::create_dir_all(data.join("keys")).unwrap();
    std::fs::copy(clinic, data.join("clinic.petrel")).unwrap();
    std::fs::write(data.join("clinic.petrel.key"), json!({ "key_id": id, "kept": { "in": "file" } }).to_string()).unwrap();
    let key = std::fs::read_to_string(clinic.with_extension("petrel.hex")).unwrap();
    let key: [u8; 32] = std::array::from_fn(|at| u8::from_str_radix(&key.trim()[2 * at..2 * at + 2], 16).unwrap());
    std::fs::write(data.join("keys").join(id), key).unwrap();
    fill_days(&Store::open(&OpenOptions::new(data.join("clinic.petrel"), FileKey::from_bytes(key))).unwrap());
}

/// Gives the days that are switched to [`VISITS`] visits each: those that they lack are another day's, moved to theirs. The rules of booking
/// are not asked: it is the drawing that is measured.
#[expect(clippy::disallowed_methods, reason = "the app under test has the computer's clock")]
fn fill_days(store: &Store) {
    let actor = Actor::program();
    let today = chrono::Utc::now().date_naive();
    let days: Vec<_> = (0..=STEPS + 1).map(|back| store.schedule_range(&actor, today - chrono::Days::new(back), 1).unwrap()).collect();
    let fullest = days.iter().max_by_key(|day| day.appointments.len()).unwrap();
    for day in &days {
        let shown = day.appointments.iter().filter(|visit| !matches!(visit.status, Status::Cancelled | Status::Rescheduled)).count();
        let to = day.days[0].starts_at.0;
        let shift = to - fullest.days[0].starts_at.0;
        // Over again, as the fullest day may have fewer than are wanted.
        let more = fullest.appointments.iter().cycle().take(VISITS.saturating_sub(shown));
        let copy = |tx: &mut Tx<'_>| {
            for (at, visit) in more.enumerate() {
                let sql = "INSERT INTO appointments (id, client_id, pet_id, staff_id, service_id, title, starts_at, ends_at, status, booking_method,
                      booking_reference, created_at, updated_at)
                    SELECT ?2, client_id, pet_id, staff_id, service_id, title, starts_at + ?3, ends_at + ?3, 'completed', booking_method, ?4, created_at, updated_at
                    FROM appointments WHERE id = ?1";
                let id = tx.new_id();
                tx.db().execute(sql, (visit.id.bytes(), id.as_bytes(), shift, format!("{to}-{at}")))?;
            }
            Ok(())
        };
        store.write(&actor, Action::BookAppointment, copy).unwrap();
    }
}

/// From the start of the process to the first screen drawn, as seen from outside.
fn start_once(app: &str, data: &Path) -> f64 {
    let ready = data.join("ready");
    let _ = std::fs::remove_file(&ready);
    let begin = Instant::now();
    let mut process = Command::new(app)
        .env("PETREL_DATA_DIR", data)
        .env("PETREL_READY_FILE", &ready)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !ready.exists() {
        assert!(begin.elapsed() < Duration::from_secs(60), "the program does not start");
        assert!(process.try_wait().unwrap().is_none(), "the program ended");
        std::thread::yield_now();
    }
    let took = begin.elapsed().as_secs_f64() * 1000.0;
    process.kill().unwrap();
    process.wait().unwrap();
    took
}

/// The proportional resident memory of a process and everything below it, in MB: what is shared is counted once (`Pss`).
fn memory(root: u32) -> f64 {
    let parent = |process: &PathBuf| {
        let stat = std::fs::read_to_string(process.join("stat")).ok()?;
        stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse::<u32>().ok()
    };
    let all: Vec<(u32, u32, PathBuf)> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((path.file_name()?.to_str()?.parse().ok()?, parent(&path)?, path))
        })
        .collect();
    let mut tree = vec![root];
    let mut at = 0;
    while at < tree.len() {
        let parent = tree[at];
        tree.extend(all.iter().filter(|(_, of, _)| *of == parent).map(|(id, ..)| *id));
        at += 1;
    }
    let pss = |path: &PathBuf| {
        let rollup = std::fs::read_to_string(path.join("smaps_rollup")).ok()?;
        rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?.split_whitespace().next()?.parse::<f64>().ok()
    };
    all.iter().filter(|(id, ..)| tree.contains(id)).filter_map(|(_, _, path)| pss(path)).sum::<f64>() / 1024.0
}

/// The app's process: the newest whose program it is.
fn process_of(app: &str) -> u32 {
    let app = std::fs::canonicalize(app).unwrap();
    let ids = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| std::fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == app)).max().unwrap()
}

/// Milliseconds from the press of the button that shows the day or week before to the frame after its visits are laid out, measured in the page.
async fn step_back(window: &Window) -> f64 {
    let script = "window.took = undefined;
        const first = () => document.querySelector('[data-testid=visit]')?.dataset.id;
        const begin = performance.now(), before = first();
        const look = () => {
          if (first() === before || !first()) return requestAnimationFrame(look);
          document.querySelector('[data-testid=visit]').getBoundingClientRect();
          requestAnimationFrame(() => { window.took = performance.now() - begin; });
        };
        document.querySelector('[data-testid=previous]').click();
        requestAnimationFrame(look);";
    window.script(script, Vec::new()).await;
    took(window).await
}

async fn took(window: &Window) -> f64 {
    window.until("window.took !== undefined").await;
    window.script("return window.took", Vec::new()).await.as_f64().unwrap()
}

/// How many visits stand on the board: of a large one those in sight are drawn.
async fn shown(window: &Window) -> usize {
    let script =
        "return [...document.querySelectorAll('[data-testid=column-count]')].reduce((sum, head) => sum + Number(head.textContent), 0)";
    let count = window.script(script, Vec::new()).await;
    usize::try_from(count.as_u64().unwrap()).unwrap()
}

/// Steps back from what is shown: how long each took, and the fewest and the most visits that stood there.
async fn steps_back(window: &Window) -> (Vec<f64>, RangeInclusive<usize>) {
    let (mut times, mut fewest, mut most) = (Vec::new(), usize::MAX, 0);
    for _ in 0..STEPS {
        times.push(step_back(window).await);
        let count = shown(window).await;
        (fewest, most) = (fewest.min(count), most.max(count));
    }
    (times, fewest..=most)
}

/// Milliseconds from a key in the field for searching to the frame after the hits for it are laid out. An answer makes the list anew, whatever is in it.
async fn type_letter(window: &Window, letter: char) -> f64 {
    let script = "window.took = undefined;
        const first = () => document.querySelector('[data-testid=search-hit]');
        const before = first();
        addEventListener('keydown', () => {
          const begin = performance.now();
          const look = () => {
            if (first() === before || !first()) return requestAnimationFrame(look);
            first().getBoundingClientRect();
            requestAnimationFrame(() => { window.took = performance.now() - begin; });
          };
          requestAnimationFrame(look);
        }, { capture: true, once: true });";
    window.script(script, Vec::new()).await;
    window.press(&letter.to_string()).await;
    took(window).await
}

/// Searches as a person types: every letter is a question of its own.
async fn search(window: &Window) -> Vec<f64> {
    let mut times = Vec::new();
    window.click("global-search").await;
    for word in SOUGHT {
        window.script("document.querySelector('[data-testid=global-search]').select()", Vec::new()).await;
        for letter in word.chars() {
            times.push(type_letter(window, letter).await);
        }
    }
    times
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A figure of many: the median, beside the slowest.
fn line_of(name: &str, times: &[f64], limit: f64) -> Value {
    let slowest = times.iter().copied().fold(0.0, f64::max);
    line(&format!("{name}: median (slowest of {}: {slowest:.0} ms)", times.len()), median(times.to_vec()), "ms", limit)
}

fn line(name: &str, value: f64, unit: &str, limit: f64) -> Value {
    let reached = if value <= limit { "yes" } else { "NO" };
    json!({ "name": name, "value": format!("{value:.0} {unit}"), "target": format!("≤ {limit:.0} {unit}"), "reached": reached })
}

#[tokio::test]
async fn the_whole_program_is_measured() {
    let (Ok(out), Ok(clinic)) = (std::env::var("PETREL_MEASURE"), std::env::var("PETREL_CLINIC")) else {
        eprintln!("SKIPPED: `cargo xtask bench` measures the whole program (PETREL_MEASURE and PETREL_CLINIC are not set)");
        return;
    };
    let app = std::env::var("PETREL_APP").unwrap();
    let folder = tempfile::tempdir().unwrap();
    settle(Path::new(&clinic), folder.path());
    let starts: Vec<f64> = (0..TIMES).map(|_| start_once(&app, folder.path())).collect();

    let Some(driver) = Driver::start(&[]) else { return };
    settle(Path::new(&clinic), driver.data.path());
    let window = driver.open().await;
    window.see("[data-testid=shell], [data-testid=sign-in-choice]").await;
    if window.shows("sign-in-choice").await {
        window.click("sign-in-choice").await;
    }
    // The day of everybody is what the desk begins with.
    window.see("board-body").await;
    window.until("document.querySelector('[data-testid=visit]') !== null").await;
    let (days, visits) = steps_back(&window).await;
    assert!(*visits.start() >= VISITS, "a day has {} visits, not {VISITS}", visits.start());
    let held = memory(process_of(&app));
    let letters = search(&window).await;
    // The week of who sits here, as it is first shown, and everybody's.
    let mut weeks = Vec::new();
    for (whose, staff) in [("one colleague", ""), ("everybody", "&staff=all")] {
        window.go("/schedule", &format!("view=week{staff}")).await;
        window.until("document.querySelector('[data-testid=visit]') !== null").await;
        weeks.push((whose, steps_back(&window).await));
    }
    window.quit().await;
    let mut figures = vec![
        line("start over the large clinic to the first screen, median", median(starts), "ms", 1500.0),
        line_of(&format!("day switch in WebKitGTK, {VISITS} visits"), &days, 100.0),
    ];
    for (whose, (times, visits)) in &weeks {
        let name = format!("week switch in WebKitGTK, of {whose}, {} to {} visits", visits.start(), visits.end());
        figures.push(line_of(&name, times, 100.0));
    }
    figures.push(line_of("a letter in the search to its list in WebKitGTK", &letters, 100.0));
    figures.push(line("memory of all processes (PSS)", held, "MB", 250.0));
    std::fs::write(out, Value::from(figures).to_string()).unwrap();
}
