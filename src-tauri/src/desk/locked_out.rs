//! That somebody locked this desk out of its clinic: from then on nothing is shown. It stands in the clinic's file, and beside it as well: a
//! file can be set aside, and one from before put in its place.

use std::fs;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use petrel_domain::desk::HubTrouble;
use petrel_store::{Store, StoreError, write_private};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Desk;

/// Whether this desk is locked out of the clinic that is open.
#[derive(Debug)]
pub(super) struct LockedOut(AtomicBool);

impl LockedOut {
    pub(super) fn new(is_locked_out: bool) -> Self {
        Self(AtomicBool::new(is_locked_out))
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub(super) fn set(&self, is_locked_out: bool) {
        self.0.store(is_locked_out, Ordering::SeqCst);
    }
}

/// A clinic, by both its names: a backup from before it had a hub knows only the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ClinicNames {
    /// What the hub calls it.
    at_hub: Option<Uuid>,
    /// The id of its record.
    record: Option<Uuid>,
}

impl ClinicNames {
    pub(super) fn of(store: &Store) -> Result<Self, StoreError> {
        let record = store.clinic()?.map(|clinic| Uuid::from_bytes(clinic.id.bytes()));
        Ok(Self { at_hub: store.local_hub()?.clinic_id, record })
    }

    fn is_same(&self, other: &Self) -> bool {
        let is_same = |one: Option<Uuid>, other: Option<Uuid>| one.is_some() && one == other;
        is_same(self.at_hub, other.at_hub) || is_same(self.record, other.record)
    }
}

impl Desk {
    /// Whether this desk was locked out of the clinic of a file, by what stands in the file or beside it.
    pub(super) fn is_locked_out_of(&self, store: &Store) -> Result<bool, StoreError> {
        let names = ClinicNames::of(store)?;
        if self.locked_out_of()?.iter().any(|known| known.is_same(&names)) {
            return Ok(true);
        }
        let is_in_file = store.local_hub()?.trouble.as_deref() == Some(HubTrouble::DeskRevoked.as_str());
        if is_in_file {
            self.note_locked_out(names)?;
        }
        Ok(is_in_file)
    }

    /// Writes down beside the file that this desk was locked out of a clinic.
    pub(super) fn note_locked_out(&self, names: ClinicNames) -> Result<(), StoreError> {
        self.change_locked_out(|all| {
            if !all.contains(&names) {
                all.push(names);
            }
        })
    }

    /// A code let this desk in again at the hub of a clinic.
    pub(super) fn forget_locked_out(&self, clinic_at_hub: Uuid) -> Result<(), StoreError> {
        self.change_locked_out(|all| all.retain(|known| known.at_hub != Some(clinic_at_hub)))
    }

    fn change_locked_out(&self, change: impl FnOnce(&mut Vec<ClinicNames>)) -> Result<(), StoreError> {
        let _one = self.inner.locked_out_file.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.locked_out_of()?;
        let mut all = before.clone();
        change(&mut all);
        if all == before {
            return Ok(());
        }
        write_private(&self.inner.folder.locked_out(), &serde_json::to_vec(&all)?)
    }

    /// The clinics that this desk was locked out of. What cannot be read is an error: it must not let anybody in.
    fn locked_out_of(&self) -> Result<Vec<ClinicNames>, StoreError> {
        match fs::read(self.inner.folder.locked_out()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            read => Ok(serde_json::from_slice(&read?)?),
        }
    }
}
