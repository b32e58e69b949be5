//! The visits of one pet in a series.

use std::collections::HashMap;

use petrel_domain::appointment::takes_time;
use petrel_domain::desk::SeriesStand;
use petrel_domain::{AppointmentId, AppointmentStatus, GroupId, Millis, PetId, SeriesId};
use rusqlite::{Connection, params};

use super::super::row::{Visit, of_series};
use crate::Result;

/// A visit of a series, whatever became of it.
pub(super) struct Member {
    pub(super) visit: Visit,
    /// Somebody gave it another day by hand, or it has a bill.
    pub(super) is_by_hand: bool,
}

/// The visits of a series that are of the same pet as this one, by start; of one that stands alone, that one. Where the pet comes for two things in one
/// go, those for the same.
pub(super) fn strand(db: &Connection, visit: &Visit) -> Result<Vec<Member>> {
    let Some(series) = visit.series_id else { return Ok(vec![Member { visit: visit.clone(), is_by_hand: false }]) };
    let marks = marks(db, series, visit.pet_id)?;
    let group_of = |id: AppointmentId| marks.get(&id).and_then(|(group, _)| *group);
    let own_group = group_of(visit.id);
    let comes_for_two = marks.iter().any(|(id, (group, _))| *id != visit.id && group.is_some() && *group == own_group);
    let visits = of_series(db, series, Millis(i64::MIN))?.into_iter().filter_map(|other| {
        let (_, is_by_hand) = marks.get(&other.id)?;
        let is_meant = !comes_for_two || other.service_id == visit.service_id;
        is_meant.then_some(Member { visit: other, is_by_hand: *is_by_hand })
    });
    Ok(visits.collect())
}

type Mark = (Option<GroupId>, bool);

/// Of each visit of a pet in a series: with whom it was booked in one go, and whether it was touched by hand. What a rhythm replaced has left the series.
fn marks(db: &Connection, series: SeriesId, pet: Option<PetId>) -> Result<HashMap<AppointmentId, Mark>> {
    let sql = "SELECT a.id, a.group_id, a.payment_status <> 'none' OR a.final_cost_cents IS NOT NULL
                 OR EXISTS (SELECT 1 FROM appointments p WHERE p.id = a.previous_appointment_id AND p.series_id = a.series_id)
               FROM appointments a WHERE a.series_id = ?1 AND a.pet_id IS ?2 AND a.deleted_at IS NULL";
    let mut statement = db.prepare_cached(sql)?;
    let marks = statement.query_map(params![series.bytes(), pet.map(PetId::bytes)], |row| {
        let group = row.get::<_, Option<_>>(1)?.map(GroupId::from_bytes);
        Ok((AppointmentId::from_bytes(row.get(0)?), (group, row.get(2)?)))
    })?;
    Ok(marks.collect::<Result<_, _>>()?)
}

/// Whether a visit has come to pass, or its time has.
fn has_happened(visit: &Visit, now: Millis) -> bool {
    use AppointmentStatus::{CheckedIn, Completed, InProgress, NoShow};
    matches!(visit.status, CheckedIn | InProgress | Completed | NoShow) || takes_time(visit.status) && visit.starts_at < now
}

/// The first of the visits, as long as none has happened.
pub(super) fn first(members: &[Member], now: Millis) -> Option<&Visit> {
    if members.iter().any(|member| has_happened(&member.visit, now)) {
        return None;
    }
    members.iter().map(|member| &member.visit).find(|visit| takes_time(visit.status))
}

/// What stands of a visit's series.
pub(in super::super) fn stand(db: &Connection, visit: &Visit, now: Millis) -> Result<SeriesStand> {
    let members = strand(db, visit)?;
    let count = |from: Millis| {
        let standing = members.iter().filter(|member| takes_time(member.visit.status) && member.visit.starts_at >= from);
        u32::try_from(standing.count()).unwrap_or(u32::MAX)
    };
    Ok(SeriesStand {
        following: count(visit.starts_at),
        all: count(Millis(i64::MIN)),
        first_at: first(&members, now).map(|visit| visit.starts_at),
    })
}
