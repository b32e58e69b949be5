//! A visit as its row: what use cases read before they change it, and write when they make one.

use petrel_domain::desk::{AppointmentNotes, Service};
use petrel_domain::{
    AppointmentId, AppointmentStatus, BookingMethod, Cents, ClientId, GroupId, Millis, PetId, Refusal, SeriesId, ServiceId, StaffId,
    natural_id,
};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::place::LONGEST;
use crate::row::RowExt;
use crate::services::service;
use crate::{Result, StoreError, Tx};

/// A visit that stands.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) id: AppointmentId,
    pub(crate) client_id: Option<ClientId>,
    pub(crate) pet_id: Option<PetId>,
    pub(crate) service_id: Option<ServiceId>,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) starts_at: Millis,
    pub(crate) ends_at: Millis,
    pub(crate) status: AppointmentStatus,
    pub(crate) is_emergency: bool,
    pub(crate) is_overbooked: bool,
    pub(crate) series_id: Option<SeriesId>,
}

impl Visit {
    /// What it was booked for.
    pub(crate) fn service(&self, db: &Connection) -> Result<Option<Service>> {
        self.service_id.map(|id| service(db, id)).transpose()
    }
}

const SELECT: &str =
    "SELECT id, client_id, pet_id, service_id, staff_id, starts_at, ends_at, status, is_emergency, is_overbooked, series_id
    FROM appointments WHERE deleted_at IS NULL";

/// One visit; none where it does not exist.
pub(crate) fn visit(db: &Connection, id: AppointmentId) -> Result<Option<Visit>> {
    Ok(db.prepare_cached(&format!("{SELECT} AND id = ?1"))?.query_row([id.bytes()], read_visit).optional()?)
}

/// One visit.
///
/// # Errors
/// `not_found`.
pub(crate) fn existing(db: &Connection, id: AppointmentId) -> Result<Visit> {
    Ok(visit(db, id)?.ok_or_else(|| Refusal::not_found("appointment"))?)
}

/// The visits of a series from an instant on, by start.
pub(crate) fn of_series(db: &Connection, series: SeriesId, from: Millis) -> Result<Vec<Visit>> {
    let mut statement = db.prepare_cached(&format!("{SELECT} AND series_id = ?1 AND starts_at >= ?2 ORDER BY starts_at"))?;
    let visits = statement.query_map(params![series.bytes(), from.0], read_visit)?.collect::<Result<_, _>>()?;
    Ok(visits)
}

/// Visits of a day that have not begun and somebody is with, by start.
pub(crate) fn on_day(db: &Connection, from: Millis, until: Millis) -> Result<Vec<Visit>> {
    let condition = "AND starts_at >= ?1 AND starts_at < ?2 AND staff_id IS NOT NULL AND status IN ('pending', 'confirmed', 'reminded')";
    let mut statement = db.prepare_cached(&format!("{SELECT} {condition} ORDER BY starts_at, id"))?;
    Ok(statement.query_map(params![from.0, until.0], read_visit)?.collect::<Result<_, _>>()?)
}

/// A colleague's visits that have not begun and reach into a stretch of time, by start.
pub(crate) fn to_come(db: &Connection, staff: StaffId, from: Millis, until: Millis) -> Result<Vec<Visit>> {
    let condition =
        "AND staff_id = ?1 AND starts_at >= ?2 AND starts_at < ?3 AND ends_at > ?4 AND status IN ('pending', 'confirmed', 'reminded')";
    let mut statement = db.prepare_cached(&format!("{SELECT} {condition} ORDER BY starts_at"))?;
    let values = params![staff.bytes(), from.0 - LONGEST, until.0, from.0];
    Ok(statement.query_map(values, read_visit)?.collect::<Result<_, _>>()?)
}

fn read_visit(row: &Row<'_>) -> rusqlite::Result<Visit> {
    Ok(Visit {
        id: row.id("id", AppointmentId::from_bytes)?,
        client_id: row.id_opt("client_id", ClientId::from_bytes)?,
        pet_id: row.id_opt("pet_id", PetId::from_bytes)?,
        service_id: row.id_opt("service_id", ServiceId::from_bytes)?,
        staff_id: row.id_opt("staff_id", StaffId::from_bytes)?,
        starts_at: row.millis("starts_at")?,
        ends_at: row.millis("ends_at")?,
        status: row.choice("status", AppointmentStatus::parse)?,
        is_emergency: row.named("is_emergency")?,
        is_overbooked: row.named("is_overbooked")?,
        series_id: row.id_opt("series_id", SeriesId::from_bytes)?,
    })
}

/// A visit to be made.
pub(crate) struct NewVisit<'a> {
    pub(crate) client_id: Option<ClientId>,
    pub(crate) pet_id: Option<PetId>,
    pub(crate) service_id: Option<ServiceId>,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) notes: &'a AppointmentNotes,
    pub(crate) starts_at: Millis,
    pub(crate) ends_at: Millis,
    pub(crate) status: AppointmentStatus,
    pub(crate) booking_method: BookingMethod,
    pub(crate) estimated_cost_cents: Option<Cents>,
    pub(crate) is_emergency: bool,
    pub(crate) is_overbooked: bool,
    pub(crate) recurrence: Option<&'a str>,
    pub(crate) series_id: Option<SeriesId>,
    pub(crate) group_id: Option<GroupId>,
}

pub(crate) fn insert(tx: &mut Tx<'_>, id: AppointmentId, reference: &str, new: &NewVisit<'_>) -> Result<()> {
    const COLUMNS: &[&str] = &[
        "id",
        "client_id",
        "pet_id",
        "service_id",
        "staff_id",
        "title",
        "starts_at",
        "ends_at",
        "status",
        "booking_method",
        "booked_by_client",
        "booking_reference",
        "reason",
        "symptoms",
        "special_requests",
        "client_notes",
        "internal_notes",
        "pickup_address",
        "estimated_cost_cents",
        "is_emergency",
        "is_overbooked",
        "recurrence",
        "series_id",
        "group_id",
        "created_at",
        "updated_at",
        "checked_in_at",
    ];
    let ids = [
        new.client_id.map(ClientId::bytes),
        new.pet_id.map(PetId::bytes),
        new.service_id.map(ServiceId::bytes),
        new.staff_id.map(StaffId::bytes),
        new.series_id.map(SeriesId::bytes),
        new.group_id.map(GroupId::bytes),
    ];
    let [client, pet, service, staff, series, group] = ids.each_ref().map(|id| ValueRef::from(id.as_ref().map(|id| id.as_slice())));
    let (id, number, flag) = (id.bytes(), ValueRef::Integer, |flag: bool| ValueRef::Integer(flag.into()));
    let (notes, now) = (new.notes, number(tx.now().0));
    let values = [
        id.as_slice().into(),
        client,
        pet,
        service,
        staff,
        notes.title.as_deref().into(),
        number(new.starts_at.0),
        number(new.ends_at.0),
        new.status.as_str().into(),
        new.booking_method.as_str().into(),
        flag(new.booking_method == BookingMethod::Online),
        reference.into(),
        notes.reason.as_deref().into(),
        notes.symptoms.as_deref().into(),
        notes.special_requests.as_deref().into(),
        notes.client_notes.as_deref().into(),
        notes.internal_notes.as_deref().into(),
        notes.pickup_address.as_deref().into(),
        new.estimated_cost_cents.map(|cents| number(cents.0)).into(),
        flag(new.is_emergency),
        flag(new.is_overbooked),
        new.recurrence.into(),
        series,
        group,
        now,
        now,
        (new.status == AppointmentStatus::CheckedIn).then_some(now).into(),
    ];
    tx.insert("appointments", COLUMNS, &values)
}

/// A reference to be told on the phone: six characters, none of which looks or sounds like another.
pub(crate) fn reference(db: &Connection) -> Result<String> {
    unused(db, || {
        let mut bytes = [0_u8; 6];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Value(error.to_string()))?;
        Ok(bytes)
    })
}

/// The reference of a visit that two desks may make independently: the same on both, or one of them would tell the client what holds no more.
pub(crate) fn reference_of(db: &Connection, id: AppointmentId) -> Result<String> {
    let mut time = 0_u32;
    unused(db, || {
        time += 1;
        let [a, b, c, d, e, f, ..] = *natural_id("booking_reference", &[&id.bytes(), &time.to_be_bytes()]).as_bytes();
        Ok([a, b, c, d, e, f])
    })
}

/// The first text made of such bytes that no visit has.
fn unused(db: &Connection, mut bytes: impl FnMut() -> Result<[u8; 6]>) -> Result<String> {
    const LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRTUVWXYZ";
    loop {
        let text: String = bytes()?.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
        if !db.prepare_cached("SELECT 1 FROM appointments WHERE booking_reference = ?1")?.exists([&text])? {
            return Ok(text);
        }
    }
}
