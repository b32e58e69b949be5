//! Free times.

use petrel_domain::availability::{Busy, Colleague, Fit, Window, days, free_slots, judge};
use petrel_domain::checked::Checked;
use petrel_domain::desk::{FreeSlot, FreeSlotsQuery};
use petrel_domain::rights::Right;
use petrel_domain::{Millis, Refusal, zone};
use rusqlite::Connection;

use crate::appointments::{busy_on_board, roster, wish};
use crate::services::service;
use crate::{Actor, Result, Store};

impl Store {
    /// Free times for a service or a length, with one colleague or with anyone who may do it, from now on; or at one time, past or to come. The booking windows of a
    /// service bind clients, not the desk that asks here.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, or what the check of the fields says.
    pub fn free_slots(&self, actor: &Actor, query: &FreeSlotsQuery) -> Result<Vec<FreeSlot>> {
        actor.require(Right::SeeClinic)?;
        let query = query.clone().checked(())?;
        let now = self.now();
        self.read(|db| free(db, &query, now))
    }
}

fn free(db: &Connection, query: &FreeSlotsQuery, now: Millis) -> Result<Vec<FreeSlot>> {
    let roster = roster(db)?;
    let service = query.service_id.map(|id| service(db, id)).transpose()?;
    let minutes = query.duration_minutes.or_else(|| service.as_ref().map(|service| service.details.duration_minutes));
    let minutes = minutes.ok_or_else(|| Refusal::required("duration_minutes"))?;
    // A question for one time is about its day, whatever days it names.
    let of_one = query.starts_at.map(|at| (zone::date_of(at, roster.zone), 1));
    let (first, count) = of_one.unwrap_or((query.from, query.days));
    let days = days(first, count, roster.zone);
    let bounds = days.bounds();
    let (from, to) = bounds.first().zip(bounds.last()).map_or((now, now), |(first, last)| (first.starts_at, last.ends_at));
    // A stay that starts on the last day reaches far behind it.
    let reached = Millis(to.0 + petrel_domain::DAY).plus_minutes(i64::from(minutes));
    let busy = busy_on_board(db, from, reached, query.moving.as_slice())?;
    let nothing = Vec::new();
    let able = match query.staff_id {
        // Who is asked for by name is asked, whatever the service says of roles.
        Some(id) => roster.members.iter().map(|member| &member.colleague).filter(|colleague| colleague.staff_id == id).collect(),
        None => roster.able(service.as_ref()).collect::<Vec<_>>(),
    };
    let asked: Vec<_> =
        able.into_iter().map(|colleague| (colleague, busy.get(&colleague.staff_id).unwrap_or(&nothing).as_slice())).collect();
    let wish = wish(service.as_ref(), minutes, query.is_emergency);
    let mut slots = match query.starts_at {
        Some(starts_at) => {
            let ends_at = zone::end_of(starts_at, i64::from(minutes), wish.is_boarding, roster.zone);
            let is_free =
                |(colleague, busy): &(&Colleague, &[Busy])| judge(colleague, busy, &wish, starts_at, ends_at, roster.zone) == Fit::Free;
            let free = asked.iter().filter(|asked| is_free(asked));
            free.map(|(colleague, _)| FreeSlot { staff_id: colleague.staff_id, starts_at, ends_at }).collect()
        }
        None => free_slots(&asked, &days, &wish, &Window::from_now(now)),
    };
    if query.one_a_time {
        slots.dedup_by_key(|slot| slot.starts_at);
    }
    if let Some(limit) = query.limit {
        slots.truncate(usize::from(limit));
    }
    Ok(slots)
}
