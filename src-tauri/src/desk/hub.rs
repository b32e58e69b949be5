//! What this desk asks of its clinic's hub, and how it comes to have one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use petrel_domain::checked::Checked;
use petrel_domain::desk::{DeviceCode, HistoryPage, HubDevice, HubTrouble, JoinHub, Seq, SyncState};
use petrel_domain::replication::{Enrolled, Tokens};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, Millis, Refusal, RefusalCode};
use petrel_store::{Actor, LocalHub, Store};
use petrel_sync::{HttpHub, HubError};
use uuid::Uuid;

use super::line::{self, Ended, Line, Retry, runtime};
use super::locked_out::ClinicNames;
use super::{Clinic, Desk, Place, locked};
use crate::events::News;

/// How long a hub is told goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

impl Desk {
    /// How this desk stands to its hub.
    ///
    /// # Errors
    /// None; where no clinic is open, there is no hub.
    pub fn sync_state(&self) -> Result<SyncState, Refusal> {
        Ok(match &*self.place() {
            Place::Open(clinic) => clinic.sync_state(),
            _ => SyncState::default(),
        })
    }

    /// Talks to the hub now, instead of at the next turn.
    ///
    /// # Errors
    /// `no_hub`.
    pub fn sync_now(&self) -> Result<(), Refusal> {
        match &*self.place() {
            Place::Open(clinic) => clinic.line().map(Line::ask),
            _ => Err(Refusal::new(RefusalCode::NoHub)),
        }
    }

    /// Ties this desk's clinic to a hub: to a clinic there that is empty, which then gets all of it, or again to its own.
    ///
    /// # Errors
    /// `forbidden` (unless the desk was locked out: the code is what lets it in); `required`, `too_long`, naming the field; `other_clinic`; what
    /// the hub says. The outbox is kept, whatever comes.
    pub fn connect_hub(&self, input: JoinHub) -> Result<SyncState, Refusal> {
        let input = input.checked(())?;
        self.ask_to_connect()?;
        let (hub, enrolled) = enrol(&input, |_| Ok(()))?;
        let tied = match &*self.place() {
            Place::Open(clinic) => tie(clinic, &input.address, &enrolled),
            _ => Err(Refusal::new(RefusalCode::SignInNeeded)),
        };
        if let Err(refusal) = tied {
            give_up_seat(&hub, enrolled.device_id);
            return Err(refusal);
        }
        self.forget_locked_out(enrolled.clinic_id)?;
        *locked(&self.inner.retry) = Retry::default();
        if let Place::Open(clinic) = &mut *self.place_mut() {
            clinic.locked_out.set(self.is_locked_out_of(&clinic.store)?);
            self.begin_line(clinic);
        }
        tracing::info!(device = %enrolled.device_id, "this desk is tied to a hub");
        self.tell(News::State);
        self.sync_state()
    }

    fn ask_to_connect(&self) -> Result<(), Refusal> {
        match &*self.place() {
            Place::Open(clinic) if clinic.locked_out.is_set() => return Ok(()),
            _ => {}
        }
        self.ask(|_, actor| Ok(actor.require(Right::ManageClinic)?))
    }

    /// Lets the hub go: the clinic works on this desk alone. What was not sent stays.
    ///
    /// # Errors
    /// `forbidden`; `no_hub`.
    pub fn leave_hub(&self) -> Result<SyncState, Refusal> {
        self.ask(|_, actor| Ok(actor.require(Right::ManageClinic)?))?;
        let here = match &mut *self.place_mut() {
            Place::Open(clinic) => self.let_go(clinic)?,
            _ => return Err(Refusal::new(RefusalCode::NoHub)),
        };
        say_goodbye(here);
        let state = self.sync_state()?;
        self.tell(News::Sync(state.clone()));
        Ok(state)
    }

    /// Lets the hub go in the file first: a hub that forgot this desk, and a file that does not know of it, would be a desk that somebody locked out.
    fn let_go(&self, clinic: &mut Clinic) -> Result<LocalHub, Refusal> {
        clinic.refuse_locked_out()?;
        clinic.line = None;
        let here = clinic.store.local_hub()?;
        if here.url.is_none() {
            return Err(Refusal::new(RefusalCode::NoHub));
        }
        if let Err(error) = clinic.store.leave_hub() {
            self.begin_line(clinic);
            return Err(error.refusal());
        }
        Ok(here)
    }

    /// Begins the line of a clinic that has a hub, in the place of one that it may have had.
    pub(super) fn begin_line(&self, clinic: &mut Clinic) {
        clinic.line = None;
        if clinic.locked_out.is_set() {
            return;
        }
        let names = match ClinicNames::of(&clinic.store) {
            Ok(names) => names,
            Err(error) => return tracing::error!(%error, "no line to the hub"),
        };
        let desk = Arc::downgrade(&self.inner);
        let tell: line::Tell = {
            let desk = desk.clone();
            Arc::new(move |news| {
                if let Some(inner) = desk.upgrade() {
                    (inner.tell)(news);
                }
            })
        };
        let (session, locked_out) = (Arc::clone(&clinic.session), Arc::clone(&clinic.locked_out));
        let number = self.inner.lines.fetch_add(1, Ordering::Relaxed);
        let ended = move |how: Ended| {
            let Some(inner) = desk.upgrade() else { return };
            let desk = Self { inner };
            match how {
                Ended::Revoked => {
                    locked_out.set(true);
                    session.end();
                    if let Err(error) = desk.note_locked_out(names) {
                        tracing::error!(%error, "that this desk was locked out stands in its file alone");
                    }
                    desk.tell(News::State);
                }
                // On a thread of its own: it takes this line's place.
                Ended::BehindHorizon => {
                    std::thread::spawn(move || desk.rebuild_behind_horizon(number));
                }
            }
        };
        match Line::start(&clinic.store, number, locked(&self.inner.retry).pause, tell, ended) {
            Ok(line) => clinic.line = line,
            Err(error) => tracing::error!(%error, "no line to the hub"),
        }
    }

    /// Asks the hub something, as somebody who may.
    fn ask_hub<T>(&self, right: Right, question: impl AsyncFnOnce(&HttpHub) -> Result<T, HubError>) -> Result<T, Refusal> {
        self.ask(|_, actor| Ok(actor.require(right)?))?;
        let hub = match &*self.place() {
            Place::Open(clinic) => clinic.line()?.hub(),
            _ => return Err(Refusal::new(RefusalCode::NoHub)),
        };
        runtime().block_on(question(&hub)).map_err(|error| refusal_of(&error))
    }

    /// The desks of the clinic.
    ///
    /// # Errors
    /// `forbidden`; `no_hub`; what the hub says.
    pub fn hub_devices(&self) -> Result<Vec<HubDevice>, Refusal> {
        self.ask_hub(Right::ManageClinic, async |hub| hub.devices().await)
    }

    /// Locks a desk out.
    ///
    /// # Errors
    /// `forbidden`; `no_hub`; what the hub says.
    pub fn revoke_device(&self, device: Uuid) -> Result<(), Refusal> {
        self.ask_hub(Right::ManageClinic, async |hub| hub.revoke(device).await)
    }

    /// A code that lets one more desk in.
    ///
    /// # Errors
    /// `forbidden`; `no_hub`; what the hub says.
    pub fn new_device_code(&self) -> Result<DeviceCode, Refusal> {
        let code = self.ask_hub(Right::ManageClinic, async |hub| hub.new_code().await)?;
        let here = self.ask(|store, _| store.local_hub())?;
        // By the clock of this computer, which the time that is left is shown by.
        let expires_at = Millis(code.expires_at.0.saturating_sub(here.hub_ahead_ms));
        Ok(DeviceCode { code: code.code, expires_at, address: here.url.unwrap_or_default() })
    }

    /// What happened to a record, the newest first, or what is older than an entry of it; nothing yet of a record that the hub does not have.
    ///
    /// # Errors
    /// `forbidden`; `no_hub`; what the hub says.
    pub fn record_history(&self, table: &str, id: Uuid, before: Option<Seq>) -> Result<HistoryPage, Refusal> {
        self.ask(|store, actor| store.may_see_history(actor, table))?;
        match self.ask_hub(Right::SeeClinic, async |hub| hub.history(table, id, before.map(|seq| seq.0)).await) {
            Ok(history) => self.ask(|store, actor| store.describe_history(actor, table, &history)),
            Err(refusal) if refusal.detail.as_deref() == Some("not-found") => Ok(HistoryPage { entries: Vec::new(), next_before: None }),
            Err(refusal) => Err(refusal),
        }
    }

    /// Writes something that the hub can never take to a file.
    ///
    /// # Errors
    /// `not_found`; `forbidden`; `disk_full`, `read_only`.
    pub fn export_rejected(&self, n: i64, path: &Path) -> Result<(), Refusal> {
        self.ask(|store, actor| store.export_rejected(actor, n, path))
    }

    /// Does something to what waits for a person, and tells the badge.
    pub(crate) fn settle_waiting<T>(&self, work: impl FnOnce(&Store, &Actor) -> Result<T, petrel_store::StoreError>) -> Result<T, Refusal> {
        let done = self.ask(work)?;
        self.tell(News::Sync(self.sync_state()?));
        Ok(done)
    }

    /// Two visits that clash are kept knowingly.
    ///
    /// # Errors
    /// `forbidden`; `not_found`.
    pub fn keep_both(&self, first: AppointmentId, second: AppointmentId) -> Result<petrel_domain::desk::Saved<()>, Refusal> {
        self.save(|store, actor| store.keep_both(actor, first, second))
    }
}

impl Clinic {
    pub(super) fn sync_state(&self) -> SyncState {
        line::state(&self.store, self.line.as_ref().map(Line::status).as_ref())
    }

    /// Refuses everything where somebody locked this desk out.
    pub(super) fn refuse_locked_out(&self) -> Result<(), Refusal> {
        if self.locked_out.is_set() { Err(Refusal::new(RefusalCode::DeskRevoked)) } else { Ok(()) }
    }

    /// The line to the hub, or why there is none.
    pub(super) fn line(&self) -> Result<&Line, Refusal> {
        self.line.as_ref().ok_or_else(|| {
            Refusal::new(match self.sync_state().trouble {
                Some(HubTrouble::DeskRevoked) => RefusalCode::DeskRevoked,
                Some(_) => RefusalCode::HubUnreachable,
                None => RefusalCode::NoHub,
            })
        })
    }
}

/// Lets this desk in at a hub, by a code. `keep` is told of every later pair of tokens.
pub(super) fn enrol(
    input: &JoinHub,
    keep: impl Fn(&Tokens) -> Result<(), HubError> + Send + Sync + 'static,
) -> Result<(Arc<HttpHub>, Enrolled), Refusal> {
    let hub = HttpHub::new(&input.address, None, Box::new(keep)).map_err(|error| refusal_of(&error))?;
    let enrolled = runtime().block_on(async {
        hub.info().await?;
        hub.enrol(&input.code, &input.desk_name, std::env::consts::OS).await
    });
    Ok((Arc::new(hub), enrolled.map_err(|error| refusal_of(&error))?))
}

/// Where the hub hears of it, it forgets this desk's keys. Away or not, it was let go.
fn say_goodbye(here: LocalHub) {
    let (Some(url), Some(device)) = (here.url, here.device_id) else { return };
    // Nobody needs the tokens any more, so new ones are kept by nobody.
    if let Ok(hub) = HttpHub::new(&url, here.tokens, Box::new(|_| Ok(()))) {
        let told = runtime().block_on(async { tokio::time::timeout(GOODBYE, hub.revoke(device)).await });
        tracing::info!(was_told = matches!(told, Ok(Ok(()))), "this desk let its hub go");
    }
}

/// The hub must not keep a desk that nobody sits at. Where it cannot be told in time, somebody removes the desk there.
pub(super) fn give_up_seat(hub: &HttpHub, device: Uuid) {
    let told = runtime().block_on(async { tokio::time::timeout(GOODBYE, hub.revoke(device)).await });
    tracing::info!(was_told = matches!(told, Ok(Ok(()))), "a desk that was let in was given up");
}

/// Ties a clinic's file to the clinic at the hub, where the two are one. A desk that was locked out is let in by its own clinic alone: a code of
/// another hub is nothing that somebody there gave it.
fn tie(clinic: &Clinic, address: &str, enrolled: &Enrolled) -> Result<(), Refusal> {
    let store = &clinic.store;
    let is_same = store.local_hub()?.clinic_id == Some(enrolled.clinic_id);
    if !is_same && (clinic.locked_out.is_set() || enrolled.head > 0) {
        return Err(Refusal::on(RefusalCode::OtherClinic, "code").with_detail(&enrolled.clinic_name));
    }
    let Enrolled { device_id, clinic_id, tokens, .. } = enrolled;
    let tied = if is_same { Store::join_hub } else { Store::found_at_hub };
    Ok(tied(store, address, *device_id, *clinic_id, tokens)?)
}

/// What a person is told of the hub.
pub(super) fn refusal_of(error: &HubError) -> Refusal {
    let told = |code| Refusal::new(code);
    match error {
        HubError::Unreachable(detail) => Refusal::on(RefusalCode::HubUnreachable, "address").with_detail(detail),
        HubError::Busy(_) => told(RefusalCode::HubBusy),
        HubError::NotAHub(detail) => Refusal::on(RefusalCode::NotAHub, "address").with_detail(detail),
        HubError::Certificate(detail) => Refusal::on(RefusalCode::HubCertificate, "address").with_detail(detail),
        HubError::Revoked => told(RefusalCode::DeskRevoked),
        HubError::NotKnown => told(RefusalCode::DeskNotKnown),
        HubError::BadCode => Refusal::on(RefusalCode::BadCode, "code"),
        HubError::HubTooOld => told(RefusalCode::HubTooOld),
        HubError::DeskTooOld => told(RefusalCode::DeskTooOld),
        HubError::BehindHorizon | HubError::PutBack(_) | HubError::Rewound | HubError::TooEarly | HubError::TooLarge => {
            told(RefusalCode::HubProblem).with_detail(error.code())
        }
        HubError::OtherClinic => told(RefusalCode::OtherClinic),
        HubError::ProxyLimit => told(RefusalCode::ProxyLimit),
        HubError::TooManyDesks => told(RefusalCode::TooManyDesks),
        HubError::Problem(detail) => told(RefusalCode::HubProblem).with_detail(detail),
    }
}
