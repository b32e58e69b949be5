//! From the first run to a damaged file: where the program stands, what it does about it, and that nothing is lost on the way.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

#[path = "opening/at_work.rs"]
mod at_work;
#[path = "opening/damage.rs"]
mod damage;
#[path = "opening/dying.rs"]
mod dying;
#[path = "opening/leaving.rs"]
mod leaving;
#[path = "opening/recovery.rs"]
mod recovery;
#[path = "opening/second.rs"]
mod second;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use petrel_domain::desk::{AppState, ClinicKind, KeyStore, NewClinic, Phase, StaffDetails, WaitsFor};
use petrel_domain::{Clock, FixedClock, Millis, Refusal, RefusalCode, Role};
use petrel_shell::desk::Desk;
use petrel_shell::events::News;
use petrel_shell::folder::Folder;
use petrel_shell::keys::Keys;
use petrel_store::KeyFile;
use tempfile::TempDir;

const PASSPHRASE: &str = "correct horse battery staple";

/// A computer with one desk; the desk can be started again and again.
struct Computer {
    folder: TempDir,
    clock: Arc<FixedClock>,
    news: Arc<Mutex<Vec<String>>>,
}

impl Computer {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::at(Millis(1_790_000_000_000)));
        Self { folder: tempfile::tempdir().unwrap(), clock, news: Arc::default() }
    }

    fn start(&self) -> Desk {
        let news = Arc::clone(&self.news);
        start(self.folder.path(), &self.clock, move |said| news.lock().unwrap().push(format!("{said:?}")))
    }

    fn pass(&self, minutes: i64) {
        self.clock.set(self.clock.now().plus_minutes(minutes));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A clinic with a backup of its first state, closed.
    fn with_clinic(kept: KeyStore) -> Self {
        let computer = Self::new();
        let desk = computer.start();
        desk.create_clinic(new_clinic(kept)).unwrap();
        desk.close();
        computer
    }

    /// The clinic's file as SQLite has it, behind the program's back.
    fn database(&self) -> rusqlite::Connection {
        let key_file = KeyFile::read_beside(&self.path("clinic.petrel")).unwrap().unwrap();
        let key = Keys::new("app.petrel.test", self.path("keys")).find(&key_file).unwrap().unwrap();
        let db = rusqlite::Connection::open(self.path("clinic.petrel")).unwrap();
        let digits: String = key.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        db.pragma_update(None, "key", format!("x'{digits}'")).unwrap();
        db.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").unwrap();
        db
    }

    fn damage(&self) {
        let mut bytes = fs::read(self.path("clinic.petrel")).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(self.path("clinic.petrel"), bytes).unwrap();
    }
}

fn desk(folder: &Path, clock: Arc<dyn Clock>, tell: impl Fn(News) + Send + Sync + 'static) -> Desk {
    Desk::new(Folder::at(folder), Keys::new("app.petrel.test", folder.join("keys")), clock, tell)
}

fn start(folder: &Path, clock: &Arc<FixedClock>, tell: impl Fn(News) + Send + Sync + 'static) -> Desk {
    let desk = desk(folder, Arc::clone(clock) as Arc<dyn Clock>, tell);
    desk.open_in_background().join().unwrap();
    desk
}

fn new_clinic(key_store: KeyStore) -> NewClinic {
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
        key_store,
        passphrase: (key_store == KeyStore::Passphrase).then(|| PASSPHRASE.into()),
    }
}

fn groomer(name: &str) -> StaffDetails {
    let color = "#4c7fb3".to_owned();
    StaffDetails {
        first_name: name.into(),
        last_name: String::new(),
        email: None,
        role: Role::Groomer,
        color,
        is_active: true,
        is_bookable: true,
    }
}

fn trouble(state: &AppState) -> RefusalCode {
    match &state.phase {
        Phase::Trouble { refusal } => refusal.code,
        other => panic!("{other:?}"),
    }
}

fn sign_in(desk: &Desk) -> AppState {
    let who = desk.sign_in_choices().unwrap().remove(0).id;
    desk.sign_in(who, None).unwrap()
}

fn hire(desk: &Desk, name: &str) -> Result<(), Refusal> {
    desk.save(|store, actor| store.create_staff(actor, groomer(name))).map(|_| ())
}

fn names(desk: &Desk) -> Vec<String> {
    desk.ask(|store, actor| store.staff(actor)).unwrap().into_iter().map(|staff| staff.details.first_name).collect()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_new_clinic_is_there_again_after_a_restart_and_asks_who_sits_here() {
    let computer = Computer::new();
    let desk = computer.start();
    assert_eq!(desk.app_state().unwrap().phase, Phase::FirstRun);
    assert_eq!(hire(&desk, "Bo").unwrap_err().code, RefusalCode::SignInNeeded);
    let made = desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    assert_eq!((made.phase, made.key_store, made.staff.unwrap().details.first_name.as_str()), (Phase::Ready, Some(KeyStore::File), "Ana"));
    assert_eq!(desk.create_clinic(new_clinic(KeyStore::File)).unwrap_err().code, RefusalCode::Duplicate);
    hire(&desk, "Bo").unwrap();
    desk.close();
    let desk = computer.start();
    let again = desk.app_state().unwrap();
    assert_eq!((again.phase, again.clinic.unwrap().details.name.as_str()), (Phase::SignedOut, "Oak Vets"));
    assert!(again.last_backup_at.is_some(), "one was made when it closed");
    assert_eq!(hire(&desk, "Cy").unwrap_err().code, RefusalCode::SignInNeeded);
    assert_eq!(sign_in(&desk).phase, Phase::Ready);
    assert_eq!(names(&desk), ["Ana", "Bo"]);
}

#[test]
fn what_a_new_clinic_lacks_is_named_and_leaves_nothing_behind() {
    let computer = Computer::new();
    let desk = computer.start();
    let short = NewClinic { passphrase: Some("short".into()), ..new_clinic(KeyStore::Passphrase) };
    let refused = desk.create_clinic(short).unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::TooShort, Some("passphrase")));
    assert_eq!(desk.app_state().unwrap().phase, Phase::FirstRun);
    assert_eq!(files(computer.folder.path()), ["clinic.petrel.lock"]);
}

#[test]
fn a_key_under_a_passphrase_is_asked_for_and_a_wrong_one_is_told() {
    let computer = Computer::with_clinic(KeyStore::Passphrase);
    let desk = computer.start();
    let state = desk.app_state().unwrap();
    assert!(!state.has_recovery && state.phase == Phase::NeedsPassphrase);
    let refused = desk.unlock("wrong horse battery staple").unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::WrongKey, Some("passphrase")));
    assert_eq!(desk.unlock(PASSPHRASE).unwrap().phase, Phase::SignedOut);
}

#[test]
fn a_desk_that_nobody_touches_locks_and_drafts_and_work_wait_behind_the_lock() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.set_desk_setting("auto_lock_minutes", "10").unwrap();
    desk.set_draft("client", Some("{\"first_name\":\"A\"}")).unwrap();
    computer.pass(9);
    hire(&desk, "Bo").unwrap();
    computer.pass(9);
    assert_eq!(desk.app_state().unwrap().phase, Phase::Ready, "a touch counts from its own time");
    computer.pass(1);
    assert_eq!(hire(&desk, "Cy").unwrap_err().code, RefusalCode::SignInNeeded);
    assert_eq!(desk.draft("client").unwrap_err().code, RefusalCode::SignInNeeded);
    assert_eq!(desk.app_state().unwrap().phase, Phase::SignedOut);
    sign_in(&desk);
    assert_eq!(desk.draft("client").unwrap().as_deref(), Some("{\"first_name\":\"A\"}"));
    desk.set_draft("client", None).unwrap();
    assert_eq!(desk.draft("client").unwrap(), None);
    assert_eq!(desk.lock().unwrap().phase, Phase::SignedOut);
}

#[test]
fn settings_of_the_desk_have_limits_and_some_are_not_for_everybody() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.set_desk_setting("theme", "\"dark\"").unwrap();
    assert_eq!(desk.desk_setting("theme").unwrap().as_deref(), Some("\"dark\""));
    for (key, value) in
        [("theme", "dark"), ("auto_lock_minutes", "-1"), ("pin_tries", "{}"), ("is_demo", "true"), ("draft:x", "1"), ("", "1")]
    {
        assert_eq!(desk.set_desk_setting(key, value).unwrap_err().code, RefusalCode::Invalid, "{key}");
    }
    hire(&desk, "Bo").unwrap();
    let bo = desk.sign_in_choices().unwrap().into_iter().find(|choice| choice.first_name == "Bo").unwrap();
    desk.sign_in(bo.id, None).unwrap();
    assert_eq!(desk.set_desk_setting("auto_lock_minutes", "0").unwrap_err().code, RefusalCode::Forbidden);
    assert_eq!(hire(&desk, "Cy").unwrap_err().code, RefusalCode::Forbidden);
}

#[test]
fn how_the_desk_looks_is_there_before_a_clinic_is_and_while_its_file_is_locked() {
    let computer = Computer::new();
    let desk = computer.start();
    assert_eq!(desk.desk_setting("language").unwrap(), None);
    desk.set_desk_setting("language", "\"es\"").unwrap();
    desk.set_desk_setting("theme", "\"dark\"").unwrap();
    desk.set_desk_setting("zoom", "150").unwrap();
    assert_eq!(desk.set_desk_setting("theme", &format!("\"{}\"", "x".repeat(100))).unwrap_err().code, RefusalCode::TooLong);
    desk.create_clinic(new_clinic(KeyStore::Passphrase)).unwrap();
    desk.close();
    let desk = computer.start();
    assert_eq!(desk.app_state().unwrap().phase, Phase::NeedsPassphrase);
    assert_eq!(desk.desk_setting("language").unwrap().as_deref(), Some("\"es\""));
    assert_eq!(desk.language(), "es");
    assert_eq!(desk.desk_setting("theme").unwrap().as_deref(), Some("\"dark\""));
    assert_eq!(desk.desk_setting("zoom").unwrap().as_deref(), Some("150"));
    // What somebody else wrote there is no reason not to start.
    fs::write(computer.path("look.json"), "[").unwrap();
    assert_eq!(desk.desk_setting("theme").unwrap(), None);
}

#[cfg(unix)]
#[test]
fn whoever_asks_while_the_file_takes_long_to_open_is_told_and_then_gets_the_outcome() {
    let computer = Computer::with_clinic(KeyStore::File);
    let key = fs::read_dir(computer.path("keys")).unwrap().next().unwrap().unwrap().path();
    let bytes = fs::read(&key).unwrap();
    // A key that does not come until somebody gives it.
    fs::remove_file(&key).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&key).status().unwrap().success());
    let desk = desk(computer.folder.path(), Arc::clone(&computer.clock) as Arc<dyn Clock>, |_| {});
    let opening = desk.open_in_background();
    assert_eq!(desk.app_state().unwrap().phase, Phase::Opening { waits_for: WaitsFor::File });
    assert_eq!(desk.app_state().unwrap().phase, Phase::Opening { waits_for: WaitsFor::File });
    let asked = desk.clone();
    let outcome = std::thread::spawn(move || {
        std::iter::repeat_with(|| asked.app_state().unwrap().phase).find(|phase| !matches!(phase, Phase::Opening { .. }))
    });
    fs::write(&key, bytes).unwrap();
    assert_eq!(outcome.join().unwrap(), Some(Phase::SignedOut));
    opening.join().unwrap();
}

/// A clock that fails: what stands for any fault of the program while the file is opened.
struct BrokenClock;

impl Clock for BrokenClock {
    fn now(&self) -> Millis {
        panic!("the clock is broken")
    }
}

#[test]
fn a_fault_of_the_program_while_the_file_is_opened_is_said_and_the_file_is_there_for_the_next_start() {
    let computer = Computer::with_clinic(KeyStore::File);
    let desk = desk(computer.folder.path(), Arc::new(BrokenClock), |_| {});
    let opening = desk.open_in_background();
    let phase = std::iter::repeat_with(|| desk.app_state().unwrap()).find(|state| !matches!(state.phase, Phase::Opening { .. }));
    assert_eq!(trouble(&phase.unwrap()), RefusalCode::Internal);
    drop(desk);
    // The thread that opened the file holds its lock until it has ended.
    opening.join().unwrap();
    assert_eq!(computer.start().app_state().unwrap().phase, Phase::SignedOut);
}

#[test]
fn a_role_that_changes_counts_at_the_next_command() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    hire(&desk, "Bo").unwrap();
    let bo = desk.sign_in_choices().unwrap().into_iter().find(|choice| choice.first_name == "Bo").unwrap();
    desk.sign_in(bo.id, None).unwrap();
    let gone = StaffDetails { is_active: false, ..groomer("Bo") };
    desk.ask(|store, _| store.save_staff(&petrel_store::Actor::program(), bo.id, gone)).unwrap();
    assert_eq!(desk.ask(|store, actor| store.staff(actor)).unwrap_err().code, RefusalCode::SignInNeeded);
}

#[test]
fn a_damaged_file_is_set_aside_and_the_last_good_backup_takes_its_place() {
    let computer = Computer::with_clinic(KeyStore::File);
    let desk = computer.start();
    sign_in(&desk);
    hire(&desk, "Bo").unwrap();
    let backup = desk.backup_now().unwrap();
    desk.close();
    computer.damage();
    let damaged = fs::read(computer.path("clinic.petrel")).unwrap();
    let desk = computer.start();
    let state = desk.app_state().unwrap();
    assert_eq!(state.phase, Phase::SignedOut);
    let recovery = state.recovered.unwrap();
    assert_eq!(recovery.backup_at, backup.made_at);
    assert!(fs::read(&recovery.set_aside).unwrap() == damaged, "the damaged file is still there");
    sign_in(&desk);
    assert_eq!(names(&desk), ["Ana", "Bo"]);
}

#[test]
fn a_damaged_first_page_is_not_taken_for_a_wrong_key_where_a_backup_knows_better() {
    let computer = Computer::with_clinic(KeyStore::File);
    let mut bytes = fs::read(computer.path("clinic.petrel")).unwrap();
    bytes[100] ^= 1;
    fs::write(computer.path("clinic.petrel"), &bytes).unwrap();
    let desk = computer.start();
    assert!(desk.app_state().unwrap().recovered.is_some());
    desk.close();
    fs::remove_dir_all(computer.path("backups")).unwrap();
    fs::write(computer.path("clinic.petrel"), &bytes).unwrap();
    assert_eq!(trouble(&computer.start().app_state().unwrap()), RefusalCode::WrongKey);
}

#[test]
fn an_emptied_file_is_damage_not_a_new_clinic() {
    let computer = Computer::with_clinic(KeyStore::File);
    fs::remove_dir_all(computer.path("backups")).unwrap();
    fs::write(computer.path("clinic.petrel"), "").unwrap();
    let desk = computer.start();
    assert_eq!(trouble(&desk.app_state().unwrap()), RefusalCode::Corrupt);
    assert_eq!(desk.create_clinic(new_clinic(KeyStore::File)).unwrap_err().code, RefusalCode::Duplicate);
    assert_eq!(desk.set_aside_file().unwrap().phase, Phase::FirstRun);
    assert_eq!(files(&computer.path("set-aside")).len(), 2, "the file and its key file");
}

#[test]
fn a_missing_key_is_trouble_that_ends_when_the_key_is_back() {
    let computer = Computer::with_clinic(KeyStore::File);
    fs::rename(computer.path("keys"), computer.path("keys.away")).unwrap();
    let desk = computer.start();
    assert_eq!(trouble(&desk.app_state().unwrap()), RefusalCode::KeyMissing);
    assert_eq!(trouble(&desk.open().unwrap()), RefusalCode::KeyMissing);
    fs::rename(computer.path("keys.away"), computer.path("keys")).unwrap();
    assert_eq!(desk.open().unwrap().phase, Phase::SignedOut);
}

#[test]
fn a_key_file_that_is_lost_or_damaged_is_found_beside_a_backup_and_lies_beside_the_file_again() {
    let computer = Computer::with_clinic(KeyStore::Passphrase);
    let own = computer.path("clinic.petrel.key");
    let sound = fs::read(&own).unwrap();
    for damage in [None, Some(&sound[..sound.len() / 2]), Some(&b""[..])] {
        fs::remove_file(&own).unwrap();
        if let Some(damage) = damage {
            fs::write(&own, damage).unwrap();
        }
        let desk = computer.start();
        assert_eq!(desk.unlock(PASSPHRASE).unwrap().phase, Phase::SignedOut);
        desk.close();
        assert_eq!(fs::read(&own).unwrap(), sound);
    }
    // A backup's own may be damaged as well: the desk's opens it.
    let desk = computer.start();
    desk.unlock(PASSPHRASE).unwrap();
    sign_in(&desk);
    let backup = desk.list_backups().unwrap().remove(0).path;
    fs::write(format!("{backup}.key"), "{").unwrap();
    assert_eq!(desk.restore_backup(Path::new(&backup)).unwrap().phase, Phase::NeedsPassphrase);
    assert_eq!(desk.unlock(PASSPHRASE).unwrap().phase, Phase::SignedOut);
}

#[test]
fn two_desks_never_open_one_file() {
    let computer = Computer::with_clinic(KeyStore::File);
    let first = computer.start();
    assert_eq!(first.app_state().unwrap().phase, Phase::SignedOut);
    let second = computer.start();
    assert_eq!(trouble(&second.app_state().unwrap()), RefusalCode::FileBusy);
    assert_eq!(second.restore_backup(Path::new(&first.list_backups().unwrap()[0].path)).unwrap_err().code, RefusalCode::FileBusy);
    first.close();
    assert_eq!(second.open().unwrap().phase, Phase::SignedOut);
}

#[test]
fn a_newer_programs_file_is_left_alone() {
    let computer = Computer::with_clinic(KeyStore::File);
    be_of_the_future(&computer);
    let before = fs::read(computer.path("clinic.petrel")).unwrap();
    let desk = computer.start();
    assert_eq!(trouble(&desk.app_state().unwrap()), RefusalCode::NewerFile);
    assert!(fs::read(computer.path("clinic.petrel")).unwrap() == before, "to the byte");
    // A backup from before is a way out, too.
    let backup = desk.list_backups().unwrap().remove(0).path;
    assert_eq!(desk.restore_backup(Path::new(&backup)).unwrap().phase, Phase::SignedOut);
}

/// As a newer program leaves the clinic's file.
fn be_of_the_future(computer: &Computer) {
    let sql =
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (9999, 'from_the_future', '2030-01-01', '1')";
    computer.database().execute(sql, []).unwrap();
}

#[test]
fn a_newer_programs_backup_does_not_take_the_place_of_what_can_be_worked_in() {
    let computer = Computer::with_clinic(KeyStore::File);
    let file = computer.path("clinic.petrel");
    let own = fs::read(&file).unwrap();
    be_of_the_future(&computer);
    let newer = computer.path("newer.petrel");
    fs::copy(&file, &newer).unwrap();
    fs::write(&file, own).unwrap();
    let desk = computer.start();
    sign_in(&desk);
    assert_eq!(desk.restore_backup(&newer).unwrap_err().code, RefusalCode::NewerFile);
    assert_eq!(desk.app_state().unwrap().phase, Phase::Ready);
    assert!(!computer.path("set-aside").exists());
}

#[test]
fn a_backup_is_restored_at_work_by_whoever_manages_the_clinic() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    let backup = desk.backup_now().unwrap();
    hire(&desk, "Bo").unwrap();
    let bo = desk.sign_in_choices().unwrap().into_iter().find(|choice| choice.first_name == "Bo").unwrap();
    let owner = desk.sign_in_choices().unwrap().into_iter().find(|choice| choice.first_name == "Ana").unwrap();
    desk.sign_in(bo.id, None).unwrap();
    assert_eq!(desk.restore_backup(Path::new(&backup.path)).unwrap_err().code, RefusalCode::Forbidden);
    desk.sign_in(owner.id, None).unwrap();
    let missing = desk.restore_backup(&computer.path("nowhere.petrel")).unwrap_err();
    assert_eq!(missing.code, RefusalCode::FileUnreadable);
    // One that is found damaged only once it was copied.
    let spoiled = computer.path("spoiled.petrel");
    let mut bytes = fs::read(&backup.path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(7);
    fs::write(&spoiled, bytes).unwrap();
    assert_eq!(desk.restore_backup(&spoiled).unwrap_err().code, RefusalCode::BadBackup);
    assert_eq!(names(&desk), ["Ana", "Bo"], "a restore that fails leaves everybody where they were");
    assert_eq!(desk.app_state().unwrap().staff.map(|staff| staff.id), Some(owner.id));
    assert_eq!(desk.restore_backup(Path::new(&backup.path)).unwrap().phase, Phase::SignedOut);
    sign_in(&desk);
    assert_eq!(names(&desk), ["Ana"]);
    assert!(files(&computer.path("set-aside")).iter().any(|name| name.ends_with("-replaced.petrel")));
}

#[test]
fn a_backup_with_its_key_file_is_restored_on_another_computer_by_its_passphrase() {
    let old = Computer::with_clinic(KeyStore::Passphrase);
    let backups = old.path("backups");
    let new = Computer::new();
    let desk = new.start();
    let name = files(&backups).into_iter().find(|name| name.ends_with(".petrel")).unwrap();
    let state = desk.restore_backup(&backups.join(&name)).unwrap();
    assert_eq!(state.phase, Phase::NeedsPassphrase);
    assert_eq!(desk.unlock(PASSPHRASE).unwrap().clinic.unwrap().details.name, "Oak Vets");
    // Without its key file nobody can tell which key it has.
    let alone = new.path("alone.petrel");
    fs::copy(backups.join(name), &alone).unwrap();
    let third = Computer::new();
    assert_eq!(third.start().restore_backup(&alone).unwrap_err().code, RefusalCode::KeyMissing);
}

#[test]
fn backups_are_made_by_the_hour_while_something_changes_and_a_failed_one_is_told() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.keep_house();
    assert_eq!(desk.list_backups().unwrap().len(), 1, "the first as soon as there is something");
    computer.pass(120);
    desk.keep_house();
    assert_eq!(desk.list_backups().unwrap().len(), 1, "nothing has changed");
    sign_in(&desk);
    hire(&desk, "Bo").unwrap();
    desk.keep_house();
    assert_eq!(desk.list_backups().unwrap().len(), 2);
    hire(&desk, "Cy").unwrap();
    computer.pass(59);
    desk.keep_house();
    assert_eq!(desk.list_backups().unwrap().len(), 2, "an hour has not passed");
    fs::rename(computer.path("backups"), computer.path("elsewhere")).unwrap();
    fs::write(computer.path("backups"), "in the way").unwrap();
    computer.pass(1);
    desk.keep_house();
    let state = desk.app_state().unwrap();
    assert!(state.backup_problem.is_some() && state.last_backup_at.is_some());
    fs::remove_file(computer.path("backups")).unwrap();
    computer.pass(5);
    desk.keep_house();
    assert_eq!(desk.app_state().unwrap().backup_problem, None, "it is tried again, and says so");
}

#[test]
fn the_screens_are_told_of_every_write_and_of_every_change_of_place() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    computer.news.lock().unwrap().clear();
    hire(&desk, "Bo").unwrap();
    assert_eq!(*computer.news.lock().unwrap(), ["Changed([\"staff\"])"]);
    desk.backup_now().unwrap();
    assert_eq!(computer.news.lock().unwrap().last().unwrap(), "State");
}
