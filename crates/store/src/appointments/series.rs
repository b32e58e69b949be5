//! Series: their dates, and which of their visits a change is for.

use chrono::NaiveDate;
use petrel_domain::recurrence::Recurrence;
use petrel_domain::{RefusalCode, SeriesScope};

use super::row::{Visit, of_series};
use crate::{Result, Tx};

/// By how many days each date of a series lies after its first.
pub(super) fn shifts(rule: &Recurrence, first: NaiveDate) -> Result<Vec<i64>> {
    Ok(rule.series(first)?.into_iter().map(|date| (date - first).num_days()).collect())
}

/// Makes the visits of one date. Where it may be left out and its time is taken or closed, what it has made is rolled back, and none comes out.
pub(super) fn attempt<T>(tx: &mut Tx<'_>, may_be_left_out: bool, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<Option<T>> {
    if !may_be_left_out {
        return work(tx).map(Some);
    }
    match tx.part(work) {
        Err(error) => {
            let is_taken = matches!(error.refusal().code, RefusalCode::SlotTaken | RefusalCode::OutsideHours | RefusalCode::EmergencyOnly);
            if is_taken { Ok(None) } else { Err(error) }
        }
        made => made.map(Some),
    }
}

/// The visits that a change is for: this one, this one and those that follow, or all; of the others those of the same pet alone that are still to
/// come. A visit of last week that nobody closed stays as it is.
pub(super) fn in_scope(tx: &Tx<'_>, visit: &Visit, scope: SeriesScope) -> Result<Vec<Visit>> {
    let Some(series) = visit.series_id else { return Ok(vec![visit.clone()]) };
    let from = match scope {
        SeriesScope::This => return Ok(vec![visit.clone()]),
        SeriesScope::Following => visit.starts_at.max(tx.now()),
        SeriesScope::All => tx.now(),
    };
    let mut visits = of_series(tx.db(), series, from)?;
    visits.retain(|other| {
        let is_meant = other.pet_id == visit.pet_id && petrel_domain::appointment::can_reschedule(other.status);
        is_meant && other.id != visit.id
    });
    let place = visits.partition_point(|other| other.starts_at < visit.starts_at);
    visits.insert(place, visit.clone());
    Ok(visits)
}
