//! What a new clinic starts with, so that the first visit can be booked at once: usual services, and the owner's hours on weekdays.

use std::collections::BTreeMap;

use petrel_domain::desk::{Break, ClinicKind, ServiceDetails, WeeklyHours};
use petrel_domain::{Role, ServiceKind, StaffId, WallTime};
use serde::Deserialize;

use crate::hours::save_hours;
use crate::services::insert_service;
use crate::{Result, Tx};

/// The colour of the first column.
pub(super) const OWNER_COLOR: &str = "#1f6f78";

/// Usual services, named in the languages the program speaks.
const USUAL: &str = include_str!("usual_services.json");

#[derive(Deserialize)]
struct Usual {
    /// Which clinics offer it.
    clinics: Vec<ClinicKind>,
    /// Its name by language.
    name: BTreeMap<String, String>,
    kind: ServiceKind,
    minutes: u16,
    buffer: u16,
    color: String,
    /// Who does it. The owner may do everything: a clinic of one person is a clinic.
    roles: Vec<Role>,
    /// How many at the same time.
    per_slot: u16,
}

pub(super) fn fill(tx: &mut Tx<'_>, kind: ClinicKind, locale: &str, owner: StaffId) -> Result<()> {
    for usual in usual(kind)? {
        insert_service(tx, &service(usual, locale))?;
    }
    let today =
        crate::clinic_zone::clinic_zone(tx.db())?.map_or_else(|| tx.now().utc().date_naive(), |zone| tx.now().in_zone(zone).date_naive());
    let hours: Vec<_> = (1..=5).map(|day| weekday(owner, day, today)).collect();
    save_hours(tx, owner, &hours)
}

fn usual(kind: ClinicKind) -> Result<impl Iterator<Item = Usual>> {
    let all: Vec<Usual> = serde_json::from_str(USUAL)?;
    Ok(all.into_iter().filter(move |usual| usual.clinics.contains(&kind)))
}

fn service(usual: Usual, locale: &str) -> ServiceDetails {
    let language = locale.split('-').next().unwrap_or_default().to_lowercase();
    let name = usual.name.get(&language).or_else(|| usual.name.get("en"));
    ServiceDetails {
        name: name.cloned().unwrap_or_default(),
        description: None,
        kind: usual.kind,
        duration_minutes: usual.minutes,
        buffer_minutes: usual.buffer,
        base_price_cents: None,
        color: usual.color,
        requires_approval: false,
        advance_booking_days: 90,
        min_advance_hours: 2,
        cancellation_cutoff_hours: 24,
        max_per_slot: usual.per_slot,
        is_online: false,
        is_active: true,
        staff_roles: usual.roles,
        form_fields: Vec::new(),
    }
}

/// Nine to six, with a break at one.
fn weekday(staff_id: StaffId, day_of_week: u8, effective_from: chrono::NaiveDate) -> WeeklyHours {
    let at = |hour: u16| WallTime::from_minutes(hour * 60).unwrap_or(WallTime::MIDNIGHT);
    WeeklyHours {
        id: None,
        staff_id,
        day_of_week,
        start: at(9),
        end: at(18),
        effective_from,
        effective_until: None,
        slot_minutes: 15,
        buffer_minutes: 0,
        max_per_slot: 1,
        breaks: vec![Break { start: at(13), end: at(14) }],
    }
}

#[cfg(test)]
mod tests {
    use petrel_domain::checked::Checked;

    use super::*;

    #[test]
    fn every_kind_of_clinic_begins_with_services_that_pass_their_own_check_in_each_language() {
        for kind in [ClinicKind::Vet, ClinicKind::Grooming, ClinicKind::Both] {
            assert!(usual(kind).unwrap().count() >= 6, "{kind:?}");
            for usual in usual(kind).unwrap() {
                assert!(["en", "es"].iter().all(|language| usual.name.contains_key(*language)), "{:?}", usual.name);
                service(usual, "es-ES").checked(()).unwrap();
            }
        }
    }
}
