//! Row 7: the disk is full, fails once, or breaks, from the Nth operation on, for every N. What fails says why; nothing is half saved; when the disk
//! works again, so does the program.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use anyhow::Result;
use petrel_domain::RefusalCode;
use petrel_store::{Action, Actor, Backups, Kept, KeyFile, Store, StoreError, check_file};
use petrel_sync::SyncError;
use rusqlite::params;
use uuid::Uuid;

use super::desk::{read_key, write_numbered};
use super::killed_desk::{KEY, check_numbers, open};
use super::power_cut::Village;
use super::{Ground, Tally, Wrong};
use crate::disk::{Counted, Disk, Failure};
use crate::edits::edit;

const FAILURES: [Failure; 3] = [Failure::Full, Failure::Once, Failure::Broken];
const WORKS: [Work; 6] = [Work::Open, Work::Write, Work::Close, Work::Pull, Work::Join, Work::Backup];

/// What the program does meanwhile.
#[derive(Clone, Copy, Debug)]
enum Work {
    /// Brings an old file up to date.
    Open,
    /// Writes.
    Write,
    /// Writes, and closes the file while the disk still fails.
    Close,
    /// Sends and reads what others wrote.
    Pull,
    /// Fills a fresh file.
    Join,
    /// Makes a backup.
    Backup,
}

/// What is begun with, each time.
struct Before {
    village: Village,
    /// A clinic's file that is closed, behind the hub.
    clinic: Vec<u8>,
    old: PathBuf,
    /// How many numbers were written.
    numbers: Cell<u64>,
}

pub(super) fn trial(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let mut rng = ground.rng();
    let before = Before::make(&mut rng)?;
    let mut kinds = Vec::new();
    for failure in FAILURES {
        for work in WORKS {
            // Without a failure, to count the operations.
            let all = Case { before: &before, work, failure, at: u64::MAX }.run(&mut Tally::default())?.asked;
            kinds.push((failure, work, all));
        }
    }
    let share = share(&kinds.iter().map(|kind| kind.2).collect::<Vec<_>>(), cycles);
    let mut refused = 0;
    for (failure, work, all) in &kinds {
        let step = usize::try_from(all.div_ceil(share).max(1))?;
        let first = rng.u64(0..step as u64);
        // The last of all each time, too: what is to be written there is easily thought done.
        for at in (first..*all - 1).step_by(step).chain([*all - 1]) {
            tally.cycles += 1;
            refused += Case { before: &before, work: *work, failure: *failure, at }.run(tally)?.refused;
        }
    }
    tally.note(format!("{refused} operations refused; there are {} moments", kinds.iter().map(|kind| kind.2).sum::<u64>()));
    Ok(())
}

/// How many moments of each kind are tried, so that together there are as many as asked for, or all.
fn share(kinds: &[u64], wanted: u64) -> u64 {
    let most = kinds.iter().max().copied().unwrap_or(1).max(1);
    (1..most).find(|share| kinds.iter().map(|all| all.min(share)).sum::<u64>() >= wanted).unwrap_or(most)
}

impl Before {
    fn make(rng: &mut fastrand::Rng) -> Result<Self> {
        let village = Village::build(rng)?;
        let folder = crate::fast_folder()?;
        let path = folder.path().join("clinic.petrel");
        village.join(&path)?;
        let store = open(&path, &read_key(KEY)?)?;
        village.round(&store)?;
        drop(store);
        for _ in 0..25 {
            edit(&village.other, rng)?;
        }
        village.agree(&village.other)?;
        let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/tests/fixtures/v0008.petrel");
        Ok(Self { village, clinic: std::fs::read(path)?, old, numbers: Cell::new(0) })
    }
}

/// One failure at one moment.
struct Case<'a> {
    before: &'a Before,
    work: Work,
    failure: Failure,
    at: u64,
}

impl Case<'_> {
    fn run(&self, tally: &mut Tally) -> Result<Counted> {
        let folder = crate::fast_folder()?;
        let path = folder.path().join("clinic.petrel");
        let disk = Disk::watch(folder.path())?;
        match self.work {
            Work::Open => self.open(&disk, &path, tally),
            Work::Write | Work::Close => self.write(&disk, &path, tally),
            Work::Pull => self.pull(&disk, &path, tally),
            Work::Join => self.join(&disk, &path, tally),
            Work::Backup => self.backup(&disk, &path, tally),
        }
    }

    /// A number that no case before wrote: they share a hub.
    fn number(&self) -> u64 {
        self.before.numbers.set(self.before.numbers.get() + 1);
        self.before.numbers.get()
    }

    fn name(&self) -> String {
        format!("{:?} {:?} at {}", self.work, self.failure, self.at)
    }

    /// That it failed, a person must understand.
    fn must_be_clear(&self, error: &StoreError, tally: &mut Tally) {
        let code = error.refusal().code;
        let is_clear = match self.failure {
            Failure::Full => code == RefusalCode::DiskFull,
            Failure::Once | Failure::Broken => {
                matches!(code, RefusalCode::DiskTrouble | RefusalCode::ReadOnly) || is_of_shared_memory(error)
            }
        };
        if !is_clear {
            tally.find(Wrong::Unclear, format!("{} is told as {code:?}: {error}", self.name()));
        }
    }

    fn open(&self, disk: &Disk, path: &Path, tally: &mut Tally) -> Result<Counted> {
        std::fs::copy(&self.before.old, path)?;
        let key = read_key(&std::fs::read_to_string(self.before.old.with_extension("key"))?)?;
        let mut options = petrel_store::OpenOptions::new(path, key.clone());
        options.readers = 1;
        disk.fail(self.failure, self.at);
        if let Err(error) = Store::open(&options).map(drop) {
            self.must_be_clear(&error, tally);
        }
        let asked = disk.mend();
        if let Some(store) = tally.must(Wrong::Stuck, open(path, &key)) {
            let clients = store.read(|db| Ok(db.query_row("SELECT count(*) FROM clients", [], |row| row.get::<_, i64>(0))?))?;
            if clients != 8 {
                tally.find(Wrong::Lost, format!("{}: {clients} of 8 clients", self.name()));
            }
        }
        self.check(path, &key, tally);
        Ok(asked)
    }

    fn write(&self, disk: &Disk, path: &Path, tally: &mut Tally) -> Result<Counted> {
        const WRITES: u64 = 4;
        std::fs::write(path, &self.before.clinic)?;
        let key = read_key(KEY)?;
        let store = open(path, &key)?;
        let mut acknowledged = Vec::new();
        disk.fail(self.failure, self.at);
        for n in 0..WRITES {
            match write_pair(&store, n) {
                Ok(()) => acknowledged.push(n),
                Err(error) => self.must_be_clear(&error, tally),
            }
        }
        let mut store = Some(store).filter(|_| matches!(self.work, Work::Write));
        let asked = disk.mend();
        if store.is_none() {
            // Closed while the disk failed: the log is brought into the file when it is opened again.
            store = tally.must(Wrong::Stuck, open(path, &key));
        }
        if let Some(store) = store {
            if let Some(()) = tally.must(Wrong::Stuck, write_pair(&store, WRITES).map_err(Into::into)) {
                acknowledged.push(WRITES);
            }
            check_numbers(&store, &acknowledged, tally);
            self.check_halves(&store, tally)?;
        }
        self.check(path, &key, tally);
        Ok(asked)
    }

    /// A write is there with its second row and its row of the outbox, or not at all.
    fn check_halves(&self, store: &Store, tally: &mut Tally) -> Result<()> {
        let sql =
            "SELECT (SELECT count(*) FROM clients WHERE last_name GLOB '[0-9]*'), (SELECT count(*) FROM pets WHERE name = 'Numbered'),
                     (SELECT count(*) FROM outbox WHERE action = 'create_pet')";
        let counts: [i64; 3] = store.read(|db| Ok(db.query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?))?;
        if counts[0] != counts[1] || counts[0] != counts[2] {
            tally.find(Wrong::Corrupt, format!("{}: clients, pets, outbox: {counts:?}", self.name()));
        }
        Ok(())
    }

    fn pull(&self, disk: &Disk, path: &Path, tally: &mut Tally) -> Result<Counted> {
        std::fs::write(path, &self.before.clinic)?;
        let store = open(path, &read_key(KEY)?)?;
        let number = self.number();
        write_numbered(&store, number)?;
        disk.fail(self.failure, self.at);
        match self.before.village.round(&store) {
            Ok(()) => {}
            Err(SyncError::Store(error)) => self.must_be_clear(&error, tally),
            Err(error) => tally.find(Wrong::Stuck, format!("{}: {error}", self.name())),
        }
        let asked = disk.mend();
        tally.must(Wrong::Differs, self.before.village.agree(&store));
        check_numbers(&store, &[number], tally);
        drop(store);
        self.check(path, &read_key(KEY)?, tally);
        Ok(asked)
    }

    fn join(&self, disk: &Disk, path: &Path, tally: &mut Tally) -> Result<Counted> {
        disk.fail(self.failure, self.at);
        match self.before.village.join(path) {
            Ok(()) => {}
            Err(SyncError::Store(error)) => self.must_be_clear(&error, tally),
            Err(error) => tally.find(Wrong::Stuck, format!("{}: {error}", self.name())),
        }
        let asked = disk.mend();
        let joined = tally.must(Wrong::Stuck, self.before.village.join(path).map_err(Into::into));
        if joined.is_some()
            && let Some(store) = tally.must(Wrong::Corrupt, open(path, &read_key(KEY)?))
        {
            tally.must(Wrong::Differs, self.before.village.agree(&store));
            drop(store);
            self.check(path, &read_key(KEY)?, tally);
        }
        Ok(asked)
    }

    fn backup(&self, disk: &Disk, path: &Path, tally: &mut Tally) -> Result<Counted> {
        std::fs::write(path, &self.before.clinic)?;
        let (key, key_file) = (read_key(KEY)?, KeyFile::new(Uuid::nil(), Kept::File));
        let store = open(path, &key)?;
        let backups = Backups::of(path);
        std::fs::create_dir_all(backups.folder())?;
        let there = Disk::watch(backups.folder())?;
        // The folder of the backups fails; the clinic's file does not.
        there.fail(self.failure, self.at);
        let _ = disk;
        let made = backups.make(&store, &key, &key_file);
        let asked = there.mend();
        if let Err(error) = &made {
            self.must_be_clear(error, tally);
        }
        let listed = backups.list()?;
        if listed.len() != usize::from(made.is_ok()) {
            tally.find(Wrong::Corrupt, format!("{}: a backup that is half made counts", self.name()));
        }
        // A backup and its key, or nothing.
        if std::fs::read_dir(backups.folder())?.count() != 2 * listed.len() {
            tally.find(Wrong::Corrupt, format!("{}: something is left beside the backups", self.name()));
        }
        for backup in listed {
            self.check(Path::new(&backup.path), &key, tally);
        }
        tally.must(Wrong::Stuck, write_pair(&store, 1).map_err(Into::into));
        tally.must(Wrong::Stuck, backups.make(&store, &key, &key_file).map_err(Into::into));
        Ok(asked)
    }

    fn check(&self, path: &Path, key: &petrel_store::FileKey, tally: &mut Tally) {
        if let Err(error) = check_file(path, key, true) {
            tally.find(Wrong::Corrupt, format!("{}: {error}", self.name()));
        }
    }
}

/// Whether the memory that connections share could not be made larger. SQLite gives no other reason for it where the disk is broken than where it
/// is full, which it is far more often: what is written there stays in the system's memory, and never reaches the disk.
fn is_of_shared_memory(error: &StoreError) -> bool {
    let StoreError::Sql(error) = error else { return false };
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

/// Writes two rows that belong together, the first of them numbered.
fn write_pair(store: &Store, n: u64) -> Result<(), StoreError> {
    store.write(&Actor::program(), Action::CreatePet, |tx| {
        let (client, now) = (tx.new_id(), tx.now().0);
        let notes = "a long note ".repeat(300);
        let sql = "INSERT INTO clients (id, first_name, last_name, notes, created_at, updated_at) VALUES (?1, 'Numbered', ?2, ?3, ?4, ?4)";
        tx.db().execute(sql, params![client.as_bytes(), n.to_string(), notes, now])?;
        let sql = "INSERT INTO pets (id, client_id, name, created_at, updated_at) VALUES (?1, ?2, 'Numbered', ?3, ?3)";
        tx.db().execute(sql, params![tx.new_id().as_bytes(), client.as_bytes(), now])?;
        Ok(())
    })?;
    Ok(())
}
