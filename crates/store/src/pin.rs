//! PINs: argon2id, and a pause after too many wrong ones.

use std::collections::BTreeMap;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use petrel_domain::checked::check_pin;
use petrel_domain::desk::{Saved, Staff};
use petrel_domain::rights::Right;
use petrel_domain::{Millis, Refusal, RefusalCode, StaffId};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::staff::member;
use crate::{Action, Actor, Result, Store, StoreError, Tx};

/// Wrong PINs that cost nothing but the time to type them.
const FREE_TRIES: u32 = 5;
/// The first pause, in milliseconds; each further wrong PIN doubles it.
const FIRST_PAUSE: i64 = 30_000;
/// The longest pause.
const LONGEST_PAUSE: i64 = 60 * 60 * 1000;
/// Where this desk remembers wrong tries; a restart does not forget them.
const SETTING: &str = "pin_tries";

/// Wrong tries of one person since the last right one.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Tries {
    wrong: u32,
    until: Option<i64>,
}

impl Store {
    /// Sets or clears a PIN. Whoever runs the clinic sets anybody's; everybody else only their own, and must know the current one.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `wrong_pin`, `too_many_tries`, or what the check of the PIN says.
    pub fn set_pin(&self, actor: &Actor, staff_id: StaffId, pin: Option<&str>, current: Option<&str>) -> Result<Saved<()>> {
        if let Some(pin) = pin {
            check_pin(pin)?;
        }
        let is_own = actor.staff_id() == Some(staff_id);
        if is_own {
            self.check_pin(staff_id, current)?;
        } else {
            actor.require(Right::ManageClinic)?;
        }
        let hash = pin.map(hash).transpose()?;
        self.write(actor, Action::SetPin, |tx| write_hash(tx, staff_id, hash.as_deref()))
    }

    /// Signs somebody in. Answers who they are.
    ///
    /// # Errors
    /// `wrong_pin` with the tries that are left; `too_many_tries` with the end of the pause; `not_found` where they do not work here (any more).
    pub fn sign_in(&self, staff_id: StaffId, pin: Option<&str>) -> Result<Staff> {
        let staff = self.read(|db| member(db, staff_id))?.filter(|staff| staff.details.is_active);
        let staff = staff.ok_or_else(|| Refusal::not_found("staff"))?;
        self.check_pin(staff_id, pin)?;
        Ok(staff)
    }

    fn check_pin(&self, staff_id: StaffId, pin: Option<&str>) -> Result<()> {
        let sql = "SELECT pin_hash FROM staff WHERE id = ?1 AND deleted_at IS NULL";
        let kept =
            self.read(|db| Ok(db.prepare_cached(sql)?.query_row([staff_id.bytes()], |row| row.get::<_, Option<String>>(0)).optional()?))?;
        let Some(kept) = kept.flatten() else { return Ok(()) };
        if let Some(until) = locked_until(self, staff_id)? {
            return Err(Refusal { until: Some(until), ..Refusal::on(RefusalCode::TooManyTries, "pin") }.into());
        }
        let is_right = pin.is_some_and(|pin| verify(pin, &kept));
        let tries = note(self, staff_id, is_right)?;
        if is_right {
            return Ok(());
        }
        let left = FREE_TRIES.saturating_sub(tries.wrong);
        Err(Refusal { until: tries.until.map(Millis), ..Refusal::on(RefusalCode::WrongPin, "pin").with_limit(left as usize) }.into())
    }
}

/// The end of the pause that somebody is in, if they are.
pub(crate) fn locked_until(store: &Store, staff_id: StaffId) -> Result<Option<Millis>> {
    let until = all(store)?.get(&staff_id.to_string()).and_then(|tries| tries.until);
    // A clock that was set back must not lock anybody out for longer than the longest pause.
    let now = store.now().0;
    Ok(until.filter(|until| now < *until && *until <= now + LONGEST_PAUSE).map(Millis))
}

fn all(store: &Store) -> Result<BTreeMap<String, Tries>> {
    let kept = store.desk_setting(SETTING)?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn note(store: &Store, staff_id: StaffId, is_right: bool) -> Result<Tries> {
    let mut tries = all(store)?;
    let own = tries.entry(staff_id.to_string()).or_default();
    if is_right {
        *own = Tries::default();
    } else {
        own.wrong += 1;
        let further = own.wrong.saturating_sub(FREE_TRIES);
        own.until = (own.wrong >= FREE_TRIES).then(|| store.now().0 + (FIRST_PAUSE << further.min(16)).min(LONGEST_PAUSE));
    }
    let own = *own;
    store.set_desk_setting(SETTING, Some(&serde_json::to_string(&tries)?))?;
    Ok(own)
}

/// argon2id with 19 MiB, two passes, one lane (OWASP's password storage cheat sheet).
pub(crate) fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| StoreError::Value(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

pub(crate) fn hash(pin: &str) -> Result<String> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| StoreError::Value(error.to_string()))?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| StoreError::Value(error.to_string()))?;
    let hash = argon2()?.hash_password(pin.as_bytes(), &salt).map_err(|error| StoreError::Value(error.to_string()))?;
    Ok(hash.to_string())
}

fn verify(pin: &str, kept: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|kept| argon2().is_ok_and(|argon2| argon2.verify_password(pin.as_bytes(), &kept).is_ok()))
}

pub(crate) fn write_hash(tx: &Tx<'_>, staff_id: StaffId, hash: Option<&str>) -> Result<()> {
    let sql = "UPDATE staff SET pin_hash = ?2, updated_at = ?3 WHERE id = ?1 AND deleted_at IS NULL";
    if tx.db().prepare_cached(sql)?.execute(params![staff_id.bytes(), hash, tx.now().0])? == 0 {
        return Err(Refusal::not_found("staff").into());
    }
    Ok(())
}
