//! A clinic's file from its hub: when a desk joins, and when it is built anew.

use std::sync::Arc;

use petrel_domain::checked::Checked;
use petrel_domain::desk::{AppState, JoinClinic, JoinHub, Progress};
use petrel_domain::replication::Enrolled;
use petrel_domain::rights::Right;
use petrel_domain::{Refusal, RefusalCode, SystemClock};
use petrel_store::{FileKey, OpenOptions, Store, replace};
use petrel_sync::{HttpHub, SyncError};
use tokio::sync::Notify;

use super::hub::{enrol, refusal_of};
use super::line::runtime;
use super::{Clinic, Desk, Place, locked};
use crate::events::News;

/// A desk that is being filled: what was let in and fetched is gone on with, where the same code is tried again.
pub(super) struct Joining {
    input: JoinHub,
    hub: Arc<HttpHub>,
    enrolled: Enrolled,
    key: FileKey,
}

impl Desk {
    /// Joins a clinic: its whole file comes from the hub. Interrupted, the same code goes on where it stopped, until the program ends.
    ///
    /// # Errors
    /// What [`JoinClinic`] refuses, naming the field; what the hub says; `empty_clinic` where there is nothing to join yet; `cancelled`;
    /// `keychain_unavailable`; `duplicate` where there is a clinic already.
    pub fn join_clinic(&self, input: JoinClinic) -> Result<AppState, Refusal> {
        let input = input.checked(())?;
        self.refuse_clinic()?;
        self.begin_work();
        let mut joining = locked(&self.inner.joining);
        if joining.as_ref().is_none_or(|begun| begun.input != input.hub) {
            self.remove_new()?;
            *joining = Some(begin(&input.hub)?);
        }
        let Some(begun) = &*joining else { return Err(Refusal::new(RefusalCode::HubProblem)) };
        self.fill_from(&begun.hub, &input.hub.address, &begun.enrolled, &begun.key)?;
        let key = begun.key.clone();
        *joining = None;
        drop(joining);
        self.settle_new(key, input.key_store, input.passphrase.as_deref())
    }

    fn refuse_clinic(&self) -> Result<(), Refusal> {
        match &*self.place() {
            Place::FirstRun => Ok(()),
            _ => Err(Refusal::on(RefusalCode::Duplicate, "clinic")),
        }
    }

    /// Fills the new file from the hub, and brings it up to date.
    fn fill_from(&self, hub: &HttpHub, address: &str, enrolled: &Enrolled, key: &FileKey) -> Result<(), Refusal> {
        let new = self.inner.folder.new_file();
        self.take_lock()?;
        let cancel = Notify::new();
        let progress = |rows: usize| {
            if !self.goes_on(Progress { done: u32::try_from(rows).unwrap_or(u32::MAX), total: 0 }) {
                cancel.notify_one();
            }
        };
        runtime().block_on(async {
            let joined = tokio::select! {
                joined = petrel_sync::join(&new, key, hub, address, enrolled, progress) => joined.map_err(|error| of_sync(&error)),
                () = cancel.notified() => Err(Refusal::new(RefusalCode::Cancelled)),
            };
            joined?;
            let options = OpenOptions { clock: Arc::clone(&self.inner.clock), ..OpenOptions::new(&new, key.clone()) };
            let store = Store::open(&options)?;
            petrel_sync::round(&store, hub, &SystemClock).await.map_err(|error| of_sync(&error))?;
            // They may have been renewed on the way.
            if let Some(tokens) = hub.tokens().await {
                store.keep_tokens(&tokens)?;
            }
            match store.clinic()? {
                Some(_) => Ok(()),
                None => Err(Refusal::on(RefusalCode::EmptyClinic, "code")),
            }
        })
    }

    /// Builds this desk's file anew from the hub. What waits is sent first.
    ///
    /// # Errors
    /// `forbidden`; `no_hub`; what the hub says; `cancelled`. The file is then as it was.
    pub fn rebuild_desk(&self) -> Result<AppState, Refusal> {
        self.ask(|_, actor| Ok(actor.require(Right::ManageClinic)?))?;
        self.rebuild("rebuilt")
    }

    /// The same, by itself, where the desk was away longer than the log reaches.
    pub(super) fn rebuild_behind_horizon(&self) -> Result<AppState, Refusal> {
        self.rebuild("behind")
    }

    fn rebuild(&self, why: &str) -> Result<AppState, Refusal> {
        self.begin_work();
        let (store, key, hub) = match &*self.place() {
            Place::Open(clinic) => (clinic.store.clone(), clinic.key.clone(), clinic.line()?.hub()),
            _ => return Err(Refusal::new(RefusalCode::NoHub)),
        };
        let sent = runtime().block_on(petrel_sync::send(&store, &*hub, &SystemClock));
        sent.map_err(|error| of_sync(&error))?;
        let enrolled = enrolled_here(&store, &hub)?;
        let address = store.local_hub()?.url.unwrap_or_default();
        drop(store);
        self.remove_new()?;
        self.fill_from(&hub, &address, &enrolled, &key)?;
        self.take_new(&hub, why)?;
        self.tell(News::State);
        self.app_state()
    }

    /// Puts the filled file in the place of the one at work, where nothing waits to be sent any more.
    fn take_new(&self, hub: &HttpHub, why: &str) -> Result<(), Refusal> {
        let mut place = self.place_mut();
        let Place::Open(clinic) = &mut *place else { return Err(Refusal::new(RefusalCode::NoHub)) };
        clinic.line = None;
        let prepared = self.prepare_new(clinic, hub);
        if let Err(refusal) = prepared {
            self.begin_line(clinic);
            return Err(refusal);
        }
        let (key_file, signed_in) = (clinic.key_file.clone(), clinic.session.signed_in());
        let file = self.inner.folder.file();
        *place = Place::FirstRun;
        let replaced = replace(&self.inner.folder.new_file(), &key_file, &file, why, self.now());
        *place = self.opened();
        if let (Place::Open(clinic), Some(staff)) = (&*place, signed_in) {
            clinic.session.begin(staff, self.now());
        }
        replaced?;
        tracing::info!("the desk was rebuilt");
        Ok(())
    }

    /// Sends what was written while the new file was filled, and carries over what only this desk knows.
    fn prepare_new(&self, clinic: &Clinic, hub: &HttpHub) -> Result<(), Refusal> {
        let sent = runtime().block_on(petrel_sync::send(&clinic.store, hub, &SystemClock));
        sent.map_err(|error| of_sync(&error))?;
        if clinic.store.has_unsent()? {
            return Err(Refusal::new(RefusalCode::HubUnreachable));
        }
        let new = self.inner.folder.new_file();
        clinic.store.carry_over(&new, &clinic.key)?;
        let tokens = runtime().block_on(hub.tokens());
        let fresh = Store::open(&OpenOptions { readers: 1, ..OpenOptions::new(&new, clinic.key.clone()) })?;
        Ok(tokens.map_or(Ok(()), |tokens| fresh.keep_tokens(&tokens))?)
    }
}

fn begin(input: &JoinHub) -> Result<Joining, Refusal> {
    let key = FileKey::random()?;
    let (hub, enrolled) = enrol(input)?;
    if enrolled.head == 0 {
        // The hub must not keep a desk that nobody sits at.
        let _ = runtime().block_on(hub.revoke(enrolled.device_id));
        return Err(Refusal::on(RefusalCode::EmptyClinic, "code").with_detail(&enrolled.clinic_name));
    }
    Ok(Joining { input: input.clone(), hub, enrolled, key })
}

/// What this desk was told when it was let in, as far as a fresh file needs it.
fn enrolled_here(store: &Store, hub: &HttpHub) -> Result<Enrolled, Refusal> {
    let here = store.local_hub()?;
    let clinic = store.clinic()?.ok_or_else(|| Refusal::new(RefusalCode::NoHub))?;
    let tokens = runtime().block_on(hub.tokens());
    match (here.device_id, here.clinic_id, tokens) {
        (Some(device_id), Some(clinic_id), Some(tokens)) => Ok(Enrolled {
            device_id,
            clinic_id,
            clinic_name: clinic.details.name,
            timezone: clinic.details.timezone,
            head: here.head,
            tokens,
        }),
        _ => Err(Refusal::new(RefusalCode::NoHub)),
    }
}

fn of_sync(error: &SyncError) -> Refusal {
    match error {
        SyncError::Hub(error) => refusal_of(error),
        SyncError::Store(error) => error.refusal(),
    }
}
