//! A hub moves to another server with a dump of its database.

use std::path::Path;
use std::process::Command;

use crate::common::{first_desk, next_desk, open, sql};
use petrel_domain::{Clock, SystemClock};
use petrel_hub::{Config, Database};
use petrel_sim::{Postgres, Served, connect, fast_folder, program};
use petrel_sync::{HttpHub, HubError, SyncError, compare, join, round};

const CLINIC: &str = "
    INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (x'01900000000070008000000000000001', 'Petrel Vets', 'Europe/Berlin', 1, 1);
    INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (x'01900000000070008000000000000003', 'Ada', 1, 1)";

/// Puts a dump back into a new database, as far as that goes. Answers its address.
async fn put_back(server: &Postgres, dump: &Path) -> String {
    let url = server.database().await.unwrap();
    let mut restore = Command::new(program("pg_restore").unwrap());
    restore.args(["--dbname", &url]).arg(dump).stderr(std::process::Stdio::null()).status().unwrap();
    url
}

/// As docs/hub.md says it under Backups.
#[tokio::test]
async fn a_dump_is_put_back_on_a_new_server_and_what_it_does_not_hold_is_missed() {
    let old = Postgres::alone().unwrap();
    let served = Served::start(&old).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (desk, hub) = first_desk(&served, clinic, folder.path()).await;
    sql(&desk, CLINIC);
    round(&desk, &hub, &SystemClock).await.unwrap();
    assert_eq!(petrel_hub::lacks(&served.database_url).await.unwrap(), Vec::<String>::new());
    let shared = folder.path().join("petrel.dump");
    let mut dump = Command::new(program("pg_dump").unwrap());
    assert!(dump.args(["--format", "custom", "--dbname", &served.database_url, "--file"]).arg(&shared).status().unwrap().success());
    drop(served);
    drop(old);

    let new = Postgres::alone().unwrap();
    let url = put_back(&new, &shared).await;
    let lacking = petrel_hub::lacks(&url).await.unwrap();
    for missing in ["the role petrel_hub", "the role petrel_front_desk", "the hub's policy of clients", "every policy of petrel_client"] {
        assert!(lacking.iter().any(|lacks| lacks == missing), "{missing}: {lacking:?}");
    }

    // The schema of before, which is brought up to date by what names a role: that it is missing is said all the same.
    let older = "DROP TABLE token_pairs; DELETE FROM refinery_schema_history WHERE version > 16";
    connect(&url).await.unwrap().batch_execute(older).await.unwrap();
    let said = petrel_hub::put_back(&Config { database_url: url, connections: 1 }, SystemClock.now()).await.unwrap_err().to_string();
    assert!(said.contains("\n  the role petrel_hub\n") && said.contains("docs/hub.md"), "{said}");

    let scratch = new.database().await.unwrap();
    Database::migrate(&Config { database_url: scratch.clone(), connections: 1 }).await.unwrap();
    let name = scratch.rsplit('/').next().unwrap();
    connect(&format!("{}/postgres", new.address())).await.unwrap().batch_execute(&format!("DROP DATABASE {name}")).await.unwrap();
    let url = put_back(&new, &shared).await;
    assert_eq!(petrel_hub::put_back(&Config { database_url: url.clone(), connections: 1 }, SystemClock.now()).await.unwrap(), 1);
    let served = Served::on(&url).await.unwrap();
    // The desk goes on with the tokens that it has, is told that it is behind, and is filled anew; another joins.
    let hub = HttpHub::new(&served.url, hub.tokens().await, Box::new(|_| Ok(()))).unwrap();
    let behind = round(&desk, &hub, &SystemClock).await;
    assert!(matches!(behind, Err(SyncError::Hub(HubError::BehindHorizon))), "{behind:?}");
    let begun = desk.local_hub().unwrap().begun("Petrel Vets".to_owned(), "Europe/Berlin".to_owned()).unwrap();
    let path = folder.path().join("new.petrel");
    join(&path, &crate::common::key(), &hub, &served.url, &begun.enrolled, |_| {}).await.unwrap();
    let desk = open(&path);
    round(&desk, &hub, &SystemClock).await.unwrap();
    let (other, other_hub) = next_desk(&served, clinic, &folder.path().join("other.petrel")).await;
    for (desk, hub) in [(&desk, &hub), (&other, &other_hub)] {
        assert_eq!(compare(desk, hub).await.unwrap(), Some(Vec::new()));
        assert_eq!(desk.read(|db| Ok(db.query_row("SELECT count(*) FROM clients", [], |row| row.get::<_, i64>(0))?)).unwrap(), 1);
    }

    // What was lost of it later shows, too.
    let owner = connect(&url).await.unwrap();
    owner.batch_execute("DROP POLICY hub ON blobs; DROP POLICY owner ON devices; REVOKE SELECT ON pets FROM petrel_hub").await.unwrap();
    let lacking = petrel_hub::lacks(&url).await.unwrap();
    assert_eq!(
        lacking,
        ["the hub's policy of blobs", "the policy that lets petrel, the owner, look into devices", "what lets the hub read pets"]
    );
}
