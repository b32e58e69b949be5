//! What comes back from the hub: a desk's own saves, as all desks write them, and what the hub or another desk did to the same rows meanwhile.

use crate::common::{Salon, at, salon};
use petrel_domain::desk::{Break, ClientDetails, FormField, MergeInput, ResendChange, ResendEdit, ServiceDetails};
use petrel_domain::replication::{
    Change, Clock, Columns, Entry, Logged, Lost, Maker, Op, Outcome, Pulled, PushResult, Reason, Transaction,
};
use petrel_domain::{Cents, Clock as _, FieldType, Millis, PetId, RefusalCode};
use petrel_store::Action;
use serde_json::{Value, json};
use uuid::Uuid;

impl Salon {
    /// The next transaction of the log, as this desk reads it.
    fn read(&self, of: &Transaction, entries: Vec<Entry>) {
        let first_seq = self.head() + 1;
        let last_seq = first_seq + i64::try_from(entries.len()).unwrap() - 1;
        let logged = Logged {
            first_seq,
            last_seq,
            replica: of.replica,
            n: of.n,
            clock: of.clock,
            sent_clock: None,
            mark: of.mark,
            staff_id: of.staff_id,
            action: of.action.clone(),
            at: Millis(1),
            entries,
        };
        self.store.apply(&Pulled { transactions: vec![logged], head: last_seq, more: false, now: Millis(1) }).unwrap();
    }

    fn head(&self) -> i64 {
        self.count("SELECT cursor FROM sync_state")
    }

    /// What waits comes back as it was sent.
    pub fn echo(&self) {
        for transaction in self.waiting() {
            let entry = |change: &Change| entry(&change.table, change.id, change.op, change.columns.clone(), Maker::Desk);
            self.read(&transaction, transaction.changes.iter().map(entry).collect());
        }
        assert!(self.waiting().is_empty());
    }

    pub fn waiting(&self) -> Vec<Transaction> {
        self.store.outgoing(0, usize::MAX, usize::MAX).unwrap()
    }

    /// What one row of the last save is told to hold.
    fn told(&self, id: Uuid) -> Vec<String> {
        let last = self.waiting().pop().unwrap();
        let change = last.changes.iter().find(|change| change.id == id).unwrap();
        change.columns.keys().map(str::to_owned).collect()
    }

    /// Another desk, or by it the hub, writes these columns.
    fn elsewhere(&self, action: Action, table: &str, id: Uuid, columns: Value, maker: Maker) -> i64 {
        self.losing(action, table, id, columns, maker, Vec::new())
    }

    fn losing(&self, action: Action, table: &str, id: Uuid, columns: Value, maker: Maker, lost: Vec<Lost>) -> i64 {
        let n = self.head() + 1;
        let other = Transaction {
            replica: Uuid::from_u128(9),
            n,
            clock: Clock(n),
            seen: 0,
            mark: 0,
            staff_id: None,
            action: action.as_str().to_owned(),
            changes: Vec::new(),
        };
        let Value::Object(columns) = columns else { panic!("columns") };
        let entry = Entry { lost, ..entry(table, id, Op::Put, Columns::from_iter(columns), maker) };
        self.read(&other, vec![entry]);
        n
    }

    fn details(&self) -> ServiceDetails {
        self.store.services(&self.owner).unwrap().into_iter().find(|service| service.id == self.service).unwrap().details
    }

    fn save(&self, details: ServiceDetails) -> petrel_domain::desk::ActionId {
        self.later(1_000);
        self.store.save_service(&self.owner, self.service, details).unwrap().undo.unwrap()
    }

    fn questions(&self) -> Vec<String> {
        self.details().form_fields.into_iter().map(|field| field.name).collect()
    }
}

fn entry(table: &str, id: Uuid, op: Op, columns: Columns, maker: Maker) -> Entry {
    // A row that was made comes back with what it was made with.
    let prior = i64::from(!columns.contains_key("created_at"));
    Entry { table: table.into(), id, op, columns, lost: Vec::new(), prior, maker }
}

fn question(name: &str) -> FormField {
    FormField { name: name.into(), field_type: FieldType::Text, is_required: false, choices: Vec::new() }
}

/// A service whose question came back from the hub.
fn asking() -> Salon {
    let salon = salon();
    salon.save(ServiceDetails { form_fields: vec![question("Bites")], ..salon.details() });
    salon.echo();
    salon
}

#[test]
fn a_save_says_nothing_of_questions_that_nobody_touched() {
    let salon = asking();
    let dearer = |cents: i64| ServiceDetails { base_price_cents: Some(Cents(cents)), ..salon.details() };
    salon.save(dearer(7_100));
    assert_eq!(salon.told(salon.service.0), ["base_price_cents", "updated_at"]);
    salon.echo();
    // As an older program wrote them.
    salon.sql(
        r#"UPDATE services SET form_fields = '[{"name":"Bites","field_type":"text","is_required":false,"choices":[]}]', updated_at = 2"#,
    );
    salon.save(dearer(7_200));
    assert_eq!(salon.told(salon.service.0), ["base_price_cents", "updated_at"]);
    // While that waits, another desk asks something else.
    let asked = json!({ "form_fields": [question("Sheds")], "updated_at": 3 });
    salon.elsewhere(Action::SaveService, "services", salon.service.0, asked, Maker::Desk);
    assert_eq!(salon.questions(), ["Sheds"]);
    salon.echo();
    assert_eq!((salon.questions(), salon.details().base_price_cents), (vec!["Sheds".to_owned()], Some(Cents(7_200))));
}

#[test]
fn what_came_back_from_the_hub_can_still_be_undone() {
    let salon = asking();
    let asked = salon.save(ServiceDetails { form_fields: vec![question("Sheds")], ..salon.details() });
    salon.echo();
    salon.store.undo(&salon.owner, asked).unwrap();
    assert_eq!(salon.questions(), ["Bites"]);
    // Hours with a break; and some that were saved by an older program, in its own order.
    let hours = || salon.store.weekly_hours(&salon.owner).unwrap();
    let mut longer = hours();
    longer[0].breaks = vec![Break { start: "12:00".parse().unwrap(), end: "14:00".parse().unwrap() }];
    let saved = salon.store.save_weekly_hours(&salon.owner, salon.staff, longer.clone()).unwrap().undo.unwrap();
    salon.echo();
    salon.store.undo(&salon.owner, saved).unwrap();
    assert_ne!(hours(), longer);
    salon.echo();
    let older = salon.store.write(&salon.owner, Action::SaveWeeklyHours, |tx| {
        let sql = r#"UPDATE staff_schedules SET breaks = '[{"start":"11:00","end":"11:30"}]', updated_at = ?1"#;
        Ok(tx.db().execute(sql, [tx.now().0 + 1])?)
    });
    salon.echo();
    salon.store.undo(&salon.owner, older.unwrap().undo.unwrap()).unwrap();
}

#[test]
fn a_booking_that_the_hub_flagged_can_be_undone_and_moved_back() {
    let salon = salon();
    let (ten, noon) = (at("2026-06-01", "10:00"), at("2026-06-01", "12:00"));
    let made = salon.store.book_appointment(&salon.owner, salon.wish(ten)).unwrap();
    let (visit, booked) = (made.value.appointment_ids[0], made.undo.unwrap());
    salon.echo();
    let flag = || {
        let clash = json!({ "clash_with_id": Uuid::from_u128(5) });
        salon.elsewhere(Action::BookAppointment, "appointments", visit.0, clash, Maker::Clash);
    };
    let is_flagged = || salon.count("SELECT count(*) FROM appointments WHERE clash_with_id IS NOT NULL") == 1;
    flag();
    salon.later(1_000);
    let moved = salon.store.move_appointment(&salon.owner, salon.shift(visit, noon, petrel_domain::SeriesScope::This)).unwrap();
    assert!(!is_flagged());
    salon.echo();
    flag();
    assert!(is_flagged());
    salon.store.undo(&salon.owner, moved.undo.unwrap()).unwrap();
    assert_eq!(salon.starts_at(visit), ten);

    let second = salon.store.book_appointment(&salon.owner, salon.wish(noon)).unwrap();
    salon.echo();
    let clash = json!({ "clash_with_id": Uuid::from_u128(5) });
    salon.elsewhere(Action::BookAppointment, "appointments", second.value.appointment_ids[0].0, clash, Maker::Clash);
    salon.store.undo(&salon.owner, second.undo.unwrap()).unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM appointments WHERE deleted_at IS NULL"), 1);
    // That the first was moved was taken back: it is as it was booked.
    salon.store.undo(&salon.owner, booked).unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM appointments WHERE deleted_at IS NULL"), 0);
}

#[test]
fn a_deletion_of_which_the_hub_brought_something_back_can_be_undone() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:00"));
    salon.echo();
    salon.later(1_000);
    let gone = salon.store.delete_client(&salon.owner, salon.client).unwrap().undo.unwrap();
    salon.echo();
    let lives = |table: &str| salon.count(&format!("SELECT count(*) FROM {table} WHERE deleted_at IS NULL"));
    assert_eq!((lives("clients"), lives("pets"), lives("appointments")), (0, 0, 0));
    // Another desk wrote of the client, unread.
    let notes = json!({ "notes": "fears cats", "updated_at": 7 });
    salon.elsewhere(Action::SaveClient, "clients", salon.client.0, notes, Maker::Desk);
    salon.elsewhere(Action::SaveClient, "clients", salon.client.0, json!({ "deleted_at": null }), Maker::Revive);
    assert_eq!((lives("clients"), lives("pets"), lives("appointments")), (1, 0, 0));
    salon.later(1_000);
    salon.store.undo(&salon.owner, gone).unwrap();
    assert_eq!((lives("clients"), lives("pets"), lives("appointments")), (1, 1, 1));
    assert_eq!(salon.count("SELECT count(*) FROM clients WHERE notes = 'fears cats'"), 1);

    // All of it came back: there is nothing to do, and it was taken back all the same.
    salon.later(1_000);
    let gone = salon.store.delete_client(&salon.owner, salon.client).unwrap().undo.unwrap();
    salon.echo();
    for (table, id) in
        [("clients", "SELECT id FROM clients"), ("pets", "SELECT id FROM pets"), ("appointments", "SELECT id FROM appointments")]
    {
        let id: [u8; 16] = salon.store.read(|db| Ok(db.query_row(id, [], |row| row.get(0))?)).unwrap();
        salon.elsewhere(Action::SaveClient, table, Uuid::from_bytes(id), json!({ "deleted_at": null }), Maker::Revive);
    }
    salon.later(1_000);
    salon.store.undo(&salon.owner, gone).unwrap();
    assert_ne!(salon.store.undo_offer().unwrap().map(|offer| offer.action_id), Some(gone));
}

/// A visit was rescheduled: the new one names the old one, and both go with their client.
#[test]
fn what_comes_back_names_each_other_as_it_did() {
    let salon = salon();
    let old = salon.book(at("2026-06-01", "10:00"));
    let shift = salon.shift(old, at("2026-06-02", "10:00"), petrel_domain::SeriesScope::This);
    salon.store.reschedule_appointment(&salon.owner, shift).unwrap();
    // One stands over the other knowingly.
    salon.book_over(salon.client, at("2026-06-02", "10:00"));
    salon.echo();
    let state = || {
        let sql = "SELECT count(*) FILTER (WHERE previous_appointment_id IS NOT NULL) * 100 + count(*) FILTER (WHERE is_overbooked) * 10
                     + count(*) FILTER (WHERE deleted_at IS NULL) FROM appointments";
        salon.count(sql)
    };
    let before = state();
    assert_eq!(before, 113);
    salon.later(1_000);
    let gone = salon.store.delete_client(&salon.owner, salon.client).unwrap().undo.unwrap();
    let told = salon.waiting().pop().unwrap().changes;
    assert!(
        told.iter().all(|change| change.op == Op::Delete && change.columns.len() == 2),
        "nothing is said but that they are gone: {told:?}"
    );
    salon.echo();
    for table in ["clients", "pets", "appointments"] {
        let ids = salon.store.read(|db| {
            let mut statement = db.prepare(&format!("SELECT id FROM {table}"))?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<[u8; 16]>, _>>()?)
        });
        for id in ids.unwrap() {
            salon.elsewhere(Action::SaveClient, table, Uuid::from_bytes(id), json!({ "deleted_at": null }), Maker::Revive);
        }
    }
    assert_eq!(state(), before, "the hub brought all of it back");
    salon.later(1_000);
    salon.store.undo(&salon.owner, gone).unwrap();
    assert_eq!(state(), before);
}

/// Somebody leaves who wrote records and called visits off: nothing of that is written anew, as it would be over what other desks did with it meanwhile.
#[test]
fn who_leaves_is_still_named_by_what_they_did() {
    let salon = salon();
    let leaver = salon.hire("Ida", petrel_domain::Role::FrontDesk, true);
    let visit = salon.book(at("2026-06-01", "10:00"));
    let their = leaver.0.into_bytes();
    let did = salon.store.write(&salon.owner, Action::SaveClient, |tx| {
        let sql = "UPDATE appointments SET status = 'cancelled', cancelled_at = ?2, cancelled_by = ?1, updated_at = ?2 WHERE id = ?3";
        tx.db().execute(sql, (their, tx.now().0, visit.bytes()))?;
        let sql = "INSERT INTO medical_records (id, pet_id, author_id, kind, recorded_at, created_at, updated_at) VALUES (?1, ?2, ?3, 'note', ?4, ?4, ?4)";
        tx.db().execute(sql, (tx.new_id().into_bytes(), salon.pet.bytes(), their, tx.now().0))?;
        Ok(())
    });
    did.unwrap();
    salon.echo();
    salon.later(1_000);
    salon.store.delete_staff(&salon.owner, leaver).unwrap();
    let told = salon.waiting().pop().unwrap().changes;
    assert!(told.iter().all(|change| ["staff", "staff_schedules"].contains(&change.table.as_str())), "{told:?}");
    assert_eq!(salon.count("SELECT count(*) FROM appointments a JOIN medical_records r ON r.author_id = a.cancelled_by"), 1);
    assert_eq!(salon.store.pet_page(&salon.owner, salon.pet).unwrap().timeline.len(), 2);
}

/// The next save of the one who won travels with the first, and is told before anybody has seen what lost.
#[test]
fn what_lost_is_settled_by_who_chose_and_not_by_the_next_save() {
    let salon = salon();
    salon.echo();
    let write = |action, notes: &str, lost: &str| {
        let lost = Some(lost).filter(|lost| !lost.is_empty());
        let lost = lost.map(|lost| Lost { column: "notes".into(), value: lost.into(), seq: 1 });
        let columns = json!({ "notes": notes, "updated_at": 7 });
        salon.losing(action, "clients", salon.client.0, columns, Maker::Desk, lost.into_iter().collect());
    };
    let open = || salon.store.unsettled().unwrap().1;
    write(Action::SaveClient, "likes cats", "fears dogs");
    write(Action::SaveClient, "likes cats, and fish", "");
    assert_eq!(open(), 1);
    let choice = salon.store.lost_choices(&salon.owner).unwrap().remove(0);
    assert_eq!((choice.kept.value.as_str(), choice.lost.value.as_str()), ("likes cats, and fish", "fears dogs"));
    write(Action::ChooseValue, "fears dogs", "");
    assert_eq!(open(), 0);
    // Nor is anything left to choose where it was typed again.
    write(Action::SaveClient, "likes cats", "bites");
    assert_eq!(open(), 1);
    write(Action::SaveClient, "bites", "");
    assert_eq!(open(), 0);
    // What is taken is said also where it stands by now: so every desk knows.
    write(Action::SaveClient, "sleeps", "purrs");
    salon
        .store
        .write(&salon.owner, Action::SaveClient, |tx| {
            tx.db().execute("UPDATE clients SET notes = 'purrs', updated_at = 8 WHERE id = ?1", [salon.client.0.into_bytes()])?;
            Ok(())
        })
        .unwrap();
    let choice = salon.store.lost_choices(&salon.owner).unwrap().remove(0);
    salon.store.choose_value(&salon.owner, choice.seq.0, &choice.column, true).unwrap();
    let said = salon.store.outgoing(0, usize::MAX, usize::MAX).unwrap().pop().unwrap();
    assert_eq!(said.changes[0].columns.get("notes"), Some(&json!("purrs")));
}

#[test]
fn what_stands_behind_this_desks_own_value_was_not_seen() {
    let salon = salon();
    salon.echo();
    let (client, read) = (salon.client.0, salon.head());
    let note = |text: &str| {
        salon.later(1_000);
        salon
            .store
            .write(&salon.owner, Action::SaveClient, |tx| {
                let sql = "UPDATE clients SET notes = ?2, updated_at = ?3 WHERE id = ?1";
                tx.db().execute(sql, rusqlite::params![client.into_bytes(), text, tx.now().0])?;
                Ok(())
            })
            .unwrap();
    };
    let seen = || salon.waiting().iter().map(|transaction| transaction.seen).collect::<Vec<_>>();
    note("bites");
    // Another desk's note stays behind this one's; what it wrote of others is on the screen, but a transaction says one number for all.
    salon.elsewhere(Action::SaveClient, "clients", client, json!({"notes": "likes cats", "updated_at": 5}), Maker::Desk);
    note("bites men");
    assert_eq!(seen(), [read, read], "what nobody saw here would be overwritten as if it had been");
    salon.echo();
    note("bites women");
    assert_eq!(seen(), [salon.head()], "it is seen as soon as nothing stands before it");

    // What does not stand behind anything is seen at once.
    salon.elsewhere(Action::SaveClient, "clients", client, json!({"address": "Utrecht", "updated_at": 6}), Maker::Desk);
    note("bites both");
    assert_eq!(seen()[1], salon.head());
}

#[test]
fn the_clock_goes_on_from_the_hubs() {
    let salon = salon();
    let clock = || salon.count("SELECT last_clock >> 16 FROM sync_state");
    let now = || salon.store.now();
    let right = now();
    salon.echo();
    // A computer that is a year ahead writes, and is put right.
    let year = 365 * 86_400_000;
    salon.later(year);
    salon.save(ServiceDetails { base_price_cents: Some(Cents(7_200)), ..salon.details() });
    assert!(clock() >= right.0 + year);
    salon.later(-year);
    salon.store.note_hub(now(), now()).unwrap();
    assert!(clock() >= right.0 + year, "what waits keeps its place before what is written after it");
    salon.echo();
    salon.store.note_hub(now(), now()).unwrap();
    assert_eq!(clock(), now().0, "what is written from now on is as late as it is");
    // A computer that is a day behind writes by the hub's time.
    let hub = Millis(now().0 + 86_400_000);
    salon.store.note_hub(hub, now()).unwrap();
    salon.save(ServiceDetails { base_price_cents: Some(Cents(7_300)), ..salon.details() });
    assert_eq!(clock(), hub.0);
}

#[test]
fn what_another_desk_wrote_in_between_is_not_stepped_over() {
    let salon = salon();
    let tea = salon.add_client("Tea", "Time", "");
    let save = |notes: &str| {
        salon.later(1000);
        let details = ClientDetails { notes: Some(notes.into()), ..salon.store.client(&salon.owner, tea).unwrap().details };
        salon.store.save_client(&salon.owner, tea, details).unwrap().undo
    };
    let first = save("first");
    salon.echo();
    let meanwhile = json!({ "notes": "from elsewhere", "updated_at": salon.clock.now().0 + 500 });
    salon.elsewhere(Action::SaveClient, "clients", tea.0, meanwhile, Maker::Desk);
    let second = save("second");
    salon.later(1000);
    salon.store.undo(&salon.owner, second.unwrap()).unwrap();
    assert_eq!(salon.store.client(&salon.owner, tea).unwrap().details.notes.as_deref(), Some("from elsewhere"));
    assert_eq!(salon.store.undo(&salon.owner, first.unwrap()).unwrap_err().refusal().code, RefusalCode::ChangedSince);
}

/// The hub refuses the oldest that waits, for its notes.
fn reject(salon: &Salon) -> i64 {
    let refused = salon.waiting().remove(0);
    let reason = Reason { code: "bad_value".into(), table: "clients".into(), id: None, column: "notes".into() };
    let (replica, n) = (refused.replica, refused.n);
    let result =
        PushResult { replica, n, outcome: Outcome::Rejected, first_seq: 0, last_seq: 0, reason: Some(reason), clashes: Vec::new() };
    salon.store.acknowledge(&[result], salon.head()).unwrap();
    n
}

fn resend(salon: &Salon, n: i64, id: Uuid) {
    let edit = ResendEdit { table: "clients".into(), id, column: "notes".into(), value: Some("good".into()) };
    salon.later(1_000);
    salon.store.resend_rejected(&salon.owner, &ResendChange { n, edits: vec![edit] }).unwrap();
}

#[test]
fn what_was_rejected_is_sent_again_whole_while_it_still_stands_here() {
    let salon = salon();
    salon.echo();
    salon.later(1_000);
    salon.sql("UPDATE clients SET phone = '+4930222222', notes = 'bad', updated_at = updated_at + 1");
    let n = reject(&salon);
    resend(&salon, n, salon.client.0);
    let told = salon.told(salon.client.0);
    assert!(["phone", "notes"].iter().all(|column| told.iter().any(|name| name == column)), "{told:?}");
    salon.echo();
    // A row that the hub never had is told as a new one is.
    salon.later(1_000);
    let new = salon.add_client("Ida", "Rhodes", "+4930111111").0;
    let n = reject(&salon);
    resend(&salon, n, new);
    let told = salon.told(new);
    assert!(["first_name", "phone", "created_at"].iter().all(|column| told.iter().any(|name| name == column)), "{told:?}");
}

#[test]
fn what_was_made_is_sent_again_as_it_was_made_and_what_was_written_into_it_since_by_itself() {
    let salon = salon();
    salon.echo();
    let new = salon.add_client("Ida", "Rhodes", "+4930111111").0;
    salon.later(1_000);
    salon.sql("UPDATE clients SET address = 'Elm Street 4', updated_at = updated_at + 1 WHERE first_name = 'Ida'");
    let [made, written] = [reject(&salon), reject(&salon)];
    salon.store.settle_stale("clients", &[(new, None)]).unwrap();
    let address = || salon.count("SELECT count(*) FROM clients WHERE address = 'Elm Street 4' AND deleted_at IS NULL");
    resend(&salon, made, new);
    assert_eq!(address(), 0, "the hub was told of none");
    salon.echo();
    resend(&salon, written, new);
    assert_eq!(address(), 1);
    assert!(salon.told(new).iter().any(|column| column == "address"));
}

#[test]
fn what_went_away_since_is_not_written_again_in_parts() {
    let salon = salon();
    let (twin, other) = (salon.add_client("Grace", "Hopper", ""), salon.add_client("Tea", "Time", ""));
    salon.echo();
    let rejected = [salon.client, twin].map(|client| {
        salon.later(1_000);
        salon.sql(&format!("UPDATE clients SET notes = 'bad', updated_at = updated_at + 1 WHERE id = x'{}'", client.0.simple()));
        reject(&salon)
    });
    salon.later(1_000);
    let deletion = salon.store.delete_client(&salon.owner, salon.client).unwrap();
    salon.store.merge_clients(&salon.owner, MergeInput { into_id: other, from_id: twin }).unwrap();
    let stands = || salon.texts("SELECT json_array(notes, deleted_at, merged_into_id IS NULL, updated_at) FROM clients ORDER BY id");
    let (before, waiting) = (stands(), salon.waiting().len());
    for n in rejected {
        let refusal = salon.store.resend_rejected(&salon.owner, &ResendChange { n, edits: Vec::new() }).unwrap_err().refusal();
        assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::NotFound, Some("record")));
    }
    assert_eq!((stands(), salon.waiting().len(), salon.store.rejected().unwrap().len()), (before, waiting, 2), "it is still to be settled");
    salon.store.undo(&salon.owner, deletion.undo.unwrap()).unwrap();
    resend(&salon, rejected[0], salon.client.0);
    assert_eq!(salon.count("SELECT count(*) FROM clients WHERE notes = 'good' AND deleted_at IS NULL"), 1);
}

#[test]
fn a_merge_that_is_sent_again_brings_back_nothing_that_was_deleted_before() {
    let salon = salon();
    let from = salon.add_client("Grace", "Hopper", "");
    let (gone, living) = (salon.add_pet_of(from, "Rip"), salon.add_pet_of(from, "Tom"));
    salon.store.delete_pet(&salon.owner, gone).unwrap();
    salon.echo();
    salon.later(1_000);
    salon.store.merge_clients(&salon.owner, MergeInput { into_id: salon.client, from_id: from }).unwrap();
    let n = reject(&salon);
    salon.later(1_000);
    salon.store.resend_rejected(&salon.owner, &ResendChange { n, edits: Vec::new() }).unwrap();
    let lives = |pet: PetId| {
        let (pet, owner) = (pet.0.simple(), salon.client.0.simple());
        salon.count(&format!("SELECT deleted_at IS NULL FROM pets WHERE id = x'{pet}' AND client_id = x'{owner}'"))
    };
    assert_eq!([gone, living].map(lives), [0, 1]);
    // Where all of it went away there is nothing left to give.
    salon.echo();
    salon.later(1_000);
    salon.store.move_pet(&salon.owner, living, salon.add_client("Tea", "Time", "")).unwrap();
    reject(&salon);
    let n = reject(&salon);
    salon.store.delete_pet(&salon.owner, living).unwrap();
    let refused = salon.store.resend_rejected(&salon.owner, &ResendChange { n, edits: Vec::new() }).unwrap_err();
    assert_eq!(refused.refusal().code, RefusalCode::NotFound);
}

#[test]
fn what_the_hub_brings_back_within_a_transaction_is_written_by_the_rest_of_it() {
    let salon = salon();
    salon.echo();
    salon.later(1_000);
    salon.sql("UPDATE clients SET deleted_at = updated_at + 1, updated_at = updated_at + 1 WHERE last_name = 'Hopper'");
    let deletion = salon.waiting().remove(0);
    let change = deletion.changes[0].clone();
    let back = entry("clients", change.id, Op::Put, Columns::from_iter([("deleted_at", Value::Null)]), Maker::Revive);
    salon.read(&deletion, vec![back, entry("clients", change.id, change.op, change.columns, Maker::Desk)]);
    assert_eq!(salon.count("SELECT count(*) FROM clients WHERE last_name = 'Hopper' AND deleted_at IS NULL"), 0);
}

#[test]
fn what_is_written_again_while_the_hub_is_asked_stays() {
    let salon = salon();
    salon.echo();
    let new = salon.add_client("Ida", "Rhodes", "+4930111111").0;
    let n = reject(&salon);
    resend(&salon, n, new);
    // The answer to what was asked before.
    salon.store.settle_stale("clients", &[(new, None)]).unwrap();
    let living = || salon.count("SELECT count(*) FROM clients WHERE first_name = 'Ida' AND deleted_at IS NULL");
    assert_eq!(living(), 1);
    salon.echo();
    salon.store.remove_gone().unwrap();
    assert_eq!(living(), 1);
}

#[test]
fn what_another_desk_made_after_this_ones_was_rejected_stays() {
    let salon = salon();
    salon.echo();
    let new = salon.add_client("Ida", "Rhodes", "+4930111111").0;
    let columns = salon.waiting()[0].changes[0].columns.clone();
    let rejected = reject(&salon);
    salon.store.settle_stale("clients", &[(new, None)]).unwrap();
    salon.later(1_000);
    salon.sql("UPDATE clients SET notes = 'waits', updated_at = updated_at + 1 WHERE last_name = 'Hopper'");
    assert!(!salon.store.remove_gone().unwrap(), "something waits, which may refer to it");
    let columns = serde_json::to_value(&columns).unwrap();
    salon.elsewhere(Action::CreateClient, "clients", new, columns, Maker::Desk);
    salon.echo();
    salon.store.remove_gone().unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM clients WHERE first_name = 'Ida'"), 1, "of {rejected}");
}

#[test]
fn a_row_that_the_file_does_not_take_is_fetched_whole_and_the_rest_is_read() {
    let salon = salon();
    salon.echo();
    let stale = || salon.count("SELECT count(*) FROM stale_rows WHERE NOT is_gone");
    let id = Uuid::from_u128(77);
    let columns = json!({ "first_name": "Ida", "source": "no such source", "created_at": 1, "updated_at": 1 });
    salon.elsewhere(Action::CreateClient, "clients", id, columns, Maker::Desk);
    assert_eq!(stale(), 1);
    salon.elsewhere(Action::SaveClient, "clients", salon.client.0, json!({ "notes": "read on", "updated_at": 7 }), Maker::Desk);
    assert_eq!(salon.count("SELECT count(*) FROM clients WHERE notes = 'read on'"), 1);
}
