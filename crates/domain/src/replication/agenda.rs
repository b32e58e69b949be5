//! Visits and services as the judge of clashes asks for them: read from their rows when those change, and not for every visit that is held against
//! them. A day may hold thousands of visits at one hour, and whoever sends them must not hold up the clinic.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use super::ledger::{HashMap, Row};
use super::spans::{Span, Spans};
use crate::appointment::takes_time;
use crate::{AppointmentStatus, DAY, MINUTE};

/// The longest time that a service keeps free after a visit, in milliseconds; what says more counts as this.
const LONGEST_BUFFER: i64 = DAY;

/// A visit, as far as its place goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// With whom.
    staff: Option<Uuid>,
    /// From when until when, in Unix milliseconds, without what is kept free after it.
    pub(super) start: i64,
    end: i64,
    /// What is done.
    pub(super) service: Option<Uuid>,
    /// It is neither over nor called off.
    pub(super) is_open: bool,
    /// It was put over another knowingly.
    pub(super) is_marked: bool,
    /// The visit it is said to clash with.
    pub(super) clash_with: Option<Uuid>,
}

impl Visit {
    fn read(row: &Row) -> Self {
        let at = |column: &str| row.value(column).as_i64().unwrap_or_default();
        let status = row.value("status").as_str().and_then(AppointmentStatus::parse).unwrap_or(AppointmentStatus::Pending);
        Self {
            staff: row.id("staff_id"),
            start: at("starts_at"),
            end: at("ends_at"),
            service: row.id("service_id"),
            // What is over clashes with nothing any more.
            is_open: takes_time(status) && status != AppointmentStatus::Completed && !row.is_deleted(),
            is_marked: row.value("is_overbooked").as_i64() == Some(1),
            clash_with: row.id("clash_with_id"),
        }
    }

    /// Whether it wants its place for itself.
    pub(super) fn takes_place(&self) -> bool {
        self.is_open && !self.is_marked
    }
}

/// What a service says of its visits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    /// The time that is kept free after one, in milliseconds.
    buffer: i64,
    /// They are stays.
    pub(super) is_boarding: bool,
    /// How many are done at once.
    pub(super) capacity: usize,
}

impl Default for Service {
    fn default() -> Self {
        Self { buffer: 0, is_boarding: false, capacity: 1 }
    }
}

impl Service {
    fn read(row: &Row) -> Self {
        let number = |column: &str| row.value(column).as_i64();
        Self {
            buffer: number("buffer_minutes").unwrap_or(0).saturating_mul(MINUTE).clamp(0, LONGEST_BUFFER),
            is_boarding: row.value("kind").as_str() == Some("boarding"),
            capacity: number("max_per_slot").and_then(|room| usize::try_from(room).ok()).unwrap_or(1).max(1),
        }
    }
}

/// A colleague's time, from when until when, in Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    staff: Uuid,
    pub(super) from: i64,
    until: i64,
}

/// The visits and services of a ledger.
#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    visits: HashMap<Uuid, Visit>,
    services: HashMap<Uuid, Service>,
    /// The longest time that any of the services keeps free after a visit, in milliseconds.
    buffer: i64,
    /// The open ones of each colleague, without what is kept free after them.
    open: HashMap<Uuid, Spans>,
    /// Visits by the visit they are said to clash with.
    clashing: HashMap<Uuid, BTreeSet<Uuid>>,
    /// How many visits, or blocks of them, were looked at.
    pub(super) looks: Looks,
}

/// A count that goes on while the agenda is read.
#[derive(Debug, Default)]
pub(super) struct Looks(AtomicUsize);

impl Looks {
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn look(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Clone for Looks {
    fn clone(&self) -> Self {
        Self(AtomicUsize::new(self.count()))
    }
}

impl Agenda {
    /// Notes a row as it stands from here on; none where it is not there any more.
    pub(super) fn note(&mut self, table: &str, id: Uuid, row: Option<&Row>) {
        match table {
            "services" => {
                self.services.remove(&id);
                if let Some(service) = row.map(Service::read) {
                    self.buffer = self.buffer.max(service.buffer);
                    self.services.insert(id, service);
                }
            }
            "appointments" => {
                if let Some(was) = self.visits.remove(&id) {
                    self.file(id, &was, Spans::remove);
                    if let Some(others) = was.clash_with.and_then(|other| self.clashing.get_mut(&other)) {
                        others.remove(&id);
                    }
                }
                if let Some(visit) = row.map(Visit::read) {
                    self.file(id, &visit, Spans::insert);
                    if let Some(other) = visit.clash_with {
                        self.clashing.entry(other).or_default().insert(id);
                    }
                    self.visits.insert(id, visit);
                }
            }
            _ => {}
        }
    }

    fn file(&mut self, id: Uuid, visit: &Visit, change: fn(&mut Spans, Span)) {
        if let Some(staff) = visit.staff.filter(|_| visit.is_open) {
            change(self.open.entry(staff).or_default(), (visit.start, visit.end, id));
        }
    }

    pub(super) fn visit(&self, id: Uuid) -> Option<&Visit> {
        self.visits.get(&id)
    }

    /// The service of a visit; of one that is not known nothing is said.
    pub(super) fn service(&self, visit: &Visit) -> Service {
        visit.service.and_then(|id| self.services.get(&id)).copied().unwrap_or_default()
    }

    /// When a visit takes no time any more, with what its service keeps free after it.
    pub(super) fn end(&self, visit: &Visit) -> i64 {
        visit.end.saturating_add(self.service(visit).buffer)
    }

    /// Where a visit stands, if it does.
    pub(super) fn place(&self, visit: &Visit) -> Option<Place> {
        let staff = visit.staff.filter(|_| visit.is_open)?;
        Some(Place { staff, from: visit.start, until: self.end(visit) })
    }

    /// Whether a visit reaches into a place.
    pub(super) fn reaches(&self, visit: &Visit, place: Place) -> bool {
        visit.is_open && visit.staff == Some(place.staff) && visit.start < place.until && self.end(visit) > place.from
    }

    /// The open visits that reach into a place, by start, end and id; each when it is asked for.
    pub(super) fn reaching(&self, place: Place) -> impl Iterator<Item = (Uuid, &Visit)> {
        let look = || self.looks.look();
        let spans = self.open.get(&place.staff).map(|spans| spans.between(place.from.saturating_sub(self.buffer), place.until, look));
        let found = spans.into_iter().flatten().filter_map(|(.., id)| Some((id, self.visits.get(&id)?)));
        found.filter(move |(_, visit)| self.reaches(visit, place))
    }

    /// The visits that are said to clash with one, by id.
    pub(super) fn clashing_with(&self, visit: Uuid) -> impl Iterator<Item = Uuid> {
        self.clashing.get(&visit).into_iter().flatten().copied()
    }
}

/// Those of the places that overlap, as one.
pub(super) fn joined(mut places: Vec<Place>) -> Vec<Place> {
    places.sort_unstable();
    places.dedup_by(|next, place| {
        let is_one = next.staff == place.staff && next.from < place.until;
        if is_one {
            place.until = place.until.max(next.until);
        }
        is_one
    });
    places
}
