//! Who works when, and what they already have: what the availability engine is asked with.

use std::collections::HashMap;

use chrono_tz::Tz;
use petrel_domain::appointment::takes_time;
use petrel_domain::availability::{Busy, Colleague};
use petrel_domain::desk::{ScheduleOverride, Service, WeeklyHours};
use petrel_domain::{AppointmentId, AppointmentStatus, Millis, Refusal, RefusalCode, Role, ServiceId, StaffId};
use rusqlite::{Connection, Row, ToSql, params};

use crate::Result;
use crate::clinic_zone::clinic_zone;
use crate::hours::{all_hours, all_overrides, hours_of, overrides_of};

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
    /// Refuses whoever does not work here any more.
    ///
    /// # Errors
    /// `not_found` on `staff_id`.
    pub(super) fn require(&self, id: StaffId) -> Result<()> {
        let works_here = self.members.iter().any(|member| member.colleague.staff_id == id);
        if works_here { Ok(()) } else { Err(Refusal::not_found("staff_id").into()) }
    }

    /// One of them; somebody without a column has no hours.
    pub(crate) fn colleague(&self, id: StaffId) -> Colleague {
        let found = self.members.iter().find(|member| member.colleague.staff_id == id);
        found.map_or_else(|| Colleague { staff_id: id, hours: Vec::new(), overrides: Vec::new() }, |member| member.colleague.clone())
    }

    /// Refuses a colleague who does not do what a visit is for.
    ///
    /// # Errors
    /// `not_their_service` on `staff_id`.
    pub(super) fn require_able(&self, id: StaffId, service: Option<&Service>) -> Result<()> {
        let may = self.able(service).any(|colleague| colleague.staff_id == id);
        if may { Ok(()) } else { Err(Refusal::on(RefusalCode::NotTheirService, "staff_id").into()) }
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
    let sql = format!("{STAFF} ORDER BY first_name COLLATE NOCASE, last_name COLLATE NOCASE, id");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let id = StaffId::from_bytes(row.get(0)?);
        members.push(member(row, hours.remove(&id).unwrap_or_default(), overrides.remove(&id).unwrap_or_default())?);
    }
    Ok(Roster { zone, members })
}

/// Those of some colleagues who work here now: whoever asks for one reads the hours of one.
pub(crate) fn roster_of(db: &Connection, ids: impl Iterator<Item = StaffId>) -> Result<Roster> {
    let zone = clinic_zone(db)?.ok_or_else(|| Refusal::not_found("clinic"))?;
    let sql = format!("{STAFF} AND id = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut members: Vec<Member> = Vec::new();
    for id in ids {
        let is_known = members.iter().any(|member| member.colleague.staff_id == id);
        if let Some(row) = statement.query([id.bytes()])?.next()?.filter(|_| !is_known) {
            members.push(member(row, hours_of(db, id)?, overrides_of(db, id)?)?);
        }
    }
    Ok(Roster { zone, members })
}

const STAFF: &str = "SELECT id, role, coalesce(settings ->> 'is_bookable', 1) FROM staff WHERE is_active AND deleted_at IS NULL";

fn member(row: &Row<'_>, hours: Vec<WeeklyHours>, overrides: Vec<ScheduleOverride>) -> Result<Member> {
    let colleague = Colleague { staff_id: StaffId::from_bytes(row.get(0)?), hours, overrides };
    let role = Role::parse(row.get_ref(1)?.as_str()?).unwrap_or(Role::FrontDesk);
    Ok(Member { colleague, role, is_bookable: row.get(2)? })
}

/// A visit of a day or less that reaches into the range starts at most a day before it; longer stays are few, and have an index of their own.
const SHORT: &str = "WHERE a.starts_at >= ?1 - 86400000 AND a.starts_at < ?2 AND a.ends_at - a.starts_at <= 86400000";
const LONG: &str = "FROM appointments a
                    WHERE a.ends_at - a.starts_at > 86400000 AND a.starts_at < ?2 AND a.ends_at > ?1 AND a.deleted_at IS NULL";

/// What takes time between two instants, for each colleague by start.
pub(crate) fn busy_between(db: &Connection, from: Millis, to: Millis, except: &[AppointmentId]) -> Result<HashMap<StaffId, Vec<Busy>>> {
    let short = format!("FROM appointments a {SHORT} AND a.deleted_at IS NULL");
    busy(db, &short, LONG, params![from.0, to.0], except)
}

/// The same from the table of cards: one stretch of it, but without what a write under way has changed.
pub(crate) fn busy_on_board(db: &Connection, from: Millis, to: Millis, except: &[AppointmentId]) -> Result<HashMap<StaffId, Vec<Busy>>> {
    busy(db, &format!("FROM visit_cards a {SHORT}"), LONG, params![from.0, to.0], except)
}

/// What takes time of one colleague, by start.
pub(crate) fn busy_of(db: &Connection, staff: StaffId, from: Millis, to: Millis, except: &[AppointmentId]) -> Result<Vec<Busy>> {
    let short = format!("FROM appointments a {SHORT} AND a.staff_id = ?3 AND a.deleted_at IS NULL");
    // The `+` keeps to the index of long stays: by the colleague's own index, all they ever did would be read.
    let long = format!("{LONG} AND +a.staff_id = ?3");
    Ok(busy(db, &short, &long, params![from.0, to.0, staff.bytes()], except)?.remove(&staff).unwrap_or_default())
}

fn busy(db: &Connection, short: &str, long: &str, params: &[&dyn ToSql], except: &[AppointmentId]) -> Result<HashMap<StaffId, Vec<Busy>>> {
    // A dozen, read once: a join would look each of them up for every visit.
    let mut statement = db.prepare_cached("SELECT id, buffer_minutes, kind = 'boarding' FROM services")?;
    let services = statement.query_map([], |row| Ok((ServiceId::from_bytes(row.get(0)?), (row.get(1)?, row.get(2)?))))?;
    let services = services.collect::<Result<HashMap<ServiceId, (u16, bool)>, _>>()?;
    let mut busy: HashMap<StaffId, Vec<Busy>> = HashMap::new();
    for from in [short, long] {
        // Sorted out here: thousands of rows are looked at, and SQLite takes longer to compare.
        let sql = format!("SELECT a.staff_id, a.id, a.starts_at, a.ends_at, a.status, a.actual_end_at, a.service_id {from}");
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            let Some(staff_id) = row.get::<_, Option<_>>(0)?.map(StaffId::from_bytes) else { continue };
            let Some(status) = AppointmentStatus::parse(row.get_ref(4)?.as_str()?).filter(|status| takes_time(*status)) else { continue };
            let (starts_at, mut ends_at) = (Millis(row.get(2)?), Millis(row.get(3)?));
            // What is done takes no more of the time that it was planned for.
            if status == AppointmentStatus::Completed {
                ends_at = row.get::<_, Option<_>>(5)?.map_or(ends_at, |ended| ends_at.min(Millis(ended)));
            }
            let appointment_id = AppointmentId::from_bytes(row.get(1)?);
            if ends_at <= starts_at || except.contains(&appointment_id) {
                continue;
            }
            let service_id = row.get::<_, Option<_>>(6)?.map(ServiceId::from_bytes);
            let (buffer_minutes, is_boarding) = service_id.and_then(|id| services.get(&id)).copied().unwrap_or_default();
            busy.entry(staff_id).or_default().push(Busy { appointment_id, starts_at, ends_at, service_id, buffer_minutes, is_boarding });
        }
    }
    busy.values_mut().for_each(|visits| visits.sort_by_key(|visit| visit.starts_at));
    Ok(busy)
}
