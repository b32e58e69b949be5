//! Several desks and a real hub: a clinic is brought to it, joined, left, locked out, built anew; what cannot be sent is settled by a person.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

#[path = "hub/answers.rs"]
mod answers;
#[path = "hub/joining.rs"]
mod joining;
#[path = "hub/line.rs"]
mod line;
#[path = "hub/locked_out.rs"]
mod locked_out;
#[path = "hub/rebuild.rs"]
mod rebuild;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use petrel_domain::desk::{
    ClientDetails, ClinicKind, HistoryPage, HubTrouble, JoinClinic, JoinHub, KeyStore, NewClinic, Phase, ResendChange, ResendEdit,
    SyncState, UnfinishedJoin,
};
use petrel_domain::{ClientId, Refusal, RefusalCode, StaffId, SystemClock};
use petrel_shell::desk::Desk;
use petrel_shell::events::News;
use petrel_shell::folder::Folder;
use petrel_shell::keys::Keys;
use petrel_sim::{Postgres, Served, connect};
use petrel_store::{Action, KeyFile};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// The longest a test waits for something to happen, before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(60);

type AtProgress = Box<dyn FnOnce() + Send>;

/// A computer with one desk.
struct Computer {
    folder: TempDir,
    news: Arc<(Mutex<u64>, Condvar)>,
    /// The tables that the screens were told of.
    changed: Arc<Mutex<BTreeSet<String>>>,
    /// What happens as soon as long work tells of its progress.
    at_progress: Arc<Mutex<Option<AtProgress>>>,
}

impl Computer {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), news: Arc::default(), changed: Arc::default(), at_progress: Arc::default() }
    }

    fn start(&self) -> Desk {
        let keys = Keys::new("app.petrel.test", self.folder.path().join("keys"));
        let (news, changed, at_progress) = (Arc::clone(&self.news), Arc::clone(&self.changed), Arc::clone(&self.at_progress));
        let tell = move |told: News| {
            if matches!(told, News::Progress(_)) {
                let happens = at_progress.lock().unwrap().take();
                happens.into_iter().for_each(|happens| happens());
            }
            if let News::Changed(tables) = told {
                changed.lock().unwrap().extend(tables);
            }
            *news.0.lock().unwrap() += 1;
            news.1.notify_all();
        };
        let desk = Desk::new(Folder::at(self.folder.path()), keys, Arc::new(SystemClock), tell);
        desk.open_in_background().join().unwrap();
        desk
    }

    /// Waits until something holds, looking again whenever the desk has news.
    fn until<T>(&self, what: &str, mut holds: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let seen = *self.news.0.lock().unwrap();
            if let Some(found) = holds() {
                return found;
            }
            let (count, told) = self.news.1.wait_timeout_while(self.news.0.lock().unwrap(), PATIENCE, |count| *count == seen).unwrap();
            drop(count);
            assert!(!told.timed_out() && Instant::now() < deadline, "never: {what}");
        }
    }

    /// Waits until everything written here is at the hub.
    fn until_sent(&self, desk: &Desk) -> SyncState {
        self.until("everything is sent", || {
            let state = desk.sync_state().unwrap();
            (state.is_online && state.waiting == 0 && !state.is_busy).then_some(state)
        })
    }
}

/// A hub on a Postgres of its own. Fields end in the order they stand.
struct Hub {
    served: Served,
    runtime: Runtime,
    _postgres: Postgres,
}

impl Hub {
    fn start() -> Self {
        let postgres = Postgres::start().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let served = runtime.block_on(Served::start(&postgres)).unwrap();
        Self { served, runtime, _postgres: postgres }
    }

    fn clinic(&self) -> Uuid {
        self.runtime.block_on(self.served.clinic()).unwrap()
    }

    fn code(&self, clinic: Uuid) -> String {
        self.runtime.block_on(petrel_hub::make_code(&self.served.database, clinic)).unwrap().0
    }

    /// Runs statements on the hub's database, behind its back.
    fn sql(&self, sql: &str) {
        self.runtime.block_on(async { connect(&self.served.database_url).await.unwrap().batch_execute(sql).await.unwrap() });
    }

    fn input(&self, code: &str, name: &str) -> JoinHub {
        JoinHub { address: self.served.url.clone(), code: code.to_owned(), desk_name: name.to_owned() }
    }

    fn join(&self, desk: &Desk, code: &str, name: &str) -> Result<(), Refusal> {
        let input = JoinClinic { hub: self.input(code, name), key_store: KeyStore::File, passphrase: None };
        let state = desk.join_clinic(input)?;
        assert_eq!(state.phase, Phase::SignedOut);
        Ok(())
    }

    /// A computer whose clinic is at the hub.
    fn with_clinic(&self) -> (Computer, Desk) {
        let computer = Computer::new();
        let desk = computer.start();
        desk.create_clinic(new_clinic()).unwrap();
        desk.connect_hub(self.input(&self.code(self.clinic()), "Front desk")).unwrap();
        computer.until_sent(&desk);
        (computer, desk)
    }

    /// Another computer, which joined that clinic by a code.
    fn with_laptop(&self, first: &Desk) -> (Computer, Desk) {
        let computer = Computer::new();
        let desk = computer.start();
        self.join(&desk, &first.new_device_code().unwrap().code, "Laptop").unwrap();
        (computer, desk)
    }
}

/// The clinic's file as SQLite has it, behind the program's back.
fn database(folder: &Path) -> rusqlite::Connection {
    let file = folder.join("clinic.petrel");
    let key_file = KeyFile::read_beside(&file).unwrap().unwrap();
    let key = Keys::new("app.petrel.test", folder.join("keys")).find(&key_file).unwrap().unwrap();
    let db = rusqlite::Connection::open(file).unwrap();
    let digits: String = key.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    db.pragma_update(None, "key", format!("x'{digits}'")).unwrap();
    db.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").unwrap();
    db
}

fn new_clinic() -> NewClinic {
    NewClinic {
        name: "Oak Vets".into(),
        timezone: "Europe/Madrid".into(),
        locale: "en-GB".into(),
        currency: "EUR".into(),
        kind: ClinicKind::Vet,
        owner_first_name: "Ana".into(),
        owner_last_name: "Ruiz".into(),
        owner_email: None,
        owner_pin: None,
        key_store: KeyStore::File,
        passphrase: None,
    }
}

fn owner(desk: &Desk) -> StaffId {
    desk.sign_in_choices().unwrap()[0].id
}

fn sign_in(desk: &Desk) {
    assert_eq!(desk.sign_in(owner(desk), None).unwrap().phase, Phase::Ready);
}

fn client(first_name: &str) -> ClientDetails {
    ClientDetails { first_name: first_name.into(), ..ClientDetails::default() }
}

fn notes(desk: &Desk, id: ClientId) -> Option<String> {
    desk.ask(|store, actor| Ok(store.client(actor, id).ok().and_then(|found| found.details.notes))).unwrap()
}

fn write_notes(desk: &Desk, id: ClientId, notes: &str) {
    let details = desk.ask(|store, actor| Ok(store.client(actor, id)?.details)).unwrap();
    desk.save(|store, actor| store.save_client(actor, id, ClientDetails { notes: Some(notes.into()), ..details })).unwrap();
}

#[test]
fn a_history_longer_than_an_answer_is_told_page_by_page() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    let rex = desk.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap().value;
    for visit in 0..503 {
        write_notes(&desk, rex, &format!("was here {visit} times"));
    }
    computer.until_sent(&desk);
    let page = |before| desk.record_history("clients", Uuid::from_bytes(rex.bytes()), before).unwrap();
    let (newest, older) = (page(None), page(page(None).next_before));
    assert_eq!((newest.entries.len(), newest.next_before), (500, newest.entries.last().map(|entry| entry.seq)));
    assert_eq!((older.entries.len(), older.next_before), (4, None));
    assert!(older.entries[3].is_first && older.entries[0].seq < newest.entries[499].seq);
}

#[test]
fn a_clinic_is_brought_to_a_hub_joined_by_a_code_and_changes_cross() {
    let hub = Hub::start();
    let (first_computer, first) = hub.with_clinic();
    let rex = first.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap().value;

    let code = first.new_device_code().unwrap();
    assert_eq!(code.address, hub.served.url);
    let second_computer = Computer::new();
    let second = second_computer.start();
    hub.join(&second, &code.code, "Treatment room").unwrap();
    sign_in(&second);
    second_computer
        .until("the client came along", || second.ask(|store, actor| Ok(store.client(actor, rex).is_ok())).unwrap().then_some(()));

    // Live, both ways.
    write_notes(&first, rex, "likes cats");
    second_computer.until("the note came", || (notes(&second, rex).as_deref() == Some("likes cats")).then_some(()));
    write_notes(&second, rex, "likes dogs, too");
    first_computer.until("the answer came", || (notes(&first, rex).as_deref() == Some("likes dogs, too")).then_some(()));

    // Who did what, as the hub has it.
    second_computer.until_sent(&second);
    let HistoryPage { entries: history, next_before } = first.record_history("clients", Uuid::from_bytes(rex.bytes()), None).unwrap();
    assert_eq!((history.len(), next_before), (3, None));
    let nothing = HistoryPage { entries: Vec::new(), next_before: None };
    assert_eq!(first.record_history("clients", Uuid::nil(), None), Ok(nothing), "of what the hub does not have, nothing is told yet");
    let newest = &history[0];
    assert_eq!((newest.staff_name.as_deref(), newest.device_name.as_deref()), (Some("Ana Ruiz"), Some("Treatment room")));
    assert!(newest.values.iter().any(|value| value.column == "notes" && value.value.as_deref() == Some("likes dogs, too")));
    assert!(history[2].is_first && history[2].device_name.as_deref() == Some("Front desk"));
    let devices = first.hub_devices().unwrap();
    assert_eq!(
        devices.iter().map(|device| (device.name.as_str(), device.is_this)).collect::<Vec<_>>(),
        [("Front desk", true), ("Treatment room", false)]
    );
    // A code works once.
    let third_computer = Computer::new();
    let third = third_computer.start();
    let refusal = hub.join(&third, &code.code, "Third").unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::BadCode, Some("code")));
    for desk in [first, second, third] {
        desk.close();
    }
}

#[test]
fn a_desk_that_is_locked_out_shows_nothing_and_comes_back_by_a_code() {
    let hub = Hub::start();
    let (first_computer, first) = hub.with_clinic();
    let (computer, second) = hub.with_laptop(&first);
    sign_in(&second);
    computer.until_sent(&second);
    let ana = owner(&second);
    let laptop = first.hub_devices().unwrap().into_iter().find(|device| device.name == "Laptop").unwrap();
    first.revoke_device(laptop.id).unwrap();
    // Refused at its next request, which a write makes.
    second.save(|store, actor| store.create_client(actor, client("Typed on the train"))).unwrap();
    computer.until("the laptop is locked", || (second.app_state().unwrap().phase == Phase::Revoked).then_some(()));
    let refused = |answer: Result<(), Refusal>| assert_eq!(answer.unwrap_err().code, RefusalCode::DeskRevoked);
    refused(second.sign_in(ana, None).map(drop));
    refused(second.sign_in_choices().map(drop));
    refused(second.ask(|store, actor| store.staff(actor)).map(drop));
    // It stays locked when the program is started again.
    second.close();
    let second = computer.start();
    assert_eq!(second.app_state().unwrap().phase, Phase::Revoked);
    assert_eq!(second.sync_state().unwrap().trouble, Some(HubTrouble::DeskRevoked));
    // A new code lets it in; what was typed meanwhile is sent.
    second.connect_hub(hub.input(&first.new_device_code().unwrap().code, "Laptop")).unwrap();
    assert_eq!(second.app_state().unwrap().phase, Phase::SignedOut);
    sign_in(&second);
    computer.until_sent(&second);
    first_computer.until("the first desk has what was typed", || {
        let found = first.ask(|store, actor| store.search(actor, "typed train", 5));
        (found.unwrap().len() == 1).then_some(())
    });
    first.close();
    second.close();
}

#[test]
fn wrong_ways_to_a_hub_are_told_apart_and_change_nothing() {
    let hub = Hub::start();
    let (_computer, first) = hub.with_clinic();
    let fresh = Computer::new();
    let desk = fresh.start();
    let told = |input: JoinHub| {
        let refusal = desk.join_clinic(JoinClinic { hub: input, key_store: KeyStore::File, passphrase: None }).unwrap_err();
        (refusal.code, refusal.field.unwrap_or_default())
    };
    let good = hub.input("0000-0000-0000", "Desk");
    assert_eq!(told(good.clone()), (RefusalCode::BadCode, "code".into()));
    assert_eq!(told(JoinHub { desk_name: " ".into(), ..good.clone() }), (RefusalCode::Required, "desk_name".into()));
    assert_eq!(told(JoinHub { address: "http://hub.example.com".into(), ..good.clone() }).0, RefusalCode::NotAHub);
    let free = petrel_sim::port::free_address().unwrap();
    assert_eq!(told(JoinHub { address: format!("http://{free}"), ..good.clone() }).0, RefusalCode::HubUnreachable);
    // The login page of a hotel.
    let hotel = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", hotel.local_addr().unwrap());
    let page = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = hotel.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        let body = "<html>Welcome to the hotel</html>";
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        stream.write_all(head.as_bytes()).unwrap();
    });
    assert_eq!(told(JoinHub { address, ..good }).0, RefusalCode::NotAHub);
    page.join().unwrap();
    // A clinic at the hub that nobody has brought anything to.
    let empty = hub.clinic();
    assert_eq!(told(hub.input(&hub.code(empty), "Desk")).0, RefusalCode::EmptyClinic);
    assert_eq!(desk.app_state().unwrap().phase, Phase::FirstRun);
    // A clinic of its own cannot be poured into another one.
    desk.create_clinic(new_clinic()).unwrap();
    let code = first.new_device_code().unwrap().code;
    let refusal = desk.connect_hub(hub.input(&code, "Desk")).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::OtherClinic);
    assert_eq!(desk.sync_state().unwrap(), SyncState::default());
    let ghost = first.hub_devices().unwrap().into_iter().find(|device| device.name == "Desk").unwrap();
    assert!(ghost.revoked_at.is_some(), "nobody sits at it");
    assert_eq!(desk.record_history("clients", Uuid::nil(), None).unwrap_err().code, RefusalCode::NoHub);
    first.close();
    desk.close();
}

/// Begins to join, and is stopped when the first rows have come.
fn join_half(computer: &Computer, desk: &Desk, input: JoinClinic) {
    let stopped = desk.clone();
    *computer.at_progress.lock().unwrap() = Some(Box::new(move || stopped.cancel_work()));
    assert_eq!(desk.join_clinic(input).unwrap_err().code, RefusalCode::Cancelled);
    assert!(computer.at_progress.lock().unwrap().is_none(), "rows had come");
}

fn keys_of(computer: &Computer) -> PathBuf {
    computer.folder.path().join("keys")
}

/// The names of the desks that the clinic's hub lets in.
fn seats(desk: &Desk) -> Vec<String> {
    let devices = desk.hub_devices().unwrap().into_iter();
    let mut names: Vec<_> = devices.filter(|device| device.revoked_at.is_none()).map(|device| device.name).collect();
    names.sort();
    names
}

#[test]
fn a_join_that_broke_off_goes_on_after_the_program_was_started_again_and_needs_no_other_code() {
    let hub = Hub::start();
    let (_front, first) = hub.with_clinic();
    first.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap();
    let laptop = Computer::new();
    let desk = laptop.start();
    assert_eq!(desk.app_state().unwrap().unfinished_join, None);
    assert_eq!(desk.resume_join(None).unwrap_err().code, RefusalCode::NotFound);
    let secret = "nine lives and a saucer of milk";
    let code = first.new_device_code().unwrap().code;
    let input = JoinClinic { hub: hub.input(&code, "Laptop"), key_store: KeyStore::Passphrase, passphrase: Some(secret.into()) };
    join_half(&laptop, &desk, input);
    let shown = |clinic_name: Option<&str>, needs_passphrase| {
        Some(UnfinishedJoin { clinic_name: clinic_name.map(str::to_owned), needs_passphrase })
    };
    assert_eq!(desk.app_state().unwrap().unfinished_join, shown(Some("Oak Vets"), false));
    desk.close();

    // A code that is no good takes nothing away.
    let desk = laptop.start();
    let state = desk.app_state().unwrap();
    assert_eq!((state.phase, state.unfinished_join), (Phase::FirstRun, shown(None, true)));
    let input = JoinClinic { hub: hub.input(&code, "Laptop"), key_store: KeyStore::File, passphrase: None };
    assert_eq!(desk.join_clinic(input).unwrap_err().code, RefusalCode::BadCode);
    assert_eq!(desk.resume_join(None).unwrap_err().field.as_deref(), Some("passphrase"));
    assert_eq!(desk.resume_join(Some("something else entirely")).unwrap_err().code, RefusalCode::WrongKey);
    let state = desk.resume_join(Some(secret)).unwrap();
    assert_eq!((state.phase, state.unfinished_join), (Phase::SignedOut, None));
    sign_in(&desk);
    assert_eq!(desk.ask(|store, actor| store.search(actor, "rex", 5)).unwrap().len(), 1);
    laptop.until_sent(&desk);
    assert_eq!(seats(&first), ["Front desk", "Laptop"]);
    desk.close();
    let desk = laptop.start();
    assert_eq!(desk.app_state().unwrap().phase, Phase::NeedsPassphrase);
    desk.close();
    let left = std::fs::read_dir(laptop.folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.contains(".new")).count(), 0);
    first.close();
}

#[test]
fn a_join_that_broke_off_can_be_given_up_and_the_hub_lets_the_desk_go() {
    let hub = Hub::start();
    let (front, first) = hub.with_clinic();
    let laptop = Computer::new();
    let desk = laptop.start();
    let input = |name: &str| {
        let code = first.new_device_code().unwrap().code;
        JoinClinic { hub: hub.input(&code, name), key_store: KeyStore::File, passphrase: None }
    };
    let keys = || std::fs::read_dir(keys_of(&laptop)).unwrap().count();
    join_half(&laptop, &desk, input("Laptop"));
    assert_eq!((seats(&first), keys()), (vec!["Front desk".to_owned(), "Laptop".to_owned()], 1));
    desk.close();
    let desk = laptop.start();
    assert!(desk.app_state().unwrap().unfinished_join.is_some());
    assert_eq!(desk.discard_join().unwrap().unfinished_join, None);
    assert_eq!((seats(&first), keys()), (vec!["Front desk".to_owned()], 0));
    assert_eq!(desk.resume_join(None).unwrap_err().code, RefusalCode::NotFound);
    // Another code does the same to what an earlier one had begun.
    join_half(&laptop, &desk, input("Laptop"));
    desk.join_clinic(input("Treatment room")).unwrap();
    assert_eq!((seats(&first), keys()), (vec!["Front desk".to_owned(), "Treatment room".to_owned()], 1));
    assert_eq!(desk.discard_join().unwrap_err().code, RefusalCode::Duplicate);
    desk.close();
    // So does a clinic of its own, made or restored.
    let backup = first.backup_now().unwrap();
    for restores in [false, true] {
        let spare = Computer::new();
        let desk = spare.start();
        join_half(&spare, &desk, input("Spare"));
        assert_eq!(seats(&first).len(), 3);
        if restores {
            desk.restore_backup(Path::new(&backup.path)).unwrap_err();
            assert_eq!(seats(&first).len(), 3, "a restore that failed takes nothing away");
            let key_file = std::fs::read_dir(keys_of(&front)).unwrap().next().unwrap().unwrap().path();
            std::fs::copy(&key_file, keys_of(&spare).join(key_file.file_name().unwrap())).unwrap();
            desk.restore_backup(Path::new(&backup.path)).unwrap();
        } else {
            desk.create_clinic(new_clinic()).unwrap();
        }
        assert_eq!(seats(&first), ["Front desk", "Treatment room"]);
        desk.close();
    }
    first.close();
}

#[test]
fn the_key_of_a_clinic_survives_a_crash_just_after_its_file_got_its_name() {
    let hub = Hub::start();
    let (_front, first) = hub.with_clinic();
    let (laptop, desk) = hub.with_laptop(&first);
    let beside = |name: &str| laptop.folder.path().join(name);
    let crash = || std::fs::copy(beside("clinic.petrel.key"), beside("clinic.petrel.new.key")).unwrap();
    crash();
    sign_in(&desk);
    desk.rebuild_desk().unwrap();
    crash();
    desk.close();
    let desk = laptop.start();
    assert_eq!(desk.app_state().unwrap().phase, Phase::SignedOut);
    desk.close();
    first.close();
}

#[test]
fn a_backup_that_is_put_back_joins_again_and_has_what_came_since() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    let rex = desk.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap().value;
    let backup = desk.backup_now().unwrap();
    write_notes(&desk, rex, "written after the backup");
    computer.until_sent(&desk);
    let code = desk.new_device_code().unwrap().code;

    desk.restore_backup(Path::new(&backup.path)).unwrap();
    sign_in(&desk);
    assert_eq!(notes(&desk, rex), None);
    let state = desk.sync_state().unwrap();
    assert_eq!((state.trouble, state.is_online), (Some(HubTrouble::JoinAgain), false), "a backup holds no keys to the hub");
    // Work goes on meanwhile, by numbers that the hub has other transactions by.
    let milo = desk.save(|store, actor| store.create_client(actor, client("Milo's"))).unwrap().value;
    desk.connect_hub(hub.input(&code, "Front desk")).unwrap();
    computer.until("what came since is back", || (notes(&desk, rex).as_deref() == Some("written after the backup")).then_some(()));
    let state = computer.until_sent(&desk);
    assert_eq!((state.rejected, state.trouble), (0, None));
    assert_eq!(desk.record_history("clients", Uuid::from_bytes(milo.bytes()), None).unwrap().entries.len(), 1);
    desk.close();
}

#[test]
fn what_the_hub_can_never_take_is_set_right_and_sent_again() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    let make = |first_name: &str| {
        let sql = "INSERT INTO clients (id, first_name, notes, created_at, updated_at) VALUES (?1, ?2, ?3, 1, 1)";
        let id = Uuid::now_v7();
        // No form lets this through; a text that Postgres does not take stands for every other reason.
        let saved = desk.save(|store, actor| {
            store.write(actor, Action::CreateClient, |tx| {
                tx.db().execute(sql, (id.as_bytes(), first_name, "a\0b"))?;
                Ok(())
            })
        });
        saved.unwrap();
        id
    };
    let id = make("Poison");
    let rejected = computer.until("it is set aside", || desk.ask(|store, actor| store.rejected_changes(actor)).unwrap().pop());
    assert_eq!((rejected.reason.as_str(), rejected.column.as_deref()), ("bad_value", Some("notes")));
    assert_eq!((rejected.staff_name.as_deref(), rejected.rows[0].label.as_str()), (Some("Ana Ruiz"), "Poison"));
    assert_eq!(desk.sync_state().unwrap().rejected, 1);
    let file = computer.folder.path().join("kept.json");
    desk.export_rejected(rejected.n, &file).unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains("Poison"));

    let edit = |value: &str, column: &str| ResendEdit { table: "clients".into(), id, column: column.into(), value: Some(value.into()) };
    let resend = |edits: Vec<ResendEdit>| {
        desk.save(|store, actor| store.resend_rejected(actor, &ResendChange { n: rejected.n, edits: edits.clone() }))
    };
    let refusal = resend(vec![edit("no such source", "source")]).unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("source")));
    resend(vec![edit("a b", "notes")]).unwrap();
    let state = computer.until_sent(&desk);
    assert_eq!(state.rejected, 0);
    assert_eq!(desk.record_history("clients", id, None).unwrap().entries.len(), 1);
    assert_eq!(notes(&desk, ClientId::from_bytes(*id.as_bytes())).as_deref(), Some("a b"));

    // Let go, it is gone here, too.
    make("Gone");
    let rejected = computer.until("it is set aside", || desk.ask(|store, actor| store.rejected_changes(actor)).unwrap().pop());
    desk.ask(|store, actor| store.discard_rejected(actor, rejected.n)).unwrap();
    assert_eq!(desk.sync_state().unwrap().rejected, 0);
    computer.until("the row went away", || desk.ask(|store, actor| store.search(actor, "gone", 5)).unwrap().is_empty().then_some(()));
    desk.close();
}
