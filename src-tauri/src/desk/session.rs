//! Who sits at the desk. Whoever does not touch it for a while has to sign in again.

use std::sync::Mutex;

use petrel_domain::desk::{AppState, Staff};
use petrel_domain::{MINUTE, Millis, Refusal, RefusalCode, StaffId};
use petrel_store::{Actor, Store};

use super::{Desk, locked};

/// Minutes without a touch after which the desk locks, where nothing else is set.
const AUTO_LOCK_MINUTES: u16 = 15;
/// The desk's setting for it.
pub(super) const AUTO_LOCK: &str = "auto_lock_minutes";

/// Who is signed in, and when they last did something.
#[derive(Debug, Default)]
pub(super) struct Session {
    signed_in: Mutex<Option<SignedIn>>,
}

#[derive(Clone, Copy, Debug)]
struct SignedIn {
    staff_id: StaffId,
    touched_at: Millis,
    /// Their time is over: it stays over, whatever the clock says later.
    is_over: bool,
}

impl Session {
    pub(super) fn begin(&self, staff_id: StaffId, now: Millis) {
        *locked(&self.signed_in) = Some(SignedIn { staff_id, touched_at: now, is_over: false });
    }

    /// Answers whether somebody was signed in.
    pub(super) fn end(&self) -> bool {
        locked(&self.signed_in).take().is_some()
    }

    /// Who sits here; nobody once their time is over. Does not count as a touch, and does not lock: whoever locks tells the screens.
    pub(super) fn staff(&self, store: &Store, now: Millis) -> Result<Option<Staff>, Refusal> {
        let minutes = auto_lock_minutes(store)?;
        let here = |signed_in: &mut SignedIn| (!signed_in.is_over(minutes, now)).then_some(signed_in.staff_id);
        let signed_in = locked(&self.signed_in).as_mut().and_then(here);
        Ok(signed_in.map(|id| store.colleague(id)).transpose()?.flatten())
    }

    /// Whoever sits here did something.
    pub(super) fn touch(&self, now: Millis) {
        if let Some(signed_in) = &mut *locked(&self.signed_in) {
            signed_in.touched_at = now;
        }
    }

    /// Who acts. Their role is what it is now, not what it was when they signed in.
    pub(super) fn actor(&self, store: &Store, now: Millis) -> Result<Actor, Refusal> {
        let staff = self.staff(store, now)?.ok_or_else(|| Refusal::new(RefusalCode::SignInNeeded))?;
        Ok(Actor::staff(staff.id, staff.details.role))
    }

    /// Locks the desk where its time is over. Answers whether it did.
    pub(super) fn end_if_idle(&self, store: &Store, now: Millis) -> Result<bool, Refusal> {
        let minutes = auto_lock_minutes(store)?;
        Ok(locked(&self.signed_in).take_if(|signed_in| signed_in.is_over(minutes, now)).is_some())
    }
}

impl SignedIn {
    /// Whether so many minutes have passed without a touch; 0: never.
    fn is_over(&mut self, minutes: u16, now: Millis) -> bool {
        // A clock that was set back must not hold the desk open until it is there again; nor may one that is put right by a little lock it.
        self.touched_at = self.touched_at.min(now);
        self.is_over |= minutes > 0 && now.0 - self.touched_at.0 >= i64::from(minutes) * MINUTE;
        self.is_over
    }
}

/// Minutes without a touch after which this desk locks; 0: never.
pub(super) fn auto_lock_minutes(store: &Store) -> Result<u16, Refusal> {
    let set = store.desk_setting(AUTO_LOCK)?;
    Ok(set.and_then(|text| text.trim_matches('"').parse().ok()).unwrap_or(AUTO_LOCK_MINUTES))
}

impl Desk {
    /// Sets the PIN of an owner who forgot it, for whoever knows the passphrase of the file or its recovery passphrase. Signs nobody in.
    ///
    /// # Errors
    /// `wrong_key` and `too_many_tries` on `passphrase`; `forbidden` for whoever is no owner of a clinic that has one, and where there is no passphrase to know; what the check
    /// of the PIN says.
    pub fn reset_pin(&self, staff_id: StaffId, passphrase: &str, pin: &str) -> Result<AppState, Refusal> {
        let saved = self.with_clinic(|clinic| {
            clinic.refuse_locked_out()?;
            if !clinic.key_file.has_passphrase() {
                return Err(Refusal::new(RefusalCode::Forbidden).into());
            }
            clinic.store.reset_owner_pin(staff_id, pin, || clinic.key_file.open(passphrase).map(|_| ()))
        })?;
        tracing::info!(%staff_id, "an owner's PIN was set anew by a passphrase");
        self.tell_changed(&saved.changes);
        self.app_state()
    }
}
