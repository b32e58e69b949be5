//! A small clinic on a real file, for tests that need one.

mod booking;
mod importing;

pub use booking::knowingly;

use std::sync::Arc;

use petrel_domain::desk::{ActionId, ClinicKind, KeyStore, NewClinic, PetDeathInput, PetDetails, StaffDetails};
use petrel_domain::{ClientId, Clock, FixedClock, Millis, PetId, Role, ServiceId, Sex, Species, StaffId, WallTime, manifest, zone};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use rusqlite::types::Value;
use tempfile::TempDir;

/// A clinic in Berlin with its owner, who works on weekdays from nine to six with a break at one, a client with a dog, and a service of half an hour.
pub struct Salon {
    pub store: Store,
    pub clock: Arc<FixedClock>,
    pub folder: TempDir,
    pub owner: Actor,
    pub staff: StaffId,
    pub client: ClientId,
    pub pet: PetId,
    pub service: ServiceId,
}

/// An instant by the clinic's wall clock.
pub fn at(date: &str, time: &str) -> Millis {
    zone::instant(date.parse().unwrap(), time.parse::<WallTime>().unwrap(), chrono_tz::Europe::Berlin).unwrap()
}

pub fn options(folder: &TempDir, clock: &Arc<FixedClock>) -> OpenOptions {
    OpenOptions {
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        ..OpenOptions::new(folder.path().join("clinic.petrel"), FileKey::from_bytes([7; 32]))
    }
}

pub fn new_clinic() -> NewClinic {
    NewClinic {
        name: "Oak Vets".into(),
        timezone: "Europe/Berlin".into(),
        locale: "en-US".into(),
        currency: "EUR".into(),
        kind: ClinicKind::Both,
        owner_first_name: "Ada".into(),
        owner_last_name: "Byron".into(),
        owner_email: None,
        owner_pin: None,
        key_store: KeyStore::Keychain,
        passphrase: None,
    }
}

pub fn salon() -> Salon {
    salon_with(|_| {})
}

pub fn salon_with(change: impl FnOnce(&mut OpenOptions)) -> Salon {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(at("2026-05-29", "08:00")));
    let mut options = options(&folder, &clock);
    change(&mut options);
    let store = Store::open(&options).unwrap();
    let staff = store.create_clinic(new_clinic()).unwrap().value;
    let owner = Actor::staff(staff, Role::Owner);
    let service = store.services(&owner).unwrap().into_iter().find(|service| service.details.name == "Consultation").unwrap().id;
    let mut salon =
        Salon { store, clock, folder, owner, staff, client: ClientId(uuid::Uuid::nil()), pet: PetId(uuid::Uuid::nil()), service };
    salon.client = salon.add_client("Grace", "Hopper", "+4930123456");
    salon.pet = salon.add_pet("Rex");
    salon
}

/// Every living row of every replicated table, and every row of the derived ones, but for when it was last written.
pub fn everything(salon: &Salon) -> Vec<(String, Vec<Value>)> {
    let mut all = Vec::new();
    let tables = manifest::REPLICATED.iter().map(|table| (*table, "WHERE deleted_at IS NULL"));
    for (table, living) in tables
        .chain(["client_stats", "list_stats", "daily_stats", "hourly_stats", "visit_cards", "client_likeness"].map(|table| (table, "")))
    {
        let rows = salon.store.read(|db| {
            let mut statement = db.prepare(&format!("SELECT * FROM {table} {living} ORDER BY 1, 2"))?;
            let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let kept: Vec<usize> = (0..names.len()).filter(|place| names[*place] != "updated_at").collect();
            let rows = statement.query_map([], |row| kept.iter().map(|place| row.get(*place)).collect())?;
            Ok(rows.collect::<Result<Vec<Vec<Value>>, _>>()?)
        });
        all.extend(rows.unwrap().into_iter().map(|row| (table.to_owned(), row)));
    }
    all
}

/// A dog of which nothing else is known.
pub fn rex() -> PetDetails {
    PetDetails {
        name: "Rex".into(),
        species: Species::Dog,
        breed: None,
        sex: Sex::Unknown,
        is_neutered: None,
        born_on: None,
        weight_grams: None,
        color: None,
        microchip: None,
        allergies: None,
        alerts: None,
        deceased_on: None,
    }
}

impl Salon {
    pub fn later(&self, millis: i64) {
        self.clock.set(Millis(self.clock.now().0 + millis));
    }

    pub fn add_client(&self, first: &str, last: &str, phone: &str) -> ClientId {
        let made = self.store.write(&self.owner, Action::CreateClient, |tx| {
            let id = ClientId(tx.new_id());
            let sql =
                "INSERT INTO clients (id, first_name, last_name, phone, email, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
            let email = format!("{}@example.com", first.to_lowercase());
            tx.db().execute(sql, (id.bytes(), first, last, phone, email, tx.now().0))?;
            Ok(id)
        });
        made.unwrap().value
    }

    pub fn die(&self, pet: PetId, day: &str) -> Option<ActionId> {
        let death = PetDeathInput { pet_id: pet, died_on: day.parse().unwrap(), reason: None };
        self.store.record_death(&self.owner, death).unwrap().undo
    }

    pub fn add_pet(&self, name: &str) -> PetId {
        self.add_pet_of(self.client, name)
    }

    pub fn add_pet_of(&self, client: ClientId, name: &str) -> PetId {
        let made = self.store.write(&self.owner, Action::CreatePet, |tx| {
            let id = PetId(tx.new_id());
            let sql = "INSERT INTO pets (id, client_id, name, species, created_at, updated_at) VALUES (?1, ?2, ?3, 'dog', ?4, ?4)";
            tx.db().execute(sql, (id.bytes(), client.bytes(), name, tx.now().0))?;
            Ok(id)
        });
        made.unwrap().value
    }

    pub fn hire(&self, name: &str, role: Role, is_active: bool) -> StaffId {
        let details = StaffDetails {
            first_name: name.into(),
            last_name: String::new(),
            role,
            color: "#0b7a75".into(),
            email: None,
            is_active,
            is_bookable: true,
        };
        self.store.create_staff(&self.owner, details).unwrap().value
    }

    /// Runs a statement through the door, as an edit of a client.
    pub fn sql(&self, sql: &str) {
        self.store.write(&self.owner, Action::SaveClient, |tx| Ok(tx.db().execute(sql, [])?)).unwrap();
    }

    /// So many of everything that needs a person: clients of one name with a pet of one name, whose phone and e-mail can be none, messages that failed,
    /// and visits to come that wait for a yes, are in place of one visit, clash with the next, and are for an animal that died.
    pub fn crowd(&self, count: u32) {
        for n in 0..count {
            let client = self.add_client("Zoe", "Crowd", &format!("ask {n}"));
            self.add_pet_of(client, "Kira");
            self.book_over(self.client, Millis(at("2026-06-01", "10:00").0 + i64::from(n) * 3_600_000));
        }
        self.sql("UPDATE clients SET email = 'none', updated_at = updated_at + 1 WHERE last_name = 'Crowd'");
        self.sql(
            "UPDATE appointments SET status = 'pending', pet_id = (SELECT id FROM pets WHERE name = 'Rex'), previous_appointment_id = (SELECT min(id) FROM appointments),
               clash_with_id = (SELECT n.id FROM appointments n WHERE n.starts_at > appointments.starts_at ORDER BY n.starts_at LIMIT 1),
               updated_at = created_at",
        );
        self.sql("UPDATE pets SET deceased_on = '2026-05-20', updated_at = updated_at + 1 WHERE name = 'Rex'");
        self.sql(
            "INSERT INTO messages (id, client_id, direction, channel, recipient, body, status, created_at, updated_at)
             SELECT randomblob(16), id, 'outbound', 'sms', 'x', 'y', 'failed', 1, 1 FROM clients WHERE last_name = 'Crowd'",
        );
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.store.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
    }
}
