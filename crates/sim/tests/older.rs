//! Desks whose programs are older than a real hub on a real Postgres: they work on, are not told what they do not know, and have it when they are
//! brought up to date.

use std::path::{Path, PathBuf};

use petrel_domain::SystemClock;
use petrel_domain::replication::{VERSIONS, Versions};
use petrel_sim::growing::{GROWN, bring_up_to_date, versions_of};
use petrel_sim::{Postgres, Served, fast_folder, make_templates};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use petrel_sync::{HttpHub, HubError, SyncError, compare, join, round};
use tempfile::TempDir;
use uuid::Uuid;

const CLINIC: &str = "
    INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (x'01900000000070008000000000000001', 'Petrel Vets', 'Europe/Berlin', 1, 1);
    INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (x'01900000000070008000000000000003', 'Ada', 1, 1);
    INSERT INTO pets (id, client_id, name, created_at, updated_at)
      VALUES (x'01900000000070008000000000000004', x'01900000000070008000000000000003', 'Rex', 1, 1),
             (x'01900000000070008000000000000005', x'01900000000070008000000000000003', 'Tom', 1, 1);";

/// A desk with the program of a schema.
struct Desk {
    path: PathBuf,
    store: Store,
    hub: HttpHub,
}

struct Town {
    served: Served,
    folder: TempDir,
    clinic: Uuid,
    _postgres: Postgres,
}

fn open(path: &Path) -> Store {
    Store::open(&OpenOptions::new(path, FileKey::from_bytes([7; 32]))).unwrap()
}

impl Town {
    async fn new() -> Self {
        let postgres = Postgres::start().unwrap();
        let served = Served::speaking(&postgres.database().await.unwrap(), GROWN).await.unwrap();
        let folder = fast_folder().unwrap();
        make_templates(folder.path()).unwrap();
        Self { clinic: served.clinic().await.unwrap(), served, folder, _postgres: postgres }
    }

    /// The file of a new desk, empty as its program makes it.
    fn file(&self, schema: i32, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::copy(self.folder.path().join(format!("template-{schema}.petrel")), &path).unwrap();
        path
    }

    /// A desk with a clinic of its own, which it brings to the hub.
    async fn founder(&self, schema: i32) -> Desk {
        let path = self.file(schema, "founder.petrel");
        let store = open(&path);
        write(&store, CLINIC);
        let (hub, enrolled) = self.served.desk(self.clinic).await.unwrap();
        store.join_hub(&self.served.url, enrolled.device_id, self.clinic, &enrolled.tokens).unwrap();
        let desk = Desk { path, store, hub: hub.speaking(versions_of(schema)) };
        desk.round().await;
        desk
    }

    async fn joins(&self, schema: i32, name: &str) -> Desk {
        let path = self.file(schema, name);
        let (hub, enrolled) = self.served.desk(self.clinic).await.unwrap();
        let hub = hub.speaking(versions_of(schema));
        join(&path, &FileKey::from_bytes([7; 32]), &hub, &self.served.url, &enrolled, |_| {}).await.unwrap();
        let desk = Desk { store: open(&path), path, hub };
        desk.round().await;
        desk
    }
}

impl Desk {
    async fn round(&self) {
        let done = round(&self.store, &self.hub, &SystemClock).await.unwrap();
        assert_eq!(done.rejected, 0);
    }

    async fn agrees(&self) -> bool {
        compare(&self.store, &self.hub).await.unwrap() == Some(Vec::new())
    }

    /// The desk's program is replaced by that of a later schema. What waits to be sent was written by the old one.
    fn brought_up_to(self, schema: i32) -> Self {
        let Self { path, store, hub } = self;
        drop(store);
        assert!(bring_up_to_date(&path, schema).unwrap(), "the file lacked something");
        Self { store: open(&path), path, hub: hub.speaking(versions_of(schema)) }
    }

    fn text(&self, sql: &str) -> String {
        self.store.read(|db| Ok(db.query_row(sql, [], |row| row.get::<_, Option<String>>(0))?)).unwrap().unwrap_or_default()
    }
}

fn write(store: &Store, sql: &str) {
    store.write(&Actor::program(), Action::SaveClient, |tx| Ok(tx.db().execute_batch(sql)?)).unwrap();
}

const REX: &str = "x'01900000000070008000000000000004'";
const TOM: &str = "x'01900000000070008000000000000005'";

#[tokio::test]
async fn three_programs_work_on_one_clinic_and_what_came_later_is_there_after_the_upgrade() {
    let town = Town::new().await;
    let first = town.founder(1).await;
    let second = town.joins(2, "second.petrel").await;
    let newest = town.joins(3, "third.petrel").await;
    // The later programs write what the first does not know, and what it does, in one go; it writes beside them.
    write(&second.store, &format!("UPDATE pets SET born_on = '2020-01-01', color = 'brown', updated_at = 2 WHERE id = {REX}"));
    write(
        &newest.store,
        "INSERT INTO prompts (id, kind, body, created_at, updated_at) VALUES (x'01900000000070008000000000000009', 'sms', 'Hello', 3, 3)",
    );
    write(&first.store, &format!("UPDATE pets SET microchip = '276', updated_at = 4 WHERE id = {REX}"));
    for desk in [&second, &newest, &first, &second, &newest, &first] {
        desk.round().await;
    }
    for desk in [&first, &second, &newest] {
        assert!(desk.agrees().await, "each is held against what its program knows");
        assert_eq!(desk.text(&format!("SELECT color || microchip FROM pets WHERE id = {REX}")), "brown276");
    }
    assert_eq!(newest.text(&format!("SELECT born_on FROM pets WHERE id = {REX}")), "2020-01-01");
    let told = |history: petrel_domain::replication::History| {
        history.entries.iter().any(|happened| happened.entry.columns.contains_key("born_on"))
    };
    let rex = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0004);
    assert!(told(newest.hub.history("pets", rex, None).await.unwrap()));
    assert!(!told(first.hub.history("pets", rex, None).await.unwrap()));

    // One that joins with the first program has all that it knows.
    let fourth = town.joins(1, "fourth.petrel").await;
    assert!(fourth.agrees().await);

    // What the first writes before its program is replaced is sent by the new one, which has what came meanwhile, and keeps what it writes itself.
    write(&first.store, &format!("UPDATE pets SET alerts = 'bites', updated_at = 5 WHERE id = {TOM}"));
    let first = first.brought_up_to(3);
    write(&first.store, &format!("UPDATE pets SET born_on = '2020-02-02', updated_at = 6 WHERE id = {TOM}"));
    first.round().await;
    first.round().await;
    assert_eq!(first.text(&format!("SELECT born_on FROM pets WHERE id = {REX}")), "2020-01-01");
    assert_eq!(first.text(&format!("SELECT born_on || alerts FROM pets WHERE id = {TOM}")), "2020-02-02bites");
    assert_eq!(first.text("SELECT body FROM prompts"), "Hello");
    assert_eq!(first.store.schema_read().unwrap(), 3);
    newest.round().await;
    assert!(first.agrees().await && newest.agrees().await);
    assert_eq!(newest.text(&format!("SELECT born_on || alerts FROM pets WHERE id = {TOM}")), "2020-02-02bites");
    // What waited is undone by the new program although the old one recorded it.
    let offers = first.store.undo_offer().unwrap().unwrap();
    first.store.undo(&Actor::program(), offers.action_id).unwrap();
    assert_eq!(first.text(&format!("SELECT born_on FROM pets WHERE id = {TOM}")), "");
    assert_eq!(petrel_hub::check(&town.served.database, town.clinic).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn an_upgrade_that_is_cut_short_is_gone_on_with_at_the_next_round() {
    let town = Town::new().await;
    let newest = town.founder(3).await;
    write(&newest.store, &format!("UPDATE pets SET born_on = '2020-01-01', updated_at = 2 WHERE id = {REX}"));
    newest.round().await;
    let old = town.joins(1, "old.petrel").await.brought_up_to(3);
    // Nobody answers: nothing is noted, and nothing is lost.
    let Desk { path, store, hub } = old;
    let nobody = HttpHub::new("http://127.0.0.1:9", None, Box::new(|_| Ok(()))).unwrap().speaking(GROWN);
    assert!(round(&store, &nobody, &SystemClock).await.is_err());
    assert_eq!(store.schema_read().unwrap(), 1);
    let old = Desk { path, store, hub };
    old.round().await;
    assert_eq!(old.store.schema_read().unwrap(), 3);
    assert_eq!(old.text(&format!("SELECT born_on FROM pets WHERE id = {REX}")), "2020-01-01");
    assert!(old.agrees().await);
}

#[tokio::test]
async fn a_program_that_is_too_old_or_too_new_is_told_so_and_keeps_what_it_wrote() {
    let town = Town::new().await;
    let desk = town.founder(3).await;
    write(&desk.store, &format!("UPDATE pets SET color = 'grey', updated_at = 7 WHERE id = {REX}"));
    // The hub is brought up to date three times more; then comes a program that is newer than it.
    let later = Versions { current: 6, ..GROWN };
    let served = Served::speaking(&town.served.database_url, later).await.unwrap();
    let tokens = desk.hub.tokens().await;
    for (schema, expected) in [(3, HubError::DeskTooOld), (7, HubError::HubTooOld)] {
        let hub = HttpHub::new(&served.url, tokens.clone(), Box::new(|_| Ok(()))).unwrap().speaking(Versions { current: schema, ..GROWN });
        let error = round(&desk.store, &hub, &SystemClock).await.unwrap_err();
        assert!(matches!(&error, SyncError::Hub(error) if *error == expected), "{error}");
        assert_eq!(desk.store.local_hub().unwrap().waiting, 1);
        let error = hub.history("pets", Uuid::nil(), None).await.unwrap_err();
        assert_eq!(error, expected, "whatever is asked");
    }
    // Programs of the schemas in between are served.
    let hub = HttpHub::new(&served.url, tokens, Box::new(|_| Ok(()))).unwrap().speaking(Versions { current: 4, ..GROWN });
    assert_eq!(round(&desk.store, &hub, &SystemClock).await.unwrap().sent, 1);
}

/// What the real program of the schema before this one knows.
fn before() -> Versions {
    let current = VERSIONS.current - 1;
    let known = VERSIONS.added.iter().filter(|added| added.schema <= current).count();
    Versions { current, added: &VERSIONS.added[..known] }
}

/// The real schemas: who was picked up is not told to the program before, and is there when that is brought up to date.
#[tokio::test]
async fn a_pick_up_is_told_to_the_program_before_once_it_is_brought_up_to_date() {
    const VISIT: &str = "x'01900000000070008000000000000006'";
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    let path = folder.path().join("newest.petrel");
    let store = open(&path);
    write(&store, CLINIC);
    let visit = format!(
        "INSERT INTO appointments (id, pet_id, starts_at, ends_at, status, actual_end_at, checked_in_at, created_at, updated_at)
           VALUES ({VISIT}, {REX}, 10, 20, 'completed', 20, 9, 1, 1)"
    );
    write(&store, &visit);
    store.join_hub(&served.url, enrolled.device_id, clinic, &enrolled.tokens).unwrap();
    let newest = Desk { path, store, hub };
    newest.round().await;

    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    let (path, hub) = (folder.path().join("older.petrel"), hub.speaking(before()));
    join(&path, &FileKey::from_bytes([7; 32]), &hub, &served.url, &enrolled, |_| {}).await.unwrap();
    let older = Desk { store: open(&path), path, hub };
    older.round().await;
    write(&newest.store, &format!("UPDATE appointments SET picked_up_at = 30, updated_at = 30 WHERE id = {VISIT}"));
    // What the older one writes of it meanwhile takes nothing from the new one.
    write(&older.store, &format!("UPDATE appointments SET internal_notes = 'shy', updated_at = 31 WHERE id = {VISIT}"));
    for desk in [&newest, &older, &newest, &older] {
        desk.round().await;
    }
    let said = "SELECT checked_in_at || ' ' || coalesce(picked_up_at, 'waits') || ' ' || internal_notes FROM appointments";
    assert_eq!(older.text(said), "9 waits shy");
    assert_eq!(newest.text(said), "9 30 shy");
    assert_eq!(older.store.schema_read().unwrap(), before().current);

    let Desk { path, store, hub } = older;
    let brought = Desk { path, store, hub: hub.speaking(VERSIONS) };
    brought.round().await;
    assert_eq!(brought.text(said), "9 30 shy");
    assert_eq!(brought.store.schema_read().unwrap(), VERSIONS.current);
    assert_eq!(brought.text("SELECT CAST(picked_up_at AS TEXT) FROM visit_cards"), "30");
    assert!(brought.agrees().await && newest.agrees().await);
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
}
