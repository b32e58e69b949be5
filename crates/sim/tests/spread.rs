//! The same hub before a Postgres that is spread: partitions by hash of the clinic, on two servers, through `postgres_fdw`
//! (docs/adr/0011-spread-over-servers-keys-on-the-shards.md).

use std::collections::BTreeSet;

use clap::Parser;
use petrel_domain::replication::{Outcome, Push, PushResult, WIRE_SCHEMA};
use petrel_hub::{Config, Database, Program};
use petrel_sim::{Plan, Postgres, Served, connect, run_on};
use petrel_sync::{HttpHub, Hub, HubError, Parcel};
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

const SHARD: &str = include_str!("spread/shard.sql");
const FRONT: &str = include_str!("spread/front.sql");
const NARROW: &str = include_str!("../../../migrations/hub/V0019__narrow_roles.sql");

/// A front and two shards, the second on a server of its own, and a hub before them that knows nothing of it.
struct Spread {
    served: Served,
    shards: [Client; 2],
    second: Postgres,
    _first: Postgres,
}

impl Spread {
    async fn start() -> Self {
        // Roles are the server's: this one adds to them, so neither server is shared with other tests.
        let (first, second) = (Postgres::alone().unwrap(), Postgres::alone().unwrap());
        let front_url = first.database().await.unwrap();
        let front = connect(&front_url).await.unwrap();
        front.batch_execute("CREATE EXTENSION postgres_fdw").await.unwrap();
        let mut shards = Vec::new();
        for (place, server) in [&first, &second].into_iter().enumerate() {
            let url = server.database().await.unwrap();
            Database::migrate(&Config { database_url: url.clone(), connections: 1 }).await.unwrap();
            let shard = connect(&url).await.unwrap();
            shard.batch_execute(SHARD).await.unwrap();
            shards.push(shard);
            let (port, name) = url.rsplit(':').next().unwrap().split_once('/').unwrap();
            let made = format!(
                "CREATE SERVER shard_{place} FOREIGN DATA WRAPPER postgres_fdw
                   OPTIONS (host '127.0.0.1', port '{port}', dbname '{name}', batch_size '500', fetch_size '5000');
                 CREATE USER MAPPING FOR PUBLIC SERVER shard_{place} OPTIONS (user 'petrel_front', password_required 'false')"
            );
            front.batch_execute(&made).await.unwrap();
        }
        Database::migrate(&Config { database_url: front_url.clone(), connections: 1 }).await.unwrap();
        front.batch_execute(FRONT).await.unwrap();
        let served = Served::on(&front_url).await.unwrap();
        Self { served, shards: shards.try_into().ok().unwrap(), second, _first: first }
    }

    /// Clinics until each shard holds one: one of each.
    async fn clinic_of_each(&self) -> [Uuid; 2] {
        let mut found = [None, None];
        while found.contains(&None) {
            let clinic = self.served.clinic().await.unwrap();
            found[self.shard_of(clinic).await] = Some(clinic);
        }
        found.map(Option::unwrap)
    }

    /// Where a clinic's log is: on one shard, and on that alone.
    async fn shard_of(&self, clinic: Uuid) -> usize {
        let mut places = Vec::new();
        for (place, shard) in self.shards.iter().enumerate() {
            if shard.query_opt("SELECT 1 FROM log_heads WHERE clinic_id = $1", &[&clinic]).await.unwrap().is_some() {
                places.push(place);
            }
        }
        assert_eq!(places.len(), 1, "{clinic} is at {places:?}");
        places[0]
    }
}

fn client_row(id: u128, columns: Value) -> Value {
    let mut all = json!({ "first_name": "Ada", "created_at": 1, "updated_at": 1 });
    all.as_object_mut().unwrap().extend(columns.as_object().unwrap().clone());
    json!({ "table": "clients", "id": Uuid::from_u128(id), "columns": all })
}

fn transaction(replica: u128, n: i64, change: Value) -> Value {
    json!({ "replica": Uuid::from_u128(replica), "n": n, "clock": "65536", "changes": [change] })
}

async fn push(hub: &HttpHub, transactions: Vec<Value>) -> Result<Vec<PushResult>, HubError> {
    let transactions = serde_json::from_value(Value::Array(transactions)).unwrap();
    Ok(hub.push(&Parcel::Open(Push { schema: WIRE_SCHEMA, transactions, follows: None, head: None })).await?.results)
}

#[tokio::test]
async fn a_postgres_that_is_spread_is_as_good_as_one_server() {
    let mut spread = Spread::start().await;
    desks_agree_whatever_happens_as_on_one_server(&spread).await;
    what_is_said_twice_is_known_and_what_can_never_be_is_set_aside(&spread).await;
    numbers_have_no_gaps_where_desks_push_at_the_same_time(&spread).await;
    the_hub_sees_one_clinic_at_a_time_and_the_shards_not_at_all(&spread).await;
    no_clinic_is_removed_by_half(&spread).await;
    a_front_of_before_makes_no_months_when_it_is_brought_up_to_date(&spread).await;
    a_shard_that_is_down_is_down_for_its_own_clinics(&mut spread).await;
}

async fn desks_agree_whatever_happens_as_on_one_server(spread: &Spread) {
    // A schedule's clinic falls to one shard or the other.
    let mut written = [false; 2];
    let mut seed = 0;
    while seed < 4 || written.contains(&false) {
        let plan = Plan { seed, desks: 4, steps: 60, sabotage: None };
        let again = plan.replay(true);
        let report = run_on(&spread.served.database_url, plan).await;
        let report = report.unwrap_or_else(|error| panic!("seed {seed}: {error:#}; on one server: {again}"));
        assert!(report.findings.is_clean(), "seed {seed}: {}; on one server: {again}", report.findings);
        for (shard, written) in spread.shards.iter().zip(&mut written) {
            *written = shard.query_one("SELECT count(*) > 0 FROM log", &[]).await.unwrap().get(0);
        }
        seed += 1;
    }
}

async fn what_is_said_twice_is_known_and_what_can_never_be_is_set_aside(spread: &Spread) {
    for clinic in spread.clinic_of_each().await {
        let (hub, _) = spread.served.desk(clinic).await.unwrap();
        let batch = vec![
            transaction(7, 1, client_row(1, json!({}))),
            // What only the shard's own checks know.
            transaction(7, 2, client_row(2, json!({ "source": "stolen" }))),
            transaction(7, 3, client_row(3, json!({}))),
        ];
        let outcomes = |results: Vec<PushResult>| results.iter().map(|result| (result.outcome, result.last_seq)).collect::<Vec<_>>();
        let first = outcomes(push(&hub, batch.clone()).await.unwrap());
        assert_eq!(first, [(Outcome::Applied, 1), (Outcome::Rejected, 0), (Outcome::Applied, 2)]);
        let again = outcomes(push(&hub, batch.clone()).await.unwrap());
        assert_eq!(again, [(Outcome::Repeated, 1), (Outcome::Rejected, 0), (Outcome::Repeated, 2)]);
        // A key that is taken is refused by the shard, whoever asks.
        let shard = &spread.shards[spread.shard_of(clinic).await];
        let twice = "INSERT INTO replicas (clinic_id, id, last_n) VALUES ($1, $2, 9)";
        let error = shard.execute(twice, &[&clinic, &Uuid::from_u128(7)]).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "23505");
        assert_eq!(petrel_hub::check(&spread.served.database, clinic).await.unwrap(), Vec::<String>::new());
    }
}

async fn numbers_have_no_gaps_where_desks_push_at_the_same_time(spread: &Spread) {
    const DESKS: u128 = 4;
    const EACH: i64 = 10;
    for clinic in spread.clinic_of_each().await {
        let mut desks = Vec::new();
        for replica in 1..=DESKS {
            let (hub, _) = spread.served.desk(clinic).await.unwrap();
            desks.push(tokio::spawn(async move {
                let mut last = BTreeSet::new();
                for n in 1..=EACH {
                    let id = replica << 64 | u128::try_from(n).unwrap();
                    let change = transaction(replica, n, client_row(id, json!({})));
                    // They wait for each other here: nobody has to come back.
                    let result = push(&hub, vec![change]).await.unwrap().remove(0);
                    assert_ne!(result.outcome, Outcome::Rejected);
                    last.insert(result.last_seq);
                }
                last
            }));
        }
        let mut numbers = BTreeSet::new();
        for desk in desks {
            numbers.extend(desk.await.unwrap());
        }
        let all = EACH * i64::try_from(DESKS).unwrap();
        assert_eq!(numbers, (1..=all).collect());
        assert_eq!(petrel_hub::check(&spread.served.database, clinic).await.unwrap(), Vec::<String>::new());
    }
}

async fn the_hub_sees_one_clinic_at_a_time_and_the_shards_not_at_all(spread: &Spread) {
    let clinics = spread.clinic_of_each().await;
    for clinic in clinics {
        let (hub, _) = spread.served.desk(clinic).await.unwrap();
        push(&hub, vec![transaction(7, 1, client_row(1, json!({})))]).await.unwrap();
    }
    let front = connect(&spread.served.database_url).await.unwrap();
    // Every right and every policy is as on one server.
    let said = "SELECT format('%s %s %s %s %s', p.tablename, p.policyname, p.roles, p.qual, p.with_check) FROM pg_policies p
                  JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = 'public'::regnamespace
                WHERE NOT c.relispartition AND p.policyname NOT IN ('front') ORDER BY 1";
    let rights = "SELECT format('%s %s %s', table_name, grantee, privilege_type) FROM information_schema.role_table_grants
                  WHERE table_schema = 'public' AND grantee LIKE 'petrel\\_%' AND grantee <> 'petrel_front' ORDER BY 1";
    let columns = "SELECT format('%s %s %s %s', table_name, column_name, grantee, privilege_type) FROM information_schema.column_privileges
                   WHERE table_schema = 'public' AND grantee LIKE 'petrel\\_%' AND grantee <> 'petrel_front' ORDER BY 1";
    for asked in [said, rights, columns] {
        let lines =
            async |client: &Client| -> Vec<String> { client.query(asked, &[]).await.unwrap().iter().map(|row| row.get(0)).collect() };
        let (there, here) = (lines(&spread.shards[1]).await, lines(&front).await);
        assert!(there.len() > 40, "{asked}");
        assert_eq!(here, there);
    }
    let bare = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                  AND relname NOT LIKE 'refinery%' AND NOT (relrowsecurity AND relforcerowsecurity)";
    assert_eq!(front.query(bare, &[]).await.unwrap().len(), 0);
    front.batch_execute("SET ROLE petrel_hub").await.unwrap();
    let seen = async || front.query_one("SELECT count(*) FROM clients", &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(seen().await, 0, "without a clinic there is nothing");
    for (clinic, other) in [(clinics[0], clinics[1]), (clinics[1], clinics[0])] {
        front.execute("SELECT set_config('petrel.clinic_id', $1, false)", &[&clinic.to_string()]).await.unwrap();
        assert_eq!(seen().await, 1);
        let theirs = "UPDATE clients SET notes = 'x' WHERE clinic_id = $1";
        assert_eq!(front.execute(theirs, &[&other]).await.unwrap(), 0);
        // Postgres by itself would let these through: it holds nothing that goes to a foreign table against WITH CHECK.
        let planted = "INSERT INTO leases (clinic_id, name, holder, expires_at) VALUES ($1, 'x', $1, now())";
        assert_eq!(front.execute(planted, &[&other]).await.unwrap_err().code().unwrap().code(), "42501");
        let moved = "UPDATE clients SET clinic_id = $1 WHERE clinic_id = $2";
        assert_eq!(front.execute(moved, &[&other, &clinic]).await.unwrap_err().code().unwrap().code(), "42501");
        assert_eq!(front.execute(planted, &[&clinic]).await.unwrap(), 1);
    }
    front.batch_execute("RESET ROLE; SET ROLE petrel_manager").await.unwrap();
    let by_another = "UPDATE clients SET notes = 'x'";
    assert_eq!(front.execute(by_another, &[]).await.unwrap_err().code().unwrap().code(), "42501", "what is not checked is refused");
    front.batch_execute("RESET ROLE; SET ROLE petrel_hub").await.unwrap();
    for shard in ["shard_0", "shard_1"] {
        let around = front.query(&format!("SELECT 1 FROM {shard}.clients"), &[]).await.unwrap_err();
        assert_eq!(around.code().unwrap().code(), "42501", "a shard's table is reached through its parent alone");
    }
}

async fn no_clinic_is_removed_by_half(spread: &Spread) {
    let [clinic, _] = spread.clinic_of_each().await;
    let (hub, _) = spread.served.desk(clinic).await.unwrap();
    push(&hub, vec![transaction(7, 1, client_row(1, json!({})))]).await.unwrap();
    let url = spread.served.database_url.as_str();
    let config = Config { database_url: url.to_owned(), connections: 1 };
    let refused = petrel_hub::remove_clinic(&config, clinic).await.unwrap_err().to_string();
    assert!(refused.contains("spread over several servers"), "{refused}");
    // Nor are its attachments: it is said before they are looked for.
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("blobs").join(clinic.to_string()).join("00/00");
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    std::fs::write(&kept, "kept").unwrap();
    let (id, data) = (clinic.to_string(), folder.path().to_str().unwrap());
    let command = ["petrel-hub", "--database-url", url, "clinic", "remove", "--clinic", &id, "--data-dir", data, "--yes"];
    assert_eq!(Program::parse_from(command).run().await.unwrap_err().to_string(), refused);
    assert!(kept.exists());
    assert_eq!(hub.pull(0, 0).await.unwrap().head, 1);
}

/// What makes the log's months on one server is none of the front's, whose log is divided by clinic.
async fn a_front_of_before_makes_no_months_when_it_is_brought_up_to_date(spread: &Spread) {
    let front = connect(&spread.served.database_url).await.unwrap();
    let before = "BEGIN;
        DROP POLICY removal ON log; DROP POLICY owner ON log_archive;
        DROP POLICY petrel_front_desk_select ON attachments; DROP POLICY petrel_front_desk_insert ON attachments;
        DROP POLICY petrel_front_desk_update ON attachments;
        CREATE POLICY petrel_front_desk_all ON attachments TO petrel_front_desk USING (clinic_id = (SELECT petrel_clinic()))";
    front.batch_execute(before).await.unwrap();
    front.batch_execute(NARROW).await.unwrap();
    front.batch_execute("SELECT make_log_partition('2031-05-17')").await.unwrap();
    let made = "SELECT prosrc FROM pg_proc WHERE proname = 'make_log_partition'";
    assert_eq!(front.query_one(made, &[]).await.unwrap().get::<_, String>(0), "");
    front.batch_execute("ROLLBACK").await.unwrap();
}

async fn a_shard_that_is_down_is_down_for_its_own_clinics(spread: &mut Spread) {
    let [here, there] = spread.clinic_of_each().await;
    let (hub_here, _) = spread.served.desk(here).await.unwrap();
    let (hub_there, _) = spread.served.desk(there).await.unwrap();
    push(&hub_there, vec![transaction(7, 1, client_row(1, json!({})))]).await.unwrap();
    spread.second.crash().unwrap();
    let waits = push(&hub_there, vec![transaction(7, 2, client_row(2, json!({})))]).await.unwrap_err();
    assert!(matches!(waits, HubError::Busy(_)), "{waits:?}");
    let goes_on = push(&hub_here, vec![transaction(8, 1, client_row(1, json!({})))]).await.unwrap();
    assert_eq!(goes_on[0].outcome, Outcome::Applied);
    spread.served.desk(here).await.unwrap();
    spread.second.restart().unwrap();
    let sent = async {
        loop {
            // A connection of before is found dead once by each of the pool.
            match push(&hub_there, vec![transaction(7, 2, client_row(2, json!({})))]).await {
                Err(HubError::Busy(_)) => {}
                answer => return answer.unwrap().remove(0),
            }
        }
    };
    let result = tokio::time::timeout(std::time::Duration::from_secs(60), sent).await.unwrap();
    assert_eq!((result.outcome, result.last_seq), (Outcome::Applied, 2));
    assert_eq!(petrel_hub::check(&spread.served.database, there).await.unwrap(), Vec::<String>::new());
}
