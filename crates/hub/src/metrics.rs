//! Counters, as Prometheus reads them.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident: $metric:literal, $help:literal;)+) => {
        /// What this hub did since it was started.
        #[derive(Default)]
        pub(crate) struct Metrics { $($(#[$doc])* pub(crate) $name: AtomicU64,)+ }

        impl Metrics {
            /// As Prometheus reads them.
            pub(crate) fn text(&self) -> String {
                let mut text = String::new();
                $(
                    let value = self.$name.load(Ordering::Relaxed);
                    let _ = writeln!(text, concat!("# HELP ", $metric, " ", $help, "\n# TYPE ", $metric, " counter\n", $metric, " {}"), value);
                )+
                text
            }
        }
    };
}

counters! {
    /// Requests.
    requests: "petrel_requests_total", "Requests that were answered.";
    /// Answers with an error of the hub's own.
    failures: "petrel_failures_total", "Answers with a status of 500 or more.";
    /// Transactions applied.
    applied: "petrel_transactions_applied_total", "Transactions that entered a log.";
    /// Transactions recognised.
    repeated: "petrel_transactions_repeated_total", "Transactions that were in a log already.";
    /// Transactions rejected.
    rejected: "petrel_transactions_rejected_total", "Transactions that can never be applied.";
    /// Entries written.
    entries: "petrel_entries_total", "Entries that entered a log.";
    /// Entries read.
    transactions_read: "petrel_transactions_read_total", "Transactions that desks read.";
    /// Clashes found.
    clashes: "petrel_clashes_total", "Visits that were found to clash.";
}

/// Adds to a counter.
pub(crate) fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}
