//! Vaccinations and weights, the waitlist, and one clash for a person to settle.

use petrel_domain::{DAY, Millis, WallTime, zone};
use rusqlite::{Connection, OptionalExtension, params};

use super::Maker;
use super::people::{Herd, Pet};
use super::setup::Crew;
use crate::Result;

/// The most pets whose history is written; a clinic of a hundred thousand is for measuring, not for reading.
const READABLE: usize = 20_000;

pub(super) fn fill(db: &Connection, maker: &mut Maker, crew: &Crew, herd: &Herd) -> Result<()> {
    for pet in herd.pets.iter().take(READABLE) {
        vaccinations(db, maker, pet)?;
        weights(db, maker, pet)?;
    }
    waitlist(db, maker, crew, herd)?;
    clash(db, maker)
}

fn vaccinations(db: &Connection, maker: &mut Maker, pet: &Pet) -> Result<()> {
    let titles = maker.words.language.vaccines.get(pet.species.as_str()).cloned().unwrap_or_default();
    for title in titles {
        let first = Millis(pet.since.0 + maker.rng.i64(0..40 * DAY));
        let mut at = in_the_morning(maker, pet, first);
        while at < pet.until(maker.now) && maker.chance(92) {
            let due = zone::date_of(at, maker.zone) + chrono::Months::new(12);
            let id = maker.id(at);
            let sql = "INSERT INTO medical_records (id, pet_id, kind, title, recorded_at, due_on, created_at, updated_at) VALUES (?1, ?2, 'vaccination', ?3, ?4, ?5, ?4, ?4)";
            db.prepare_cached(sql)?.execute(params![id, pet.id, title, at.0, due.to_string()])?;
            let next = Millis(at.0 + 365 * DAY + maker.rng.i64(-20..60) * DAY);
            at = in_the_morning(maker, pet, next);
        }
    }
    Ok(())
}

/// About when something was done: in a morning on which the clinic is open, while the pet is its patient. Nobody vaccinates at night.
fn in_the_morning(maker: &mut Maker, pet: &Pet, about: Millis) -> Millis {
    let minute = WallTime::from_minutes(9 * 60 + 5 * maker.rng.u16(0..46));
    let (since, until, date) = (pet.since, pet.until(maker.now), zone::date_of(about, maker.zone));
    let near = [0, 1, 2, -1, -2, -3].into_iter().filter_map(|days| date.checked_add_signed(chrono::TimeDelta::days(days)));
    let open = near.filter(|date| zone::day_of_week(*date) != 0);
    let mut there = open.filter_map(|date| zone::instant(date, minute?, maker.zone)).filter(|at| since <= *at);
    // What is to come is past what is written down, and ends it.
    if about >= until { about } else { there.find(|at| *at < until).unwrap_or(about) }
}

fn weights(db: &Connection, maker: &mut Maker, pet: &Pet) -> Result<()> {
    let count = maker.rng.i64(0..7);
    let until = pet.until(maker.now);
    for n in 0..count {
        let at = in_the_morning(maker, pet, Millis(pet.since.0 + (until.0 - pet.since.0) * (n + 1) / (count + 1)));
        let is_last = n + 1 == count;
        let grams = if is_last { pet.grams } else { pet.frame.grams(pet.species, at.0 - pet.born.0) * maker.rng.u32(94..104) / 100 };
        let id = maker.id(at);
        let sql = "INSERT INTO medical_records (id, pet_id, kind, data, recorded_at, created_at, updated_at)
                   VALUES (?1, ?2, 'weight', json_object('grams', ?3), ?4, ?4, ?4)";
        db.prepare_cached(sql)?.execute(params![id, pet.id, grams, at.0])?;
    }
    Ok(())
}

fn waitlist(db: &Connection, maker: &mut Maker, crew: &Crew, herd: &Herd) -> Result<()> {
    let today = zone::date_of(maker.now, maker.zone);
    for n in 0..14_u64 {
        let pet = *maker.pick(&herd.pets);
        if pet.died.is_some() {
            continue;
        }
        let at = Millis(maker.now.0 - maker.rng.i64(1..20 * 24) * 60 * 60_000);
        let id = maker.id(at);
        let service = maker.pick(&crew.services).id.bytes();
        let day = (n % 3 != 0).then(|| (today + chrono::Days::new(n / 2)).to_string());
        let (earliest, latest) = if n % 4 == 0 { (Some("09:00"), Some("12:00")) } else { (None, None) };
        let priority = i64::from(n % 5 == 0) + i64::from(n % 7 == 0);
        let sql = "INSERT INTO waitlist_entries (id, client_id, pet_id, service_id, requested_on, earliest_time, latest_time, priority, created_at, updated_at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)";
        db.prepare_cached(sql)?.execute(params![id, pet.client_id, pet.id, service, day, earliest, latest, priority, at.0])?;
    }
    Ok(())
}

/// Two desks booked the same hour while they were apart.
fn clash(db: &Connection, maker: &Maker) -> Result<()> {
    let pair = "SELECT a.id, b.id FROM appointments a JOIN appointments b ON b.staff_id = a.staff_id AND b.starts_at > a.starts_at AND b.starts_at < a.starts_at + ?2
                WHERE a.starts_at > ?1 AND a.starts_at < ?1 + ?2 AND a.status = 'confirmed' AND b.status = 'confirmed' ORDER BY a.starts_at LIMIT 1";
    let found: Option<([u8; 16], [u8; 16])> =
        db.query_row(pair, params![maker.now.0 + DAY, DAY], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if let Some((first, second)) = found {
        let meet = "UPDATE appointments SET ends_at = (SELECT starts_at FROM appointments WHERE id = ?1) + ends_at - starts_at,
                      starts_at = (SELECT starts_at FROM appointments WHERE id = ?1), clash_with_id = ?1 WHERE id = ?2";
        db.execute(meet, params![first, second])?;
        db.execute("UPDATE appointments SET clash_with_id = ?2 WHERE id = ?1", params![first, second])?;
    }
    Ok(())
}
