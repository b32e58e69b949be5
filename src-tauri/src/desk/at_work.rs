//! How a command does its work: as whoever sits here, with the screens told of what changed. Long work has threads of its own, so
//! that short questions never wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use petrel_domain::desk::{Progress, Saved, WaitsFor};
use petrel_domain::manifest::{DERIVED, REPLICATED};
use petrel_domain::{Refusal, RefusalCode};
use petrel_store::{Actor, Store, StoreError};

use super::session::Session;
use super::{Clinic, Desk, Place};
use crate::events::News;

impl Desk {
    /// Runs something that takes its time on a thread for that.
    pub(crate) async fn off_main<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let desk = self.clone();
        let done = tauri::async_runtime::spawn_blocking(move || work(&desk)).await;
        done.unwrap_or_else(|error| Err(Refusal::internal(error)))
    }

    /// Asks the clinic something, as whoever sits here. Counts as no touch: the screens ask by themselves, too, whenever another desk changed what
    /// they show.
    ///
    /// # Errors
    /// `sign_in_needed` where nobody does, or the desk lay untouched for too long; what the question says.
    pub fn ask<T>(&self, question: impl FnOnce(&Store, &Actor) -> Result<T, StoreError>) -> Result<T, Refusal> {
        self.with_clinic(|clinic| {
            clinic.refuse_locked_out()?;
            let actor = clinic.session.actor(&clinic.store, self.now())?;
            question(&clinic.store, &actor)
        })
    }

    /// Somebody is at the desk: it does not lock yet.
    ///
    /// # Errors
    /// `sign_in_needed`.
    pub fn touch(&self) -> Result<(), Refusal> {
        self.do_as(|_, _| Ok(()))
    }

    /// Does what only a person asks for, as whoever sits here.
    fn do_as<T>(&self, work: impl FnOnce(&Store, &Actor) -> Result<T, StoreError>) -> Result<T, Refusal> {
        self.with_clinic(|clinic| {
            clinic.refuse_locked_out()?;
            let actor = clinic.session.actor(&clinic.store, self.now())?;
            clinic.session.touch(self.now());
            work(&clinic.store, &actor)
        })
    }

    /// Changes the clinic, as whoever sits here, and tells the screens what changed. Counts as a touch.
    ///
    /// # Errors
    /// `sign_in_needed`; what the change says.
    pub fn save<T>(&self, change: impl FnOnce(&Store, &Actor) -> Result<Saved<T>, StoreError>) -> Result<Saved<T>, Refusal> {
        let saved = self.do_as(change)?;
        self.tell_changed(&saved.changes);
        Ok(saved)
    }

    /// Works on the open clinic, whoever sits here.
    pub(super) fn with_clinic<T>(&self, work: impl FnOnce(&Clinic) -> Result<T, StoreError>) -> Result<T, Refusal> {
        let (done, session) = match &*self.place() {
            Place::Open(clinic) => (work(clinic), Arc::clone(&clinic.session)),
            _ => return Err(Refusal::new(RefusalCode::SignInNeeded)),
        };
        done.map_err(|error| self.refusal(&error, &session))
    }

    /// What a person is told.
    fn refusal(&self, error: &StoreError, session: &Arc<Session>) -> Refusal {
        let refusal = error.refusal();
        match refusal.code {
            RefusalCode::Internal => tracing::error!(detail = refusal.detail.as_deref(), "an error of the program"),
            RefusalCode::Corrupt => {
                tracing::error!(detail = refusal.detail.as_deref(), "the file is damaged");
                self.end_damaged(&refusal, session);
            }
            _ => {}
        }
        refusal
    }

    /// Damage that is found at work ends the work, before more is written on top of it. The file is looked over at once, as at a start: where it is
    /// damaged, a backup takes its place, and whoever was at work stays.
    fn end_damaged(&self, refusal: &Refusal, session: &Arc<Session>) {
        let mut place = self.place_mut();
        let at_hand = match &*place {
            Place::Open(clinic) if Arc::ptr_eq(&clinic.session, session) => clinic.at_hand(self.now()),
            // Whoever found the same a moment before has seen to it.
            _ => return,
        };
        self.note_damage();
        *place = Place::Trouble(refusal.clone());
        // By itself once a file: damage that comes again and that no check finds would have it looked over without end.
        if !self.inner.is_looked_over.swap(true, Ordering::SeqCst) {
            self.begin_opening();
            *place = self.opened_for(at_hand);
        }
        drop(place);
        self.tell_new_file();
    }

    /// The screens may say what is waited for from now on.
    fn begin_opening(&self) {
        self.inner.waiting.begin(WaitsFor::File);
        self.tell(News::State);
    }

    /// Tells the screens that another file is in the place of the one they read: nothing they know is to be trusted.
    pub(super) fn tell_new_file(&self) {
        self.tell(News::State);
        let tables = REPLICATED.iter().chain(DERIVED).map(|table| (*table).to_owned());
        self.tell(News::Changed(tables.collect()));
    }

    /// Tells the screens which tables changed.
    pub(crate) fn tell_changed(&self, tables: &[String]) {
        if tables.is_empty() {
            return;
        }
        self.tell(News::Changed(tables.to_vec()));
        let waiting = match &*self.place() {
            Place::Open(clinic) => {
                if let Some(line) = &clinic.line {
                    line.wake();
                }
                // What waits is told also of a clinic that has a hub and no line to it: one that is to join again.
                clinic.store.has_hub().unwrap_or(true).then(|| clinic.sync_state())
            }
            _ => None,
        };
        if let Some(state) = waiting {
            self.tell(News::Sync(state));
        }
    }

    /// Does long work as whoever sits here: the work tells how far it is, and looks whether it is to stop. Counts as a touch.
    ///
    /// # Errors
    /// `sign_in_needed`; what the work says, `cancelled` among it.
    pub fn work<T>(
        &self,
        work: impl FnOnce(&Store, &Actor, &dyn Fn(Progress), &AtomicBool) -> Result<T, StoreError>,
    ) -> Result<T, Refusal> {
        self.begin_work();
        let tell = |progress| self.tell(News::Progress(progress));
        self.do_as(|store, actor| work(store, actor, &tell, &self.inner.is_cancelled))
    }

    /// Whatever was cancelled before is past.
    pub(super) fn begin_work(&self) {
        self.inner.is_cancelled.store(false, Ordering::SeqCst);
    }

    /// Tells how far long work is. Answers whether it goes on.
    pub(super) fn goes_on(&self, progress: Progress) -> bool {
        self.tell(News::Progress(progress));
        !self.inner.is_cancelled.load(Ordering::SeqCst)
    }

    /// Stops the long work under way, if there is any.
    pub fn cancel_work(&self) {
        self.inner.is_cancelled.store(true, Ordering::SeqCst);
    }
}
