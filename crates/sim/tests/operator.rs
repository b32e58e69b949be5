//! What an operator's commands do to a hub that serves, and what its log says.

use std::io::Write;
use std::sync::{Arc, Mutex};

use clap::Parser;
use petrel_domain::replication::{Push, WIRE_SCHEMA};
use petrel_hub::{Config, Database, Program};
use petrel_sim::{Postgres, Served, connect};
use petrel_sync::{HttpHub, Hub, HubError, Parcel};
use serde_json::json;
use uuid::Uuid;

fn config(url: &str) -> Config {
    Config { database_url: url.to_owned(), connections: 2 }
}

async fn push(hub: &HttpHub, n: i64) -> Result<(), HubError> {
    let row = json!({ "first_name": "Ada", "created_at": 1, "updated_at": 1 });
    let pet = json!({ "name": "Rex", "client_id": Uuid::from_u128(7), "created_at": 1, "updated_at": 1 });
    let changes = json!([
        { "table": "clients", "id": Uuid::from_u128(7), "op": "put", "columns": row },
        { "table": "pets", "id": Uuid::from_u128(8), "op": "put", "columns": pet },
    ]);
    let transaction = json!({ "replica": Uuid::from_u128(1), "n": n, "clock": (65_536 * n).to_string(), "changes": changes });
    let transactions = vec![serde_json::from_value(transaction).unwrap()];
    hub.push(&Parcel::Open(Push { schema: WIRE_SCHEMA, transactions, follows: None, head: None })).await.map(drop)
}

/// A newer program would otherwise take the hub that serves out of service by a question for its desks.
#[tokio::test]
async fn a_command_changes_no_tables_and_says_what_to_do_where_they_are_not_its_own() {
    let postgres = Postgres::start().unwrap();
    let url = postgres.database().await.unwrap();
    let said = async || Database::connect_as_it_is(&config(&url)).await.err().map(|error| error.to_string());
    assert!(said().await.unwrap().contains("no tables yet"));
    let owner = connect(&url).await.unwrap();
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(owner.query_one(tables, &[]).await.unwrap().get::<_, i64>(0), 0);
    Database::migrate(&config(&url)).await.unwrap();
    assert_eq!(said().await, None);
    // As by a program that knows one migration more than there is, and one that knows one less.
    let newest = "(SELECT max(version) FROM refinery_schema_history)";
    owner.batch_execute(&format!("DELETE FROM refinery_schema_history WHERE version = {newest}")).await.unwrap();
    assert!(said().await.unwrap().contains("an earlier petrel-hub"));
    let before: i32 = owner.query_one(newest, &[]).await.unwrap().get(0);
    let command = ["petrel-hub", "--database-url", &url, "clinic", "add", "--name", "Petrel Vets", "--timezone", "Europe/Berlin"];
    let refused = Program::parse_from(command).run().await.unwrap_err().to_string();
    assert!(refused.contains("an earlier petrel-hub") && refused.contains("petrel-hub migrate"), "{refused}");
    assert_eq!(owner.query_one(newest, &[]).await.unwrap().get::<_, i32>(0), before);
    owner.batch_execute(&format!("UPDATE refinery_schema_history SET version = version + 1000 WHERE version = {newest}")).await.unwrap();
    assert!(said().await.unwrap().contains("a later petrel-hub"));
}

/// Roles are the server's, and the first hub's user has made them.
#[tokio::test]
async fn a_second_hub_whose_user_may_not_become_the_program_is_told_what_to_grant() {
    let postgres = Postgres::alone().unwrap();
    let (first, second) = (postgres.database().await.unwrap(), postgres.database().await.unwrap());
    Database::migrate(&config(&first)).await.unwrap();
    let owner = connect(&second).await.unwrap();
    let name = second.rsplit('/').next().unwrap();
    // Of Postgres 15 one that may make no roles is as one of 16 that did not make these.
    owner.batch_execute(&format!("CREATE ROLE \"Second\" LOGIN; ALTER DATABASE {name} OWNER TO \"Second\"")).await.unwrap();
    let theirs = config(&second.replace("petrel@", "Second@"));
    let said = Database::migrate(&theirs).await.unwrap_err().to_string();
    let grant = said.split_once("say: ").unwrap().1.to_owned();
    assert_eq!(grant, "GRANT petrel_hub TO \"Second\"");
    owner.batch_execute(&grant).await.unwrap();
    Database::migrate(&theirs).await.unwrap();
    Database::connect(&theirs).await.unwrap();
}

#[tokio::test]
async fn clinics_are_listed_and_one_is_removed_with_all_it_has() {
    // Whose owner is nobody special, as the guide for hosting makes one. Roles are the server's.
    let postgres = Postgres::alone().unwrap();
    let url = postgres.database().await.unwrap();
    let owner = connect(&url).await.unwrap();
    let name = url.rsplit('/').next().unwrap();
    owner.batch_execute(&format!("CREATE ROLE petrel_owner LOGIN CREATEROLE; ALTER DATABASE {name} OWNER TO petrel_owner")).await.unwrap();
    let served = Served::on(&url.replace("petrel@", "petrel_owner@")).await.unwrap();
    let config = config(&served.database_url);
    let (mine, theirs) = (served.clinic().await.unwrap(), served.clinic().await.unwrap());
    let (my_hub, _) = served.desk(mine).await.unwrap();
    let (their_hub, _) = served.desk(theirs).await.unwrap();
    for hub in [&my_hub, &their_hub] {
        push(hub, 1).await.unwrap();
    }
    // Tables that refer to each other, the hub's own, and a month that is archived.
    for clinic in [mine, theirs] {
        let more = format!(
            "INSERT INTO client_accounts (clinic_id, id, client_id, email, password_hash)
               VALUES ('{clinic}', gen_random_uuid(), '{client}', 'ada@example.com', 'x');
             INSERT INTO leases (clinic_id, name, holder, expires_at) VALUES ('{clinic}', 'sending', gen_random_uuid(), now());
             INSERT INTO rejections (clinic_id, replica_id, n, reason, body) VALUES ('{clinic}', gen_random_uuid(), 1, '{{}}', '{{}}');
             UPDATE clients SET merged_into_id = id WHERE clinic_id = '{clinic}'",
            client = Uuid::from_u128(7)
        );
        owner.batch_execute(&more).await.unwrap();
    }
    owner
        .batch_execute(
            "SET ROLE petrel_owner;
             CREATE TABLE log_2020_01 PARTITION OF log_archive FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-02-01 00:00:00+00');
             RESET ROLE;
             INSERT INTO log_archive SELECT clinic_id, first_seq, last_seq, replica_id, n, clock, sent_clock, mark, staff_id, action, device_id,
               '2020-01-15', entries FROM log",
        )
        .await
        .unwrap();
    let lines = petrel_hub::list_clinics(&config).await.unwrap();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with(&mine.to_string()), "{lines:?}");
    assert!(lines[0].contains("Petrel Vets (Europe/Berlin), log to 2, 1 desks, last seen "), "{lines:?}");

    let rows = async |clinic: Uuid| -> Vec<(String, i64)> {
        let tables = "SELECT relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'clinic_id'
                      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1";
        let mut found = Vec::new();
        for table in owner.query(tables, &[]).await.unwrap() {
            let table: String = table.get(0);
            let count = owner.query_one(&format!("SELECT count(*) FROM {table} WHERE clinic_id = $1"), &[&clinic]).await.unwrap().get(0);
            if count > 0 {
                found.push((table, count));
            }
        }
        found
    };
    let (had, others) = (rows(mine).await, rows(theirs).await);
    for table in ["client_accounts", "clients", "devices", "leases", "log", "log_archive", "log_heads", "pets", "rejections", "replicas"] {
        assert!(had.iter().any(|(of, _)| of == table), "{table}: {had:?}");
    }
    let removed = petrel_hub::remove_clinic(&config, mine).await.unwrap();
    assert_eq!(i64::try_from(removed).unwrap(), had.iter().map(|(_, count)| count).sum::<i64>());
    assert_eq!((rows(mine).await, rows(theirs).await), (Vec::new(), others), "all of one, and nothing of another");
    assert_eq!(petrel_hub::clinics(&config).await.unwrap(), [theirs]);
    let again = petrel_hub::remove_clinic(&config, mine).await.unwrap_err().to_string();
    assert!(again.contains("clinic list"), "{again}");
    // Its desk is a stranger; the other goes on.
    assert_eq!(my_hub.pull(0, 0).await.unwrap_err(), HubError::NotKnown);
    push(&their_hub, 2).await.unwrap();
    assert_eq!(their_hub.pull(0, 0).await.unwrap().transactions.len(), 2);
}

/// What is asked for before an upgrade: which desks have not been brought up to date, and which lag.
#[tokio::test]
async fn a_list_of_desks_says_what_each_speaks_and_how_far_it_has_read() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    push(&hub, 1).await.unwrap();
    let owner = connect(&served.database_url).await.unwrap();
    // As it was let in by an older program, a while ago.
    owner.batch_execute("UPDATE devices SET schema_version = 1, last_seen_at = now() - interval '1 hour'").await.unwrap();
    let line = async || petrel_hub::list_devices(&served.database, clinic).await.unwrap().remove(0);
    let before = line().await;
    assert!(before.starts_with(&enrolled.device_id.to_string()), "{before}");
    assert!(before.ends_with(&format!("schema 1 of {WIRE_SCHEMA}, read to 0 of 2")), "{before}");
    hub.pull(2, 0).await.unwrap();
    let after = line().await;
    assert!(after.ends_with(&format!("schema {WIRE_SCHEMA} of {WIRE_SCHEMA}, read to 2 of 2")), "{after}");
}

/// What is written to the log in this test.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// The last line that says something.
    fn line(&self, of: &str) -> serde_json::Value {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let line = text.lines().rev().find(|line| line.contains(of)).unwrap_or_else(|| panic!("{of}: {text}"));
        serde_json::from_str(line).unwrap()
    }
}

#[tokio::test]
async fn the_log_says_why_the_hub_is_busy_and_for_whom_and_nothing_of_a_record() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let postgres = Postgres::alone().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    let owner = connect(&served.database_url).await.unwrap();
    let refusing = |code: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
               RAISE EXCEPTION 'no space left on device' USING ERRCODE = '{code}', DETAIL = 'Ada'; END $$;
             CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON clients FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    };
    owner.batch_execute(&refusing("53100")).await.unwrap();
    assert!(matches!(push(&hub, 1).await, Err(HubError::Busy(_))));
    let line = written.line("\"busy\"");
    let field = |name: &str| line["fields"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!(field("error"), "SQLSTATE 53100: no space left on device");
    assert_eq!((field("clinic"), field("device")), (clinic.to_string(), enrolled.device_id.to_string()));
    assert_eq!(field("route"), "/v1/sync/push");
    // The next request of the same connection is of somebody who is not known yet.
    postgres.crash().unwrap();
    let nobody = reqwest::Client::new();
    let answer = nobody.post(format!("{}/v1/devices/token", served.url)).body(json!({ "refresh_token": "a".repeat(64) }).to_string());
    assert_eq!(answer.send().await.unwrap().status(), 503);
    let line = written.line("/v1/devices/token");
    assert_eq!(line["fields"].get("clinic"), None);
    let error = line["fields"]["error"].as_str().unwrap();
    assert!(["refused", "closed", "terminat", "shut"].iter().any(|of| error.contains(of)), "{error}");
    let all = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(!all.contains("Ada"), "{all}");
}
