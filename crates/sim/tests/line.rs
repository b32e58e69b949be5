//! The line of a desk: whose file is in trouble, too, and that compares itself with the hub.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use petrel_domain::replication::{Clock, Columns, Entry, Logged, Maker, Op, Pulled, Pushed, VERSIONS, Versions};
use petrel_domain::{Clock as _, FixedClock, Millis, Role, StaffId, SystemClock};
use petrel_sim::{ModelHub, fast_folder};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use petrel_sync::{Digest, Hub, HubError, Parcel, SnapshotPage, Status, SyncError, Wake, compare, round, run};
use tokio::sync::watch;
use uuid::Uuid;

/// A hub that says one thing, whatever it is asked.
struct Saying(HubError);

impl Hub for Saying {
    async fn push(&self, _: &Parcel) -> Result<Pushed, HubError> {
        Err(self.0.clone())
    }

    async fn pull(&self, _: i64, _: u32) -> Result<Pulled, HubError> {
        Err(self.0.clone())
    }

    async fn snapshot(&self, _: &str, _: Option<Uuid>, _: i32) -> Result<SnapshotPage, HubError> {
        Err(self.0.clone())
    }

    async fn rows(&self, _: &str, _: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        Err(self.0.clone())
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        Err(self.0.clone())
    }
}

/// On a full disk nothing can be noted; a desk that was locked out is locked all the same.
#[tokio::test]
async fn what_the_hub_says_is_heard_also_where_it_cannot_be_written_down() {
    let folder = fast_folder().unwrap();
    let desk = Store::open(&OpenOptions::new(folder.path().join("desk.petrel"), FileKey::from_bytes([9; 32]))).unwrap();
    let full = "CREATE TRIGGER full BEFORE UPDATE OF trouble ON sync_state BEGIN SELECT RAISE(ABORT, 'full'); END";
    desk.write(&Actor::program(), Action::SaveClient, |tx| Ok(tx.db().execute_batch(full)?)).unwrap();
    for said in [HubError::Revoked, HubError::BehindHorizon] {
        let status = watch::Sender::new(Status::default());
        let ended = run(&desk, &Saying(said.clone()), &SystemClock, &Wake::default(), &status, |_| {}).await;
        assert!(matches!(&ended, Err(SyncError::Hub(heard)) if *heard == said), "{ended:?}");
    }
}

/// A hub with one page, of which more is said to follow, and no answer to the question for it.
struct Breaking(Pulled);

impl Hub for Breaking {
    async fn push(&self, _: &Parcel) -> Result<Pushed, HubError> {
        Err(HubError::Revoked)
    }

    async fn pull(&self, after: i64, _: u32) -> Result<Pulled, HubError> {
        if after == 0 { Ok(self.0.clone()) } else { Err(HubError::Revoked) }
    }

    async fn snapshot(&self, _: &str, _: Option<Uuid>, _: i32) -> Result<SnapshotPage, HubError> {
        Err(HubError::Revoked)
    }

    async fn rows(&self, _: &str, _: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        Err(HubError::Revoked)
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        Err(HubError::Revoked)
    }
}

/// The screens show what the file has, also where the line broke after a part of it.
#[tokio::test]
async fn what_was_read_before_the_line_broke_is_told() {
    let folder = fast_folder().unwrap();
    let desk = Store::open(&OpenOptions::new(folder.path().join("desk.petrel"), FileKey::from_bytes([9; 32]))).unwrap();
    let columns = serde_json::from_value(serde_json::json!({
        "created_at": 1, "updated_at": 1, "name": "Gale Vets", "timezone": "Europe/Amsterdam"
    }));
    let entry = Entry {
        table: "clinics".into(),
        id: Uuid::from_u128(1),
        op: Op::Put,
        columns: columns.unwrap(),
        lost: Vec::new(),
        prior: 0,
        maker: Maker::Desk,
    };
    let logged = Logged {
        first_seq: 1,
        last_seq: 1,
        replica: Uuid::from_u128(9),
        n: 1,
        clock: Clock(1),
        sent_clock: None,
        mark: 0,
        staff_id: None,
        action: Action::SaveClient.as_str().to_owned(),
        at: Millis(1),
        entries: vec![entry],
    };
    let page = Pulled { transactions: vec![logged], head: 2, more: true, now: Millis(1) };
    let told = Mutex::new(Vec::new());
    let status = watch::Sender::new(Status::default());
    let note = |tables: &[String]| told.lock().unwrap().extend_from_slice(tables);
    let ended = run(&desk, &Breaking(page), &SystemClock, &Wake::default(), &status, note).await;
    assert!(matches!(ended, Err(SyncError::Hub(HubError::Revoked))), "{ended:?}");
    assert_eq!(*told.lock().unwrap(), ["clinics"]);
}

/// A hub that has no news, and agrees with a file whenever it is asked. After so many rounds it locks the desk out.
struct Quiet {
    rounds: usize,
    may_compare: bool,
    agrees_with: Store,
    /// The rounds that began, and after which of them it was compared.
    asked: Mutex<(usize, Vec<usize>)>,
}

impl Hub for Quiet {
    async fn push(&self, _: &Parcel) -> Result<Pushed, HubError> {
        Err(HubError::Unreachable("nothing waits".to_owned()))
    }

    async fn pull(&self, _: i64, wait: u32) -> Result<Pulled, HubError> {
        let mut asked = self.asked.lock().unwrap();
        asked.0 += usize::from(wait == 0);
        if asked.0 > self.rounds {
            Err(HubError::Revoked)
        } else {
            Ok(Pulled { transactions: Vec::new(), head: 0, more: false, now: Millis(1) })
        }
    }

    async fn snapshot(&self, _: &str, _: Option<Uuid>, _: i32) -> Result<SnapshotPage, HubError> {
        Err(HubError::Unreachable("nothing differs".to_owned()))
    }

    async fn rows(&self, _: &str, _: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        Err(HubError::Unreachable("nothing differs".to_owned()))
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        let mut asked = self.asked.lock().unwrap();
        let round = asked.0;
        asked.1.push(round);
        if self.may_compare { Ok(self.agrees_with.digest().unwrap().unwrap()) } else { Err(HubError::Busy(Some(2))) }
    }
}

/// All desks of all clinics begin their day at the same time, and each comparison has the hub read a whole clinic.
#[tokio::test]
async fn a_file_is_compared_once_a_day_and_not_when_the_day_begins() {
    let folder = fast_folder().unwrap();
    let desk = Store::open(&OpenOptions::new(folder.path().join("desk.petrel"), FileKey::from_bytes([9; 32]))).unwrap();
    let runs = async |rounds, may_compare| {
        let hub = Quiet { rounds, may_compare, agrees_with: desk.clone(), asked: Mutex::default() };
        let status = watch::Sender::new(Status::default());
        let ended = run(&desk, &hub, &SystemClock, &Wake::default(), &status, |_| {}).await;
        assert!(matches!(&ended, Err(SyncError::Hub(HubError::Revoked))), "{ended:?}");
        hub.asked.into_inner().unwrap().1
    };
    let refused = runs(450, false).await;
    assert!(refused.len() >= 2 && refused[0] >= 20, "a hub that has no time is asked again later, and the rounds go on: {refused:?}");
    let compared = runs(450, true).await;
    assert!(compared.len() == 1 && compared[0] >= 20, "{compared:?}");
    assert!(runs(450, true).await.is_empty(), "the program was started anew the same day");
    let yesterday = petrel_domain::Clock::now(&SystemClock).0 - 86_400_001;
    desk.set_desk_setting("compared_at", Some(&yesterday.to_string())).unwrap();
    assert_eq!(runs(450, true).await.len(), 1);
}

/// A hub in memory that locks the desk out after so many rounds.
struct Ending {
    hub: ModelHub,
    rounds: Cell<usize>,
}

impl Hub for Ending {
    fn versions(&self) -> Versions {
        self.hub.versions()
    }

    async fn push(&self, parcel: &Parcel) -> Result<Pushed, HubError> {
        self.hub.push(parcel).await
    }

    async fn pull(&self, after: i64, wait: u32) -> Result<Pulled, HubError> {
        if wait == 0 {
            self.rounds.set(self.rounds.get().checked_sub(1).ok_or(HubError::Revoked)?);
        }
        self.hub.pull(after, wait).await
    }

    async fn snapshot(&self, table: &str, after: Option<Uuid>, since: i32) -> Result<SnapshotPage, HubError> {
        self.hub.snapshot(table, after, since).await
    }

    async fn rows(&self, table: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        self.hub.rows(table, ids).await
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        self.hub.digest().await
    }
}

/// A difference is mended, and told until somebody has seen it: never papered over.
#[tokio::test]
async fn what_differs_from_the_hub_is_set_right_and_told() {
    let folder = fast_folder().unwrap();
    let path = folder.path().join("desk.petrel");
    let desk = Store::open(&OpenOptions::new(&path, FileKey::from_bytes([9; 32]))).unwrap();
    let hub = ModelHub::new(desk.wire_schema(), Arc::new(FixedClock::at(SystemClock.now())), None).speaking(VERSIONS.current);
    for name in ["Ada", "Ida", "Una"] {
        let sql = format!("INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (randomblob(16), '{name}', 1, 1)");
        desk.write(&Actor::program(), Action::SaveClient, |tx| Ok(tx.db().execute(&sql, [])?)).unwrap();
    }
    round(&desk, &hub, &SystemClock).await.unwrap();
    let rotten = rusqlite::Connection::open(&path).unwrap();
    rotten.pragma_update(None, "key", format!("x'{}'", "09".repeat(32))).unwrap();
    rotten.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").unwrap();
    rotten.execute("UPDATE clients SET notes = 'rot' WHERE first_name <> 'Ada'", []).unwrap();
    drop(rotten);
    assert_eq!(compare(&desk, &hub).await.unwrap(), Some(vec!["clients".to_owned()]));

    let before = SystemClock.now();
    let told = Mutex::new(Vec::new());
    let note = |tables: &[String]| told.lock().unwrap().extend_from_slice(tables);
    let line = Ending { hub: hub.clone(), rounds: Cell::new(450) };
    let status = watch::Sender::new(Status::default());
    let ended = run(&desk, &line, &SystemClock, &Wake::default(), &status, note).await;
    assert!(matches!(ended, Err(SyncError::Hub(HubError::Revoked))), "{ended:?}");
    assert_eq!(*told.lock().unwrap(), ["clients"], "the screens show what is right");
    assert_eq!(compare(&desk, &hub).await.unwrap(), Some(Vec::new()));

    let of = |role| Actor::staff(StaffId(Uuid::from_u128(1)), role);
    let repaired = desk.repaired_tables(&of(Role::Owner)).unwrap();
    assert_eq!(repaired.iter().map(|of| (of.table.as_str(), of.rows)).collect::<Vec<_>>(), [("clients", 2)]);
    assert!(repaired[0].at >= before && desk.count_repaired().unwrap() == 1);
    assert_eq!(desk.repaired_tables(&of(Role::Groomer)).unwrap(), [], "told to whoever runs the clinic");
    desk.dismiss_repaired(&of(Role::Groomer), "clients").unwrap_err();
    desk.dismiss_repaired(&of(Role::Admin), "clients").unwrap();
    assert_eq!((desk.repaired_tables(&of(Role::Owner)).unwrap(), desk.count_repaired().unwrap()), (Vec::new(), 0));
    // Rows that are fetched for another reason are nothing to tell of.
    let id = desk.ids_of("clients").unwrap()[0];
    desk.settle_stale("clients", &[(id, None)]).unwrap();
    assert_eq!(desk.count_repaired().unwrap(), 0);
}
