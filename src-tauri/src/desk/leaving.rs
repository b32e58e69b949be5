//! Leaving a clinic for another one. Its file is set aside, never deleted, and the first run's choices come again.

use std::sync::{MutexGuard, TryLockError};

use petrel_domain::desk::AppState;
use petrel_domain::rights::Right;
use petrel_domain::{Refusal, RefusalCode};
use petrel_store::set_aside;

use super::state::IS_DEMO;
use super::{Desk, Place};
use crate::events::News;

impl Desk {
    /// Leaves the clinic at work: a last backup where something has changed since the one before, then the file is set aside. What was not sent to
    /// the hub stays in the file.
    ///
    /// # Errors
    /// `sign_in_needed`; `forbidden`; `under_way` while the file is built anew; what the backup says, of which a demo clinic needs none; what the
    /// system says. The clinic is then still there.
    pub fn leave_clinic(&self) -> Result<AppState, Refusal> {
        let is_demo = self.ask(|store, actor| {
            actor.require(Right::ManageClinic)?;
            Ok(store.desk_setting(IS_DEMO)?.is_some())
        })?;
        let _one = self.not_rebuilding()?;
        self.cancel_work();
        if let Err(refusal) = self.last_backup()
            && !is_demo
        {
            return Err(refusal);
        }
        self.copy_last();
        self.move_aside("left")
    }

    /// Moves the file aside and begins anew: out of trouble, or where this desk was locked out.
    ///
    /// # Errors
    /// `forbidden` where a clinic is at work, which is left by [`Desk::leave_clinic`]; `under_way` while the file is built anew; what the system says.
    pub fn set_aside_file(&self) -> Result<AppState, Refusal> {
        if matches!(&*self.place(), Place::Open(clinic) if !clinic.locked_out.is_set()) {
            return Err(Refusal::new(RefusalCode::Forbidden));
        }
        let _one = self.not_rebuilding()?;
        self.move_aside("set-aside")
    }

    /// Keeps the file from being built anew while another takes its place: what is filled for this clinic must not be taken for the next one's new file, and
    /// what sends for it holds this one open.
    ///
    /// # Errors
    /// `under_way` while it is built anew.
    pub(super) fn not_rebuilding(&self) -> Result<MutexGuard<'_, ()>, Refusal> {
        match self.inner.rebuilding.try_lock() {
            Ok(one) => Ok(one),
            Err(TryLockError::Poisoned(left)) => Ok(left.into_inner()),
            Err(TryLockError::WouldBlock) => Err(Refusal::new(RefusalCode::UnderWay)),
        }
    }

    fn move_aside(&self, why: &str) -> Result<AppState, Refusal> {
        let mut place = self.place_mut();
        let at_hand = match &*place {
            Place::Open(clinic) => Some(clinic.at_hand(self.now())),
            _ => None,
        };
        // The line to the hub ends here, and with it whatever knows the file.
        *place = Place::FirstRun;
        let moved = self.take_lock().and_then(|_| set_aside(&self.inner.folder.file(), why, self.now()));
        self.begin_another_file();
        // Where it could not be moved, whoever was at work goes on.
        *place = self.opened_again(at_hand.filter(|_| moved.is_err()));
        drop(place);
        self.tell(News::State);
        moved?;
        self.app_state()
    }
}
