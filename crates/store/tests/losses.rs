//! What lost to another desk's: who may settle it, and what is nobody's to choose by itself. A clinic that is told of from the beginning. What a
//! desk forgets of what it sent.

use std::collections::HashSet;

use crate::common::{Salon, at, salon};
use petrel_domain::desk::{FormAnswer, FormField, LostVisit, ServiceDetails};
use petrel_domain::manifest::REFERENCES;
use petrel_domain::replication::Tokens;
use petrel_domain::{DAY, FieldType, Millis, RefusalCode, Role, StaffId, zone};
use petrel_store::{Action, Actor, Store};
use uuid::Uuid;

impl Salon {
    /// A value that lost, as the hub tells it.
    fn lost(&self, seq: i64, table: &str, id: Uuid, column: &str, lost: &str) {
        let id = id.simple();
        self.sql(&format!(
            "INSERT INTO lost_values (seq, table_name, row_id, column_name, kept, lost, lost_seq, replica_id, written_at)
             VALUES ({seq}, '{table}', x'{id}', '{column}', '\"\"', '\"{lost}\"', {seq}, x'{id}', 1)"
        ));
    }

    fn choose(&self, actor: &Actor, seq: i64, column: &str) -> Result<(), RefusalCode> {
        self.store.choose_value(actor, seq, column, true).map(drop).map_err(|error| error.refusal().code)
    }
}

#[test]
fn a_value_that_lost_is_settled_by_who_may_write_it_and_never_makes_an_owner() {
    let salon = salon();
    let front = Actor::staff(StaffId(Uuid::from_u128(1)), Role::FrontDesk);
    let admin = Actor::staff(StaffId(Uuid::from_u128(2)), Role::Admin);
    let visit = Uuid::from_u128(3);
    salon.lost(1, "clients", salon.client.0, "notes", "fears cats");
    salon.lost(2, "staff", salon.staff.0, "first_name", "Eve");
    salon.lost(3, "appointments", visit, "status", "confirmed");
    salon.lost(4, "staff", salon.staff.0, "pin_hash", "argon2id");
    assert_eq!(salon.store.unsettled().unwrap().1, 2, "what nobody can settle waits for nobody");
    // What was written here since stands, and is what would be overwritten.
    salon.sql("UPDATE clients SET notes = 'likes cats', updated_at = updated_at + 1");
    assert_eq!(salon.store.lost_choices(&front).unwrap()[0].kept.value, "likes cats");
    let seen = |actor: &Actor| salon.store.lost_choices(actor).unwrap().iter().map(|choice| choice.seq.0).collect::<Vec<_>>();
    assert_eq!((seen(&front), seen(&admin)), (vec![1], vec![2, 1]));
    assert_eq!(salon.choose(&front, 2, "first_name"), Err(RefusalCode::Forbidden));
    assert_eq!(salon.choose(&admin, 2, "first_name"), Err(RefusalCode::Forbidden), "an owner is an owner's to change");
    assert_eq!(salon.choose(&salon.owner, 3, "status"), Err(RefusalCode::NotFound), "a status alone is half of what was said");
    assert_eq!(salon.choose(&front, 1, "notes"), Ok(()));
    assert_eq!(salon.choose(&salon.owner, 2, "first_name"), Ok(()));
    assert_eq!(salon.count("SELECT count(*) FROM staff WHERE first_name = 'Eve'"), 1);
}

#[test]
fn fields_that_a_clinic_named_itself_are_compared_line_by_line() {
    let salon = salon();
    salon.sql(r#"UPDATE clients SET custom_fields = '{"Gate":"12","Vet":"Dr. Ay"}', updated_at = updated_at + 1"#);
    let lose = |seq: i64, table: &str, id: Uuid, column: &str, lost: &str| {
        let id = id.simple();
        salon.sql(&format!(
            "INSERT INTO lost_values (seq, table_name, row_id, column_name, kept, lost, lost_seq, replica_id, written_at)
             VALUES ({seq}, '{table}', x'{id}', '{column}', '{{}}', '{lost}', {seq}, x'{id}', 1)"
        ));
    };
    lose(1, "clients", salon.client.0, "custom_fields", r#"{"Gate":"21","Vet":"Dr. Ay"}"#);
    lose(2, "clients", salon.client.0, "notification_settings", r#"{"reminders":false}"#);
    lose(3, "staff", salon.staff.0, "settings", r#"{"color":"red","is_bookable":1}"#);
    lose(4, "services", salon.service.0, "form_fields", "[1,2]");
    lose(5, "clients", salon.client.0, "custom_fields", "{}");
    let choices = salon.store.lost_choices(&salon.owner).unwrap();
    assert_eq!((choices.len(), salon.store.unsettled().unwrap().1), (1, 1));
    assert_eq!((choices[0].kept.value.as_str(), choices[0].lost.value.as_str()), ("Gate: 12\nVet: Dr. Ay", "Gate: 21\nVet: Dr. Ay"));
    assert_eq!(salon.choose(&salon.owner, 1, "custom_fields"), Ok(()));
    assert_eq!(salon.store.client(&salon.owner, salon.client).unwrap().details.custom_fields["Gate"], "21");
}

#[test]
fn a_clinic_that_is_told_of_names_nothing_that_was_not_told_before() {
    let salon = salon();
    // Every client was merged into the one that came after, and there are more than go into one transaction.
    let add = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201)
        INSERT INTO clients (id, first_name, merged_into_id, created_at, updated_at)
        SELECT unhex(printf('0190000000007000800000000000%04x', i)), 'Ann',
          CASE WHEN i < 1201 THEN unhex(printf('0190000000007000800000000000%04x', i + 1)) END, 1, 1 FROM n";
    salon.store.write(&Actor::program(), Action::CreateClient, |tx| Ok(tx.db().execute(add, [])?)).unwrap();
    salon.sql("UPDATE outbox SET sent_at = 1");
    salon.sql("UPDATE sync_state SET cursor = 9");
    assert!(salon.store.tell_everything().unwrap());
    let (mut told, mut named) = (HashSet::new(), 0);
    for transaction in salon.store.outgoing(0, usize::MAX, usize::MAX).unwrap() {
        assert_eq!(transaction.seen, 0, "what was read was another hub's");
        told.extend(transaction.changes.iter().map(|change| (change.table.to_string(), change.id)));
        for change in &transaction.changes {
            for of in REFERENCES.iter().filter(|of| of.table == &*change.table) {
                let Some(id) = change.columns.get(of.column).and_then(|id| id.as_str()) else { continue };
                assert!(told.contains(&(of.parent.to_owned(), id.parse().unwrap())), "{} names one not told of", of.column);
                named += usize::from(of.column == "merged_into_id");
            }
        }
    }
    assert_eq!(named, 1200);
}

#[test]
fn what_was_sent_long_ago_is_forgotten_by_whole_actions_and_a_draft_after_a_month() {
    let salon = salon();
    let days = |days: i64| salon.later(days * DAY);
    let rows = |condition: &str| salon.count(&format!("SELECT count(*) FROM outbox WHERE {condition}"));
    // A long action of several rows, then an ordinary one.
    let long = salon.store.write(&salon.owner, Action::ImportClients, |tx| {
        for n in 0..3 {
            let sql = "UPDATE clients SET notes = ?1, updated_at = ?2 WHERE last_name = 'Hopper'";
            tx.db().execute(sql, (n.to_string(), tx.now().0 + n))?;
            tx.cut()?;
        }
        Ok(())
    });
    let long = long.unwrap().undo.unwrap();
    salon.add_client("Ida", "Rhodes", "+4930111111");
    salon.store.set_desk_setting("draft:visit:1", Some("1")).unwrap();
    salon.store.set_desk_setting("theme", Some("\"dark\"")).unwrap();
    assert_eq!(salon.store.forget_old().unwrap(), 0);

    let all = rows("1");
    let of_long = format!("action_id = {}", long.0);
    assert_eq!(rows(&of_long), 3);
    // What is not sent stays, however old; so does what has not come back.
    days(400);
    assert_eq!(salon.store.forget_old().unwrap(), 1, "the draft");
    assert_eq!((salon.store.desk_setting("draft:visit:1").unwrap(), salon.store.desk_setting("theme").unwrap().is_some()), (None, true));
    let sent = |rows: &str, at: i64| salon.sql(&format!("UPDATE outbox SET sent_at = {at}, last_seq = 7 WHERE {rows}"));
    let now = salon.store.now().0;
    sent("1", now - 91 * DAY);
    assert_eq!((salon.store.forget_old().unwrap(), rows("1")), (0, all), "the log was not read so far");
    salon.sql("UPDATE sync_state SET cursor = 7");
    // One row of the long action was sent a day too late: all of it stays.
    sent(&format!("n = (SELECT max(n) FROM outbox WHERE {of_long})"), now - 89 * DAY);
    salon.store.forget_old().unwrap();
    assert_eq!(rows(&of_long), 3);
    assert_eq!(rows(&format!("n < (SELECT min(n) FROM outbox WHERE {of_long})")), 0, "what was before it is gone");
    sent(&of_long, now - 91 * DAY);
    assert_eq!((salon.store.forget_old().unwrap(), rows("1")), (3, 1), "the last action stays");
    let undone = salon.store.undo(&salon.owner, long).unwrap_err().refusal().code;
    assert_eq!(undone, RefusalCode::NothingToUndo);
}

#[test]
fn an_action_longer_than_what_is_looked_at_in_one_go_is_forgotten_too() {
    let salon = salon();
    let long = salon.store.write(&salon.owner, Action::ImportClients, |tx| {
        for n in 0..1_200 {
            let sql = "UPDATE clients SET notes = ?1, updated_at = ?2 WHERE last_name = 'Hopper'";
            tx.db().execute(sql, (n.to_string(), tx.now().0 + n))?;
            tx.cut()?;
        }
        Ok(())
    });
    let of_long = format!("action_id = {}", long.unwrap().undo.unwrap().0);
    salon.sql(&format!("DELETE FROM outbox WHERE NOT {of_long}"));
    salon.sql(&format!("UPDATE outbox SET sent_at = {}, last_seq = 7", salon.store.now().0 - 91 * DAY));
    salon.sql("UPDATE sync_state SET cursor = 7");
    assert_eq!(salon.store.forget_old().unwrap(), 0, "the last action stays");
    salon.add_client("Ida", "Rhodes", "+4930111111");
    assert_eq!(salon.store.forget_old().unwrap(), 1_200);
}

#[test]
fn another_hub_counts_anew() {
    let salon = salon();
    let join = |clinic: u128| {
        let tokens = Tokens { access_token: "a".into(), access_expires_at: Millis(1), refresh_token: "r".into() };
        salon.store.join_hub("https://hub.test", Uuid::from_u128(1), Uuid::from_u128(clinic), &tokens).unwrap();
    };
    let numbers = || {
        salon
            .store
            .read(|db| {
                Ok(db.query_row("SELECT max(last_seq), (SELECT cursor FROM sync_state) FROM outbox", [], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
                })?)
            })
            .unwrap()
    };
    join(7);
    salon.sql("UPDATE outbox SET sent_at = 1, last_seq = 5000");
    salon.sql("UPDATE sync_state SET cursor = 5000");
    join(7);
    assert_eq!(numbers(), (5000, 5000), "let in again at the same clinic");
    join(8);
    assert_eq!(numbers(), (0, 0));
}

#[test]
fn what_was_chosen_of_a_setting_is_taken_back_by_who_may_write_it() {
    let salon = salon();
    let front = Actor::staff(StaffId(Uuid::from_u128(1)), Role::FrontDesk);
    salon.lost(2, "services", salon.service.0, "name", "Nails");
    let chosen = salon.store.choose_value(&salon.owner, 2, "name", true).unwrap().undo.unwrap();
    assert_eq!(salon.store.undo(&front, chosen).unwrap_err().refusal().code, RefusalCode::Forbidden);
    salon.store.undo(&salon.owner, chosen).unwrap();
}

/// Of many animals with one name, and visits of one, it must be clear which is decided about.
#[test]
fn what_lost_says_whose_it_is() {
    let salon = salon();
    let form = vec![FormField { name: "Bites?".into(), field_type: FieldType::Text, is_required: false, choices: Vec::new() }];
    let service = salon.store.services(&salon.owner).unwrap().into_iter().find(|one| one.id == salon.service).unwrap();
    salon.store.save_service(&salon.owner, salon.service, ServiceDetails { form_fields: form, ..service.details }).unwrap();
    let mut wish = salon.wish(at("2026-06-01", "10:00"));
    wish.pets[0].answers = vec![FormAnswer { name: "Bites?".into(), field_type: FieldType::Text, value: "no".into() }];
    let visit = salon.store.book_appointment(&salon.owner, wish).unwrap().value.appointment_ids[0];
    let answer = salon
        .store
        .read(|db| Ok(db.query_row("SELECT id FROM appointment_form_answers", [], |row| row.get(0).map(Uuid::from_bytes))?))
        .unwrap();
    salon.lost(1, "pets", salon.pet.0, "allergies", "nuts");
    salon.lost(2, "appointments", visit.0, "internal_notes", "calm");
    salon.lost(3, "appointment_form_answers", answer, "field_value", "yes");
    let choices = salon.store.lost_choices(&salon.owner).unwrap();
    let client = salon.store.client(&salon.owner, salon.client).unwrap().details;
    let label = format!("Rex ({} {})", client.first_name, client.last_name);
    assert!(choices.iter().all(|choice| choice.label == label), "{:?}", choices.iter().map(|choice| &choice.label).collect::<Vec<_>>());
    let of = |seq: usize| choices.iter().find(|choice| choice.seq.0 == seq as i64).unwrap().visit.clone();
    let told =
        |question: Option<&str>| Some(LostVisit { id: visit, starts_at: at("2026-06-01", "10:00"), question: question.map(Into::into) });
    assert_eq!([of(1), of(2), of(3)], [None, told(None), told(Some("Bites?"))]);
}

#[test]
fn a_zone_or_currency_that_is_chosen_does_what_saving_it_does() {
    let salon = salon();
    let visit = salon.book(at("2026-06-01", "10:00"));
    let clinic = salon.store.clinic().unwrap().unwrap().id;
    salon.sql("UPDATE services SET base_price_cents = 4500, updated_at = updated_at + 1");
    salon.lost(1, "clinics", clinic.0, "timezone", "Atlantic/Canary");
    salon.lost(2, "clinics", clinic.0, "currency", "JPY");
    salon.lost(3, "clinics", clinic.0, "timezone", "Moon");
    assert_eq!(salon.choose(&salon.owner, 3, "timezone"), Err(RefusalCode::Invalid), "a zone of a newer program");
    assert_eq!(salon.choose(&salon.owner, 1, "timezone"), Ok(()));
    let starts_at = salon.store.appointment(&salon.owner, visit).unwrap().card.starts_at;
    assert_eq!(zone::wall_time(starts_at, chrono_tz::Atlantic::Canary).to_string(), "10:00");
    salon.sql("UPDATE appointments SET estimated_cost_cents = 100, updated_at = updated_at + 1");
    assert_eq!(salon.choose(&salon.owner, 2, "currency"), Err(RefusalCode::CurrencyInUse));
    salon.sql("UPDATE appointments SET estimated_cost_cents = 0, updated_at = updated_at + 1");
    assert_eq!(salon.choose(&salon.owner, 2, "currency"), Ok(()));
    assert_eq!(salon.count("SELECT max(base_price_cents) FROM services"), 45);
}

#[test]
fn what_lost_and_nobody_has_settled_goes_along_into_the_file_that_takes_the_place() {
    let (salon, fresh) = (salon(), salon());
    salon.lost(1, "clients", salon.client.0, "notes", "fears cats");
    salon.lost(2, "clients", salon.client.0, "address", "Harbour Street");
    salon.sql("UPDATE lost_values SET settled_at = 1 WHERE seq = 2");
    let options = crate::common::options(&fresh.folder, &fresh.clock);
    drop(fresh.store);
    salon.store.carry_over(&options.path, &options.key).unwrap();
    let carried = Store::open(&options).unwrap();
    let lost = carried.read(|db| Ok(db.query_row("SELECT group_concat(lost) FROM lost_values", [], |row| row.get::<_, String>(0))?));
    assert_eq!(lost.unwrap(), "\"fears cats\"");
}
