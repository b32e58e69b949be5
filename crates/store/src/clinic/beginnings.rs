//! What a new clinic starts with, so that the first visit can be booked at once: usual services, and the owner's hours on weekdays.

use petrel_domain::desk::{Break, ClinicKind, ServiceDetails, WeeklyHours};
use petrel_domain::{Role, ServiceKind, StaffId, WallTime};

use crate::hours::save_hours;
use crate::services::insert_service;
use crate::{Result, Tx};

/// The colour of the first column.
pub(super) const OWNER_COLOR: &str = "#1f6f78";

/// Name, kind, minutes, buffer, colour.
type Usual = (&'static str, ServiceKind, u16, u16, &'static str);

const VET: &[Usual] = &[
    ("Consultation", ServiceKind::Medical, 30, 0, "#2f6fb0"),
    ("Vaccination", ServiceKind::Medical, 15, 0, "#3f8f5f"),
    ("Check-up", ServiceKind::Medical, 30, 0, "#4c7fb3"),
    ("Dental cleaning", ServiceKind::Medical, 60, 15, "#8a63b8"),
    ("Surgery", ServiceKind::Medical, 120, 30, "#b0483f"),
];

const GROOMING: &[Usual] = &[
    ("Full groom", ServiceKind::Grooming, 90, 15, "#c07a2c"),
    ("Bath and brush", ServiceKind::Grooming, 60, 10, "#2f8f9a"),
    ("Nail trim", ServiceKind::Grooming, 15, 0, "#8c7a3d"),
];

pub(super) fn fill(tx: &mut Tx<'_>, kind: ClinicKind, owner: StaffId) -> Result<()> {
    let (vet, grooming) = (kind != ClinicKind::Grooming, kind != ClinicKind::Vet);
    let usual = VET.iter().filter(|_| vet).chain(GROOMING.iter().filter(|_| grooming));
    for usual in usual {
        insert_service(tx, &service(usual))?;
    }
    let today =
        crate::clinic_zone::clinic_zone(tx.db())?.map_or_else(|| tx.now().utc().date_naive(), |zone| tx.now().in_zone(zone).date_naive());
    let hours: Vec<_> = (1..=5).map(|day| weekday(owner, day, today)).collect();
    save_hours(tx, owner, &hours)
}

fn service((name, kind, minutes, buffer, color): &Usual) -> ServiceDetails {
    // The owner may do everything: a clinic of one person is a clinic.
    let mut staff_roles = vec![Role::Owner];
    staff_roles.extend(if *kind == ServiceKind::Grooming {
        [Role::Groomer, Role::Technician]
    } else {
        [Role::Veterinarian, Role::Technician]
    });
    ServiceDetails {
        name: (*name).to_owned(),
        description: None,
        kind: *kind,
        duration_minutes: *minutes,
        buffer_minutes: *buffer,
        base_price_cents: None,
        color: (*color).to_owned(),
        requires_approval: false,
        advance_booking_days: 90,
        min_advance_hours: 2,
        cancellation_cutoff_hours: 24,
        max_per_slot: 1,
        is_online: false,
        is_active: true,
        staff_roles,
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
