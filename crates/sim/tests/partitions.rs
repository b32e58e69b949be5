//! The log's partitions, under an owner who is nobody special, as the guide for hosting makes one: what is archived is missed by no desk.

use std::time::Duration;

use petrel_domain::Millis;
use petrel_domain::replication::{LeftOut, Push, WIRE_SCHEMA};
use petrel_sim::{Postgres, Served, connect};
use petrel_sync::{HttpHub, Hub, HubError, Parcel};
use serde_json::json;
use tokio_postgres::Client;
use uuid::Uuid;

/// A database whose owner is an ordinary user, as `createuser` and `createdb` make it. Answers its address as the owner, and as the superuser.
async fn owned(postgres: &Postgres) -> (String, String) {
    let url = postgres.database().await.unwrap();
    let name = url.rsplit('/').next().unwrap();
    let made = format!("CREATE ROLE petrel_owner LOGIN CREATEROLE; ALTER DATABASE {name} OWNER TO petrel_owner");
    connect(&url).await.unwrap().batch_execute(&made).await.unwrap();
    (url.replace("petrel@", "petrel_owner@"), url)
}

/// Pushes a client's row, as the transaction of this number.
async fn push(hub: &HttpHub, n: i64) {
    let row = json!({ "first_name": "Ada", "created_at": 1, "updated_at": 1 });
    let change = json!({ "table": "clients", "id": Uuid::from_u128(n.try_into().unwrap()), "op": "put", "columns": row });
    let transaction = json!({ "replica": Uuid::from_u128(1), "n": n, "clock": "65536", "changes": [change] });
    let transactions = vec![serde_json::from_value(transaction).unwrap()];
    hub.push(&Parcel::Open(Push { schema: WIRE_SCHEMA, transactions, follows: None, head: None })).await.unwrap();
}

async fn numbers(hub: &HttpHub, after: i64) -> Result<Vec<i64>, HubError> {
    Ok(hub.pull(after, 0).await?.transactions.iter().map(|logged| logged.last_seq).collect())
}

/// Years go by: the partition that the first start made becomes one of January 2020.
async fn grow_old(database: &Client) {
    let first = "SELECT tableoid::regclass::text FROM log LIMIT 1";
    let first: String = database.query_one(first, &[]).await.unwrap().get(0);
    let grown_old = format!(
        "ALTER TABLE log DETACH PARTITION {first};
         UPDATE {first} SET recorded_at = '2020-01-15';
         ALTER TABLE {first} RENAME TO log_2020_01;
         ALTER TABLE log ATTACH PARTITION log_2020_01 FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-02-01 00:00:00+00')"
    );
    database.batch_execute(&grown_old).await.unwrap();
}

/// A dump holds every table for as long as it takes. Whoever waits for them to be free has all who come later wait behind.
#[tokio::test]
async fn a_partition_that_a_dump_holds_is_archived_later_and_no_desk_waits_for_it() {
    let postgres = Postgres::alone().unwrap();
    let (url, super_url) = owned(&postgres).await;
    let served = Served::on(&url).await.unwrap();
    let (hub, _) = served.desk(served.clinic().await.unwrap()).await.unwrap();
    push(&hub, 1).await;
    let database = connect(&super_url).await.unwrap();
    grow_old(&database).await;
    let dump = connect(&super_url).await.unwrap();
    dump.batch_execute("BEGIN; LOCK TABLE log, log_archive, log_heads IN ACCESS SHARE MODE").await.unwrap();
    let keeping = tokio::spawn(petrel_hub::keep_log(url.clone(), 90));
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while database.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {}
    push(&hub, 2).await;
    assert_eq!(numbers(&hub, 0).await.unwrap(), [1, 2]);
    keeping.abort();

    dump.batch_execute("COMMIT").await.unwrap();
    let keeping = tokio::spawn(petrel_hub::keep_log(url, 90));
    while database.query_one("SELECT count(*) FROM log_archive", &[]).await.unwrap().get::<_, i64>(0) == 0 {}
    keeping.abort();
    assert_eq!(numbers(&hub, 1).await.unwrap(), [2]);
    let left = "SELECT count(*) FROM pg_constraint WHERE conname = 'of_its_month'";
    assert_eq!(database.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
}

/// What brings the schema up to date has every desk wait behind it where it waits for a table.
#[tokio::test]
async fn a_schema_is_brought_up_to_date_when_its_tables_are_free() {
    let postgres = Postgres::alone().unwrap();
    let (url, super_url) = owned(&postgres).await;
    let config = petrel_hub::Config { database_url: url, connections: 1 };
    petrel_hub::Database::migrate(&config).await.unwrap();
    let (database, dump) = (connect(&super_url).await.unwrap(), connect(&super_url).await.unwrap());
    dump.batch_execute("BEGIN; LOCK TABLE refinery_schema_history IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let starting = tokio::spawn(async move { petrel_hub::Database::wait_for(&config).await.map(drop) });
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    let waiting = async || database.query_one(waits, &[]).await.unwrap().get::<_, i64>(0);
    let gives_up = async {
        while waiting().await == 0 {}
        while waiting().await > 0 {}
    };
    tokio::time::timeout(Duration::from_secs(60), gives_up).await.expect("it waits for ever, or for nothing");
    assert!(!starting.is_finished(), "it is tried again");
    dump.batch_execute("COMMIT").await.unwrap();
    starting.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_desk_that_was_away_is_told_what_was_archived() {
    // Roles are the server's.
    let postgres = Postgres::alone().unwrap();
    let (url, super_url) = owned(&postgres).await;
    let served = Served::on(&url).await.unwrap();
    let may = "SELECT pg_has_role('petrel_owner', 'petrel_hub', 'MEMBER'), NOT rolsuper FROM pg_roles WHERE rolname = 'petrel_owner'";
    let may = connect(&url).await.unwrap().query_one(may, &[]).await.unwrap();
    assert_eq!((may.get(0), may.get(1)), (true, true), "nobody special, who may become the program");
    let clinic = served.clinic().await.unwrap();
    let (hub, _) = served.desk(clinic).await.unwrap();
    push(&hub, 1).await;
    push(&hub, 2).await;
    let database = connect(&super_url).await.unwrap();
    grow_old(&database).await;
    push(&hub, 3).await;
    assert_eq!(numbers(&hub, 0).await.unwrap(), [1, 2, 3]);

    let keeping = tokio::spawn(petrel_hub::keep_log(url, 90));
    let archived = "SELECT count(*) FROM log_archive";
    while database.query_one(archived, &[]).await.unwrap().get::<_, i64>(0) < 2 {}
    keeping.abort();
    let horizon: i64 = database.query_one("SELECT horizon FROM log_heads", &[]).await.unwrap().get(0);
    assert_eq!(horizon, 2);
    assert_eq!(numbers(&hub, 0).await.unwrap_err(), HubError::BehindHorizon);
    assert_eq!(numbers(&hub, 2).await.unwrap(), [3]);
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());

    // As where the partition goes to the archive after the horizon was read: what is missing is noticed, at the front and as a whole.
    database.batch_execute("UPDATE log_heads SET horizon = 0").await.unwrap();
    assert_eq!(numbers(&hub, 0).await.unwrap_err(), HubError::BehindHorizon);
    assert_eq!(numbers(&hub, 1).await.unwrap_err(), HubError::BehindHorizon);
    assert_eq!(numbers(&hub, 2).await.unwrap(), [3]);
    database.batch_execute("DELETE FROM log").await.unwrap();
    assert_eq!(numbers(&hub, 2).await.unwrap_err(), HubError::BehindHorizon);
    assert_eq!(numbers(&hub, 3).await.unwrap(), Vec::<i64>::new());
    assert_eq!(hub.pull(i64::MAX, 0).await.unwrap().head, 3, "the head alone is asked for");
}

/// Numbers that a restored database gives out again, for something else, would be taken by a desk that had read the first for what it knows.
#[tokio::test]
async fn a_database_that_was_put_back_gives_no_number_out_twice() {
    let postgres = Postgres::alone().unwrap();
    let (url, super_url) = owned(&postgres).await;
    let served = Served::on(&url).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let (hub, _) = served.desk(clinic).await.unwrap();
    for n in 1..=3 {
        push(&hub, n).await;
    }
    // The last of them is lost with what came after the backup; a desk has read it.
    let lost = "DELETE FROM log WHERE last_seq = 3; UPDATE log_heads SET head = 2; UPDATE replicas SET last_n = 2;
                DELETE FROM clients WHERE id = '00000000-0000-0000-0000-000000000003'";
    connect(&super_url).await.unwrap().batch_execute(lost).await.unwrap();
    assert_eq!(petrel_hub::leave_out_numbers(&url, Millis(1_767_225_660_000)).await.unwrap(), 1);
    push(&hub, 4).await;
    push(&hub, 5).await;
    let put_back = HubError::PutBack(vec![LeftOut { after: 2, until: 1_000_000_002 }]);
    assert_eq!(numbers(&hub, 3).await, Err(put_back.clone()), "although the log has grown past it");
    assert_eq!(numbers(&hub, 0).await, Err(put_back));
    let first = numbers(&hub, 1_000_000_002).await.unwrap();
    assert_eq!(first, [1_000_000_003, 1_000_000_004]);
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
}
