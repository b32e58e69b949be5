//! Whether a visit stands where another one does. Judged at the hub, in the log's order; shown by every desk.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use uuid::Uuid;

use super::agenda::{Agenda, Place, Visit};

/// The columns whose change makes a visit's place a question again. A desk may clear the flag itself (of a visit whose other is deleted); whether
/// that is right is judged here, too.
pub(super) const PLACE: &[&str] =
    &["starts_at", "ends_at", "staff_id", "service_id", "status", "is_overbooked", "deleted_at", "clash_with_id"];

/// The visit that one clashes with, if any: the first one by its own start among those that, together, leave no room. A visit that was put
/// over another knowingly (`is_overbooked`) clashes with none, and two of which one is said to clash with the other are one clash.
pub(super) fn clash_of(agenda: &Agenda, id: Uuid) -> Option<Uuid> {
    let visit = agenda.visit(id).filter(|visit| visit.takes_place())?;
    let place = agenda.place(visit).filter(|_| is_full(agenda, id, visit))?;
    let is_told_there = |other: &Visit| other.clash_with == Some(id);
    // A clash that stands is left as it stands, so that a third visit does not make it jump.
    let stands = |other: &Visit| agenda.reaches(other, place) && is_against(agenda, visit, other) && !is_told_there(other);
    if let Some(own) = visit.clash_with.filter(|own| *own != id && agenda.visit(*own).is_some_and(stands)) {
        return Some(own);
    }
    others(agenda, id, visit, place).find(|(_, other)| !is_told_there(other)).map(|(other, _)| other)
}

/// Whether a visit is said to stand over another knowingly and stands over none: either went, and who said so did not know. It would hide real
/// clashes.
pub(super) fn is_mark_stale(agenda: &Agenda, id: Uuid) -> bool {
    agenda.visit(id).is_some_and(|visit| visit.is_open && visit.is_marked && !is_full(agenda, id, visit))
}

/// The visits in a place of which it was said that they stand over another: when one leaves that place, that is a question again.
pub(super) fn in_question(agenda: &Agenda, place: Place) -> impl Iterator<Item = Uuid> {
    agenda.reaching(place).filter(|(_, visit)| visit.is_marked || visit.clash_with.is_some()).map(|(id, _)| id)
}

/// Whether two visits that stand at one time are in each other's way: stays and visits are not, nor are stays of two services.
fn is_against(agenda: &Agenda, visit: &Visit, other: &Visit) -> bool {
    let is_stay = agenda.service(visit).is_boarding;
    other.takes_place() && agenda.service(other).is_boarding == is_stay && (!is_stay || other.service == visit.service)
}

/// The visits that want what a visit's place is of, by their starts.
fn others<'a>(agenda: &'a Agenda, id: Uuid, visit: &'a Visit, place: Place) -> impl Iterator<Item = (Uuid, &'a Visit)> {
    agenda.reaching(place).filter(move |(other, of)| *other != id && is_against(agenda, visit, of))
}

/// Whether others, together, leave a visit no room. No more of them are looked at than it takes to say so.
fn is_full(agenda: &Agenda, id: Uuid, visit: &Visit) -> bool {
    let Some(place) = agenda.place(visit) else { return false };
    let capacity = agenda.service(visit).capacity;
    let mut is_one_service = visit.service.is_some();
    let mut at_once = AtOnce::from(place.from);
    others(agenda, id, visit, place).any(|(_, other)| {
        is_one_service &= other.service == visit.service;
        at_once.add(other.start, agenda.end(other));
        at_once.most >= if is_one_service { capacity } else { 1 }
    })
}

/// How many visits stand at the same time at the most, from an instant on, told by their starts one after the other.
struct AtOnce {
    from: i64,
    ends: BinaryHeap<Reverse<i64>>,
    most: usize,
}

impl AtOnce {
    fn from(from: i64) -> Self {
        Self { from, ends: BinaryHeap::new(), most: 0 }
    }

    fn add(&mut self, start: i64, end: i64) {
        let at = start.max(self.from);
        // One that ends before it begins stands nowhere.
        if start >= end || end <= at {
            return;
        }
        while self.ends.peek().is_some_and(|Reverse(end)| *end <= at) {
            self.ends.pop();
        }
        self.ends.push(Reverse(end));
        self.most = self.most.max(self.ends.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_at_once_are_counted_as_counting_them_one_by_one_does() {
        let mut random = 1_u64;
        let mut next = |below: i64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) as i64 % below
        };
        for _ in 0..500 {
            let count = next(9);
            // Some end before they begin: nobody can have meant that, and nothing may come of it.
            let mut visits: Vec<_> = (0..count).map(|_| (next(20), next(20), Uuid::nil())).collect();
            visits.sort_unstable();
            let from = next(20);
            let one_by_one = visits.iter().map(|(start, ..)| {
                let at = (*start).max(from);
                visits.iter().filter(|(start, end, _)| *start <= at && at < *end).count()
            });
            let mut at_once = AtOnce::from(from);
            visits.iter().for_each(|(start, end, _)| at_once.add(*start, *end));
            assert_eq!(at_once.most, one_by_one.max().unwrap_or(0), "{visits:?} from {from}");
        }
    }
}
