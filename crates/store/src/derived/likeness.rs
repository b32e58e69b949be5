//! `client_likeness` and `unclear_emails`: what needs attention among clients, without looking at each of them.

use std::collections::BTreeSet;

use petrel_domain::contact;
use rusqlite::{CachedStatement, Connection, params};
use sha2::{Digest, Sha256};

use crate::Result;

/// Forgets what was known of a client.
pub(super) fn remove(db: &Connection, client: &[u8; 16]) -> Result<()> {
    db.prepare_cached("DELETE FROM client_likeness WHERE client_id = ?1")?.execute([client])?;
    db.prepare_cached("DELETE FROM unclear_emails WHERE client_id = ?1")?.execute([client])?;
    Ok(())
}

/// Forgets everything.
pub(super) fn clear(db: &Connection) -> Result<()> {
    db.execute("DELETE FROM client_likeness", [])?;
    db.execute("DELETE FROM unclear_emails", [])?;
    Ok(())
}

/// The statements that write down what a client is like.
pub(super) struct Writing<'a> {
    likeness: CachedStatement<'a>,
    unclear: CachedStatement<'a>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(db: &'a Connection) -> Result<Self> {
        Ok(Self {
            likeness: db.prepare_cached("INSERT INTO client_likeness (client_id, name_and_pet) VALUES (?1, ?2)")?,
            unclear: db.prepare_cached("INSERT INTO unclear_emails (client_id) VALUES (?1)")?,
        })
    }

    /// Writes down a client of whom nothing is known: the name, the names of the pets (both folded), and the e-mail as it was typed.
    pub(super) fn write(&mut self, client: &[u8; 16], name: &str, pets: &[String], email: &str) -> Result<()> {
        let keys: BTreeSet<i64> = pets.iter().filter_map(|pet| key(name, pet)).collect();
        for key in keys {
            self.likeness.execute(params![client, key])?;
        }
        if !email.is_empty() && !contact::is_email(email) {
            self.unclear.execute([client])?;
        }
        Ok(())
    }
}

/// The same for every replica; none where a name is missing. (Two pairs of names in 2^64 share one, and a person looks at them.)
fn key(name: &str, pet: &str) -> Option<i64> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (name, pet) = (words(name), words(pet));
    if name.is_empty() || pet.is_empty() {
        return None;
    }
    let digest = Sha256::digest(format!("{name}|{pet}"));
    Some(i64::from_be_bytes(*digest.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use petrel_domain::text::fold;

    use super::*;

    #[test]
    fn names_are_alike_without_case_accents_and_spaces() {
        let of = |name: &str, pet: &str| key(&fold(name), &fold(pet));
        assert_eq!(of("José  Núñez", "Luna"), of("JOSE NUNEZ", "luna "));
        assert_ne!(of("José Núñez", "Luna"), of("José Núñez", "Lupa"));
        assert_eq!(of("José Núñez", ""), None);
    }
}
