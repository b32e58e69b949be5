//! Whether a visit stands where another one does. Judged at the hub, in the log's order; shown by every desk.

use uuid::Uuid;

use super::ledger::{Ledger, Row};
use crate::AppointmentStatus;
use crate::appointment::takes_time;

/// The columns whose change makes a visit's place a question again. A desk may clear the flag itself (of a visit whose other is deleted); whether
/// that is right is judged here, too.
pub(super) const PLACE: &[&str] =
    &["starts_at", "ends_at", "staff_id", "service_id", "status", "is_overbooked", "deleted_at", "clash_with_id"];

/// The visit that one clashes with, if any: the first one by its own start among those that, together, leave no room. A visit that was put
/// over another knowingly (`is_overbooked`) clashes with none, and two of which one is said to clash with the other are one clash.
pub(super) fn clash_of(ledger: &Ledger, id: Uuid) -> Option<Uuid> {
    let visit = ledger.row("appointments", id).filter(|row| takes_place(row))?;
    let others = in_the_way(ledger, id, visit);
    let is_told_there = |other: &Uuid| ledger.row("appointments", *other).is_some_and(|row| row.id("clash_with_id") == Some(id));
    let own = visit.id("clash_with_id");
    // A clash that stands is left as it stands, so that a third visit does not make it jump.
    if let Some(own) = own.filter(|own| others.contains(own) && !is_told_there(own)) {
        return Some(own);
    }
    others.into_iter().find(|other| !is_told_there(other))
}

/// Whether a visit is said to stand over another knowingly and stands over none: either went, and who said so did not know. It would hide real
/// clashes.
pub(super) fn is_mark_stale(ledger: &Ledger, id: Uuid) -> bool {
    let visit = ledger.row("appointments", id).filter(|row| is_open(row) && is_marked(row));
    visit.is_some_and(|visit| in_the_way(ledger, id, visit).is_empty())
}

/// A colleague's time, from when until when, in Unix milliseconds.
pub(super) type Place = (Uuid, i64, i64);

/// Where a visit stands, if it does.
pub(super) fn place_of(ledger: &Ledger, visit: &Row) -> Option<Place> {
    let staff = visit.id("staff_id").filter(|_| is_open(visit))?;
    let (from, until) = span(ledger, visit);
    Some((staff, from, until))
}

/// From when until when a visit takes time, with what its service keeps free after it, in Unix milliseconds.
fn span(ledger: &Ledger, visit: &Row) -> (i64, i64) {
    (at(visit, "starts_at"), at(visit, "ends_at") + buffer(ledger, visit))
}

/// The visits that reach into a place, open or not, each with its span.
fn reaching(ledger: &Ledger, (staff, from, until): Place) -> impl Iterator<Item = (Uuid, &Row, (i64, i64))> {
    let all = ledger.visits_of(staff, from, until).map(|(id, row)| (id, row, span(ledger, row)));
    all.filter(move |(.., (start, end))| *start < until && *end > from)
}

/// The visits in a place of which it was said that they stand over another: when one leaves that place, that is a question again.
pub(super) fn in_question(ledger: &Ledger, place: Place) -> impl Iterator<Item = Uuid> {
    let is_said = |row: &Row| is_open(row) && (is_marked(row) || row.id("clash_with_id").is_some());
    reaching(ledger, place).filter(move |(_, row, _)| is_said(row)).map(|(id, ..)| id)
}

/// The visits that, together, leave one no room, by their starts; none where there is room.
fn in_the_way(ledger: &Ledger, id: Uuid, visit: &Row) -> Vec<Uuid> {
    let Some(place) = place_of(ledger, visit) else { return Vec::new() };
    let is_boarding = is_boarding(ledger, visit);
    let mut others: Vec<(i64, i64, Uuid)> = reaching(ledger, place)
        .filter(|(other, row, _)| *other != id && takes_place(row) && is_boarding == self::is_boarding(ledger, row))
        .map(|(other, _, (start, end))| (start, end, other))
        .collect();
    others.sort_unstable();
    let is_one_service = others.iter().all(|(_, _, other)| {
        ledger
            .row("appointments", *other)
            .is_some_and(|row| row.id("service_id").is_some() && row.id("service_id") == visit.id("service_id"))
    });
    let room = if is_one_service { capacity(ledger, visit) } else { 1 };
    if most_at_once(&others, place.1) < room { Vec::new() } else { others.into_iter().map(|(_, _, other)| other).collect() }
}

/// How many of these visits, told by start and end and sorted by their starts, stand at the same time at the most, from an instant on.
fn most_at_once(visits: &[(i64, i64, Uuid)], from: i64) -> usize {
    let (starts, mut ends): (Vec<i64>, Vec<i64>) =
        visits.iter().filter(|(start, end, _)| start < end).map(|(start, end, _)| (*start, *end)).unzip();
    ends.sort_unstable();
    let standing = |at: i64| starts.partition_point(|start| *start <= at) - ends.partition_point(|end| *end <= at);
    visits.iter().map(|(start, ..)| standing((*start).max(from))).max().unwrap_or(0)
}

fn takes_place(row: &Row) -> bool {
    is_open(row) && !is_marked(row)
}

fn is_open(row: &Row) -> bool {
    let status = row.value("status").as_str().and_then(AppointmentStatus::parse).unwrap_or(AppointmentStatus::Pending);
    // What is over clashes with nothing any more.
    takes_time(status) && status != AppointmentStatus::Completed && !row.is_deleted()
}

fn is_marked(row: &Row) -> bool {
    row.value("is_overbooked").as_i64() == Some(1)
}

fn at(row: &Row, column: &str) -> i64 {
    row.value(column).as_i64().unwrap_or_default()
}

fn service<'a>(ledger: &'a Ledger, visit: &Row) -> Option<&'a Row> {
    ledger.row("services", visit.id("service_id")?)
}

/// The time after a visit that its service keeps free, in milliseconds.
fn buffer(ledger: &Ledger, visit: &Row) -> i64 {
    service(ledger, visit).and_then(|row| row.value("buffer_minutes").as_i64()).unwrap_or(0) * crate::MINUTE
}

fn is_boarding(ledger: &Ledger, visit: &Row) -> bool {
    service(ledger, visit).is_some_and(|row| row.value("kind").as_str() == Some("boarding"))
}

fn capacity(ledger: &Ledger, visit: &Row) -> usize {
    let room = service(ledger, visit).and_then(|row| row.value("max_per_slot").as_i64()).unwrap_or(1);
    usize::try_from(room).unwrap_or(1).max(1)
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
            assert_eq!(most_at_once(&visits, from), one_by_one.max().unwrap_or(0), "{visits:?} from {from}");
        }
    }
}
