//! Who works when, and what they already have: what the availability engine is asked with.

use std::collections::HashMap;

use chrono_tz::Tz;
use petrel_domain::availability::{Busy, Colleague};
use petrel_domain::desk::Service;
use petrel_domain::{AppointmentId, DAY, Millis, Refusal, Role, ServiceId, StaffId};
use rusqlite::{Connection, params};

use crate::Result;
use crate::clinic_zone::clinic_zone;
use crate::hours::{all_hours, all_overrides};

/// The clinic's zone and everyone who has a column on the board.
pub(crate) struct Roster {
    pub(crate) zone: Tz,
    pub(crate) members: Vec<Member>,
}

/// A member of staff with their hours.
pub(crate) struct Member {
    pub(crate) colleague: Colleague,
    pub(crate) role: Role,
    pub(crate) is_bookable: bool,
}

impl Roster {
    /// One of them; somebody without a column has no hours.
    pub(crate) fn colleague(&self, id: StaffId) -> Colleague {
        let found = self.members.iter().find(|member| member.colleague.staff_id == id);
        found.map_or_else(|| Colleague { staff_id: id, hours: Vec::new(), overrides: Vec::new() }, |member| member.colleague.clone())
    }

    /// Those who may do a service.
    pub(crate) fn able<'a>(&'a self, service: Option<&'a Service>) -> impl Iterator<Item = &'a Colleague> {
        let may = move |member: &&Member| member.is_bookable && service.is_none_or(|of| of.details.staff_roles.contains(&member.role));
        self.members.iter().filter(may).map(|member| &member.colleague)
    }
}

/// Everyone who works here now.
pub(crate) fn roster(db: &Connection) -> Result<Roster> {
    let zone = clinic_zone(db)?.ok_or_else(|| Refusal::not_found("clinic"))?;
    let (mut hours, mut overrides) = (all_hours(db)?, all_overrides(db)?);
    let sql = "SELECT id, role, coalesce(settings ->> 'is_bookable', 1) FROM staff WHERE is_active AND deleted_at IS NULL
               ORDER BY first_name COLLATE NOCASE, last_name COLLATE NOCASE, id";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let staff_id = StaffId::from_bytes(row.get(0)?);
        let of = |list: Option<_>| list.unwrap_or_default();
        let colleague =
            Colleague { staff_id, hours: of(hours.remove(&staff_id)), overrides: overrides.remove(&staff_id).unwrap_or_default() };
        let role = Role::parse(row.get_ref(1)?.as_str()?).unwrap_or(Role::FrontDesk);
        members.push(Member { colleague, role, is_bookable: row.get(2)? });
    }
    Ok(Roster { zone, members })
}

/// What takes time between two instants, for each colleague by start.
pub(crate) fn busy_between(db: &Connection, from: Millis, to: Millis, except: &[AppointmentId]) -> Result<HashMap<StaffId, Vec<Busy>>> {
    let mut busy: HashMap<StaffId, Vec<Busy>> = HashMap::new();
    // A visit of a day or less that reaches into the range starts at most a day before it; longer stays are few, and have an index of their own.
    let ordinary =
        concat!(include_str!("busy.sql"), "WHERE a.starts_at >= ?1 AND a.starts_at < ?2 AND a.ends_at - a.starts_at <= 86400000");
    let long = concat!(include_str!("busy.sql"), "WHERE a.ends_at - a.starts_at > 86400000 AND a.starts_at < ?2 AND a.ends_at > ?1");
    let ends = " AND a.deleted_at IS NULL AND a.staff_id IS NOT NULL AND a.status NOT IN ('cancelled', 'no_show', 'rescheduled')";
    for (sql, from) in [(ordinary, from.0 - DAY), (long, from.0)] {
        let mut statement = db.prepare_cached(&format!("{sql}{ends}"))?;
        let mut rows = statement.query(params![from, to.0])?;
        while let Some(row) = rows.next()? {
            let appointment_id = AppointmentId::from_bytes(row.get(1)?);
            if except.contains(&appointment_id) {
                continue;
            }
            busy.entry(StaffId::from_bytes(row.get(0)?)).or_default().push(Busy {
                appointment_id,
                starts_at: Millis(row.get(2)?),
                ends_at: Millis(row.get(3)?),
                service_id: row.get::<_, Option<_>>(4)?.map(ServiceId::from_bytes),
                buffer_minutes: row.get(5)?,
                is_boarding: row.get(6)?,
            });
        }
    }
    busy.values_mut().for_each(|visits| visits.sort_by_key(|visit| visit.starts_at));
    Ok(busy)
}
