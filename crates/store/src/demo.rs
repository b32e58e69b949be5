//! A believable clinic, made up: for trying the program, for screenshots, and, with a million visits, for measuring it.
//!
//! The same plan at the same time gives the same clinic. Breeds are the common ones of the list that forms suggest;
//! the names of people are those given and borne most often in the United States and Spain.

mod care;
mod people;
mod setup;
mod sizes;
mod visits;
mod words;

use chrono_tz::Tz;
use petrel_domain::desk::Progress;
use petrel_domain::{Millis, Refusal, RefusalCode, parse_zone};
use rusqlite::TransactionBehavior;

use crate::{Result, Store, derived};

/// The clinic to be made.
#[derive(Clone, Debug)]
pub struct DemoPlan {
    /// How many clients.
    pub clients: u32,
    /// How many pets; none: half as many again as clients.
    pub pets: Option<u32>,
    /// How many visits; none: as many as the clients would make. Sixty colleagues hold some 900 a day.
    pub visits: Option<u32>,
    /// How many years back the visits go, 1 to 30.
    pub years: u32,
    /// The same seed gives the same clinic.
    pub seed: u64,
    /// IANA zone.
    pub timezone: String,
    /// BCP 47 tag; Spanish ones give a Spanish clinic.
    pub locale: String,
}

impl Default for DemoPlan {
    fn default() -> Self {
        Self { clients: 2_000, pets: None, visits: None, years: 2, seed: 1, timezone: "America/New_York".into(), locale: "en-US".into() }
    }
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DemoReport {
    /// Clients.
    pub clients: u32,
    /// Pets.
    pub pets: u32,
    /// Visits.
    pub visits: u32,
}

/// Where the numbers come from, and what the present is.
struct Maker {
    rng: fastrand::Rng,
    zone: Tz,
    now: Millis,
    words: words::Words,
}

impl Maker {
    /// An id made at an instant: sorts by it, as real ones do, and follows from the seed.
    fn id(&mut self, at: Millis) -> [u8; 16] {
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        *uuid::Builder::from_unix_timestamp_millis(at.0.unsigned_abs(), &random).into_uuid().as_bytes()
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.rng.usize(0..from.len())]
    }
}

impl Store {
    /// Fills a new file with a clinic that was made up. Set-up goes through the door; the bulk does not: a demo clinic is thrown away,
    /// and an outbox of a million visits nobody ever made would only be carried around.
    ///
    /// `goes_on` is told how far it is, and says whether it is to go on.
    ///
    /// # Errors
    /// `duplicate` where there is a clinic already; `invalid` on `timezone`; `cancelled`: the set-up stands then and nothing else, so the file is to be
    /// thrown away.
    pub fn make_demo(&self, plan: &DemoPlan, goes_on: &dyn Fn(Progress) -> bool) -> Result<DemoReport> {
        if self.clinic()?.is_some() {
            return Err(Refusal::on(RefusalCode::Duplicate, "clinic").into());
        }
        let zone = parse_zone(&plan.timezone)?;
        let mut maker = Maker { rng: fastrand::Rng::with_seed(plan.seed), zone, now: self.now(), words: words::Words::of(&plan.locale)? };
        let crew = setup::set_up(self, plan, &mut maker)?;
        let mut writer = self.writer();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let herd = people::fill(&transaction, plan, &mut maker)?;
        let visits = visits::fill(&transaction, plan, &mut maker, &crew, &herd, goes_on)?;
        care::fill(&transaction, &mut maker, &crew, &herd)?;
        derived::rebuild(&transaction)?;
        transaction.commit()?;
        // The outbox tells of nothing that could be undone alone.
        writer.execute("DELETE FROM outbox", [])?;
        drop(writer);
        self.set_desk_setting("is_demo", Some("true"))?;
        Ok(DemoReport { clients: herd.clients, pets: u32::try_from(herd.pets.len()).unwrap_or(u32::MAX), visits })
    }
}
