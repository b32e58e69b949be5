//! The desk: the open clinic, and who sits at it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use petrel_domain::desk::{Saved, Staff};
use petrel_domain::{MINUTE, Millis, Refusal, RefusalCode};
use petrel_store::{Actor, Store, StoreError};
use tauri::AppHandle;
use tauri_specta::Event;

use crate::events::{AppStateChanged, Changed};

/// The desk: what every command starts from.
pub struct Desk {
    app: AppHandle,
    seat: Mutex<Seat>,
}

/// The open clinic, and who sits at it.
#[derive(Default)]
struct Seat {
    store: Option<Store>,
    staff: Option<Staff>,
    touched_at: Option<Millis>,
    auto_lock_minutes: u16,
    language: String,
}

impl Desk {
    /// A desk at which nothing is open yet.
    pub fn new(app: AppHandle) -> Self {
        Self { app, seat: Mutex::default() }
    }

    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a clinic at this desk, or closes the one that is open. Whoever was signed in is not any more.
    pub fn set_store(&self, store: Option<Store>) {
        *self.seat() = Seat { auto_lock_minutes: self.seat().auto_lock_minutes, store, ..Seat::default() };
    }

    /// The open clinic, signed in or not: for the lock screen and housekeeping.
    ///
    /// # Errors
    /// `not_found` where none is open.
    pub fn store(&self) -> Result<Store, Refusal> {
        self.seat().store.clone().ok_or_else(|| Refusal::not_found("clinic"))
    }

    /// Who is signed in.
    pub fn staff(&self) -> Option<Staff> {
        self.seat().staff.clone()
    }

    /// Signs somebody in, or out.
    pub fn set_staff(&self, staff: Option<Staff>) {
        let mut seat = self.seat();
        seat.touched_at = seat.store.as_ref().map(Store::now);
        seat.staff = staff;
    }

    /// How long the desk may lie untouched, in minutes; 0: for ever.
    pub fn set_auto_lock(&self, minutes: u16) {
        self.seat().auto_lock_minutes = minutes;
    }

    /// The language of the screens, as a tag; the core needs it for what it prints.
    pub fn language(&self) -> String {
        let language = self.seat().language.clone();
        if language.is_empty() { "en".to_owned() } else { language }
    }

    /// Sets the language of the screens.
    pub fn set_language(&self, language: &str) {
        language.clone_into(&mut self.seat().language);
    }

    /// The clinic and who asks; counts as a touch. A desk that lay untouched for too long is locked first.
    fn signed_in(&self) -> Result<(Store, Actor), Refusal> {
        let mut seat = self.seat();
        let store = seat.store.clone().ok_or_else(|| Refusal::new(RefusalCode::SignInNeeded))?;
        let now = store.now();
        let limit = i64::from(seat.auto_lock_minutes) * MINUTE;
        if limit > 0 && seat.touched_at.is_some_and(|at| now.0 - at.0 > limit) {
            seat.staff = None;
        }
        let staff = seat.staff.as_ref().ok_or_else(|| Refusal::new(RefusalCode::SignInNeeded))?;
        let actor = Actor::staff(staff.id, staff.details.role);
        seat.touched_at = Some(now);
        Ok((store, actor))
    }

    /// Asks the clinic something, as whoever is signed in.
    ///
    /// # Errors
    /// `sign_in_needed`, or what the question says.
    pub fn ask<T>(&self, question: impl FnOnce(&Store, &Actor) -> Result<T, StoreError>) -> Result<T, Refusal> {
        let (store, actor) = self.signed_in()?;
        question(&store, &actor).map_err(|error| self.told(&error))
    }

    /// Changes the clinic, as whoever is signed in, and tells every window what changed.
    ///
    /// # Errors
    /// `sign_in_needed`, or what the change says.
    pub fn save<T>(&self, change: impl FnOnce(&Store, &Actor) -> Result<Saved<T>, StoreError>) -> Result<Saved<T>, Refusal> {
        let saved = self.ask(change)?;
        self.tell_changed(&saved.changes);
        Ok(saved)
    }

    /// Tells every window which tables changed.
    pub fn tell_changed(&self, tables: &[String]) {
        if !tables.is_empty() {
            self.emit(&Changed { tables: tables.to_vec() });
        }
    }

    /// Tells every window that the program stands elsewhere now.
    pub fn tell_state(&self) {
        self.emit(&AppStateChanged {});
    }

    fn emit(&self, event: &impl EmittableEvent) {
        if let Err(error) = event.send(&self.app) {
            tracing::warn!(%error, "a window could not be told");
        }
    }

    /// What a person is told; what is ours to mend goes to the log as well.
    fn told(&self, error: &StoreError) -> Refusal {
        let refusal = error.refusal();
        if refusal.code == RefusalCode::Internal {
            tracing::error!(%error, "a command failed");
        }
        refusal
    }
}

/// An event that can be sent to every window.
trait EmittableEvent {
    fn send(&self, app: &AppHandle) -> tauri::Result<()>;
}

impl<T: Event + serde::Serialize + Clone> EmittableEvent for T {
    fn send(&self, app: &AppHandle) -> tauri::Result<()> {
        self.emit(app)
    }
}
