//! What the core tells the screens without being asked.

use petrel_domain::desk::Progress;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

/// After each write: the tables that changed.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct Changed {
    /// Their names, sorted.
    pub tables: Vec<String>,
}

/// How far a long work is.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct WorkProgress {
    /// How far.
    pub progress: Progress,
}

/// The program stands elsewhere now (lock, sign-in, backup).
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct AppStateChanged {}
