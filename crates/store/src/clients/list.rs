//! Clients in lists.

use petrel_domain::desk::{ClientFilter, ClientPage, ClientRow, ClientSort, ClientsQuery, PetChip};
use petrel_domain::rights::Right;
use petrel_domain::text::fold;
use petrel_domain::{ClientId, DAY, Millis, PetId, Species};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::tags::tags;
use crate::appointments::card::called;
use crate::{Actor, Result, Store};

/// What a row of a list shows of a client, besides its pets and tags. `?1` is the present.
const ROW: &str = "SELECT c.id, c.first_name, c.last_name, c.email, c.phone, s.last_visit_at,
      (SELECT min(a.starts_at) FROM appointments a WHERE a.client_id = c.id AND a.starts_at >= ?1 AND a.deleted_at IS NULL
         AND a.status IN ('pending', 'confirmed', 'reminded')),
      coalesce(s.completed, 0), coalesce(s.no_shows, 0)
    FROM clients c LEFT JOIN client_stats s ON s.client_id = c.id";

impl Store {
    /// A page of clients.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn clients(&self, actor: &Actor, query: &ClientsQuery) -> Result<ClientPage> {
        actor.require(Right::SeeClinic)?;
        let now = self.now();
        self.read(|db| page(db, query, now))
    }

    /// Every tag in use, by name.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn all_tags(&self, actor: &Actor) -> Result<Vec<String>> {
        actor.require(Right::SeeClinic)?;
        self.read(|db| {
            // Jumps from tag to tag in the index instead of reading every row of it.
            let sql = "WITH RECURSIVE t (tag) AS (
                         SELECT min(tag) FROM client_tags WHERE deleted_at IS NULL
                         UNION ALL SELECT (SELECT min(tag) FROM client_tags WHERE tag > t.tag AND deleted_at IS NULL) FROM t WHERE t.tag IS NOT NULL)
                       SELECT tag FROM t WHERE tag IS NOT NULL";
            let mut statement = db.prepare_cached(sql)?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
    }
}

/// So long after the last visit somebody counts as away.
const AWAY: i64 = 365 * DAY;

fn page(db: &Connection, query: &ClientsQuery, now: Millis) -> Result<ClientPage> {
    let (ids, total) = match query.only {
        ClientFilter::Everybody => everybody(db, query)?,
        ClientFilter::Coming => part(db, query, &COMING, now.0)?,
        ClientFilter::Away => part(db, query, &LAST_SEEN, now.0 - AWAY)?,
    };
    Ok(ClientPage { rows: rows(db, &ids, now)?, total })
}

fn everybody(db: &Connection, query: &ClientsQuery) -> Result<(Vec<ClientId>, u32)> {
    let (limit, offset) = (query.limit.clamp(1, 200), query.offset);
    // Each client has one document, which knows how their name is sorted.
    let order = match query.sort {
        ClientSort::Name => "d.sort_name, d.client_id",
        ClientSort::Created => "d.client_id DESC",
    };
    match &query.tag {
        None => {
            let sql = format!("SELECT d.client_id FROM search_docs d ORDER BY {order} LIMIT ?1 OFFSET ?2");
            Ok((ids(db, &sql, params![limit, offset])?, crate::derived::documents(db)?))
        }
        Some(tag) => {
            let from = "FROM client_tags t JOIN search_docs d ON d.client_id = t.client_id WHERE t.tag = ?1 AND t.deleted_at IS NULL";
            let sql = format!("SELECT d.client_id {from} ORDER BY {order} LIMIT ?2 OFFSET ?3");
            let total = db.prepare_cached(&format!("SELECT count(*) {from}"))?.query_row([tag], |row| row.get(0))?;
            Ok((ids(db, &sql, params![tag, limit, offset])?, total))
        }
    }
}

/// Some of the clients, by an instant `?1`.
struct Part {
    from: &'static str,
    order: &'static str,
    count: &'static str,
}

/// With a visit at `?1` or later. Visits to come are few beside those that were.
const COMING: Part = Part {
    from: "FROM appointments a WHERE a.starts_at >= ?1 AND a.deleted_at IS NULL AND a.client_id IS NOT NULL
           AND a.status IN ('pending', 'confirmed', 'reminded')",
    order: "GROUP BY client_id ORDER BY min(a.starts_at), client_id",
    count: "count(DISTINCT client_id)",
};
/// Last seen before `?1`. There are figures of clients that are there alone.
const LAST_SEEN: Part =
    Part { from: "FROM client_stats s WHERE s.last_visit_at < ?1", order: "ORDER BY s.last_visit_at, client_id", count: "count(*)" };

fn part(db: &Connection, query: &ClientsQuery, Part { from, order, count }: &Part, at: i64) -> Result<(Vec<ClientId>, u32)> {
    let tagged = match query.tag {
        Some(_) => "AND client_id IN (SELECT t.client_id FROM client_tags t WHERE t.tag = ?2 AND t.deleted_at IS NULL)",
        None => "AND ?2 IS NULL",
    };
    let sql = format!("SELECT client_id {from} {tagged} {order} LIMIT ?3 OFFSET ?4");
    let found = ids(db, &sql, params![at, query.tag, query.limit.clamp(1, 200), query.offset])?;
    let sql = format!("SELECT {count} {from} {tagged}");
    Ok((found, db.prepare_cached(&sql)?.query_row(params![at, query.tag], |row| row.get(0))?))
}

fn ids(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<ClientId>> {
    let mut statement = db.prepare_cached(sql)?;
    Ok(statement.query_map(params, |row| row.get(0).map(ClientId::from_bytes))?.collect::<Result<_, _>>()?)
}

/// Rows for these clients, in this order; clients that are gone are left out.
pub(crate) fn rows(db: &Connection, ids: &[ClientId], now: Millis) -> Result<Vec<ClientRow>> {
    let mut statement = db.prepare_cached(&format!("{ROW} WHERE c.id = ?2 AND c.deleted_at IS NULL"))?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(mut row) = statement.query_row(params![now.0, id.bytes()], read_row).optional()? {
            row.pets = chips(db, *id)?;
            row.tags = tags(db, *id)?;
            rows.push(row);
        }
    }
    Ok(rows)
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<ClientRow> {
    let (first, last) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
    let (email, phone): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    Ok(ClientRow {
        id: ClientId::from_bytes(row.get(0)?),
        name: called(first, last, phone.as_deref(), email.as_deref()),
        email,
        phone,
        pets: Vec::new(),
        tags: Vec::new(),
        last_visit_at: row.get::<_, Option<i64>>(5)?.map(Millis),
        next_visit_at: row.get::<_, Option<i64>>(6)?.map(Millis),
        completed: row.get(7)?,
        no_shows: row.get(8)?,
    })
}

/// The living pets of a client, by name.
fn chips(db: &Connection, client: ClientId) -> Result<Vec<PetChip>> {
    let sql = "SELECT id, name, species, breed, alerts IS NOT NULL OR allergies IS NOT NULL FROM pets
               WHERE client_id = ?1 AND deleted_at IS NULL AND deceased_on IS NULL";
    let mut statement = db.prepare_cached(sql)?;
    let chips = statement.query_map([client.bytes()], |row| {
        Ok(PetChip {
            id: PetId::from_bytes(row.get(0)?),
            name: row.get(1)?,
            species: Species::parse(row.get_ref(2)?.as_str()?).unwrap_or(Species::Other),
            breed: row.get(3)?,
            is_deceased: false,
            has_alert: row.get(4)?,
        })
    })?;
    let mut chips = chips.collect::<Result<Vec<_>, _>>()?;
    chips.sort_by_cached_key(|pet| (fold(&pet.name), pet.id.bytes()));
    Ok(chips)
}

/// What a client is called, and their phone.
pub(crate) fn names_of(db: &Connection, client: ClientId) -> Result<Option<(String, Option<String>)>> {
    let sql = "SELECT first_name, last_name, phone, email FROM clients WHERE id = ?1";
    let read = |row: &Row<'_>| {
        let (phone, email) = (row.get_ref(2)?.as_str_or_null()?, row.get_ref(3)?.as_str_or_null()?);
        Ok((called(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?, phone, email), row.get(2)?))
    };
    Ok(db.prepare_cached(sql)?.query_row([client.bytes()], read).optional()?)
}
