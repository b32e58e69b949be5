//! Who may see and write what by plain SQL: the roles of the database, row by row. Source: the product's table "Who may see what".

#[allow(dead_code, reason = "not all of them are needed here")]
use crate::common::{open, sql, tie};
use petrel_domain::SystemClock;
use petrel_sim::{Postgres, Served, connect, fast_folder};
use petrel_sync::round;
use tokio_postgres::Client;
use uuid::Uuid;

/// Two clients of one clinic, so that what is somebody's own is told from what is another's. The second has more of everything.
const CLINIC: &str = "
    INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES ({01}, 'Petrel Vets', 'Europe/Berlin', 1, 1);
    INSERT INTO staff (id, first_name, role, created_at, updated_at) VALUES ({02}, 'Ada', 'veterinarian', 1, 1);
    INSERT INTO clients (id, first_name, created_at, updated_at) VALUES ({03}, 'Una', 1, 1), ({33}, 'Ida', 1, 1), ({34}, 'Eva', 1, 1);
    INSERT INTO pets (id, client_id, name, created_at, updated_at) VALUES ({04}, {03}, 'Rex', 1, 1), ({35}, {33}, 'Tom', 1, 1), ({36}, {33}, 'Kim', 1, 1);
    INSERT INTO appointments (id, client_id, pet_id, staff_id, starts_at, ends_at, status, created_at, updated_at)
      VALUES ({10}, {03}, {04}, {02}, 1800000000000, 1800001800000, 'confirmed', 1, 1),
             ({11}, {33}, {35}, {02}, 1800003600000, 1800005400000, 'confirmed', 1, 1),
             ({12}, {33}, {36}, {02}, 1800007200000, 1800009000000, 'confirmed', 1, 1);
    INSERT INTO waitlist_entries (id, client_id, created_at, updated_at) VALUES ({40}, {03}, 1, 1), ({41}, {33}, 1, 1), ({42}, {33}, 1, 1);
    INSERT INTO medical_records (id, pet_id, kind, recorded_at, is_shared_with_client, created_at, updated_at)
      VALUES ({20}, {04}, 'note', 1, 1, 1, 1), ({21}, {04}, 'note', 1, 0, 1, 1), ({23}, {35}, 'note', 1, 1, 1, 1);
    INSERT INTO report_cards (id, appointment_id, pet_id, public_token, is_draft, created_at, updated_at)
      VALUES ({50}, {10}, {04}, 'of-rex', 0, 1, 1), ({51}, {10}, {04}, 'a-draft', 1, 1, 1), ({52}, {11}, {35}, 'of-tom', 0, 1, 1);
    INSERT INTO reviews (id, report_card_id, client_id, rating, is_public, created_at, updated_at)
      VALUES ({60}, {50}, {03}, 5, 0, 1, 1), ({61}, {52}, {33}, 4, 1, 1, 1), ({62}, {52}, {33}, 2, 1, 1, 1);
    INSERT INTO unsubscribes (id, client_id, channel, created_at, updated_at)
      VALUES ({70}, {03}, 'sms', 1, 1), ({71}, {33}, 'sms', 1, 1), ({72}, {33}, 'email', 1, 1);
    INSERT INTO waitlist_slot_offers (id, slot_on, slot_time, created_at, updated_at) VALUES ({80}, '2027-01-15', '10:00', 1, 1);
    INSERT INTO waitlist_offer_recipients (id, offer_id, entry_id, created_at, updated_at) VALUES ({81}, {80}, {40}, 1, 1);
    INSERT INTO campaigns (id, name, created_at, updated_at) VALUES ({22}, 'Spring', 1, 1);";

/// The client who looks.
const UNA: &str = "01900000-0000-7000-8000-000000000003";
const IDA: &str = "01900000-0000-7000-8000-000000000033";

const ROLES: [&str; 5] = ["petrel_manager", "petrel_clinician", "petrel_front_desk", "petrel_client", "petrel_anonymous"];

/// How many rows each role sees of a table, and how many it may write; none where it is not let in at all.
type Row = (&'static str, [Option<i64>; 5], [Option<i64>; 5]);

const ALL: [Option<i64>; 5] = [Some(3), Some(3), Some(3), Some(1), None];
const STAFF: [Option<i64>; 5] = [Some(3), Some(3), Some(3), None, None];
const NOBODY: [Option<i64>; 5] = [None; 5];

const TABLES: [Row; 14] = [
    ("clients", ALL, STAFF),
    ("pets", ALL, STAFF),
    ("appointments", ALL, STAFF),
    ("waitlist_entries", ALL, STAFF),
    ("medical_records", ALL, [Some(3), Some(3), None, None, None]),
    // Without its link, a report card is nobody's who has no name.
    ("report_cards", [Some(3), Some(3), Some(3), Some(1), Some(0)], STAFF),
    ("reviews", [Some(3), Some(3), Some(3), Some(1), Some(2)], STAFF),
    ("unsubscribes", ALL, [Some(3), None, Some(3), None, None]),
    ("waitlist_slot_offers", [Some(1), None, Some(1), None, None], [Some(1), None, Some(1), None, None]),
    ("waitlist_offer_recipients", [Some(1), None, Some(1), None, None], [Some(1), None, Some(1), None, None]),
    ("campaigns", [Some(1), None, None, None, None], [Some(1), None, None, None, None]),
    ("devices", NOBODY, NOBODY),
    ("log", NOBODY, NOBODY),
    ("rejections", NOBODY, NOBODY),
];

struct Setting {
    _postgres: Postgres,
    served: Served,
    mine: Uuid,
    other: Uuid,
}

/// Two clinics with the same ids in each.
async fn setting() -> Setting {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let (mine, other) = (served.clinic().await.unwrap(), served.clinic().await.unwrap());
    let filled = CLINIC.replace('{', "x'019000000000700080000000000000").replace('}', "'");
    for clinic in [mine, other] {
        let desk = open(&folder.path().join(format!("{clinic}.petrel")));
        // A link leads to one card, of whichever clinic.
        sql(
            &desk,
            &if clinic == mine { filled.clone() } else { filled.replace("'of-", "'theirs-").replace("'a-draft", "'a-draft-of-theirs") },
        );
        let hub = tie(&desk, &served, clinic).await;
        let done = round(&desk, &hub, &SystemClock).await.unwrap();
        assert_eq!((done.sent, done.rejected), (1, 0), "{:?}", desk.rejected().unwrap().first().map(|rejected| &rejected.reason));
    }
    Setting { _postgres: postgres, served, mine, other }
}

impl Setting {
    async fn role(&self, role: &str) -> Client {
        let client = connect(&self.served.database_url).await.unwrap();
        client.batch_execute(&format!("SET ROLE {role}")).await.unwrap();
        client
    }
}

/// What a statement does for who says so; none where it is refused. Nothing stays of it.
async fn does(client: &mut Client, [clinic, who, token]: [&str; 3], statement: &str) -> Option<u64> {
    let pg = client.transaction().await.unwrap();
    let said = "SELECT set_config('petrel.clinic_id', $1, true), set_config('petrel.client_id', $2, true), set_config('petrel.public_token', $3, true)";
    pg.query_one(said, &[&clinic, &who, &token]).await.unwrap();
    let done = match statement.starts_with("SELECT") {
        true => pg.query(statement, &[]).await.map(|rows| rows.len() as u64),
        false => pg.execute(statement, &[]).await,
    };
    if let Err(error) = &done {
        let code = error.code().unwrap().code();
        assert_eq!(code, "42501", "{statement} is refused for want of a right: {error:?}");
    }
    done.ok()
}

fn count(rows: Option<i64>) -> Option<u64> {
    rows.map(|rows| rows.try_into().unwrap())
}

#[tokio::test]
async fn roles_see_and_write_what_they_may_and_no_other_clinic() {
    let setting = setting().await;
    let (mine, nowhere) = (setting.mine.to_string(), Uuid::now_v7().to_string());
    for (place, role) in ROLES.into_iter().enumerate() {
        let mut client = setting.role(role).await;
        for (table, sees, writes) in TABLES {
            for (clinic, is_mine) in [(mine.as_str(), true), ("", false), (nowhere.as_str(), false)] {
                let of = |rows: Option<i64>| count(rows.map(|rows| if is_mine { rows } else { 0 }));
                let seen = does(&mut client, [clinic, UNA, ""], &format!("SELECT clinic_id FROM {table}")).await;
                assert_eq!(seen, of(sees[place]), "{role} reads {table} of {clinic:?}");
                let written = does(&mut client, [clinic, UNA, ""], &format!("UPDATE {table} SET clinic_id = clinic_id")).await;
                assert_eq!(written, of(writes[place]), "{role} writes {table} of {clinic:?}");
            }
            assert_eq!(does(&mut client, [&mine, UNA, ""], &format!("DELETE FROM {table}")).await, None, "{role} deletes {table}");
        }
        // Nobody moves a row into another clinic.
        let moved = format!("UPDATE clients SET clinic_id = '{}'", setting.other);
        assert_eq!(does(&mut client, [&mine, UNA, ""], &moved).await, None, "{role}");
    }
}

#[tokio::test]
async fn what_may_be_made_is_made_for_oneself_and_ones_own_clinic() {
    let setting = setting().await;
    let (mine, other) = (setting.mine.to_string(), setting.other.to_string());
    let insert = |table: &str, clinic: &str, who: &str| {
        let (columns, values) = match table {
            "clients" => ("first_name", "'Zoe'".to_owned()),
            "pets" => ("client_id, name", format!("'{who}', 'Zoe'")),
            "appointments" => (
                "client_id, starts_at, ends_at, booked_by_client, booking_method",
                format!("'{who}', now(), now() + interval '1 hour', true, 'online'"),
            ),
            "waitlist_entries" => ("client_id", format!("'{who}'")),
            "medical_records" => ("pet_id, kind, recorded_at", "'01900000-0000-7000-8000-000000000004', 'note', now()".to_owned()),
            "report_cards" => ("appointment_id", "'01900000-0000-7000-8000-000000000010'".to_owned()),
            "reviews" => ("report_card_id, client_id, rating", format!("'01900000-0000-7000-8000-000000000050', '{who}', 5")),
            "unsubscribes" => ("client_id, channel", format!("'{who}', 'push'")),
            "waitlist_slot_offers" => ("slot_on, slot_time", "'2027-01-15', '11:00'".to_owned()),
            _ => ("name", "'Summer'".to_owned()),
        };
        format!(
            "INSERT INTO {table} (clinic_id, id, created_at, updated_at, made_clock, made_seq, made_replica, seq, {columns})
             VALUES ('{clinic}', gen_random_uuid(), now(), now(), 1, 1, gen_random_uuid(), 1, {values})"
        )
    };
    // Who may make a row of it: of ROLES, in their order.
    for (table, may) in [
        ("clients", [true, true, true, false, false]),
        ("pets", [true, true, true, false, false]),
        ("appointments", [true, true, true, true, false]),
        ("waitlist_entries", [true, true, true, true, false]),
        ("medical_records", [true, true, false, false, false]),
        ("report_cards", [true, true, true, false, false]),
        ("reviews", [true, true, true, true, false]),
        ("unsubscribes", [true, false, true, true, true]),
        ("waitlist_slot_offers", [true, false, true, false, false]),
        ("campaigns", [true, false, false, false, false]),
    ] {
        for (role, may) in ROLES.into_iter().zip(may) {
            let mut client = setting.role(role).await;
            let made = does(&mut client, [&mine, UNA, ""], &insert(table, &mine, UNA)).await;
            assert_eq!(made, may.then_some(1), "{role} makes {table}");
            assert_eq!(does(&mut client, [&mine, UNA, ""], &insert(table, &other, UNA)).await, None, "{role} makes {table} elsewhere");
            if role == "petrel_client" {
                let for_another = does(&mut client, [&mine, UNA, ""], &insert(table, &mine, IDA)).await;
                assert_eq!(for_another, None, "a client makes {table} of another");
            }
        }
    }
}

#[tokio::test]
async fn a_report_card_is_read_by_its_link_and_a_client_reads_what_is_theirs() {
    let setting = setting().await;
    let (mine, nowhere) = (setting.mine.to_string(), Uuid::now_v7().to_string());
    let cards = "SELECT id FROM report_cards";
    let mut anyone = setting.role("petrel_anonymous").await;
    for (clinic, token, seen) in [
        (&mine, "of-rex", 1),
        (&mine, "of-tom", 1),
        (&mine, "a-draft", 0),
        (&mine, "x", 0),
        (&mine, "theirs-rex", 0),
        (&nowhere, "of-rex", 0),
    ] {
        assert_eq!(does(&mut anyone, [clinic, "", token], cards).await, Some(seen), "by {token}");
    }
    let by_its_id = "SELECT id FROM report_cards WHERE id = '01900000-0000-7000-8000-000000000052'";
    assert_eq!(does(&mut anyone, [&mine, "", "of-rex"], by_its_id).await, Some(0), "another's than the link's");
    let mut client = setting.role("petrel_client").await;
    for (who, seen) in [(UNA, [1, 1, 1, 1, 1, 1, 1, 1]), (IDA, [1, 2, 2, 2, 1, 1, 2, 2]), ("", [0; 8])] {
        let tables = ["clients", "pets", "appointments", "waitlist_entries", "medical_records", "report_cards", "reviews", "unsubscribes"];
        for (table, seen) in tables.into_iter().zip(seen) {
            let found = does(&mut client, [&mine, who, "of-rex"], &format!("SELECT id FROM {table}")).await;
            assert_eq!(found, Some(seen), "{table} of {who:?}");
        }
    }
    // What was deleted is nobody's who is not at work here.
    let owner = connect(&setting.served.database_url).await.unwrap();
    owner
        .batch_execute(
            "UPDATE report_cards SET deleted_at = now(); UPDATE reviews SET deleted_at = now(); UPDATE pets SET deleted_at = now()",
        )
        .await
        .unwrap();
    assert_eq!(does(&mut anyone, [&mine, "", "of-rex"], cards).await, Some(0));
    assert_eq!(does(&mut anyone, [&mine, "", ""], "SELECT id FROM reviews").await, Some(0));
    for table in ["pets", "report_cards", "reviews"] {
        assert_eq!(does(&mut client, [&mine, UNA, ""], &format!("SELECT id FROM {table}")).await, Some(0), "{table}");
    }
    let mut manager = setting.role("petrel_manager").await;
    assert_eq!(does(&mut manager, [&mine, "", ""], "SELECT id FROM pets").await, Some(3));
}

#[tokio::test]
async fn nobodys_role_owns_anything_and_the_program_is_held_to_its_clinic_too() {
    let setting = setting().await;
    let (mine, other) = (setting.mine.to_string(), setting.other.to_string());
    let owner = connect(&setting.served.database_url).await.unwrap();
    let names = async |sql: &str| -> Vec<String> { owner.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect() };
    let bare = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname NOT LIKE 'refinery%'
                  AND NOT (relrowsecurity AND relforcerowsecurity)";
    assert_eq!(names(bare).await, Vec::<String>::new());
    let owned = "SELECT c.relname::text FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname LIKE 'petrel\\_%'";
    assert_eq!(names(owned).await, Vec::<String>::new());
    let mut hub = setting.role("petrel_hub").await;
    assert_eq!(does(&mut hub, [&mine, "", ""], "SELECT id FROM devices").await, Some(1));
    let elsewhere = format!("INSERT INTO leases (clinic_id, name, holder, expires_at) VALUES ('{other}', 'x', gen_random_uuid(), now())");
    for refused in ["UPDATE log SET action = 'x'", "DELETE FROM log", "ALTER TABLE clients DISABLE ROW LEVEL SECURITY", &elsewhere] {
        assert_eq!(does(&mut hub, [&mine, "", ""], refused).await, None, "{refused}");
    }
    // A PIN is nobody's to read but who runs the clinic, and colleagues are seen by who works here.
    for (role, staff, pins) in [
        ("petrel_manager", Some(1), Some(1)),
        ("petrel_clinician", Some(1), None),
        ("petrel_front_desk", Some(1), None),
        ("petrel_client", None, None),
        ("petrel_anonymous", None, None),
    ] {
        let mut client = setting.role(role).await;
        assert_eq!(does(&mut client, [&mine, UNA, ""], "SELECT first_name FROM staff").await, staff, "{role}");
        assert_eq!(does(&mut client, [&mine, UNA, ""], "SELECT pin_hash FROM staff").await, pins, "{role}");
    }
}
