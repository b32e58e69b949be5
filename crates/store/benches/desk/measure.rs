//! Samples and the table made of them.

use std::time::{Duration, Instant};

/// One line of the table.
pub struct Line {
    pub name: &'static str,
    /// What was measured.
    pub ours: Figures,
    /// What it is held against, measured in turn with it, in the same run.
    pub limit: Option<Figures>,
    /// What the limit is.
    pub limit_name: &'static str,
    /// What is to be reached, in words, and whether it was.
    pub target: String,
    pub is_reached: bool,
}

/// The middle and the slow end of some samples.
#[derive(Clone, Copy)]
pub struct Figures {
    pub p50: Duration,
    pub p99: Duration,
    pub samples: usize,
}

impl Figures {
    pub fn of(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        let at = |share: usize| samples[(samples.len() * share / 100).min(samples.len() - 1)];
        Self { p50: at(50), p99: at(99), samples: samples.len() }
    }

    pub fn ratio(self, limit: Self) -> f64 {
        self.p50.as_secs_f64() / limit.p50.as_secs_f64().max(1e-9)
    }
}

/// Runs both in turn, so that whatever else the machine does falls on both; the first tenth warms up and is thrown away.
pub fn in_turn(samples: usize, mut ours: impl FnMut(usize), mut limit: impl FnMut(usize)) -> (Figures, Figures) {
    let warm_up = samples / 10;
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for n in 0..samples + warm_up {
        let (a, b) = (timed(|| ours(n)), timed(|| limit(n)));
        if n >= warm_up {
            first.push(a);
            second.push(b);
        }
    }
    (Figures::of(first), Figures::of(second))
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Prints the table.
#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
pub fn print(lines: &[Line]) {
    println!("| what | p50 | p99 | limit beside it | limit p50 | ratio | target | reached |");
    println!("|---|---:|---:|---|---:|---:|---|---|");
    for line in lines {
        let limit = line.limit.map_or_else(|| "–".to_owned(), |limit| ms(limit.p50));
        let ratio = line.limit.map_or_else(|| "–".to_owned(), |limit| format!("{:.2}", line.ours.ratio(limit)));
        let reached = if line.is_reached { "yes" } else { "NO" };
        println!(
            "| {} | {} | {} | {} | {limit} | {ratio} | {} | {reached} |",
            line.name,
            ms(line.ours.p50),
            ms(line.ours.p99),
            line.limit_name,
            line.target
        );
    }
}

/// The same as JSON, times in microseconds.
pub fn json(lines: &[Line]) -> serde_json::Value {
    let lines = lines.iter().map(|line| {
        serde_json::json!({
            "name": line.name,
            "samples": line.ours.samples,
            "p50_us": line.ours.p50.as_secs_f64() * 1e6,
            "p99_us": line.ours.p99.as_secs_f64() * 1e6,
            "limit": line.limit_name,
            "limit_p50_us": line.limit.map(|limit| limit.p50.as_secs_f64() * 1e6),
            "limit_p99_us": line.limit.map(|limit| limit.p99.as_secs_f64() * 1e6),
            "ratio": line.limit.map(|limit| line.ours.ratio(limit)),
            "target": line.target,
            "is_reached": line.is_reached,
        })
    });
    serde_json::Value::Array(lines.collect())
}

fn ms(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}
