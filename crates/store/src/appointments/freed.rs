//! What is free of a time that a visit left.

use chrono_tz::Tz;
use petrel_domain::availability::{Fit, Window, days, free_slots, judge};
use petrel_domain::desk::{FreeSlot, Service, WaitlistMatchQuery};
use petrel_domain::{DAY, MINUTE, Millis, ServiceId, zone};
use rusqlite::Connection;

use super::colleagues::{Roster, busy_of, roster_of};
use super::place::{end_of, is_boarding, wish};
use crate::Result;
use crate::services::service;

/// A time that a visit left.
pub(crate) struct FreedTime<'a> {
    asked: &'a WaitlistMatchQuery,
    service: Option<Service>,
    /// The colleague alone.
    roster: Roster,
    now: Millis,
}

impl<'a> FreedTime<'a> {
    /// # Errors
    /// `not_found` where what it was for is not there.
    pub(crate) fn of(db: &Connection, asked: &'a WaitlistMatchQuery, now: Millis) -> Result<Self> {
        let service = asked.service_id.map(|id| service(db, id)).transpose()?;
        Ok(Self { asked, service, roster: roster_of(db, std::iter::once(asked.staff_id))?, now })
    }

    pub(crate) fn zone(&self) -> Tz {
        self.roster.zone
    }

    /// The times to come in which the colleague is free for a service, and which take some of what was left; for what the visit was and as long as it
    /// was, where none is named. Whoever was asked for by name does what is wished, whatever the service says of roles.
    pub(crate) fn free_for(&self, db: &Connection, wanted: Option<ServiceId>, is_asked_by_name: bool) -> Result<Vec<FreeSlot>> {
        let named = match wanted {
            Some(id) if self.asked.service_id != wanted => Some(service(db, id)?),
            _ => None,
        };
        let service = named.as_ref().or(self.service.as_ref());
        let is_stay = is_boarding(service);
        let is_theirs = named.is_none() || is_asked_by_name || self.roster.able(service).next().is_some();
        // A stay leaves nobody's time, and a visit no place to stay.
        if !is_theirs || is_stay != is_boarding(self.service.as_ref()) {
            return Ok(Vec::new());
        }
        let zone = self.roster.zone;
        let minutes = match wanted.and(service) {
            Some(service) => service.details.duration_minutes,
            None => u16::try_from(zone::length_of(self.asked.starts_at, self.asked.ends_at, is_stay, zone)).unwrap_or(u16::MAX),
        };
        let (earliest, until) = (Millis(self.asked.starts_at.0 - i64::from(minutes) * MINUTE), self.asked.ends_at);
        let window = Window { from: earliest.max(self.now), until };
        let first = zone::date_of(window.from, zone);
        let count = u16::try_from((zone::date_of(until, zone) - first).num_days() + 1).unwrap_or(0);
        let days = days(first, count, zone);
        let busy =
            busy_of(db, self.asked.staff_id, Millis(window.from.0 - DAY), Millis(until.plus_minutes(i64::from(minutes)).0 + DAY), &[])?;
        let (colleague, wish) = (self.roster.colleague(self.asked.staff_id), wish(service, minutes, false));
        let mut free = free_slots(&[(&colleague, busy.as_slice())], &days, &wish, &window);
        // Where it began may be no time that is usually offered.
        let (starts_at, ends_at) = (self.asked.starts_at, end_of(self.asked.starts_at, i64::from(minutes), service, zone));
        if starts_at > self.now && judge(&colleague, &busy, &wish, starts_at, ends_at, zone) == Fit::Free {
            free.push(FreeSlot { staff_id: self.asked.staff_id, starts_at, ends_at });
        }
        Ok(free)
    }
}
