//! A file that was filled from one hub, and brings its clinic to another.

use std::path::Path;

use crate::common::{first_desk, next_desk, sql};
use petrel_domain::SystemClock;
use petrel_sim::{Postgres, Served, fast_folder};
use petrel_store::Store;
use petrel_sync::{compare, round};

const CLINIC: &str = "
    INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (x'01900000000070008000000000000001', 'Petrel Vets', 'Europe/Berlin', 1, 1);
    INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (x'01900000000070008000000000000003', 'Ida', 1, 1)";

fn names(desk: &Store) -> String {
    let sql = "SELECT (SELECT name FROM clinics WHERE deleted_at IS NULL) || ', ' || group_concat(first_name) FROM clients WHERE deleted_at IS NULL";
    desk.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
}

/// A desk that joined a clinic, and wrote nothing.
async fn filled(served: &Served, folder: &Path) -> Store {
    let clinic = served.clinic().await.unwrap();
    let (first, hub) = first_desk(served, clinic, folder).await;
    sql(&first, CLINIC);
    round(&first, &hub, &SystemClock).await.unwrap();
    next_desk(served, clinic, &folder.join("laptop.petrel")).await.0
}

/// Nothing that it has was ever written at it: its outbox tells of nothing.
#[tokio::test]
async fn a_desk_that_joined_and_wrote_nothing_brings_all_of_the_clinic_to_another_hub() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let laptop = filled(&served, folder.path()).await;
    laptop.leave_hub().unwrap();

    let other = served.clinic().await.unwrap();
    let (hub, enrolled) = served.desk(other).await.unwrap();
    laptop.found_at_hub(&served.url, enrolled.device_id, other, &enrolled.tokens).unwrap();
    sql(&laptop, "UPDATE clients SET first_name = 'Ina', updated_at = 2");
    let done = round(&laptop, &hub, &SystemClock).await.unwrap();
    assert_eq!(done.rejected, 0);
    let (third, hub_of_third) = next_desk(&served, other, &folder.path().join("third.petrel")).await;
    assert_eq!([names(&laptop), names(&third)], ["Petrel Vets, Ina"; 2]);
    assert_eq!(compare(&third, &hub_of_third).await.unwrap(), Some(Vec::new()));
}

/// What is here and nobody was told of is not taken away because a hub has nothing.
#[tokio::test]
async fn a_hub_that_knows_nothing_yet_is_no_measure() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let laptop = filled(&served, folder.path()).await;
    let other = served.clinic().await.unwrap();
    let (hub, enrolled) = served.desk(other).await.unwrap();
    laptop.join_hub(&served.url, enrolled.device_id, other, &enrolled.tokens).unwrap();
    assert!(laptop.digest().unwrap().is_some(), "nothing waits that would put it off");
    assert_eq!(compare(&laptop, &hub).await.unwrap(), Some(Vec::new()));
    assert_eq!(names(&laptop), "Petrel Vets, Ida");
}
