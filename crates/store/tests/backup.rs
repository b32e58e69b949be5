//! Backups on real files: made under load, checked, thinned, restored row by row; damage found, and nothing ever lost on the way.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{Salon, salon};
use petrel_domain::desk::Backup;
use petrel_domain::{Clock, DAY, MINUTE, Millis, Refusal, RefusalCode};
use petrel_store::{
    Action, Actor, Backups, FileKey, Kept, KeyFile, OpenOptions, SECOND, Store, check_file, clear_way, finish_restore, restore,
};
use uuid::Uuid;

const NOW: Millis = Millis(1_790_000_000_000);

fn key() -> FileKey {
    FileKey::from_bytes([7; 32])
}

fn key_file() -> KeyFile {
    KeyFile::new(Uuid::from_u128(7), Kept::File)
}

fn back_up(salon: &Salon) -> Backup {
    salon.later(1);
    Backups::of(salon.store.path()).make(&salon.store, &key(), &key_file()).unwrap()
}

fn put_back(backup: &str, file: &Path) -> Result<Option<PathBuf>, RefusalCode> {
    restore(Path::new(backup), Some(&key()), &key_file(), file, "replaced", NOW).map_err(|error| error.refusal().code)
}

fn open(path: &Path) -> Store {
    Store::open(&OpenOptions::new(path, key())).unwrap()
}

/// Every row of every table, as text.
fn rows(store: &Store) -> Vec<String> {
    let read = store.read(|db| {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";
        let names = db.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        let mut all = Vec::new();
        for name in names {
            let mut statement = db.prepare(&format!("SELECT * FROM \"{name}\""))?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let values = (0..columns).map(|n| row.get_ref(n).map(|value| format!("{value:?}"))).collect::<Result<Vec<_>, _>>()?;
                all.push(format!("{name}: {}", values.join(" | ")));
            }
        }
        all.sort();
        Ok(all)
    });
    read.unwrap()
}

fn number(store: &Store, sql: &str) -> i64 {
    store.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
}

/// Ends the load, also where the test fails.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Restores under load.
const RESTORES: usize = 100;
/// Clients that the load makes, and then changes over and over.
const SLOTS: i64 = 100;

/// One transaction of the load, the `n`th: makes a client, or changes the one whose turn it is.
fn load(store: &Store, n: i64) {
    let (slot, name) = (n % SLOTS, format!("number {n}"));
    let saved = store.write(&Actor::program(), Action::SaveClient, |tx| {
        let sql =
            "INSERT INTO clients (id, first_name, last_name, external_id, created_at, updated_at) VALUES (?1, 'Client', ?2, ?3, ?4, ?4)";
        let change = "UPDATE clients SET last_name = ?1, updated_at = ?2 WHERE external_id = ?3";
        let now = tx.now().0 + n;
        Ok(match n {
            0..SLOTS => tx.db().execute(sql, (tx.new_id().as_bytes(), &name, slot.to_string(), now))?,
            _ => tx.db().execute(change, (&name, now, slot.to_string()))?,
        })
    });
    assert_eq!(saved.unwrap().value, 1);
}

/// What the load has left after `count` of its transactions: each client as the last of its turns made it.
fn left_by_load(count: i64) -> Vec<String> {
    let slots = 0..SLOTS.min(count);
    let last = slots.map(|slot| format!("{slot}: number {}", slot + (count - 1 - slot) / SLOTS * SLOTS));
    let mut left: Vec<_> = last.collect();
    left.sort();
    left
}

fn clients_of_load(store: &Store) -> Vec<String> {
    let read = store.read(|db| {
        let sql = "SELECT external_id || ': ' || last_name AS client FROM clients WHERE first_name = 'Client' ORDER BY client";
        Ok(db.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    });
    read.unwrap()
}

#[test]
fn backups_made_under_load_hold_every_row_as_it_was_at_one_moment() {
    let salon = salon();
    let before = salon.store.transactions().unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _end = End(&is_over);
        scope.spawn(|| (0..).take_while(|_| !is_over.load(Ordering::SeqCst)).for_each(|n| load(&salon.store, n)));
        for _ in 0..RESTORES {
            let backup = back_up(&salon);
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("clinic.petrel");
            assert_eq!(put_back(&backup.path, &file).unwrap(), None);
            let restored = open(&file);
            let count = restored.transactions().unwrap() - before;
            assert_eq!(number(&restored, "SELECT count(*) FROM outbox"), before + count);
            assert!(clients_of_load(&restored) == left_by_load(count), "after {count} transactions");
            let derived = |store: &Store| number(store, "SELECT count(*) FROM search_docs");
            assert_eq!(derived(&restored), 1 + SLOTS.min(count), "derived tables are of the same moment");
        }
    });
}

/// Of a clinic that was set aside after a power cut, the last of the work is in the log beside its file.
#[test]
fn a_file_that_was_set_aside_is_put_back_with_its_log() {
    for has_key in [true, false] {
        let salon = salon();
        salon
            .store
            .write(&salon.owner, Action::SaveClient, |tx| Ok(tx.db().execute("UPDATE clients SET notes = 'the last'", [])?))
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let aside = folder.path().join("aside.petrel");
        let log = |of: &Path| PathBuf::from(format!("{}-wal", of.display()));
        fs::copy(salon.store.path(), &aside).unwrap();
        fs::copy(log(salon.store.path()), log(&aside)).unwrap();
        assert!(fs::metadata(log(&aside)).unwrap().len() > 0);
        let file = folder.path().join("clinic.petrel");
        restore(&aside, has_key.then(key).as_ref(), &key_file(), &file, "replaced", NOW).unwrap();
        assert_eq!(rows(&open(&file)), rows(&salon.store), "{has_key}");
        assert!(log(&aside).exists(), "what was set aside is as it was");
    }
}

/// A protected copy, or one from a disc: the working file must be written.
#[test]
fn a_backup_that_may_not_be_written_becomes_a_file_that_may() {
    let salon = salon();
    let backup = back_up(&salon).path;
    let mut rights = fs::metadata(&backup).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&backup, rights).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clinic.petrel");
    put_back(&backup, &file).unwrap();
    assert!(!fs::metadata(&file).unwrap().permissions().readonly());
    assert_eq!(rows(&open(&file)), rows(&salon.store));
}

#[test]
fn a_restored_file_equals_the_backed_up_one_row_by_row_and_the_old_one_is_set_aside() {
    let salon = salon();
    salon.add_client("Ada", "Byron", "");
    let backup = back_up(&salon);
    let backed_up = rows(&salon.store);
    salon.add_client("Later", "Change", "");
    let (file, later) = (salon.store.path().to_owned(), rows(&salon.store));
    let Salon { store, folder, .. } = salon;
    drop(store);
    let aside = put_back(&backup.path, &file).unwrap().unwrap();
    assert_eq!(rows(&open(&file)), backed_up);
    assert_eq!(rows(&open(&aside)), later, "what was replaced is still there, whole");
    assert_eq!(KeyFile::read_beside(&file).unwrap().unwrap(), key_file());
    drop(folder);
}

#[test]
fn a_backup_is_one_file_with_its_key_file_and_knows_its_time() {
    let salon = salon();
    let backup = back_up(&salon);
    let names =
        fs::read_dir(Backups::of(salon.store.path()).folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["clinic-20260529T060000001Z.petrel", "clinic-20260529T060000001Z.petrel.key"]);
    assert_eq!(backup.made_at, salon.store.now());
    assert!(backup.is_verified && backup.size_kib > 100);
    assert_eq!(Backups::of(salon.store.path()).list().unwrap(), [backup]);
}

#[test]
fn half_made_backups_do_not_count_and_are_swept_away() {
    let salon = salon();
    let backups = Backups::of(salon.store.path());
    let kept = back_up(&salon);
    let part = backups.folder().join("clinic-20270101T000000000Z.petrel.part");
    fs::write(&part, "half").unwrap();
    assert_eq!(backups.list().unwrap(), [kept]);
    backups.sweep().unwrap();
    assert!(!part.exists());
    assert_eq!(Backups::of(Path::new("/nowhere/clinic.petrel")).list().unwrap(), []);
}

#[test]
fn the_ladder_thins_the_folder_key_files_and_all() {
    let salon = salon();
    for _ in 0..30 {
        salon.later(60 * MINUTE);
        back_up(&salon);
    }
    salon.later(400 * DAY);
    let newest = back_up(&salon);
    let left = Backups::of(salon.store.path()).list().unwrap();
    assert_eq!(left.first(), Some(&newest));
    assert_eq!(left.len(), 24, "the newest of the last 24 hours that have one");
    let files = fs::read_dir(Backups::of(salon.store.path()).folder()).unwrap().count();
    assert_eq!(files, 2 * left.len());
}

#[test]
fn the_backups_of_a_clinic_that_was_set_aside_are_not_thinned_by_another() {
    let salon = salon();
    let backups = Backups::of(salon.store.path());
    let aside = KeyFile { key_id: Uuid::from_u128(9), ..key_file() };
    let made = back_up(&salon);
    for hour in 0..30 {
        let at = made.made_at.plus_minutes(1 + 60 * hour);
        let path = backups.folder().join(at.utc().format("clinic-%Y%m%dT%H%M%S%3fZ.petrel").to_string());
        fs::copy(&made.path, &path).unwrap();
        aside.write_beside(&path).unwrap();
    }
    fs::remove_file(&made.path).unwrap();
    salon.later(40 * DAY);
    for _ in 0..30 {
        salon.later(60 * MINUTE);
        back_up(&salon);
    }
    assert_eq!(backups.list_of(&aside).unwrap().len(), 30);
    assert_eq!(backups.list_of(&key_file()).unwrap().len(), 24);
}

#[test]
fn a_backup_made_by_a_clock_that_was_set_back_stays() {
    let salon = salon();
    let backups = Backups::of(salon.store.path());
    salon.later(30 * MINUTE);
    let now = back_up(&salon).made_at;
    let earlier = backups.make_of(salon.store.path(), &key(), &key_file(), now.plus_minutes(-10)).unwrap();
    assert!(Path::new(&earlier.path).exists());
    assert_eq!(backups.list().unwrap().len(), 2);
    // The next one thins what it made.
    back_up(&salon);
    assert_eq!(backups.list().unwrap().len(), 1);
}

#[test]
fn an_old_backup_that_cannot_be_removed_stops_none() {
    let salon = salon();
    let backups = Backups::of(salon.store.path());
    back_up(&salon);
    // A folder stands for a file that is open elsewhere.
    let stuck = backups.folder().join("clinic-20260529T060000000Z.petrel");
    fs::create_dir(&stuck).unwrap();
    let gone = back_up(&salon);
    let newest = back_up(&salon);
    assert!(stuck.exists() && Path::new(&newest.path).exists() && !Path::new(&gone.path).exists());
}

#[test]
fn where_there_is_no_room_none_is_begun_and_those_there_are_stay() {
    let salon = salon();
    let first = back_up(&salon);
    let cramped = Backups::of(salon.store.path()).with_free(|_| Ok(1 << 20));
    salon.later(1000);
    let refused = cramped.make(&salon.store, &key(), &key_file()).unwrap_err().refusal();
    assert_eq!(refused.code, RefusalCode::DiskFull);
    assert!(refused.detail.unwrap().starts_with("1 MiB are free"));
    assert_eq!(cramped.list().unwrap(), [first]);
    assert_eq!(fs::read_dir(cramped.folder()).unwrap().count(), 2, "the backup and its key file");
    assert!(Backups::of(salon.store.path()).with_free(|_| Ok(1 << 30)).make(&salon.store, &key(), &key_file()).is_ok());
}

#[test]
fn what_is_no_backup_is_refused_and_the_clinics_file_stays_as_it_is() {
    let salon = salon();
    let good = back_up(&salon).path;
    let bytes = fs::read(&good).unwrap();
    let bad = |name: &str, bytes: &[u8]| {
        let path = salon.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    let plain = rusqlite::Connection::open(salon.folder.path().join("plain.db")).unwrap();
    plain.execute_batch("CREATE TABLE clinics (id); INSERT INTO clinics VALUES (1)").unwrap();
    drop(plain);
    let file = salon.folder.path().join("other").join("clinic.petrel");
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, "what is here").unwrap();
    for (path, code) in [
        (bad("empty.petrel", b""), RefusalCode::BadBackup),
        (bad("text.petrel", b"Dear diary"), RefusalCode::BadBackup),
        (bad("cut.petrel", &bytes[..bytes.len() - 100]), RefusalCode::BadBackup),
        (bad("half.petrel", &bytes[..bytes.len() / 8192 * 4096]), RefusalCode::BadBackup),
        (bad("damaged.petrel", &damaged), RefusalCode::BadBackup),
        (salon.folder.path().join("plain.db").display().to_string(), RefusalCode::BadBackup),
        (salon.folder.path().join("missing.petrel").display().to_string(), RefusalCode::FileUnreadable),
    ] {
        assert_eq!(put_back(&path, &file).unwrap_err(), code, "{path}");
        assert_eq!(fs::read(&file).unwrap(), b"what is here");
    }
    let other = FileKey::from_bytes([8; 32]);
    let refused = restore(Path::new(&good), Some(&other), &key_file(), &file, "replaced", NOW).unwrap_err();
    assert_eq!(refused.refusal().code, RefusalCode::WrongKey);
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn a_restore_that_was_cut_short_is_finished_at_the_next_start() {
    let salon = salon();
    let backup = back_up(&salon).path;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clinic.petrel");
    assert!(!finish_restore(&file).unwrap(), "there is nothing to finish");
    // As a crash leaves it: the backup is ready, the old file is set aside, its log is not.
    let ready = folder.path().join("clinic.petrel.restored");
    fs::copy(&backup, &ready).unwrap();
    key_file().write_beside(&ready).unwrap();
    fs::write(folder.path().join("clinic.petrel-wal"), "the log of another file").unwrap();
    assert!(finish_restore(&file).unwrap());
    assert_eq!(rows(&open(&file)), rows(&open(Path::new(&backup))));
    assert_eq!(KeyFile::read_beside(&file).unwrap().unwrap(), key_file());
    let aside = fs::read_dir(folder.path().join("set-aside")).unwrap().count();
    assert_eq!(aside, 1, "the log was not taken for the new file's, nor thrown away");
    assert!(!finish_restore(&file).unwrap());
    clear_way(&file).unwrap();
}

#[test]
fn a_single_wrong_byte_anywhere_is_found() {
    let salon = salon();
    let backup = back_up(&salon).path;
    let bytes = fs::read(&backup).unwrap();
    check_file(Path::new(&backup), &key(), true).unwrap();
    let file = salon.folder.path().join("damaged.petrel");
    let pages = bytes.len() / 4096;
    for page in (0..pages).step_by(pages / 12) {
        let mut damaged = bytes.clone();
        damaged[page * 4096 + 1000] ^= 0x40;
        fs::write(&file, damaged).unwrap();
        let code = check_file(&file, &key(), false).unwrap_err().refusal().code;
        // A damaged first page and a wrong key look alike; whoever opens the file tells them apart by a backup.
        let expected = if page == 0 { RefusalCode::WrongKey } else { RefusalCode::Corrupt };
        assert_eq!(code, expected, "page {page} of {pages}");
    }
}

#[test]
fn reading_a_damaged_page_is_told_as_damage_not_as_an_error_of_the_program() {
    let salon = salon();
    for n in 0..400 {
        salon.add_client("Client", &format!("with a rather long name, number {n}"), "+4930123456");
    }
    let Salon { store, folder, .. } = salon;
    let path = store.path().to_owned();
    drop(store);
    let bytes = fs::read(&path).unwrap();
    let mut damaged = bytes.clone();
    for page in 20..bytes.len() / 4096 {
        damaged[page * 4096 + 100] ^= 1;
    }
    fs::write(&path, damaged).unwrap();
    let read = Store::open(&OpenOptions::new(&path, key())).and_then(|store| {
        store.read(|db| {
            Ok(db.query_row("SELECT sum(length(last_name || coalesce(notes, ''))) FROM clients", [], |row| row.get::<_, i64>(0))?)
        })?;
        store.write(&Actor::program(), Action::SaveClient, |tx| Ok(tx.db().execute("UPDATE clients SET notes = 'x'", [])?))
    });
    assert_eq!(read.unwrap_err().refusal().code, RefusalCode::Corrupt);
    drop(folder);
}

/// A drive in a folder of its own, with the place for copies on it.
fn drive(salon: &Salon) -> Backups {
    let folder = salon.folder.path().join("drive").join(SECOND);
    fs::create_dir_all(&folder).unwrap();
    Backups::at(folder)
}

fn catch_up(second: &Backups, salon: &Salon) -> Result<Option<Millis>, Refusal> {
    second.catch_up(&Backups::of(salon.store.path()), &key(), &key_file(), salon.clock.now(), &|| true).map_err(|error| error.refusal())
}

#[test]
fn a_drive_gets_the_newest_backup_first_and_later_what_it_missed() {
    let salon = salon();
    let second = drive(&salon);
    assert_eq!(catch_up(&second, &salon).unwrap(), None, "there is nothing to copy yet");
    back_up(&salon);
    salon.later(60 * MINUTE);
    let first = back_up(&salon).made_at;
    assert_eq!(catch_up(&second, &salon).unwrap(), Some(first));
    assert_eq!(second.list().unwrap().len(), 1, "a drive is not filled with the past");
    let missed: Vec<_> = (0..3)
        .map(|_| {
            salon.later(60 * MINUTE);
            back_up(&salon).made_at
        })
        .collect();
    // The program ends on the way: the newest is there.
    let own = Backups::of(salon.store.path());
    assert_eq!(second.catch_up(&own, &key(), &key_file(), salon.clock.now(), &|| false).unwrap(), Some(missed[2]));
    assert_eq!(second.list().unwrap().len(), 2);
    assert_eq!(catch_up(&second, &salon).unwrap(), Some(missed[2]));
    let there: Vec<_> = second.list().unwrap().iter().map(|backup| backup.made_at).collect();
    assert_eq!(there, [missed[2], missed[1], missed[0], first]);
    // What lies there opens by itself, with the key file that came along.
    let copy = second.list().unwrap().remove(0);
    check_file(Path::new(&copy.path), &key(), true).unwrap();
    assert_eq!(KeyFile::read_beside(Path::new(&copy.path)).unwrap(), Some(key_file()));
    assert!(!fs::read_dir(second.folder()).unwrap().any(|file| file.unwrap().path().extension().unwrap() == "part"));
}

/// The clock was a year ahead once: what was made then is no reason to copy nothing until then.
#[test]
fn a_backup_of_a_day_to_come_is_not_the_newest_on_a_drive() {
    let salon = salon();
    let second = drive(&salon);
    salon.later(365 * DAY);
    let ahead = back_up(&salon).made_at;
    salon.later(-365 * DAY);
    assert_eq!(catch_up(&second, &salon).unwrap(), Some(ahead), "better than none");
    for _ in 0..2 {
        let next = back_up(&salon).made_at;
        assert_eq!(catch_up(&second, &salon).unwrap(), Some(next));
        salon.later(60 * MINUTE);
    }
    assert_eq!(second.list().unwrap().len(), 3);
}

#[test]
fn a_drive_is_thinned_by_the_ladder_and_what_is_not_this_clinics_stays() {
    let salon = salon();
    let second = drive(&salon);
    let made = back_up(&salon);
    let at = |minutes: i64| {
        let at = made.made_at.plus_minutes(minutes);
        second.folder().join(at.utc().format("clinic-%Y%m%dT%H%M%S%3fZ.petrel").to_string())
    };
    let theirs = KeyFile { key_id: Uuid::from_u128(9), ..key_file() };
    for minute in 1..5 {
        fs::copy(&made.path, at(minute)).unwrap();
        theirs.write_beside(&at(minute)).unwrap();
    }
    fs::copy(&made.path, at(5)).unwrap();
    fs::write(second.folder().join("holiday.jpg"), "a beach").unwrap();
    for minutes in 0..30 {
        fs::copy(&made.path, at(-minutes)).unwrap();
        key_file().write_beside(&at(-minutes)).unwrap();
    }
    salon.later(60 * MINUTE);
    let newest = back_up(&salon).made_at;
    assert_eq!(catch_up(&second, &salon).unwrap(), Some(newest));
    assert!(second.folder().join("holiday.jpg").exists() && (1..=5).all(|minute| at(minute).exists()));
    let own = second.list().unwrap().iter().filter(|copy| KeyFile::read_beside(Path::new(&copy.path)).unwrap() == Some(key_file())).count();
    assert!(own < 5, "{own}");
}

#[test]
fn a_drive_that_is_away_or_full_is_told_and_gets_nothing_half() {
    let salon = salon();
    let second = drive(&salon);
    back_up(&salon);
    // The place that the drive comes to is there, the drive is not.
    fs::remove_dir(second.folder()).unwrap();
    let refused = catch_up(&second, &salon).unwrap_err();
    assert_eq!((refused.code, refused.detail.as_deref()), (RefusalCode::FileUnreadable, second.folder().to_str()));
    assert!(!second.folder().exists());
    fs::create_dir(second.folder()).unwrap();
    let cramped = second.clone().with_free(|_| Ok(1 << 20));
    assert_eq!(catch_up(&cramped, &salon).unwrap_err().code, RefusalCode::DiskFull);
    assert_eq!(fs::read_dir(second.folder()).unwrap().count(), 0);
    // A backup that is damaged is none, there either.
    let backup = Backups::of(salon.store.path()).list().unwrap().remove(0);
    let mut bytes = fs::read(&backup.path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&backup.path, bytes).unwrap();
    assert_eq!(catch_up(&second, &salon).unwrap_err().code, RefusalCode::BadBackup);
    assert_eq!(fs::read_dir(second.folder()).unwrap().count(), 0);
}

#[test]
fn what_a_crash_left_half_copied_on_a_drive_goes_and_another_desks_stays() {
    let salon = salon();
    let second = drive(&salon);
    back_up(&salon);
    let half = |id: u128| second.folder().join(format!("clinic-20260101T000000000Z.petrel.{}.part", Uuid::from_u128(id).simple()));
    fs::write(half(7), "half").unwrap();
    fs::write(half(9), "half").unwrap();
    catch_up(&second, &salon).unwrap();
    assert!(!half(7).exists() && half(9).exists());
}
