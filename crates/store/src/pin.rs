//! PINs: argon2id, and a pause after too many wrong ones.

use std::collections::BTreeMap;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use petrel_domain::checked::check_pin;
use petrel_domain::desk::{Saved, Staff};
use petrel_domain::rights::Right;
use petrel_domain::{Millis, Refusal, RefusalCode, Role, StaffId};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::staff::{has_owner, member, refuse_climbing};
use crate::{Action, Actor, Result, Store, StoreError, Tx};

/// Wrong PINs that cost nothing but the time to type them.
const FREE_TRIES: u32 = 5;
/// The first pause, in milliseconds; each further wrong PIN doubles it.
const FIRST_PAUSE: i64 = 30_000;
/// The longest pause.
const LONGEST_PAUSE: i64 = 60 * 60 * 1000;
/// Where this desk remembers wrong tries; a restart does not forget them.
const SETTING: &str = "pin_tries";
/// Under whose name wrong passphrases are counted there.
const PASSPHRASE: &str = "passphrase";

/// Wrong tries of one person since the last right one.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tries {
    wrong: u32,
    until: Option<i64>,
}

impl Store {
    /// Sets or clears a PIN. Whoever runs the clinic sets anybody's (an owner's only another owner); one's own asks for the
    /// current one.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `wrong_pin`, `too_many_tries`, or what the check of the PIN says.
    pub fn set_pin(&self, actor: &Actor, staff_id: StaffId, pin: Option<&str>, current: Option<&str>) -> Result<Saved<()>> {
        if let Some(pin) = pin {
            check_pin(pin)?;
        }
        if actor.staff_id() == Some(staff_id) {
            self.check_pin(staff_id, current, "current_pin")?;
        } else {
            actor.require(Right::ManageClinic)?;
            self.read(|db| {
                let person = member(db, staff_id)?.ok_or_else(|| Refusal::not_found("staff"))?;
                refuse_climbing(db, actor, person.details.role)
            })?;
        }
        let hash = pin.map(hash).transpose()?;
        let saved = self.write(actor, Action::SetPin, |tx| write_hash(tx, staff_id, hash.as_deref()))?;
        // A new PIN ends the pause that guessing the old one brought.
        change_tries(self, &staff_id.to_string(), forget)?;
        // Nobody takes it back: who saw the old one would have it again.
        Ok(Saved { undo: None, ..saved })
    }

    /// Signs somebody in. Answers who they are.
    ///
    /// # Errors
    /// `wrong_pin` with the tries that are left, also for somebody who does not work here (any more); `too_many_tries` with
    /// the end of the pause.
    pub fn sign_in(&self, staff_id: StaffId, pin: Option<&str>) -> Result<Staff> {
        let staff = self.read(|db| member(db, staff_id))?.filter(|staff| staff.details.is_active);
        let staff = staff.ok_or_else(|| Refusal::on(RefusalCode::WrongPin, "pin"))?;
        self.check_pin(staff_id, pin, "pin")?;
        Ok(staff)
    }

    /// Sets the PIN of an owner who forgot it, for whoever proves that they know a passphrase of the file: where there is one owner, nobody
    /// else could. Where two desks left no owner, whoever it is set for is one from now on: nobody could make them one. Wrong proofs are counted and
    /// paused as wrong PINs are.
    ///
    /// # Errors
    /// `forbidden` for whoever is no owner of a clinic that has one; `not_found`; what the check of the PIN says; `too_many_tries` on `passphrase`; what the proof says,
    /// with the tries that are left.
    pub fn reset_owner_pin(&self, staff_id: StaffId, pin: &str, prove: impl FnOnce() -> Result<()>) -> Result<Saved<()>> {
        let person = self.read(|db| member(db, staff_id))?.filter(|staff| staff.details.is_active);
        let is_owner = person.ok_or_else(|| Refusal::not_found("staff"))?.details.role == Role::Owner;
        if !is_owner && self.read(|db| has_owner(db, None))? {
            return Err(Refusal::new(RefusalCode::Forbidden).with_detail("owner").into());
        }
        check_pin(pin)?;
        let hash = hash(pin)?;
        self.count_tries(PASSPHRASE, "passphrase", prove)?;
        let saved = self.write(&Actor::program(), Action::SetPin, |tx| {
            if !is_owner {
                let sql = "UPDATE staff SET role = 'owner', updated_at = ?2 WHERE id = ?1";
                tx.db().prepare_cached(sql)?.execute(params![staff_id.bytes(), tx.now().0])?;
            }
            write_hash(tx, staff_id, Some(&hash))
        })?;
        change_tries(self, &staff_id.to_string(), forget)?;
        // Nobody takes it back: who saw the old one would have it again.
        Ok(Saved { undo: None, ..saved })
    }

    fn check_pin(&self, staff_id: StaffId, pin: Option<&str>, field: &str) -> Result<()> {
        let sql = "SELECT pin_hash FROM staff WHERE id = ?1 AND deleted_at IS NULL";
        let kept =
            self.read(|db| Ok(db.prepare_cached(sql)?.query_row([staff_id.bytes()], |row| row.get::<_, Option<String>>(0)).optional()?))?;
        let Some(kept) = kept.flatten() else { return Ok(()) };
        self.count_tries(&staff_id.to_string(), field, || {
            let is_right = pin.is_some_and(|pin| verify(pin, &kept));
            if is_right { Ok(()) } else { Err(Refusal::on(RefusalCode::WrongPin, field).into()) }
        })
    }

    /// Lets somebody try, unless there is a pause after wrong tries. A wrong one comes back with the tries that are left and the pause it brings.
    fn count_tries(&self, whose: &str, field: &str, attempt: impl FnOnce() -> Result<()>) -> Result<()> {
        // Counted before it is looked at, and in one step with the question for the pause: neither pulling the plug nor asking many times at once gives a
        // try for nothing.
        let now = self.now().0;
        let tries = change_tries(self, whose, |tries| match tries.pause(now) {
            Some(until) => Err(Refusal { until: Some(until), ..Refusal::on(RefusalCode::TooManyTries, field) }),
            None => {
                tries.fail(now);
                Ok(())
            }
        })?;
        let Err(error) = attempt() else {
            change_tries(self, whose, forget)?;
            return Ok(());
        };
        let left = FREE_TRIES.saturating_sub(tries.wrong);
        Err(Refusal { until: tries.until.map(Millis), ..error.refusal().with_limit(left as usize) }.into())
    }
}

impl Tries {
    fn fail(&mut self, now: i64) {
        self.wrong += 1;
        let further = self.wrong.saturating_sub(FREE_TRIES);
        self.until = (self.wrong >= FREE_TRIES).then(|| now + (FIRST_PAUSE << further.min(16)).min(LONGEST_PAUSE));
    }

    /// The end of the pause, while it lasts.
    fn pause(&self, now: i64) -> Option<Millis> {
        // A clock that was set back must not lock anybody out for longer than the longest pause.
        self.until.filter(|until| now < *until && *until <= now + LONGEST_PAUSE).map(Millis)
    }
}

/// Nothing is remembered of wrong tries any more.
fn forget(tries: &mut Tries) -> Result<(), Refusal> {
    *tries = Tries::default();
    Ok(())
}

/// The end of the pause that somebody is in, if they are.
pub(crate) fn locked_until(store: &Store, staff_id: StaffId) -> Result<Option<Millis>> {
    Ok(all(store)?.get(&staff_id.to_string()).and_then(|tries| tries.pause(store.now().0)))
}

fn all(store: &Store) -> Result<BTreeMap<String, Tries>> {
    Ok(read_all(store.desk_setting(SETTING)?, &store.unwritten_tries()))
}

/// What is kept, and what there was no room to keep.
fn read_all(kept: Option<String>, unwritten: &BTreeMap<String, Tries>) -> BTreeMap<String, Tries> {
    let mut all: BTreeMap<String, Tries> = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    all.append(&mut unwritten.clone());
    all
}

/// Changes what is remembered of one person (or of the passphrases), in one step; nothing where the change is refused.
fn change_tries(store: &Store, whose: &str, change: impl FnOnce(&mut Tries) -> Result<(), Refusal>) -> Result<Tries> {
    let db = store.writer();
    let kept = db.prepare_cached("SELECT value FROM settings WHERE key = ?1")?.query_row([SETTING], |row| row.get(0)).optional()?;
    let mut unwritten = store.unwritten_tries();
    let mut tries = read_all(kept, &unwritten);
    let own = tries.entry(whose.to_owned()).or_default();
    change(own)?;
    let own = *own;
    let sql = "INSERT INTO settings (key, value, updated_at) VALUES (?1, ?2, ?3)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
    match db.prepare_cached(sql)?.execute(params![SETTING, serde_json::to_string(&tries)?, store.now().0]).map_err(StoreError::from) {
        Ok(_) => unwritten.clear(),
        // A full disk keeps nobody from reading what is there: the tries are counted for as long as the program runs.
        Err(error) if matches!(error.refusal().code, RefusalCode::DiskFull | RefusalCode::DiskTrouble | RefusalCode::ReadOnly) => {
            unwritten.insert(whose.to_owned(), own);
        }
        Err(error) => return Err(error),
    }
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
