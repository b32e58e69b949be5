//! Makes the file of a believable clinic, with its key beside it. `cargo xtask demo` runs it.

use std::io::Write as _;
use std::path::PathBuf;

use petrel_store::{DemoPlan, FileKey, OpenOptions, Store};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (out, plan) = plan(std::env::args().skip(1))?;
    if out.exists() {
        return Err(format!("{} is there already; choose another name or remove it", out.display()).into());
    }
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let key = FileKey::random()?;
    write_key(&out, &key)?;
    let store = Store::open(&OpenOptions::new(&out, key))?;
    let report = store.make_demo(&plan, &|progress| {
        let _ = write!(std::io::stderr(), "\r{} visits", progress.done);
    })?;
    writeln!(std::io::stderr())?;
    writeln!(std::io::stdout(), "{}: {} clients, {} pets, {} visits", out.display(), report.clients, report.pets, report.visits)?;
    Ok(())
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Result<(PathBuf, DemoPlan), String> {
    let mut plan = DemoPlan::default();
    let mut out = None;
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
        let number = || value.parse::<u32>().map_err(|_| format!("{name} wants a number, not {value}"));
        match name.as_str() {
            "--out" => out = Some(PathBuf::from(&value)),
            "--clients" => plan.clients = number()?,
            "--pets" => plan.pets = Some(number()?),
            "--visits" => plan.visits = Some(number()?),
            "--years" => plan.years = number()?,
            "--seed" => plan.seed = value.parse().map_err(|_| format!("{name} wants a number, not {value}"))?,
            "--timezone" => plan.timezone = value,
            "--locale" => plan.locale = value,
            _ => return Err(format!("unknown argument {name}")),
        }
    }
    Ok((out.ok_or("--out wants a file")?, plan))
}

/// The key, for its owner's eyes.
fn write_key(out: &std::path::Path, key: &FileKey) -> std::io::Result<()> {
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(out.with_extension("petrel.key"))?, "{}", hex::encode(key.bytes()))
}
