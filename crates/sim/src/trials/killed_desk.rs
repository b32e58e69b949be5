//! Row 3: a desk's process is killed at any moment. Its file opens, is whole, has what was acknowledged, and agrees with the hub.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use petrel_domain::SystemClock;
use petrel_domain::replication::Enrolled;
use petrel_store::{FileKey, OpenOptions, Store, check_file};
use petrel_sync::{HttpHub, compare, round};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::child::{a_moment, desk};
use super::desk::{hub_of, numbered, read_key};
use super::{Ground, Tally, Wrong};
use crate::edits::{edit, found};
use crate::postgres::Postgres;
use crate::proxy::Proxy;
use crate::served::Served;

/// The key of the files that are made here.
pub(super) const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";
/// How many cycles one clinic lasts: with a larger one, looking the file over is all that takes time.
const CYCLES_A_CLINIC: u64 = 25;
/// Rows of a page, so that a small clinic takes many pages.
const PAGE: usize = 40;

/// A hub in this process on a Postgres, and a runtime that serves it while this thread waits.
pub(super) struct Town {
    pub(super) runtime: Runtime,
    pub(super) served: Served,
    _postgres: Postgres,
}

impl Town {
    pub(super) fn build() -> Result<Self> {
        let postgres = Postgres::start()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let served = runtime.block_on(Served::start(&postgres))?;
        Ok(Self { runtime, served, _postgres: postgres })
    }

    /// A desk of a clinic, with a file of its own that is tied to the hub.
    pub(super) fn desk(&self, clinic: Uuid, path: &Path) -> Result<(Store, HttpHub)> {
        let (_, enrolled) = self.runtime.block_on(self.served.desk(clinic))?;
        let store = open(path, &read_key(KEY)?)?;
        store.join_hub(&self.served.url, enrolled.device_id, clinic, &enrolled.tokens)?;
        let hub = hub_of(&store)?;
        Ok((store, hub))
    }

    /// A new clinic with its first desk, which has set it up. Nothing of it is at the hub yet.
    pub(super) fn first_desk(&self, path: &Path, rng: &mut fastrand::Rng) -> Result<(Uuid, Store, HttpHub)> {
        let clinic = self.runtime.block_on(self.served.clinic())?;
        let (store, hub) = self.desk(clinic, path)?;
        found(&store, rng)?;
        Ok((clinic, store, hub))
    }

    /// The hub through a line on which a small clinic takes many pages.
    pub(super) fn paged(&self) -> Result<Proxy> {
        let proxy = self.runtime.block_on(Proxy::start(&self.served.url))?;
        proxy.limit_pages(PAGE);
        Ok(proxy)
    }

    /// Rounds until desk and hub agree.
    pub(super) fn agree(&self, store: &Store, hub: &HttpHub) -> Result<()> {
        self.runtime.block_on(agree(store, hub))
    }
}

/// Rounds until desk and hub agree.
pub(super) async fn agree(store: &Store, hub: &HttpHub) -> Result<()> {
    const ROUNDS: usize = 5;
    for _ in 0..ROUNDS {
        round(store, hub, &SystemClock).await?;
        if let Some(differs) = compare(store, hub).await? {
            ensure!(differs.is_empty(), "desk and hub differ in {differs:?}");
            return Ok(());
        }
    }
    anyhow::bail!("the queue does not drain in {ROUNDS} rounds")
}

pub(super) fn open(path: &Path, key: &FileKey) -> Result<Store> {
    let mut options = OpenOptions::new(path, key.clone());
    options.readers = 1;
    Store::open(&options).with_context(|| format!("{} does not open", path.display()))
}

/// The same of a new clinic that is set up.
pub(super) fn founded(path: &Path, rng: &mut fastrand::Rng) -> Result<Store> {
    let store = open(path, &read_key(KEY)?)?;
    found(&store, rng)?;
    Ok(store)
}

/// A clinic with two desks: one to be killed, the other to write meanwhile.
pub(super) struct Clinic {
    folder: tempfile::TempDir,
    other: (Store, HttpHub),
    /// The most times that each number may be there: once.
    acknowledged: Vec<u64>,
    next: u64,
}

impl Clinic {
    pub(super) fn open(town: &Town, rng: &mut fastrand::Rng) -> Result<Self> {
        let folder = crate::fast_folder()?;
        let (clinic, victim, hub) = town.first_desk(&folder.path().join("victim.petrel"), rng)?;
        town.agree(&victim, &hub)?;
        let other = town.desk(clinic, &folder.path().join("other.petrel"))?;
        town.agree(&other.0, &other.1)?;
        Ok(Self { folder, other, acknowledged: Vec::new(), next: 1 })
    }

    fn victim(&self) -> PathBuf {
        self.folder.path().join("victim.petrel")
    }

    /// The other desk works, so that there is something to read.
    pub(super) fn works_elsewhere(&self, town: &Town, rng: &mut fastrand::Rng) -> Result<()> {
        for _ in 0..rng.u8(0..4) {
            edit(&self.other.0, rng)?;
        }
        town.agree(&self.other.0, &self.other.1)
    }

    /// What the desk that is to die is started with.
    pub(super) fn arguments(&self, rng: &mut fastrand::Rng) -> [String; 5] {
        to_write(&self.victim(), self.next, rng.u64(..))
    }

    /// Takes down what the desk said before it died. Answers how many writes that were.
    pub(super) fn heard(&mut self, said: &[String]) -> usize {
        let wrote = written(said);
        self.next += wrote.len() as u64 + 1;
        self.acknowledged.extend(&wrote);
        wrote.len()
    }
}

pub(super) fn working(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let town = Town::build()?;
    let mut rng = ground.rng();
    let (mut written, mut inside) = (0, 0);
    let mut clinic = Clinic::open(&town, &mut rng)?;
    for cycle in 0..cycles {
        if cycle % CYCLES_A_CLINIC == CYCLES_A_CLINIC - 1 {
            clinic = Clinic::open(&town, &mut rng)?;
        }
        tally.cycles += 1;
        clinic.works_elsewhere(&town, &mut rng)?;
        let said = kill_at_work(ground, &clinic, &mut rng)?;
        inside += usize::from(said.last().is_some_and(|line| line == "round"));
        written += clinic.heard(&said);
        check_victim(&town, &clinic, tally);
    }
    tally.note(format!("{written} acknowledged writes, {inside} kills inside a round"));
    Ok(())
}

/// Starts a desk, lets it work, and kills it. Answers what it said.
fn kill_at_work(ground: &Ground, clinic: &Clinic, rng: &mut fastrand::Rng) -> Result<Vec<String>> {
    let mut player = desk(ground, &clinic.arguments(rng))?;
    let mut said = Vec::new();
    for _ in 0..rng.u8(0..30) {
        let Some(line) = player.next() else { anyhow::bail!("a desk ended by itself: {said:?}") };
        said.push(line);
    }
    a_moment(rng, Duration::from_millis(5));
    ensure!(player.is_alive()?, "a desk ended by itself: {said:?}");
    said.extend(player.kill()?);
    Ok(said)
}

pub(super) fn check_victim(town: &Town, clinic: &Clinic, tally: &mut Tally) {
    let Some(key) = tally.must(Wrong::Corrupt, read_key(KEY)) else { return };
    let Some(store) = tally.must(Wrong::Corrupt, open(&clinic.victim(), &key)) else { return };
    tally.must(Wrong::Corrupt, check_file(&clinic.victim(), &key, true).map_err(Into::into));
    check_numbers(&store, &clinic.acknowledged, tally);
    let agreed = hub_of(&store).and_then(|hub| town.agree(&store, &hub));
    tally.must(Wrong::Differs, agreed);
    check_numbers(&store, &clinic.acknowledged, tally);
}

/// What was acknowledged is there, and nothing twice.
pub(super) fn check_numbers(store: &Store, acknowledged: &[u64], tally: &mut Tally) {
    let Some(there) = tally.must(Wrong::Corrupt, numbered(store)) else { return };
    let there: BTreeMap<u64, u64> = there.into_iter().collect();
    for n in acknowledged.iter().filter(|n| !there.contains_key(n)) {
        tally.find(Wrong::Lost, format!("write {n}"));
    }
    for (n, times) in there.iter().filter(|(_, times)| **times > 1) {
        tally.find(Wrong::Doubled, format!("write {n} is there {times} times"));
    }
}

pub(super) fn joining(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    const FAMILIES: u64 = 300;
    let town = Town::build()?;
    let mut rng = ground.rng();
    let folder = crate::fast_folder()?;
    let clinic = clinic_of(&town, folder.path(), FAMILIES, &mut rng)?;
    let proxy = town.paged()?;
    let mut desks = 0;
    while tally.cycles < cycles {
        desks += 1;
        let path = folder.path().join(format!("fresh-{desks}.petrel"));
        let (_, enrolled) = town.runtime.block_on(town.served.desk(clinic))?;
        while tally.cycles < cycles && !kill_at_join(ground, &path, &proxy.url, &enrolled, &mut rng)? {
            tally.cycles += 1;
        }
        joins_on(&town, &path, &enrolled, FAMILIES, tally)?;
    }
    tally.note(format!("{desks} desks joined in the end"));
    Ok(())
}

/// Nobody kills it now: a desk that died while it joined goes on where it stopped, and has the whole clinic.
pub(super) fn joins_on(town: &Town, path: &Path, enrolled: &Enrolled, families: u64, tally: &mut Tally) -> Result<()> {
    let hub = HttpHub::new(&town.served.url, Some(enrolled.tokens.clone()), Box::new(|_| Ok(())))?;
    let key = read_key(KEY)?;
    let joined = town.runtime.block_on(petrel_sync::join(path, &key, &hub, &town.served.url, enrolled, |_| {}));
    if tally.must(Wrong::Stuck, joined.map_err(Into::into)).is_none() {
        return Ok(());
    }
    tally.must(Wrong::Corrupt, check_file(path, &key, true).map_err(Into::into));
    let Some(store) = tally.must(Wrong::Corrupt, open(path, &key)) else { return Ok(()) };
    tally.must(Wrong::Differs, town.agree(&store, &hub));
    check_numbers(&store, &(0..families).collect::<Vec<_>>(), tally);
    drop(store);
    Ok(std::fs::remove_file(path)?)
}

/// A clinic at the hub with so many families.
pub(super) fn clinic_of(town: &Town, folder: &Path, families: u64, rng: &mut fastrand::Rng) -> Result<Uuid> {
    let (clinic, first, hub) = town.first_desk(&folder.join("first.petrel"), rng)?;
    for n in 0..families {
        super::desk::write_numbered(&first, n)?;
        edit(&first, rng)?;
    }
    town.agree(&first, &hub)?;
    Ok(clinic)
}

/// Kills a desk that joins. Answers whether it had joined before.
fn kill_at_join(ground: &Ground, path: &Path, url: &str, enrolled: &Enrolled, rng: &mut fastrand::Rng) -> Result<bool> {
    let mut player = desk(ground, &to_join(path, url, enrolled)?)?;
    let mut is_joined = false;
    for _ in 0..rng.u8(0..12) {
        let Some(line) = player.next() else { break };
        is_joined |= line == "joined";
    }
    a_moment(rng, Duration::from_millis(3));
    let rest = player.kill()?;
    Ok(is_joined || rest.iter().any(|line| line == "joined"))
}

/// What a desk that works is started with.
pub(super) fn to_write(path: &Path, from: u64, seed: u64) -> [String; 5] {
    [
        "--work=write".to_owned(),
        format!("--file={}", path.display()),
        format!("--key={KEY}"),
        format!("--from={from}"),
        format!("--seed={seed}"),
    ]
}

/// The numbers of the writes that it says are done.
pub(super) fn written(said: &[String]) -> Vec<u64> {
    said.iter().filter_map(|line| line.strip_prefix("wrote ")?.parse().ok()).collect()
}

/// What a desk that joins is started with.
pub(super) fn to_join(path: &Path, url: &str, enrolled: &Enrolled) -> Result<[String; 5]> {
    Ok([
        "--work=join".to_owned(),
        format!("--file={}", path.display()),
        format!("--key={KEY}"),
        format!("--hub={url}"),
        format!("--enrolled={}", serde_json::to_string(enrolled)?),
    ])
}

pub(super) fn migrating(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/tests/fixtures/v0008.petrel");
    let digits = std::fs::read_to_string(old.with_extension("key")).context("the frozen file's key")?;
    let town = Town::build()?;
    let mut rng = ground.rng();
    let key = read_key(&digits)?;
    let begun = Instant::now();
    let whole = migrated(&old, &key)?;
    let usual = begun.elapsed();
    let mut cut = 0;
    while tally.cycles < cycles {
        tally.cycles += 1;
        let folder = crate::fast_folder()?;
        let path = folder.path().join("clinic.petrel");
        std::fs::copy(&old, &path)?;
        let arguments = ["--work=migrate".to_owned(), format!("--file={}", path.display()), format!("--key={}", digits.trim())];
        let mut player = desk(ground, &arguments)?;
        player.wait_for("opening")?;
        a_moment(&mut rng, usual);
        cut += usize::from(player.kill()?.is_empty());
        tally.must(Wrong::Corrupt, check_file(&path, &key, true).map_err(Into::into));
        let Some(store) = tally.must(Wrong::Stuck, open(&path, &key)) else { continue };
        if rows(&store)? != whole {
            tally.find(Wrong::Lost, "rows of the old file");
        }
        tally.must(Wrong::Corrupt, check_file(&path, &key, true).map_err(Into::into));
        let clinic = town.runtime.block_on(town.served.clinic())?;
        let (_, enrolled) = town.runtime.block_on(town.served.desk(clinic))?;
        store.join_hub(&town.served.url, enrolled.device_id, clinic, &enrolled.tokens)?;
        store.tell_everything()?;
        let hub = hub_of(&store)?;
        tally.must(Wrong::Differs, town.agree(&store, &hub));
    }
    tally.note(format!("{cut} killed before the file was open"));
    Ok(())
}

/// What a file holds when nobody disturbs its migration.
fn migrated(old: &Path, key: &FileKey) -> Result<Vec<(String, u64, u64)>> {
    let folder = crate::fast_folder()?;
    let path = folder.path().join("clinic.petrel");
    std::fs::copy(old, &path)?;
    rows(&open(&path, key)?)
}

/// Count and hash of each table, without what is not sent yet counting as a difference.
fn rows(store: &Store) -> Result<Vec<(String, u64, u64)>> {
    let mut tables = Vec::new();
    for name in petrel_domain::manifest::REPLICATED {
        let ids = store.ids_of(name)?;
        let mut sum = 0_u64;
        for id in &ids {
            let row = store.row_as_sent(name, *id)?.context("a row that is there")?;
            sum = sum.wrapping_add(petrel_domain::replication::row_hash(*id, &row));
        }
        tables.push(((*name).to_owned(), ids.len() as u64, sum));
    }
    Ok(tables)
}
