//! Who is here already: read once, so that no row has to ask.

use std::collections::HashMap;

use petrel_domain::desk::{ClientDetails, DuplicateReason};
use petrel_domain::text::fold;
use petrel_domain::{ClientId, contact};
use rusqlite::Connection;

use crate::Result;
use crate::appointments::card::full_name;

/// The clients by what two of them may share.
#[derive(Default)]
pub(super) struct Known {
    by_phone: HashMap<String, ClientId>,
    by_email: HashMap<String, ClientId>,
    by_name_and_pet: HashMap<String, ClientId>,
    names: HashMap<ClientId, String>,
    pets: HashMap<ClientId, Vec<String>>,
}

impl Known {
    pub(super) fn load(db: &Connection) -> Result<Self> {
        let mut known = Self::default();
        let mut statement = db.prepare("SELECT id, first_name, last_name, phone, email FROM clients WHERE deleted_at IS NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = ClientId::from_bytes(row.get(0)?);
            known.names.insert(id, full_name(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?));
            if let Some(phone) = row.get::<_, Option<String>>(3)?.filter(|phone| !contact::is_unclear(phone)) {
                known.by_phone.entry(phone).or_insert(id);
            }
            if let Some(email) = row.get_ref(4)?.as_str_or_null()?.filter(|email| contact::is_email(email)) {
                known.by_email.entry(contact::email_key(email)).or_insert(id);
            }
        }
        let mut statement = db.prepare("SELECT client_id, name FROM pets WHERE deleted_at IS NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = ClientId::from_bytes(row.get(0)?);
            let pet = fold(row.get_ref(1)?.as_str()?);
            if let Some(name) = known.names.get(&id) {
                known.by_name_and_pet.entry(format!("{}|{pet}", fold(name))).or_insert(id);
            }
            known.pets.entry(id).or_default().push(pet);
        }
        Ok(known)
    }

    /// The client that these details are of, and how that is known.
    pub(super) fn find<'a>(&self, client: &ClientDetails, mut pets: impl Iterator<Item = &'a str>) -> Option<(ClientId, DuplicateReason)> {
        if self.names.is_empty() {
            return None;
        }
        let phone = client.phone.as_deref().and_then(|phone| self.by_phone.get(phone));
        if let Some(id) = phone {
            return Some((*id, DuplicateReason::Phone));
        }
        let email = client.email.as_deref().and_then(|email| self.by_email.get(&contact::email_key(email)));
        if let Some(id) = email {
            return Some((*id, DuplicateReason::Email));
        }
        let name = fold(&full_name(&client.first_name, &client.last_name));
        let found = pets.find_map(|pet| self.by_name_and_pet.get(&format!("{name}|{}", fold(pet))));
        found.map(|id| (*id, DuplicateReason::NameAndPet))
    }

    pub(super) fn name(&self, id: ClientId) -> String {
        self.names.get(&id).cloned().unwrap_or_default()
    }

    pub(super) fn has_pet(&self, id: ClientId, name: &str) -> bool {
        self.pets.get(&id).is_some_and(|pets| pets.contains(&fold(name)))
    }
}
