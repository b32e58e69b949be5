//! Makes the file of a believable clinic, with its key beside it: sealed by a passphrase, as the program puts it back ("restore a backup"), and in
//! digits (`….petrel.hex`) for benches. `cargo xtask demo` runs it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use petrel_store::{DemoPlan, FileKey, Kept, KeyFile, OpenOptions, Store, WrappedKey, remove_file, write_private};
use uuid::Uuid;

/// What opens the clinic, if nothing else is said: nothing in it is anybody's.
const PASSPHRASE: &str = "a petrel in the gale";

/// What the command line says.
struct Asked {
    out: PathBuf,
    passphrase: String,
    plan: DemoPlan,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Asked { out, passphrase, plan } = asked(std::env::args().skip(1))?;
    if out.exists() {
        return Err(format!("{} is there already; choose another name or remove it", out.display()).into());
    }
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Under its name only once it is whole: one that was broken off is taken for no clinic.
    let part = out.with_extension("petrel.part");
    remove_file(&part)?;
    let key = FileKey::random()?;
    let store = Store::open(&OpenOptions::new(&part, key.clone()))?;
    let report = store.make_demo(&plan, &|progress| {
        let _ = write!(std::io::stderr(), "\r{} visits", progress.done);
        true
    })?;
    writeln!(std::io::stderr())?;
    // With the last connection, what waits in the log is written into the file.
    drop(store);
    if part.with_extension("part-wal").exists() {
        return Err(format!("{} could not be closed", part.display()).into());
    }
    write_keys(&out, &key, &passphrase)?;
    std::fs::rename(part, &out)?;
    let mut said = std::io::stdout();
    writeln!(said, "{}: {} clients, {} pets, {} visits", out.display(), report.clients, report.pets, report.visits)?;
    writeln!(said, "to open it in Petrel, restore it as a backup and type the passphrase: {passphrase}")?;
    Ok(())
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut plan = DemoPlan::default();
    let mut out = None;
    let mut passphrase = PASSPHRASE.to_owned();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
        let number = || value.parse::<u32>().map_err(|_| format!("{name} wants a number, not {value}"));
        match name.as_str() {
            "--out" => out = Some(PathBuf::from(&value)),
            "--passphrase" => passphrase = value,
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
    Ok(Asked { out: out.ok_or("--out wants a file")?, passphrase, plan })
}

/// The key, for its owner's eyes.
fn write_keys(out: &Path, key: &FileKey, passphrase: &str) -> petrel_store::Result<()> {
    let key_id = Uuid::now_v7();
    let kept = Kept::Passphrase { wrapped: WrappedKey::seal(key, key_id, passphrase)? };
    KeyFile::new(key_id, kept).write_beside(out)?;
    write_private(&out.with_extension("petrel.hex"), format!("{}\n", hex::encode(key.bytes())).as_bytes())
}
