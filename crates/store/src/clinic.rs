//! The clinic itself.

mod beginnings;

use petrel_domain::checked::Checked;
use petrel_domain::desk::{Clinic, ClinicDetails, NewClinic, Saved, StaffDetails};
use petrel_domain::rights::Right;
use petrel_domain::{ClinicId, Refusal, RefusalCode, Role, StaffId};
use rusqlite::{Connection, OptionalExtension, Row, params};

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

    /// Changes the clinic's details.
    ///
    /// # Errors
    /// `forbidden`, or what the check of the fields says.
    pub fn save_clinic(&self, actor: &Actor, input: ClinicDetails) -> Result<Saved<()>> {
        actor.require(Right::ManageClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::SaveClinic, |tx| {
            let sql = "UPDATE clinics SET name = ?1, email = ?2, phone = ?3, website_url = ?4, address = ?5, timezone = ?6, locale = ?7,
                       currency = ?8, google_review_url = ?9, updated_at = ?10 WHERE deleted_at IS NULL";
            let ClinicDetails { name, email, phone, website_url, address, timezone, locale, currency, google_review_url } = &input;
            let values = params![name, email, phone, website_url, address, timezone, locale, currency, google_review_url, tx.now().0];
            tx.db().execute(sql, values)?;
            Ok(())
        })
    }
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
    Ok(Clinic {
        id: row.id("id", ClinicId::from_bytes)?,
        details: ClinicDetails {
            name: row.named("name")?,
            email: row.named("email")?,
            phone: row.named("phone")?,
            website_url: row.named("website_url")?,
            address: row.named("address")?,
            timezone: row.named("timezone")?,
            locale: row.named("locale")?,
            currency: row.named("currency")?,
            google_review_url: row.named("google_review_url")?,
        },
    })
}
