//! The demo clinic: to look around, to show, to try.

use petrel_domain::desk::{AppState, KeyStore, Progress};
use petrel_domain::{Refusal, RefusalCode, Role};
use petrel_store::{Actor, DemoPlan};

use super::Desk;
use crate::zones;

/// The most clients of a demo clinic.
const MOST: u32 = 200_000;
/// What a demo clinic is asked for by at the start of the program: how many clients and, behind a comma, the seed.
const ASKED_FOR: &str = "PETREL_DEMO";

impl Desk {
    /// Makes the demo clinic, whose owner is then signed in.
    ///
    /// # Errors
    /// `too_large` on `clients`; `invalid` on `timezone` or `locale`; `duplicate` where there is a clinic already; `cancelled`.
    pub fn create_demo_clinic(&self, plan: DemoPlan) -> Result<AppState, Refusal> {
        if plan.clients > MOST {
            return Err(Refusal::on(RefusalCode::TooLarge, "clients").with_limit(MOST as usize));
        }
        self.begin_work();
        let key_store = if self.keys().is_keychain_ok() { KeyStore::Keychain } else { KeyStore::File };
        self.make(key_store, None, |store| {
            store.make_demo(&plan, &|progress: Progress| self.goes_on(progress))?;
            let staff = store.staff(&Actor::program())?;
            Ok(staff.iter().find(|staff| staff.details.role == Role::Owner).map(|owner| owner.id))
        })
    }

    /// Makes the demo clinic that the environment asks for, where there is no clinic yet.
    pub(crate) fn make_demo_asked_for(&self) {
        let Ok(asked) = std::env::var(ASKED_FOR) else { return };
        let (clients, seed) = asked.split_once(',').unwrap_or((&asked, "1"));
        let (Ok(clients), Ok(seed)) = (clients.trim().parse(), seed.trim().parse()) else {
            tracing::error!("{ASKED_FOR} is a number of clients and, behind a comma, a seed");
            return;
        };
        let plan = DemoPlan { clients, seed, timezone: zones::of_this_computer(), ..DemoPlan::default() };
        match self.create_demo_clinic(plan) {
            Ok(_) => tracing::info!(clients, seed, "the demo clinic was made"),
            // The second start finds the first one's.
            Err(refusal) if refusal.code == RefusalCode::Duplicate => {}
            Err(refusal) => tracing::error!(code = ?refusal.code, detail = refusal.detail.as_deref(), "no demo clinic was made"),
        }
    }
}
