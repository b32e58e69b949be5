//! Where the program stands, as the screens see it; signing in and out; the desk's own settings.

use petrel_domain::desk::{AppState, ClinicDetails, KeyStore, Phase, SignInChoice};
use petrel_domain::rights::Right;
use petrel_domain::{Refusal, RefusalCode, StaffId};

use super::look::is_look;
use super::second::SECOND_FOLDER;
use super::session::{AUTO_LOCK, auto_lock_minutes};
use super::{Clinic, Desk, Place, locked};
use crate::events::News;

/// The desk's setting that marks a demo clinic.
pub(super) const IS_DEMO: &str = "is_demo";
/// The desk's setting by which nobody is reminded of the recovery passphrase any more.
pub(super) const IS_RECOVERY_DISMISSED: &str = "recovery_dismissed";
/// The desk's setting that tells of a damaged file which a backup took the place of.
pub(super) const RECOVERED: &str = "recovered";
/// What no screen sets or reads.
const OURS: &[&str] =
    &[IS_DEMO, SECOND_FOLDER, RECOVERED, "pin_tries", "dismissed_duplicates", "let_stand", "repaired", "derived_is_stale"];

impl Desk {
    /// Where the program stands. Waits for the file to be opened, for a while: whoever is told that it is being opened asks again.
    ///
    /// # Errors
    /// What the store says.
    pub fn app_state(&self) -> Result<AppState, Refusal> {
        if let Some(waits_for) = self.inner.waiting.wait() {
            return Ok(self.bare_state(Phase::Opening { waits_for }));
        }
        let place = self.place();
        let mut state = self.bare_state(match &*place {
            Place::FirstRun => Phase::FirstRun,
            Place::NeedsPassphrase(key_file) if key_file.store() == KeyStore::Passphrase => Phase::NeedsPassphrase,
            Place::NeedsPassphrase(_) => Phase::NeedsRecovery,
            Place::Trouble(refusal) => Phase::Trouble { refusal: refusal.clone() },
            Place::Open(_) => Phase::SignedOut,
        });
        match &*place {
            Place::Open(clinic) => self.fill(&mut state, clinic)?,
            Place::NeedsPassphrase(key_file) => state.has_recovery = key_file.recovery.is_some(),
            Place::FirstRun | Place::Trouble(_) => {}
        }
        Ok(state)
    }

    fn bare_state(&self, phase: Phase) -> AppState {
        let made = locked(&self.inner.made);
        AppState {
            // What the keychain can do matters where a clinic is made; elsewhere nobody waits for its answer.
            is_keychain_ok: phase != Phase::FirstRun || self.keys().is_keychain_ok(),
            phase,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            clinic: None,
            staff: None,
            file: self.inner.folder.file().display().to_string(),
            key_store: None,
            last_backup_at: made.at,
            backup_problem: made.problem.clone(),
            auto_lock_minutes: 0,
            is_demo: false,
            has_recovery: false,
            lacks_recovery: false,
            second_folder: None,
            recovered: None,
            unfinished_join: locked(&self.inner.unfinished_join).clone(),
        }
    }

    fn fill(&self, state: &mut AppState, clinic: &Clinic) -> Result<(), Refusal> {
        let Clinic { store, key_file, session, .. } = clinic;
        state.clinic = store.clinic()?;
        state.staff = session.staff(store, self.now())?;
        state.key_store = Some(key_file.store());
        state.auto_lock_minutes = auto_lock_minutes(store)?;
        state.is_demo = store.desk_setting(IS_DEMO)?.is_some();
        state.has_recovery = key_file.recovery.is_some();
        let is_dismissed = || store.desk_setting(IS_RECOVERY_DISMISSED).map(|set| set.is_some());
        state.lacks_recovery = !state.is_demo && !key_file.has_passphrase() && !is_dismissed()?;
        state.second_folder = self.second_folder(store)?;
        state.recovered = store.desk_setting(RECOVERED)?.and_then(|json| serde_json::from_str(&json).ok());
        state.phase = match &state.staff {
            _ if clinic.locked_out.is_set() => Phase::Revoked,
            Some(_) => Phase::Ready,
            None => Phase::SignedOut,
        };
        if state.phase == Phase::Revoked {
            state.staff = None;
            state.second_folder = None;
            state.recovered = None;
            // How the country writes dates and numbers is all that the screens need, and nobody's secret.
            if let Some(clinic) = &mut state.clinic {
                let ClinicDetails { timezone, locale, currency, .. } = std::mem::take(&mut clinic.details);
                clinic.details = ClinicDetails { timezone, locale, currency, ..ClinicDetails::default() };
            }
        }
        Ok(())
    }

    /// Somebody who manages the clinic knows that a backup took the place of a damaged file: nobody else is told any more.
    ///
    /// # Errors
    /// `forbidden`; `sign_in_needed`.
    pub fn dismiss_recovered(&self) -> Result<AppState, Refusal> {
        self.ask(|store, actor| {
            actor.require(Right::ManageClinic)?;
            store.set_desk_setting(RECOVERED, None)
        })?;
        self.tell(News::State);
        self.app_state()
    }

    /// Who may sign in here.
    ///
    /// # Errors
    /// `desk_revoked` where this desk was locked out; what the store says.
    pub fn sign_in_choices(&self) -> Result<Vec<SignInChoice>, Refusal> {
        self.with_clinic(|clinic| {
            clinic.refuse_locked_out()?;
            clinic.store.sign_in_choices()
        })
    }

    /// Signs somebody in; whoever sat here before has left.
    ///
    /// # Errors
    /// `wrong_pin`, `too_many_tries`.
    pub fn sign_in(&self, staff_id: StaffId, pin: Option<&str>) -> Result<AppState, Refusal> {
        self.with_clinic(|clinic| {
            clinic.refuse_locked_out()?;
            clinic.store.sign_in(staff_id, pin)?;
            clinic.session.begin(staff_id, self.now());
            Ok(())
        })?;
        tracing::info!(%staff_id, "signed in");
        self.app_state()
    }

    /// Locks the desk.
    ///
    /// # Errors
    /// What the store says.
    pub fn lock(&self) -> Result<AppState, Refusal> {
        self.with_clinic(|clinic| Ok(clinic.session.end()))?;
        self.app_state()
    }

    /// Locks the desk where nobody has touched it for long enough, and says so.
    pub(super) fn lock_if_idle(&self) {
        let locked = match &*self.place() {
            Place::Open(clinic) => clinic.session.end_if_idle(&clinic.store, self.now()),
            _ => Ok(false),
        };
        if let Ok(true) = locked {
            self.tell(News::State);
        }
    }

    /// A setting of this desk, as JSON; none also where no clinic is open yet, but for the language and the theme. Needs nobody signed in, so drafts
    /// are none of them.
    ///
    /// # Errors
    /// What the store says.
    pub fn desk_setting(&self, key: &str) -> Result<Option<String>, Refusal> {
        if is_look(key) {
            return Ok(self.look(key));
        }
        if is_ours(key) {
            return Ok(None);
        }
        match &*self.place() {
            Place::Open(clinic) => Ok(clinic.store.desk_setting(key)?),
            _ => Ok(None),
        }
    }

    /// The language of the screens, as a tag; the core needs it for what it prints.
    pub fn language(&self) -> String {
        let set = self.desk_setting("language").ok().flatten();
        set.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_else(|| "en".to_owned())
    }

    /// Sets a setting of this desk. How soon it locks is for whoever manages the clinic to say.
    ///
    /// # Errors
    /// `invalid` on `key` or `value`; `forbidden`; `sign_in_needed`.
    pub fn set_desk_setting(&self, key: &str, value: &str) -> Result<(), Refusal> {
        if key.is_empty() || key.len() > 100 || is_ours(key) {
            return Err(Refusal::invalid("key").with_detail(key));
        }
        if is_look(key) {
            return self.set_look(key, value);
        }
        if value.len() > 20_000 || serde_json::from_str::<serde::de::IgnoredAny>(value).is_err() {
            return Err(Refusal::invalid("value"));
        }
        if key == AUTO_LOCK {
            if serde_json::from_str::<u16>(value).map_or(true, |minutes| minutes > 24 * 60) {
                return Err(Refusal::on(RefusalCode::Invalid, AUTO_LOCK));
            }
            self.ask(|_, actor| Ok(actor.require(Right::ManageClinic)?))?;
        }
        self.with_clinic(|clinic| clinic.store.set_desk_setting(key, Some(value)))
    }

    /// What somebody was typing when the program ended.
    ///
    /// # Errors
    /// `sign_in_needed`.
    pub fn draft(&self, key: &str) -> Result<Option<String>, Refusal> {
        let kept = self.ask(|store, _| store.desk_setting(&format!("{DRAFT}{key}")))?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Keeps what somebody is typing, or lets go of it.
    ///
    /// # Errors
    /// `sign_in_needed`; `too_long` on `value`; `invalid` on `key`.
    pub fn set_draft(&self, key: &str, value: Option<&str>) -> Result<(), Refusal> {
        if key.is_empty() || key.len() > 100 {
            return Err(Refusal::invalid("key"));
        }
        if value.is_some_and(|value| value.len() > 200_000) {
            return Err(Refusal::on(RefusalCode::TooLong, "value").with_limit(200_000));
        }
        let json = value.map(|value| serde_json::Value::from(value).to_string());
        self.ask(|store, _| store.set_desk_setting(&format!("{DRAFT}{key}"), json.as_deref()))
    }
}

/// Whether a setting is none of the screens'.
fn is_ours(key: &str) -> bool {
    OURS.contains(&key) || key.starts_with(DRAFT)
}

/// What the keys of drafts begin with.
const DRAFT: &str = "draft:";
