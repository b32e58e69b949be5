//! What the opening of the file waits for, told to whoever would not wait for it without knowing.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use petrel_domain::desk::WaitsFor;

use super::locked;

/// How long an opening may take before the screen says what it waits for: longer than the opening of a large file, which nobody wants
/// to see announced, and shorter than anybody looks at an empty window.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What an opening waits for.
#[derive(Default)]
pub(super) struct Waiting {
    waits_for: Mutex<Option<WaitsFor>>,
    ended: Condvar,
}

impl Waiting {
    /// The opening waits for this from now on.
    pub(super) fn begin(&self, waits_for: WaitsFor) {
        *locked(&self.waits_for) = Some(waits_for);
    }

    /// Nothing is waited for any longer.
    pub(super) fn end(&self) {
        *locked(&self.waits_for) = None;
        self.ended.notify_all();
    }

    /// What is waited for at this moment.
    pub(super) fn now(&self) -> Option<WaitsFor> {
        *locked(&self.waits_for)
    }

    /// Waits along for a while, at most; answers what is still waited for then.
    pub(super) fn wait(&self) -> Option<WaitsFor> {
        let waited = self.ended.wait_timeout_while(locked(&self.waits_for), PATIENCE, |waits_for| waits_for.is_some());
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
