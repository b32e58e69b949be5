//! The write door on a real, encrypted file: what commits together, what comes out, what can be taken back.

use std::sync::Arc;

use petrel_domain::desk::{ActionId, Saved};
use petrel_domain::{FixedClock, Millis, RefusalCode};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store, StoreError};
use tempfile::TempDir;

struct Desk {
    store: Store,
    clock: Arc<FixedClock>,
    folder: TempDir,
}

const NOON: Millis = Millis(1_790_000_000_000);

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(NOON));
    let mut options = OpenOptions::new(folder.path().join("clinic.petrel"), FileKey::from_bytes([7; 32]));
    options.clock = Arc::clone(&clock) as _;
    Desk { store: Store::open(&options).unwrap(), clock, folder }
}

impl Desk {
    fn later(&self) {
        self.clock.set(Millis(petrel_domain::Clock::now(&*self.clock).0 + 1000));
    }

    fn add_client(&self, name: &str) -> Saved<[u8; 16]> {
        self.later();
        self.store.write(&Actor::program(), Action::CreateClient, |tx| insert_client(tx, name)).unwrap()
    }

    fn rename(&self, id: [u8; 16], name: &str) -> Saved<()> {
        self.later();
        let rename = |tx: &mut petrel_store::Tx<'_>| {
            tx.db().execute("UPDATE clients SET last_name = ?2, updated_at = ?3 WHERE id = ?1", (id, name, tx.now().0))?;
            Ok(())
        };
        self.store.write(&Actor::program(), Action::SaveClient, rename).unwrap()
    }

    fn text(&self, sql: &str) -> String {
        self.store.read(|db| Ok(db.query_row(sql, [], |row| row.get::<_, Option<String>>(0))?)).unwrap().unwrap_or_default()
    }

    fn count(&self, sql: &str) -> i64 {
        self.store.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
    }

    fn undo(&self, action: Option<ActionId>) -> Result<(), RefusalCode> {
        self.later();
        self.store.undo(&Actor::program(), action.unwrap()).map(|_| ()).map_err(|error| error.refusal().code)
    }
}

fn insert_client(tx: &mut petrel_store::Tx<'_>, name: &str) -> Result<[u8; 16], StoreError> {
    let id = *tx.new_id().as_bytes();
    let sql = "INSERT INTO clients (id, first_name, last_name, created_at, updated_at) VALUES (?1, 'Ada', ?2, ?3, ?3)";
    tx.db().execute(sql, (id, name, tx.now().0))?;
    Ok(id)
}

#[test]
fn a_change_and_its_outbox_row_commit_together_and_name_the_tables() {
    let desk = desk();
    let saved = desk.add_client("Byron");
    assert_eq!(saved.changes, ["clients"]);
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE row_count = 1 AND action = 'create_client'"), 1);
    assert_eq!(desk.count("SELECT count(*) FROM search_docs"), 1);
}

#[test]
fn a_failed_write_leaves_nothing() {
    let desk = desk();
    let failed = desk.store.write(&Actor::program(), Action::CreateClient, |tx| {
        insert_client(tx, "Byron")?;
        Err::<(), _>(petrel_domain::Refusal::required("phone").into())
    });
    assert_eq!(failed.unwrap_err().refusal().code, RefusalCode::Required);
    for table in ["clients", "outbox", "search_docs"] {
        assert_eq!(desk.count(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    assert_eq!(desk.count("SELECT next_n FROM sync_state"), 1, "no number is used up");
}

#[test]
fn a_write_that_changes_nothing_leaves_no_outbox_row() {
    let desk = desk();
    let saved = desk.store.write(&Actor::program(), Action::SaveClient, |_| Ok(())).unwrap();
    assert_eq!((saved.undo, saved.changes.len()), (None, 0));
    assert_eq!(desk.count("SELECT count(*) FROM outbox"), 0);
}

#[test]
fn a_reader_cannot_write() {
    let desk = desk();
    let tried = desk.store.read(|db| Ok(db.execute("UPDATE sync_state SET cursor = 9", [])?));
    assert_eq!(tried.unwrap_err().refusal().code, RefusalCode::ReadOnly);
}

#[test]
fn physically_deleting_a_replicated_row_is_refused() {
    let desk = desk();
    desk.add_client("Byron");
    let tried = desk.store.write(&Actor::program(), Action::DeleteClient, |tx| Ok(tx.db().execute("DELETE FROM clients", [])?));
    assert_eq!(tried.unwrap_err().refusal().code, RefusalCode::Internal);
    assert_eq!(desk.count("SELECT count(*) FROM clients"), 1);
}

#[test]
fn undo_takes_back_a_creation_and_a_change_and_undo_of_undo_brings_them_again() {
    let desk = desk();
    let made = desk.add_client("Byron");
    let renamed = desk.rename(made.value, "Lovelace");
    assert_eq!(desk.text("SELECT last_name FROM clients"), "Lovelace");
    desk.undo(renamed.undo).unwrap();
    assert_eq!(desk.text("SELECT last_name FROM clients"), "Byron");
    let redo = desk.count("SELECT max(action_id) FROM outbox");
    let offer = || desk.store.undo_offer().unwrap().unwrap();
    assert_eq!(offer().action_id, made.undo.unwrap(), "what was taken back is not offered, nor is the taking back");
    desk.undo(Some(ActionId(redo))).unwrap();
    assert_eq!(desk.text("SELECT last_name FROM clients"), "Lovelace");
    let again = desk.count("SELECT max(action_id) FROM outbox");
    assert_eq!((offer().action_id, offer().action.as_str()), (ActionId(again), "save_client"), "it was done again: that is the last");
    desk.undo(Some(offer().action_id)).unwrap();
    assert_eq!((desk.text("SELECT last_name FROM clients").as_str(), offer().action_id), ("Byron", made.undo.unwrap()));
}

#[test]
fn undo_of_a_creation_keeps_the_row_but_marks_it_deleted_and_unfindable() {
    let desk = desk();
    let made = desk.add_client("Byron");
    desk.undo(made.undo).unwrap();
    assert_eq!(desk.count("SELECT count(*) FROM clients WHERE deleted_at IS NOT NULL"), 1);
    assert_eq!(desk.count("SELECT count(*) FROM search_docs"), 0);
    assert_eq!(desk.undo(made.undo), Err(RefusalCode::NothingToUndo), "only once");
}

#[test]
fn undo_is_refused_when_the_row_was_changed_since_even_back_and_forth() {
    let desk = desk();
    let made = desk.add_client("Byron");
    let renamed = desk.rename(made.value, "Lovelace");
    desk.rename(made.value, "King");
    desk.rename(made.value, "Lovelace");
    assert_eq!(desk.undo(renamed.undo), Err(RefusalCode::ChangedSince));
    assert_eq!(desk.undo(made.undo), Err(RefusalCode::ChangedSince));
    assert_eq!(desk.text("SELECT last_name FROM clients WHERE deleted_at IS NULL"), "Lovelace");
}

#[test]
fn undo_of_a_creation_is_refused_while_something_newer_belongs_to_it() {
    let desk = desk();
    let made = desk.add_client("Byron");
    let pet = desk.store.write(&Actor::program(), Action::CreatePet, |tx| {
        let sql = "INSERT INTO pets (id, client_id, name, created_at, updated_at) VALUES (?1, ?2, 'Rex', ?3, ?3)";
        tx.db().execute(sql, (tx.new_id().as_bytes(), made.value, tx.now().0))?;
        Ok(())
    });
    assert_eq!(desk.undo(made.undo), Err(RefusalCode::InUse));
    desk.undo(pet.unwrap().undo).unwrap();
    desk.undo(made.undo).unwrap();
}

#[test]
fn a_long_action_is_many_transactions_of_the_log_and_one_undo() {
    let desk = desk();
    let saved = desk.store.write(&Actor::program(), Action::ImportClients, |tx| {
        for stretch in 0..5 {
            for n in 0..10 {
                insert_client(tx, &format!("Client {stretch} {n}"))?;
            }
            tx.cut()?;
        }
        Ok(())
    });
    assert_eq!(desk.count("SELECT count(*) FROM outbox"), 5);
    assert_eq!(desk.count("SELECT count(DISTINCT clock) FROM outbox"), 5);
    desk.undo(saved.unwrap().undo).unwrap();
    assert_eq!(desk.count("SELECT count(*) FROM clients WHERE deleted_at IS NULL"), 0);
    assert_eq!(desk.store.undo_offer().unwrap(), None);
}

#[test]
fn a_row_that_a_long_action_wrote_twice_is_put_back_as_it_was() {
    let desk = desk();
    let id = desk.add_client("Byron").value;
    let long = |tx: &mut petrel_store::Tx<'_>| {
        tx.db().execute("UPDATE clients SET notes = 'Pays cash', updated_at = ?2 WHERE id = ?1", (id, tx.now().0))?;
        tx.cut()?;
        tx.db().execute("UPDATE clients SET address = 'Elm 5', updated_at = ?2 WHERE id = ?1", (id, tx.now().0))?;
        Ok(())
    };
    let told = "SELECT coalesce(notes, '') || coalesce(address, '') FROM clients";
    let write = || {
        desk.later();
        desk.store.write(&Actor::program(), Action::ImportClients, long).unwrap().undo
    };
    assert_eq!(desk.undo(write()), Ok(()));
    assert_eq!(desk.text(told), "");
    let again = write();
    desk.rename(id, "King");
    assert_eq!(desk.undo(again), Err(RefusalCode::ChangedSince));
    assert_eq!(desk.text(told), "Pays cashElm 5");
}

#[test]
fn the_clock_goes_on_when_the_computers_clock_jumps_back() {
    let desk = desk();
    desk.add_client("Byron");
    desk.clock.set(Millis(NOON.0 - 86_400_000));
    desk.store.write(&Actor::program(), Action::CreateClient, |tx| insert_client(tx, "King")).unwrap();
    assert_eq!(desk.count("SELECT count(*) FROM outbox a JOIN outbox b ON b.n = a.n + 1 WHERE b.clock > a.clock"), 1);
}

#[test]
fn the_file_shows_nothing_of_what_is_in_it() {
    let desk = desk();
    desk.add_client("Kanarienvogel");
    for entry in std::fs::read_dir(desk.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"Kanarien" || window == b"SQLite f"));
    }
}

#[test]
fn a_wrong_key_a_newer_file_and_a_file_that_is_none_each_say_so() {
    let desk = desk();
    let path = desk.store.path().to_owned();
    let open = |key: u8| Store::open(&OpenOptions::new(&path, FileKey::from_bytes([key; 32]))).err().map(|error| error.refusal().code);
    assert_eq!(open(8), Some(RefusalCode::WrongKey));
    assert_eq!(open(7), None);
    desk.store
        .write(&Actor::program(), Action::SaveClinic, |tx| {
            let sql = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (9999, 'later', '2030-01-01T00:00:00Z', '0')";
            Ok(tx.db().execute(sql, [])?)
        })
        .unwrap();
    assert_eq!(open(7), Some(RefusalCode::NewerFile));
    std::fs::write(&path, b"This is a letter, not a clinic. ".repeat(400)).unwrap();
    assert_eq!(open(7), Some(RefusalCode::WrongKey));
}

/// The hub takes no more than so much at once, and what waits behind would wait for ever.
#[test]
fn what_is_more_than_the_hub_takes_goes_in_portions_and_is_undone_as_one() {
    let desk = desk();
    let client = desk.add_client("Ada").value;
    desk.later();
    let many = |tx: &mut petrel_store::Tx<'_>| {
        let sql = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 12000)
                   INSERT INTO pets (id, client_id, name, species, created_at, updated_at)
                   SELECT randomblob(16), ?1, 'Pet ' || n, 'cat', ?2, ?2 FROM n";
        tx.db().execute(sql, (client, tx.now().0))?;
        Ok(())
    };
    desk.store.write(&Actor::program(), Action::ImportClients, many).unwrap();
    let before = desk.store.transactions().unwrap();
    let waiting = |after: i64| desk.store.outgoing(after, usize::MAX, usize::MAX).unwrap();
    assert_eq!(waiting(1).iter().map(|of| of.changes.len()).collect::<Vec<_>>(), [5_000, 5_000, 2_000]);
    let gone = desk.store.delete_client(&Actor::program(), petrel_domain::ClientId::from_bytes(client)).unwrap();
    let told = waiting(before);
    assert_eq!(told.iter().map(|of| of.changes.len()).collect::<Vec<_>>(), [5_000, 5_000, 2_001]);
    let last = told.last().unwrap().changes.last().unwrap();
    assert_eq!(last.table, "clients", "what belongs to it goes before it");
    let pets = "SELECT count(*) FROM pets WHERE deleted_at IS NULL";
    assert_eq!(desk.count(pets), 0);
    desk.undo(gone.undo).unwrap();
    assert_eq!((desk.count(pets), desk.count("SELECT count(*) FROM clients WHERE deleted_at IS NULL")), (12_000, 1));
    // Few rows, and much in them.
    let before = desk.store.transactions().unwrap();
    desk.later();
    let long = |tx: &mut petrel_store::Tx<'_>| {
        tx.db().execute(
            "UPDATE pets SET alerts = printf('%.*c', 100000, 'x'), updated_at = ?1 WHERE id IN (SELECT id FROM pets LIMIT 30)",
            [tx.now().0],
        )?;
        Ok(())
    };
    desk.store.write(&Actor::program(), Action::SavePet, long).unwrap();
    let told = waiting(before);
    assert_eq!(told.iter().map(|of| of.changes.len()).collect::<Vec<_>>(), [10, 10, 10]);
    assert!(told.iter().flat_map(|of| &of.changes).all(|change| change.columns.keys().eq(["alerts", "updated_at"])));
}

/// A register is told whole, also what of it did not change: that goes with its row.
#[test]
fn the_rest_of_a_register_goes_in_the_portion_of_its_row() {
    let desk = desk();
    let client = desk.add_client("Ada").value;
    desk.later();
    let many = |tx: &mut petrel_store::Tx<'_>| {
        let sql = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 6000)
                   INSERT INTO appointments (id, client_id, starts_at, ends_at, status, booking_reference, created_at, updated_at)
                   SELECT randomblob(16), ?1, n * 100, n * 100 + 50, 'completed', 'A' || n, ?2, ?2 FROM n";
        tx.db().execute(sql, (client, tx.now().0))?;
        Ok(())
    };
    desk.store.write(&Actor::program(), Action::ImportClients, many).unwrap();
    let before = desk.store.transactions().unwrap();
    desk.later();
    let earlier = |tx: &mut petrel_store::Tx<'_>| {
        tx.db().execute("UPDATE appointments SET starts_at = starts_at - 10, updated_at = ?1", [tx.now().0])?;
        Ok(())
    };
    desk.store.write(&Actor::program(), Action::MoveAppointment, earlier).unwrap();
    let told = desk.store.outgoing(before, usize::MAX, usize::MAX).unwrap();
    assert_eq!(told.len(), 2);
    let whole = ["ends_at", "staff_id", "starts_at", "updated_at"];
    for change in told.iter().flat_map(|of| &of.changes) {
        assert!(whole.iter().all(|column| change.columns.contains_key(column)), "{:?}", change.columns);
    }
}

/// A file whose outbox does not tell of everything says all of it to a new hub, no more at once than that takes.
#[test]
fn everything_is_told_in_portions() {
    let desk = desk();
    for n in 0..6 {
        let client = desk.add_client("Ada").value;
        desk.later();
        let note = |tx: &mut petrel_store::Tx<'_>| {
            tx.db().execute(
                "UPDATE clients SET notes = printf('%.*c', 400000, 'x'), updated_at = ?2 WHERE id = ?1",
                (client, tx.now().0 + n),
            )?;
            Ok(())
        };
        desk.store.write(&Actor::program(), Action::SaveClient, note).unwrap();
    }
    desk.store
        .write(&Actor::program(), Action::SaveClient, |tx| Ok(tx.db().execute("UPDATE outbox SET sent_at = 1 WHERE n = 1", [])?))
        .unwrap();
    assert!(desk.store.tell_everything().unwrap());
    let told = desk.store.outgoing(0, usize::MAX, usize::MAX).unwrap();
    assert_eq!(told.iter().map(|of| of.changes.len()).collect::<Vec<_>>(), [2, 2, 2]);
}
