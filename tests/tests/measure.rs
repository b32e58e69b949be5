//! What only the whole program shows: how long it takes to start over a large clinic, how long a day takes to be drawn, how much memory it
//! holds. `cargo xtask bench` sets it up and prints what it writes; nothing here fails because a figure is large.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot be taken must fail")]
#![allow(clippy::print_stderr, reason = "what is skipped is said aloud")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use petrel_tests::{Driver, Window};
use serde_json::{Value, json};

/// How often each is measured.
const TIMES: usize = 5;
/// Visits of the day that is switched to and from.
const VISITS: usize = 300;

/// Puts the large clinic into a desk's folder, with its key in a file as a desk without a keychain has it.
fn settle(clinic: &Path, data: &Path) {
    let id = "01900000-0000-7000-8000-000000000001";
    std::fs::create_dir_all(data.join("keys")).unwrap();
    std::fs::copy(clinic, data.join("clinic.petrel")).unwrap();
    std::fs::write(data.join("clinic.petrel.key"), json!({ "key_id": id, "kept": { "in": "file" } }).to_string()).unwrap();
    let key = std::fs::read_to_string(clinic.with_extension("petrel.key")).unwrap();
    let bytes: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&key.trim()[2 * at..2 * at + 2], 16).unwrap()).collect();
    std::fs::write(data.join("keys").join(id), bytes).unwrap();
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

/// Milliseconds from the key that shows the next day to the frame after its visits are laid out, measured in the page.
async fn switch_day(window: &Window, key: &str) -> f64 {
    let script = "window.switched = undefined;
        const board = document.querySelector('[data-testid=board-body]'), begin = performance.now();
        const title = document.querySelector('[data-testid=schedule-title]').textContent;
        const look = () => {
          const isThere = document.querySelector('[data-testid=schedule-title]').textContent !== title
            && document.querySelectorAll('[data-testid=visit]').length > 0 && !document.querySelector('[aria-busy=true]');
          if (!isThere) return requestAnimationFrame(look);
          document.querySelector('[data-testid=visit]').getBoundingClientRect();
          requestAnimationFrame(() => { window.switched = performance.now() - begin; });
        };
        document.querySelector(arguments[0]).click();
        requestAnimationFrame(look);
        return board !== null;";
    assert_eq!(window.script(script, vec![format!("[data-testid={key}]").into()]).await, Value::Bool(true));
    window.until("window.switched !== undefined").await;
    window.script("return window.switched", Vec::new()).await.as_f64().unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
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
    window.see("shell").await;
    window.go("/schedule", "view=day&staff=all").await;
    window.see("board-body").await;
    let mut switches = Vec::new();
    let mut visits = 0;
    // Past days are full; each step is a day the screen has not shown yet.
    for _ in 0..3 * TIMES {
        switches.push(switch_day(&window, "previous").await);
        let count = window.script("return document.querySelectorAll('[data-testid=visit]').length", Vec::new()).await;
        visits = visits.max(count.as_u64().unwrap());
    }
    let held = memory(process_of(&app));
    window.quit().await;
    let shown = format!("day switch in WebKitGTK, up to {visits} visits (asked for at {VISITS}), median");
    let figures = json!([
        line("start over the large clinic to the first screen, median", median(starts), "ms", 1500.0),
        line(&shown, median(switches), "ms", 100.0),
        line("memory of all processes (PSS)", held, "MB", 250.0),
    ]);
    std::fs::write(out, figures.to_string()).unwrap();
}
