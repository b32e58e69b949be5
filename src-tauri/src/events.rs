//! What the shell tells the screens without being asked.

use petrel_domain::desk::{Progress, SyncState};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;

/// A write changed these tables.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct Changed {
    /// Their names, sorted.
    pub tables: Vec<String>,
}

/// How far the long work under way is.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct WorkProgress {
    /// So far.
    pub progress: Progress,
}

/// The program stands elsewhere now: locked, in trouble, a backup made.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct AppStateChanged {}

/// The desk stands differently to its hub now.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct SyncChanged {
    /// How.
    pub state: SyncState,
}

/// What the desk has to tell.
#[derive(Clone, Debug)]
pub enum News {
    /// A write changed these tables.
    Changed(Vec<String>),
    /// How far the long work is.
    Progress(Progress),
    /// The program stands elsewhere now.
    State,
    /// The desk stands differently to its hub now.
    Sync(SyncState),
}

impl News {
    /// Tells the screens.
    pub(crate) fn emit(self, app: &AppHandle) {
        let told = match self {
            Self::Changed(tables) => Changed { tables }.emit(app),
            Self::Progress(progress) => WorkProgress { progress }.emit(app),
            Self::State => AppStateChanged {}.emit(app),
            Self::Sync(state) => SyncChanged { state }.emit(app),
        };
        if let Err(error) = told {
            tracing::warn!(%error, "the screens could not be told");
        }
    }
}
