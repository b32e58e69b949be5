//! Figures, the table made of them, and where they come from.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use petrel_sim::{Postgres, connect};

/// One line of the table.
#[derive(Default)]
pub struct Line {
    pub name: String,
    /// The figure, and of what.
    pub value: f64,
    pub unit: &'static str,
    /// What else was seen, by name.
    pub more: Vec<(&'static str, f64)>,
    /// What it is held against, measured in the same run: what, and how much in the same unit.
    pub limit: Option<(&'static str, f64)>,
    /// What is to be reached, in words, and whether it was; none where nothing is asked.
    pub target: String,
    pub is_reached: Option<bool>,
}

impl Line {
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, ..Self::default() }
    }

    /// So many of something in a time.
    pub fn rate(name: impl Into<String>, count: usize, time: Duration, unit: &'static str) -> Self {
        Self::new(name, per_second(count, time), unit)
    }

    /// The middle and the slow end of some times, in milliseconds.
    pub fn times(name: impl Into<String>, mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        let at = |share: usize| samples.get((samples.len() * share / 100).min(samples.len().saturating_sub(1))).map_or(0.0, ms);
        Self::new(name, at(50), "ms p50").with("ms p99", at(99)).with("samples", samples.len() as f64)
    }

    pub fn with(mut self, name: &'static str, value: f64) -> Self {
        self.more.push((name, value));
        self
    }

    pub fn beside(mut self, name: &'static str, limit: f64) -> Self {
        self.limit = Some((name, limit));
        self
    }

    pub fn wants(mut self, target: impl Into<String>, is_reached: bool) -> Self {
        (self.target, self.is_reached) = (target.into(), Some(is_reached));
        self
    }
}

pub fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(1e-9)
}

fn ms(time: &Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Prints the table.
#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
pub fn print(lines: &[Line]) {
    println!("| what | value | besides | limit beside it | of it | target | reached |");
    println!("|---|---:|---|---|---:|---|---|");
    for line in lines {
        let more: Vec<_> = line.more.iter().map(|(name, value)| format!("{} {name}", figure(*value))).collect();
        let (limit, share) = line.limit.map_or_else(
            || ("–".to_owned(), "–".to_owned()),
            |(name, limit)| (format!("{} {name}", figure(limit)), format!("{:.0} %", 100.0 * line.value / limit)),
        );
        let reached = line.is_reached.map_or("–", |is| if is { "yes" } else { "NO" });
        let target = if line.target.is_empty() { "–" } else { &line.target };
        println!(
            "| {} | {} {} | {} | {limit} | {share} | {target} | {reached} |",
            line.name,
            figure(line.value),
            line.unit,
            more.join(", ")
        );
    }
}

/// A number as people read it.
pub fn figure(value: f64) -> String {
    if value.abs() < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same as JSON.
pub fn json(lines: &[Line]) -> serde_json::Value {
    let lines = lines.iter().map(|line| {
        let more: serde_json::Map<_, _> = line.more.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        serde_json::json!({
            "name": line.name, "value": line.value, "unit": line.unit, "more": more,
            "limit": line.limit.map(|(name, _)| name), "limit_value": line.limit.map(|(_, value)| value),
            "target": line.target, "is_reached": line.is_reached,
        })
    });
    serde_json::Value::Array(lines.collect())
}

/// A Postgres as one is run for real: it waits for its disk (`fsync`, `synchronous_commit` as they come), and has some memory.
///
/// # Errors
/// Where the folder lies in memory, which no Postgres waits for.
pub fn real_postgres(folder: &Path) -> Result<Postgres> {
    let told = std::process::Command::new("stat").args(["--file-system", "--format=%T"]).arg(folder).output()?;
    let kind = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    anyhow::ensure!(
        !matches!(kind.as_str(), "tmpfs" | "ramfs"),
        "{} lies in memory ({kind}), where a Postgres does not wait for its disk; name a folder on a disk with --folder FOLDER",
        folder.display()
    );
    // Its user must reach the folder.
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let mut postgres = Postgres::start_in(&folder.join("postgres"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = connect(&format!("{}/postgres", postgres.address())).await?;
        for setting in ["shared_buffers = '1GB'", "max_wal_size = '8GB'", "maintenance_work_mem = '256MB'"] {
            client.batch_execute(&format!("ALTER SYSTEM SET {setting}")).await?;
        }
        anyhow::Ok(())
    })?;
    postgres.crash()?;
    postgres.restart()?;
    let fsync = runtime.block_on(async {
        let client = connect(&format!("{}/postgres", postgres.address())).await?;
        anyhow::Ok(
            client.query_one("SELECT current_setting('fsync') || current_setting('synchronous_commit')", &[]).await?.get::<_, String>(0),
        )
    })?;
    anyhow::ensure!(fsync == "onon", "a Postgres that does not wait for its disk measures nothing");
    Ok(postgres)
}

/// How much memory a process has, and had at the most, in kB (`VmRSS`, `VmHWM`).
pub fn memory(process: u32) -> Result<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).context("a system with /proc")?;
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok()
    };
    Ok((of("VmRSS:").context("VmRSS")?, of("VmHWM:").context("VmHWM")?))
}

/// For how long Postgres' processes that serve the hub have worked until now, each on one core.
pub async fn postgres_busy(database_url: &str) -> Result<Duration> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    let mut busy = Duration::ZERO;
    for row in connect(database_url).await?.query(sql, &[]).await? {
        let process: i32 = row.get(0);
        let told = std::fs::read_to_string(format!("/proc/{process}/schedstat")).context("a system with /proc")?;
        let worked = told.split_whitespace().next().and_then(|worked| worked.parse().ok()).context("schedstat")?;
        busy += Duration::from_nanos(worked);
    }
    Ok(busy)
}

/// For how long the machine's processors have worked until now, all processes on it together, as if it had one processor as fast as all of them:
/// what they do takes no less than that.
pub fn machine_busy() -> Result<Duration> {
    let told = std::fs::read_to_string("/proc/stat").context("a system with /proc")?;
    let ticks = |line: &str| line.split_whitespace().skip(1).map_while(|ticks| ticks.parse::<u64>().ok()).collect::<Vec<_>>();
    let (all, cores) = (ticks(told.lines().next().context("stat")?), std::thread::available_parallelism()?.get());
    // user, nice, system, idle, waiting for a disk, interrupts of both kinds; a hundred ticks a second.
    let worked: u64 = [0, 1, 2, 5, 6].iter().filter_map(|place| all.get(*place)).sum();
    Ok(Duration::from_millis(worked * 10) / u32::try_from(cores)?)
}
