//! Clients that may be one: by phone, by e-mail, by name and a pet's name.

use std::collections::{BTreeMap, BTreeSet};

use petrel_domain::desk::{ClientDetails, ClientRow, DuplicateReason};
use petrel_domain::rights::Right;
use petrel_domain::text::fold;
use petrel_domain::{ClientId, contact};
use rusqlite::Connection;

use super::list::rows;
use crate::attention::dismissed;
use crate::{Actor, Result, Store};

/// The most that are shown while somebody types.
const SHOWN: usize = 5;

/// Two clients, and what they share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Likeness {
    pub(crate) reason: DuplicateReason,
    pub(crate) first: ClientId,
    pub(crate) second: ClientId,
}

impl Store {
    /// Clients that are like the one that is being typed, but for those of whom it was said here that they are not `except`, who is being typed.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn possible_duplicates(&self, actor: &Actor, input: &ClientDetails, except: Option<ClientId>) -> Result<Vec<ClientRow>> {
        actor.require(Right::SeeClinic)?;
        let (now, dismissed) = (self.now(), dismissed(self)?);
        let are_two = |one: ClientId, other: ClientId| dismissed.contains(&(one.min(other).to_string(), one.max(other).to_string()));
        self.read(|db| {
            let locale = crate::clinic::locale(db)?;
            let phone = input.phone.as_deref().map(|phone| contact::normalise_phone(phone, &locale));
            let phone = phone.filter(|phone| !phone.is_unclear).map(|phone| phone.text);
            let email = input.email.as_deref().map(contact::email_key).filter(|email| contact::is_email(email));
            let mut found = by(db, "phone = ?1", phone.as_deref())?;
            found.extend(by(db, "lower(email) = ?1", email.as_deref())?);
            found.extend(namesakes(db, &input.first_name, &input.last_name)?);
            let mut seen = BTreeSet::new();
            found.retain(|id| Some(*id) != except && !except.is_some_and(|own| are_two(own, *id)) && seen.insert(*id));
            found.truncate(SHOWN);
            rows(db, &found, now)
        })
    }
}

fn by(db: &Connection, condition: &str, key: Option<&str>) -> Result<Vec<ClientId>> {
    let Some(key) = key else { return Ok(Vec::new()) };
    let column = if condition.starts_with("lower") { "email" } else { "phone" };
    let sql = format!("SELECT id FROM clients WHERE {condition} AND {column} IS NOT NULL AND deleted_at IS NULL LIMIT 5");
    let mut statement = db.prepare_cached(&sql)?;
    Ok(statement.query_map([key], |row| row.get(0).map(ClientId::from_bytes))?.collect::<Result<_, _>>()?)
}

/// Clients of the same name, with or without its accents: asked of the search index, which holds names as they are compared.
fn namesakes(db: &Connection, first_name: &str, last_name: &str) -> Result<Vec<ClientId>> {
    let words = |text: &str| fold(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let (first, last) = (words(first_name), words(last_name));
    if first.is_empty() || last.is_empty() {
        return Ok(Vec::new());
    }
    let question: Vec<String> = first.split(' ').chain(last.split(' ')).map(|word| format!("{{names}} : \"{word}\"")).collect();
    let sql = "SELECT c.id, c.first_name, c.last_name FROM search_index i JOIN search_docs d ON d.docid = i.rowid JOIN clients c ON c.id = d.client_id
               WHERE i.search_index MATCH ?1 AND c.deleted_at IS NULL LIMIT 200";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([question.join(" AND ")])?;
    let mut found = Vec::new();
    // "Ana María" is not Ana: the parts of the name must be the same.
    while let Some(row) = rows.next()? {
        if words(row.get_ref(1)?.as_str()?) == first && words(row.get_ref(2)?.as_str()?) == last {
            found.push(ClientId::from_bytes(row.get(0)?));
        }
        if found.len() == SHOWN {
            break;
        }
    }
    Ok(found)
}

/// All pairs of clients that may be one, at the most `limit`. Phones, e-mails, and names with those of pets (without their accents and case)
/// are read off their indexes in order.
pub(crate) fn pairs(db: &Connection, limit: usize) -> Result<Vec<Likeness>> {
    let phones = "SELECT id, phone FROM clients WHERE phone IN (
                    SELECT phone FROM clients WHERE phone IS NOT NULL AND deleted_at IS NULL GROUP BY phone HAVING count(*) > 1 LIMIT ?1)
                  AND phone IS NOT NULL AND deleted_at IS NULL ORDER BY phone, id";
    let emails = "SELECT id, lower(email) FROM clients WHERE lower(email) IN (
                    SELECT lower(email) FROM clients WHERE email IS NOT NULL AND deleted_at IS NULL GROUP BY lower(email) HAVING count(*) > 1 LIMIT ?1)
                  AND email IS NOT NULL AND deleted_at IS NULL ORDER BY lower(email), id";
    let names = "SELECT client_id, printf('%d', name_and_pet) FROM client_likeness WHERE name_and_pet IN (
                   SELECT name_and_pet FROM client_likeness GROUP BY name_and_pet HAVING count(*) > 1 LIMIT ?1) ORDER BY name_and_pet, client_id";
    let mut found = BTreeMap::new();
    for (reason, sql) in [(DuplicateReason::Phone, phones), (DuplicateReason::Email, emails), (DuplicateReason::NameAndPet, names)] {
        let mut groups: BTreeMap<String, Vec<ClientId>> = BTreeMap::new();
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
        while let Some(row) = rows.next()? {
            let shared = row.get_ref(1)?.as_str()?;
            // "none" and "ask at reception" are of many who have nothing else in common.
            let is_told = match reason {
                DuplicateReason::Phone => !contact::is_unclear(shared),
                DuplicateReason::Email => contact::is_email(shared),
                DuplicateReason::NameAndPet | DuplicateReason::Number | DuplicateReason::Name => true,
            };
            if is_told {
                groups.entry(shared.to_owned()).or_default().push(ClientId::from_bytes(row.get(0)?));
            }
        }
        for ids in groups.into_values() {
            for (one, other) in pairs_of(&ids).into_iter().filter(|(one, other)| one != other) {
                let (first, second) = (one.min(other), one.max(other));
                // The first reason found is the strongest.
                found.entry((first, second)).or_insert(Likeness { reason, first, second });
            }
        }
    }
    let mut pairs: Vec<_> = found.into_values().collect();
    pairs.sort_unstable();
    pairs.truncate(limit);
    Ok(pairs)
}

/// Each with each, as two of them may be known to be two people. In a large group (a shelter's number) each with the next: there it is one
/// question, not hundreds.
fn pairs_of(ids: &[ClientId]) -> Vec<(ClientId, ClientId)> {
    const EACH: usize = 8;
    if ids.len() > EACH {
        return ids.windows(2).map(|pair| (pair[0], pair[1])).collect();
    }
    ids.iter().enumerate().flat_map(|(place, one)| ids[place + 1..].iter().map(|other| (*one, *other))).collect()
}
