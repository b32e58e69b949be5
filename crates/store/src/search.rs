//! Search as you type: names of clients and pets in any order, pieces of an e-mail, the end of a phone or a microchip.

use std::collections::BTreeSet;

use petrel_domain::desk::{ClientRow, SearchHit};
use petrel_domain::rights::Right;
use petrel_domain::text::{fold, reversed_digits};
use petrel_domain::{ClientId, Millis, PetId};
use rusqlite::{Connection, params};

use crate::clients::rows;
use crate::{Actor, Result, Store};

/// Candidates that are looked at for one question; what is not among them needs another letter.
const CANDIDATES: i64 = 120;
/// Clients with several whole words in common: of them the candidates are those who were here last. A name that is typed in full has no other
/// letter.
const NAMESAKES: i64 = 500;
/// Fewer digits than this are no end of a phone: half the clinic has them.
const LEAST_DIGITS: usize = 3;
/// More words than this are a sentence.
const MOST_WORDS: usize = 8;

impl Store {
    /// The clients that a text may mean, best first; up to 120.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn search(&self, actor: &Actor, text: &str, limit: u16) -> Result<Vec<SearchHit>> {
        actor.require(Right::SeeClinic)?;
        let words = words(text);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        self.read(|db| search(db, &words, usize::from(limit.clamp(1, 120)), now))
    }
}

/// Letters and digits alone come through, so nothing that is typed can be taken for the index's own syntax.
fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let is_digits = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let mut words: Vec<String> = Vec::new();
    for word in folded.split_whitespace() {
        match words.last_mut() {
            // "555 44 77" is one number, told in groups, also beside a name. In an e-mail they are words of their own.
            Some(last) if !text.contains('@') && is_digits(last) && is_digits(word) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words.truncate(MOST_WORDS);
    words
}

/// A question to the index: every word must be found, as the beginning of a word or as the end of a number.
fn question(words: &[String], is_whole: bool) -> String {
    let star = if is_whole { "" } else { "*" };
    let parts = words.iter().map(|word| {
        let text = format!("{{names pets email}} : \"{word}\"{star}");
        let digits = reversed_digits(word);
        let is_number = digits.len() == word.len() && digits.len() >= LEAST_DIGITS;
        // As it is dialled: kept numbers have the country's prefix in place of the zeros.
        let dialled = digits.trim_end_matches('0');
        match () {
            () if !is_number => format!("({text})"),
            () if dialled == digits || dialled.len() < LEAST_DIGITS => format!("({text} OR {{phone microchip}} : \"{digits}\"*)"),
            () => format!("({text} OR {{phone microchip}} : \"{digits}\"* OR {{phone}} : \"{dialled}\"*)"),
        }
    });
    parts.collect::<Vec<_>>().join(" AND ")
}

fn search(db: &Connection, words: &[String], limit: usize, now: Millis) -> Result<Vec<SearchHit>> {
    // Whole words first: among thirty thousand names with an "a" in front, Ana is meant.
    let mut ids = candidates(db, &question(words, true), if words.len() > 1 { NAMESAKES } else { CANDIDATES })?;
    if ids.len() < limit {
        let mut seen: BTreeSet<_> = ids.iter().copied().collect();
        ids.extend(candidates(db, &question(words, false), CANDIDATES)?.into_iter().filter(|id| seen.insert(*id)));
    }
    let mut ranked = ids.iter().map(|id| Ok((rank(db, *id, words)?, *id))).collect::<Result<Vec<_>>>()?;
    ranked.sort_unstable();
    ranked.truncate(limit);
    let best: Vec<ClientId> = ranked.into_iter().map(|(_, id)| id).collect();
    rows(db, &best, now)?.into_iter().map(|client| Ok(SearchHit { pet_id: meant(db, &client, words)?, client })).collect()
}

/// Of the first `most` that the index gives, those who were here last.
fn candidates(db: &Connection, question: &str, most: i64) -> Result<Vec<ClientId>> {
    let sql = "SELECT f.client_id FROM (
                 SELECT d.client_id FROM search_index i JOIN search_docs d ON d.docid = i.rowid WHERE i.search_index MATCH ?1 LIMIT ?2
               ) f LEFT JOIN client_stats s ON s.client_id = f.client_id ORDER BY s.last_visit_at DESC LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map(params![question, most, CANDIDATES], |row| row.get(0).map(ClientId::from_bytes))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Lower is better: how the words meet the name, then how long ago the client was here, then the name.
fn rank(db: &Connection, id: ClientId, words: &[String]) -> Result<(u32, i64, String)> {
    let sql = "SELECT c.last_name, c.first_name, coalesce(s.last_visit_at, 0) FROM clients c LEFT JOIN client_stats s ON s.client_id = c.id WHERE c.id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([id.bytes()], |row| {
        let name = fold(row.get_ref(0)?.as_str()?) + " " + &fold(row.get_ref(1)?.as_str()?);
        let of_word = |word: &String| match () {
            () if name.split_whitespace().any(|part| part == word) => 0,
            () if name.split_whitespace().any(|part| part.starts_with(word.as_str())) => 1,
            // A pet, an e-mail or a number.
            () => 2,
        };
        Ok((words.iter().map(of_word).sum(), -row.get::<_, i64>(2)?, name))
    })?)
}

/// The pet that a word names, or whose microchip it is or ends, where there is one.
fn meant(db: &Connection, client: &ClientRow, words: &[String]) -> Result<Option<PetId>> {
    let owner = fold(&client.name);
    let is_owner = |word: &str| owner.split_whitespace().any(|part| part.starts_with(word));
    let named =
        |word: &String| client.pets.iter().find(|pet| fold(&pet.name).split_whitespace().any(|part| part.starts_with(word.as_str())));
    if let Some(pet) = words.iter().filter(|word| !is_owner(word)).find_map(named) {
        return Ok(Some(pet.id));
    }
    // What ends their phone as well says nothing of a pet.
    let phone = reversed_digits(client.phone.as_deref().unwrap_or_default());
    let ends: Vec<String> = words
        .iter()
        .map(|word| (word, reversed_digits(word)))
        .filter(|(word, end)| end.len() == word.len() && end.len() >= LEAST_DIGITS && !phone.starts_with(end.as_str()))
        .map(|(_, end)| end)
        .collect();
    if ends.is_empty() { Ok(None) } else { chipped(db, client.id, &ends) }
}

/// The pet of a client whose microchip has one of these ends, told from the end. One that died is found by it, too.
fn chipped(db: &Connection, client: ClientId, ends: &[String]) -> Result<Option<PetId>> {
    let sql = "SELECT id, microchip FROM pets WHERE client_id = ?1 AND microchip IS NOT NULL AND deleted_at IS NULL ORDER BY deceased_on IS NOT NULL, id";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([client.bytes()])?;
    while let Some(row) = rows.next()? {
        let chip = reversed_digits(row.get_ref(1)?.as_str()?);
        if ends.iter().any(|end| chip.starts_with(end.as_str())) {
            return Ok(Some(PetId::from_bytes(row.get(0)?)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_cannot_speak_the_indexs_language() {
        for typed in ["\"", "a\" OR \"b", "NEAR(", "*", "names:", "-x", "(a", "a AND"] {
            let question = question(&words(typed), false);
            assert!(!question.contains("\"\""), "{typed}: {question}");
            assert_eq!(question.matches('"').count() % 2, 0, "{typed}: {question}");
        }
    }

    #[test]
    fn numbers_told_in_groups_are_one() {
        assert_eq!(words("555 44 77"), ["5554477"]);
        assert_eq!(words("rex 4477"), ["rex", "4477"]);
        assert_eq!(words("ana.12.85@mail.com"), ["ana", "12", "85", "mail", "com"]);
        assert_eq!(words("Smith 555 2671 rex 12"), ["smith", "5552671", "rex", "12"]);
        assert!(question(&words("4477"), false).contains("\"7744\"*"));
    }
}
