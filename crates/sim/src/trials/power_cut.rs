//! Row 6: the power is cut. What a desk did to its disk is recorded; from any moment of it, images are drawn of what the disk may then hold:
//! everything that was synced, and of the rest any part, whole, torn or not at all. Every image opens, is whole, and has what was acknowledged.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use petrel_domain::replication::{Enrolled, Tokens};
use petrel_domain::{Clock, FixedClock, Millis, SystemClock};
use petrel_store::{Store, check_file};
use petrel_sync::{compare, join, round};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::desk::{read_key, write_numbered};
use super::killed_desk::{KEY, check_numbers, founded, open};
use super::{Ground, Tally, Wrong};
use crate::disk::{Disk, Recording};
use crate::edits::edit;
use crate::model::ModelHub;

/// How many images are drawn from one recording.
const IMAGES: u64 = 1000;
/// What is acknowledged when a join is done.
const JOINED: u64 = 1;
const FILE: &str = "clinic.petrel";

/// A hub in memory, with a desk beside the one that is tried.
pub(super) struct Village {
    pub(super) runtime: Runtime,
    pub(super) hub: ModelHub,
    pub(super) other: Store,
    _folder: tempfile::TempDir,
}

impl Village {
    pub(super) fn build(rng: &mut fastrand::Rng) -> Result<Self> {
        let folder = crate::fast_folder()?;
        let other = founded(&folder.path().join("other.petrel"), rng)?;
        let hub = ModelHub::new(other.wire_schema(), Arc::new(FixedClock::at(SystemClock.now())), None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let village = Self { runtime, hub, other, _folder: folder };
        village.round(&village.other)?;
        Ok(village)
    }

    pub(super) fn round(&self, store: &Store) -> Result<(), petrel_sync::SyncError> {
        self.runtime.block_on(round(store, &self.hub, &SystemClock)).map(|_| ())
    }

    pub(super) fn join(&self, path: &Path) -> Result<(), petrel_sync::SyncError> {
        let tokens = Tokens { access_token: "a".to_owned(), access_expires_at: Millis(0), refresh_token: "r".to_owned() };
        let (clinic_name, timezone) = ("Petrel Vets".to_owned(), "Europe/Berlin".to_owned());
        let enrolled = Enrolled { device_id: Uuid::nil(), clinic_id: Uuid::nil(), clinic_name, timezone, head: 0, tokens };
        let key = read_key(KEY).map_err(|error| petrel_store::StoreError::Value(error.to_string()))?;
        self.runtime.block_on(join(path, &key, &self.hub, "http://127.0.0.1", &enrolled, |_| {})).map(|_| ())
    }

    /// Rounds until a file agrees with the hub.
    pub(super) fn agree(&self, store: &Store) -> Result<()> {
        for _ in 0..5 {
            self.round(store)?;
            if let Some(differs) = self.runtime.block_on(compare(store, &self.hub))? {
                anyhow::ensure!(differs.is_empty(), "desk and hub differ in {differs:?}");
                return Ok(());
            }
        }
        anyhow::bail!("the queue does not drain")
    }
}

pub(super) fn working(ground: &Ground, images: u64, tally: &mut Tally) -> Result<()> {
    let mut rng = ground.rng();
    let (mut torn, mut moments) = (0, 0);
    while tally.cycles < images {
        let recording = record_work(&mut rng)?;
        moments += recording.moments();
        for _ in 0..IMAGES.min(images - tally.cycles) {
            tally.cycles += 1;
            let moment = rng.usize(0..recording.moments());
            let folder = crate::fast_folder()?;
            torn += u64::from(recording.cut(moment, &mut rng, folder.path())?);
            look_over(&folder.path().join(FILE), &recording.acknowledged(moment), tally);
        }
    }
    tally.note(format!("{torn} images with something that was not synced, from {moments} moments"));
    Ok(())
}

/// A desk's file from its making on: migrations, writes, rounds, checkpoints, closing and opening again.
fn record_work(rng: &mut fastrand::Rng) -> Result<Recording> {
    const WRITES: u64 = 120;
    const WRITES_A_DAY: u64 = 40;
    let village = Village::build(rng)?;
    let folder = crate::fast_folder()?;
    let disk = Disk::watch(folder.path())?;
    disk.record()?;
    let (path, key) = (folder.path().join(FILE), read_key(KEY)?);
    let mut store = open(&path, &key)?;
    for n in 0..WRITES {
        write_numbered(&store, n)?;
        disk.acknowledge(n);
        edit(&store, rng)?;
        if n % 10 == 9 {
            edit(&village.other, rng)?;
            village.round(&village.other)?;
            village.round(&store)?;
        }
        if n % WRITES_A_DAY == WRITES_A_DAY - 1 {
            drop(store);
            store = open(&path, &key)?;
        }
    }
    Ok(disk.stop())
}

fn look_over(path: &Path, acknowledged: &[u64], tally: &mut Tally) {
    let Some(key) = tally.must(Wrong::Corrupt, read_key(KEY)) else { return };
    let Some(store) = tally.must(Wrong::Corrupt, open(path, &key)) else { return };
    check_numbers(&store, acknowledged, tally);
    tally.must(Wrong::Stuck, write_numbered(&store, u64::from(u32::MAX)).map_err(Into::into));
    drop(store);
    tally.must(Wrong::Corrupt, check_file(path, &key, true).map_err(Into::into));
}

pub(super) fn joining(ground: &Ground, images: u64, tally: &mut Tally) -> Result<()> {
    const EDITS: u64 = 60;
    let mut rng = ground.rng();
    let village = Village::build(&mut rng)?;
    for n in 0..EDITS {
        write_numbered(&village.other, n)?;
        edit(&village.other, &mut rng)?;
    }
    village.agree(&village.other)?;
    let recording = {
        let folder = crate::fast_folder()?;
        let disk = Disk::watch(folder.path())?;
        disk.record()?;
        village.join(&folder.path().join(FILE))?;
        disk.acknowledge(JOINED);
        disk.stop()
    };
    let key = read_key(KEY)?;
    let mut torn = 0;
    for _ in 0..images {
        tally.cycles += 1;
        let moment = rng.usize(0..recording.moments());
        let folder = crate::fast_folder()?;
        torn += u64::from(recording.cut(moment, &mut rng, folder.path())?);
        let path = folder.path().join(FILE);
        // A file that is not whole yet is gone on with; one that was said to be whole is opened.
        if !recording.acknowledged(moment).contains(&JOINED) && tally.must(Wrong::Stuck, village.join(&path).map_err(Into::into)).is_none()
        {
            continue;
        }
        let Some(store) = tally.must(Wrong::Corrupt, open(&path, &key)) else { continue };
        tally.must(Wrong::Differs, village.agree(&store));
        check_numbers(&store, &(0..EDITS).collect::<Vec<_>>(), tally);
        drop(store);
        tally.must(Wrong::Corrupt, check_file(&path, &key, true).map_err(Into::into));
    }
    tally.note(format!("{torn} images with something that was not synced, from {} moments", recording.moments()));
    Ok(())
}
