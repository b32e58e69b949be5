//! Moments at which a test has the process die, each with a name. Nothing of it is in a program that is not built for that.

/// Where a file is made, copied, put in its place or set aside, and where its key is kept.
#[cfg(feature = "sabotage")]
pub const FILE_MOMENTS: &[&str] = &[
    "new-filled",
    "new-key-kept",
    "new-key-file",
    "new-named",
    "private-written",
    "backup-copied",
    "backup-key",
    "backup-named",
    "restore-copied",
    "restore-key-ready",
    "restore-ready",
    "aside-key",
    "aside-file",
    "aside-done",
    "place-key",
    "place-file",
    "rekey-kept",
    "rekey-copies",
    "rekey-done",
];

/// Where what was done is written, goes to the hub, and comes from it.
#[cfg(feature = "sabotage")]
pub const WORK_MOMENTS: &[&str] = &[
    "door-queued",
    "door-committed",
    "push-answered",
    "push-noted",
    "pull-applied",
    "pull-committed",
    "tokens-answered",
    "join-page",
    "join-page-kept",
    "join-indexed",
    "join-finished",
];

/// Ends the process where `PETREL_DIES_AT` names this moment (`name:3` for the third time it comes), as a kill does: nothing is tidied up.
#[cfg(feature = "sabotage")]
pub fn may_die(moment: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static AT: LazyLock<Option<(String, AtomicU32)>> = LazyLock::new(|| {
        let text = std::env::var("PETREL_DIES_AT").ok()?;
        let (name, times) = text.split_once(':')?;
        Some((name.to_owned(), AtomicU32::new(times.parse().ok()?)))
    });
    debug_assert!(FILE_MOMENTS.contains(&moment) || WORK_MOMENTS.contains(&moment), "{moment} is in no list, so nobody tries it");
    if let Some((name, left)) = &*AT
        && name == moment
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        std::process::abort();
    }
}

/// Does nothing.
#[cfg(not(feature = "sabotage"))]
#[inline]
pub fn may_die(_: &str) {}
