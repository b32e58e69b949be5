//! A second folder for the backups, on another disk or drive. What is wrong with it never stands in the way of a backup.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError, TryLockError, mpsc};
use std::time::Duration;

use petrel_domain::desk::{AppState, SecondFolder};
use petrel_domain::rights::Right;
use petrel_domain::{MINUTE, Millis, Refusal, RefusalCode};
use petrel_store::{Backups, FileKey, KeyFile, SECOND, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::{Desk, locked};
use crate::events::News;

/// The desk's setting for it.
pub(super) const SECOND_FOLDER: &str = "second_backups";
/// A copy that failed is tried again after this; a folder that was away is looked for each time.
const AGAIN: i64 = 5 * MINUTE;
/// How long the end of the program waits for the last copy: a drive on the network that does not answer holds nobody up.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the desk keeps of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    folder: String,
    copied_at: Option<Millis>,
}

/// What is known of it since the start.
#[derive(Debug, Default)]
pub(super) struct Copied {
    /// Counts what made all that was known be of no use: another folder, another key file, another clinic. What a copy that was begun before finds is
    /// not noted.
    round: u64,
    /// The backup that all was copied up to.
    up_to: Option<Millis>,
    problem: Option<Refusal>,
    tried_at: Option<Millis>,
}

impl Desk {
    /// Chooses a second folder for backups, within a place (none: no more copies), and makes the first copy. What was copied elsewhere stays there.
    ///
    /// # Errors
    /// `forbidden`; `sign_in_needed`; `in_use` on `folder` where it lies within the desk's own; `file_unreadable`, `read_only`, `disk_full`. What was
    /// chosen before holds then.
    pub fn set_second_folder(&self, chosen: Option<&Path>) -> Result<AppState, Refusal> {
        self.ask(|_, actor| Ok(actor.require(Right::ManageClinic)?))?;
        let folder = chosen.map(|chosen| self.make_second(chosen)).transpose()?;
        self.with_clinic(|clinic| {
            // A copy that is being made to the old one, on a drive that may not answer, is not waited for: it ends by itself.
            let mut copied = locked(&self.inner.copied);
            match folder {
                Some(folder) => keep(&clinic.store, &Kept { folder, copied_at: None })?,
                None => clinic.store.set_desk_setting(SECOND_FOLDER, None)?,
            }
            copied.renew();
            Ok(())
        })?;
        if chosen.is_some() {
            if locked(&self.inner.made).at.is_none() {
                // What is wrong with it is kept for the screens.
                let _ = self.make_backup();
            }
            self.copy_backups();
        }
        self.tell(News::State);
        self.app_state()
    }

    /// The folder within the place that was chosen, which must be somewhere else than what it is a copy of.
    fn make_second(&self, chosen: &Path) -> Result<String, Refusal> {
        let unreadable = |error: std::io::Error| Refusal::on(RefusalCode::FileUnreadable, "folder").with_detail(error);
        let own = self.inner.folder.root().canonicalize().map_err(StoreError::from)?;
        let is_within = chosen.canonicalize().map_err(unreadable)?.starts_with(&own);
        // Kept as it was chosen: of what Windows makes of it nobody would know their drive again.
        let chosen = std::path::absolute(chosen).map_err(unreadable)?;
        if is_within {
            return Err(Refusal::on(RefusalCode::InUse, "folder").with_detail(chosen.display()));
        }
        let is_one = chosen.file_name().is_some_and(|name| name == SECOND);
        let folder = if is_one { chosen } else { chosen.join(SECOND) };
        std::fs::create_dir_all(&folder).map_err(StoreError::from)?;
        let folder = folder.into_os_string().into_string();
        folder.map_err(|name| Refusal::invalid("folder").with_detail(name.display()))
    }

    /// How the second folder stands, where there is one.
    pub(super) fn second_folder(&self, store: &Store) -> Result<Option<SecondFolder>, StoreError> {
        let Some(Kept { folder, copied_at }) = kept(store)? else { return Ok(None) };
        Ok(Some(SecondFolder { folder, last_copy_at: copied_at, problem: locked(&self.inner.copied).problem.clone() }))
    }

    /// Whatever was copied is looked at again the next time: what lies beside it may have changed.
    pub(super) fn copy_again(&self) {
        locked(&self.inner.copied).renew();
    }

    /// Copies what backups there are to the second folder, where there is one and it lacks some. Called every few seconds, on a thread of its own: a
    /// drive may take its time to answer.
    pub fn copy_backups(&self) {
        match self.inner.copying.try_lock() {
            Ok(one) => self.copy(&one),
            Err(TryLockError::Poisoned(left)) => self.copy(&left.into_inner()),
            Err(TryLockError::WouldBlock) => {}
        }
    }

    /// The same before the file is closed for good, of the newest alone.
    pub(super) fn copy_last(&self) {
        self.inner.is_closing.store(true, Ordering::SeqCst);
        let (told, done) = mpsc::channel();
        let desk = self.clone();
        std::thread::spawn(move || {
            desk.copy(&desk.inner.copying.lock().unwrap_or_else(PoisonError::into_inner));
            let _ = told.send(());
        });
        if done.recv_timeout(PATIENCE).is_err() {
            tracing::warn!("the second folder of backups does not answer");
        }
        self.inner.is_closing.store(false, Ordering::SeqCst);
    }

    fn copy(&self, _one: &MutexGuard<'_, ()>) {
        let due = self.with_clinic(|clinic| {
            let kept = kept(&clinic.store)?.filter(|_| !clinic.locked_out.is_set() && self.is_copy_due());
            let round = locked(&self.inner.copied).round;
            Ok(kept.map(|kept| (kept, round, clinic.key.clone(), clinic.key_file.clone())))
        });
        let Ok(Some((Kept { folder, copied_at }, round, key, key_file))) = due else { return };
        let up_to = locked(&self.inner.made).at;
        let caught_up = self.catch_up(Path::new(&folder), round, &key, &key_file);
        let problem = caught_up.as_ref().err().cloned();
        let newest = caught_up.unwrap_or_default().or(copied_at);
        let noted = self.with_clinic(|clinic| {
            let mut copied = locked(&self.inner.copied);
            if copied.round != round {
                return Ok(false);
            }
            let is_news = newest != copied_at || copied.problem != problem;
            if newest != copied_at {
                keep(&clinic.store, &Kept { folder, copied_at: newest })?;
            }
            if is_news {
                match &problem {
                    None => tracing::info!("the second folder has the newest backup"),
                    Some(why) => tracing::warn!(code = ?why.code, detail = why.detail.as_deref(), "no copy in the second folder"),
                }
            }
            *copied = Copied { round, up_to: up_to.filter(|_| problem.is_none()), problem, tried_at: Some(self.now()) };
            Ok(is_news)
        });
        match noted {
            Ok(true) => self.tell(News::State),
            Ok(false) => {}
            Err(refusal) => tracing::warn!(code = ?refusal.code, "what is in the second folder is not kept"),
        }
    }

    fn catch_up(&self, folder: &Path, round: u64, key: &FileKey, key_file: &KeyFile) -> Result<Option<Millis>, Refusal> {
        let goes_on = || !self.inner.is_closing.load(Ordering::SeqCst) && locked(&self.inner.copied).round == round;
        Ok(Backups::at(folder.to_owned()).catch_up(&self.backups(), key, key_file, self.now(), &goes_on)?)
    }

    fn is_copy_due(&self) -> bool {
        let (made, copied, now) = (locked(&self.inner.made).at, locked(&self.inner.copied), self.now().0);
        match &copied.problem {
            Some(refusal) if refusal.code == RefusalCode::FileUnreadable => true,
            Some(_) => copied.tried_at.is_none_or(|at| now - at.0 >= AGAIN || at.0 > now),
            None => copied.up_to != made,
        }
    }
}

impl Copied {
    fn renew(&mut self) {
        *self = Self { round: self.round + 1, ..Self::default() };
    }
}

fn kept(store: &Store) -> Result<Option<Kept>, StoreError> {
    Ok(store.desk_setting(SECOND_FOLDER)?.map(|json| serde_json::from_str(&json)).transpose()?)
}

fn keep(store: &Store, kept: &Kept) -> Result<(), StoreError> {
    store.set_desk_setting(SECOND_FOLDER, Some(&serde_json::to_string(kept)?))
}
