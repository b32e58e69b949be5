//! What a file can be in the way of: a full disk, a folder that cannot be written, another program. Each is told as what it is, and
//! nothing is lost. Some need rights of the system (a small disk, another user); where those are missing, the test says so loudly.
#![cfg(unix)]

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use petrel_domain::desk::{ClinicKind, KeyStore, NewClinic};
use petrel_domain::{RefusalCode, StaffId};
use petrel_store::{Action, Actor, Backups, FileKey, FileLock, Kept, KeyFile, OpenOptions, Store, StoreError};

/// Tells this program, started again by a test, which part to play, and where.
const PART: &str = "PETREL_TEST_PART";

fn options(folder: &Path) -> OpenOptions {
    OpenOptions::new(folder.join("clinic.petrel"), FileKey::from_bytes([7; 32]))
}

fn clinic(folder: &Path) -> Store {
    let store = Store::open(&options(folder)).unwrap();
    let input = NewClinic {
        name: "Oak Vets".into(),
        timezone: "Europe/Berlin".into(),
        locale: "en-GB".into(),
        currency: "EUR".into(),
        kind: ClinicKind::Vet,
        owner_first_name: "Ada".into(),
        owner_last_name: String::new(),
        owner_email: None,
        owner_pin: None,
        key_store: KeyStore::File,
        passphrase: None,
    };
    store.create_clinic(input).unwrap();
    store
}

fn add_client(store: &Store, notes: &str) -> Result<(), StoreError> {
    let saved = store.write(&Actor::program(), Action::CreateClient, |tx| {
        let sql = "INSERT INTO clients (id, first_name, notes, created_at, updated_at) VALUES (?1, 'Ada', ?2, ?3, ?3)";
        Ok(tx.db().execute(sql, (tx.new_id().as_bytes(), notes, tx.now().0))?)
    });
    saved.map(|_| ())
}

fn clients(store: &Store) -> i64 {
    store.read(|db| Ok(db.query_row("SELECT count(*) FROM clients", [], |row| row.get(0))?)).unwrap()
}

fn key_file() -> KeyFile {
    KeyFile::new(uuid::Uuid::from_u128(7), Kept::File)
}

/// Starts this test again in a process of its own, with a part to play.
fn play(test: &str, part: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("trouble::{test}"), "--nocapture"]).env(PART, part).env("PETREL_TEST_FOLDER", folder);
    command
}

fn my_part() -> Option<(String, std::path::PathBuf)> {
    Some((std::env::var(PART).ok()?, std::env::var_os("PETREL_TEST_FOLDER")?.into()))
}

/// A disk of a few megabytes. None where this user may not have one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) { Some(Self(folder)) } else { None }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn on_a_full_disk_nothing_is_half_saved_and_work_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::new(8) else {
        eprintln!("SKIPPED: no small disk can be mounted here");
        return;
    };
    let store = clinic(disk.0.path());
    let backups = Backups::of(store.path());
    let first = backups.make(&store, &FileKey::from_bytes([7; 32]), &key_file()).unwrap();
    let ballast = disk.0.path().join("ballast");
    std::fs::write(&ballast, vec![1; 2 << 20]).unwrap();
    let notes = "x".repeat(3000);
    let mut saved = 0;
    let refused = loop {
        match add_client(&store, &notes) {
            Ok(()) => saved += 1,
            Err(error) => break error.refusal(),
        }
        assert!(saved < 10_000, "the disk is small");
    };
    assert_eq!(refused.code, RefusalCode::DiskFull, "{refused:?}");
    assert_eq!(clients(&store), saved, "what was acknowledged is there, the rest is not");
    let backup = backups.make(&store, &FileKey::from_bytes([7; 32]), &key_file()).unwrap_err().refusal();
    assert_eq!(backup.code, RefusalCode::DiskFull, "{backup:?}");
    assert_eq!(backups.list().unwrap(), [first], "a backup that does not fit is not there, and takes none away");
    std::fs::remove_file(ballast).unwrap();
    add_client(&store, &notes).unwrap();
    drop(store);
    let again = Store::open(&options(disk.0.path())).unwrap();
    assert_eq!(clients(&again), saved + 1);
    drop(again);
    petrel_store::check_file(&disk.0.path().join("clinic.petrel"), &FileKey::from_bytes([7; 32]), true).unwrap();
}

#[test]
fn on_a_full_disk_whoever_has_a_pin_gets_in_and_wrong_tries_are_counted() {
    let Some(disk) = SmallDisk::new(8) else {
        eprintln!("SKIPPED: no small disk can be mounted here");
        return;
    };
    let store = clinic(disk.0.path());
    let owner = store.read(|db| Ok(db.query_row("SELECT id FROM staff", [], |row| row.get(0).map(StaffId::from_bytes))?)).unwrap();
    store.set_pin(&Actor::program(), owner, Some("4711"), None).unwrap();
    // What SQLite has room for in its log already is taken, too.
    let filled = std::fs::write(disk.0.path().join("ballast"), vec![1; 8 << 20]).unwrap_err();
    assert_eq!(filled.kind(), std::io::ErrorKind::StorageFull);
    while add_client(&store, &"x".repeat(3000)).is_ok() {}
    while add_client(&store, "").is_ok() {}
    store.sign_in(owner, Some("4711")).unwrap();
    let wrong = || store.sign_in(owner, Some("0000")).unwrap_err().refusal();
    let (first, second) = (wrong(), wrong());
    assert_eq!((first.code, second.code), (RefusalCode::WrongPin, RefusalCode::WrongPin));
    assert_eq!(first.limit.zip(second.limit).map(|(first, second)| first - second), Some(1));
    let last = std::iter::repeat_with(wrong).take(10).last().map(|refused| refused.code);
    assert_eq!(last, Some(RefusalCode::TooManyTries));
}

#[test]
fn a_folder_or_file_that_cannot_be_written_is_told_as_such() {
    const TEST: &str = "a_folder_or_file_that_cannot_be_written_is_told_as_such";
    if let Some((_, folder)) = my_part() {
        let opened = Store::open(&options(&folder)).map(|_| ()).unwrap_err().refusal();
        assert_eq!(opened.code, RefusalCode::ReadOnly, "{opened:?}");
        let locked = FileLock::take(&folder.join("clinic.petrel")).unwrap_err().refusal();
        assert_eq!(locked.code, RefusalCode::ReadOnly, "{locked:?}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    drop(clinic(folder.path()));
    drop(FileLock::take(&folder.path().join("clinic.petrel")).unwrap());
    let before = std::fs::read(folder.path().join("clinic.petrel")).unwrap();
    let permit = |path: &Path, mode: u32| std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    for name in ["clinic.petrel", "clinic.petrel.lock"] {
        permit(&folder.path().join(name), 0o444);
    }
    permit(folder.path(), 0o555);
    // The system's owner may write everywhere; somebody else plays the part then.
    let mut somebody = play(TEST, "reader", folder.path());
    if Command::new("true").uid(65_534).gid(65_534).status().is_ok_and(|status| status.success()) {
        somebody.uid(65_534).gid(65_534);
    }
    let output = somebody.output();
    permit(folder.path(), 0o755);
    match output {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => eprintln!("SKIPPED: this program cannot be started as somebody else: {error}"),
    }
    assert_eq!(std::fs::read(folder.path().join("clinic.petrel")).unwrap(), before);
}

/// Waits until a child says a line.
fn wait_for(child: &mut Child, line: &str) {
    use std::io::BufRead;
    let said = std::io::BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.into_iter().any(|said| said.contains(line)));
}

#[test]
fn a_file_that_another_program_holds_is_busy_until_that_program_ends_however_it_ends() {
    const TEST: &str = "a_file_that_another_program_holds_is_busy_until_that_program_ends_however_it_ends";
    if let Some((_, folder)) = my_part() {
        let _lock = FileLock::take(&folder.join("clinic.petrel")).unwrap();
        println!("held");
        // Until it is killed.
        let _ = std::io::read_to_string(std::io::stdin());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clinic.petrel");
    let mut other = play(TEST, "holder", folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    wait_for(&mut other, "held");
    assert_eq!(FileLock::take(&file).unwrap_err().refusal().code, RefusalCode::FileBusy);
    other.kill().unwrap();
    other.wait().unwrap();
    FileLock::take(&file).unwrap();
}

#[test]
fn the_lock_knows_whether_the_file_is_as_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clinic.petrel");
    let first = FileLock::take(&file).unwrap();
    assert!(!first.was_closed_well(), "there is no word of it yet");
    drop(clinic(folder.path()));
    first.close().unwrap();
    let second = FileLock::take(&file).unwrap();
    assert!(second.was_closed_well());
    drop(second);
    assert!(!FileLock::take(&file).unwrap().was_closed_well(), "a program that just vanished left no word");
    FileLock::take(&file).unwrap().close().unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[5000] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert!(!FileLock::take(&file).unwrap().was_closed_well(), "somebody wrote to it meanwhile");
}
