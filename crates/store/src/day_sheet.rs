//! A day as it is printed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use petrel_domain::checked::check_date;
use petrel_domain::desk::{AppointmentCard, DaySheet, SheetHours, SheetPerson, SheetVisit, WorkBlockKind};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentStatus, Refusal, StaffId};
use rusqlite::{Connection, OptionalExtension};

use crate::appointments::card::full_name;
use crate::schedule::range;
use crate::{Actor, Result, Store};

impl Store {
    /// A day as it is printed, of everybody or of one colleague: without what was cancelled or put to another time. `locale` says in which
    /// language and on which paper; without one, the clinic's.
    ///
    /// # Errors
    /// `forbidden`; `invalid` on `date` for a day that nobody can mean; `not_found` before there is a clinic.
    pub fn day_sheet(&self, actor: &Actor, date: NaiveDate, staff: Option<StaffId>, locale: Option<&str>) -> Result<DaySheet> {
        actor.require(Right::SeeClinic)?;
        check_date("date", date)?;
        let printed_at = self.now();
        self.read(|db| {
            let clinic = db.query_row("SELECT name, locale FROM clinics LIMIT 1", [], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
            let (clinic_name, own_locale) = clinic.optional()?.ok_or_else(|| Refusal::not_found("clinic"))?;
            let board = range(db, date, 1)?;
            let mut people = Vec::new();
            for id in board.staff_ids.iter().filter(|id| staff.is_none_or(|staff| staff == **id)) {
                let mut person = SheetPerson { name: name_of(db, *id)?, ..SheetPerson::default() };
                for block in board.blocks.iter().filter(|block| block.staff_id == *id) {
                    match block.kind {
                        WorkBlockKind::Open | WorkBlockKind::EmergencyOnly => person.hours.push(SheetHours {
                            starts_at: block.starts_at,
                            ends_at: block.ends_at,
                            is_emergency_only: block.kind == WorkBlockKind::EmergencyOnly,
                        }),
                        WorkBlockKind::Closed => person.closed_reason = person.closed_reason.or_else(|| block.reason.clone()),
                        WorkBlockKind::Break => {}
                    }
                }
                people.push((Some(*id), person));
            }
            if staff.is_none() && board.appointments.iter().any(|visit| visit.staff_id.is_none() && is_printed(visit)) {
                people.push((None, SheetPerson::default()));
            }
            let services = services(db)?;
            for visit in board.appointments.iter().filter(|visit| is_printed(visit)) {
                if let Some((_, person)) = people.iter_mut().find(|(id, _)| *id == visit.staff_id) {
                    person.visits.push(sheet_visit(db, visit, &services)?);
                }
            }
            let locale = locale.map_or(own_locale.clone(), |language| with_country(language, &own_locale));
            let people = people.into_iter().map(|(_, person)| person).collect();
            Ok(DaySheet { clinic_name, locale, timezone: board.timezone, date, printed_at, people })
        })
    }
}

/// A language with the clinic's country: the paper in the printer is the country's, whatever language the desk speaks.
fn with_country(language: &str, own: &str) -> String {
    match (language.contains('-'), own.split_once('-')) {
        (false, Some((_, country))) => format!("{language}-{country}"),
        _ => language.to_owned(),
    }
}

fn is_printed(visit: &AppointmentCard) -> bool {
    !matches!(visit.status, AppointmentStatus::Cancelled | AppointmentStatus::Rescheduled)
}

fn name_of(db: &Connection, id: StaffId) -> Result<String> {
    let mut statement = db.prepare_cached("SELECT first_name, last_name FROM staff WHERE id = ?1")?;
    Ok(statement.query_row([id.bytes()], |row| Ok(full_name(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?)))?)
}

fn services(db: &Connection) -> Result<BTreeMap<[u8; 16], String>> {
    let mut statement = db.prepare_cached("SELECT id, name FROM services")?;
    let services = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(services.collect::<Result<_, _>>()?)
}

fn sheet_visit(db: &Connection, visit: &AppointmentCard, services: &BTreeMap<[u8; 16], String>) -> Result<SheetVisit> {
    let sql = "SELECT p.breed, p.alerts, p.allergies, a.reason, a.special_requests, a.internal_notes
               FROM appointments a LEFT JOIN pets p ON p.id = a.pet_id WHERE a.id = ?1";
    let texts: Vec<Option<String>> =
        db.prepare_cached(sql)?.query_row([visit.id.bytes()], |row| (0..6).map(|place| row.get(place)).collect::<Result<_, _>>())?;
    let text = |place: usize| texts[place].clone().filter(|text| !text.trim().is_empty());
    let service = visit.service_id.and_then(|id| services.get(&id.bytes()).cloned());
    Ok(SheetVisit {
        starts_at: visit.starts_at,
        ends_at: visit.ends_at,
        status: visit.status,
        pet_name: visit.pet_name.clone(),
        species: visit.species,
        breed: text(0).unwrap_or_default(),
        client_name: visit.client_name.clone(),
        client_phone: visit.client_phone.clone(),
        service: visit.title.clone().or(service).unwrap_or_default(),
        is_emergency: visit.is_emergency,
        is_overbooked: visit.is_overbooked,
        alerts: [text(1), text(2)].into_iter().flatten().collect(),
        notes: [text(3), text(4), text(5)].into_iter().flatten().collect(),
    })
}
