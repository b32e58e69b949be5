//! Visits to come that a change of the hours, or of who works here, leaves without a place: whoever makes it is told of them.

use chrono::Days;
use petrel_domain::desk::{LeftVisits, Service};
use petrel_domain::zone::{date_of, day_bounds};
use petrel_domain::{AppointmentId, Millis, StaffId};

use super::{DAYS_TOLD, VISITS_TOLD};
use crate::appointments::card::cards;
use crate::appointments::{Place, Roster, Visit, is_outside, roster, to_come};
use crate::{Result, Tx};

/// The visits to come of colleagues. What is to be done about one in the far future can wait: it is found when its time comes.
pub(crate) fn coming(tx: &Tx<'_>, staff: &[StaffId]) -> Result<Vec<Visit>> {
    let zone = roster(tx.db())?.zone;
    let until = day_bounds(date_of(tx.now(), zone) + Days::new(DAYS_TOLD), zone).ends_at;
    let mut visits = Vec::new();
    for id in staff {
        visits.extend(to_come(tx.db(), *id, tx.now(), until)?);
    }
    Ok(visits)
}

/// Visits to come that stand in the hours of their colleagues, with their services.
pub(super) struct Inside(Vec<(Visit, Option<Service>)>);

impl Inside {
    pub(super) fn of(tx: &Tx<'_>, staff: &[StaffId]) -> Result<Self> {
        let roster = roster(tx.db())?;
        let with_service = |visit: Visit| Ok((visit.service(tx.db())?, visit));
        let visits = coming(tx, staff)?.into_iter().map(with_service).collect::<Result<Vec<_>>>()?;
        let inside = visits.into_iter().map(|(service, visit)| (visit, service)).filter(|(visit, service)| fits(&roster, visit, service));
        Ok(Self(inside.collect()))
    }

    /// Those that do not any more.
    pub(super) fn left(&self, tx: &Tx<'_>) -> Result<Vec<(Millis, AppointmentId)>> {
        let roster = roster(tx.db())?;
        let left = self.0.iter().filter(|(visit, service)| !fits(&roster, visit, service));
        Ok(left.map(|(visit, _)| (visit.starts_at, visit.id)).collect())
    }
}

fn fits(roster: &Roster, visit: &Visit, service: &Option<Service>) -> bool {
    Place::of(visit, service.as_ref(), &[]).is_some_and(|place| !is_outside(roster, &place))
}

/// Some of these visits, the next ones first, and how many they are.
pub(crate) fn told(tx: &Tx<'_>, mut found: Vec<(Millis, AppointmentId)>) -> Result<LeftVisits> {
    found.sort_unstable();
    found.dedup();
    let mut visits = Vec::new();
    for (_, id) in found.iter().take(VISITS_TOLD) {
        visits.extend(cards(tx.db(), "WHERE a.id = ?1", [id.bytes()])?);
    }
    Ok(LeftVisits { visits, visit_count: u32::try_from(found.len()).unwrap_or(u32::MAX) })
}
