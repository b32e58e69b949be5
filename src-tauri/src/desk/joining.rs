//! A clinic's file from its hub, on a desk that has none.

use std::path::Path;
use std::sync::{Arc, MutexGuard};

use petrel_domain::checked::Checked;
use petrel_domain::desk::{AppState, JoinClinic, JoinHub, Progress, UnfinishedJoin};
use petrel_domain::replication::Tokens;
use petrel_domain::{Refusal, RefusalCode, SystemClock};
use petrel_store::{Begun, Bootstrap, FileKey, KeyFile, OpenOptions, Store, StoreError};
use petrel_sync::{HttpHub, HubError, SyncError};
use tokio::sync::Notify;

use super::hub::{enrol, give_up_seat, refusal_of};
use super::line::runtime;
use super::{Desk, Place, locked};
use crate::events::News;

/// A desk that is being filled. The same stands in its file and beside it, for when the program is started again.
pub(super) struct Joining {
    /// What let it in, where that was typed since the program was started: typed once more, it goes on.
    input: Option<JoinHub>,
    hub: Arc<HttpHub>,
    begun: Begun,
    key: FileKey,
    key_file: KeyFile,
}

impl Desk {
    /// Joins a clinic: its whole file comes from the hub. Interrupted, it goes on where it stopped, see [`Desk::resume_join`]; what another
    /// code had begun is discarded once the new one is good.
    ///
    /// # Errors
    /// What [`JoinClinic`] refuses, naming the field; what the hub says; `empty_clinic` where there is nothing to join yet; `cancelled`;
    /// `keychain_unavailable`; `duplicate` where there is a clinic already.
    pub fn join_clinic(&self, input: JoinClinic) -> Result<AppState, Refusal> {
        let input = input.checked(())?;
        self.refuse_clinic()?;
        self.begin_work();
        let mut joining = locked(&self.inner.joining);
        if joining.as_ref().is_none_or(|under_way| under_way.input.as_ref() != Some(&input.hub)) {
            let begun = self.begin_join(&input, &mut joining)?;
            *joining = Some(begun);
        }
        self.finish_join(joining)
    }

    /// Goes on with joining a clinic, also after the program was started again. No code is needed: it was let in. `passphrase` is, where the
    /// file's key is under one and the program was started again.
    ///
    /// # Errors
    /// `required` and `wrong_key` on `passphrase`; `not_found` where nothing was begun; what the hub says; `cancelled`; `duplicate` where there is
    /// a clinic already.
    pub fn resume_join(&self, passphrase: Option<&str>) -> Result<AppState, Refusal> {
        self.refuse_clinic()?;
        self.begin_work();
        let mut joining = locked(&self.inner.joining);
        if joining.is_none() {
            let found = self.begun_join(passphrase)?;
            self.show_join(Some(&found.begun));
            *joining = Some(found);
        }
        self.finish_join(joining)
    }

    /// Discards a clinic that has not come whole. The hub is asked to let the desk go, as nobody will sit at it; where it does not answer,
    /// somebody removes it there.
    ///
    /// # Errors
    /// `duplicate` where there is a clinic already; what the system says.
    pub fn discard_join(&self) -> Result<AppState, Refusal> {
        self.refuse_clinic()?;
        self.discard_begun(&mut locked(&self.inner.joining))?;
        self.tell(News::State);
        self.app_state()
    }

    /// The same, where no clinic is open; nothing where nothing was begun.
    pub(super) fn discard_begun(&self, joining: &mut Option<Joining>) -> Result<(), Refusal> {
        if let Some(left) = joining.take().or_else(|| self.begun_join(None).ok()) {
            give_up_seat(&left.hub, left.begun.enrolled.device_id);
        }
        Ok(self.remove_new()?)
    }

    /// Lets the desk in, and writes down who it is before anything is fetched.
    fn begin_join(&self, input: &JoinClinic, joining: &mut Option<Joining>) -> Result<Joining, Refusal> {
        self.take_lock()?;
        let new = self.inner.folder.new_file();
        let key = FileKey::random()?;
        // Before the code, which works once.
        let key_file = self.keys().keep(&key, input.key_store, input.passphrase.as_deref())?;
        let forget = |_: &Refusal| self.keys().forget(&key_file);
        let (hub, enrolled) = enrol(&input.hub, keep_tokens(&new, &key)).inspect_err(forget)?;
        let device = enrolled.device_id;
        let begun = Begun { url: input.hub.address.clone(), enrolled };
        let written = self.write_begun(&begun, &key, &key_file, joining);
        written.inspect_err(|_| give_up_seat(&hub, device)).inspect_err(forget)?;
        self.show_join(Some(&begun));
        Ok(Joining { input: Some(input.hub.clone()), hub, begun, key, key_file })
    }

    /// Writes down who was let in, in the place of what another code had begun.
    fn write_begun(&self, begun: &Begun, key: &FileKey, key_file: &KeyFile, joining: &mut Option<Joining>) -> Result<(), Refusal> {
        if begun.enrolled.head == 0 {
            return Err(Refusal::on(RefusalCode::EmptyClinic, "code").with_detail(&begun.enrolled.clinic_name));
        }
        self.discard_begun(joining)?;
        let new = self.inner.folder.new_file();
        Bootstrap::begin(&new, key, begun)?;
        Ok(key_file.write_beside(&new)?)
    }

    /// What was begun before the program was started, ready to go on.
    fn begun_join(&self, passphrase: Option<&str>) -> Result<Joining, Refusal> {
        let (begun, key, key_file) = self.read_begun(passphrase)?;
        let keep = Box::new(keep_tokens(&self.inner.folder.new_file(), &key));
        let hub = HttpHub::new(&begun.url, Some(begun.enrolled.tokens.clone()), keep).map_err(|error| refusal_of(&error))?;
        Ok(Joining { input: None, hub: Arc::new(hub), begun, key, key_file })
    }

    fn read_begun(&self, passphrase: Option<&str>) -> Result<(Begun, FileKey, KeyFile), Refusal> {
        let nothing = || Refusal::new(RefusalCode::NotFound);
        let new = self.inner.folder.new_file();
        let key_file = KeyFile::read_beside(&new)?.ok_or_else(nothing)?;
        let key = match self.keys().find(&key_file)? {
            Some(key) => key,
            None => self.keys().unwrap(&key_file, passphrase.ok_or_else(|| Refusal::required("passphrase"))?)?,
        };
        let begun = Bootstrap::begun(&new, &key)?.ok_or_else(nothing)?;
        Ok((begun, key, key_file))
    }

    /// Looks at the start of the program whether a clinic was being joined.
    pub(super) fn look_for_join(&self) {
        match self.read_begun(None) {
            Ok((begun, ..)) => self.show_join(Some(&begun)),
            Err(refusal) if refusal.code == RefusalCode::Required => self.show_join(None),
            Err(refusal) if refusal.code == RefusalCode::NotFound => *locked(&self.inner.unfinished_join) = None,
            Err(refusal) => {
                tracing::warn!(code = ?refusal.code, detail = refusal.detail.as_deref(), "what was begun of a clinic does not open")
            }
        }
    }

    /// Has the screens say that a clinic is being joined; without what its file says, while that is under a passphrase.
    fn show_join(&self, begun: Option<&Begun>) {
        let clinic_name = begun.map(|begun| begun.enrolled.clinic_name.clone());
        *locked(&self.inner.unfinished_join) = Some(UnfinishedJoin { clinic_name, needs_passphrase: begun.is_none() });
    }

    fn finish_join(&self, mut joining: MutexGuard<'_, Option<Joining>>) -> Result<AppState, Refusal> {
        let Some(Joining { hub, begun, key, key_file, .. }) = &*joining else { return Err(Refusal::new(RefusalCode::NotFound)) };
        self.fill_from(hub, begun, key, |rows| self.tell_rows(rows))?;
        self.forget_locked_out(begun.enrolled.clinic_id)?;
        let (key, key_file) = (key.clone(), key_file.clone());
        *joining = None;
        drop(joining);
        self.settle_new(key, key_file)
    }

    pub(super) fn refuse_clinic(&self) -> Result<(), Refusal> {
        match &*self.place() {
            Place::FirstRun => Ok(()),
            _ => Err(Refusal::on(RefusalCode::Duplicate, "clinic")),
        }
    }

    /// Opening a file that is not there would make an empty one.
    pub(super) fn refuse_gone(&self) -> Result<(), Refusal> {
        if self.inner.folder.new_file().exists() { Ok(()) } else { Err(Refusal::internal("the file that was filled is gone")) }
    }

    /// Tells a person how far the filling is. Answers whether it goes on.
    pub(super) fn tell_rows(&self, rows: usize) -> bool {
        self.goes_on(Progress { done: u32::try_from(rows).unwrap_or(u32::MAX), total: 0 })
    }

    /// Fills the new file from the hub, brings it up to date, and looks whether it is whole. What was begun so long ago that the log does not reach back to it
    /// is filled anew, and so, once, is what is not whole: rows of it may be missing that lie on no page any more.
    /// `goes_on` is told how many rows there are so far, and says whether to go on.
    pub(super) fn fill_from(&self, hub: &HttpHub, begun: &Begun, key: &FileKey, goes_on: impl Fn(usize) -> bool) -> Result<(), Refusal> {
        self.take_lock()?;
        let cancel = Notify::new();
        let progress = |rows: usize| {
            if !goes_on(rows) {
                cancel.notify_one();
            }
        };
        runtime().block_on(async {
            let store = match self.fill_once(hub, begun, key, &progress, &cancel).await? {
                Ok(store) => store,
                Err(error @ (SyncError::Hub(HubError::BehindHorizon) | SyncError::Store(StoreError::NotWhole { .. }))) => {
                    tracing::warn!(%error, "what was begun cannot be gone on with: it is filled anew");
                    let mut begun = begun.clone();
                    begun.enrolled.tokens = hub.tokens().await.unwrap_or(begun.enrolled.tokens);
                    Bootstrap::begin_anew(&self.inner.folder.new_file(), key, &begun)?;
                    let filled = self.fill_once(hub, &begun, key, &progress, &cancel).await?;
                    filled.map_err(|error| of_sync(&error))?
                }
                Err(error) => return Err(of_sync(&error)),
            };
            // They may have been renewed on the way.
            if let Some(tokens) = hub.tokens().await {
                store.keep_tokens(&tokens)?;
            }
            match store.clinic()? {
                Some(_) => Ok(()),
                None => Err(Refusal::on(RefusalCode::EmptyClinic, "code")),
            }
        })
    }

    /// One try, from where the last one stopped. Answers the file, closed again where it could not be brought up to date.
    async fn fill_once(
        &self,
        hub: &HttpHub,
        begun: &Begun,
        key: &FileKey,
        progress: impl Fn(usize),
        cancel: &Notify,
    ) -> Result<Result<Store, SyncError>, Refusal> {
        let new = self.inner.folder.new_file();
        let joined = tokio::select! {
            joined = petrel_sync::join(&new, key, hub, &begun.url, &begun.enrolled, progress) => joined.map_err(|error| of_sync(&error)),
            () = cancel.notified() => Err(Refusal::new(RefusalCode::Cancelled)),
        };
        joined?;
        self.refuse_gone()?;
        let store = Store::open(&OpenOptions { clock: Arc::clone(&self.inner.clock), ..OpenOptions::new(&new, key.clone()) })?;
        let round = petrel_sync::round(&store, hub, &SystemClock).await;
        Ok(round.and_then(|_| Ok(store.refuse_dangling()?)).map(|()| store))
    }
}

/// Keeps what opens the hub's door in the file that is being filled.
fn keep_tokens(new: &Path, key: &FileKey) -> impl Fn(&Tokens) -> Result<(), HubError> + Send + Sync + 'static {
    let (new, key) = (new.to_owned(), key.clone());
    move |tokens| Bootstrap::keep_tokens(&new, &key, tokens).map_err(|error| HubError::Problem(error.to_string()))
}

pub(super) fn of_sync(error: &SyncError) -> Refusal {
    match error {
        SyncError::Hub(error) => refusal_of(error),
        SyncError::Store(error) => error.refusal(),
    }
}
