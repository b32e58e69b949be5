//! The program dies at each moment of what it does with files and keys, and is started again.
#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use petrel_domain::desk::{KeyStore, Phase};
use petrel_domain::{Clock, FixedClock, Millis};
use petrel_shell::desk::Desk;

use super::{Computer, PASSPHRASE, files, hire, names, new_clinic, sign_in, start};

/// In which folder a process that is to die works, and by which clock.
const NOW: &str = "PETREL_TEST_NOW";
const FOLDER: &str = "PETREL_TEST_FOLDER";

/// What is under way when the program dies.
struct Work {
    /// The test that it is a part of.
    test: &'static str,
    /// The moments it comes to.
    moments: &'static [&'static str],
    /// What there is before.
    before: fn() -> Computer,
    /// What is done.
    work: fn(&Desk),
    /// What must hold of the program that is started afterwards.
    holds: fn(&Computer, &Desk),
}

impl Work {
    /// Has the program die at each moment, each time that it comes to it. In the process that is to die, does the work instead.
    fn dies_everywhere(&self) {
        if let Some(folder) = std::env::var_os(FOLDER) {
            let clock = Arc::new(FixedClock::at(Millis(std::env::var(NOW).unwrap().parse().unwrap())));
            let desk = start(Path::new(&folder), &clock, |_| ());
            (self.work)(&desk);
            return;
        }
        for moment in self.moments {
            let mut times = 1;
            while self.dies_at(moment, times) {
                times += 1;
            }
            assert!(times > 1, "nothing came to {moment}");
        }
    }

    /// Whether it died there; it had ended before where the moment does not come so often.
    fn dies_at(&self, moment: &str, time: u32) -> bool {
        const SIGABRT: i32 = 6;
        let computer = (self.before)();
        computer.pass(1);
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", &format!("dying::{}", self.test), "--nocapture"]).stdout(Stdio::null());
        child.env(FOLDER, computer.folder.path()).env(NOW, computer.clock.now().0.to_string());
        let status = child.env("PETREL_DIES_AT", format!("{moment}:{time}")).status().unwrap();
        assert!(status.success() || status.signal() == Some(SIGABRT), "{moment}:{time}: {status}");
        computer.pass(1);
        let desk = computer.start();
        (self.holds)(&computer, &desk);
        desk.close();
        status.signal().is_some()
    }
}

/// Ana's clinic as it was backed up; Bo came since.
fn clinic() -> Computer {
    let computer = Computer::with_clinic(KeyStore::File);
    let desk = computer.start();
    sign_in(&desk);
    desk.backup_now().unwrap();
    hire(&desk, "Bo").unwrap();
    desk.close();
    computer
}

/// Who works at the clinic that is open, or opens with the passphrase.
fn who(desk: &Desk) -> Vec<String> {
    if matches!(desk.app_state().unwrap().phase, Phase::NeedsPassphrase) {
        desk.unlock(PASSPHRASE).unwrap();
    }
    let phase = desk.app_state().unwrap().phase;
    assert!(matches!(phase, Phase::SignedOut), "{phase:?}");
    sign_in(desk);
    names(desk)
}

fn every_backup_opens(computer: &Computer, desk: &Desk) {
    for backup in desk.list_backups().unwrap() {
        computer.pass(1);
        desk.restore_backup(Path::new(&backup.path)).unwrap();
        assert!(!who(desk).is_empty());
    }
}

/// Whether one of the backups, or of what was set aside, has everybody: nothing is lost, whatever is open.
fn everybody_is_kept(computer: &Computer, desk: &Desk) {
    let aside = computer.path("set-aside");
    let aside: Vec<_> = if aside.exists() { files(&aside).iter().map(|name| aside.join(name)).collect() } else { Vec::new() };
    let aside = aside.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "petrel"));
    let backups = desk.list_backups().unwrap().into_iter().map(|backup| backup.path.into());
    let found = aside.chain(backups).any(|path| {
        computer.pass(1);
        desk.restore_backup(&path).unwrap();
        who(desk) == ["Ana", "Bo"]
    });
    assert!(found, "Bo is gone");
}

#[test]
fn while_a_clinic_is_made() {
    let work = Work {
        test: "while_a_clinic_is_made",
        moments: &["new-filled", "new-key-kept", "new-key-file", "new-named", "private-written"],
        before: Computer::new,
        work: |desk| drop(desk.create_clinic(new_clinic(KeyStore::File)).unwrap()),
        holds: |_, desk| {
            // Where nothing came of it, it is made as if nothing had been.
            if desk.app_state().unwrap().phase == Phase::FirstRun {
                desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
                desk.lock().unwrap();
            }
            assert_eq!(who(desk), ["Ana"]);
        },
    };
    work.dies_everywhere();
}

#[test]
fn while_a_backup_is_made() {
    let work = Work {
        test: "while_a_backup_is_made",
        moments: &["backup-copied", "backup-key", "backup-named", "private-written"],
        before: clinic,
        work: |desk| {
            sign_in(desk);
            desk.backup_now().unwrap();
        },
        holds: |computer, desk| {
            assert_eq!(who(desk), ["Ana", "Bo"]);
            let halves = files(&computer.path("backups")).into_iter().filter(|name| name.ends_with(".petrel.part"));
            assert_eq!(halves.count(), 0);
            every_backup_opens(computer, desk);
            everybody_is_kept(computer, desk);
            desk.backup_now().unwrap();
        },
    };
    work.dies_everywhere();
}

#[test]
fn while_a_backup_is_put_back() {
    let work = Work {
        test: "while_a_backup_is_put_back",
        moments: &[
            "restore-copied",
            "restore-key-ready",
            "restore-ready",
            "aside-key",
            "aside-file",
            "aside-done",
            "place-key",
            "place-file",
            "private-written",
        ],
        before: clinic,
        work: |desk| {
            sign_in(desk);
            let oldest = desk.list_backups().unwrap().pop().unwrap();
            desk.restore_backup(Path::new(&oldest.path)).unwrap();
        },
        holds: |computer, desk| {
            let who = who(desk);
            assert!(who == ["Ana"] || who == ["Ana", "Bo"], "{who:?}");
            everybody_is_kept(computer, desk);
        },
    };
    work.dies_everywhere();
}

#[test]
fn while_a_damaged_file_is_replaced() {
    let work = Work {
        test: "while_a_damaged_file_is_replaced",
        moments: &["restore-copied", "restore-ready", "aside-key", "aside-file", "aside-done", "place-key", "place-file"],
        before: || {
            let computer = clinic();
            computer.damage();
            computer
        },
        // To be started is all that it takes.
        work: |desk| drop(desk.app_state().unwrap()),
        holds: |_, desk| assert!(who(desk).starts_with(&["Ana".to_owned()])),
    };
    work.dies_everywhere();
}

#[test]
fn while_the_key_is_kept_in_another_way() {
    let work = Work {
        test: "while_the_key_is_kept_in_another_way",
        moments: &["rekey-kept", "rekey-copies", "rekey-done", "private-written"],
        before: clinic,
        work: |desk| {
            sign_in(desk);
            desk.keep_key(KeyStore::Passphrase, Some(PASSPHRASE)).unwrap();
        },
        holds: |computer, desk| {
            assert_eq!(who(desk), ["Ana", "Bo"]);
            every_backup_opens(computer, desk);
        },
    };
    work.dies_everywhere();
}

#[test]
fn while_a_clinic_is_left() {
    let work = Work {
        test: "while_a_clinic_is_left",
        moments: &["aside-key", "aside-file", "aside-done"],
        before: clinic,
        work: |desk| {
            sign_in(desk);
            desk.leave_clinic().unwrap();
        },
        holds: |computer, desk| {
            if desk.app_state().unwrap().phase != Phase::FirstRun {
                assert_eq!(who(desk), ["Ana", "Bo"]);
            }
            everybody_is_kept(computer, desk);
        },
    };
    work.dies_everywhere();
}

#[test]
fn every_moment_of_a_file_is_one_that_is_tried() {
    // Said by the tests above, each of which fails where nothing comes to a moment of its.
    let text = include_str!("dying.rs");
    for moment in petrel_store::FILE_MOMENTS {
        assert!(text.contains(&format!("\"{moment}\"")), "{moment}");
    }
}
