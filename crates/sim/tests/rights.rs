//! Who may see what, with plain SQL as each role: the product's table, walked.

use petrel_sim::{Postgres, Served, connect};
use tokio_postgres::Client;
use uuid::Uuid;

const ADA: u128 = 3;
const BOB: u128 = 4;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A clinic with two clients, a pet, a visit and a card of each, and what the clinic says to them.
async fn fill(owner: &Client, clinic: Uuid) {
    let row = |table: &str, columns: &str, values: String| {
        format!(
            "INSERT INTO {table} (clinic_id, {columns}, created_at, updated_at, made_clock, made_seq, made_replica, seq)
               VALUES ('{clinic}', {values}, now(), now(), 1, 1, gen_random_uuid(), 1);"
        )
    };
    let mut sql = row("campaigns", "id, name", format!("'{}', 'Spring'", id(90)));
    for client in [ADA, BOB] {
        let of = |place: u128| id(client + place);
        sql += &row("clients", "id, first_name, notes", format!("'{}', 'Ada', 'pays late'", id(client)));
        sql += &row("pets", "id, client_id, name, alerts", format!("'{}', '{}', 'Rex', 'bites'", of(10), id(client)));
        let visit = format!("'{}', '{}', '{}', now(), now() + interval '1 hour', 'be careful'", of(20), id(client), of(10));
        sql += &row("appointments", "id, client_id, pet_id, starts_at, ends_at, internal_notes", visit);
        for (place, is_draft, token, expires) in [
            (30, false, "good", "NULL"),
            (40, true, "draft", "NULL"),
            (50, false, "late", "now() - interval '1 day'"),
            (60, false, "soon", "now() + interval '1 day'"),
        ] {
            let card = format!("'{}', '{}', '{}', {is_draft}, '{token}-{client}-{clinic}', {expires}", of(place), of(20), of(10));
            sql += &row("report_cards", "id, appointment_id, pet_id, is_draft, public_token, expires_at", card);
        }
        sql += &row(
            "medical_records",
            "id, pet_id, kind, recorded_at, is_shared_with_client",
            format!("'{}', '{}', 'note', now(), true", of(70), of(10)),
        );
        for (place, table) in [(100, "medical_records"), (110, "pets")] {
            let attached = format!("'{}', '{table}', '{}', '{}', 'image/png', 1", of(place), of(70), "ab".repeat(32));
            sql += &row("attachments", "id, owner_table, owner_id, sha256, media_type, byte_size", attached);
        }
        for (place, purpose) in [(120, "reminder"), (130, "campaign"), (140, "journey")] {
            let message = format!("'{}', 'outbound', 'email', '{purpose}', '{}', 'sent'", of(place), id(client));
            sql += &row("messages", "id, direction, channel, purpose, client_id, status", message);
            let campaign = if purpose == "campaign" { format!("'{}'", id(90)) } else { "NULL".to_owned() };
            let event = format!("'{}', '{}', {campaign}, 'opened', now()", of(place + 100), of(place));
            sql += &row("message_events", "id, message_id, campaign_id, kind, occurred_at", event);
        }
    }
    sql += &row(
        "reviews",
        "id, report_card_id, client_id, rating, is_public",
        format!("'{}', '{}', '{}', 5, true", id(95), id(BOB + 30), id(BOB)),
    );
    owner.batch_execute(&sql).await.unwrap();
}

struct Walk {
    served: Served,
    clinic: Uuid,
    _postgres: Postgres,
}

impl Walk {
    async fn start() -> Self {
        let postgres = Postgres::start().unwrap();
        let served = Served::start(&postgres).await.unwrap();
        let owner = connect(&served.database_url).await.unwrap();
        let clinic = served.clinic().await.unwrap();
        for clinic in [clinic, served.clinic().await.unwrap()] {
            fill(&owner, clinic).await;
        }
        Self { served, clinic, _postgres: postgres }
    }

    /// What a role is answered, as Ada where it is a client's, with a card's token where it is anyone's: how many rows, or Postgres' code.
    async fn asks(&self, role: &str, token: &str, sql: &str) -> Result<u64, String> {
        let mut client = connect(&self.served.database_url).await.unwrap();
        let pg = client.transaction().await.unwrap();
        let set = "SELECT set_config('petrel.clinic_id', $1, true), set_config('petrel.client_id', $2, true), set_config('petrel.public_token', $3, true)";
        pg.query_one(set, &[&self.clinic.to_string(), &id(ADA).to_string(), &format!("{token}-{ADA}-{}", self.clinic)]).await.unwrap();
        pg.batch_execute(&format!("SET LOCAL ROLE {role}")).await.unwrap();
        pg.execute(sql, &[]).await.map_err(|error| error.code().unwrap().code().to_owned())
    }

    /// An insert of a role, with what every row has.
    async fn inserts(&self, role: &str, table: &str, columns: &str, values: &str) -> Result<u64, String> {
        let sql = format!(
            "INSERT INTO {table} (clinic_id, id, {columns}, created_at, updated_at, made_clock, made_seq, made_replica, seq)
               VALUES ('{}', gen_random_uuid(), {values}, now(), now(), 1, 1, gen_random_uuid(), 1)",
            self.clinic
        );
        self.asks(role, "", &sql).await
    }
}

const REFUSED: &str = "42501";

/// Table, and how many rows of a clinic with two clients the manager, a clinician, the front desk, a client and anyone see; none: they may not look.
const SEEN: [(&str, [Option<u64>; 5]); 12] = [
    ("clients", [Some(2), Some(2), Some(2), Some(1), None]),
    ("pets", [Some(2), Some(2), Some(2), Some(1), None]),
    ("appointments", [Some(2), Some(2), Some(2), Some(1), None]),
    ("waitlist_entries", [Some(0), Some(0), Some(0), Some(0), None]),
    ("medical_records", [Some(2), Some(2), Some(2), Some(1), None]),
    ("report_cards", [Some(8), Some(8), Some(8), Some(3), Some(1)]),
    ("reviews", [Some(1), Some(1), Some(1), Some(0), Some(1)]),
    ("attachments", [Some(4), Some(4), Some(4), None, None]),
    ("campaigns", [Some(1), None, None, None, None]),
    ("messages", [Some(6), Some(2), Some(2), None, None]),
    ("message_events", [Some(6), Some(2), Some(2), None, None]),
    ("unsubscribes", [Some(0), Some(0), Some(0), Some(0), None]),
];

#[tokio::test]
async fn each_role_sees_what_the_table_says() {
    let walk = Walk::start().await;
    let roles = ["petrel_manager", "petrel_clinician", "petrel_front_desk", "petrel_client", "petrel_anonymous"];
    for (table, seen) in SEEN {
        for (role, seen) in roles.iter().zip(seen) {
            let answered = walk.asks(role, "good", &format!("SELECT id FROM {table}")).await;
            assert_eq!(answered, seen.ok_or_else(|| REFUSED.to_owned()), "{role} {table}");
        }
    }
    // A link that has run out, one of a draft and one that was never made open nothing; the owner of a card sees it all the same.
    for (token, seen) in [("soon", 1), ("late", 0), ("draft", 0), ("made-up", 0)] {
        assert_eq!(walk.asks("petrel_anonymous", token, "SELECT summary FROM report_cards").await, Ok(seen), "{token}");
    }
}

/// What the clinic notes for itself is in the same rows as what it says.
#[tokio::test]
async fn a_client_reads_no_word_that_the_clinic_keeps_to_itself() {
    let walk = Walk::start().await;
    for (columns, table) in [
        ("notes", "clients"),
        ("custom_fields", "clients"),
        ("alerts", "pets"),
        ("internal_notes", "appointments"),
        ("clocks", "appointments"),
        ("notes", "waitlist_entries"),
        ("*", "clients"),
        ("*", "medical_records"),
    ] {
        let answered = walk.asks("petrel_client", "", &format!("SELECT {columns} FROM {table}")).await;
        assert_eq!(answered, Err(REFUSED.to_owned()), "{columns} of {table}");
    }
    for (columns, table) in
        [("first_name, phone", "clients"), ("starts_at, client_notes, status", "appointments"), ("title, body", "medical_records")]
    {
        assert_eq!(walk.asks("petrel_client", "", &format!("SELECT {columns} FROM {table}")).await, Ok(1), "{columns} of {table}");
    }
    assert_eq!(walk.asks("petrel_anonymous", "good", "SELECT client_id FROM reviews").await, Err(REFUSED.to_owned()), "who said it");
}

#[tokio::test]
async fn a_client_asks_for_themselves_alone_and_leaves_the_clinic_its_say() {
    let walk = Walk::start().await;
    let visit = "client_id, pet_id, starts_at, ends_at, booked_by_client, booking_method";
    let at = "now(), now() + interval '1 hour', true, 'online'";
    let card = "client_id, report_card_id, rating";
    let wait = "client_id, pet_id, requested_on";
    let (ada, bob) = (id(ADA), id(BOB));
    let pet = |of| id(of + 10);
    let good = |of: u128| id(of + 30);
    for (table, columns, values, may) in [
        ("appointments", visit.to_owned(), format!("'{ada}', '{}', {at}", pet(ADA)), true),
        ("appointments", visit.to_owned(), format!("'{ada}', NULL, {at}"), true),
        ("appointments", visit.to_owned(), format!("'{bob}', '{}', {at}", pet(BOB)), false),
        ("appointments", visit.to_owned(), format!("'{ada}', '{}', {at}", pet(BOB)), false),
        ("appointments", visit.to_owned(), format!("'{ada}', '{}', now(), now() + interval '1 hour', false, 'admin'", pet(ADA)), false),
        ("appointments", format!("{visit}, payment_status"), format!("'{ada}', '{}', {at}, 'paid'", pet(ADA)), false),
        ("appointments", format!("{visit}, status"), format!("'{ada}', '{}', {at}, 'confirmed'", pet(ADA)), false),
        ("appointments", format!("{visit}, internal_notes"), format!("'{ada}', '{}', {at}, 'x'", pet(ADA)), false),
        ("waitlist_entries", wait.to_owned(), format!("'{ada}', '{}', current_date", pet(ADA)), true),
        ("waitlist_entries", wait.to_owned(), format!("'{ada}', '{}', current_date", pet(BOB)), false),
        ("waitlist_entries", format!("{wait}, priority"), format!("'{ada}', '{}', current_date, 9", pet(ADA)), false),
        ("reviews", card.to_owned(), format!("'{ada}', '{}', 5", good(ADA)), true),
        ("reviews", card.to_owned(), format!("'{ada}', '{}', 1", good(BOB)), false),
        ("reviews", card.to_owned(), format!("'{bob}', '{}', 1", good(BOB)), false),
        ("reviews", card.to_owned(), format!("'{ada}', '{}', 5", id(ADA + 40)), false),
        ("reviews", format!("{card}, is_public"), format!("'{ada}', '{}', 5, true", good(ADA)), false),
        ("unsubscribes", "client_id, channel".to_owned(), format!("'{ada}', 'email'"), true),
        ("unsubscribes", "client_id, channel".to_owned(), format!("'{bob}', 'email'"), false),
    ] {
        let answered = walk.inserts("petrel_client", table, &columns, &values).await;
        assert_eq!(answered, if may { Ok(1) } else { Err(REFUSED.to_owned()) }, "{table} ({columns}) {values}");
    }
}

#[tokio::test]
async fn the_front_desk_attaches_nothing_to_a_medical_record() {
    let walk = Walk::start().await;
    let columns = "owner_table, owner_id, sha256, media_type, byte_size";
    let attached = |table: &str| format!("'{table}', '{}', '{}', 'image/png', 1", id(ADA + 70), "cd".repeat(32));
    for (role, table, answer) in [
        ("petrel_front_desk", "pets", Ok(1)),
        ("petrel_front_desk", "medical_records", Err(REFUSED.to_owned())),
        ("petrel_clinician", "medical_records", Ok(1)),
    ] {
        assert_eq!(walk.inserts(role, "attachments", columns, &attached(table)).await, answer, "{role} {table}");
    }
    let caption = "UPDATE attachments SET caption = 'x'";
    assert_eq!(walk.asks("petrel_front_desk", "", caption).await, Ok(2), "those of pets");
    assert_eq!(walk.asks("petrel_clinician", "", caption).await, Ok(4));
    let moved = "UPDATE attachments SET owner_table = 'medical_records'";
    assert_eq!(walk.asks("petrel_front_desk", "", moved).await, Err(REFUSED.to_owned()));
}

/// A month that is made later is closed like the first ones, also to who owns it.
#[tokio::test]
async fn months_of_the_log_are_reached_through_the_log_alone() {
    let walk = Walk::start().await;
    let owner = connect(&walk.served.database_url).await.unwrap();
    owner.batch_execute("SELECT make_log_partition('2031-05-17')").await.unwrap();
    let open = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname NOT LIKE 'refinery%'
                  AND NOT (relrowsecurity AND relforcerowsecurity)";
    assert_eq!(owner.query(open, &[]).await.unwrap().len(), 0);
    assert!(owner.query_one("SELECT to_regclass('log_2031_05') IS NOT NULL", &[]).await.unwrap().get::<_, bool>(0));
}
