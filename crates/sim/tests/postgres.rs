//! A real hub on a real Postgres: the catalogs agree, desks agree, a stranger gets nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::common::{first_desk, next_desk, open, sql};
use petrel_domain::replication::Kind;
use petrel_domain::{Clock, SystemClock};
use petrel_sim::{Plan, Postgres, Served, connect, fast_folder, make_templates, run_on};
use petrel_store::{Actor, FileKey, OpenOptions, Store};
use petrel_sync::{HttpHub, Hub, HubError, compare, repair, round, send};
use uuid::Uuid;

const CLINIC: &str = "
    INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (x'01900000000070008000000000000001', 'Petrel Vets', 'Europe/Berlin', 1, 1);
    INSERT INTO staff (id, first_name, role, created_at, updated_at) VALUES (x'01900000000070008000000000000002', 'Ada', 'veterinarian', 1, 1);
    INSERT INTO clients (id, first_name, custom_fields, created_at, updated_at)
      VALUES (x'01900000000070008000000000000003', 'Ünal', '{\"b\": 1.5, \"a\": [\"x\"]}', 1, 1);
    INSERT INTO pets (id, client_id, name, born_on, created_at, updated_at)
      VALUES (x'01900000000070008000000000000004', x'01900000000070008000000000000003', 'Rex', '2020-02-29', 1, 1);
    INSERT INTO staff_schedules (id, staff_id, day_of_week, start_time, end_time, effective_from, created_at, updated_at)
      VALUES (x'01900000000070008000000000000005', x'01900000000070008000000000000002', 1, '09:00', '17:30', '2026-01-01', 1, 1);";

fn visit(id: u8, starts_at: i64) -> String {
    format!(
        "INSERT INTO appointments (id, client_id, pet_id, staff_id, starts_at, ends_at, status, created_at, updated_at)
         VALUES (x'019000000000700080000000000001{id:02x}', x'01900000000070008000000000000003', x'01900000000070008000000000000004',
           x'01900000000070008000000000000002', {starts_at}, {starts_at} + 1800000, 'confirmed', 1, 1)"
    )
}

#[tokio::test]
async fn two_desks_work_apart_and_agree_a_clash_is_told_and_a_third_joins() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (first_hub, enrolled) = served.desk(clinic).await.unwrap();
    assert_eq!((enrolled.clinic_name.as_str(), enrolled.head), ("Petrel Vets", 0));

    // A clinic that worked alone for a while brings all it has.
    let first = open(&folder.path().join("first.petrel"));
    sql(&first, CLINIC);
    first.join_hub(&served.url, enrolled.device_id, clinic, &enrolled.tokens).unwrap();
    assert!(!first.tell_everything().unwrap(), "the outbox tells of everything already");
    let done = round(&first, &first_hub, &SystemClock).await.unwrap();
    assert_eq!((done.sent, done.rejected), (1, 0));

    let (second, second_hub) = next_desk(&served, clinic, &folder.path().join("second.petrel")).await;
    assert_eq!(compare(&second, &second_hub).await.unwrap(), Some(Vec::new()));

    // Apart, they book the same hour and write on the same client.
    sql(&first, &visit(1, 1_800_000_000_000));
    sql(&second, &visit(2, 1_800_000_900_000));
    sql(&first, "UPDATE clients SET notes = 'likes cats', phone = '+491701', updated_at = 2");
    sql(&second, "UPDATE clients SET notes = 'fears cats', updated_at = 3");
    for (desk, hub) in [(&first, &first_hub), (&second, &second_hub), (&first, &first_hub)] {
        round(desk, hub, &SystemClock).await.unwrap();
    }
    for (desk, hub) in [(&first, &first_hub), (&second, &second_hub)] {
        assert_eq!(compare(desk, hub).await.unwrap(), Some(Vec::new()));
        let said: (i64, String, String) = desk
            .read(|db| {
                let sql = "SELECT (SELECT count(*) FROM appointments WHERE clash_with_id IS NOT NULL), notes, phone FROM clients";
                Ok(db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
            })
            .unwrap();
        assert_eq!(said, (1, "fears cats".to_owned(), "+491701".to_owned()), "one clash; the later note; the phone of the other");
        let lost: String =
            desk.read(|db| Ok(db.query_row("SELECT lost FROM lost_values WHERE column_name = 'notes'", [], |row| row.get(0))?)).unwrap();
        assert_eq!(lost, "\"likes cats\"", "what lost is kept beside it");
    }
    // Each desk knows which of the two was written at it.
    let is_here = |desk: &Store| {
        let choices = desk.lost_choices(&Actor::program()).unwrap();
        assert_eq!((choices.len(), choices[0].label.as_str()), (1, "Ünal"));
        assert_eq!((choices[0].kept.value.as_str(), choices[0].lost.value.as_str()), ("fears cats", "likes cats"));
        (choices[0].kept.is_here, choices[0].lost.is_here)
    };
    assert_eq!((is_here(&first), is_here(&second)), ((false, true), (true, false)));
    // A person chooses the value that stands; every desk knows that it is settled.
    let open_losses = |desk: &Store| desk.lost_values(&Actor::program()).unwrap();
    let loss = open_losses(&first).into_iter().find(|loss| loss.column == "notes").unwrap();
    assert_eq!((loss.kept.clone(), open_losses(&second).len()), (serde_json::json!("fears cats"), 1));
    first.choose_value(&Actor::program(), loss.seq, "notes", false).unwrap();
    for (desk, hub) in [(&first, &first_hub), (&second, &second_hub)] {
        round(desk, hub, &SystemClock).await.unwrap();
        assert_eq!(open_losses(desk), []);
    }
    // Settled: the second visit moves.
    sql(
        &second,
        "UPDATE appointments SET starts_at = starts_at + 7200000, ends_at = ends_at + 7200000, updated_at = 9 WHERE clash_with_id IS NOT NULL",
    );
    for (desk, hub) in [(&second, &second_hub), (&first, &first_hub)] {
        round(desk, hub, &SystemClock).await.unwrap();
        let clashes: i64 = desk
            .read(|db| Ok(db.query_row("SELECT count(*) FROM appointments WHERE clash_with_id IS NOT NULL", [], |row| row.get(0))?))
            .unwrap();
        assert_eq!(clashes, 0);
    }
    // Another two are kept knowingly; every desk knows.
    sql(&first, &visit(3, 1_800_100_000_000));
    sql(&second, &visit(4, 1_800_100_900_000));
    let rounds = async || {
        for (desk, hub) in [(&first, &first_hub), (&second, &second_hub), (&first, &first_hub)] {
            round(desk, hub, &SystemClock).await.unwrap();
        }
    };
    rounds().await;
    let visit_id = |id: u128| petrel_domain::AppointmentId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0100 | id));
    let open_clashes = |desk: &Store| {
        let sql = "SELECT count(*) FROM appointments WHERE clash_with_id IS NOT NULL";
        desk.read(|db| Ok(db.query_row(sql, [], |row| row.get::<_, i64>(0))?)).unwrap()
    };
    assert_eq!((open_clashes(&first), open_clashes(&second)), (1, 1));
    second.keep_both(&Actor::program(), visit_id(3), visit_id(4)).unwrap();
    let again = second.keep_both(&Actor::program(), visit_id(3), visit_id(4)).unwrap_err();
    assert_eq!(again.refusal().code, petrel_domain::RefusalCode::NotFound, "they do not clash any more");
    rounds().await;
    assert_eq!((open_clashes(&first), open_clashes(&second)), (0, 0), "the hub does not flag them again");
    // A third desk has the whole clinic.
    let path = folder.path().join("third.petrel");
    let (third, third_hub) = next_desk(&served, clinic, &path).await;
    assert_eq!(compare(&third, &third_hub).await.unwrap(), Some(Vec::new()));
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
    // A row that rotted is found by the comparison, and fetched anew.
    let rotten = rusqlite::Connection::open(&path).unwrap();
    rotten.pragma_update(None, "key", format!("x'{}'", "09".repeat(32))).unwrap();
    rotten.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").unwrap();
    rotten.execute("UPDATE clients SET notes = 'rot'", []).unwrap();
    drop(rotten);
    assert_eq!(compare(&third, &third_hub).await.unwrap(), Some(vec!["clients".to_owned()]));
    assert_eq!(repair(&third, &third_hub, "clients").await.unwrap(), 1);
    round(&third, &third_hub, &SystemClock).await.unwrap();
    assert_eq!(compare(&third, &third_hub).await.unwrap(), Some(Vec::new()));
}

#[tokio::test]
async fn a_visit_whose_clash_moves_away_is_held_against_all_that_it_still_stands_over() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (desk, hub) = first_desk(&served, clinic, folder.path()).await;
    let clash = async |written: &str| {
        sql(&desk, written);
        round(&desk, &hub, &SystemClock).await.unwrap();
        let found = "SELECT group_concat(hex(substr(id, 16)) || '-' || hex(substr(clash_with_id, 16))) FROM appointments WHERE clash_with_id IS NOT NULL";
        desk.read(|db| Ok(db.query_row(found, [], |row| row.get::<_, Option<String>>(0))?)).unwrap().unwrap_or_default()
    };
    const HOUR: i64 = 3_600_000;
    let nine = 1_800_000_000_000;
    let early = format!("{CLINIC} {}; {};", visit(1, nine), visit(2, nine + 2 * HOUR));
    assert_eq!(clash(&early).await, "");
    let long = format!(
        "{}; UPDATE appointments SET ends_at = {nine} + 3 * {HOUR} WHERE starts_at = ends_at - 1800000 AND hex(id) LIKE '%03'",
        visit(3, nine)
    );
    assert_eq!(clash(&long).await, "03-01", "the first that it stands over");
    let away = format!(
        "UPDATE appointments SET starts_at = starts_at - 20 * {HOUR}, ends_at = ends_at - 20 * {HOUR}, updated_at = 9 WHERE hex(id) LIKE '%01'"
    );
    assert_eq!(clash(&away).await, "03-02", "it stands over the other still");
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
}

/// The note names the pet alone: that its owner was deleted, too, only the pet's row says.
#[tokio::test]
async fn what_is_written_of_a_pet_brings_it_back_and_its_owner() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (first, first_hub) = first_desk(&served, clinic, folder.path()).await;
    sql(&first, CLINIC);
    round(&first, &first_hub, &SystemClock).await.unwrap();
    let (second, second_hub) = next_desk(&served, clinic, &folder.path().join("second.petrel")).await;

    sql(&first, "UPDATE pets SET deleted_at = 5, updated_at = 5; UPDATE clients SET deleted_at = 5, updated_at = 5");
    sql(
        &second,
        "INSERT INTO medical_records (id, pet_id, kind, recorded_at, body, created_at, updated_at)
         VALUES (x'01900000000070008000000000000006', x'01900000000070008000000000000004', 'note', 6, 'limps', 6, 6)",
    );
    for (desk, hub) in [(&first, &first_hub), (&second, &second_hub), (&first, &first_hub)] {
        round(desk, hub, &SystemClock).await.unwrap();
    }
    for (desk, hub) in [(&first, &first_hub), (&second, &second_hub)] {
        let gone =
            "SELECT count(*) FROM (SELECT deleted_at FROM pets UNION ALL SELECT deleted_at FROM clients) WHERE deleted_at IS NOT NULL";
        assert_eq!(desk.read(|db| Ok(db.query_row(gone, [], |row| row.get::<_, i64>(0))?)).unwrap(), 0);
        assert_eq!(compare(desk, hub).await.unwrap(), Some(Vec::new()));
    }
}

/// Of a table nobody has analysed, Postgres takes such an index for as good as the key, and reads the whole clinic for each reference; but not one
/// over some rows alone.
#[tokio::test]
async fn no_index_but_the_keys_begins_with_the_clinic() {
    let postgres = Postgres::start().unwrap();
    let url = postgres.database().await.unwrap();
    petrel_hub::Database::migrate(&petrel_hub::Config { database_url: url.clone(), connections: 2 }).await.unwrap();
    let found =
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                 WHERE a.attname = 'clinic_id' AND i.indpred IS NULL AND NOT i.indisunique AND i.indrelid = ANY ($1::text[]::regclass[])";
    let tables: Vec<String> = petrel_domain::manifest::REPLICATED.iter().map(|table| (*table).to_owned()).collect();
    let rows = connect(&url).await.unwrap().query(found, &[&tables]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.get(0)).collect::<Vec<String>>(), Vec::<String>::new());
}

/// Postgres keeps a plan from when a clinic had a few rows, by which all of them are read, until it analyses the table: a minute of pushes that each
/// read the clinic.
#[tokio::test]
async fn a_push_to_a_clinic_that_just_grew_does_not_read_the_whole_of_it() {
    const GROWN: i64 = 11_000;
    const SMALL: i64 = 40;
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (first, hub) = first_desk(&served, clinic, folder.path()).await;
    sql(&first, CLINIC);
    let small = async |from: i64| {
        for name in from..from + SMALL {
            sql(&first, &format!("UPDATE clients SET last_name = 'Petrel {name}' WHERE id = x'01900000000070008000000000000003'"));
            assert_eq!(send(&first, &hub, &SystemClock).await.unwrap().sent, if name == 0 { 2 } else { 1 });
        }
    };
    small(0).await;
    let many = format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {GROWN})
         INSERT INTO clients (id, first_name, created_at, updated_at) SELECT randomblob(16), 'Ada', 1, 1 FROM n"
    );
    sql(&first, &many);
    assert_eq!(send(&first, &hub, &SystemClock).await.unwrap().sent, 3, "so many rows go in portions");
    small(SMALL).await;

    // What a connection read is told when it ends.
    let plain = connect(&served.database_url).await.unwrap();
    let end = "SELECT bool_and(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity
               WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    assert!(plain.query_one(end, &[]).await.unwrap().get::<_, bool>(0));
    let read = "SELECT n_tup_ins, seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'clients'";
    let row = plain.query_one(read, &[]).await.unwrap();
    let (made, read): (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(made, GROWN + 1);
    assert!(read < 2 * GROWN, "{read} rows were read by {} pushes of one row", 2 * SMALL);
}

#[tokio::test]
async fn schedules_on_postgres() {
    let postgres = Postgres::start().unwrap();
    let database = postgres.database().await.unwrap();
    for seed in 0..24 {
        let plan = Plan { seed, desks: 5, steps: 80, sabotage: None };
        let again = plan.replay(true);
        let report = run_on(&database, plan).await.unwrap_or_else(|error| panic!("seed {seed}: {error:#}; replay: {again}"));
        assert!(report.findings.is_clean(), "seed {seed}: {}; replay: {again}", report.findings);
    }
}

#[tokio::test]
async fn device_and_hub_have_the_same_tables() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let device = make_templates(folder.path()).unwrap();
    let hub = connect(&served.database_url).await.unwrap();
    let rows = hub
        .query(
            "SELECT c.relname::text, a.attname::text, t.typname::text, a.attnotnull, a.atthasdef FROM pg_class c
             JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
            &[],
        )
        .await
        .unwrap();
    let mut theirs: BTreeMap<(String, String), (String, bool, bool)> =
        rows.iter().map(|row| ((row.get(0), row.get(1)), (row.get(2), !row.get::<_, bool>(3), row.get(4)))).collect();
    for (table, schema) in &device.tables {
        for own in ["clinic_id", "id", "made_clock", "made_seq", "made_replica", "seq", "clocks"] {
            assert!(theirs.remove(&(table.clone(), own.to_owned())).is_some(), "{table}.{own}");
        }
        for column in schema.columns() {
            let kind = match column.kind {
                Kind::Id => "uuid",
                Kind::Instant => "timestamptz",
                Kind::Date => "date",
                Kind::Time => "time",
                Kind::Integer => "int8",
                Kind::Truth => "bool",
                Kind::Json => "jsonb",
                Kind::Text => "text",
            };
            let found = theirs.remove(&(table.clone(), column.name.clone()));
            assert_eq!(found, Some((kind.to_owned(), column.is_nullable, column.has_default)), "{table}.{}", column.name);
        }
        let rest: Vec<_> = theirs.keys().filter(|(of, _)| of == table).collect();
        assert!(rest.is_empty(), "the hub has more: {rest:?}");
    }
    // References: each one of the device, with the clinic before it.
    let rows = hub
        .query(
            "SELECT conrelid::regclass::text, confrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'",
            &[],
        )
        .await
        .unwrap();
    let there: Vec<String> = rows.iter().map(|row| format!("{} {}", row.get::<_, String>(0), row.get::<_, String>(2))).collect();
    for reference in petrel_domain::manifest::REFERENCES {
        let wanted =
            format!("{} FOREIGN KEY (clinic_id, {}) REFERENCES {}(clinic_id, id)", reference.table, reference.column, reference.parent);
        assert!(there.contains(&wanted), "{wanted}");
    }
}

/// The words in quotes of each check in a text, none left out where it has none.
fn words_of_checks(sql: &str) -> Vec<BTreeSet<String>> {
    let mut found = Vec::new();
    for (at, _) in sql.match_indices("CHECK (") {
        let (mut depth, mut is_quoted, mut word, mut words) = (0, false, String::new(), BTreeSet::new());
        for sign in sql[at + "CHECK ".len()..].chars() {
            match sign {
                '\'' if is_quoted => _ = words.insert(std::mem::take(&mut word)),
                _ if is_quoted && sign != '\'' => word.push(sign),
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            is_quoted ^= sign == '\'';
            if depth == 0 {
                break;
            }
        }
        found.push(words);
    }
    found
}

#[tokio::test]
async fn device_and_hub_allow_the_same_words() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let device = Store::open(&OpenOptions::new(folder.path().join("a.petrel"), FileKey::from_bytes([1; 32]))).unwrap();
    let hub = connect(&served.database_url).await.unwrap();
    let lists = |checks: Vec<BTreeSet<String>>| checks.into_iter().filter(|words| words.len() > 1).collect::<BTreeSet<_>>();
    let mut compared = 0;
    for table in petrel_domain::manifest::REPLICATED {
        let sql: String = device
            .read(|db| Ok(db.query_row("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", [table], |row| row.get(0))?))
            .unwrap();
        let theirs = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = $1::text::regclass";
        let theirs = hub.query(theirs, &[&table]).await.unwrap();
        let theirs = theirs.iter().flat_map(|row| words_of_checks(&row.get::<_, String>(0))).collect();
        let (ours, theirs) = (lists(words_of_checks(&sql)), lists(theirs));
        assert_eq!(ours, theirs, "{table}");
        compared += ours.len();
    }
    assert!(compared > 10, "{compared} lists");
}

/// Columns of the hub's seeds have their home in the hub's catalog.
#[tokio::test]
async fn every_seed_column_that_belongs_to_the_hub_has_its_home() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let hub = connect(&served.database_url).await.unwrap();
    let map = include_str!("../../../migrations/seed-map.csv");
    let mut count = 0;
    for line in map.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[3] != "hub" {
            continue;
        }
        let (table, column) = fields[4].split_once('.').unwrap();
        let sql = "SELECT 1 FROM information_schema.columns WHERE table_name = $1 AND column_name = $2";
        assert!(hub.query_opt(sql, &[&table, &column]).await.unwrap().is_some(), "{line}");
        count += 1;
    }
    assert!(count > 20);
}

#[tokio::test]
async fn a_handle_that_is_taken_is_drawn_again_and_an_old_one_comes_free() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let (mine, theirs) = (served.clinic().await.unwrap(), served.clinic().await.unwrap());
    let (taken, _) = petrel_hub::make_code(&served.database, theirs).await.unwrap();
    let owner = connect(&served.database_url).await.unwrap();
    // Bad luck, three times over: what is drawn is what another clinic has.
    let unlucky = "CREATE SEQUENCE drawn; GRANT USAGE ON SEQUENCE drawn TO petrel_hub;
        CREATE FUNCTION take_taken() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
          IF nextval('drawn') <= 3 THEN NEW.handle := (SELECT handle FROM enrolment_codes LIMIT 1); END IF; RETURN NEW; END $$;
        CREATE TRIGGER take_taken BEFORE INSERT ON enrolment_codes FOR EACH ROW EXECUTE FUNCTION take_taken()";
    owner.batch_execute(unlucky).await.unwrap();
    let (code, _) = petrel_hub::make_code(&served.database, mine).await.unwrap();
    assert_ne!(code[..4], taken[..4]);
    let drawn: i64 = owner.query_one("SELECT last_value FROM drawn", &[]).await.unwrap().get(0);
    assert_eq!(drawn, 4);
    let hub = HttpHub::new(&served.url, None, Box::new(|_| Ok(()))).unwrap();
    assert_eq!(hub.enrol(&code, "Desk", "test").await.unwrap().clinic_id, mine);

    // Codes of a day ago go, whose ever they are; what can be used stays.
    let left = async || -> i64 {
        let sql = "SELECT count(*) FROM enrolment_codes WHERE handle = $1";
        owner.query_one(sql, &[&&taken[..4]]).await.unwrap().get(0)
    };
    let clear = format!("SET ROLE petrel_hub; SELECT clear_old_code('{}'); RESET ROLE", &taken[..4]);
    owner.batch_execute(&clear).await.unwrap();
    assert_eq!(left().await, 1);
    owner.batch_execute("UPDATE enrolment_codes SET expires_at = now() - interval '2 days'").await.unwrap();
    owner.batch_execute(&clear).await.unwrap();
    assert_eq!(left().await, 0);
}

#[tokio::test]
async fn codes_work_once_tokens_turn_over_and_a_stolen_one_locks_the_desk() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let (code, _) = petrel_hub::make_code(&served.database, clinic).await.unwrap();
    let kept = Arc::new(std::sync::Mutex::new(Vec::new()));
    let keep = {
        let kept = Arc::clone(&kept);
        Box::new(move |tokens: &petrel_domain::replication::Tokens| {
            kept.lock().unwrap().push(tokens.clone());
            Ok(())
        })
    };
    let hub = HttpHub::new(&served.url, None, Box::new(|_| Ok(()))).unwrap();
    let enrolled = hub.enrol(&code.to_lowercase(), "Desk", "test").await.unwrap();
    assert_eq!(hub.enrol(&code, "Thief", "test").await.unwrap_err(), HubError::BadCode, "a code works once");
    // Five wrong tries kill a code.
    let (code, _) = petrel_hub::make_code(&served.database, clinic).await.unwrap();
    for _ in 0..5 {
        let wrong = format!("{}-0000-0000", &code[..4]);
        assert_eq!(hub.enrol(&wrong, "Thief", "test").await.unwrap_err(), HubError::BadCode);
    }
    assert_eq!(hub.enrol(&code, "Desk", "test").await.unwrap_err(), HubError::BadCode);

    // A pair that has run out is renewed; the old one stays good until the new one is used.
    let mut old = enrolled.tokens.clone();
    old.access_expires_at = petrel_domain::Millis(0);
    let desk = HttpHub::new(&served.url, Some(old.clone()), keep).unwrap();
    desk.pull(0, 0).await.unwrap();
    assert_eq!(kept.lock().unwrap().len(), 1);
    // The answer to a renewal was lost: the desk asks again with the pair it has.
    let next = kept.lock().unwrap()[0].clone();
    let lost = HttpHub::new(
        &served.url,
        Some(petrel_domain::replication::Tokens { access_expires_at: petrel_domain::Millis(0), ..next.clone() }),
        Box::new(|_| Err(HubError::Unreachable("a crash".to_owned()))),
    )
    .unwrap();
    assert!(lost.pull(0, 0).await.is_err());
    let again = HttpHub::new(
        &served.url,
        Some(petrel_domain::replication::Tokens { access_expires_at: petrel_domain::Millis(0), ..next }),
        Box::new(|_| Ok(())),
    )
    .unwrap();
    again.pull(0, 0).await.unwrap();
    // The first pair of all was used up long ago: whoever has it stole it.
    let owner = connect(&served.database_url).await.unwrap();
    owner.batch_execute("UPDATE token_pairs SET used_up_at = used_up_at - interval '1 hour'").await.unwrap();
    let thief = HttpHub::new(
        &served.url,
        Some(kept.lock().unwrap()[0].clone())
            .map(|tokens| petrel_domain::replication::Tokens { access_expires_at: petrel_domain::Millis(0), ..tokens }),
        Box::new(|_| Ok(())),
    )
    .unwrap();
    assert_eq!(thief.pull(0, 0).await.unwrap_err(), HubError::Revoked);
    assert_eq!(again.pull(0, 0).await.unwrap_err(), HubError::Revoked, "the family is locked out");

    // A desk that is locked out is refused at its next request.
    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    hub.pull(0, 0).await.unwrap();
    // Nor does a code that it drew before let anybody in.
    let drawn = hub.new_code().await.unwrap();
    petrel_hub::revoke_device(&served.database, clinic, enrolled.device_id).await.unwrap();
    assert_eq!(hub.pull(0, 0).await.unwrap_err(), HubError::Revoked);
    assert_eq!(hub.enrol(&drawn.code, "Thief", "test").await.unwrap_err(), HubError::BadCode);
}

#[tokio::test]
async fn a_change_elsewhere_wakes_a_desk_that_waits() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    // Another hub before the same database: what one takes in, the other tells.
    let twin = Served::on(&served.database_url).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (first_hub, enrolled) = served.desk(clinic).await.unwrap();
    let (second_hub, _) = twin.desk(clinic).await.unwrap();
    let first = open(&folder.path().join("first.petrel"));
    sql(&first, CLINIC);
    first.join_hub(&served.url, enrolled.device_id, clinic, &enrolled.tokens).unwrap();
    let waiting = tokio::spawn(async move { second_hub.pull(0, 25).await });
    tokio::task::yield_now().await;
    round(&first, &first_hub, &SystemClock).await.unwrap();
    let page = waiting.await.unwrap().unwrap();
    assert_eq!(page.transactions.len(), 1);
    assert!(page.now.0 > 0 && SystemClock.now().0 > 0);
}
