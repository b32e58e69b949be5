//! What the desk does by itself: lock when nobody touches it, make backups.

use std::time::Duration;

use crate::desk::Desk;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(15);

/// Starts it; it ends with the program.
pub(crate) fn start(desk: Desk) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(EVERY);
            desk.keep_house();
        }
    });
}
