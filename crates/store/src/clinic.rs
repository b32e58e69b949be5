//! The clinic itself.

mod beginnings;

use chrono_tz::Tz;
use petrel_domain::checked::Checked;
use petrel_domain::currency::minor_digits;
use petrel_domain::desk::{Clinic, ClinicDetails, NewClinic, Saved, StaffDetails};
use petrel_domain::rights::Right;
use petrel_domain::{ClinicId, DAY, Millis, Refusal, RefusalCode, Role, StaffId, parse_zone, zone};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::clinic_zone::clinic_zone;
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx, pin, staff};

impl Store {
    /// The clinic; none in a new file.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn clinic(&self) -> Result<Option<Clinic>> {
        self.read(clinic)
    }

    /// Makes the clinic of a new file, with its owner, the services its kind usually offers, and the owner's hours.
    ///
    /// # Errors
    /// `duplicate` where there is one already, or what the check of the fields says.
    pub fn create_clinic(&self, input: NewClinic) -> Result<Saved<StaffId>> {
        let input = input.checked(())?;
        let hash = input.owner_pin.as_deref().map(pin::hash).transpose()?;
        self.write(&Actor::program(), Action::CreateClinic, |tx| {
            if clinic(tx.db())?.is_some() {
                return Err(Refusal::on(RefusalCode::Duplicate, "clinic").into());
            }
            insert_clinic(tx, &input)?;
            let owner = staff::insert_staff(tx, &owner(&input))?;
            pin::write_hash(tx, owner, hash.as_deref())?;
            beginnings::fill(tx, input.kind, &input.locale, owner)?;
            Ok(owner)
        })
    }

    /// Changes the clinic's details. In another zone visits to come keep their time of day: it is what clients were told, and what hours mean. In
    /// another currency prices keep their figures: what was typed as 45 is 45, whatever decimals the currency has.
    ///
    /// # Errors
    /// `forbidden`; `currency_in_use` where visits have amounts and the currency would get other decimals; or what the check of the fields says.
    pub fn save_clinic(&self, actor: &Actor, input: ClinicDetails) -> Result<Saved<()>> {
        actor.require(Right::ManageClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::SaveClinic, |tx| {
            keep_wall_clocks(tx, parse_zone(&input.timezone)?)?;
            keep_figures(tx, &input.currency)?;
            let sql = "UPDATE clinics SET name = ?1, email = ?2, phone = ?3, website_url = ?4, address = ?5, timezone = ?6, locale = ?7,
                       currency = ?8, google_review_url = ?9, updated_at = ?10 WHERE deleted_at IS NULL";
            let ClinicDetails { name, email, phone, website_url, address, timezone, locale, currency, google_review_url } = &input;
            let values = params![name, email, phone, website_url, address, timezone, locale, currency, google_review_url, tx.now().0];
            tx.db().execute(sql, values)?;
            Ok(())
        })
    }
}

/// What saving another zone or currency does to the rest of the clinic, where one is set by itself.
///
/// # Errors
/// As [`Store::save_clinic`]; `invalid` where this program does not know the zone.
pub(crate) fn before_setting(tx: &Tx<'_>, column: &str, value: &str) -> Result<()> {
    match column {
        "timezone" => keep_wall_clocks(tx, parse_zone(value)?),
        "currency" => keep_figures(tx, value),
        _ => Ok(()),
    }
}

/// Moves the visits that have not begun to the same wall clock in another zone. They stay as long as they were: stays by the clock on the wall, which may
/// be set there on another day.
fn keep_wall_clocks(tx: &Tx<'_>, zone: Tz) -> Result<()> {
    let Some(before) = clinic_zone(tx.db())?.filter(|before| *before != zone) else { return Ok(()) };
    let sql = "SELECT a.id, a.starts_at, a.ends_at, coalesce(s.kind = 'boarding', 0) FROM appointments a LEFT JOIN services s ON s.id = a.service_id
               WHERE a.starts_at > ?1 AND a.status IN ('pending', 'confirmed', 'reminded') AND a.deleted_at IS NULL";
    let mut statement = tx.db().prepare_cached(sql)?;
    let visits = statement.query_map([tx.now().0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let visits = visits.collect::<Result<Vec<([u8; 16], i64, i64, bool)>, _>>()?;
    let sql = "UPDATE appointments SET starts_at = ?2, ends_at = ?3, updated_at = ?4 WHERE id = ?1";
    let mut update = tx.db().prepare_cached(sql)?;
    for (id, starts_at, ends_at, is_boarding) in visits {
        let to = zone::rezoned(Millis(starts_at), before, zone);
        let end = if is_boarding || ends_at - starts_at > DAY {
            zone::end_of(to, zone::length_of(Millis(starts_at), Millis(ends_at), is_boarding, before), is_boarding, zone)
        } else {
            Millis(to.0 + (ends_at - starts_at))
        };
        update.execute(params![id, to.0, end.0, tx.now().0])?;
    }
    Ok(())
}

/// Counts prices in the smallest unit of another currency, where it has more or fewer decimals. What it has no decimals for is rounded. What clients
/// were billed, or told, is not touched: see `docs/adr/0017-amounts-keep-their-figures.md`.
///
/// # Errors
/// `currency_in_use` where a visit has an amount.
fn keep_figures(tx: &Tx<'_>, currency: &str) -> Result<()> {
    let Some(clinic) = clinic(tx.db())? else { return Ok(()) };
    let (digits, before) = (minor_digits(currency), clinic.currency_digits);
    if digits == before {
        return Ok(());
    }
    let sql = "SELECT 1 FROM appointments WHERE (estimated_cost_cents > 0 OR final_cost_cents > 0) AND deleted_at IS NULL LIMIT 1";
    if tx.db().prepare(sql)?.exists([])? {
        return Err(Refusal::on(RefusalCode::CurrencyInUse, "currency").with_detail(&clinic.details.currency).into());
    }
    let power = |digits: u8| 10_f64.powi(i32::from(digits));
    // Also of services that were deleted: undo may bring them back.
    let sql = "UPDATE services SET base_price_cents = CAST(round(base_price_cents * ?1 / ?2) AS INTEGER), updated_at = ?3 WHERE base_price_cents > 0";
    tx.db().execute(sql, params![power(digits), power(before), tx.now().0])?;
    Ok(())
}

fn owner(input: &NewClinic) -> StaffDetails {
    StaffDetails {
        first_name: input.owner_first_name.clone(),
        last_name: input.owner_last_name.clone(),
        email: input.owner_email.clone(),
        role: Role::Owner,
        color: beginnings::OWNER_COLOR.to_owned(),
        is_active: true,
        is_bookable: true,
    }
}

pub(crate) fn insert_clinic(tx: &Tx<'_>, input: &NewClinic) -> Result<ClinicId> {
    let id = ClinicId(tx.new_id());
    let sql = "INSERT INTO clinics (id, name, timezone, locale, currency, created_by_email, created_at, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
    let values = params![id.bytes(), input.name, input.timezone, input.locale, input.currency, input.owner_email, tx.now().0];
    tx.db().execute(sql, values)?;
    Ok(id)
}

pub(crate) fn clinic(db: &Connection) -> Result<Option<Clinic>> {
    Ok(db.prepare_cached("SELECT * FROM clinics WHERE deleted_at IS NULL")?.query_row([], read_clinic).optional()?)
}

/// The clinic's locale, in whose country phones without a prefix are read.
pub(crate) fn locale(db: &Connection) -> Result<String> {
    let found = db.prepare_cached("SELECT locale FROM clinics WHERE deleted_at IS NULL")?.query_row([], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or_else(|| "en-US".to_owned()))
}

fn read_clinic(row: &Row<'_>) -> rusqlite::Result<Clinic> {
    let currency: String = row.named("currency")?;
    Ok(Clinic {
        id: row.id("id", ClinicId::from_bytes)?,
        currency_digits: minor_digits(&currency),
        details: ClinicDetails {
            name: row.named("name")?,
            email: row.named("email")?,
            phone: row.named("phone")?,
            website_url: row.named("website_url")?,
            address: row.named("address")?,
            timezone: row.named("timezone")?,
            locale: row.named("locale")?,
            currency,
            google_review_url: row.named("google_review_url")?,
        },
    })
}
