//! A visit as the board, the lists and the timeline show it.

use petrel_domain::appointment::picked_up;
use petrel_domain::desk::AppointmentCard;
use petrel_domain::{AppointmentId, AppointmentStatus, ClientId, GroupId, Millis, PetId, SeriesId, ServiceId, Species, StaffId};
use rusqlite::{Connection, Params, Row};

use crate::Result;

/// Everything a card shows; a condition on `a` and an order are to be added.
pub(crate) const CARD: &str = include_str!("card.sql");

/// The same from the table of cards, which is in the order of the board. What a write under way has changed is not in it yet.
const BOARD: &str = include_str!("board.sql");

/// The cards that a condition chooses.
pub(crate) fn cards(db: &Connection, condition: &str, params: impl Params) -> Result<Vec<AppointmentCard>> {
    read(db, &format!("{CARD} {condition}"), params)
}

/// The cards of a stretch of time, by a condition on it.
pub(crate) fn board(db: &Connection, condition: &str, params: impl Params) -> Result<Vec<AppointmentCard>> {
    read(db, &format!("{BOARD} {condition}"), params)
}

fn read(db: &Connection, sql: &str, params: impl Params) -> Result<Vec<AppointmentCard>> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut cards = Vec::new();
    while let Some(row) = rows.next()? {
        cards.push(read_card(row)?);
    }
    Ok(cards)
}

/// Reads a card. By position: a week has hundreds of them, and looking columns up by name costs more than reading them.
pub(crate) fn read_card(row: &Row<'_>) -> rusqlite::Result<AppointmentCard> {
    let status = AppointmentStatus::parse(row.get_ref(10)?.as_str()?).unwrap_or(AppointmentStatus::Pending);
    let millis = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Millis));
    let (actual_start_at, actual_end_at) = (millis(8)?, millis(9)?);
    let (since_at, cancelled_at) = (Millis(row.get(11)?), millis(12)?);
    let species = row.get_ref(22)?.as_str_or_null()?.and_then(Species::parse);
    let (first, last) = (row.get_ref(18)?.as_str_or_null()?, row.get_ref(19)?.as_str_or_null()?);
    Ok(AppointmentCard {
        id: AppointmentId::from_bytes(row.get(0)?),
        staff_id: row.get::<_, Option<_>>(1)?.map(StaffId::from_bytes),
        client_id: row.get::<_, Option<_>>(2)?.map(ClientId::from_bytes),
        client_name: called(first.unwrap_or_default(), last.unwrap_or_default(), row.get_ref(20)?.as_str_or_null()?, None),
        client_phone: row.get(20)?,
        pet_id: row.get::<_, Option<_>>(3)?.map(PetId::from_bytes),
        pet_name: row.get_ref(21)?.as_str_or_null()?.unwrap_or_default().to_owned(),
        species,
        service_id: row.get::<_, Option<_>>(4)?.map(ServiceId::from_bytes),
        title: row.get(5)?,
        starts_at: Millis(row.get(6)?),
        ends_at: Millis(row.get(7)?),
        actual_start_at,
        actual_end_at,
        status,
        status_since: since(status, actual_start_at, actual_end_at, cancelled_at).unwrap_or(since_at),
        picked_up_at: picked_up(status, actual_end_at, millis(24)?),
        is_emergency: row.get(13)?,
        is_overbooked: row.get(14)?,
        series_id: row.get::<_, Option<_>>(15)?.map(SeriesId::from_bytes),
        group_id: row.get::<_, Option<_>>(16)?.map(GroupId::from_bytes),
        has_clash: row.get_ref(17)? != rusqlite::types::ValueRef::Null,
        has_alert: row.get::<_, Option<bool>>(23)?.unwrap_or(false),
    })
}

/// The stamp of a status that has one of its own, but for that of who was checked in, which the question answers.
fn since(status: AppointmentStatus, started: Option<Millis>, ended: Option<Millis>, cancelled: Option<Millis>) -> Option<Millis> {
    match status {
        AppointmentStatus::InProgress => started,
        AppointmentStatus::Completed => ended,
        AppointmentStatus::Cancelled => cancelled,
        _ => None,
    }
}

/// What a client is called: by their name, else by their phone, else by their e-mail.
pub(crate) fn called(first: &str, last: &str, phone: Option<&str>, email: Option<&str>) -> String {
    let name = full_name(first, last);
    if name.is_empty() { phone.or(email).unwrap_or_default().to_owned() } else { name }
}

/// First and last name, without a space too many.
pub(crate) fn full_name(first: &str, last: &str) -> String {
    let mut name = String::with_capacity(first.len() + last.len() + 1);
    name.push_str(first);
    if !first.is_empty() && !last.is_empty() {
        name.push(' ');
    }
    name.push_str(last);
    name
}
