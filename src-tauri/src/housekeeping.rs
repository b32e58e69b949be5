//! What the desk does by itself: lock when nobody touches it, make backups, copy them to the second folder.

use std::time::Duration;

use crate::desk::Desk;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(15);

/// Starts it; it ends with the program.
pub(crate) fn start(desk: Desk) {
    // A drive that takes its time must not hold up the lock.
    let copying = desk.clone();
    again_and_again(move || copying.copy_backups());
    again_and_again(move || desk.keep_house());
}

fn again_and_again(work: impl Fn() + Send + 'static) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(EVERY);
            work();
        }
    });
}
