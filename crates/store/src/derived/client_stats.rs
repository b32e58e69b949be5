//! `client_stats`: what a client has done here, and prefers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use chrono_tz::Tz;
use petrel_domain::MINUTE;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::bucket::hour;
use crate::Result;
use crate::clinic_zone::clinic_zone;

/// How many of each are kept as preferred.
const PREFERRED: usize = 3;

#[derive(Default)]
struct Figures {
    appointments: i64,
    completed: i64,
    no_shows: i64,
    cancellations: i64,
    reschedules: i64,
    spent_cents: i64,
    first_visit_at: Option<i64>,
    last_visit_at: Option<i64>,
    lead_minutes: i64,
    days: BTreeMap<u32, u32>,
    hours: BTreeMap<u32, u32>,
    staff: BTreeMap<String, u32>,
    services: BTreeMap<String, u32>,
}

const VISITS: &str =
    "SELECT client_id, starts_at, status, created_at, coalesce(final_cost_cents, 0), staff_id, service_id FROM appointments";

/// Brings these clients up to date.
pub(super) fn refresh(db: &Connection, clients: &BTreeSet<[u8; 16]>) -> Result<()> {
    let Some(zone) = clinic_zone(db)? else { return Ok(()) };
    for client in clients {
        db.prepare_cached("DELETE FROM client_stats WHERE client_id = ?1")?.execute([client])?;
        let mut statement = db.prepare_cached(&format!("{VISITS} WHERE client_id = ?1 AND deleted_at IS NULL"))?;
        let mut rows = statement.query([client])?;
        let mut figures = Figures::default();
        while let Some(row) = rows.next()? {
            figures.add(row, zone)?;
        }
        let calls = "SELECT count(*) FROM calls WHERE client_id = ?1 AND deleted_at IS NULL";
        let calls: i64 = db.prepare_cached(calls)?.query_row([client], |row| row.get(0))?;
        insert(db, client, &figures, calls)?;
    }
    Ok(())
}

/// How many visits are sorted at a time: what is sorted lies in memory.
const SORTED: i64 = 500_000;

/// Makes them anew for every client. The visits are read in the order in which they lie, and sorted: going from client to client would fetch, and
/// decipher, a page for every visit. Where there are very many, by some of the clients at a time, told by the last byte of their ids.
pub(super) fn rebuild(db: &Connection) -> Result<()> {
    let Some(zone) = clinic_zone(db)? else { return Ok(()) };
    db.execute("DELETE FROM client_stats", [])?;
    let mut calls =
        db.prepare("SELECT client_id, count(*) FROM calls WHERE client_id IS NOT NULL AND deleted_at IS NULL GROUP BY client_id")?;
    let mut calls: BTreeMap<[u8; 16], i64> = calls.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let visits: i64 = db.query_row("SELECT count(*) FROM appointments", [], |row| row.get(0))?;
    let parts = u8::try_from(visits / SORTED + 1).unwrap_or(u8::MAX);
    for part in 0..parts {
        let sql = format!(
            "{VISITS} NOT INDEXED WHERE client_id IS NOT NULL AND deleted_at IS NULL AND substr(client_id, 16) BETWEEN ?1 AND ?2 ORDER BY client_id"
        );
        let edge = |part: u8| u16::from(part) * 256 / u16::from(parts);
        let (first, last) = (edge(part), if part + 1 == parts { 255 } else { edge(part + 1) - 1 });
        let mut statement = db.prepare(&sql)?;
        let mut rows = statement.query([[first as u8], [last as u8]])?;
        let mut open: Option<([u8; 16], Figures)> = None;
        while let Some(row) = rows.next()? {
            let client: [u8; 16] = row.get(0)?;
            if open.as_ref().is_none_or(|(id, _)| *id != client)
                && let Some((id, figures)) = open.replace((client, Figures::default()))
            {
                insert(db, &id, &figures, calls.remove(&id).unwrap_or_default())?;
            }
            if let Some((_, figures)) = &mut open {
                figures.add(row, zone)?;
            }
        }
        if let Some((id, figures)) = open {
            insert(db, &id, &figures, calls.remove(&id).unwrap_or_default())?;
        }
    }
    for (id, calls) in calls {
        insert(db, &id, &Figures::default(), calls)?;
    }
    Ok(())
}

impl Figures {
    fn add(&mut self, row: &Row<'_>, zone: Tz) -> Result<()> {
        let starts_at: i64 = row.get(1)?;
        let status = row.get_ref(2)?.as_str()?;
        // A rescheduled visit lives on in the one that replaced it: it counts as a reschedule, not as a visit.
        if status == "rescheduled" {
            self.reschedules += 1;
            return Ok(());
        }
        self.appointments += 1;
        self.lead_minutes += (starts_at - row.get::<_, i64>(3)?).max(0) / MINUTE;
        match status {
            "no_show" => self.no_shows += 1,
            "cancelled" => self.cancellations += 1,
            "completed" => {
                self.completed += 1;
                self.spent_cents += row.get::<_, i64>(4)?;
                self.first_visit_at = Some(self.first_visit_at.map_or(starts_at, |first| first.min(starts_at)));
                self.last_visit_at = Some(self.last_visit_at.map_or(starts_at, |last| last.max(starts_at)));
                let at = hour(starts_at, zone);
                *self.days.entry(at.day.weekday().num_days_from_sunday()).or_default() += 1;
                *self.hours.entry(at.hour).or_default() += 1;
                count_id(&mut self.staff, row.get(5)?);
                count_id(&mut self.services, row.get(6)?);
            }
            _ => {}
        }
        Ok(())
    }
}

fn count_id(counts: &mut BTreeMap<String, u32>, id: Option<[u8; 16]>) {
    if let Some(id) = id {
        *counts.entry(Uuid::from_bytes(id).to_string()).or_default() += 1;
    }
}

/// The most frequent first, as JSON; equals in the order of their keys, so that every desk says the same.
fn preferred<K: serde::Serialize + Ord>(counts: &BTreeMap<K, u32>) -> Result<String> {
    let mut keys: Vec<_> = counts.iter().collect();
    keys.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    Ok(serde_json::to_string(&keys.into_iter().take(PREFERRED).map(|(key, _)| key).collect::<Vec<_>>())?)
}

fn insert(db: &Connection, client: &[u8; 16], figures: &Figures, calls: i64) -> Result<()> {
    if figures.appointments + figures.reschedules + calls == 0 {
        return Ok(());
    }
    db.prepare_cached(include_str!("client_stats.sql"))?.execute(params![
        client,
        figures.appointments,
        figures.completed,
        figures.no_shows,
        figures.cancellations,
        figures.reschedules,
        calls,
        figures.spent_cents,
        figures.first_visit_at,
        figures.last_visit_at,
        figures.lead_minutes,
        preferred(&figures.days)?,
        preferred(&figures.hours)?,
        preferred(&figures.staff)?,
        preferred(&figures.services)?,
    ])?;
    Ok(())
}
