//! A clinic's file from its hub, in the place of the one at work.

use std::sync::{Arc, MutexGuard, PoisonError, RwLockWriteGuard, TryLockError};

use petrel_domain::desk::{AppState, HubTrouble};
use petrel_domain::rights::Right;
use petrel_domain::{Refusal, RefusalCode, SystemClock};
use petrel_store::{Begun, LocalHub, OpenOptions, Store, replace};
use petrel_sync::HttpHub;

use super::joining::of_sync;
use super::line::{Retry, runtime};
use super::{Clinic, Desk, Place, locked};
use crate::events::News;

/// How often what was written meanwhile is sent, before somebody writes faster than the hub takes it.
const SENDINGS: usize = 10;

/// Sends what was written here and is not at the hub yet.
pub(super) fn send(store: &Store, hub: &HttpHub) -> Result<(), Refusal> {
    runtime().block_on(petrel_sync::send(store, hub, &SystemClock)).map(|_| ()).map_err(|error| of_sync(&error))
}

impl Desk {
    /// Builds this desk's file anew from the hub. What waits is sent first.
    ///
    /// # Errors
    /// `forbidden`; `no_hub`; `under_way`; what the hub says; `cancelled`. The file is then as it was.
    pub fn rebuild_desk(&self) -> Result<AppState, Refusal> {
        self.ask(|_, actor| Ok(actor.require(Right::ManageClinic)?))?;
        let one = match self.inner.rebuilding.try_lock() {
            Ok(one) => one,
            Err(TryLockError::Poisoned(left)) => left.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(Refusal::new(RefusalCode::UnderWay)),
        };
        self.begin_work();
        self.rebuild(&one, "rebuilt", false, |rows| self.tell_rows(rows))?;
        self.app_state()
    }

    /// The same, by itself, where the desk was away longer than the log reaches. Where that fails, the line begins again after a rest, and comes back
    /// here. `line` is the one that found it.
    pub(super) fn rebuild_behind_horizon(&self, line: u64) {
        // Somebody may be doing it by hand. There is another line then.
        let one = self.inner.rebuilding.lock().unwrap_or_else(PoisonError::into_inner);
        let is_there = matches!(&*self.place(), Place::Open(clinic) if clinic.line.as_ref().is_some_and(|found| found.is(line)));
        if !is_there {
            return;
        }
        let retry = *locked(&self.inner.retry);
        let Err(refusal) = self.rebuild(&one, "behind", retry.goes_on, |_| true) else { return };
        tracing::warn!(code = ?refusal.code, detail = refusal.detail.as_deref(), "the desk could not be rebuilt");
        *locked(&self.inner.retry) = retry.next(matches!(refusal.code, RefusalCode::HubUnreachable | RefusalCode::HubBusy));
        let mut place = self.place_mut();
        let Place::Open(clinic) = &mut *place else { return };
        if clinic.line.is_none() {
            return;
        }
        if let Err(error) = clinic.store.set_hub_trouble(Some(trouble_of(refusal.code).as_str())) {
            tracing::warn!(%error, "why the desk could not be rebuilt is not told");
        }
        self.begin_line(clinic);
        let state = clinic.sync_state();
        drop(place);
        self.tell(News::Sync(state));
    }

    /// `was_begun`: what an earlier try has fetched is gone on with.
    fn rebuild(&self, _one: &MutexGuard<'_, ()>, why: &str, was_begun: bool, goes_on: impl Fn(usize) -> bool) -> Result<(), Refusal> {
        let (store, key, hub) = match &*self.place() {
            Place::Open(clinic) => (clinic.store.clone(), clinic.key.clone(), clinic.line()?.hub()),
            _ => return Err(Refusal::new(RefusalCode::NoHub)),
        };
        send(&store, &hub)?;
        let begun = begun_here(&store, &hub)?;
        drop(store);
        if !was_begun {
            self.remove_new()?;
        }
        self.fill_from(&hub, &begun, &key, goes_on)?;
        self.take_new(&hub, why)?;
        self.tell_new_file();
        Ok(())
    }

    /// Puts the filled file in the place of the one at work, where nothing waits to be sent any more.
    fn take_new(&self, hub: &Arc<HttpHub>, why: &str) -> Result<(), Refusal> {
        let mut place = self.with_all_sent(hub)?;
        let Place::Open(clinic) = &mut *place else { return Err(Refusal::new(RefusalCode::NoHub)) };
        // From here on no new pair of tokens is kept, or used: the one in the file is the newest.
        clinic.line = None;
        if let Err(refusal) = self.prepare_new(clinic) {
            self.begin_line(clinic);
            return Err(refusal);
        }
        *locked(&self.inner.retry) = Retry::default();
        let at_work = clinic.at_work(self.now())?;
        let file = self.inner.folder.file();
        *place = Place::FirstRun;
        let replaced = replace(&self.inner.folder.new_file(), &at_work.key_file, &file, why, self.now());
        self.begin_another_file();
        *place = self.opened_for(at_work);
        replaced?;
        tracing::info!("the desk was rebuilt");
        Ok(())
    }

    /// Sends what was written while the new file was filled, with the desk free for work meanwhile. Answers the place at a moment when nothing waits;
    /// nobody writes until it is given back.
    fn with_all_sent(&self, hub: &Arc<HttpHub>) -> Result<RwLockWriteGuard<'_, Place>, Refusal> {
        for _ in 0..SENDINGS {
            let place = self.place_mut();
            let Place::Open(clinic) = &*place else { return Err(Refusal::new(RefusalCode::NoHub)) };
            clinic.refuse_locked_out()?;
            // Another file, or one that was tied anew.
            if !Arc::ptr_eq(&clinic.line()?.hub(), hub) {
                return Err(Refusal::new(RefusalCode::Cancelled));
            }
            if !clinic.store.has_unsent()? {
                return Ok(place);
            }
            let store = clinic.store.clone();
            drop(place);
            send(&store, hub)?;
        }
        Err(Refusal::new(RefusalCode::HubBusy))
    }

    /// Carries over what only this desk knows.
    fn prepare_new(&self, clinic: &Clinic) -> Result<(), Refusal> {
        self.refuse_gone()?;
        let new = self.inner.folder.new_file();
        clinic.store.carry_over(&new, &clinic.key)?;
        let fresh = Store::open(&OpenOptions { readers: 1, ..OpenOptions::new(&new, clinic.key.clone()) })?;
        let tokens = clinic.store.local_hub()?.tokens;
        Ok(tokens.map_or(Ok(()), |tokens| fresh.keep_tokens(&tokens))?)
    }
}

/// What this desk was told when it was let in, as far as a fresh file needs it.
fn begun_here(store: &Store, hub: &HttpHub) -> Result<Begun, Refusal> {
    let no_hub = || Refusal::new(RefusalCode::NoHub);
    let clinic = store.clinic()?.ok_or_else(no_hub)?.details;
    let tokens = runtime().block_on(hub.tokens());
    LocalHub { tokens, ..store.local_hub()? }.begun(clinic.name, clinic.timezone).ok_or_else(no_hub)
}

/// How the badge says why a desk could not be rebuilt by itself. That it was locked out is for the line to find.
fn trouble_of(code: RefusalCode) -> HubTrouble {
    match code {
        RefusalCode::HubUnreachable => HubTrouble::HubUnreachable,
        RefusalCode::HubBusy => HubTrouble::HubBusy,
        RefusalCode::NotAHub => HubTrouble::NotAHub,
        RefusalCode::HubCertificate => HubTrouble::HubCertificate,
        RefusalCode::HubTooOld => HubTrouble::HubTooOld,
        RefusalCode::DeskTooOld => HubTrouble::DeskTooOld,
        RefusalCode::DeskNotKnown => HubTrouble::JoinAgain,
        RefusalCode::NoHub | RefusalCode::HubProblem | RefusalCode::DeskRevoked | RefusalCode::Cancelled => HubTrouble::HubProblem,
        _ => HubTrouble::FileTrouble,
    }
}
